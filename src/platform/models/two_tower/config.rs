//! The two-tower model's part of the scenario.

use crate::config;
use crate::platform::models::params::ModelError;
use crate::sim::config::ConfigPart;

config! {
    /// The retrieval model that places users and items in one space.
    pub struct TwoTowerConfig {
        /// Length of an embedding that a tower returns.
        dimensions: u32 = 32, "values", 1..=1024;
        /// Width of the hidden layer of a tower.
        hidden: u32 = 64, "values", 1..=4096;
        /// Length of the learned embedding of an item's id.
        id_dimensions: u32 = 32, "values", 1..=1024;
        /// Rows of the table of id embeddings; items whose ids differ by a multiple of it share a row.
        id_rows: u32 = 8192, "rows", 1..=1_000_000;
        /// Most recent items of a history that are averaged.
        history_length: u32 = 24, "items", 1..=1000;
        /// Divisor of the cosine similarity in the training loss.
        temperature: f64 = 0.1, "-", 0.01..=1.0;
        /// Whether the loss corrects for popular items being drawn more often as negatives.
        corrects_popularity: bool = true, "-";
        /// Weight of the loss that sets what was taken against what was shown beside it in vain, beside the softmax; 0 leaves it out.
        impression_weight: f64 = 0.0, "-", 0.0..=1000.0;
        /// Pairs in a training batch; each item of it is a negative for the other pairs.
        batch_size: u32 = 256, "pairs", 2..=4096;
        /// Learning rate of AdamW.
        learning_rate: f64 = 0.003, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.01, "-", 0.0..=1.0;
    }
}

impl TwoTowerConfig {
    /// Refuses values outside their ranges.
    pub fn validate(&self) -> Result<(), ModelError> {
        let mut violations = Vec::new();
        self.check("two_tower", &mut violations);
        match violations.into_iter().next() {
            None => Ok(()),
            Some(v) => Err(ModelError::Value {
                what: v.key,
                found: v.value,
                allowed: v.allowed,
            }),
        }
    }
}
