//! Weibull waiting times: a shape below 1 says that whoever has waited long will wait longer still.

use serde::{Deserialize, Serialize};

use super::survival::Spell;
use crate::sim::math;

/// Why no Weibull distribution was fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WeibullError {
    /// A duration has no logarithm.
    #[error("duration {value} is not allowed (positive and finite)")]
    Duration {
        /// The duration.
        value: f64,
    },
    /// Too few spells ended.
    #[error("{n_ended} ended spells are not enough (at least 2 of different length)")]
    TooFew {
        /// Spells that ended.
        n_ended: usize,
    },
    /// The likelihood keeps rising, so there is no largest value.
    #[error("no shape between 0.001 and 1000 maximizes the likelihood of {n_ended} ended spells")]
    NoMaximum {
        /// Spells that ended.
        n_ended: usize,
    },
}

/// A fitted Weibull distribution, S(t) = exp(−(t / scale)^shape).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Weibull {
    /// Shape, dimensionless; 1 is memoryless.
    pub shape: f64,
    /// Scale, in the unit of the durations: 63.2 percent have ended by then.
    pub scale: f64,
    /// Standard error of the shape, from the curvature of the profile likelihood.
    pub shape_standard_error: f64,
}

impl Weibull {
    /// Fits gaps that were all seen to their end.
    pub fn fit(gaps: &[f64]) -> Result<Self, WeibullError> {
        let spells: Vec<Spell> = gaps.iter().map(|g| Spell::ended(*g)).collect();
        Self::fit_spells(&spells)
    }

    /// Fits spells of which some were still going on when observation stopped.
    ///
    /// Leaving the open spells out would make long gaps look rare, the more so the shorter the run.
    ///
    /// # Source
    /// Maximum likelihood; the shape k solves Σ xᵏ ln x / Σ xᵏ − 1/k = mean of ln x over ended spells
    /// (Cohen 1965), here by Newton steps on ln k kept inside a bracket.
    pub fn fit_spells(spells: &[Spell]) -> Result<Self, WeibullError> {
        if let Some(bad) = spells
            .iter()
            .find(|s| !(s.duration > 0.0 && s.duration.is_finite()))
        {
            return Err(WeibullError::Duration {
                value: bad.duration,
            });
        }
        let n_ended = spells.iter().filter(|s| s.is_ended).count();
        let longest = spells.iter().map(|s| s.duration).fold(0.0, f64::max);
        let shortest = spells.iter().map(|s| s.duration).fold(longest, f64::min);
        if n_ended < 2 || shortest == longest {
            return Err(WeibullError::TooFew { n_ended });
        }
        // Durations relative to the longest: the powers cannot overflow.
        let logs: Vec<f64> = spells
            .iter()
            .map(|s| math::ln(s.duration / longest))
            .collect();
        let ended = spells.iter().zip(&logs).filter(|(s, _)| s.is_ended);
        let mean_log = ended.map(|(_, l)| l).sum::<f64>() / n_ended as f64;
        // The score rises with k, so its root is the only one.
        let score = |k: f64| {
            let (mut s0, mut s1, mut s2) = (0.0, 0.0, 0.0);
            for l in &logs {
                let w = math::exp(k * l);
                s0 += w;
                s1 += w * l;
                s2 += w * l * l;
            }
            let mean = s1 / s0;
            let value = mean - 1.0 / k - mean_log;
            let derivative = s2 / s0 - mean * mean + 1.0 / (k * k);
            (value, derivative, s0)
        };
        let (mut low, mut high) = (1e-3, 1e3);
        if score(low).0 > 0.0 || score(high).0 < 0.0 {
            return Err(WeibullError::NoMaximum { n_ended });
        }
        let mut k = 1.0;
        for _ in 0..200 {
            let (value, derivative, _) = score(k);
            if value > 0.0 {
                high = k;
            } else {
                low = k;
            }
            let newton = k * math::exp((-value / (derivative * k)).clamp(-2.0, 2.0));
            let next = if newton > low && newton < high {
                newton
            } else {
                libm::sqrt(low * high)
            };
            let moved = (next / k - 1.0).abs();
            k = next;
            if moved < 1e-14 {
                break;
            }
        }
        let (_, derivative, s0) = score(k);
        Ok(Self {
            shape: k,
            scale: longest * math::pow(s0 / n_ended as f64, 1.0 / k),
            shape_standard_error: 1.0 / libm::sqrt(n_ended as f64 * derivative),
        })
    }

