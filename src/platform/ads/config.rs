//! The part of the scenario on ads.

use super::attribution::rules::Rule;
use super::auction::Pricing;
use super::bidder::shading::ShadingConfig;
use crate::{config, config_choice};

config_choice! {
    /// What the lowest price of a slot is.
    pub enum ReserveKind {
        /// None: anything above nothing is taken.
        Off = "off",
        /// The reserve price of the scenario.
        Fixed = "fixed",
        /// Myerson's: what would have earned most from one bidder alone, learned each night from the bids of the day.
        Learned = "learned",
        /// What would have earned most in the auctions of the day, with all who bid in them, learned each night.
        Competitive = "competitive",
    }
}

config_choice! {
    /// How a budget is made to last the day.
    pub enum PacingKind {
        /// It is not: a campaign bids what an answer is worth until its money is gone.
        Off = "off",
        /// Bids are divided by one plus the price of the budget, which rises while too much is spent.
        Adaptive = "adaptive",
        /// Bids stay as they are, but a campaign takes part only in a share of auctions.
        Throttling = "throttling",
        /// Bids are multiplied by what a proportional–integral–derivative controller says.
        Pid = "pid",
    }
}

config_choice! {
    /// What campaigns bid.
    pub enum Bidding {
        /// What an answer is worth to them.
        Truthful = "truthful",
        /// Less, by what they have learned of how bids win; for auctions in which the winner pays its bid.
        Shading = "shading",
    }
}

config_choice! {
    /// Which ads a conversion is owed to.
    pub enum Attribution {
        /// The last one.
        Last = "last",
        /// The first one.
        First = "first",
        /// All alike.
        Linear = "linear",
        /// Half as much for each week earlier.
        TimeDecay = "time_decay",
        /// By what surfaces contribute, averaged over all orders in which they could have come.
        Shapley = "shapley",
        /// By what would be missing without a surface.
        Markov = "markov",
    }
}

config_choice! {
    /// Which creative of the campaign that won a slot is shown.
    pub enum CreativeChoice {
        /// Each as often as the others, in turn.
        Rotate = "rotate",
        /// The one that does best in a draw from what is known of each (Thompson sampling).
        Learned = "learned",
    }
}

/// Half-life of credit under time decay, in days.
const HALF_LIFE_DAYS: f64 = 7.0;

impl Attribution {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::Last,
        Self::First,
        Self::Linear,
        Self::TimeDecay,
        Self::Shapley,
        Self::Markov,
    ];

    /// Returns how a single conversion is divided among the ads before it; `None` for what divides sums only.
    #[must_use]
    pub const fn rule(self) -> Option<Rule> {
        match self {
            Self::Last => Some(Rule::Last),
            Self::First => Some(Rule::First),
            Self::Linear => Some(Rule::Linear),
            Self::TimeDecay => Some(Rule::TimeDecay {
                half_life_days: HALF_LIFE_DAYS,
            }),
            Self::Shapley | Self::Markov => None,
        }
    }
}

