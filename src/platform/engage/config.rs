//! The part of the scenario on reaching people.

use super::push_budget::PushBudgetConfig;
use super::push_value::PushWorthConfig;
use crate::platform::incentives::config::UpliftConfig;
use crate::{config, config_choice, config_group};

config_choice! {
    /// Who is pushed when.
    pub enum PushPolicy {
        /// Whoever has been away for so long, ever more rarely.
        Rule = "rule",
        /// Absentees by lot, at hours by lot.
        Random = "random",
        /// Those whom a push brings back, less those whom it drives away, at the hour that is answered best; learned from what
        /// `push_hold_out` withholds, by lot where that is 0.
        Uplift = "uplift",
    }
}

config_choice! {
    /// When and where live events are held.
    pub enum LiveEventPolicy {
        /// At the hour that is given, where most seats are free, give or take.
        Fixed = "fixed",
        /// At an hour and in places drawn by lot every day.
        Random = "random",
        /// At the hour at which most were in the city so far, where those who are there fit best.
        Best = "best",
    }
}

config! {
    /// Pushes, invitations and live events.
    pub struct EngageConfig {
        /// Whether pushes are sent.
        push: bool = true, "-";
        /// Who is pushed when.
        push_policy: PushPolicy = PushPolicy::Rule, "-";
        /// Pushes planned a day for each thousand residents; by rule there are as many as there are.
        pushes_per_1000: f64 = 120.0, "pushes/day", 0.0..=100_000.0;
        /// Hours since its last session before which an avatar is not pushed; by rule the delay decides.
        push_absence_hours: f64 = 12.0, "hours", 0.0..=10_000.0;
        /// Share of pushes that are withheld at random, to measure and to learn what the others bring about.
        push_hold_out: f64 = 0.0, "share", 0.0..=0.9;
        /// Share of pushes that are still sent by lot, to learn from; only where uplift is learned.
        push_exploration: f64 = 0.15, "share", 0.0..=1.0;
        /// Hours after its last session when an avatar is first pushed.
        push_after_hours: f64 = 26.0, "hours", 1.0..=10_000.0;
        /// How much longer the wait becomes with each push that was not opened.
        push_backoff: f64 = 1.8, "-", 1.0..=100.0;
        /// Pushes in a row after which an avatar is left alone.
        push_limit: u32 = 5, "pushes", 0..=100;
        /// First local hour at which a push may be sent.
        quiet_until: u32 = 9, "hour", 0..=23;
        /// Local hour from which no push may be sent.
        quiet_from: u32 = 22, "hour", 1..=24;
        /// Whether friends are invited when somebody comes.
        invitations: bool = true, "-";
        /// Chance that a session leads to an invitation.
        invitation_rate: f64 = 0.10, "share", 0.0..=1.0;
        /// Days between invitations to the same avatar, at least.
        invitation_gap_days: f64 = 3.0, "days", 0.0..=1000.0;
        /// Whether live events are held.
        live_events: bool = true, "-";
        /// When and where they are held.
        live_event_policy: LiveEventPolicy = LiveEventPolicy::Fixed, "-";
        /// Hour of the city's clock at which they begin, where it is fixed or nothing has been learned.
        live_event_hour: u32 = 20, "hour", 0..=23;
        /// Live events a day for each thousand residents.
        live_events_per_1000: f64 = 0.3, "events/day", 0.0..=100.0;
    }
}

config_group! {
    /// Pushes by what they bring about.
    pub struct PushesConfig {
        /// How many an avatar may get.
        budget: PushBudgetConfig;
        /// What they are worth.
        worth: PushWorthConfig;
        /// How uplift is learned.
        uplift: UpliftConfig;
    }
}

impl PushesConfig {
    /// As in the baseline: what is not sent is not chosen.
    pub const NULL: Self = Self {
        budget: PushBudgetConfig::BASELINE,
        worth: PushWorthConfig::BASELINE,
        uplift: UpliftConfig::BASELINE,
    };
}

impl EngageConfig {
    /// Says whether it is kept what pushes and withheld pushes led to.
    #[must_use]
    pub fn tries_pushes(&self) -> bool {
        self.push && (self.push_hold_out > 0.0 || self.push_policy != PushPolicy::Rule)
    }

    /// Nobody is reached.
    pub const NULL: Self = Self {
        push: false,
        invitations: false,
        live_events: false,
        ..Self::BASELINE
    };
}