    /// Returns the share still waiting after `t`.
    #[must_use]
    pub fn survival(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 1.0;
        }
        math::exp(-math::pow(t / self.scale, self.shape))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::metrics::statistics::survival::tests::six_mercaptopurine;
    use crate::sim::rng::{Purpose, RngStream};

    /// Draws gaps of the given shape and scale.
    fn gaps(n: usize, shape: f64, scale: f64, id: u64) -> Vec<f64> {
        let mut rng = RngStream::new(8, Purpose::Test, id, 0);
        (0..n)
            .map(|_| scale * math::pow(rng.exponential(1.0), 1.0 / shape))
            .collect()
    }

    #[test]
    fn complete_gaps_match_scipy() {
        // scipy.stats.weibull_min.fit(x, floc=0): 1.1094381746837425, 3.5513710580893063 (simplex, 1e-5)
        let w =
            Weibull::fit(&[0.5, 1.0, 1.0, 1.5, 2.0, 2.0, 3.0, 4.0, 7.0, 12.0]).expect("ten gaps");
        assert!((w.shape - 1.109_438).abs() < 5e-5, "{w:?}");
        assert!((w.scale - 3.551_371).abs() < 5e-5, "{w:?}");
    }

    #[test]
    fn open_spells_count_as_lifelines_counts_them() {
        // BFGS on the log-likelihood (scipy.optimize.minimize, gtol 1e-10): 1.3537345, 33.7651497;
        // lifelines.WeibullFitter: 1.35373, 33.76519
        let w = Weibull::fit_spells(&six_mercaptopurine()).expect("nine ended");
        assert!((w.shape - 1.353_734_5).abs() < 1e-5, "{w:?}");
        assert!((w.scale - 33.765_15).abs() < 1e-3, "{w:?}");
    }

    #[test]
    fn the_shape_of_simulated_gaps_is_recovered() {
        for (id, shape) in [(0, 0.5), (1, 0.795), (2, 1.0), (3, 2.5)] {
            let w = Weibull::fit(&gaps(4_000, shape, 3.0, id)).expect("4000 gaps");
            let theory = shape * 0.779_7 / libm::sqrt(4_000.0);
            assert!((w.shape - shape).abs() < 4.0 * theory, "{w:?}");
            assert!((w.shape_standard_error / theory - 1.0).abs() < 0.1, "{w:?}");
            assert!((w.survival(w.scale) - math::exp(-1.0)).abs() < 1e-12);
        }
    }

    #[test]
    fn cutting_observation_short_does_not_move_the_shape() {
        let cut: Vec<Spell> = gaps(8_000, 0.7, 3.0, 9)
            .into_iter()
            .map(|g| {
                if g > 4.0 {
                    Spell::open(4.0)
                } else {
                    Spell::ended(g)
                }
            })
            .collect();
        let w = Weibull::fit_spells(&cut).expect("most ended");
        assert!(
            (w.shape - 0.7).abs() < 4.0 * w.shape_standard_error,
            "{w:?}"
        );
        let kept: Vec<f64> = cut
            .iter()
            .filter(|s| s.is_ended)
            .map(|s| s.duration)
            .collect();
        let biased = Weibull::fit(&kept).expect("gaps").shape;
        assert!(
            biased > 0.75,
            "leaving open spells out was harmless: {biased}"
        );
    }

    #[test]
    fn gaps_without_spread_or_sign_are_refused() {
        assert_eq!(
            Weibull::fit(&[2.0, 2.0, 2.0]),
            Err(WeibullError::TooFew { n_ended: 3 })
        );
        assert_eq!(
            Weibull::fit(&[1.0]),
            Err(WeibullError::TooFew { n_ended: 1 })
        );
        assert_eq!(
            Weibull::fit(&[1.0, 0.0]),
            Err(WeibullError::Duration { value: 0.0 })
        );
    }
}
