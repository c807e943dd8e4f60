//! How many pushes an avatar may get: a bucket of tokens that fills with time.
//!
//! In integers, so that no rounding lets a push through: an avatar holds ticks of credit, a push costs `refill_hours` of
//! it, and no more than `burst` pushes' worth is kept. In any stretch of time no more than `burst` plus one for each
//! `refill_hours` of it are sent.

use serde::{Deserialize, Serialize};

use crate::config;
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::{TICKS_PER_HOUR, Tick};

config! {
    /// How many pushes an avatar may get.
    pub struct PushBudgetConfig {
        /// Pushes that may come in a row.
        burst: u32 = 2, "pushes", 1..=100;
        /// Hours after which another may come.
        refill_hours: u32 = 48, "hours", 1..=10_000;
    }
}

impl PushBudgetConfig {
    /// Ticks of credit that a push costs.
    fn price(&self) -> u32 {
        self.refill_hours.max(1).saturating_mul(TICKS_PER_HOUR)
    }

    /// Most credit that is kept.
    fn most(&self) -> u32 {
        self.price().saturating_mul(self.burst.max(1))
    }
}

/// What is left of an avatar's pushes. A new one is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PushBucket {
    /// Credit used up as of `at`, in ticks.
    used: u32,
    at: Tick,
}

impl PushBucket {
    fn used_at(self, now: Tick) -> u32 {
        self.used.saturating_sub(now.since(self.at))
    }

    /// Returns how many ticks from `now` the next push may be sent; 0 for at once.
    pub fn wait(&self, now: Tick, config: &PushBudgetConfig) -> u32 {
        (self.used_at(now).saturating_add(config.price())).saturating_sub(config.most())
    }

    /// Takes a push out; says whether there was one.
    #[must_use]
    pub fn take(&mut self, now: Tick, config: &PushBudgetConfig) -> bool {
        if self.wait(now, config) > 0 {
            return false;
        }
        self.used = self.used_at(now) + config.price();
        self.at = now.max(self.at);
        true
    }
}

impl RowHash for PushBucket {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.used) << 32 | u64::from(self.at.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_no_stretch_of_time_has_more_pushes_than_it_may() {
        for seed in 0..50 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let config = PushBudgetConfig {
                burst: 1 + rng.below(4) as u32,
                refill_hours: 1 + rng.below(30) as u32,
            };
            let (mut bucket, mut now, mut sent) = (PushBucket::default(), Tick(0), vec![]);
            for _ in 0..400 {
                now = now.after(rng.below(400) as u32);
                let may = bucket.wait(now, &config) == 0;
                assert_eq!(bucket.take(now, &config), may, "seed {seed}");
                if may {
                    sent.push(now);
                }
            }
            for (i, first) in sent.iter().enumerate() {
                for (j, last) in sent.iter().enumerate().skip(i) {
                    let most = config.burst + last.since(*first) / config.price();
                    let n = (j - i + 1) as u32;
                    assert!(n <= most, "seed {seed}: {n} from {first} to {last}");
                }
            }
            assert!(sent.len() > 10, "seed {seed}");
        }
    }

    #[test]
    fn after_the_wait_and_not_a_tick_before_there_is_a_push() {
        let config = PushBudgetConfig {
            burst: 2,
            refill_hours: 10,
        };
        let mut bucket = PushBucket::default();
        let start = Tick(5_000);
        assert!(bucket.take(start, &config) && bucket.take(start, &config));
        assert!(!bucket.take(start, &config));
        assert_eq!(bucket.wait(start, &config), 600);
        assert!(!bucket.take(start.after(599), &config));
        assert!(bucket.take(start.after(600), &config));
    }
}
