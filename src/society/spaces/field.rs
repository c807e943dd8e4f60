//! The footfall field: how many people pass each parcel in a day, because of the spaces around it.
//!
//! All of it is public: anybody can stand there and count.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::map::CityMap;
use super::space::Spaces;
use crate::sim::ids::ParcelId;
use crate::sim::math;
use crate::sim::state_hash::{StateHash, StateHasher};

/// Parcels over which the footfall of a space falls to 1/e.
const REACH: f64 = 1.6;

/// Farthest parcel that feels a space.
const FARTHEST: i64 = 8;

/// People passing each parcel a day.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct FootfallField {
    by_parcel: Vec<f32>,
    revision: u64,
}

impl FootfallField {
    /// Spreads the remembered footfall of all spaces over the parcels around them.
    pub fn update(&mut self, map: &CityMap, spaces: &Spaces) {
        self.by_parcel.clear();
        self.by_parcel.resize(map.len(), 0.0);
        let weights: Vec<f32> = (0..=2 * FARTHEST * FARTHEST)
            .map(|d2| math::exp(-(d2 as f64).sqrt() / REACH) as f32)
            .collect();
        let side = i64::from(map.side);
        for space in spaces.table.rows() {
            if space.footfall <= 0.0 {
                continue;
            }
            let (x, y) = map.xy(space.parcel);
            let (x, y) = (i64::from(x), i64::from(y));
            for dy in -FARTHEST..=FARTHEST {
                for dx in -FARTHEST..=FARTHEST {
                    let (px, py) = (x + dx, y + dy);
                    if (0..side).contains(&px) && (0..side).contains(&py) {
                        let w = weights[(dx * dx + dy * dy) as usize];
                        self.by_parcel[(py * side + px) as usize] += w * space.footfall;
                    }
                }
            }
        }
        self.revision += 1;
    }

    /// Returns how many people pass a parcel in a day.
    #[must_use]
    pub fn at(&self, parcel: ParcelId) -> f64 {
        self.by_parcel
            .get(parcel.idx())
            .map_or(0.0, |f| f64::from(*f))
    }
}

impl StateHash for FootfallField {
    fn digest(&mut self) -> u64 {
        // A function of the spaces, which are hashed, at the day it was made.
        let mut h = StateHasher::default();
        h.u64(self.revision);
        h.u64(self.by_parcel.len() as u64);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::spaces::config::SpacesConfig;

    #[test]
    fn footfall_falls_with_distance_from_a_busy_space() {
        let map = CityMap::generate(1, &SpacesConfig::BASELINE);
        let mut spaces = Spaces::build(1, &map, 500, 24, &SpacesConfig::BASELINE);
        spaces.table.row_mut(0).footfall = 100.0;
        let mut field = FootfallField::default();
        field.update(&map, &spaces);
        let there = spaces.table.row(0).parcel;
        let away = ParcelId(there.0 + 3);
        assert!(field.at(there) > field.at(away));
        assert!(field.at(away) > field.at(ParcelId(0)));
    }
}
