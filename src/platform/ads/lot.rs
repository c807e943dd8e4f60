//! What an auction sells, what it is decided by, and what a sale is.

use serde::{Deserialize, Serialize};

use super::auction::Quality;
use super::campaign::Campaigns;
use super::click_model::{Cell, ClickModel, Format};
use super::config::AdsConfig;
use super::conversion_model::ConversionModel;
use super::frequency::FrequencyCaps;
use super::targeting::Clue;
use crate::events::behavior::Surface;
use crate::sim::ids::{AvatarId, CampaignId, SpaceId};
use crate::sim::math;
use crate::sim::units::{Coins, Tick};

/// A slot sold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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

/// Before whom a slot is sold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Audience {
    /// One avatar.
    One(AvatarId),
    /// Everybody who comes to a space, as many as are expected.
    Public(SpaceId, f64),
}

impl Audience {
    /// Returns who it is, if it is one.
    pub(super) const fn avatar(self) -> Option<AvatarId> {
        match self {
            Self::One(avatar) => Some(avatar),
            Self::Public(..) => None,
        }
    }

    /// Returns a number that tells audiences apart, for streams: of an avatar its own, of spaces from the top.
    pub(super) const fn key(self) -> u64 {
        match self {
            Self::One(avatar) => avatar.0 as u64,
            Self::Public(space, _) => (u32::MAX - space.0) as u64,
        }
    }

    /// Returns what may be spent on one answer of what is left, where a look is answered with probability `p`: it has to last for
    /// all who are expected. Before one avatar it is all that is left.
    pub(super) fn affordable(self, left: Coins, p: f64) -> Coins {
        match self {
            Self::One(_) => left,
            Self::Public(_, expected) => {
                let answers = (expected * p).ceil().clamp(1.0, f64::from(u32::MAX)) as i64;
                Coins::from_micros(left.micros() / answers)
            }
        }
    }
}

/// What is sold to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lot<'a> {
    pub(super) audience: Audience,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_lasts_for_all_who_are_expected_and_is_one_avatars_alone() {
        let left = Coins::from_micros(1_000);
        let public = |expected| Audience::Public(SpaceId(3), expected);
        // 40 looks of which one in ten is answered: four answers.
        assert_eq!(public(40.0).affordable(left, 0.1), Coins::from_micros(250));
        // Less than one answer is expected: one can be paid.
        assert_eq!(public(2.0).affordable(left, 0.1), left);
        assert_eq!(Audience::One(AvatarId(0)).affordable(left, 1.0), left);
    }
}
