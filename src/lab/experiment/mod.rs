//! Experiment: what arms of a scenario differ in, when they are run over the same seeds.
//!
//! | file | concept |
//! | --- | --- |
//! | [`paired`] | the difference between two arms, seed by seed |
//! | [`comparison`] | all headline metrics of all arms |
//! | [`interest_evolution`] | the published trial of slates that look ahead, reproduced |

pub mod comparison;
pub mod interest_evolution;
pub mod paired;
