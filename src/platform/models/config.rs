//! The models' part of the scenario: the settings of every model of the catalog.

use super::bandit::recommend::{LinUcbConfig, ThompsonConfig};
use super::collaborative::bpr::BprSettings;
use super::collaborative::ials::IalsSettings;
use super::collaborative::rp3beta::Rp3BetaSettings;
use super::dcn::config::DcnConfig;
use super::fusion::config::FusionConfig;
use super::logistic::config::LogisticConfig;
use super::registry::shadow::ShadowConfig;
use super::sequence::config::SasRecConfig;
use super::two_tower::config::TwoTowerConfig;
use crate::config_group;

config_group! {
    /// How each model of the catalog is made, and judged before it goes live.
    pub struct ModelsConfig {
        /// When a challenger takes over.
        shadow: ShadowConfig;
        /// Two towers, as they learn in the city.
        two_tower: TwoTowerConfig;
        /// Random walks.
        rp3beta: Rp3BetaSettings;
        /// Factors by alternating least squares.
        ials: IalsSettings;
        /// Factors by pairwise preferences.
        bpr: BprSettings;
        /// Logistic regression.
        logistic: LogisticConfig;
        /// Deep and cross network.
        dcn: DcnConfig;
        /// Self-attention over what was met.
        sasrec: SasRecConfig;
        /// Modalities and behaviour in one.
        fusion: FusionConfig;
        /// Linear bandit with upper confidence bounds.
        lin_ucb: LinUcbConfig;
        /// Linear bandit with posterior draws.
        thompson: ThompsonConfig;
    }
}

impl ModelsConfig {
    /// Every model as its own defaults make it.
    pub const BASELINE: Self = Self {
        shadow: ShadowConfig::BASELINE,
        two_tower: TwoTowerConfig::BASELINE,
        rp3beta: Rp3BetaSettings::BASELINE,
        ials: IalsSettings::BASELINE,
        bpr: BprSettings::BASELINE,
        logistic: LogisticConfig::BASELINE,
        dcn: DcnConfig::BASELINE,
        sasrec: SasRecConfig::BASELINE,
        fusion: FusionConfig::BASELINE,
        lin_ucb: LinUcbConfig::BASELINE,
        thompson: ThompsonConfig::BASELINE,
    };

    /// Returns the settings of a model by its name in the catalog; nothing for a model without any.
    #[must_use]
    pub fn settings(&self, name: &str) -> toml::Table {
        let all = toml::Table::try_from(self).unwrap_or_default();
        match all.get(name) {
            Some(toml::Value::Table(settings)) => settings.clone(),
            _ => toml::Table::new(),
        }
    }
}
