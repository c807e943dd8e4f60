//! Experiment: what arms of a scenario differ in, when they are run over the same seeds.
//!
//! | file | concept |
//! | --- | --- |
//! | [`paired`] | the difference between two arms, seed by seed |
//! | [`comparison`] | all headline metrics of all arms |

pub mod comparison;
pub mod paired;
