//! Training: how settings are searched, and by which rows candidates are judged.
//!
//! | file | concept |
//! | --- | --- |
//! | `folds` | which rows are learned from, which are held out |
//! | `held_out` | the number that candidates are compared by |
//! | `space` | what a search may try |
//! | `around_default` | what it tries if nobody says otherwise |
//! | `halving` | how many candidates get how much: successive halving, Hyperband |
//! | `resource` | what they get: passes or people |
//! | `search` | the search itself |
//! | `early_stopping` | when a fit ends |
//! | `checkpoint` | what a search has done so far, to go on from |
//! | `best_of` | what a search was worth |

mod around_default;
pub mod best_of;
pub mod checkpoint;
pub mod early_stopping;
pub mod folds;
pub mod halving;
pub mod held_out;
pub mod resource;
pub mod search;
pub mod space;

#[cfg(test)]
mod tests;
