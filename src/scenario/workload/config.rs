//! The workload's part of the scenario.

use crate::config;

config! {
    /// A world of declared vectors instead of a city.
    pub struct WorkloadConfig {
        /// Users; 0 for a city instead of a workload.
        users: u32 = 0, "users", 0..=10_000_000;
        /// Items, all scored for every user at every step.
        items: u32 = 1000, "items", 1..=10_000_000;
        /// Length of a vector.
        dims: u32 = 32, "numbers", 1..=1024;
        /// Steps, one a tick.
        steps: u32 = 100, "ticks", 1..=10_000_000;
        /// Items of a slate.
        slate: u32 = 10, "items", 1..=32;
        /// Logit of an item whose vector is the user's own.
        steepness: f64 = 4.0, "logit", 0.0..=100.0;
        /// Logit of choosing nothing.
        no_choice_logit: f64 = 3.0, "logit", -100.0..=100.0;
        /// How far a choice moves the user's vector towards the item's.
        drift: f64 = 0.05, "share", 0.0..=1.0;
    }
}
