//! The avatars' part of the scenario: who they are, when they come, how they choose.

use crate::config;

config! {
    /// Who the avatars are.
    pub struct AvatarsConfig {
        /// Archetypes of interest from which avatars' interests are drawn.
        n_archetypes: u32 = 12, "archetypes", 1..=64;
        /// Concentration of an avatar's interests around its archetypes; low is peaked.
        interest_concentration: f64 = 6.0, "-", 0.1..=1000.0;
        /// Share of avatars who create content.
        creator_share: f64 = 0.06, "share", 0.0..=1.0;
        /// Share of avatars under age, who are protected.
        minor_share: f64 = 0.08, "share", 0.0..=1.0;
        /// Share of avatars who ever pay with outside money.
        spender_share: f64 = 0.18, "share", 0.0..=1.0;
        /// Deviation of the logarithm of what a spender spends at a time.
        spender_sigma: f64 = 1.7, "-", 0.0..=4.0;
        /// Share of newcomers who allow recommendations from their behaviour.
        consent_recommendation: f64 = 0.93, "share", 0.0..=1.0;
        /// Share of newcomers who allow ads chosen by their behaviour.
        consent_ads: f64 = 0.7, "share", 0.0..=1.0;
        /// Share of newcomers who allow research on their behaviour.
        consent_research: f64 = 0.8, "share", 0.0..=1.0;
        /// Share of newcomers who allow pushes.
        push_opt_in: f64 = 0.68, "share", 0.0..=1.0;
        /// Share of avatars who come for bonuses and do no more than is asked for them.
        farmer_share: f64 = 0.0, "share", 0.0..=1.0;
    }
}

config! {
    /// When avatars come and how long they stay.
    pub struct ReturnsConfig {
        /// Shape of the Gamma distribution of the rate of leaving; with a Gamma mixture the cohort curve is a power law, whose exponent this is.
        frailty_shape: f64 = 0.46, "-", 0.05..=10.0;
        /// Days after which the mixture's power law sets in.
        frailty_days: f64 = 0.9, "days", 0.01..=365.0;
        /// Mean sessions a day of an avatar that stays.
        sessions_per_day: f64 = 0.8, "1/day", 0.01..=48.0;
        /// Shape of the Gamma distribution of that rate; low is unequal.
        rate_shape: f64 = 0.6, "-", 0.05..=50.0;
        /// Log ratio of the busiest to the quietest hour of an avatar's day.
        diurnal_log_amplitude: f64 = 3.2, "-", 0.0..=8.0;
        /// How strongly dissatisfaction raises the rate of leaving.
        churn_per_dissatisfaction: f64 = 2.5, "1/satisfaction", 0.0..=20.0;
        /// How strongly satisfaction raises the rate of coming back.
        return_per_satisfaction: f64 = 0.8, "1/satisfaction", 0.0..=20.0;
        /// Mean age of the residents at the start.
        resident_age_days: f64 = 120.0, "days", 0.0..=3650.0;
        /// Deviation of the avatars' time zones.
        timezone_sigma_hours: f64 = 1.5, "hours", 0.0..=12.0;
        /// Draws when avatars come and when they leave for good from moments that all arms of an experiment share, instead of gaps that begin with the visit before. The law is the same; two arms differ by less chance.
        shared_moments: bool = true, "-";
    }
}

config! {
    /// How long sessions last and what is done in them.
    pub struct SessionsConfig {
        /// Median time an avatar means to stay.
        median_minutes: f64 = 8.0, "min", 0.5..=600.0;
        /// Deviation of the logarithm of that time from session to session.
        sigma: f64 = 0.85, "-", 0.0..=3.0;
        /// Deviation of the logarithm of that time from avatar to avatar.
        avatar_sigma: f64 = 0.7, "-", 0.0..=3.0;
        /// Chance a minute to leave early, at zero satisfaction.
        bail_hazard: f64 = 0.03, "1/min", 0.0..=1.0;
        /// Weight of looking at posts when choosing what to do next.
        feed_weight: f64 = 1.0, "-", 0.0..=100.0;
        /// Weight of playing.
        play_weight: f64 = 0.55, "-", 0.0..=100.0;
        /// Weight of talking and meeting people.
        social_weight: f64 = 0.45, "-", 0.0..=100.0;
        /// Weight of studying.
        study_weight: f64 = 0.12, "-", 0.0..=100.0;
        /// Weight of looking at assets and game items.
        market_weight: f64 = 0.16, "-", 0.0..=100.0;
        /// Weight of looking at land.
        land_weight: f64 = 0.05, "-", 0.0..=100.0;
        /// Weight of going somewhere else.
        move_weight: f64 = 0.22, "-", 0.0..=100.0;
        /// Weight of publishing, beside what the role and the will to publish make of it; 0 keeps anybody from adding to the catalogue.
        create_weight: f64 = 1.0, "-", 0.0..=100.0;
    }
}

