//! The part of the scenario on joining by invitation.

use crate::config;

config! {
    /// Who brings newcomers along, and who opens second accounts.
    pub struct ReferralsConfig {
        /// Chance that an avatar whom it costs no trouble asks a friend outside the city to join, after a visit; 0 where nobody does.
        word_of_mouth: f64 = 0.0, "share", 0.0..=1.0;
        /// Trouble of asking a friend, against which stand satisfaction and what the coins promised are worth.
        asking_effort: f64 = 2.0, "utility", 0.0..=100.0;
        /// Chance that a friend who is asked joins, where nothing is promised to it.
        join_share: f64 = 0.3, "share", 0.0..=0.99;
        /// Mean days until it does.
        join_days: f64 = 1.0, "days", 0.0..=365.0;
        /// Chance that who joins so is tied at once to who invited it.
        tie_share: f64 = 0.8, "share", 0.0..=1.0;
        /// Share of avatars who would open a second account and invite it themselves, where that pays; 0 for none.
        self_referral: f64 = 0.0, "share", 0.0..=1.0;
        /// Trouble of opening a second account.
        account_effort: f64 = 1.0, "utility", 0.0..=100.0;
        /// Trouble of each day on which the second account must come.
        visit_effort: f64 = 0.3, "utility/day", 0.0..=100.0;
        /// Trouble of each minute for which it must stay.
        minute_effort: f64 = 0.05, "utility/min", 0.0..=10.0;
    }
}

impl ReferralsConfig {
    /// Says whether anybody joins by invitation at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.word_of_mouth > 0.0 || self.self_referral > 0.0
    }
}
