//! The society's part of the scenario.

use bevy::ecs::prelude::Resource;

use super::avatars::config::{
    AvatarsConfig, ChoiceConfig, ReactionsConfig, ReturnsConfig, SessionsConfig,
};
use super::content::config::ContentConfig;
use super::referrals::config::ReferralsConfig;
use super::spaces::config::SpacesConfig;
use super::ties::config::TiesConfig;
use crate::{config, config_group};

config! {
    /// How many people there are.
    pub struct PopulationConfig {
        /// Residents at the start.
        residents: u32 = 10000, "avatars", 1..=5_000_000;
        /// Newcomers a day for each thousand residents.
        newcomers_per_1000: f64 = 12.0, "avatars/day", 0.0..=1000.0;
        /// Topics of interest.
        topics: u32 = 24, "topics", 2..=32;
    }
}

config! {
    /// Scheduled shocks.
    pub struct ShocksConfig {
        /// Day on which a fashion begins; 0 for none.
        fashion_day: u32 = 0, "day", 0..=10_000;
        /// Topic of the fashion.
        fashion_topic: u32 = 0, "topic", 0..=31;
        /// How far interests of those awake move towards it.
        fashion_strength: f64 = 0.0, "share", 0.0..=1.0;
        /// Day on which interests shift; 0 for none.
        shift_day: u32 = 0, "day", 0..=10_000;
        /// Share of the avatars whose interests shift; those who come later bring the old ones.
        shift_share: f64 = 1.0, "share", 0.0..=1.0;
        /// Topics by which each interest moves on.
        shift_by: u32 = 5, "topics", 0..=31;
        /// How much of an interest moves.
        shift_strength: f64 = 1.0, "share", 0.0..=1.0;
    }
}

impl ShocksConfig {
    /// Returns the day on which interests shift; `None` if they do not.
    #[must_use]
    pub fn scheduled_shift(&self) -> Option<u32> {
        (self.shift_day > 0).then_some(self.shift_day)
    }
}

config_group! {
    /// Everything that is true in the city.
    pub struct SocietyConfig {
        /// How many people there are.
        population: PopulationConfig;
        /// Who they are.
        avatars: AvatarsConfig;
        /// When they come and how long they stay.
        returns: ReturnsConfig;
        /// What they do in a session.
        sessions: SessionsConfig;
        /// How they choose.
        choice: ChoiceConfig;
        /// How they react to pushes, invitations and rewards.
        reactions: ReactionsConfig;
        /// What there is.
        content: ContentConfig;
        /// Where it is.
        spaces: SpacesConfig;
        /// Who knows whom.
        ties: TiesConfig;
        /// Scheduled shocks.
        shocks: ShocksConfig;
        /// Who brings newcomers along, and who opens second accounts.
        referrals: ReferralsConfig;
    }
}

/// The society's part of the scenario, as its systems read it.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct SocietyRules(pub SocietyConfig);
