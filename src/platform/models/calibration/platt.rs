//! Platt scaling: a logistic curve over the scores.

use crate::sim::math;

use super::{CalibrationError, check};

/// Steps of Newton at most; a dozen are usual.
const STEPS: usize = 100;
/// Halvings of a step at most.
const HALVINGS: usize = 60;
/// Added to the diagonal, so that scores that are all alike do not stop it.
const RIDGE: f64 = 1e-12;

/// p = σ(slope · score + intercept).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Platt {
    /// Steepness; positive for scores that rise with the outcome.
    pub slope: f64,
    /// Logit at score 0.
    pub intercept: f64,
}

impl Platt {
    /// Fits by Newton's method to smoothed outcomes.
    ///
    /// An outcome counts as (n₊ + 1) / (n₊ + 2) or 1 / (n₋ + 2), so that scores that separate do not give certainty.
    ///
    /// # Errors
    /// [`CalibrationError`] if there are no scores, outcomes do not fit, or a score is no finite number.
    ///
    /// # Source
    /// Platt (1999), in the form of Lin, Lin and Weng (2007), A Note on Platt's Probabilistic Outputs.
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Result<Self, CalibrationError> {
        check(scores, outcomes.len())?;
        let n_taken = outcomes.iter().filter(|o| **o).count() as f64;
        let n_not = scores.len() as f64 - n_taken;
        let (high, low) = ((n_taken + 1.0) / (n_taken + 2.0), 1.0 / (n_not + 2.0));
        let rows = || {
            let targets = outcomes.iter().map(|o| if *o { high } else { low });
            scores.iter().copied().zip(targets)
        };
        let loss = |a: f64, b: f64| -> f64 {
            rows()
                .map(|(s, t)| {
                    let f = a * s + b;
                    f.max(0.0) + libm::log1p(math::exp(-f.abs())) - t * f
                })
                .sum()
        };
        let (mut a, mut b) = (0.0, math::ln((n_taken + 1.0) / (n_not + 1.0)));
        let mut value = loss(a, b);
        for _ in 0..STEPS {
            let (mut haa, mut hab, mut hbb) = (RIDGE, 0.0, RIDGE);
            let (mut ga, mut gb) = (0.0, 0.0);
            for (s, t) in rows() {
                let p = math::sigmoid(a * s + b);
                let w = p * (1.0 - p);
                haa += s * s * w;
                hab += s * w;
                hbb += w;
                ga += s * (p - t);
                gb += p - t;
            }
            let determinant = haa * hbb - hab * hab;
            if ga.abs().max(gb.abs()) < 1e-11 || determinant <= 0.0 {
                break;
            }
            let da = -(hbb * ga - hab * gb) / determinant;
            let db = -(haa * gb - hab * ga) / determinant;
            let mut step = 1.0;
            let mut moved = false;
            for _ in 0..HALVINGS {
                let then = loss(a + step * da, b + step * db);
                if then < value {
                    (a, b, value) = (a + step * da, b + step * db, then);
                    moved = true;
                    break;
                }
                step *= 0.5;
            }
            if !moved {
                break;
            }
        }
        Ok(Self {
            slope: a,
            intercept: b,
        })
    }

    /// Returns the probability for a score.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        math::sigmoid(self.slope * score + self.intercept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_is_that_of_the_reference() {
        // sklearn 1.9.1: _SigmoidCalibration().fit(s, t); its a and b are ours with the sign turned.
        let s = [
            -2.0, -1.5, -1.0, -0.5, -0.2, 0.0, 0.3, 0.7, 1.1, 1.6, 2.2, 3.0,
        ];
        let t = [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1].map(|x| x == 1);
        let found = Platt::fit(&s, &t).unwrap();
        assert!(
            (found.slope - 0.563_860_812_212_854_6).abs() < 1e-6,
            "{found:?}"
        );
        assert!(
            (found.intercept + 0.165_468_659_621_233_7).abs() < 1e-6,
            "{found:?}"
        );
        assert!((found.probability(0.3) - 0.500_922_394_964_273_4).abs() < 1e-6);
    }

    #[test]
    fn separated_scores_and_single_outcomes_stay_finite() {
        let found = Platt::fit(&[-1.0, 1.0], &[false, true]).unwrap();
        assert!((found.probability(1.0) - 2.0 / 3.0).abs() < 1e-6);
        let alike = Platt::fit(&[2.0; 4], &[true, false, false, false]).unwrap();
        // Targets 2/3 and three times 1/5.
        assert!((alike.probability(2.0) - (2.0 / 3.0 + 0.6) / 4.0).abs() < 1e-6);
        let sure = Platt::fit(&[0.0, 1.0], &[true, true]).unwrap();
        assert!(sure.probability(0.5) < 0.76);
        assert!(Platt::fit(&[], &[]).is_err());
        assert!(Platt::fit(&[f64::NAN], &[true]).is_err());
        assert!(Platt::fit(&[0.0], &[]).is_err());
    }
}
