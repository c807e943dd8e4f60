//! BPR: factors learned from pairs "met, not met", by Adam.
//!
//! The loss of a batch is the mean of `−ln σ(p_u · (q_i − q_j))` over pairs (u, i) that met and one j that u has not
//! met, drawn uniformly. Factors start from Xavier's normal distribution. All draws come from keyed streams and
//! gradients are added in batch order on one thread, so a seed fixes every bit.

use super::collaborative::adam::Adam;
use super::interactions::Interactions;
use super::scorer::Scorer;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use std::ops::ControlFlow;

/// How the factors are learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BprConfig {
    /// Factors per user and item, at least 1.
    pub dimensions: usize,
    /// Step size of Adam, above 0.
    pub learning_rate: f32,
    /// Pairs per step, at least 1.
    pub batch: usize,
    /// Passes over all pairs.
    pub epochs: usize,
    /// Pull of the factors in a batch towards 0, at least 0.
    pub regularization: f32,
    /// Seed of the initial factors, of the order of pairs and of the negatives.
    pub seed: u64,
}

impl Default for BprConfig {
    /// RecBole's settings.
    fn default() -> Self {
        Self {
            dimensions: 64,
            learning_rate: 1e-3,
            batch: 2048,
            epochs: 100,
            regularization: 0.0,
            seed: 0,
        }
    }
}

/// A value outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum BprError {
    /// No factors or no pairs in a batch.
    #[error("dimensions {dimensions} and batch {batch} must both be at least 1")]
    Size {
        /// Factors asked for.
        dimensions: usize,
        /// Pairs per step asked for.
        batch: usize,
    },
    /// The learning rate is outside its range.
    #[error("learning rate is {0}, it must be above 0 and finite")]
    LearningRate(f32),
    /// Regularization is outside its range.
    #[error("regularization is {0}, it must be at least 0 and finite")]
    Regularization(f32),
}

/// Steps of the fit of a newcomer's factors.
const FOLD_IN_STEPS: usize = 80;
/// Pairs per step of that fit.
const FOLD_IN_BATCH: usize = 32;
/// Step size of that fit; larger than in training, because one vector settles where thousands would oscillate.
const FOLD_IN_LEARNING_RATE: f32 = 0.05;

/// Fitted factors.
///
/// # Source
/// Rendle et al. (2009); Kingma and Ba (2015) for Adam.
#[derive(Debug, Clone, PartialEq)]
pub struct Bpr {
    config: BprConfig,
    n_users: usize,
    n_items: usize,
    /// Rows of all users, then rows of all items.
    factors: Vec<f32>,
    /// How much a pair with each item counts; empty if all count alike.
    weights: Vec<f32>,
}

impl Bpr {
    /// Learns for as many epochs as configured.
    ///
    /// # Errors
    /// [`BprError`] if a value of the configuration is outside its range.
    pub fn fit(interactions: &Interactions, config: BprConfig) -> Result<Self, BprError> {
        Self::fit_until(interactions, config, |_, _| ControlFlow::Continue(()))
    }

    /// Learns until `after_epoch` breaks or the configured epochs are over; it receives the epochs done, from 1.
    ///
    /// # Errors
    /// [`BprError`] if a value of the configuration is outside its range.
    pub fn fit_until(
        interactions: &Interactions,
        config: BprConfig,
        mut after_epoch: impl FnMut(usize, &Self) -> ControlFlow<()>,
    ) -> Result<Self, BprError> {
        Self::fit_weighted(interactions, Vec::new(), config, |epoch, _, model| {
            after_epoch(epoch, model)
        })
    }

