//! Item-based nearest neighbors: an item is scored by its similarity to what was met.
//!
//! `S_ab = G_ab / (G_aa^α · G_bb^(1−α) + shrink)` with `G = XᵀX` and an empty diagonal; of each column the k largest
//! stay, and `s = x·S`. Counts are integers and columns are independent, so threads cannot move a bit.

use super::interactions::Interactions;
use super::scorer::{AdditiveScorer, Scorer};
use super::seed_formulas::power;
use rayon::prelude::*;

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
#[derive(Debug, Clone, PartialEq)]
pub struct ItemKnn {
    /// Where each source's targets begin; one more entry than items.
    indptr: Vec<usize>,
    /// Targets of a source, ascending.
    targets: Vec<u32>,
    similarities: Vec<f32>,
}

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

        let mut indptr = vec![0; n + 1];
        for (source, _) in columns.iter().flatten() {
            indptr[*source as usize + 1] += 1;
        }
        for i in 0..n {
            indptr[i + 1] += indptr[i];
        }
        let mut next = indptr.clone();
        let mut targets = vec![0; indptr[n]];
        let mut similarities = vec![0.0; indptr[n]];
        for (target, column) in (0u32..).zip(&columns) {
            for (source, similarity) in column {
                let at = &mut next[*source as usize];
                targets[*at] = target;
                similarities[*at] = *similarity;
                *at += 1;
            }
        }
        Ok(Self {
            indptr,
            targets,
            similarities,
        })
    }

    /// Returns the targets that `source` is a neighbor of, ascending, with the similarities.
    ///
    /// # Panics
    /// If the item is unknown.
    pub fn neighborhood(&self, source: u32) -> (&[u32], &[f32]) {
        let span = self.indptr[source as usize]..self.indptr[source as usize + 1];
        (&self.targets[span.clone()], &self.similarities[span])
    }
}

/// Keeps the `k` largest similarities and all that equal the smallest of them, in the given order.
fn keep_largest(column: Vec<(u32, f64)>, k: usize) -> Vec<(u32, f32)> {
    let mut threshold = 0.0;
    if column.len() > k {
        let mut values: Vec<f64> = column.iter().map(|(_, s)| *s).collect();
        threshold = *values
            .select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a))
            .1;
    }
    column
        .into_iter()
        .filter(|(_, s)| *s >= threshold)
        .map(|(source, s)| (source, s as f32))
        .collect()
}

impl Scorer for ItemKnn {
    fn n_items(&self) -> usize {
        self.indptr.len() - 1
    }

    fn score_history(&self, history: &[u32], scores: &mut [f32]) {
        assert_eq!(scores.len(), self.n_items(), "one score an item");
        scores.fill(0.0);
        for source in history {
            let (targets, similarities) = self.neighborhood(*source);
            for (target, similarity) in targets.iter().zip(similarities) {
                scores[*target as usize] += similarity;
            }
        }
    }
}

impl AdditiveScorer for ItemKnn {
    fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        assert!((item as usize) < self.n_items(), "the item is known");
        history
            .iter()
            .map(|source| {
                let (targets, similarities) = self.neighborhood(*source);
                let at = targets.binary_search(&item);
                (*source, at.map_or(0.0, |at| similarities[at]))
            })
            .collect()
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
    fn one_neighbor_keeps_the_nearest_and_whoever_ties_with_it() {
        assert_eq!(
            keep_largest(vec![(3, 0.2), (5, 0.7), (6, 0.1), (9, 0.7)], 1),
            [(5, 0.7), (9, 0.7)]
        );
        assert_eq!(keep_largest(vec![(3, 0.2)], 4), [(3, 0.2)]);
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
