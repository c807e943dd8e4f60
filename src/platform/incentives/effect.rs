//! What a treatment brought about on average, from sums alone, with what was known before taken out of the noise.
//!
//! With y the outcome and x something known before the draw, y − θ·x has the same mean difference between the sides and
//! less variance: θ is the slope of y on x within the sides. The draw makes x alike on both, so that nothing is biased.
//!
//! # Source
//! Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled experiments by utilizing
//! pre-experiment data".

use serde::{Deserialize, Serialize};

use crate::sim::state_hash::{RowHash, StateHasher};

/// Deviations of the normal distribution that hold 95 percent.
pub(in crate::platform) const REACH: f64 = 1.959_963_984_540_054;

/// Sums of one side of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Side {
    n: u64,
    y: f64,
    yy: f64,
    x: f64,
    xx: f64,
    xy: f64,
}

/// An average effect.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Outcome of a treated row less what it would have been.
    pub mean: f64,
    /// Standard error of that.
    pub standard_error: f64,
}

impl Side {
    /// Adds a row with its outcome and what was known before.
    pub fn add(&mut self, outcome: f64, before: f64) {
        self.n += 1;
        self.y += outcome;
        self.yy += outcome * outcome;
        self.x += before;
        self.xx += before * before;
        self.xy += outcome * before;
    }

    /// Returns the rows added.
    pub fn len(&self) -> u64 {
        self.n
    }

    /// Says whether no row was added.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Returns the mean outcome; 0 without rows.
    pub fn mean(&self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            self.y / self.n as f64
        }
    }

    /// Sums of squares and products around the means: of y, of x, of both.
    fn around(&self) -> (f64, f64, f64) {
        let n = self.n as f64;
        (
            (self.yy - self.y * self.y / n).max(0.0),
            (self.xx - self.x * self.x / n).max(0.0),
            self.xy - self.x * self.y / n,
        )
    }

    /// Variance of the mean of y − θ·x.
    fn of_mean(&self, theta: f64) -> f64 {
        let (yy, xx, xy) = self.around();
        let n = self.n as f64;
        ((yy - 2.0 * theta * xy + theta * theta * xx) / (n - 1.0) / n).max(0.0)
    }
}

impl RowHash for Side {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(self.n);
        for x in [self.y, self.yy, self.x, self.xx, self.xy] {
            h.f64(x);
        }
    }
}

impl Effect {
    /// Returns the average effect; `None` where a side has fewer than two rows.
    pub fn of(treated: &Side, control: &Side) -> Option<Self> {
        if treated.n < 2 || control.n < 2 {
            return None;
        }
        let (t, c) = (treated.around(), control.around());
        let spread = t.1 + c.1;
        let theta = if spread > 0.0 {
            (t.2 + c.2) / spread
        } else {
            0.0
        };
        let mean_x = |s: &Side| s.x / s.n as f64;
        let mean = treated.mean() - control.mean() - theta * (mean_x(treated) - mean_x(control));
        let variance = treated.of_mean(theta) + control.of_mean(theta);
        Some(Self {
            mean,
            standard_error: variance.sqrt(),
        })
    }

    /// Returns the effect on so many treated rows together.
    #[must_use]
    pub fn times(self, rows: f64) -> Self {
        Self {
            mean: rows * self.mean,
            standard_error: rows * self.standard_error,
        }
    }

    /// Returns the effect for each of so many units, as coins paid; more than 0.
    #[must_use]
    pub fn per(self, units: f64) -> Self {
        Self {
            mean: self.mean / units,
            standard_error: self.standard_error / units,
        }
    }

    /// Returns the ends of the 95 percent interval.
    pub fn interval(&self) -> (f64, f64) {
        let reach = REACH * self.standard_error;
        (self.mean - reach, self.mean + reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn without_anything_known_it_is_the_difference_of_means() {
        let (mut t, mut c) = (Side::default(), Side::default());
        for y in [3.0, 5.0] {
            t.add(y, 0.0);
        }
        for y in [1.0, 2.0, 3.0] {
            c.add(y, 0.0);
        }
        let e = Effect::of(&t, &c).unwrap();
        assert_eq!(e.mean, 2.0);
        // Variances 2 and 1 over 2 and 3 rows.
        assert!((e.standard_error - (1.0f64 + 1.0 / 3.0).sqrt()).abs() < 1e-12);
        assert!(Effect::of(&Side::default(), &c).is_none());
    }

    #[test]
    fn what_was_known_before_takes_noise_out_and_moves_nothing() {
        let (mut held, mut narrow) = (0, 0.0);
        for seed in 0..300 {
            let mut sides = [Side::default(); 2];
            let mut plain = [Side::default(); 2];
            for i in 0..400 {
                let mut rng = RngStream::new(seed, Purpose::Test, i, 0);
                let x = rng.normal();
                let treated = rng.chance(0.8);
                let y = 3.0 * x + rng.normal() + if treated { 0.5 } else { 0.0 };
                sides[usize::from(treated)].add(y, x);
                plain[usize::from(treated)].add(y, 0.0);
            }
            let e = Effect::of(&sides[1], &sides[0]).unwrap();
            let p = Effect::of(&plain[1], &plain[0]).unwrap();
            let (low, high) = e.interval();
            held += u32::from((low..=high).contains(&0.5));
            narrow += e.standard_error / p.standard_error / 300.0;
        }
        // 285 expected of 300, deviation 3.8.
        assert!((269..=300).contains(&held), "{held}");
        // 1 of variance is left of 10.
        assert!((narrow - 0.316).abs() < 0.03, "{narrow}");
    }
}