config! {
    /// How avatars react to what reaches them outside a slate.
    pub struct ReactionsConfig {
        /// Chance that a push about something of middling interest brings an avatar back.
        push_open_rate: f64 = 0.09, "share", 0.0..=1.0;
        /// Chance that an invitation by a friend is accepted.
        invitation_rate: f64 = 0.06, "share", 0.0..=1.0;
        /// Chance that an avatar in the city goes to a live event it is invited to.
        live_event_rate: f64 = 0.25, "share", 0.0..=1.0;
        /// Satisfaction lost to a push that was not wanted.
        push_annoyance: f64 = 0.004, "satisfaction", 0.0..=1.0;
        /// Chance to turn pushes off after one that was not wanted; grows with each in a row.
        opt_out_hazard: f64 = 0.002, "share", 0.0..=1.0;
        /// Satisfaction gained from a coin of reward, at mean price sensitivity.
        reward_joy: f64 = 0.02, "satisfaction", 0.0..=1.0;
        /// Utility of attending a live event, above the outside option.
        live_event_joy: f64 = 1.5, "utility", 0.0..=20.0;
        /// Log ratio of the hour of its day at which an avatar heeds pushes most to that at which it heeds them least; 0 where hours do not matter.
        push_hour_amplitude: f64 = 0.0, "-", 0.0..=8.0;
        /// Deviation of the logarithm of how much avatars heed pushes; 0 where all are alike.
        push_openness_sigma: f64 = 0.0, "-", 0.0..=3.0;
        /// Chance that an avatar takes notice of a bonus that it is offered while it is away.
        bonus_notice: f64 = 0.6, "share", 0.0..=1.0;
        /// How much the worth of a bonus in coins counts against the trouble it takes.
        bonus_weight: f64 = 3.0, "-", 0.0..=100.0;
        /// Trouble of a visit that was not planned.
        bonus_effort: f64 = 3.0, "utility", 0.0..=100.0;
        /// How that trouble grows with the logarithm of the days until the next planned visit.
        bonus_distance: f64 = 0.15, "share", 0.0..=10.0;
        /// Trouble of each minute beyond what was meant.
        bonus_minute_effort: f64 = 0.15, "utility/min", 0.0..=10.0;
    }
}

config! {
    /// How avatars choose from a slate and what it does to them.
    pub struct ChoiceConfig {
        /// Utility of a perfect match of interests.
        match_weight: f64 = 4.0, "utility", 0.0..=50.0;
        /// Utility of a unit of quality.
        quality_weight: f64 = 0.7, "utility", 0.0..=50.0;
        /// Utility of something brand-new.
        freshness_weight: f64 = 0.4, "utility", 0.0..=50.0;
        /// Utility of a friend being there or behind it.
        friend_weight: f64 = 0.6, "utility", 0.0..=50.0;
        /// Disutility of the logarithm of one plus the price in coins, at mean price sensitivity.
        price_weight: f64 = 0.7, "utility", 0.0..=50.0;
        /// Disutility of an ad among the offers, at mean ad tolerance.
        clutter_weight: f64 = 0.35, "utility", 0.0..=50.0;
        /// Utility of choosing nothing.
        outside_option: f64 = 2.2, "utility", -50.0..=50.0;
        /// Exponent of the attention a position gets: examined with weight 1 / rank^exponent.
        position_exponent: f64 = 0.6, "-", 0.0..=4.0;
        /// Boredom added to a topic by consuming it.
        boredom_gain: f64 = 0.12, "share", 0.0..=1.0;
        /// Half-life of boredom.
        boredom_half_life_hours: f64 = 10.0, "hours", 0.01..=1000.0;
        /// Drift of interests towards what is consumed, each time.
        drift: f64 = 0.004, "share", 0.0..=1.0;
        /// Speed at which satisfaction and expectation learn.
        satisfaction_rate: f64 = 0.04, "share", 0.0..=1.0;
        /// How much more losses weigh than gains.
        loss_aversion: f64 = 2.0, "-", 0.0..=10.0;
        /// Satisfaction lost to an ad, at mean ad tolerance.
        ad_annoyance: f64 = 0.05, "satisfaction", 0.0..=1.0;
        /// Chance that an examined display ad that matches perfectly is clicked.
        ad_click_rate: f64 = 0.008, "share", 0.0..=1.0;
        /// Chance that a rewarded ad is watched to the end.
        rewarded_rate: f64 = 0.10, "share", 0.0..=1.0;
        /// Chance that a click on an ad leads to what the advertiser wants, at middling interest and purse.
        ad_conversion_rate: f64 = 0.06, "share", 0.0..=1.0;
        /// Median time from a click to that.
        ad_conversion_hours: f64 = 3.0, "hours", 0.01..=1000.0;
        /// Deviation of the logarithm of how much more often a further creative of a campaign is clicked than its first; counts only where campaigns have several.
        creative_taste: f64 = 0.5, "-", 0.0..=2.0;
        /// Share of an avatar's blindness to ads that a campaign takes away by another creative than the one it saw last; counts only where campaigns have several.
        creative_relief: f64 = 0.5, "share", 0.0..=1.0;
        /// Chance that an avatar comes, in a session, to want something advertised by itself, without an ad.
        own_want_rate: f64 = 0.0005, "share", 0.0..=1.0;
    }
}

impl ChoiceConfig {
    /// Avatars that neither tire, drift, nor mind anything.
    pub const NULL: Self = Self {
        freshness_weight: 0.0,
        friend_weight: 0.0,
        price_weight: 0.0,
        clutter_weight: 0.0,
        boredom_gain: 0.0,
        drift: 0.0,
        satisfaction_rate: 0.0,
        ad_annoyance: 0.0,
        ad_click_rate: 0.0,
        rewarded_rate: 0.0,
        ad_conversion_rate: 0.0,
        creative_taste: 0.0,
        creative_relief: 0.0,
        own_want_rate: 0.0,
        ..Self::BASELINE
    };
}
