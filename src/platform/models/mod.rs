//! Models: what predicts how attractive a thing is to an avatar.
//!
//! | file | concept |
//! | --- | --- |
//! | `interactions`, `scorer` | who met what, compactly; what every collaborative model can do |
//! | `seed_formulas` | the mission's two formulas, exactly |
//! | `popularity`, `item_knn`, `ease`, `bpr` | collaborative filtering |
//! | `positive_definite` | Cholesky factor and inverse with the same bits on any thread count |
//! | `evaluation` | leave-last-one-out with full ranking |

pub mod bpr;
pub mod ease;
pub mod evaluation;
pub mod interactions;
pub mod item_knn;
pub mod popularity;
pub mod positive_definite;
pub mod scorer;
pub mod seed_formulas;
