//! From the crowd's rows to instances of figures.

use super::part::{Chunks, Instance, Sorted};
use crate::desktop::view::crowd::{CrowdRow, CrowdView, HomeRow, MARK_TICKS, Mark};
use crate::desktop::view::place::{CELL, Grid, WAY};
use crate::sim::rng::mix;
use crate::society::avatars::avatar::{Activity, Role};

/// Groups of instances: all figures, and among them those with a sign.
pub(super) const ALL: usize = 0;
/// Figures with a sign, again.
pub(super) const MARKED: usize = 1;
/// Groups.
const N_GROUPS: usize = 2;

const CLOTHES: [[u8; 3]; 10] = [
    [66, 112, 168],
    [196, 78, 72],
    [84, 142, 110],
    [222, 168, 72],
    [120, 96, 152],
    [58, 72, 96],
    [214, 118, 84],
    [92, 160, 176],
    [176, 92, 128],
    [232, 226, 214],
];

/// Colour of each role's body; most people wear what they like.
#[must_use]
pub const fn role_color(role: Role) -> Option<[u8; 3]> {
    match role {
        Role::Ordinary => None,
        Role::Creator => Some([226, 72, 148]),
        Role::Landlord => Some([150, 112, 44]),
        Role::Trader => Some([38, 132, 92]),
        Role::Teacher => Some([44, 92, 190]),
    }
}

/// Packs everybody, sorted by where they are.
pub(super) fn pack(crowd: &CrowdView, grid: Grid) -> Sorted {
    let chunks = Chunks::over(grid.side);
    // Positions are sixteen bits over a little more than the map.
    let scale = 65_535.0 / span(grid);
    let mut items: Vec<(u32, u32, Instance)> = Vec::with_capacity(crowd.rows.len());
    for row in &crowd.rows {
        let chunk = chunks.of(row.way[WAY - 1]);
        let instance = person(row, scale);
        items.push((ALL as u32, chunk, instance));
        if row.mark != Mark::None {
            items.push((MARKED as u32, chunk, instance));
        }
    }
    for home in crowd.sleepers() {
        items.push((ALL as u32, chunks.of(home.at), sleeper(home, scale)));
    }
    Sorted::new(N_GROUPS, chunks.len(), &items)
}

/// Bits of somebody at home: nobody awake studies and talks at a time. It is not enlarged from afar, so that those who are
/// out can be told from the many who are not.
const AT_HOME: u32 = 0b11 << 14;

/// Somebody at home: sits, in faded colours.
fn sleeper(home: &HomeRow, scale: f32) -> Instance {
    let mut instance = person(
        &CrowdRow {
            id: home.id,
            way: [home.at; WAY],
            facing: home.facing,
            activity: Activity::Studying,
            role: home.role,
            appears: false,
            glow: 0.0,
            mark: Mark::None,
            mark_age: 0,
            shade: home.shade,
        },
        scale,
    );
    instance[6] |= AT_HOME;
    let [r, g, b, a] = instance[5].to_le_bytes();
    if home.shade.is_some() {
        // Between of its own and of an overlay: a small pin.
        instance[5] = u32::from_le_bytes([r, g, b, 190]);
    } else {
        let faded = |v: u8| (u16::from(v) / 2 + 64) as u8;
        instance[5] = u32::from_le_bytes([faded(r), faded(g), faded(b), a]);
    }
    instance
}

/// Returns the metres that positions of instances span, from [`MARGIN`] before the map.
pub(super) fn span(grid: Grid) -> f32 {
    grid.extent() + 2.0 * MARGIN
}

/// Metres around the map that positions may reach.
pub(super) const MARGIN: f32 = 2.0 * CELL;

fn person(row: &CrowdRow, scale: f32) -> Instance {
    let place = |p: [f32; 2]| {
        let unit = |v: f32| ((v + MARGIN) * scale).round().clamp(0.0, 65_535.0) as u32;
        unit(p[0]) | unit(p[1]) << 16
    };
    let luck = mix(u64::from(row.id.0) ^ 0xC107);
    let own = role_color(row.role).unwrap_or(CLOTHES[(luck % CLOTHES.len() as u64) as usize]);
    let [r, g, b] = row.shade.unwrap_or(own);
    let glow = (row.glow.clamp(0.0, 1.0) * 15.0) as u32;
    let facing = ((row.facing / std::f32::consts::TAU).rem_euclid(1.0) * 255.0) as u32;
    let sits = matches!(row.activity, Activity::Studying);
    let bits = row.role as u32
        | (row.mark as u32) << 3
        | u32::from(row.mark_age).min(MARK_TICKS) << 6
        | glow << 9
        | u32::from(row.appears) << 13
        | u32::from(sits) << 14
        | u32::from(matches!(row.activity, Activity::Talking)) << 15
        | facing << 16
        | ((luck >> 20) as u32 & 0xFF) << 24;
    [
        place(row.way[0]),
        place(row.way[1]),
        place(row.way[2]),
        place(row.way[3]),
        place(row.way[4]),
        u32::from_le_bytes([r, g, b, if row.shade.is_some() { 255 } else { 0 }]),
        bits,
        row.id.0,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::AvatarId;

    #[test]
    fn everybody_is_packed_and_signs_are_packed_again() {
        let row = |id, mark| CrowdRow {
            id: AvatarId(id),
            way: [[15.0, 25.0]; WAY],
            facing: 0.0,
            activity: Activity::Idle,
            role: Role::Teacher,
            appears: false,
            glow: 1.0,
            mark,
            mark_age: 1,
            shade: None,
        };
        let crowd = CrowdView {
            rows: vec![row(1, Mark::None), row(2, Mark::Coin)],
            ..CrowdView::default()
        };
        let grid = Grid {
            side: 16,
            road_every: 8,
        };
        let sorted = pack(&crowd, grid);
        assert_eq!(sorted.instances.len(), 3);
        let home = |id| HomeRow {
            id: AvatarId(id),
            at: [35.0, 25.0],
            facing: 0.0,
            role: Role::Ordinary,
            shade: None,
        };
        let with_homes = CrowdView {
            homes: std::sync::Arc::new(vec![home(0), home(1), home(7)]),
            ..crowd.clone()
        };
        // Avatar 1 is awake, so that nobody sits in its place at home.
        assert_eq!(pack(&with_homes, grid).instances.len(), 5);
        let x = (sorted.instances[0][0] & 0xFFFF) as f32 / 65_535.0 * span(grid) - MARGIN;
        assert!((x - 15.0).abs() < 0.01, "{x}");
        assert_eq!(sorted.instances[0][6] & 7, 4);
    }
}
