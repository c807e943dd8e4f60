//! Where things are in the picture of the city: metres, fronts of lots, seats, ways along roads.
//!
//! The simulation knows parcels and minutes; where exactly on a parcel somebody stands, and along which roads it walks, is
//! only shown and changes nothing.

use crate::sim::ids::ParcelId;
use crate::sim::rng::mix;
use crate::society::spaces::map::Cell;
use crate::society::spaces::space::SpaceKind;

/// Metres along the side of a parcel.
pub const CELL: f32 = 10.0;

/// A point on the ground: metres east and south of the map's north-west corner.
pub type Ground = [f32; 2];

/// Corners of a way between two ticks, its ends included.
pub const WAY: usize = 5;

/// A way between two ticks; shorter ways repeat their last point.
pub type Way = [Ground; WAY];

/// Adds two points.
#[must_use]
pub fn add(a: Ground, b: Ground) -> Ground {
    [a[0] + b[0], a[1] + b[1]]
}

/// Returns the distance between two points.
#[must_use]
pub fn gap(a: Ground, b: Ground) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Returns a point between two, by share.
#[must_use]
pub fn between(a: Ground, b: Ground, share: f32) -> Ground {
    [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
}

/// Returns a number in `[0, 1)` that is always the same for a key.
#[must_use]
pub fn chance(key: u64) -> f32 {
    (mix(key) >> 40) as f32 / (1u64 << 24) as f32
}

/// To which side of a lot its road lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Front {
    /// South.
    #[default]
    South,
    /// East.
    East,
    /// North.
    North,
    /// West.
    West,
}

impl Front {
    /// Returns the side of the nearest road for a parcel in a grid with a road every `every` parcels.
    #[must_use]
    pub fn of(x: u32, y: u32, every: u32) -> Self {
        let every = every.max(1);
        let (left, up) = (x % every, y % every);
        let sides = [
            (every - up, Self::South),
            (every - left, Self::East),
            (up, Self::North),
            (left, Self::West),
        ];
        let nearest = sides.iter().filter(|s| s.0 > 0).min_by_key(|s| s.0);
        nearest.map_or(Self::South, |s| s.1)
    }

    /// Returns the direction from the lot to its road.
    #[must_use]
    pub const fn direction(self) -> Ground {
        match self {
            Self::South => [0.0, 1.0],
            Self::East => [1.0, 0.0],
            Self::North => [0.0, -1.0],
            Self::West => [-1.0, 0.0],
        }
    }

    /// Returns the turn about the vertical that takes south to this side, in radians.
    #[must_use]
    pub const fn yaw(self) -> f32 {
        use std::f32::consts::{FRAC_PI_2, PI};
        match self {
            Self::South => 0.0,
            Self::East => FRAC_PI_2,
            Self::North => PI,
            Self::West => 3.0 * FRAC_PI_2,
        }
    }

    /// Turns a point of a lot that looks south, in metres from its middle, to this side.
    #[must_use]
    pub fn turn(self, [x, z]: Ground) -> Ground {
        match self {
            Self::South => [x, z],
            Self::East => [z, -x],
            Self::North => [-x, -z],
            Self::West => [-z, x],
        }
    }
}

/// The grid that places are read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grid {
    /// Parcels along a side.
    pub side: u32,
    /// Every how many parcels a road runs.
    pub road_every: u32,
}

/// A place where people gather or live.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spot {
    /// A house: people stand before its door.
    House(ParcelId),
    /// A building people meet in: they stand before it and around it.
    Hall(ParcelId),
    /// A pavilion on a lot: they stand around it.
    Pavilion(ParcelId),
    /// The central plaza: they spread over a square of half this many metres a side.
    Square(Ground, f32),
}

/// Seats of a hall: rows on its terrace, then its sides and back.
const TERRACE: u32 = 33;

impl Grid {
    /// Returns column and row of a parcel.
    #[must_use]
    pub fn xy(self, parcel: ParcelId) -> (u32, u32) {
        let side = self.side.max(1);
        (parcel.0 % side, parcel.0 / side)
    }

    /// Returns the middle of a parcel.
    #[must_use]
    pub fn middle(self, parcel: ParcelId) -> Ground {
        let (x, y) = self.xy(parcel);
        [(x as f32 + 0.5) * CELL, (y as f32 + 0.5) * CELL]
    }

