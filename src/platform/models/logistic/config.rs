//! The settings of logistic regression.

use crate::config;

config! {
    /// A linear ranker over named columns.
    pub struct LogisticConfig {
        /// Half of this times the squares of all weights is added to the loss, which is summed over the rows; columns
        /// have deviation 1.
        l2: f64 = 1.0, "-", 0.000_001..=1_000_000.0;
        /// Whether every user and item has a weight of its own.
        ids: bool = true, "-";
        /// Whether columns are used at all; without them only ids are left.
        columns: bool = true, "-";
        /// Whether columns that tell nothing, or what another one tells, are left out.
        selects_columns: bool = false, "-";
        /// Sampled items an engagement, where the log has no impressions.
        negatives: u32 = 4, "items", 1..=100;
        /// Rows that are learned from at most, the most recent ones.
        rows_at_most: u32 = 500_000, "rows", 100..=100_000_000;
        /// Mean gradient, in units of the outcome, at which all weights count as optimal.
        tolerance: f64 = 0.000_1, "-", 0.000_000_000_001..=0.1;
        /// Steps of Newton's method at most.
        steps: u32 = 50, "steps", 1..=1000;
    }
}
