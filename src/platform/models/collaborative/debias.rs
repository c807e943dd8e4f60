//! Taking popularity out: weights for learning and factors for scoring.
//!
//! What is popular is met more often than it is liked, because it is shown more often. If an item came to people's
//! eyes with a propensity `p_c ∝ n_c^γ`, weighing each engagement by `1/p_c` estimates what would be learned if
//! everything had been shown alike.

use super::super::seed_formulas::power;

/// Lowest propensity; caps weights, and with them variance, at twenty.
pub const LOWEST_PROPENSITY: f64 = 0.05;

/// Returns the weight of every item's engagements: `1/p_c`, normalized so that their mean over all engagements is 1.
///
/// `p_c = clip((n_c / max n)^γ, 0.05, 1)`; γ = 0 gives 1 everywhere.
///
/// # Source
/// Schnabel et al. (2016) for inverse propensities; Swaminathan and Joachims (2015) for the normalization (SNIPS).
#[must_use]
pub fn weights(counts: &[u32], gamma: f64) -> Vec<f32> {
    let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let inverse: Vec<f64> = counts
        .iter()
        .map(|n| 1.0 / power(f64::from(*n) / most, gamma).clamp(LOWEST_PROPENSITY, 1.0))
        .collect();
    let n: f64 = counts.iter().map(|n| f64::from(*n)).sum();
    let sum: f64 = counts
        .iter()
        .zip(&inverse)
        .map(|(n, w)| f64::from(*n) * w)
        .sum();
    let mean = if n > 0.0 { sum / n } else { 1.0 };
    inverse.iter().map(|w| (w / mean) as f32).collect()
}

/// Returns what every score is multiplied by: `((n_c + 1) / (max n + 1))^γ`, in (0, 1] for γ ≥ 0; γ < 0 favors the rare.
///
/// Meant for scores that are not negative; a negative one keeps its sign. γ = 0 gives exactly 1.
///
/// # Source
/// Zhang et al. (2021), "Causal intervention for leveraging popularity bias in recommendation".
#[must_use]
pub fn boosts(counts: &[u32], gamma: f64) -> Vec<f32> {
    let most = f64::from(counts.iter().copied().max().unwrap_or(0)) + 1.0;
    counts
        .iter()
        .map(|n| power((f64::from(*n) + 1.0) / most, gamma) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_worked_by_hand() {
        // γ = ½: p = 1, ½, clip(√(1/900)) = 0.05, and 0.05 for what was never met.
        let found = weights(&[900, 225, 1, 0], 0.5);
        // Mean over the 1126 engagements: (900·1 + 225·2 + 1·20) / 1126 = 1370/1126.
        let mean = 1_370.0 / 1_126.0;
        for (found, inverse) in found.iter().zip([1.0, 2.0, 20.0, 20.0]) {
            assert!((f64::from(*found) - inverse / mean).abs() < 1e-6, "{found}");
        }
        assert_eq!(weights(&[3, 1, 0], 0.0), [1.0; 3]);
        assert_eq!(weights(&[0, 0], 0.5).len(), 2);
    }

    #[test]
    fn boosts_are_those_worked_by_hand() {
        assert_eq!(boosts(&[15, 3, 0], 0.5), [1.0, 0.5, 0.25]);
        assert_eq!(boosts(&[15, 3, 0], -0.5), [1.0, 2.0, 4.0]);
        assert_eq!(boosts(&[15, 3, 0], 0.0), [1.0; 3]);
    }
}