    /// Returns the side of a parcel's road.
    #[must_use]
    pub fn front(self, parcel: ParcelId) -> Front {
        let (x, y) = self.xy(parcel);
        Front::of(x, y, self.road_every)
    }

    /// Returns the length of the map's side in metres.
    #[must_use]
    pub fn extent(self) -> f32 {
        self.side as f32 * CELL
    }

    /// Returns where people of a space are that stands on a parcel; `cells` is what lies on each.
    #[must_use]
    pub fn spot(self, cells: &[Cell], kind: SpaceKind, parcel: ParcelId) -> Spot {
        if cells.get(parcel.idx()) == Some(&Cell::Plaza) {
            let half = (self.extent() / 24.0).max(CELL);
            return Spot::Square([self.extent() / 2.0; 2], half);
        }
        match kind {
            SpaceKind::Plaza => Spot::Pavilion(parcel),
            SpaceKind::GameRoom
            | SpaceKind::MarketHall
            | SpaceKind::Estate
            | SpaceKind::Classroom => Spot::Hall(parcel),
        }
    }

    /// Returns how many seats a spot has; more people share them.
    #[must_use]
    pub fn seats(self, spot: Spot) -> u32 {
        match spot {
            Spot::House(_) => 6,
            Spot::Hall(_) => TERRACE + 24,
            Spot::Pavilion(_) => 56,
            Spot::Square(_, half) => ((half * half) / 1.1).clamp(40.0, 2_000.0) as u32,
        }
    }

    /// Returns where a seat is, and towards which direction one looks there, in radians as of [`heading`].
    #[must_use]
    pub fn seat(self, spot: Spot, seat: u32) -> (Ground, f32) {
        let key = u64::from(seat) << 32;
        let jitter = [chance(key | 1) - 0.5, chance(key | 2) - 0.5];
        match spot {
            Spot::House(parcel) => {
                let at = [
                    -2.4 + 0.95 * (seat % 6) as f32 + 0.3 * jitter[0],
                    4.1 + 0.5 * jitter[1],
                ];
                let at = add(self.middle(parcel), self.front(parcel).turn(at));
                (at, 6.0 * jitter[0])
            }
            Spot::Hall(parcel) => {
                let local = if seat < TERRACE {
                    let (row, column) = (seat / 11, seat % 11);
                    [-4.5 + 0.9 * column as f32, 2.3 + 1.0 * row as f32]
                } else {
                    let k = (seat - TERRACE) % 24;
                    let along = -4.0 + (k / 3) as f32;
                    match k % 3 {
                        0 => [-4.6, along],
                        1 => [4.6, along],
                        _ => [along, -4.7],
                    }
                };
                let local = add(local, [0.5 * jitter[0], 0.5 * jitter[1]]);
                let front = self.front(parcel);
                let at = add(self.middle(parcel), front.turn(local));
                // Half of them look at the house, the others at each other.
                let turned = if seat.is_multiple_of(2) {
                    0.0
                } else {
                    5.0 * jitter[0]
                };
                (at, heading(front.turn([0.0, -1.0])) + turned)
            }
            Spot::Pavilion(parcel) => {
                let middle = self.middle(parcel);
                spiral(middle, 2.0, 1.15, seat)
            }
            Spot::Square(middle, _) => spiral(middle, 6.5, 1.9, seat),
        }
    }

    /// Returns the way on foot along the roads from a point to another.
    #[must_use]
    pub fn walk(self, from: Ground, to: Ground) -> Vec<Ground> {
        if gap(from, to) < 1.5 * CELL {
            return vec![from, to];
        }
        let every = self.road_every.max(1) as f32 * CELL;
        let road = |v: f32| {
            let last = ((self.extent() - 0.5 * CELL) / every).floor() * every;
            (((v - 0.5 * CELL) / every).round() * every).clamp(0.0, last.max(0.0)) + 0.5 * CELL
        };
        // On which side of the road one walks follows from where one comes from.
        let aside = |v: f32| {
            4.1 * if mix(v.to_bits().into()) & 1 == 0 {
                1.0
            } else {
                -1.0
            }
        };
        let lane = |v: f32| (v / CELL).round() * CELL;
        let (column, row) = (road(from[0]) + aside(from[1]), road(to[1]) + aside(to[0]));
        let (out, back) = (lane(from[1]), lane(to[0]));
        vec![from, [column, out], [column, row], [back, row], to]
    }
}

