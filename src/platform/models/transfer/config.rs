//! Settings of cross-domain transfer.

use crate::config;
use crate::platform::models::params::ModelError;
use crate::sim::config::ConfigPart;

config! {
    /// Transfer between domains.
    pub struct TransferConfig {
        /// Length of the vectors of users and items.
        dimensions: u32 = 32, "values", 1..=512;
        /// Passes over all pairs.
        epochs: u32 = 40, "passes", 1..=10_000;
        /// Learning rate of AdamW and of the factors.
        learning_rate: f64 = 0.01, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.1, "-", 0.0..=10.0;
        /// Pairs in a training batch.
        batch_size: u32 = 256, "pairs", 1..=65_536;
        /// Items drawn at random that stand for all items in the loss, beside those of the batch.
        sampled_items: u32 = 4096, "items", 1..=1_000_000;
        /// Pull of the mapping's weights towards 0.
        ridge: f64 = 1.0, "-", 0.000_001..=1_000_000.0;
        /// Engagements in the target at which a user's own factors count as much as the mapped ones.
        trust: f64 = 5.0, "engagements", 0.0..=10_000.0;
        /// Samples of users, drawn with replacement, of the interval.
        resamples: u32 = 1000, "samples", 10..=100_000;
    }
}

impl TransferConfig {
    /// Refuses values outside their ranges.
    ///
    /// # Errors
    /// [`ModelError::Value`] names the first.
    pub fn validate(&self) -> Result<(), ModelError> {
        let mut violations = Vec::new();
        self.check("transfer", &mut violations);
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
