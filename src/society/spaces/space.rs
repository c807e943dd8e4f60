//! Spaces: the buildings avatars meet in, and how many come.

use bevy::ecs::prelude::Resource;

use super::config::SpacesConfig;
use super::map::{Cell, CityMap};
use crate::events::behavior::coded;
use crate::sim::ids::{ParcelId, SpaceId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use serde::{Deserialize, Serialize};

coded! {
    /// The five kinds of space.
    SpaceKind {
        /// Squares and clubs: people meet, talk, read.
        Plaza = 0, "plaza";
        /// A room where games are played.
        GameRoom = 1, "game_room";
        /// Where assets are listed, inspected and traded.
        MarketHall = 2, "market_hall";
        /// Where land is sold, and estates that owners have built.
        Estate = 3, "estate";
        /// Courses and quizzes.
        Classroom = 4, "classroom";
    }
}

/// Topics of a space's public tags.
pub const SPACE_TOPICS: usize = 32;

/// One space; all of it is public.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Space {
    /// What it is.
    pub kind: SpaceKind,
    /// Where it stands.
    pub parcel: ParcelId,
    /// Seats.
    pub capacity: u32,
    /// Who is in it now.
    pub present: u32,
    /// Who came today.
    pub footfall_today: u32,
    /// Remembered footfall a day.
    pub footfall: f32,
    /// Opening hour of the city's clock.
    pub opens: u8,
    /// Closing hour; equal to `opens` for always open.
    pub closes: u8,
    /// What it is about, a unit vector.
    pub topics: [f32; SPACE_TOPICS],
}

impl RowHash for Space {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.parcel.0) << 32 | u64::from(self.capacity));
        h.u64(u64::from(self.present) << 32 | u64::from(self.footfall_today));
        h.f32(self.footfall);
        h.u64(
            u64::from(self.kind.code()) | u64::from(self.opens) << 8 | u64::from(self.closes) << 16,
        );
        h.f32s(&self.topics);
    }
}

impl Space {
    /// Says whether it is open at an hour.
    #[must_use]
    pub fn is_open(&self, hour: u32) -> bool {
        let (hour, opens, closes) = (hour as u8, self.opens, self.closes);
        match opens.cmp(&closes) {
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Less => (opens..closes).contains(&hour),
            std::cmp::Ordering::Greater => hour >= opens || hour < closes,
        }
    }
    /// Says whether there is a seat left.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.present < self.capacity
    }
}

/// All spaces.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Spaces {
    /// One row each, by [`SpaceId`].
    pub table: Table<Space>,
    by_kind: [Vec<SpaceId>; 5],
}

impl Spaces {
    /// Returns a space.
    #[must_use]
    pub fn get(&self, id: SpaceId) -> &Space {
        self.table.row(id.idx())
    }