/// Returns a place in a sunflower's pattern around a middle, from an inner radius outwards, and the way to its middle.
fn spiral(middle: Ground, inner: f32, area: f32, seat: u32) -> (Ground, f32) {
    let k = seat as f32;
    let radius = (inner * inner + k * area / std::f32::consts::PI * 1.3).sqrt();
    let angle = k * 2.399_963;
    let way = [angle.cos(), angle.sin()];
    let at = [middle[0] + radius * way[0], middle[1] + radius * way[1]];
    (at, heading([-way[0], -way[1]]))
}

/// Returns the turn of somebody who looks along a direction: 0 is south, in radians.
#[must_use]
pub fn heading(direction: Ground) -> f32 {
    direction[0].atan2(direction[1])
}

/// Returns the length of a way.
#[must_use]
pub fn length(way: &[Ground]) -> f32 {
    way.windows(2).map(|p| gap(p[0], p[1])).sum()
}

/// Returns the point of a way after a share of its length.
#[must_use]
pub fn along(way: &[Ground], share: f32) -> Ground {
    let Some(last) = way.last() else {
        return [0.0; 2];
    };
    let mut left = length(way) * share.clamp(0.0, 1.0);
    for p in way.windows(2) {
        let step = gap(p[0], p[1]);
        if left <= step && step > 0.0 {
            return between(p[0], p[1], left / step);
        }
        left -= step;
    }
    *last
}

/// Cuts the part of a way between two shares of its length; corners beyond what a [`Way`] holds are cut off.
#[must_use]
pub fn cut(way: &[Ground], from: f32, to: f32) -> Way {
    let whole = length(way);
    let end = along(way, to);
    let mut points = vec![along(way, from)];
    let mut done = 0.0;
    for p in way.windows(2) {
        done += gap(p[0], p[1]);
        if done > from * whole && done < to * whole && points.len() < WAY - 1 {
            points.push(p[1]);
        }
    }
    let mut cut = [end; WAY];
    cut[..points.len()].copy_from_slice(&points);
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: Grid = Grid {
        side: 64,
        road_every: 8,
    };

    #[test]
    fn a_front_looks_at_the_nearest_road() {
        assert_eq!(Front::of(1, 4, 8), Front::West);
        assert_eq!(Front::of(7, 4, 8), Front::East);
        assert_eq!(Front::of(4, 1, 8), Front::North);
        assert_eq!(Front::of(4, 7, 8), Front::South);
        for front in [Front::South, Front::East, Front::North, Front::West] {
            assert_eq!(front.turn([0.0, 1.0]), front.direction());
        }
    }

    #[test]
    fn people_walk_along_roads_and_arrive() {
        let from = GRID.middle(ParcelId(5 * 64 + 12));
        let to = GRID.middle(ParcelId(30 * 64 + 45));
        let way = GRID.walk(from, to);
        assert_eq!((way[0], way[4]), (from, to));
        for p in &way[1..4] {
            let on_road = |v: f32| ((v - 5.0).rem_euclid(80.0) + 5.0).rem_euclid(80.0) < 10.1;
            assert!(on_road(p[0]) || on_road(p[1]), "{p:?}");
        }
        assert!(gap(along(&way, 1.0), to) < 1e-3);
    }

    #[test]
    fn a_cut_begins_and_ends_where_it_should_and_keeps_its_corners() {
        let way = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]];
        let part = cut(&way, 0.25, 0.75);
        assert_eq!(part[0], [5.0, 0.0]);
        assert_eq!(part[1], [10.0, 0.0]);
        assert_eq!(part[4], [10.0, 5.0]);
        assert_eq!(cut(&[], 0.0, 1.0), [[0.0; 2]; WAY]);
        assert_eq!(cut(&[[3.0, 3.0]], 0.0, 1.0), [[3.0; 2]; WAY]);
    }

    #[test]
    fn seats_of_a_lot_stay_near_it() {
        let parcel = ParcelId(20 * 64 + 20);
        for spot in [
            Spot::House(parcel),
            Spot::Hall(parcel),
            Spot::Pavilion(parcel),
        ] {
            for seat in 0..GRID.seats(spot) {
                let (at, _) = GRID.seat(spot, seat);
                assert!(gap(at, GRID.middle(parcel)) < 8.0, "{spot:?} {seat}");
            }
        }
    }
}
