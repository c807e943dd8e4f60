//! A budget that is never exceeded: what a bid could cost is set aside before it is made.
//!
//! An ad may be paid for when it is clicked, long after it was won. Until then its highest price is held, so that all the
//! ads that are still open can be paid for at once.

use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// Why money was not set aside or paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// There is not so much left.
    #[error("{wanted} cannot be set aside, {free} of the budget is free")]
    Short {
        /// What was to be set aside.
        wanted: Coins,
        /// What is free.
        free: Coins,
    },
    /// More is to be paid, or given back, than was set aside.
    #[error("{paid} is to be paid of {held} set aside")]
    NotHeld {
        /// What is to be paid.
        paid: Coins,
        /// What was set aside for it, or for everything.
        held: Coins,
    },
}

/// What is left to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Budget {
    left: Coins,
    held: Coins,
}

impl Budget {
    /// Makes a budget; an amount below zero is nothing.
    pub fn new(amount: Coins) -> Self {
        Self {
            left: amount.max(Coins::ZERO),
            held: Coins::ZERO,
        }
    }

    /// Returns what was not paid, set aside or not.
    pub fn left(&self) -> Coins {
        self.left
    }

    /// Returns what is neither paid nor set aside: the most that may be bid.
    pub fn free(&self) -> Coins {
        self.left - self.held
    }

    /// Sets aside what a bid could cost at most.
    ///
    /// # Errors
    /// [`BudgetError::Short`] if it is below zero or more than is free.
    pub fn hold(&mut self, most: Coins) -> Result<(), BudgetError> {
        if most < Coins::ZERO || most > self.free() {
            return Err(BudgetError::Short {
                wanted: most,
                free: self.free(),
            });
        }
        self.held += most;
        Ok(())
    }

    /// Pays what an ad did cost and gives the rest of what was held for it back; zero for one that was lost or not clicked.
    ///
    /// # Errors
    /// [`BudgetError::NotHeld`] if `paid` is below zero or more than `held`, or so much is not held.
    pub fn settle(&mut self, held: Coins, paid: Coins) -> Result<(), BudgetError> {
        if paid < Coins::ZERO || paid > held {
            return Err(BudgetError::NotHeld { paid, held });
        }
        if held > self.held {
            return Err(BudgetError::NotHeld {
                paid: held,
                held: self.held,
            });
        }
        self.held -= held;
        self.left -= paid;
        Ok(())
    }
}

impl RowHash for Budget {
    fn hash_row(&self, h: &mut StateHasher) {
        h.i64(self.left.micros());
        h.i64(self.held.micros());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_a_budget_is_never_exceeded_whatever_is_clicked_when() {
        for seed in 0..dose(2_000) {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let whole = Coins::from_micros(rng.below(1_000_000) as i64);
            let (mut budget, mut open, mut spent) = (Budget::new(whole), vec![], Coins::ZERO);
            for _ in 0..60 {
                if rng.chance(0.6) {
                    let most = Coins::from_micros(rng.below(60_000) as i64);
                    let fits = most <= budget.free();
                    assert_eq!(budget.hold(most).is_ok(), fits);
                    if fits {
                        open.push(most);
                    }
                } else if !open.is_empty() {
                    let held = open.swap_remove(rng.below(open.len()));
                    let paid = held.scaled_ppm(rng.below(1_000_001) as u32);
                    budget.settle(held, paid).unwrap();
                    spent += paid;
                }
                let set_aside: Coins = open.iter().copied().sum();
                assert_eq!(budget.left(), whole - spent, "seed {seed}");
                assert!(spent + set_aside <= whole, "seed {seed}");
            }
        }
    }

    #[test]
    fn what_was_not_held_cannot_be_paid() {
        let mut budget = Budget::new(Coins::from_whole(5));
        budget.hold(Coins::from_whole(2)).unwrap();
        let (two, three) = (Coins::from_whole(2), Coins::from_whole(3));
        assert!(budget.settle(two, three).is_err());
        assert!(budget.settle(three, three).is_err());
        let error = budget.hold(Coins::from_whole(4)).unwrap_err().to_string();
        assert!(error.contains("3.000000 of the budget is free"), "{error}");
        assert!(budget.hold(Coins::from_whole(-1)).is_err());
        assert_eq!(Budget::new(Coins::from_whole(-1)).free(), Coins::ZERO);
    }
}
