//! Decayed popularity: engagements with each item, decayed by a half-life.

use serde::{Deserialize, Serialize};

use crate::sim::math;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Decayed counts by item: `s_c = Σ_e 2^(−(t − t_e)/h)`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DecayedPopularity {
    counts: Vec<f32>,
    as_of: Vec<u32>,
    total: f64,
    digest: u64,
}

fn kept(ticks: u32, half_life_days: f64) -> f32 {
    let days = f64::from(ticks) / f64::from(TICKS_PER_DAY);
    math::pow(0.5, days / half_life_days) as f32
}

impl DecayedPopularity {
    /// Counts an engagement of this weight.
    pub fn count(&mut self, item: usize, weight: f32, now: Tick, half_life_days: f64) {
        if self.counts.len() <= item {
            self.counts.resize(item + 1, 0.0);
            self.as_of.resize(item + 1, 0);
        }
        let before = self.get(item, now, half_life_days);
        self.counts[item] = before + weight;
        self.as_of[item] = now.0;
        self.total += f64::from(weight);
        let mut h = StateHasher::default();
        h.u64(self.digest);
        h.u64((item as u64) << 32 | u64::from(now.0));
        h.f32(weight);
        self.digest = h.finish();
    }

    /// Returns the decayed count of an item.
    #[must_use]
    pub fn get(&self, item: usize, now: Tick, half_life_days: f64) -> f32 {
        match self.counts.get(item) {
            Some(c) if *c > 0.0 => {
                let ticks = now.0.saturating_sub(self.as_of[item]);
                if ticks == 0 {
                    *c
                } else {
                    c * kept(ticks, half_life_days)
                }
            }
            _ => 0.0,
        }
    }

    /// Returns the share of an item in all engagements, undecayed since its last one.
    #[must_use]
    pub fn share(&self, item: usize, total: f64) -> f64 {
        self.counts.get(item).map_or(0.0, |c| f64::from(*c) / total)
    }

    /// Returns everything ever counted.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }
}

impl StateHash for DecayedPopularity {
    fn digest(&mut self) -> u64 {
        self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_the_half_life() {
        let mut p = DecayedPopularity::default();
        p.count(3, 2.0, Tick(0), 7.0);
        assert_eq!(p.get(3, Tick(0), 7.0), 2.0);
        assert!((p.get(3, Tick(7 * TICKS_PER_DAY), 7.0) - 1.0).abs() < 1e-6);
        p.count(3, 1.0, Tick(7 * TICKS_PER_DAY), 7.0);
        assert!((p.get(3, Tick(7 * TICKS_PER_DAY), 7.0) - 2.0).abs() < 1e-6);
        assert_eq!(p.get(0, Tick(9), 7.0), 0.0);
    }
}
