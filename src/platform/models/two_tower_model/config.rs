//! Settings of the two towers on logs.

use crate::config;

config! {
    /// Retrieval by two towers on logs.
    pub struct TwoTowerModelConfig {
        /// Length of an embedding that a tower returns.
        dimensions: u32 = 64, "values", 1..=1024;
        /// Width of the hidden layer of a tower.
        hidden: u32 = 128, "values", 1..=4096;
        /// Length of the learned embedding of an item's or user's id.
        id_dimensions: u32 = 64, "values", 1..=1024;
        /// Most recent items of a history that are averaged.
        history_length: u32 = 50, "items", 1..=1000;
        /// Whether a user has a learned embedding beside the history.
        user_ids: bool = true, "-";
        /// Divisor of the cosine similarity.
        temperature: f64 = 0.1, "-", 0.01..=1.0;
        /// Whether the loss corrects for popular items being drawn more often as negatives.
        corrects_popularity: bool = true, "-";
        /// Pairs in a training batch; each item of it is a negative for the other pairs.
        batch_size: u32 = 1024, "pairs", 2..=4096;
        /// Learning rate of AdamW.
        learning_rate: f64 = 0.001, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.1, "-", 0.0..=1.0;
        /// Most passes over as many pairs as there are.
        epochs: u32 = 60, "passes", 1..=10_000;
        /// Passes without a better NDCG@10 on the held-out items after which learning ends.
        patience: u32 = 5, "passes", 1..=10_000;
        /// Users of whom the last item is held out to decide when to stop; 0 learns from everything for all passes.
        held_out_users: u32 = 1000, "users", 0..=1_000_000;
    }
}
