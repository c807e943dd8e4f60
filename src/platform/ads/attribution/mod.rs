//! Attribution: which ads a conversion is owed to.
//!
//! Every way gives out each conversion that had a touch exactly once, in parts per million of a conversion.
//!
//! | file | concept |
//! | --- | --- |
//! | `journey` | the ads an avatar saw, and what came of it |
//! | `credit` | dividing a whole number so that the parts add up |
//! | `rules` | last, first, linear, time decay |
//! | `shapley` | contributions averaged over all orders |
//! | `markov` | what would be missing without a channel |

pub mod credit;
pub mod journey;
pub mod markov;
pub mod rules;
pub mod shapley;
