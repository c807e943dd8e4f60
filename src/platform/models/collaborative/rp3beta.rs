//! RP3β: the chance of walking from an item to another by way of one user, with popular targets held back.
//!
//! `W_ij = (Σ_u P_iu^α · P_uj^α) / n_j^β` with `P_iu = x_ui / n_i`, `P_uj = x_uj / n_u`, n_i the users of an item, n_u
//! the items of a user, and an empty diagonal. Of every row the k largest stay, and `s = x·W`.

use rayon::prelude::*;

use crate::config;

use super::super::interactions::Interactions;
use super::super::model::Tensors;
use super::super::params::ModelError;
use super::super::scorer::{AdditiveScorer, Scorer};
use super::super::seed_formulas::power;
use super::item_weights::{ItemWeights, ItemWeightsModel};
use super::sparse_rows::{SparseRows, keep_largest};

config! {
    /// Walks of three steps on the graph of users and items.
    pub struct Rp3BetaSettings {
        /// Targets kept per item; all that tie with the last one stay too.
        neighbors: u32 = 200, "items", 1..=1_000_000;
        /// Power of every step's probability.
        alpha: f64 = 1.0, "-", 0.0..=5.0;
        /// Power of a target's popularity by which its weight is divided.
        beta: f64 = 0.6, "-", 0.0..=2.0;
        /// Power of an item's popularity by which its score is multiplied; 0 leaves scores as they are, less takes popularity out.
        popularity_power: f64 = 0.0, "-", -2.0..=2.0;
    }
}

/// A fitted RP3β.
///
/// # Source
/// Paudel, Christoffel, Newell and Bernstein (2017), "Updatable, accurate, diverse, and scalable recommendations for
/// interactive applications".
#[derive(Debug, Clone, PartialEq)]
pub struct Rp3Beta(SparseRows);

/// RP3β as a model.
pub type Rp3BetaModel = ItemWeightsModel<Rp3Beta>;

impl Rp3Beta {
    /// Walks from every item.
    #[must_use]
    pub fn fit(interactions: &Interactions, config: &Rp3BetaSettings) -> Self {
        let n = interactions.n_items();
        let by_item = interactions.transpose();
        let step = |count: usize| power(1.0 / count.max(1) as f64, config.alpha);
        let of_user: Vec<f64> = (0..interactions.n_users())
            .map(|u| step(interactions.of_user(u).len()))
            .collect();
        let held_back: Vec<f64> = interactions
            .item_counts()
            .iter()
            .map(|c| power(f64::from((*c).max(1)), config.beta))
            .collect();
        // Rows are independent and users are added in order, so threads cannot move a bit.
        let rows: Vec<Vec<(u32, f32)>> = (0..n)
            .into_par_iter()
            .map_init(
                || vec![0.0; n],
                |reached, source| {
                    reached.fill(0.0);
                    let users = by_item.of_user(source);
                    let first = step(users.len());
                    for user in users {
                        let walk = first * of_user[*user as usize];
                        for target in interactions.of_user(*user as usize) {
                            reached[*target as usize] += walk;
                        }
                    }
                    reached[source] = 0.0;
                    let row = (0u32..).zip(reached.iter()).zip(&held_back);
                    let row = row.filter(|((_, w), _)| **w > 0.0);
                    let row = row.map(|((target, w), held_back)| (target, w / held_back));
                    keep_largest(row.collect(), config.neighbors.max(1) as usize)
                },
            )
            .collect();
        Self(SparseRows::from_rows(&rows))
    }

    /// Returns the targets of a source, ascending, with their weights.
    ///
    /// # Panics
    /// If the item is unknown.
    #[must_use]
    pub fn targets(&self, source: u32) -> (&[u32], &[f32]) {
        self.0.row(source)
    }
}

impl Scorer for Rp3Beta {
    fn n_items(&self) -> usize {
        self.0.n_items()
    }

    fn score_history(&self, history: &[u32], scores: &mut [f32]) {
        self.0.score_history(history, scores);
    }
}

impl AdditiveScorer for Rp3Beta {
    fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        self.0.explain(history, item)
    }
}

impl ItemWeights for Rp3Beta {
    type Config = Rp3BetaSettings;
    const NAME: &'static str = "rp3beta";

    fn solve(interactions: &Interactions, config: &Rp3BetaSettings) -> Result<Self, ModelError> {
        Ok(Self::fit(interactions, config))
    }

    fn popularity_power(config: &Rp3BetaSettings) -> f64 {
        config.popularity_power
    }

    fn n_weights(&self) -> usize {
        self.0.len()
    }

    fn put(&self, into: &mut Tensors) -> Result<(), ModelError> {
        self.0.put(into)
    }

    fn take(stored: &mut Tensors, n_items: usize) -> Result<Self, ModelError> {
        SparseRows::take(stored, n_items).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::interactions::tests::random;
    use super::*;

    #[test]
    fn three_users_and_items_have_the_weights_worked_by_hand() {
        // User 0 met items 0 and 1, user 1 items 0, 1 and 2, user 2 item 2; so n = 2, 2, 2 and users have 2, 3, 1.
        let pairs = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2)];
        let x = Interactions::from_pairs(3, 3, pairs).unwrap();
        let exact = Rp3BetaSettings {
            beta: 1.0,
            ..Rp3BetaSettings::BASELINE
        };
        let model = Rp3Beta::fit(&x, &exact);
        // From 0 to 1: half the time user 0 and then half, half user 1 and then a third: 5/12; divided by n_1 = 2.
        let near = (5.0 / 24.0) as f32;
        let far = (1.0 / 12.0) as f32;
        assert_eq!(model.targets(0), (&[1, 2][..], &[near, far][..]));
        assert_eq!(model.targets(2), (&[0, 1][..], &[far, far][..]));
        let one = Rp3BetaSettings {
            neighbors: 1,
            ..exact
        };
        let model = Rp3Beta::fit(&x, &one);
        assert_eq!(model.targets(0), (&[1][..], &[near][..]));
        // Both tie.
        assert_eq!(model.targets(2).0, [0, 1]);
        // α = 2 squares each step: (1/4)(1/4) + (1/4)(1/9) = 13/144, and β = 0 divides by nothing.
        let squared = Rp3BetaSettings {
            alpha: 2.0,
            beta: 0.0,
            ..exact
        };
        let value = Rp3Beta::fit(&x, &squared).targets(0).1[0];
        assert!((f64::from(value) - 13.0 / 144.0).abs() < 1e-8, "{value}");
    }

    #[test]
    fn prop_without_cuts_and_powers_the_walks_from_an_item_have_chance_one() {
        for seed in 0..10 {
            let x = random(seed, 30, 20, 0.2);
            let plain = Rp3BetaSettings {
                beta: 0.0,
                ..Rp3BetaSettings::BASELINE
            };
            let model = Rp3Beta::fit(&x, &plain);
            for (item, users) in (0u32..20).map(|i| (i, x.transpose())) {
                let users = users.of_user(item as usize);
                // The diagonal is what is missing: walks that come back.
                let back: f64 = users
                    .iter()
                    .map(|u| 1.0 / x.of_user(*u as usize).len() as f64)
                    .sum();
                let sum: f64 = model.targets(item).1.iter().map(|w| f64::from(*w)).sum();
                let expected = if users.is_empty() {
                    0.0
                } else {
                    1.0 - back / users.len() as f64
                };
                assert!((sum - expected).abs() < 1e-5, "seed {seed}, item {item}");
            }
        }
    }
}
