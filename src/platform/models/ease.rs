//! EASEᴿ: the linear item-to-item model with an empty diagonal, in closed form.
//!
//! `P = (XᵀX + λI)⁻¹`, `B = −P · diag(P)⁻¹` with diagonal 0, `s = x·B`. Dense: memory grows with the square and time
//! with the cube of the number of items, so it is meant for some thousand of them.

use super::interactions::Interactions;
use super::positive_definite::{NotPositiveDefinite, invert};
use super::scorer::{AdditiveScorer, Scorer};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Why a model cannot be fitted.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum EaseError {
    /// The ridge is outside its range.
    #[error("lambda is {0}, it must be above 0 and finite")]
    Lambda(f64),
    /// The regularized matrix could not be factorized.
    #[error(transparent)]
    Singular(#[from] NotPositiveDefinite),
}

/// The ridge that RecBole uses by default, in co-occurrences.
pub const DEFAULT_LAMBDA: f64 = 250.0;

/// A fitted EASEᴿ.
///
/// # Source
/// Steck (2019), "Embarrassingly shallow autoencoders for sparse data".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ease {
    n_items: usize,
    /// B by rows: row = item met, column = item scored.
    weights: Vec<f32>,
}

impl Ease {
    /// Solves for the weights; `lambda` is in co-occurrences.
    ///
    /// # Errors
    /// [`EaseError::Lambda`] if `lambda` is not above 0 and finite.
    pub fn fit(interactions: &Interactions, lambda: f64) -> Result<Self, EaseError> {
        if !(lambda > 0.0 && lambda.is_finite()) {
            return Err(EaseError::Lambda(lambda));
        }
        let n = interactions.n_items();
        let by_item = interactions.transpose();
        let mut gram = vec![0.0; n * n];
        gram.par_chunks_mut(n.max(1)).enumerate().for_each_init(
            || vec![0; n],
            |together, (i, row)| {
                interactions.co_occurrences(&by_item, i, together);
                for (value, count) in row.iter_mut().zip(together.iter()) {
                    *value = f64::from(*count);
                }
                row[i] += lambda;
            },
        );
        let inverse = invert(&gram, n)?;
        let diagonal: Vec<f64> = (0..n).map(|i| inverse[i * n + i]).collect();
        let mut weights = vec![0.0; n * n];
        weights
            .par_chunks_mut(n.max(1))
            .enumerate()
            .for_each(|(i, row)| {
                let of_inverse = &inverse[i * n..(i + 1) * n];
                for ((weight, p), d) in row.iter_mut().zip(of_inverse).zip(&diagonal) {
                    *weight = (-p / d) as f32;
                }
                row[i] = 0.0;
            });
        Ok(Self {
            n_items: n,
            weights,
        })
    }

    /// Takes weights as they were once fitted, `[n_items, n_items]` row-major; row = item met, column = item scored.
    ///
    /// # Panics
    /// If there are more or fewer.
    pub fn from_weights(n_items: usize, weights: Vec<f32>) -> Self {
        assert_eq!(weights.len(), n_items * n_items, "one weight a pair");
        Self { n_items, weights }
    }

    /// Returns all weights, `[n_items, n_items]` row-major; row = item met, column = item scored.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Returns what having met `item` adds to the score of every item.
    ///
    /// # Panics
    /// If the item is unknown.
    pub fn weights_of(&self, item: u32) -> &[f32] {
        &self.weights[item as usize * self.n_items..][..self.n_items]
    }
}

impl Scorer for Ease {
    fn n_items(&self) -> usize {
        self.n_items
    }

    fn score_history(&self, history: &[u32], scores: &mut [f32]) {
        assert_eq!(scores.len(), self.n_items, "one score an item");
        scores.fill(0.0);
        for item in history {
            for (score, weight) in scores.iter_mut().zip(self.weights_of(*item)) {
                *score += weight;
            }
        }
    }
}

impl AdditiveScorer for Ease {
    fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        history
            .iter()
            .map(|met| (*met, self.weights_of(*met)[item as usize]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::interactions::tests::random;
    use super::*;

    #[test]
    fn two_items_have_the_weights_worked_by_hand() {
        // G = [[3, 2], [2, 2]], λ = 1: P ∝ [[3, −2], [−2, 4]], so B_01 = 2/4 and B_10 = 2/3.
        let x = Interactions::from_pairs(3, 2, [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]).unwrap();
        let model = Ease::fit(&x, 1.0).unwrap();
        assert!((model.weights_of(0)[1] - 0.5).abs() < 1e-7);
        assert!((model.weights_of(1)[0] - 2.0 / 3.0).abs() < 1e-7);
        assert_eq!((model.weights_of(0)[0], model.weights_of(1)[1]), (0.0, 0.0));
    }

    #[test]
    fn prop_weights_are_those_of_ridge_regression_on_the_other_items() {
        // Optimality: for i ≠ j the gradient (G + λI)B − G is 0.
        for seed in 0..4 {
            let (n, lambda) = (70u32, 5.0);
            let x = random(seed, 50, n, 0.2);
            let model = Ease::fit(&x, lambda).unwrap();
            let by_item = x.transpose();
            let mut together = vec![0; n as usize];
            for i in 0..n {
                x.co_occurrences(&by_item, i as usize, &mut together);
                for j in (0..n).filter(|j| *j != i) {
                    let mut gradient = -f64::from(together[j as usize]);
                    for k in 0..n {
                        let ridge = if k == i { lambda } else { 0.0 };
                        let g = f64::from(together[k as usize]) + ridge;
                        gradient += g * f64::from(model.weights_of(k)[j as usize]);
                    }
                    assert!(gradient.abs() < 1e-4, "seed {seed}, {i} to {j}: {gradient}");
                }
            }
        }
    }

    #[test]
    fn contributions_add_up_to_the_score_to_the_bit() {
        let x = random(7, 30, 40, 0.2);
        let model = Ease::fit(&x, 10.0).unwrap();
        let mut scores = vec![0.0; 40];
        for user in 0..30 {
            model.score_history(x.of_user(user), &mut scores);
            for item in 0..40 {
                let parts = model.explain(x.of_user(user), item);
                let sum = parts.iter().fold(0.0, |sum, (_, part)| sum + part);
                assert_eq!(sum, scores[item as usize]);
            }
        }
    }

    #[test]
    fn a_ridge_of_nothing_is_refused() {
        let x = random(1, 5, 5, 0.5);
        for wrong in [0.0, -2.0, f64::NAN] {
            assert!(matches!(Ease::fit(&x, wrong), Err(EaseError::Lambda(_))));
        }
    }
}
