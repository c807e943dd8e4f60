//! Calibration: from a model's score to the probability that the thing is taken, learned online.
//!
//! `w = σ(a·z + b)` with z the score standardised by its running mean and deviation on the surface (Platt scaling by
//! stochastic gradient descent).

use serde::{Deserialize, Serialize};

use crate::sim::math;
use crate::sim::state_hash::{StateHash, StateHasher};

/// Step of the gradient descent.
const RATE: f64 = 0.02;

/// Weight of a new score in the running moments.
const MOMENT_RATE: f64 = 0.002;

/// The calibration of one surface.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibrator {
    mean: f64,
    var: f64,
    slope: f64,
    bias: f64,
    n: u64,
}

impl Default for Calibrator {
    fn default() -> Self {
        Self {
            mean: 0.0,
            var: 1.0,
            slope: 0.5,
            bias: -2.0,
            n: 0,
        }
    }
}

impl Calibrator {
    fn z(&self, score: f64) -> f64 {
        ((score - self.mean) / self.var.sqrt().max(1e-6)).clamp(-5.0, 5.0)
    }

    /// Returns the probability that a thing of this score is taken, if looked at.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        math::sigmoid(self.slope * self.z(score) + self.bias)
    }

    /// Learns from one slot: its score, how much it was looked at, and whether it was taken.
    pub fn learn(&mut self, score: f64, examination: f64, taken: bool) {
        let rate = if self.n < 500 { 0.02 } else { MOMENT_RATE };
        let d = score - self.mean;
        self.mean += rate * d;
        self.var += rate * (d * d - self.var);
        self.n += 1;
        let z = self.z(score);
        let p = math::sigmoid(self.slope * z + self.bias);
        let error = examination * (f64::from(u8::from(taken)) - p);
        self.slope = (self.slope + RATE * error * z).clamp(0.0, 10.0);
        self.bias += RATE * error;
    }
}

impl StateHash for Calibrator {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for x in [self.mean, self.var, self.slope, self.bias] {
            h.f64(x);
        }
        h.u64(self.n);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn probabilities_learn_to_match_the_frequencies() {
        let mut c = Calibrator::default();
        let mut r = RngStream::new(1, Purpose::Test, 0, 0);
        let truth = |s: f64| math::sigmoid(1.5 * s - 1.0);
        for _ in 0..60_000 {
            let s = r.normal();
            c.learn(7.0 + 3.0 * s, 1.0, r.chance(truth(s)));
        }
        for s in [-1.0, 0.0, 1.0] {
            let p = c.probability(7.0 + 3.0 * s);
            assert!((p - truth(s)).abs() < 0.06, "{s}: {p} against {}", truth(s));
        }
    }
}
