//! Evaluation: how well models foretell what people in a log met next, without a city.
//!
//! All is pure: logs, models and seeds in, numbers and text out. Reading logs and showing progress is done by others.
//!
//! | file | concept |
//! | --- | --- |
//! | [`split`] | what models learn from and what they are judged on |
//! | [`ranking`] | full rankings of all that a person has not met |
//! | [`metrics`] | how good a ranking is: accuracy, novelty, spread |
//! | [`contest`] | one model through all folds of a split |
//! | [`bootstrap`] | intervals and paired differences by user |
//! | [`facts`] | what an evaluation or a fit rests on |
//! | [`table`] | an evaluation as rows: screen, JSON |
//! | [`svg`] | small charts as text |
//! | [`page`] | an evaluation as one HTML file |

pub mod bootstrap;
pub mod contest;
pub mod facts;
pub mod metrics;
pub mod page;
pub mod ranking;
pub mod split;
#[cfg(test)]
mod split_tests;
pub mod svg;
pub mod table;
