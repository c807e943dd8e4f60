//! The settings of the deep and cross network.

use crate::config;

config! {
    /// A ranker that learns products of columns.
    pub struct DcnConfig {
        /// Cross layers: with n of them, products of up to n + 1 inputs are learned.
        cross_layers: u32 = 2, "layers", 1..=4;
        /// Width of the two layers of the perceptron.
        hidden: u32 = 64, "values", 1..=1024;
        /// Length of the embedding of a user or item; 0 for none.
        id_dimensions: u32 = 16, "values", 0..=256;
        /// Whether columns are used at all; without them only ids are left.
        columns: bool = true, "-";
        /// Whether columns that tell nothing, or what another one tells, are left out.
        selects_columns: bool = false, "-";
        /// Share of the perceptron's values that a training step takes for 0.
        dropout: f64 = 0.2, "share", 0.0..=0.9;
        /// Share of the ids that a training step does not see, so that newcomers are nothing unheard of.
        id_dropout: f64 = 0.1, "share", 0.0..=0.9;
        /// Learning rate of AdamW.
        learning_rate: f64 = 0.001, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.01, "-", 0.0..=100.0;
        /// Rows in a training step.
        batch_size: u32 = 1024, "rows", 1..=65536;
        /// Passes over the rows at most.
        epochs: u32 = 20, "passes", 1..=1000;
        /// Passes without a better held-out score after which training stops.
        patience: u32 = 3, "passes", 1..=1000;
        /// Share of the rows, the most recent ones, that is held out to decide when to stop; 0 for all passes.
        held_out: f64 = 0.1, "share", 0.0..=0.5;
        /// Sampled items an engagement, where the log has no impressions.
        negatives: u32 = 4, "items", 1..=100;
        /// Rows that are learned from at most, the most recent ones.
        rows_at_most: u32 = 500_000, "rows", 100..=100_000_000;
    }
}