    /// Learns like [`Bpr::fit_until`], each pair counting as much as its item's weight (empty: all alike).
    ///
    /// `after_epoch` receives the epochs done, from 1, and the mean loss of the pairs in the last one, unweighted.
    ///
    /// # Errors
    /// [`BprError`] if a value of the configuration is outside its range.
    ///
    /// # Panics
    /// If there are weights, but not one an item.
    pub fn fit_weighted(
        interactions: &Interactions,
        weights: Vec<f32>,
        config: BprConfig,
        mut after_epoch: impl FnMut(usize, f64, &Self) -> ControlFlow<()>,
    ) -> Result<Self, BprError> {
        let mut model = Self::initial(interactions, weights, config)?;
        let d = config.dimensions;
        let n_items = model.n_items;
        let items_begin = model.n_users * d;
        let mut adam = Adam::new(model.factors.len(), config.learning_rate);
        let mut gradient = vec![0.0; model.factors.len()];
        let mut pairs: Vec<(u32, u32)> = interactions
            .pairs()
            .filter(|(user, _)| interactions.of_user(*user as usize).len() < n_items)
            .collect();

        for epoch in 0..config.epochs {
            let mut rng = RngStream::new(config.seed, Purpose::ModelBatch, epoch as u64, 0);
            for last in (1..pairs.len()).rev() {
                pairs.swap(last, rng.below(last + 1));
            }
            let mut loss = 0.0;
            for batch in pairs.chunks(config.batch) {
                let share = 1.0 / batch.len() as f32;
                let shrink = config.regularization * share;
                gradient.fill(0.0);
                for (user, met) in batch {
                    let unmet = draw_unmet(&mut rng, interactions.of_user(*user as usize), n_items);
                    let (users, items) = model.factors.split_at(items_begin);
                    let (user_gradients, item_gradients) = gradient.split_at_mut(items_begin);
                    let p = row(users, *user, d);
                    let (q, r) = (row(items, *met, d), row(items, unmet, d));
                    let margin = math::dot(p, q) - math::dot(p, r);
                    loss += surprise(margin);
                    let pull = pull(margin) * share * weight_of(&model.weights, *met);
                    let of_p = row_mut(user_gradients, *user, d);
                    for (((g, p), q), r) in of_p.iter_mut().zip(p).zip(q).zip(r) {
                        *g += shrink * p - pull * (q - r);
                    }
                    for ((g, p), q) in row_mut(item_gradients, *met, d).iter_mut().zip(p).zip(q) {
                        *g += shrink * q - pull * p;
                    }
                    for ((g, p), r) in row_mut(item_gradients, unmet, d).iter_mut().zip(p).zip(r) {
                        *g += shrink * r + pull * p;
                    }
                }
                adam.descend(&mut model.factors, &gradient);
            }
            let mean = loss / pairs.len().max(1) as f64;
            if after_epoch(epoch + 1, mean, &model).is_break() {
                break;
            }
        }
        Ok(model)
    }

    /// Draws the factors that learning starts from.
    fn initial(
        interactions: &Interactions,
        weights: Vec<f32>,
        config: BprConfig,
    ) -> Result<Self, BprError> {
        if config.dimensions == 0 || config.batch == 0 {
            return Err(BprError::Size {
                dimensions: config.dimensions,
                batch: config.batch,
            });
        }
        if !(config.learning_rate > 0.0 && config.learning_rate.is_finite()) {
            return Err(BprError::LearningRate(config.learning_rate));
        }
        if !(config.regularization >= 0.0 && config.regularization.is_finite()) {
            return Err(BprError::Regularization(config.regularization));
        }
        let d = config.dimensions;
        let (n_users, n_items) = (interactions.n_users(), interactions.n_items());
        let mut factors = Vec::with_capacity((n_users + n_items) * d);
        for (table, rows) in [n_users, n_items].into_iter().enumerate() {
            let deviation = (2.0 / (rows + d) as f64).sqrt();
            let mut rng = RngStream::new(config.seed, Purpose::ModelInit, table as u64, 0);
            factors.extend((0..rows * d).map(|_| (deviation * rng.normal()) as f32));
        }
        Ok(Self::from_factors(config, n_users, factors, weights))
    }

    /// Takes factors as they were once fitted: rows of all users, then rows of all items; and the weights of the items.
    ///
    /// # Panics
    /// If rows are not whole, or there are weights but not one an item.
    pub fn from_factors(
        config: BprConfig,
        n_users: usize,
        factors: Vec<f32>,
        weights: Vec<f32>,
    ) -> Self {
        let d = config.dimensions;
        assert!(factors.len().is_multiple_of(d), "rows are whole");
        let n_items = factors.len() / d - n_users;
        let fits = weights.is_empty() || weights.len() == n_items;
        assert!(fits, "one weight an item");
        Self {
            config,
            n_users,
            n_items,
            factors,
            weights,
        }
    }

