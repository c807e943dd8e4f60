//! Calibration: from a model's score to the probability that the thing is taken.
//!
//! A ranker may order well and yet be wrong about how often. Auctions and budgets need the frequency.
//!
//! | file | concept |
//! | --- | --- |
//! | `online` | learned with every answer in the running city |
//! | `platt` | a line through the scores, fitted at once |
//! | `isotonic` | any rising step function |
//! | `temperature` | one divisor, which never changes an order |
//! | `sampling` | undoing the sampling of negatives |
//! | `reliability` | how well calibrated: expected calibration error, Brier score, table for a plot |

pub mod isotonic;
pub mod online;
pub mod platt;
pub mod reliability;
pub mod sampling;
pub mod temperature;

pub use online::Calibrator;

/// Why nothing can be calibrated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// There is nothing to learn from.
    #[error("there are 0 scores, at least 1 is needed")]
    Empty,
    /// Scores, outcomes or weights are not of equal length.
    #[error("{what} have length {found}, expected {expected}")]
    Length {
        /// Which of them.
        what: &'static str,
        /// Their length.
        found: usize,
        /// The number of scores.
        expected: usize,
    },
    /// A number is outside its range.
    #[error("{what} is {found}, allowed is {allowed}")]
    Value {
        /// Which number.
        what: &'static str,
        /// What it is.
        found: f64,
        /// What it may be.
        allowed: &'static str,
    },
}

/// Refuses outcomes of another length than the scores, and scores that are no finite numbers.
fn check(scores: &[f64], n_outcomes: usize) -> Result<(), CalibrationError> {
    if scores.is_empty() {
        return Err(CalibrationError::Empty);
    }
    if scores.len() != n_outcomes {
        return Err(CalibrationError::Length {
            what: "outcomes",
            found: n_outcomes,
            expected: scores.len(),
        });
    }
    match scores.iter().find(|s| !s.is_finite()) {
        None => Ok(()),
        Some(found) => Err(CalibrationError::Value {
            what: "score",
            found: *found,
            allowed: "a finite number",
        }),
    }
}
