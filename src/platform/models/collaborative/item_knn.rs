//! Kind `item_knn`: item-based nearest neighbours behind the trait of all models.

use crate::config;

use super::super::interactions::Interactions;
use super::super::item_knn::{ItemKnn, ItemKnnConfig, ItemKnnError};
use super::super::model::Tensors;
use super::super::params::ModelError;
use super::item_weights::{ItemWeights, ItemWeightsModel};
use super::sparse_rows::SparseRows;

config! {
    /// Item-based neighbours.
    pub struct ItemKnnSettings {
        /// Neighbours kept per item; all that tie with the last one stay too.
        neighbors: u32 = 100, "items", 1..=1_000_000;
        /// Added to the denominator of every similarity; distrusts those of rarely met items.
        shrink: f64 = 0.0, "co-occurrences", 0.0..=1_000_000.0;
        /// Asymmetry: 0.5 is the cosine, 1 the conditional probability of the target given the source.
        alpha: f64 = 0.5, "-", 0.0..=1.0;
        /// Power of an item's popularity by which its score is multiplied; 0 leaves scores as they are, less takes popularity out.
        popularity_power: f64 = 0.0, "-", -2.0..=2.0;
    }
}

/// Item-kNN as a model.
pub type ItemKnnModel = ItemWeightsModel<ItemKnn>;

impl ItemWeights for ItemKnn {
    type Config = ItemKnnSettings;
    const NAME: &'static str = "item_knn";

    fn solve(interactions: &Interactions, config: &ItemKnnSettings) -> Result<Self, ModelError> {
        let settings = ItemKnnConfig {
            neighbors: config.neighbors as usize,
            shrink: config.shrink,
            alpha: config.alpha,
        };
        Self::fit(interactions, settings).map_err(outside)
    }

    fn popularity_power(config: &ItemKnnSettings) -> f64 {
        config.popularity_power
    }

    fn n_weights(&self) -> usize {
        self.rows().len()
    }

    fn put(&self, into: &mut Tensors) -> Result<(), ModelError> {
        self.rows().put(into)
    }

    fn take(stored: &mut Tensors, n_items: usize) -> Result<Self, ModelError> {
        SparseRows::take(stored, n_items).map(Self::from_rows)
    }
}

fn outside(e: ItemKnnError) -> ModelError {
    let (what, found, allowed) = match e {
        ItemKnnError::Neighbors => ("neighbors", "0".to_owned(), "at least 1"),
        ItemKnnError::Shrink(shrink) => ("shrink", shrink.to_string(), "at least 0 and finite"),
        ItemKnnError::Alpha(alpha) => ("alpha", alpha.to_string(), "0 to 1"),
    };
    ModelError::Value {
        what: what.to_owned(),
        found,
        allowed: allowed.to_owned(),
    }
}
