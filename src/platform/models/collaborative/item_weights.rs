//! One adapter for all models in which every item met adds a weight to the score of every other item.
//!
//! `s_c = b_c · Σ_m W_mc` over the distinct items m of the past, ascending; b_c is 1 unless scores are
//! [rescored](super::debias::boosts) by popularity.

use super::super::interaction_log::InteractionLog;
use super::super::interactions::Interactions;
use super::super::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::super::scorer::AdditiveScorer;
use super::debias;
use super::serving::{Size, items_ascending, pairs_of};
use super::stored;

/// A model with one weight a pair of items.
pub trait ItemWeights: AdditiveScorer + Send + Sync + Sized {
    /// Its settings.
    type Config: Send + Sync;
    /// Name of its kind.
    const NAME: &'static str;

    /// Solves for the weights.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a setting is outside its range.
    fn solve(interactions: &Interactions, config: &Self::Config) -> Result<Self, ModelError>;

    /// Returns the power of popularity by which scores are multiplied.
    fn popularity_power(config: &Self::Config) -> f64;

    /// Returns how many weights are stored.
    fn n_weights(&self) -> usize;

    /// Stores the weights.
    ///
    /// # Errors
    /// [`ModelError::Value`] if there are too many items to be numbered in single precision.
    fn put(&self, into: &mut Tensors) -> Result<(), ModelError>;

    /// Takes weights out of a store.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if they are missing or do not fit.
    fn take(stored: &mut Tensors, n_items: usize) -> Result<Self, ModelError>;
}

/// Such a model behind the trait of all models.
#[derive(Debug, Clone)]
pub struct ItemWeightsModel<W: ItemWeights> {
    config: W::Config,
    size: Size,
    weights: Option<W>,
    /// What each item's score is multiplied by.
    boosts: Vec<f32>,
}

impl<W: ItemWeights> ItemWeightsModel<W> {
    /// Makes one that has learned nothing.
    #[must_use]
    pub const fn new(config: W::Config) -> Self {
        Self {
            config,
            size: Size {
                n_users: 0,
                n_items: 0,
            },
            weights: None,
            boosts: Vec::new(),
        }
    }

    /// Returns the weights, once fitted.
    #[must_use]
    pub const fn weights(&self) -> Option<&W> {
        self.weights.as_ref()
    }
}

impl<W: ItemWeights> Model for ItemWeightsModel<W> {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        let x = pairs_of(log)?;
        let weights = W::solve(&x, &self.config)?;
        let report = FitReport {
            n_rows: x.len() as u64,
            n_parameters: weights.n_weights() as u64,
            curve: Vec::new(),
        };
        self.boosts = debias::boosts(&x.item_counts(), W::popularity_power(&self.config));
        self.weights = Some(weights);
        self.size = Size::of(log);
        Ok(report)
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |person, row| {
            if let Some(weights) = &self.weights {
                weights.score_history(&items_ascending(person), row);
            }
            for (score, boost) in row.iter_mut().zip(&self.boosts) {
                *score *= boost;
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let Some(weights) = &self.weights else {
            return Ok(Vec::new());
        };
        let boost = self.boosts[item as usize];
        let parts = weights.explain(&items_ascending(person), item);
        let part = |(met, value)| Part {
            about: About::Past(met),
            value: value * boost,
        };
        Ok(parts.into_iter().map(part).collect())
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        if let Some(weights) = &self.weights {
            weights.put(&mut tensors)?;
        }
        let n = self.boosts.len();
        stored::put(&mut tensors, "boosts", &[n], self.boosts.clone());
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let weights = W::take(&mut rest, log.n_items)?;
        let boosts = stored::take_finite(&mut rest, "boosts", &[Some(log.n_items)])?;
        refuse_rest(&rest)?;
        self.weights = Some(weights);
        self.boosts = boosts;
        self.size = Size::of(log);
        Ok(())
    }
}
