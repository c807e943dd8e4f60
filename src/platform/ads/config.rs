//! The part of the scenario on ads.

use crate::config;

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
        /// Lowest price of a click on an ad that is clicked as often as is usual, in outside money.
        reserve_price: f64 = 0.05, "outside money", 0.0..=100_000.0;
        /// Whether bids are weighted by the predicted rate of clicks; otherwise the highest bid wins.
        quality_weighting: bool = true, "-";
        /// Whether bids are paced, so that a day's budget lasts the day.
        pacing: bool = true, "-";
        /// Most times a day an avatar sees a campaign; 0 for no limit.
        cap_per_day: u32 = 3, "ads/day", 0..=15;
        /// Most times in seven days an avatar sees a campaign; 0 for no limit.
        cap_per_week: u32 = 10, "ads/week", 0..=105;
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
        pacing: false,
        ..Self::BASELINE
    };
}
