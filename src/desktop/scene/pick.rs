//! What is under the pointer: people first, then billboards, spaces, and land.

use bevy::math::{Vec2, Vec3};

use super::build::board_place;
use super::camera::{CameraRig, Pane};
use super::halls::BOARD;
use crate::desktop::view::city::{Board, CityRows, CityView};
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::place::{CELL, Spot, add};
use crate::desktop::view::subject::Subject;
use crate::sim::ids::ParcelId;
use crate::society::spaces::map::Cell;

/// Pixels around somebody's body that still count as it.
const SLACK: f32 = 6.0;

/// Height of somebody, in metres.
const TALL: f32 = 1.8;

/// How much larger figures are drawn from afar: at least this many pixels, at most this many times.
const FAR_PIXELS: f32 = 9.0;
const FAR_MOST: f32 = 6.0;
const FAR_MOST_AT_HOME: f32 = 1.5;

/// Half the size of a billboard, and of a space's building with its height.
const BOARD_HALF: [f32; 2] = [2.1, 1.05];
const HALL: [f32; 2] = [4.6, 6.0];

/// Returns what is at a place of the screen; `alpha` is the share of the tick that has passed.
#[must_use]
pub fn pick(
    rig: &CameraRig,
    pane: Pane,
    at: [f32; 2],
    city: &CityView,
    crowd: &CrowdView,
    alpha: f32,
) -> Option<Subject> {
    if !pane.contains(at) {
        return None;
    }
    let (eye, ray) = rig.ray(pane, at);
    let wall = nearest_wall(city, eye, ray);
    let depth = wall.map_or(f32::INFINITY, |w| w.0);
    if let Some(who) = person(rig, pane, at, crowd, alpha, depth) {
        return Some(who);
    }
    if let Some((_, subject)) = wall {
        return Some(subject);
    }
    let rows = &city.rows;
    let [x, z] = rig.ground(pane, at)?;
    let (column, row) = ((x / CELL).floor(), (z / CELL).floor());
    let inside = |v: f32| v >= 0.0 && v < rows.grid.side as f32;
    if !inside(column) || !inside(row) {
        return None;
    }
    let parcel = ParcelId(row as u32 * rows.grid.side + column as u32);
    if let Some(space) = rows.space_on(parcel) {
        return Some(Subject::Space(space));
    }
    match rows.cells.get(parcel.idx())? {
        Cell::Land => Some(Subject::Parcel(parcel)),
        Cell::Plaza => central_plaza(rows),
        Cell::Road => None,
    }
}

fn central_plaza(rows: &CityRows) -> Option<Subject> {
    let i = rows
        .spaces
        .iter()
        .position(|s| matches!(s.spot, Spot::Square(..)))?;
    Some(Subject::Space(crate::sim::ids::SpaceId::from_idx(i)))
}

/// Returns who is nearest to the pointer, not behind what is at `depth` along the ray.
fn person(
    rig: &CameraRig,
    pane: Pane,
    at: [f32; 2],
    crowd: &CrowdView,
    alpha: f32,
    depth: f32,
) -> Option<Subject> {
    let clip = rig.view_from_world(pane.aspect());
    let at = Vec2::from(at);
    let mut best: Option<(f32, Subject)> = None;
    let awake = crowd.rows.iter().map(|r| (r.id, r.at(alpha), FAR_MOST));
    let asleep = crowd.sleepers().map(|h| (h.id, h.at, FAR_MOST_AT_HOME));
    for (id, [x, z], most) in awake.chain(asleep) {
        let foot = clip * Vec3::new(x, 0.1, z).extend(1.0);
        if foot.w < 0.3 || foot.w > depth + 4.0 {
            continue;
        }
        let metre = pane.height / (2.0 * rig.tangent() * foot.w);
        let larger = (FAR_PIXELS / (metre * TALL)).clamp(1.0, most);
        let screen = |p: bevy::math::Vec4| {
            Vec2::new(
                pane.left + (0.5 + 0.5 * p.x / p.w) * pane.width,
                pane.top + (0.5 - 0.5 * p.y / p.w) * pane.height,
            )
        };
        let low = screen(foot);
        if (low.x - at.x).abs() > SLACK + 2.0 * metre * larger || low.y + SLACK < at.y {
            continue;
        }
        let head = clip * Vec3::new(x, TALL * larger, z).extend(1.0);
        if head.w < 0.3 {
            continue;
        }
        let gap = from_segment(at, low, screen(head)) - 0.22 * metre * larger;
        if gap < SLACK && best.is_none_or(|b| gap.max(0.0) < b.0) {
            best = Some((gap.max(0.0), Subject::Avatar(id)));
        }
    }
    best.map(|b| b.1)
}

fn from_segment(p: Vec2, a: Vec2, b: Vec2) -> f32 {
    let d = b - a;
    let t = ((p - a).dot(d) / d.length_squared().max(1e-6)).clamp(0.0, 1.0);
    p.distance(a + t * d)
}