    /// Returns rows of all users, then rows of all items.
    pub fn factors(&self) -> &[f32] {
        &self.factors
    }

    /// Returns the learned factors of a user that was trained on.
    ///
    /// # Panics
    /// If the user is unknown.
    pub fn user_factors(&self, user: usize) -> &[f32] {
        assert!(user < self.n_users, "the user was trained on");
        &self.factors[user * self.config.dimensions..][..self.config.dimensions]
    }

    /// Returns the learned factors of an item.
    ///
    /// # Panics
    /// If the item is unknown.
    pub fn item_factors(&self, item: u32) -> &[f32] {
        let items = &self.factors[self.n_users * self.config.dimensions..];
        row(items, item, self.config.dimensions)
    }

    /// Writes the scores of all items for a user that was trained on.
    ///
    /// # Panics
    /// If the user is unknown or `scores` does not hold one value an item.
    pub fn score_user(&self, user: usize, scores: &mut [f32]) {
        self.score_factors(self.user_factors(user), scores);
    }

    /// Learns factors for a history that was not trained on; the item factors stay as they are.
    ///
    /// Minimizes the training loss over this one user. The negatives are drawn from a stream keyed by the history,
    /// so the same history always gets the same factors. All zeros if nothing or everything was met.
    ///
    /// # Panics
    /// If the history names an unknown item.
    pub fn fold_in(&self, history: &[u32]) -> Vec<f32> {
        let d = self.config.dimensions;
        let mut factors = vec![0.0; d];
        let mut met = history.to_vec();
        met.sort_unstable();
        met.dedup();
        if met.is_empty() || met.len() >= self.n_items {
            return factors;
        }
        let key = met.iter().fold(0, |key, item| {
            crate::sim::rng::mix(key ^ (u64::from(*item) + 1))
        });
        let mut rng = RngStream::new(self.config.seed, Purpose::ModelBatch, key, 1);
        let mut adam = Adam::new(d, FOLD_IN_LEARNING_RATE);
        let mut gradient = vec![0.0; d];
        let share = 1.0 / FOLD_IN_BATCH as f32;
        for _ in 0..FOLD_IN_STEPS {
            gradient.fill(0.0);
            for _ in 0..FOLD_IN_BATCH {
                let item = met[rng.below(met.len())];
                let q = self.item_factors(item);
                let r = self.item_factors(draw_unmet(&mut rng, &met, self.n_items));
                let pull = pull(math::dot(&factors, q) - math::dot(&factors, r)) * share;
                let pull = pull * weight_of(&self.weights, item);
                for ((g, q), r) in gradient.iter_mut().zip(q).zip(r) {
                    *g -= pull * (q - r);
                }
            }
            adam.descend(&mut factors, &gradient);
        }
        factors
    }

    /// Writes the scores of all items for these factors.
    ///
    /// # Panics
    /// If `scores` does not hold one value an item.
    pub fn score_factors(&self, factors: &[f32], scores: &mut [f32]) {
        assert_eq!(scores.len(), self.n_items, "one score an item");
        let items = &self.factors[self.n_users * self.config.dimensions..];
        for (score, item) in scores
            .iter_mut()
            .zip(items.chunks_exact(self.config.dimensions))
        {
            *score = math::dot(factors, item);
        }
    }
}

impl Scorer for Bpr {
    fn n_items(&self) -> usize {
        self.n_items
    }

    /// Folds the history in and scores; users that were trained on have factors of their own, see [`Bpr::score_user`].
    fn score_history(&self, history: &[u32], scores: &mut [f32]) {
        self.score_factors(&self.fold_in(history), scores);
    }
}

/// Draws an item that is not in `met` (ascending, shorter than `n_items`).
fn draw_unmet(rng: &mut RngStream, met: &[u32], n_items: usize) -> u32 {
    loop {
        let item = u32::try_from(rng.below(n_items)).expect("items are numbered in 32 bits");
        if met.binary_search(&item).is_err() {
            return item;
        }
    }
}

/// How hard a pair still pulls: σ(−margin), the negative slope of −ln σ.
fn pull(margin: f32) -> f32 {
    1.0 / (1.0 + math::expf(margin))
}

