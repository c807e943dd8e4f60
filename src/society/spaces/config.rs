//! The city's part of the scenario.

use crate::config;

config! {
    /// The map and getting around on it.
    pub struct SpacesConfig {
        /// Parcels along a side of the map.
        side: u32 = 64, "parcels", 8..=1024;
        /// Districts.
        districts: u32 = 9, "districts", 1..=64;
        /// Every how many parcels a road runs.
        road_every: u32 = 8, "parcels", 2..=64;
        /// Avatars for each social space.
        avatars_per_plaza: f64 = 250.0, "avatars", 1.0..=1_000_000.0;
        /// Avatars for each game room.
        avatars_per_game_room: f64 = 250.0, "avatars", 1.0..=1_000_000.0;
        /// Avatars for each classroom.
        avatars_per_classroom: f64 = 700.0, "avatars", 1.0..=1_000_000.0;
        /// Avatars for each market hall.
        avatars_per_market: f64 = 2000.0, "avatars", 1.0..=1_000_000.0;
        /// Parcels walked in a minute.
        walking_speed: f64 = 16.0, "parcels/min", 0.1..=1000.0;
        /// Distance beyond which avatars teleport, if they can pay.
        teleport_beyond: f64 = 40.0, "parcels", 0.0..=10_000.0;
        /// Exponent of distance when choosing where to go.
        distance_exponent: f64 = 1.2, "-", 0.0..=10.0;
        /// Chance to explore on the first move; falls with the number of places known.
        explore_rho: f64 = 0.6, "share", 0.0..=1.0;
        /// How fast exploring falls with the number of places known.
        explore_gamma: f64 = 0.21, "-", 0.0..=5.0;
        /// Half-life of remembered footfall.
        footfall_half_life_days: f64 = 5.0, "days", 0.1..=1000.0;
        /// Seats of a space, as a multiple of the mean number of avatars that live near it.
        capacity_factor: f64 = 0.35, "-", 0.01..=100.0;
    }
}
