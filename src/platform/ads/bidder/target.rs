//! Bidding to a target: a cost per action, or a return on what is spent.
//!
//! Both say what may be spent for what was got, the allowance: the target cost for each action, or the value got over the
//! target return. A bid is the allowance expected of a chance times a factor e^θ; after every settlement
//! θ ← θ + step · (allowance − spent) / (allowance of a usual action). The sum over all settlements is (θ_end − θ_0) / step
//! usual actions: while θ stays within its range and funds are enough, the target is missed by that and no more, whoever bids and however far
//! off the predictions are. At second prices a factor of 1 already keeps to the target.
//!
//! # Source
//! The multiplicative dual update of Balseiro, Lu and Mirrokni (2020), "Dual mirror descent for online allocation problems".

use serde::{Deserialize, Serialize};

use crate::config;
use crate::sim::math;
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// Range of θ: a twentieth to twenty times the allowance.
const RANGE: f64 = 3.0;

/// How far θ may rise unseen while the budget holds bids back, so that a run of bad luck does not lower bids at once.
const RESERVE: f64 = 0.3;

/// Largest change of θ at once.
const LARGEST_STEP: f64 = 0.5;

config! {
    /// Bidding to a target.
    pub struct TargetConfig {
        /// Change of the logarithm of bids for a usual action too few or too many.
        step: f64 = 0.03, "1/action", 0.0001..=1.0;
    }
}

/// What is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// What an action may cost.
    CostPerAction(Coins),
    /// Value to be got for each unit spent, above 0, and the value of a usual action.
    ReturnOnSpend {
        /// Value over spend.
        least: f64,
        /// Value of a usual action.
        usual_value: Coins,
    },
}

/// Actions and their value, expected or got.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Actions {
    /// How many; a fraction if expected.
    pub n: f64,
    /// Their value, in coins; a prediction or a sum for comparison, never paid.
    pub value: f64,
}

/// Whether the budget allows for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Funds {
    /// It does.
    Enough,
    /// It holds bids back: a factor that rises would do nothing but wind up, so that it rises no more.
    Short,
}

/// Why a target was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{what} of a target is {found}, it must be finite and above 0")]
pub struct TargetError {
    /// Which part.
    pub what: &'static str,
    /// What it is.
    pub found: f64,
}

/// Bids so that a target is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TargetController {
    target: Target,
    /// Allowance of a usual action, in coins.
    usual: f64,
    theta: f64,
    /// Highest θ that is bid by, if the budget holds bids back.
    ceiling: Option<f64>,
}

impl TargetController {
    /// Starts with bids at the allowance itself.
    ///
    /// # Errors
    /// [`TargetError`] if a part of the target is not above 0.
    pub fn new(target: Target) -> Result<Self, TargetError> {
        let above_zero = |what, found: f64| {
            if found.is_finite() && found > 0.0 {
                Ok(found)
            } else {
                Err(TargetError { what, found })
            }
        };
        let usual = match target {
            Target::CostPerAction(cost) => above_zero("the cost", cost.as_f64())?,
            Target::ReturnOnSpend { least, usual_value } => {
                above_zero("the usual value", usual_value.as_f64())?
                    / above_zero("the return", least)?
            }
        };
        Ok(Self {
            target,
            usual,
            theta: 0.0,
            ceiling: None,
        })
    }

    /// Returns what may be spent for actions, in coins.
    pub fn allowance(&self, actions: Actions) -> f64 {
        match self.target {
            Target::CostPerAction(cost) => cost.as_f64() * actions.n,
            Target::ReturnOnSpend { least, .. } => actions.value / least,
        }
    }

    fn bid_by(&self) -> f64 {
        self.ceiling.map_or(self.theta, |c| self.theta.min(c))
    }

    /// Returns the factor on the allowance that is bid.
    pub fn factor(&self) -> f64 {
        math::exp(self.bid_by())
    }

