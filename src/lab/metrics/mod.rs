//! Metrics: what a run shows, each defined in one place with its formula.
//!
//! | file | what it measures |
//! | --- | --- |
//! | [`cohorts`] | who comes back how many days after arriving |
//! | [`statistics`] | the estimators the others share |

pub mod cohorts;
pub mod statistics;
