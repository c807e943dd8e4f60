//! What an auction sells, what it is decided by, and what a sale is.

use super::auction::Quality;
use super::campaign::Campaigns;
use super::click_model::{Cell, ClickModel, Format};
use super::config::AdsConfig;
use super::conversion_model::ConversionModel;
use super::frequency::FrequencyCaps;
use super::targeting::Clue;
use crate::events::behavior::Surface;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::math;
use crate::sim::units::{Coins, Tick};

/// A slot sold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sale {
    pub(super) campaign: CampaignId,
    pub(super) topic: u8,
    pub(super) price_per_click: Coins,
    pub(super) price_per_look: Coins,
    pub(super) p_click: f64,
    pub(super) cell: Cell,
}

impl Sale {
    /// Returns what the ad is expected to cost.
    pub(super) fn due(&self) -> f64 {
        self.price_per_click.as_f64() * self.p_click + self.price_per_look.as_f64()
    }
}

/// What is sold to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lot<'a> {
    pub(super) avatar: AvatarId,
    pub(super) day: u32,
    pub(super) place: Surface,
    pub(super) format: Format,
    pub(super) clue: &'a Clue,
    /// How many slots there are.
    pub(super) slots: u32,
}

/// What an auction is decided by.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) seed: u64,
    pub(super) now: Tick,
    pub(super) model: &'a ClickModel,
    pub(super) conversions: &'a ConversionModel,
    pub(super) campaigns: &'a Campaigns,
    pub(super) caps: &'a FrequencyCaps,
    pub(super) config: &'a AdsConfig,
}

/// Returns what an answer to an ad of a format is worth relative to a click, in parts per million: a video watched to the end
/// is worth a share of it that is the same for everybody.
#[must_use]
pub fn worth(format: Format, config: &AdsConfig) -> u32 {
    match format {
        Format::Display => 1_000_000,
        Format::Rewarded => (config.rewarded_value * 1e6).round() as u32,
    }
}

/// Returns how an auction weighs a probability of a click.
pub(super) fn quality(p_click: f64, config: &AdsConfig) -> Quality {
    if config.quality_weighting {
        Quality::from_probability(p_click)
    } else {
        Quality::ONE
    }
}

/// Returns the looks at the `place`-th ad of a slate, relative to the first.
pub(super) fn exposure(place: usize, config: &AdsConfig) -> f64 {
    math::pow(config.exposure, place as f64)
}
