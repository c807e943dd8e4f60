//! Houses and towers: as tall as land is sought after and as people live there.

use super::part::{Class, Paint, Site, paint};
use crate::desktop::view::city::LotRow;

/// Metres between floors.
pub(super) const FLOOR: f32 = 3.0;

const WALLS: [Paint; 9] = [
    paint(240, 226, 198),
    paint(236, 198, 164),
    paint(196, 118, 88),
    paint(196, 208, 180),
    paint(186, 208, 222),
    paint(228, 208, 160),
    paint(246, 243, 236),
    paint(228, 182, 172),
    paint(214, 196, 218),
];

const ROOFS: [Paint; 5] = [
    paint(192, 92, 60),
    paint(92, 102, 118),
    paint(134, 86, 64),
    paint(66, 116, 120),
    paint(160, 64, 54),
];

const TOWERS: [Paint; 6] = [
    paint(206, 212, 216),
    paint(168, 190, 206),
    paint(224, 214, 198),
    paint(188, 132, 106),
    paint(150, 168, 178),
    paint(232, 228, 220),
];

/// Flat roofs: gravel, sheet metal, tiles, gardens.
const FLATS: [Paint; 6] = [
    paint(150, 152, 154),
    paint(172, 164, 150),
    paint(120, 128, 138),
    paint(176, 122, 98),
    paint(112, 146, 92),
    paint(196, 194, 186),
];
const PLANT: Paint = paint(138, 142, 146);
const DOOR: Paint = paint(112, 70, 46);
const CHIMNEY: Paint = paint(150, 96, 78);

/// Returns how many floors stand on a lot.
pub(super) fn floors(lot: &LotRow, luck: f32) -> u8 {
    if lot.homes == 0 && !lot.is_built {
        return 0;
    }
    let sought = 11.0 * lot.worth.powf(1.4) * (0.55 + 0.9 * luck);
    let crowded = f32::from(lot.homes.saturating_sub(2)).max(0.0).sqrt() * 1.1;
    let shop = if lot.is_built { 1.5 } else { 0.0 };
    (1.15 + 0.8 * luck + sought + crowded + shop).clamp(1.0, 16.0) as u8
}

/// Builds what stands on a lot where people live or which its owner has built on.
pub(super) fn house(site: &mut Site<'_>, lot: &LotRow, district: u8) {
    let n = floors(lot, site.luck(1));
    let d = u64::from(district);
    // A district has three colours of walls and two of roofs.
    let mine = |k: u64, len: usize| ((crate::sim::rng::mix(d ^ 0xD157) >> (8 * k)) as usize) % len;
    let wall = WALLS[mine(site.pick(2, &[0, 1, 2]), WALLS.len())];
    let roof = ROOFS[mine(3 + site.pick(3, &[0, 1]), ROOFS.len())];
    let height = FLOOR * f32::from(n) + 0.3;
    if n <= 3 {
        cottage(site, height, wall, roof);
    } else {
        tower(site, n, wall);
    }
    if lot.is_built {
        // A shop's awning.
        site.put(
            Class::Block,
            [0.0, 2.5, 2.9],
            [5.6, 0.25, 1.4],
            site.pick(
                9,
                &[paint(206, 66, 60), paint(52, 120, 160), paint(230, 170, 60)],
            ),
            paint(240, 236, 228),
        );
    }
}

fn cottage(site: &mut Site<'_>, height: f32, wall: Paint, roof: Paint) {
    let (w, d) = (5.2 + 1.9 * site.luck(4), 4.3 + 1.2 * site.luck(5));
    let z = -0.9;
    site.put(Class::Walls, [0.0, 0.0, z], [w, height, d], wall, wall);
    let rise = 1.7 + 0.9 * site.luck(6);
    match (site.luck(7) * 4.0) as u8 {
        0 => site.put(
            Class::Hip,
            [0.0, height, z],
            [w + 0.9, rise, d + 0.9],
            roof,
            wall,
        ),
        1 => site.turned(
            Class::Gable,
            [0.0, height, z],
            [d + 0.7, rise, w + 0.6],
            std::f32::consts::FRAC_PI_2,
            roof,
            wall,
        ),
        _ => site.put(
            Class::Gable,
            [0.0, height, z],
            [w + 0.6, rise, d + 0.8],
            roof,
            wall,
        ),
    }
    site.put(
        Class::Detail,
        [0.25 * w, height + 0.2, z - 0.15 * d],
        [0.6, rise + 0.5, 0.6],
        CHIMNEY,
        CHIMNEY,
    );
    site.put(
        Class::Detail,
        [-0.12 * w, 0.0, z + 0.5 * d],
        [0.95, 2.1, 0.14],
        DOOR,
        DOOR,
    );
    // A path to the door, a hedge.
    site.put(
        Class::Detail,
        [-0.12 * w, 0.0, 3.2],
        [1.0, 0.05, 3.6],
        paint(206, 196, 178),
        paint(206, 196, 178),
    );
    if site.luck(8) < 0.5 {
        let hedge = paint(70, 118, 62);
        site.put(
            Class::Detail,
            [2.7, 0.0, 4.4],
            [3.6, 0.8, 0.6],
            hedge,
            hedge,
        );
    }
}

fn tower(site: &mut Site<'_>, n: u8, wall: Paint) {
    let (w, d) = (7.4 + 1.2 * site.luck(4), 6.4 + 1.4 * site.luck(5));
    let z = -0.9;
    let wall = if site.luck(6) < 0.35 {
        wall
    } else {
        site.pick(10, &TOWERS)
    };
    let flat = site.pick(12, &FLATS);
    let height = FLOOR * f32::from(n);
    let stepped = n >= 7 && site.luck(11) < 0.6;
    let low = if stepped {
        FLOOR * (f32::from(n) * 0.62).floor()
    } else {
        height
    };
    site.put(Class::Walls, [0.0, 0.0, z], [w, low, d], wall, flat);
    site.put(
        Class::Block,
        [0.0, low, z],
        [w + 0.3, 0.5, d + 0.3],
        wall,
        flat,
    );
    let mut top = low + 0.5;
    if stepped {
        site.put(
            Class::Walls,
            [0.0, top, z - 0.3],
            [0.7 * w, height - low, 0.7 * d],
            wall,
            flat,
        );
        site.put(
            Class::Block,
            [0.0, top + height - low, z - 0.3],
            [0.7 * w + 0.3, 0.45, 0.7 * d + 0.3],
            wall,
            flat,
        );
        top += height - low + 0.45;
    }
    site.put(
        Class::Detail,
        [0.12 * w, top, z - 0.1 * d],
        [1.8, 1.3, 1.5],
        PLANT,
        paint(120, 124, 128),
    );
    if n >= 9 {
        site.put(
            Class::Block,
            [-0.1 * w, top, z],
            [0.22, 5.0, 0.22],
            paint(190, 60, 54),
            super::part::lit(255, 80, 70),
        );
    }
    site.put(
        Class::Detail,
        [0.0, 0.0, z + 0.5 * d],
        [1.6, 2.4, 0.16],
        paint(60, 74, 84),
        DOOR,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn houses_grow_with_what_land_is_worth_and_empty_lots_stay_empty() {
        let lot = |worth, homes| LotRow {
            homes,
            worth,
            ..LotRow::default()
        };
        assert_eq!(floors(&lot(1.0, 0), 0.5), 0);
        assert!(floors(&lot(0.8, 1), 0.5) > floors(&lot(0.1, 1), 0.5));
        assert!(floors(&lot(0.1, 40), 0.5) > floors(&lot(0.1, 1), 0.5));
    }
}
