//! Settings of SASRec.

use crate::config;
use crate::platform::models::params::ModelError;
use crate::sim::config::ConfigPart;

config! {
    /// The model of what comes next.
    pub struct SasRecConfig {
        /// Length of an item's embedding and of a hidden state.
        dimensions: u32 = 64, "values", 1..=1024;
        /// Blocks of attention and feed-forward layers.
        blocks: u32 = 2, "blocks", 1..=16;
        /// Heads of an attention; they share the dimensions evenly.
        heads: u32 = 2, "heads", 1..=64;
        /// Width of a feed-forward layer.
        inner: u32 = 256, "values", 1..=8192;
        /// Share of values left out while learning, after the embedding, in the attention and in every layer.
        dropout: f64 = 0.5, "-", 0.0..=0.95;
        /// Most recent items that are looked at.
        max_length: u32 = 50, "items", 1..=1000;
        /// Learning rate of AdamW.
        learning_rate: f64 = 0.001, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.01, "-", 0.0..=1.0;
        /// Pieces of histories in a training batch.
        batch_size: u32 = 32, "pieces", 1..=4096;
        /// Most passes over all pieces.
        epochs: u32 = 100, "passes", 1..=10_000;
        /// Passes without a better NDCG@10 on the held-out items after which learning ends.
        patience: u32 = 10, "passes", 1..=10_000;
        /// Users of whom the last item is held out to decide when to stop; 0 learns from everything for all passes.
        held_out_users: u32 = 1000, "users", 0..=1_000_000;
        /// Items that stand for all items in the loss, beside those of the batch, in catalogues larger than this.
        sampled_items: u32 = 4096, "items", 1..=1_000_000;
    }
}

impl SasRecConfig {
    /// Refuses values outside their ranges.
    ///
    /// # Errors
    /// [`ModelError::Value`] names the first.
    pub fn validate(&self) -> Result<(), ModelError> {
        let mut violations = Vec::new();
        self.check("sasrec", &mut violations);
        if let Some(v) = violations.into_iter().next() {
            let (what, found, allowed) = (v.key, v.value, v.allowed);
            return Err(ModelError::Value {
                what,
                found,
                allowed,
            });
        }
        if !self.dimensions.is_multiple_of(self.heads) {
            return Err(ModelError::Value {
                what: "sasrec.heads".to_owned(),
                found: self.heads.to_string(),
                allowed: format!("a divisor of dimensions, {}", self.dimensions),
            });
        }
        Ok(())
    }
}
