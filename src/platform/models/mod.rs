//! Models: predicting attraction w_i(c) from observations.
//!
//! | file | concept |
//! | --- | --- |
//! | `seed_formulas` | the two formulas of the mission |
//! | `popularity` | decayed engagement counts |
//! | `interactions` | who engaged with what, sparse |
//! | `item_knn` | item-based neighbours |
//! | `ease` | linear autoencoder in closed form |
//! | `columns` | items and their columns in a model |
//! | `calibration` | from scores to probabilities |
//! | `shelf` | what can be recommended on a surface |
//! | `ranker` | the live model |
//! | `learn` | observing and training on a cadence |

pub mod calibration;
pub mod columns;
pub mod ease;
pub mod interactions;
pub mod item_knn;
pub mod learn;
pub mod popularity;
pub mod ranker;
pub mod seed_formulas;
pub mod shelf;
