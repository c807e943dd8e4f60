//! What a push is worth: what it brings back, less what is lost with those who switch pushes off.
//!
//! A push makes somebody come back who would not have come (uplift, learned from a trial, see
//! [`meta_learner`](crate::platform::incentives::meta_learner)), and makes some switch pushes off for good (a hazard that
//! grows with how many they had lately). Worth is in whatever unit the operator counts in, minutes or money; it is a
//! prediction that is compared, never money that is paid.

use serde::{Deserialize, Serialize};

use crate::config;
use crate::sim::state_hash::{RowHash, StateHasher};

/// Levels of "pushes lately" that are told apart; more count as the last.
const LEVELS: usize = 8;

/// Pushes that the usual hazard counts as, for a level of which little was seen.
const PRIOR_PUSHES: f64 = 200.0;

/// Share of pushes answered by switching them off, before anything was seen.
const USUAL_HAZARD: f64 = 0.004;

config! {
    /// What pushes are worth.
    pub struct PushWorthConfig {
        /// Worth of a return that would not have happened.
        return_worth: f64 = 10.0, "minutes", 0.0..=1_000_000.0;
        /// Pushes a day that an avatar who allows them will get.
        pushes_per_day: f64 = 0.2, "pushes/day", 0.0..=100.0;
        /// Share of avatars that are still there a day later.
        daily_survival: f64 = 0.98, "share", 0.0..=0.9999;
        /// Least worth for which a push is sent.
        least_worth: f64 = 0.0, "minutes", 0.0..=1_000_000.0;
        /// What is left of a push's worth for each hour it is put off.
        hourly_patience: f64 = 0.98, "share", 0.0..=1.0;
    }
}

/// Whether an avatar switched pushes off when it got one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It kept them.
    Kept,
    /// It switched them off.
    OptedOut,
}

/// How likely a push is to be the last, by how many an avatar had lately.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OptOutHazard {
    pushes: [u64; LEVELS],
    opt_outs: [u64; LEVELS],
}

impl OptOutHazard {
    /// Learns from a push sent to an avatar that had `n_lately` before it.
    pub fn observe(&mut self, n_lately: u32, answer: Answer) {
        let level = (n_lately as usize).min(LEVELS - 1);
        self.pushes[level] += 1;
        self.opt_outs[level] += u64::from(answer == Answer::OptedOut);
    }

    /// Returns the share that opts out, in [0, 1]: what was seen at that level, drawn towards what was seen at all.
    pub fn rate(&self, n_lately: u32) -> f64 {
        let share = |opt_outs: u64, pushes: u64, prior: f64| {
            (opt_outs as f64 + PRIOR_PUSHES * prior) / (pushes as f64 + PRIOR_PUSHES)
        };
        let (all_out, all): (u64, u64) = (self.opt_outs.iter().sum(), self.pushes.iter().sum());
        let level = (n_lately as usize).min(LEVELS - 1);
        let usual = share(all_out, all, USUAL_HAZARD);
        share(self.opt_outs[level], self.pushes[level], usual)
    }
}

impl RowHash for OptOutHazard {
    fn hash_row(&self, h: &mut StateHasher) {
        for n in self.pushes.iter().chain(&self.opt_outs) {
            h.u64(*n);
        }
    }
}

impl PushWorthConfig {
    /// Returns the worth of being allowed to push an avatar: the gains of all pushes ahead, while it stays.
    ///
    /// A push of tomorrow is worth `gain` if the avatar is still there: gain · rate · Σ sᵈ = gain · rate · s / (1 − s).
    pub fn channel_worth(&self, gain_per_push: f64) -> f64 {
        let s = self.daily_survival;
        gain_per_push.max(0.0) * self.pushes_per_day * s / (1.0 - s)
    }

    /// Returns the worth of a push: `uplift` on the chance to return times the worth of a return, less the hazard of opting
    /// out times the worth of being allowed to push.
    pub fn push_worth(&self, uplift: f64, hazard: f64, channel_worth: f64) -> f64 {
        uplift.clamp(-1.0, 1.0) * self.return_worth - hazard * channel_worth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn worth_is_that_computed_by_hand() {
        let config = PushWorthConfig {
            return_worth: 20.0,
            pushes_per_day: 0.5,
            daily_survival: 0.9,
            ..PushWorthConfig::BASELINE
        };
        // 2 minutes a push, one in two days, over 9 days expected: 9 minutes. 0.1 · 20 − 0.05 · 9 = 1.55.
        let channel = config.channel_worth(2.0);
        assert!((channel - 9.0).abs() < 1e-12);
        assert!((config.push_worth(0.1, 0.05, channel) - 1.55).abs() < 1e-12);
        assert!(config.push_worth(0.02, 0.05, channel) < 0.0, "not worth it");
        assert_eq!(config.channel_worth(-1.0), 0.0);
    }

    #[test]
    fn hazard_is_the_usual_one_until_something_else_is_seen() {
        let mut hazard = OptOutHazard::default();
        assert!((hazard.rate(0) - USUAL_HAZARD).abs() < 1e-12);
        for i in 0..20_000u64 {
            let level = (i % 4) as u32;
            let truth = 0.002 * f64::from(1 + level * level);
            let answer = if RngStream::new(1, Purpose::Test, i, 0).chance(truth) {
                Answer::OptedOut
            } else {
                Answer::Kept
            };
            hazard.observe(level, answer);
        }
        for level in 0..4u32 {
            let truth = 0.002 * f64::from(1 + level * level);
            // Four deviations of a share among 5 000, and what the prior of 200 pulls.
            let room = 4.0 * (truth / 5_000.0).sqrt() + 0.04 * 0.02;
            assert!((hazard.rate(level) - truth).abs() < room, "{level}");
        }
        assert_eq!(hazard.rate(7), hazard.rate(99));
    }
}
