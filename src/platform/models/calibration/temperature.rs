//! Temperature scaling: all logits are divided by one number, which changes confidence but never an order.

use crate::sim::math;

use super::{CalibrationError, check};

/// Logarithms of the temperatures between which it is sought.
const RANGE: (f64, f64) = (-7.0, 7.0);
/// Bisections: the range shrinks by 2⁻⁶⁰.
const BISECTIONS: usize = 60;

/// p = σ(logit / temperature).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Temperature(
    /// Above 0; above 1 for a model that is too sure of itself.
    pub f64,
);

impl Temperature {
    /// Minimises the log loss, which is convex in one over the temperature.
    ///
    /// Stays within e⁻⁷ and e⁷ where the best is at 0 or infinity: for logits that separate, or that are no better than chance.
    ///
    /// # Errors
    /// [`CalibrationError`] if there are no logits, outcomes do not fit, or a logit is no finite number.
    ///
    /// # Source
    /// Guo et al. (2017), On Calibration of Modern Neural Networks.
    pub fn fit(logits: &[f64], outcomes: &[bool]) -> Result<Self, CalibrationError> {
        check(logits, outcomes.len())?;
        // The slope of the loss in β = 1/T; it rises with β.
        let slope = |beta: f64| -> f64 {
            let rows = logits.iter().zip(outcomes);
            rows.map(|(z, y)| z * (math::sigmoid(beta * z) - f64::from(u8::from(*y))))
                .sum()
        };
        let (mut low, mut high) = RANGE;
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            if slope(math::exp(middle)) < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(Self(math::exp(-0.5 * (low + high))))
    }

    /// Returns the probability for a logit.
    #[must_use]
    pub fn probability(&self, logit: f64) -> f64 {
        math::sigmoid(logit / self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    const S: [f64; 12] = [
        -2.0, -1.5, -1.0, -0.5, -0.2, 0.0, 0.3, 0.7, 1.1, 1.6, 2.2, 3.0,
    ];

    #[test]
    fn the_best_temperature_is_that_of_the_reference() {
        // scipy.optimize.minimize_scalar over sklearn's log_loss, for three times these scores.
        let t = [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1].map(|x| x == 1);
        let found = Temperature::fit(&S.map(|s| 3.0 * s), &t).unwrap();
        assert!(
            (found.0 - 3.728_454_334_868_511_3).abs() < 1e-6,
            "{found:?}"
        );
    }

    #[test]
    fn prop_no_order_changes_and_true_logits_are_left_alone() {
        for seed in 0..20 {
            let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
            let z: Vec<f64> = (0..4_000).map(|_| 2.0 * r.normal()).collect();
            let y: Vec<bool> = z.iter().map(|z| r.chance(math::sigmoid(*z))).collect();
            let found = Temperature::fit(&z, &y).unwrap();
            // The deviation of 1/T is 1/√(Σ z² p (1 − p)), about 0.03 here; five of them.
            assert!((found.0 - 1.0).abs() < 0.15, "{found:?}");
            for pair in z.windows(2) {
                let (a, b) = (found.probability(pair[0]), found.probability(pair[1]));
                assert!(pair[0].total_cmp(&pair[1]) == a.total_cmp(&b) || a == b);
            }
        }
    }

    #[test]
    fn logits_without_use_give_even_odds() {
        let found = Temperature::fit(&[5.0, -5.0], &[false, true]).unwrap();
        assert!((found.probability(5.0) - 0.5).abs() < 0.002);
        assert!(Temperature::fit(&[], &[]).is_err());
    }
}