    /// Returns the bid for a chance at the actions expected of it; never below zero.
    pub fn bid(&self, expected: Actions) -> Coins {
        Coins::from_f64(self.allowance(expected).max(0.0) * self.factor())
    }

    /// Learns from what was spent and got.
    pub fn learn(&mut self, spent: Coins, got: Actions, funds: Funds, config: &TargetConfig) {
        let saved = (self.allowance(got) - spent.as_f64()) / self.usual;
        let change = (config.step * saved).clamp(-LARGEST_STEP, LARGEST_STEP);
        match funds {
            Funds::Short => self.ceiling = Some(self.ceiling.unwrap_or(self.theta)),
            Funds::Enough => {
                self.theta = self.bid_by();
                self.ceiling = None;
            }
        }
        if change.is_finite() {
            let top = self.ceiling.map_or(RANGE, |c| (c + RESERVE).min(RANGE));
            self.theta = (self.theta + change).clamp(-RANGE, top);
        }
    }
}

impl RowHash for TargetController {
    fn hash_row(&self, h: &mut StateHasher) {
        h.f64(self.usual);
        h.f64(self.theta);
        h.f64(self.ceiling.unwrap_or(f64::INFINITY));
    }
}

/// Returns the score of a campaign with a target cost: actions, less a penalty for each one that cost too much.
///
/// # Source
/// AuctionNet's evaluation (Su et al. 2024): actions · min(1, (target / cost per action)²).
pub fn target_score(actions: f64, spent: Coins, target: Coins) -> f64 {
    if actions <= 0.0 {
        return 0.0;
    }
    let cost = spent.as_f64() / actions;
    let kept = if cost > 0.0 {
        target.as_f64() / cost
    } else {
        1.0
    };
    actions * (kept * kept).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bids_start_at_the_allowance_and_follow_what_was_saved() {
        let config = TargetConfig::BASELINE;
        let ten = Target::CostPerAction(Coins::from_whole(10));
        let mut c = TargetController::new(ten).unwrap();
        let chance = Actions {
            n: 0.02,
            value: 0.0,
        };
        assert_eq!(c.bid(chance), Coins::from_f64(0.2));
        // One action for 4 coins of 10: 0.6 saved, θ = 0.03 · 0.6.
        let one = Actions { n: 1.0, value: 0.0 };
        c.learn(Coins::from_whole(4), one, Funds::Enough, &config);
        assert!((c.factor() - math::exp(0.018)).abs() < 1e-12);
        let before = c.factor();
        for _ in 0..1_000 {
            c.learn(Coins::from_whole(4), one, Funds::Short, &config);
        }
        assert_eq!(c.factor(), before, "nothing winds up while funds are short");
        // 150 coins too many are 0.45, more than the reserve of 0.3.
        c.learn(Coins::from_whole(160), one, Funds::Short, &config);
        assert!(c.factor() < before);
        let mut rich = c;
        rich.learn(Coins::ZERO, one, Funds::Enough, &config);
        assert!(rich.factor() > c.factor(), "and rises again");
    }

    #[test]
    fn a_return_is_a_share_of_the_value() {
        let target = Target::ReturnOnSpend {
            least: 4.0,
            usual_value: Coins::from_whole(20),
        };
        let c = TargetController::new(target).unwrap();
        let chance = Actions { n: 0.1, value: 2.0 };
        assert_eq!(c.bid(chance), Coins::from_f64(0.5));
        let broken = Target::ReturnOnSpend {
            least: 0.0,
            usual_value: Coins::from_whole(1),
        };
        assert!(TargetController::new(broken).is_err());
        assert!(TargetController::new(Target::CostPerAction(Coins::ZERO)).is_err());
    }

    #[test]
    fn score_falls_with_the_square_of_what_was_too_dear() {
        let score = |spent| target_score(10.0, Coins::from_whole(spent), Coins::from_whole(5));
        assert_eq!((score(40), score(50), score(100)), (10.0, 10.0, 2.5));
        assert_eq!(target_score(0.0, Coins::ZERO, Coins::ZERO), 0.0);
    }
}
