//! Choosing where to go: explore or return, weighted by gravity, friends and what was recommended.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::config::SpacesConfig;
use crate::sim::ids::SpaceId;
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

/// Places remembered by an avatar.
const REMEMBERED: usize = 6;

/// The places an avatar knows best and how often it was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visits {
    places: [(u32, u16); REMEMBERED],
    known: u16,
}

impl Default for Visits {
    fn default() -> Self {
        Self {
            places: [(u32::MAX, 0); REMEMBERED],
            known: 0,
        }
    }
}

impl RowHash for Visits {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u32(u32::from(self.known));
        for (place, n) in self.places {
            h.u64(u64::from(place) << 16 | u64::from(n));
        }
    }
}

/// Everybody's memory of places.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Memories {
    /// One row each, by avatar.
    pub table: Table<Visits>,
}

impl StateHash for Memories {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

impl Visits {
    /// Returns how many places were ever new to it.
    #[must_use]
    pub fn known(&self) -> u16 {
        self.known
    }

    /// Remembers a visit; the least visited place makes room.
    pub fn remember(&mut self, space: SpaceId) {
        if let Some(p) = self.places.iter_mut().find(|p| p.0 == space.0) {
            p.1 = p.1.saturating_add(1);
            return;
        }
        self.known = self.known.saturating_add(1);
        if let Some(least) = self.places.iter_mut().min_by_key(|p| p.1) {
            *least = (space.0, 1);
        }
    }

    /// Lists the places and counts, for hashing.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u16)> + '_ {
        self.places.iter().copied()
    }

    /// Draws a place to return to, in proportion to visits.
    pub fn draw(&self, rng: &mut RngStream) -> Option<SpaceId> {
        let weights = self.places.map(|p| f64::from(p.1));
        rng.weighted(&weights).map(|i| SpaceId(self.places[i].0))
    }

    /// Draws whether to explore: with probability ρ·S^(−γ), S the number of places known.
    ///
    /// # Source
    /// Song, Koren, Wang and Barabási (2010).
    pub fn explores(&self, config: &SpacesConfig, novelty: f64, rng: &mut RngStream) -> bool {
        let s = f64::from(self.known.max(1));
        let p = config.explore_rho * math::pow(s, -config.explore_gamma) * novelty;
        self.known == 0 || rng.chance(p.min(1.0))
    }
}

/// Weighs a place to explore: `present^½·match·distance^(−a)`, more for friends and for what was recommended.
#[must_use]
pub fn gravity(
    distance: f64,
    footfall: f64,
    match_: f64,
    friends: u32,
    config: &SpacesConfig,
) -> f64 {
    let mass = (1.0 + footfall).sqrt() * (0.2 + match_.max(0.0)) * (1.0 + f64::from(friends));
    mass * math::pow(1.0 + distance, -config.distance_exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn exploring_slows_as_theory_says() {
        // With an unbounded memory S(n) ≈ ((1+γ)ρn)^{1/(1+γ)}: 1551.9 for n = 10 000, ρ = .6, γ = .21
        // (science annex A7; EPR in misc_oracle.json gives 1551.1).
        let config = SpacesConfig::BASELINE;
        let mut total = 0.0;
        for seed in 0..10 {
            let mut visits = Visits::default();
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let mut next = 0;
            for _ in 0..10_000 {
                if visits.explores(&config, 1.0, &mut rng) {
                    visits.remember(SpaceId(next));
                    next += 1;
                }
            }
            total += f64::from(visits.known());
        }
        // The deviation of one run is about 25, of the mean of ten 8.
        assert!((total / 10.0 - 1_551.9).abs() < 32.0, "{}", total / 10.0);
    }

    #[test]
    fn near_and_busy_places_attract() {
        let c = SpacesConfig::BASELINE;
        assert!(gravity(2.0, 10.0, 0.5, 0, &c) > gravity(20.0, 10.0, 0.5, 0, &c));
        assert!(gravity(2.0, 100.0, 0.5, 0, &c) > gravity(2.0, 1.0, 0.5, 0, &c));
        assert!(gravity(2.0, 1.0, 0.5, 2, &c) > gravity(2.0, 1.0, 0.5, 0, &c));
    }
}
