//! What can be wrong with what incentives are learned from, or given by.

use crate::sim::units::Coins;

/// Why uplift was not learned or rewards were not allocated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IncentiveError {
    /// Two lists that belong together differ in length.
    #[error("{what} has {found} entries, expected {expected}")]
    Length {
        /// Which list.
        what: &'static str,
        /// Its entries.
        found: usize,
        /// Entries it should have.
        expected: usize,
    },
    /// A value is infinite or not a number.
    #[error("{what} of row {row} is {value}, which is not finite")]
    NotFinite {
        /// Which value.
        what: &'static str,
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A value lies outside its range.
    #[error("{what} is {found}, allowed is {allowed}")]
    OutOfRange {
        /// Which value.
        what: &'static str,
        /// The value.
        found: f64,
        /// What is allowed, as text.
        allowed: &'static str,
    },
    /// An arm has too few rows.
    #[error("{found} rows were {arm}, at least {least} are needed")]
    TooFew {
        /// `treated` or `control`.
        arm: &'static str,
        /// Rows found.
        found: usize,
        /// Rows needed.
        least: usize,
    },
    /// The shares of the arms are not those of the draw that is said to have assigned them.
    #[error(
        "{treated} of {rows} rows were treated, which is {deviations:.1} deviations from a draw with probability {probability}"
    )]
    NotAsDrawn {
        /// Rows treated.
        treated: usize,
        /// Rows in all.
        rows: usize,
        /// The probability of being treated.
        probability: f64,
        /// How far from what is expected.
        deviations: f64,
    },
    /// An amount of money is below zero.
    #[error("{what} is {found}, which is below zero")]
    Negative {
        /// Which amount.
        what: &'static str,
        /// The amount.
        found: Coins,
    },
}