/// How surprising a pair is: −ln σ(margin).
pub(super) fn surprise(margin: f32) -> f64 {
    let margin = f64::from(margin);
    (-margin).max(0.0) + math::ln(1.0 + math::exp(-margin.abs()))
}

fn weight_of(weights: &[f32], item: u32) -> f32 {
    weights.get(item as usize).copied().unwrap_or(1.0)
}

fn row(table: &[f32], at: u32, d: usize) -> &[f32] {
    &table[at as usize * d..][..d]
}

fn row_mut(table: &mut [f32], at: u32, d: usize) -> &mut [f32] {
    &mut table[at as usize * d..][..d]
}

#[cfg(test)]
mod tests {
    use super::super::interactions::tests::random;
    use super::*;

    fn small() -> BprConfig {
        BprConfig {
            dimensions: 8,
            learning_rate: 0.01,
            batch: 32,
            epochs: 60,
            seed: 3,
            ..BprConfig::default()
        }
    }

    /// Two groups of users; each meets most of its own half of the items.
    fn two_tastes() -> Interactions {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let mut pairs = Vec::new();
        for user in 0..30u32 {
            for item in 0..10u32 {
                if rng.chance(0.7) {
                    pairs.push((user, item + 10 * (user % 2)));
                }
            }
        }
        Interactions::from_pairs(30, 20, pairs).unwrap()
    }

    /// Mean score of a user's own half minus that of the other half.
    fn margin(user: usize, scores: &[f32]) -> f32 {
        let halves = [&scores[..10], &scores[10..]];
        let mean = |half: &[f32]| half.iter().sum::<f32>() / 10.0;
        mean(halves[user % 2]) - mean(halves[1 - user % 2])
    }

    #[test]
    fn users_learn_their_own_half_and_a_newcomer_is_placed_by_history() {
        let x = two_tastes();
        let model = Bpr::fit(&x, small()).unwrap();
        let mut scores = vec![0.0; 20];
        for user in 0..30 {
            model.score_user(user, &mut scores);
            assert!(margin(user, &scores) > 1.0, "user {user}");
        }
        model.score_history(&[2, 5, 7], &mut scores);
        assert!(margin(0, &scores) > 1.0);
        model.score_history(&[12, 15], &mut scores);
        assert!(margin(1, &scores) > 1.0);
    }

    #[test]
    fn a_seed_fixes_every_bit_and_another_seed_moves_them() {
        let x = random(2, 20, 15, 0.3);
        let a = Bpr::fit(&x, small()).unwrap();
        assert!(a == Bpr::fit(&x, small()).unwrap());
        let other = BprConfig { seed: 4, ..small() };
        assert!(a.factors != Bpr::fit(&x, other).unwrap().factors);
        assert_eq!(a.fold_in(&[3, 1]), a.fold_in(&[1, 3]));
    }

    #[test]
    fn users_who_met_everything_or_nothing_do_no_harm() {
        let pairs = (0..4).map(|item| (0, item)).chain([(2, 1)]);
        let x = Interactions::from_pairs(3, 4, pairs).unwrap();
        let model = Bpr::fit(&x, small()).unwrap();
        assert!(model.factors.iter().all(|f| f.is_finite()));
        assert_eq!(model.fold_in(&[]), vec![0.0; 8]);
        assert_eq!(model.fold_in(&[0, 1, 2, 3]), vec![0.0; 8]);
    }

    #[test]
    fn learning_stops_when_told_to() {
        let x = random(2, 20, 15, 0.3);
        let mut done = 0;
        Bpr::fit_until(&x, small(), |epoch, _| {
            done = epoch;
            if epoch == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
        assert_eq!(done, 3);
    }

    #[test]
    fn a_value_outside_its_range_is_refused() {
        let x = random(2, 5, 5, 0.3);
        for wrong in [
            BprConfig {
                dimensions: 0,
                ..small()
            },
            BprConfig {
                batch: 0,
                ..small()
            },
            BprConfig {
                learning_rate: 0.0,
                ..small()
            },
            BprConfig {
                regularization: -1.0,
                ..small()
            },
        ] {
            assert!(Bpr::fit(&x, wrong).is_err());
        }
    }
}
