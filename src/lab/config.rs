//! The lab's part of the scenario: what is measured. None of it changes the world.

use bevy::ecs::prelude::Resource;

use crate::config;

config! {
    /// What is measured and kept.
    pub struct LabConfig {
        /// One in so many slates is compared with what an oracle would have shown; 0 for none.
        oracle_every: u32 = 40, "slates", 0..=1_000_000;
        /// Whether slates are logged beside the events.
        log_offers: bool = false, "-";
        /// Whether every posting of the ledger is logged beside the events, for `agora trace`.
        log_money: bool = true, "-";
        /// Whether consumption by topic is kept for each avatar, to measure how narrow it becomes.
        diversity: bool = true, "-";
        /// Whether every sale of land is followed from the asking to the price, to measure what it was worth to both sides.
        land_sales: bool = false, "-";
    }
}

/// The lab's part of the scenario, as its systems read it.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct LabRules(pub LabConfig);
