//! The map: a grid of parcels with roads, districts and a central plaza, generated from the seed.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::config::SpacesConfig;
use crate::sim::ids::ParcelId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{StateHash, StateHasher};

/// What lies on a cell of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// A road: nobody owns it.
    Road,
    /// The central plaza.
    Plaza,
    /// Land.
    Land,
}

/// The city's ground.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CityMap {
    /// Parcels along a side.
    pub side: u32,
    cells: Vec<Cell>,
    district: Vec<u8>,
    to_center: Vec<f32>,
    to_road: Vec<u8>,
    seed: u64,
}

impl CityMap {
    /// Lays out the map.
    #[must_use]
    pub fn generate(seed: u64, config: &SpacesConfig) -> Self {
        let side = config.side;
        let n = (side * side) as usize;
        let mut rng = RngStream::new(seed, Purpose::Map, 0, 0);
        let centers: Vec<(f64, f64)> = (0..config.districts)
            .map(|_| {
                (
                    rng.range(0.0, f64::from(side)),
                    rng.range(0.0, f64::from(side)),
                )
            })
            .collect();
        let mid = (f64::from(side) - 1.0) / 2.0;
        let half_plaza = (f64::from(side) / 24.0).max(1.0);
        let mut map = Self {
            side,
            cells: Vec::with_capacity(n),
            district: Vec::with_capacity(n),
            to_center: Vec::with_capacity(n),
            to_road: Vec::with_capacity(n),
            seed,
        };
        for idx in 0..n {
            let (x, y) = (idx as u32 % side, idx as u32 / side);
            let (dx, dy) = (f64::from(x) - mid, f64::from(y) - mid);
            let cell = if dx.abs() <= half_plaza && dy.abs() <= half_plaza {
                Cell::Plaza
            } else if x % config.road_every == 0 || y % config.road_every == 0 {
                Cell::Road
            } else {
                Cell::Land
            };
            let nearest = |(i, (cx, cy)): (usize, &(f64, f64))| {
                let d = (cx - f64::from(x)).powi(2) + (cy - f64::from(y)).powi(2);
                (i, d)
            };
            let district = centers
                .iter()
                .enumerate()
                .map(nearest)
                .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
                .map_or(0, |(i, _)| i);
            let off =
                |v: u32| (v % config.road_every).min(config.road_every - v % config.road_every);
            map.cells.push(cell);
            map.district.push(district as u8);
            map.to_center.push((dx * dx + dy * dy).sqrt() as f32);
            map.to_road.push(off(x).min(off(y)).min(255) as u8);
        }
        map
    }

    /// Returns how many cells there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Says whether the map has no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Returns what lies on a cell.
    #[must_use]
    pub fn cell(&self, parcel: ParcelId) -> Cell {
        self.cells[parcel.idx()]
    }

    /// Lists all parcels of land.
    pub fn land(&self) -> impl Iterator<Item = ParcelId> + '_ {
        (0..self.cells.len())
            .filter(|i| self.cells[*i] == Cell::Land)
            .map(ParcelId::from_idx)
    }

    /// Returns column and row.
    #[must_use]
    pub fn xy(&self, parcel: ParcelId) -> (u32, u32) {
        (parcel.0 % self.side, parcel.0 / self.side)
    }

    /// Returns the district.
    #[must_use]
    pub fn district(&self, parcel: ParcelId) -> u8 {
        self.district[parcel.idx()]
    }

    /// Returns the distance to the middle of the plaza, in parcels.
    #[must_use]
    pub fn to_center(&self, parcel: ParcelId) -> f64 {
        f64::from(self.to_center[parcel.idx()])
    }

    /// Returns the distance to the nearest road, in parcels.
    #[must_use]
    pub fn to_road(&self, parcel: ParcelId) -> f64 {
        f64::from(self.to_road[parcel.idx()])
    }

    /// Returns the distance between two parcels, in parcels.
    #[must_use]
    pub fn distance(&self, a: ParcelId, b: ParcelId) -> f64 {
        let ((ax, ay), (bx, by)) = (self.xy(a), self.xy(b));
        let (dx, dy) = (f64::from(ax) - f64::from(bx), f64::from(ay) - f64::from(by));
        (dx * dx + dy * dy).sqrt()
    }
}

impl StateHash for CityMap {
    fn digest(&mut self) -> u64 {
        // The map is a function of seed and configuration and never changes.
        let mut h = StateHasher::default();
        h.u64(self.seed);
        h.u32(self.side);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plaza_is_in_the_middle_and_most_of_the_map_is_land() {
        let map = CityMap::generate(1, &SpacesConfig::BASELINE);
        let mid = ParcelId(map.side / 2 * map.side + map.side / 2);
        assert_eq!(map.cell(mid), Cell::Plaza);
        let land = map.land().count() as f64 / map.len() as f64;
        assert!(land > 0.6 && land < 0.9, "{land}");
    }

    #[test]
    fn distances_are_symmetric() {
        let map = CityMap::generate(1, &SpacesConfig::BASELINE);
        let (a, b) = (ParcelId(5), ParcelId(700));
        assert_eq!(map.distance(a, b), map.distance(b, a));
        assert_eq!(map.distance(a, a), 0.0);
    }
}