/// Returns the nearest billboard or building that a ray meets, and how far away.
fn nearest_wall(city: &CityView, eye: Vec3, ray: Vec3) -> Option<(f32, Subject)> {
    let rows = &city.rows;
    let boards = city.boards.iter().filter_map(|b| {
        let middle = board_middle(rows, b);
        let half = Vec3::new(BOARD_HALF[0], BOARD_HALF[1], BOARD_HALF[0]);
        Some((
            meet(eye, ray, middle - half, middle + half)?,
            Subject::Campaign(b.campaign),
        ))
    });
    let halls = rows.spaces.iter().enumerate().filter_map(|(i, s)| {
        let Spot::Hall(p) = s.spot else { return None };
        let [x, z] = add(rows.grid.middle(p), rows.grid.front(p).turn([0.0, -1.0]));
        let (a, b) = (
            Vec3::new(x - HALL[0], 0.0, z - HALL[0]),
            Vec3::new(x + HALL[0], HALL[1], z + HALL[0]),
        );
        Some((
            meet(eye, ray, a, b)?,
            Subject::Space(crate::sim::ids::SpaceId::from_idx(i)),
        ))
    });
    boards.chain(halls).min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Returns the middle of a billboard.
pub(super) fn board_middle(rows: &CityRows, board: &Board) -> Vec3 {
    let (middle, front) = board_place(rows, board);
    let [x, z] = add(middle, front.turn([BOARD[0], BOARD[2]]));
    Vec3::new(x, BOARD[1], z)
}

/// Returns how far along a ray it meets a box.
fn meet(eye: Vec3, ray: Vec3, a: Vec3, b: Vec3) -> Option<f32> {
    let inverse = ray.recip();
    let (t0, t1) = ((a - eye) * inverse, (b - eye) * inverse);
    let (near, far) = (t0.min(t1).max_element(), t0.max(t1).min_element());
    (near <= far && far > 0.0).then_some(near.max(0.0))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::desktop::view::city::{LotRow, SpaceRow};
    use crate::desktop::view::crowd::{CrowdRow, Mark};
    use crate::desktop::view::place::{Grid, WAY};
    use crate::sim::ids::{AvatarId, CampaignId, SpaceId};
    use crate::society::avatars::avatar::{Activity, Role};
    use crate::society::spaces::space::SpaceKind;

    const PANE: Pane = Pane {
        left: 0.0,
        top: 0.0,
        width: 800.0,
        height: 600.0,
    };

    fn city() -> CityView {
        let grid = Grid {
            side: 16,
            road_every: 8,
        };
        let parcel = ParcelId(5 * 16 + 5);
        let mut space_at = vec![u32::MAX; 256];
        space_at[parcel.idx()] = 0;
        let rows = CityRows {
            grid,
            cells: (0..256u32)
                .map(|i| if i % 8 == 0 { Cell::Road } else { Cell::Land })
                .collect(),
            lots: vec![LotRow::default(); 256],
            spaces: vec![SpaceRow {
                kind: SpaceKind::GameRoom,
                parcel,
                spot: Spot::Hall(parcel),
                topic: String::new(),
            }],
            space_at,
            ..CityRows::default()
        };
        let board = Board {
            space: SpaceId(0),
            parcel,
            campaign: CampaignId(9),
            text: String::new(),
        };
        CityView {
            rows: Arc::new(rows),
            boards: Arc::new(vec![board]),
            ..CityView::default()
        }
    }

    fn rig() -> CameraRig {
        let mut rig = CameraRig::over(160.0);
        rig.pose.distance = 90.0;
        rig.pose.target = [70.0, 70.0];
        rig
    }

    fn at(rig: &CameraRig, p: Vec3) -> [f32; 2] {
        rig.project(PANE, p).unwrap()
    }

    #[test]
    fn people_come_before_what_they_stand_on() {
        let (rig, city) = (rig(), city());
        let row = CrowdRow {
            id: AvatarId(7),
            way: [
                [92.0, 92.0],
                [96.0, 92.0],
                [96.0, 92.0],
                [96.0, 92.0],
                [96.0, 92.0],
            ],
            facing: 0.0,
            activity: Activity::Idle,
            role: Role::Ordinary,
            appears: false,
            glow: 0.0,
            mark: Mark::None,
            mark_age: 0,
            shade: None,
        };
        assert_eq!(row.way.len(), WAY);
        let crowd = CrowdView {
            rows: vec![row],
            ..CrowdView::default()
        };
        let half = at(&rig, Vec3::new(94.0, 0.9, 92.0));
        let pick = |alpha| pick(&rig, PANE, half, &city, &crowd, alpha);
        assert_eq!(pick(0.5), Some(Subject::Avatar(AvatarId(7))));
        assert_eq!(pick(0.0), Some(Subject::Parcel(ParcelId(9 * 16 + 9))));
    }

    #[test]
    fn boards_buildings_and_land_are_told_apart_and_roads_are_nothing() {
        let (rig, city) = (rig(), city());
        let crowd = CrowdView::default();
        let pick = |p: Vec3| pick(&rig, PANE, at(&rig, p), &city, &crowd, 0.0);
        assert_eq!(
            pick(board_middle(&city.rows, &city.boards[0])),
            Some(Subject::Campaign(CampaignId(9)))
        );
        assert_eq!(
            pick(Vec3::new(55.0, 3.0, 55.0)),
            Some(Subject::Space(SpaceId(0)))
        );
        assert_eq!(
            pick(Vec3::new(105.0, 0.0, 75.0)),
            Some(Subject::Parcel(ParcelId(7 * 16 + 10)))
        );
        assert_eq!(pick(Vec3::new(85.0, 0.0, 75.0)), None);
    }

    #[test]
    fn nothing_is_picked_outside_the_pane_or_in_an_empty_city() {
        let rig = rig();
        let nothing = pick(
            &rig,
            PANE,
            [900.0, 20.0],
            &city(),
            &CrowdView::default(),
            0.0,
        );
        assert_eq!(nothing, None);
        assert_eq!(
            pick(
                &rig,
                PANE,
                [400.0, 300.0],
                &CityView::default(),
                &CrowdView::default(),
                0.0
            ),
            None
        );
    }
}
