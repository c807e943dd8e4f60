//! Item-based nearest neighbors: an item is scored by its similarity to what was met.
//!
//! `S_ab = G_ab / (G_aa^α · G_bb^(1−α) + shrink)` with `G = XᵀX` and an empty diagonal; of each column the k largest
//! stay, and `s = x·S`. Counts are integers and columns are independent, so threads cannot move a bit.

use super::collaborative::sparse_rows::{SparseRows, keep_largest};
use super::interactions::Interactions;
use super::scorer::{AdditiveScorer, Scorer};
use super::seed_formulas::power;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How similarity is measured and how much of it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ItemKnnConfig {
    /// Neighbors kept per item, at least 1; all that tie with the last one stay too.
    pub neighbors: usize,
    /// Added to the denominator, in co-occurrences, at least 0; distrusts similarities of rarely met items.
    pub shrink: f64,
    /// Asymmetry in [0, 1]: 0.5 is the cosine, 1 the conditional probability of the target given the source.
    pub alpha: f64,
}

impl Default for ItemKnnConfig {
    fn default() -> Self {
        Self {
            neighbors: 100,
            shrink: 0.0,
            alpha: 0.5,
        }
    }
}

/// A value outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ItemKnnError {
    /// No neighbor would be kept.
    #[error("0 neighbors were asked for, at least 1 is needed")]
    Neighbors,
    /// Shrink is negative or not a number.
    #[error("shrink is {0}, it must be at least 0 and finite")]
    Shrink(f64),
    /// Alpha is outside its range.
    #[error("alpha is {0}, it must be in [0, 1]")]
    Alpha(f64),
}

/// A fitted item-kNN: for each source item, the targets that keep it among their neighbors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemKnn(SparseRows);

impl ItemKnn {
    /// Computes similarities and keeps the largest of each target.
    ///
    /// # Errors
    /// [`ItemKnnError`] if a value of the configuration is outside its range.
    pub fn fit(interactions: &Interactions, config: ItemKnnConfig) -> Result<Self, ItemKnnError> {
        if config.neighbors == 0 {
            return Err(ItemKnnError::Neighbors);
        }
        if !(config.shrink >= 0.0 && config.shrink.is_finite()) {
            return Err(ItemKnnError::Shrink(config.shrink));
        }
        if !(0.0..=1.0).contains(&config.alpha) {
            return Err(ItemKnnError::Alpha(config.alpha));
        }
        let n = interactions.n_items();
        let by_item = interactions.transpose();
        let counts = interactions.item_counts();
        let scale = |exponent| -> Vec<f64> {
            counts
                .iter()
                .map(|c| power(f64::from(*c), exponent))
                .collect()
        };
        let (of_source, of_target) = (scale(config.alpha), scale(1.0 - config.alpha));

        let columns: Vec<Vec<(u32, f32)>> = (0..n)
            .into_par_iter()
            .map_init(
                || vec![0; n],
                |together, target| {
                    interactions.co_occurrences(&by_item, target, together);
                    let column = (0u32..)
                        .zip(together.iter())
                        .filter(|(source, count)| **count > 0 && *source as usize != target)
                        .map(|(source, count)| {
                            let norm = of_source[source as usize] * of_target[target];
                            (source, f64::from(*count) / (norm + config.shrink))
                        });
                    keep_largest(column.collect(), config.neighbors)
                },
            )
            .collect();

        Ok(Self(SparseRows::from_columns(&columns)))
    }

    /// Takes similarities as they were once fitted; row = source, column = target.
    pub const fn from_rows(rows: SparseRows) -> Self {
        Self(rows)
    }

    /// Returns the similarities; row = source, column = target.
    pub const fn rows(&self) -> &SparseRows {
        &self.0
    }

    /// Returns the targets that `source` is a neighbor of, ascending, with the similarities.
    ///
    /// # Panics
    /// If the item is unknown.
    pub fn neighborhood(&self, source: u32) -> (&[u32], &[f32]) {
        self.0.row(source)
    }
}

impl Scorer for ItemKnn {
    fn n_items(&self) -> usize {
        self.0.n_items()
    }

    fn score_history(&self, history: &[u32], scores: &mut [f32]) {
        self.0.score_history(history, scores);
    }
}

impl AdditiveScorer for ItemKnn {
    fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        self.0.explain(history, item)
    }
}

#[cfg(test)]
mod tests {
    use super::super::interactions::tests::random;
    use super::*;

    #[test]
    fn cosine_of_two_items_is_shared_users_over_the_geometric_mean() {
        // Item 0: users 0, 1, 2, 3; item 1: users 0, 1, 2; item 2: user 3.
        let pairs = [
            (0, 0),
            (1, 0),
            (2, 0),
            (3, 0),
            (0, 1),
            (1, 1),
            (2, 1),
            (3, 2),
        ];
        let x = Interactions::from_pairs(4, 3, pairs).unwrap();
        let model = ItemKnn::fit(&x, ItemKnnConfig::default()).unwrap();
        let mut scores = [9.0; 3];
        model.score_history(&[0], &mut scores);
        assert_eq!(scores, [0.0, (3.0 / 12f64.sqrt()) as f32, 0.5]);
    }

    #[test]
    fn prop_contributions_add_up_to_the_score_to_the_bit() {
        for seed in 0..10 {
            let x = random(seed, 40, 30, 0.2);
            let config = ItemKnnConfig {
                neighbors: 7,
                shrink: 2.0,
                alpha: 0.3,
            };
            let model = ItemKnn::fit(&x, config).unwrap();
            let mut scores = vec![0.0; 30];
            for user in 0..40 {
                model.score_history(x.of_user(user), &mut scores);
                for item in 0..30 {
                    let parts = model.explain(x.of_user(user), item);
                    let sum = parts.iter().fold(0.0, |sum, (_, part)| sum + part);
                    assert_eq!(sum, scores[item as usize], "seed {seed} user {user}");
                }
            }
        }
    }

    #[test]
    fn a_value_outside_its_range_is_refused() {
        let x = random(1, 5, 5, 0.5);
        let base = ItemKnnConfig::default();
        for wrong in [
            ItemKnnConfig {
                neighbors: 0,
                ..base
            },
            ItemKnnConfig {
                shrink: -1.0,
                ..base
            },
            ItemKnnConfig { alpha: 1.5, ..base },
        ] {
            assert!(ItemKnn::fit(&x, wrong).is_err());
        }
    }
}
