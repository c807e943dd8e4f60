//! The ties' part of the scenario.

use crate::config;

config! {
    /// How people get to know each other.
    pub struct TiesConfig {
        /// Mean number of ties at the start.
        mean_degree: f64 = 14.0, "ties", 0.0..=500.0;
        /// Deviation of the logarithm of an avatar's wish for ties.
        degree_sigma: f64 = 1.35, "-", 0.0..=3.0;
        /// Share of first ties made with friends of friends.
        triadic: f64 = 0.42, "share", 0.0..=1.0;
        /// Chance that a request between strangers who match perfectly is accepted.
        acceptance: f64 = 0.5, "share", 0.0..=1.0;
        /// Chance a meeting between strangers leads to a request, at perfect match.
        request_rate: f64 = 0.08, "share", 0.0..=1.0;
        /// Strength added by a meeting.
        meeting_gain: f64 = 0.1, "share", 0.0..=1.0;
        /// Ties an avatar can keep.
        max_ties: u32 = 400, "ties", 1..=5000;
        /// Communities for each thousand avatars.
        communities_per_1000: f64 = 12.0, "communities", 0.0..=1000.0;
    }
}