config! {
    /// Ads: who advertises, how much room they get, how a slot is sold.
    pub struct AdsConfig {
        /// Whether there are ads at all.
        enabled: bool = true, "-";
        /// Share of slates that carry an ad slot.
        load: f64 = 0.10, "share", 0.0..=1.0;
        /// Whether the slot on the games surface is a rewarded video.
        rewarded: bool = true, "-";
        /// Whether there are billboards along the ways.
        billboards: bool = true, "-";
        /// Share of arrivals that have passed a billboard.
        billboard_share: f64 = 0.03, "share", 0.0..=1.0;
        /// Whether a brand is placed in every game room and classroom, sold for a day to be seen by all who come in.
        placements: bool = false, "-";
        /// Whether every live event has a sponsor, sold when it is announced to be seen by all who attend.
        sponsored_events: bool = false, "-";
        /// Whether ads are chosen by the observed interests of those who consent; otherwise by the place alone.
        targeting: bool = true, "-";
        /// Campaigns that run at a time for each thousand avatars.
        campaigns_per_1000: f64 = 6.0, "campaigns", 0.0..=1000.0;
        /// Median worth of a click to an advertiser, in outside money.
        click_value: f64 = 0.5, "outside money", 0.0..=100_000.0;
        /// Deviation of the logarithm of that worth from campaign to campaign.
        click_value_sigma: f64 = 0.6, "-", 0.0..=3.0;
        /// Worth of a rewarded video watched to the end, as a share of a click's.
        rewarded_value: f64 = 0.06, "share", 0.0..=1.0;
        /// Median of what a campaign may spend a day, in outside money.
        daily_budget: f64 = 1.0, "outside money/day", 0.0..=1_000_000.0;
        /// Share of campaigns that want to be seen by many, and pay for looks.
        reach_share: f64 = 0.0, "share", 0.0..=1.0;
        /// Share of campaigns that want something done after the click, and bid by what that may cost; the rest want clicks.
        conversion_share: f64 = 0.0, "share", 0.0..=1.0;
        /// Creatives of a campaign: with 1 an ad is like any other about its topic; with more, each has words and a picture of its own, and people like them differently.
        creatives: u32 = 1, "creatives", 1..=8;
        /// Which creative of the campaign that won a slot is shown, where it has several.
        creative_choice: CreativeChoice = CreativeChoice::Learned, "-";
        /// Ads a slate with an ad slot has room for.
        slots: u32 = 1, "ads", 1..=4;
        /// Looks at an ad, relative to those at the one above it, as the platform assumes.
        exposure: f64 = 0.6, "share", 0.0..=1.0;
        /// How winners pay.
        auction: Pricing = Pricing::GeneralizedSecond, "-";
        /// What campaigns bid.
        bidding: Bidding = Bidding::Truthful, "-";
        /// Under shading, deviation of the logarithm of bids around the best known, to keep learning.
        shading_exploration: f64 = 0.1, "-", 0.0..=1.0;
        /// Under shading, auctions after which an auction counts for little.
        shading_memory: f64 = 5_000.0, "auctions", 10.0..=100_000_000.0;
        /// What the lowest price of a slot is.
        reserve: ReserveKind = ReserveKind::Fixed, "-";
        /// Lowest price of a click on an ad that is clicked as often as is usual, in outside money.
        reserve_price: f64 = 0.05, "outside money", 0.0..=100_000.0;
        /// Whether bids are weighted by the predicted rate of clicks; otherwise the highest bid wins.
        quality_weighting: bool = true, "-";
        /// How a day's budget is made to last the day.
        pacing: PacingKind = PacingKind::Adaptive, "-";
        /// Most times a day an avatar sees a campaign; 0 for no limit.
        cap_per_day: u32 = 3, "ads/day", 0..=15;
        /// Most times in seven days an avatar sees a campaign; 0 for no limit.
        cap_per_week: u32 = 10, "ads/week", 0..=105;
        /// Share of avatars to whom a campaign is never shown, drawn for each campaign, to measure what its ads change.
        holdout: f64 = 0.0, "share", 0.0..=0.9;
        /// Which ads a conversion is owed to.
        attribution: Attribution = Attribution::Last, "-";
        /// Days before a conversion in which an ad may have had part in it.
        attribution_days: u32 = 7, "days", 1..=30;
    }
}

impl AdsConfig {
    /// No ads.
    pub const NULL: Self = Self {
        enabled: false,
        load: 0.0,
        rewarded: false,
        billboards: false,
        targeting: false,
        quality_weighting: false,
        pacing: PacingKind::Off,
        ..Self::BASELINE
    };

    /// Returns how bids are shaded.
    #[must_use]
    pub const fn shading(&self) -> ShadingConfig {
        ShadingConfig {
            exploration: self.shading_exploration,
            memory: self.shading_memory,
        }
    }
}
