//! Holding what was spent against what was planned: throttling, and a controller of bids.
//!
//! The plan is to spend a budget in proportion to the auctions of a day. Shares of the budget and shares of the day are
//! compared after each tick with auctions.
//!
//! # Source
//! Throttling: Agarwal et al. (2014), "Budget pacing for targeted online advertisements at LinkedIn". Control of bids: Zhang et
//! al. (2016), "Feedback control of real-time display advertising", with the exponential as actuator.

use serde::{Deserialize, Serialize};

use crate::sim::math;
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// Change of the share of auctions taken part in, for a tick ahead of or behind the plan.
const RATE: f64 = 0.1;

/// Smallest share of auctions taken part in.
const LEAST_SHARE: f64 = 0.01;

/// Weights of the difference from the plan, of its sum over a day and of its change; in logarithms of the bid.
const GAINS: (f64, f64, f64) = (10.0, 20.0, 1.0);

/// Lowest logarithm of the factor on bids.
const LOWEST: f64 = -5.0;

/// How a campaign holds back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpendControl {
    share: f64,
    integral: f64,
    last: f64,
    exponent: f64,
}

impl Default for SpendControl {
    fn default() -> Self {
        Self {
            share: 1.0,
            integral: 0.0,
            last: 0.0,
            exponent: 0.0,
        }
    }
}

impl RowHash for SpendControl {
    fn hash_row(&self, h: &mut StateHasher) {
        for x in [self.share, self.integral, self.last, self.exponent] {
            h.f64(x);
        }
    }
}

impl SpendControl {
    /// Returns the share of auctions to take part in.
    #[must_use]
    pub const fn share(&self) -> f64 {
        self.share
    }

    /// Returns the factor on bids, at most 1.
    #[must_use]
    pub fn factor(&self) -> f64 {
        math::exp(self.exponent)
    }

    /// Returns the bid for something worth `value`, rounded towards zero.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most the value, which fits; not money that is paid, prices come from the auction"
    )]
    pub fn bid(&self, value: Coins) -> Coins {
        if self.exponent == 0.0 {
            return value;
        }
        Coins::from_micros((value.micros() as f64 * self.factor()) as i64)
    }

    /// Takes part in fewer auctions if more than `planned` was `spent`, in more if less; both as shares of the budget.
    pub fn throttle(&mut self, planned: f64, spent: f64) {
        let factor = if spent > planned {
            1.0 - RATE
        } else {
            1.0 + RATE
        };
        self.share = (self.share * factor).clamp(LEAST_SHARE, 1.0);
    }

    /// Moves the factor on bids towards where spending follows the plan; `step` is the share of a day that has passed since.
    ///
    /// The sum is kept where it alone would not leave the range of the factor, so that it does not wind up.
    pub fn steer(&mut self, planned: f64, spent: f64, step: f64) {
        let (proportional, integral, derivative) = GAINS;
        let error = planned - spent;
        self.integral = (self.integral + error * step).clamp(LOWEST / integral, 0.0);
        let wanted =
            proportional * error + integral * self.integral + derivative * (error - self.last);
        self.last = error;
        self.exponent = wanted.clamp(LOWEST, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spends in a day of 500 ticks, where each tick would spend `rate` of the budget at full bids.
    fn day(
        control: &mut SpendControl,
        rate: f64,
        spend: impl Fn(&SpendControl) -> f64,
    ) -> Vec<f64> {
        let (mut spent, n) = (0.0f64, 500);
        (0..n)
            .map(|t| {
                spent = (spent + rate * spend(control)).min(1.0);
                let planned = f64::from(t + 1) / f64::from(n);
                control.throttle(planned, spent);
                control.steer(planned, spent, 1.0 / f64::from(n));
                (spent - planned).abs()
            })
            .collect()
    }

    #[test]
    fn spending_follows_the_plan_after_a_day() {
        let by_share = |c: &SpendControl| c.share();
        // What is spent falls with the bid, and more than in proportion.
        let by_bid = |c: &SpendControl| c.factor() * c.factor();
        for spend in [&by_share as &dyn Fn(&SpendControl) -> f64, &by_bid] {
            let mut control = SpendControl::default();
            let before = day(&mut SpendControl::default(), 0.008, |_| 1.0);
            day(&mut control, 0.008, spend);
            let after = day(&mut control, 0.008, spend);
            let worst = |gaps: &[f64]| gaps.iter().copied().fold(0.0, f64::max);
            assert!(worst(&before) > 0.7);
            assert!(worst(&after) < 0.1, "{}", worst(&after));
        }
    }

    #[test]
    fn nobody_is_held_back_who_spends_too_little() {
        let mut control = SpendControl::default();
        day(&mut control, 0.001, |c| c.share() * c.factor());
        assert!(control.share() > 0.9 && control.factor() > 0.9);
        let value = Coins::from_micros(777);
        assert!(control.bid(value) <= value);
    }
}
