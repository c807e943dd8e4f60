//! models

pub mod bpr;
pub mod ease;
pub mod evaluation;
pub mod interactions;
pub mod item_knn;
pub mod popularity;
pub mod positive_definite;
pub mod scorer;
pub mod seed_formulas;
