//! What a campaign wants: clicks, to be seen by many, or something done after the click.
//!
//! | goal | pays for | bids |
//! | --- | --- | --- |
//! | clicks | a click | what a click is worth |
//! | reach | a look | what a look is worth, before those who have not seen it within a week |
//! | conversions | a click | the cost it aims at for a conversion, times how likely a click becomes one, times the factor of its [target](super::bidder::target) |
//!
//! What a conversion is worth is the advertiser's own; the platform knows it because it is told as the target.

use serde::{Deserialize, Serialize};

use super::config::AdsConfig;
use crate::sim::rng::{Purpose, RngStream};

/// What a campaign wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Goal {
    /// Clicks.
    Clicks = 0,
    /// To be seen by as many as possible.
    Reach = 1,
    /// Something done after the click.
    Conversions = 2,
}

impl Goal {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Clicks, Self::Reach, Self::Conversions];

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clicks => "clicks",
            Self::Reach => "reach",
            Self::Conversions => "conversions",
        }
    }

    /// Draws the goal of the `round`-th campaign of a lane.
    #[must_use]
    pub fn draw(seed: u64, lane: usize, round: u32, config: &AdsConfig) -> Self {
        let u = RngStream::new(seed, Purpose::AdGoal, lane as u64, round).uniform();
        if u < config.reach_share {
            Self::Reach
        } else if u < config.reach_share + config.conversion_share {
            Self::Conversions
        } else {
            Self::Clicks
        }
    }
}
