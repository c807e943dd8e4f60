//! Kind `ease`: EASEᴿ behind the trait of all models.

use crate::config;

use super::super::ease::{Ease, EaseError};
use super::super::interactions::Interactions;
use super::super::model::Tensors;
use super::super::params::ModelError;
use super::super::scorer::Scorer;
use super::item_weights::{ItemWeights, ItemWeightsModel};
use super::stored;

config! {
    /// The linear autoencoder in closed form.
    pub struct EaseSettings {
        /// Ridge; more of it trusts rare co-occurrences less.
        lambda: f64 = 250.0, "co-occurrences", 0.000_001..=1_000_000_000.0;
        /// Power of an item's popularity by which its score is multiplied; 0 leaves scores as they are, less takes popularity out.
        popularity_power: f64 = 0.0, "-", -2.0..=2.0;
    }
}

/// EASEᴿ as a model.
pub type EaseModel = ItemWeightsModel<Ease>;

impl ItemWeights for Ease {
    type Config = EaseSettings;
    const NAME: &'static str = "ease";

    fn solve(interactions: &Interactions, config: &EaseSettings) -> Result<Self, ModelError> {
        Self::fit(interactions, config.lambda).map_err(|e| match e {
            EaseError::Lambda(lambda) => ModelError::Value {
                what: "lambda".to_owned(),
                found: lambda.to_string(),
                allowed: "above 0 and finite".to_owned(),
            },
            EaseError::Singular(e) => super::normal_equations::refused(e),
        })
    }

    fn popularity_power(config: &EaseSettings) -> f64 {
        config.popularity_power
    }

    fn n_weights(&self) -> usize {
        self.n_items() * self.n_items()
    }

    fn put(&self, into: &mut Tensors) -> Result<(), ModelError> {
        let n = self.n_items();
        stored::put(into, "weights", &[n, n], self.weights().to_vec());
        Ok(())
    }

    fn take(stored: &mut Tensors, n_items: usize) -> Result<Self, ModelError> {
        let shape = [Some(n_items), Some(n_items)];
        let weights = stored::take_finite(stored, "weights", &shape)?;
        Ok(Self::from_weights(n_items, weights))
    }
}
