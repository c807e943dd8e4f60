//! Experiment: what arms of a scenario differ in, when they are run over the same seeds.
//!
//! | file | concept |
//! | --- | --- |
//! | [`paired`] | the difference between two arms, seed by seed |
//! | [`comparison`] | all headline metrics of all arms |
//! | [`auctiongym`] | the published trial of competition and bid shading, reproduced |
//! | [`interest_evolution`] | the published trial of slates that look ahead, reproduced |

pub mod auctiongym;
pub mod comparison;
pub mod interest_evolution;
pub mod paired;