    /// Lists the spaces of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: SpaceKind) -> &[SpaceId] {
        &self.by_kind[kind as usize]
    }

    /// Opens a space.
    pub fn open(&mut self, space: Space) -> SpaceId {
        let kind = space.kind;
        let id = SpaceId::from_idx(self.table.push(space));
        self.by_kind[kind as usize].push(id);
        id
    }

    /// Lets somebody in.
    pub fn enter(&mut self, id: SpaceId) {
        let s = self.table.row_mut(id.idx());
        s.present += 1;
        s.footfall_today += 1;
    }

    /// Lets somebody out.
    pub fn leave(&mut self, id: SpaceId) {
        let s = self.table.row_mut(id.idx());
        s.present = s.present.saturating_sub(1);
    }

    /// Closes the day: today's footfall joins what is remembered.
    pub fn roll_day(&mut self, half_life_days: f64) {
        let keep = math::pow(0.5, 1.0 / half_life_days) as f32;
        for i in 0..self.table.len() {
            let s = self.table.row_mut(i);
            s.footfall = keep * s.footfall + (1.0 - keep) * s.footfall_today as f32;
            s.footfall_today = 0;
        }
    }

    /// Builds the spaces of a city of `n_avatars`: many near the middle, game rooms and clubs in the districts.
    #[must_use]
    pub fn build(
        seed: u64,
        map: &CityMap,
        n_avatars: usize,
        n_topics: usize,
        config: &SpacesConfig,
    ) -> Self {
        let mut spaces = Self::default();
        let lots: Vec<ParcelId> = map.land().collect();
        let plazas: Vec<ParcelId> = (0..map.len())
            .map(ParcelId::from_idx)
            .filter(|p| map.cell(*p) == Cell::Plaza)
            .collect();
        let mut taken = vec![false; map.len()];
        let plan = [
            (SpaceKind::Plaza, config.avatars_per_plaza, 3usize),
            (SpaceKind::GameRoom, config.avatars_per_game_room, 2),
            (SpaceKind::MarketHall, config.avatars_per_market, 1),
            (SpaceKind::Classroom, config.avatars_per_classroom, 2),
            (SpaceKind::Estate, config.avatars_per_market, 1),
        ];
        for (kind, per, least) in plan {
            let n =
                ((n_avatars as f64 / per).round() as usize).clamp(least, lots.len() / 8 + least);
            for i in 0..n {
                let key = (kind as u64) << 32 | i as u64;
                let mut rng = RngStream::new(seed, Purpose::Map, key, 1);
                let parcel = if kind == SpaceKind::Plaza && i == 0 && !plazas.is_empty() {
                    plazas[plazas.len() / 2]
                } else {
                    // The best connected of a few free lots.
                    (0..6)
                        .map(|_| lots[rng.below(lots.len())])
                        .filter(|p| !taken[p.idx()])
                        .min_by(|a, b| {
                            let cost = |p: ParcelId| map.to_center(p) + 3.0 * map.to_road(p);
                            cost(*a).total_cmp(&cost(*b)).then(a.cmp(b))
                        })
                        .unwrap_or(lots[rng.below(lots.len())])
                };
                taken[parcel.idx()] = true;
                let mut topics = [0.0f32; SPACE_TOPICS];
                topics[rng.below(n_topics)] += 1.0;
                topics[rng.below(n_topics)] += 0.6;
                let norm = math::dot(&topics, &topics).sqrt();
                for t in &mut topics {
                    *t /= norm;
                }
                let capacity =
                    (per * config.capacity_factor * rng.log_normal(0.0, 0.4)).clamp(8.0, 1e6);
                let (opens, closes) = match kind {
                    SpaceKind::Classroom => (7, 23),
                    SpaceKind::Estate => (6, 0),
                    _ => (0, 0),
                };
                spaces.open(Space {
                    kind,
                    parcel,
                    capacity: if i == 0 {
                        (capacity * 6.0) as u32
                    } else {
                        capacity as u32
                    },
                    present: 0,
                    footfall_today: 0,
                    footfall: 0.0,
                    opens,
                    closes,
                    topics,
                });
            }
        }
        spaces
    }
}

impl StateHash for Spaces {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_exists_even_in_a_tiny_city() {
        let config = SpacesConfig::BASELINE;
        let map = CityMap::generate(1, &config);
        let spaces = Spaces::build(1, &map, 1, 24, &config);
        for kind in SpaceKind::ALL {
            assert!(!spaces.of_kind(*kind).is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn opening_hours_may_pass_midnight() {
        let config = SpacesConfig::BASELINE;
        let map = CityMap::generate(1, &config);
        let spaces = Spaces::build(1, &map, 100, 24, &config);
        let mut s = spaces.get(SpaceId(0)).clone();
        (s.opens, s.closes) = (22, 4);
        assert!(s.is_open(23) && s.is_open(3) && !s.is_open(12));
    }

    #[test]
    fn footfall_is_remembered_and_fades() {
        let config = SpacesConfig::BASELINE;
        let map = CityMap::generate(1, &config);
        let mut spaces = Spaces::build(1, &map, 100, 24, &config);
        let id = SpaceId(0);
        spaces.enter(id);
        spaces.leave(id);
        spaces.roll_day(1.0);
        assert_eq!(spaces.get(id).footfall, 0.5);
        spaces.roll_day(1.0);
        assert_eq!(spaces.get(id).footfall, 0.25);
    }
}
