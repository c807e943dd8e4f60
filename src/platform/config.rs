//! The platform's part of the scenario.

use bevy::ecs::prelude::Resource;

use super::ads::config::AdsConfig;
use super::engage::config::{EngageConfig, PushesConfig};
use super::incentives::config::{BonusesConfig, IncentivesConfig};
use super::integrity::config::IntegrityConfig;
use super::models::config::ModelsConfig;
use super::recommend::config::RecommendConfig;
use crate::config_group;

config_group! {
    /// What the operator does.
    pub struct PlatformConfig {
        /// What is recommended, and how.
        recommend: RecommendConfig;
        /// How models of the catalog are made.
        models: ModelsConfig;
        /// Pushes, invitations, live events.
        engage: EngageConfig;
        /// Pushes by what they bring about.
        push: PushesConfig;
        /// Campaigns and auctions.
        ads: AdsConfig;
        /// Coins, drops, quests.
        incentives: IncentivesConfig;
        /// Coins for a visit.
        bonus: BonusesConfig;
        /// What is held for too many complaints.
        integrity: IntegrityConfig;
    }
}

impl PlatformConfig {
    /// Every mechanism off.
    pub const NULL: Self = Self {
        recommend: RecommendConfig::NULL,
        models: ModelsConfig::BASELINE,
        engage: EngageConfig::NULL,
        push: PushesConfig::NULL,
        ads: AdsConfig::NULL,
        incentives: IncentivesConfig::NULL,
        bonus: BonusesConfig::NULL,
        integrity: IntegrityConfig::NULL,
    };
}

/// The platform's part of the scenario, as its systems read it.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct PlatformRules(pub PlatformConfig);
