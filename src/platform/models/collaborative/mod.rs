//! Collaborative filtering behind [`Model`](super::model::Model), with the mission's formulas and what starts cold.
//!
//! | file | concept |
//! | --- | --- |
//! | `serving` | what all kinds do alike when they are fitted and asked |
//! | `stored` | whole numbers and tables as tensors, and back |
//! | `popularity` | kind `popularity` |
//! | `decayed_popularity` | kind `decayed_popularity` |
//! | `sparse_rows` | what each item met adds to the score of others, sparse |
//! | `item_weights` | one adapter for all models with one weight a pair of items |
//! | `item_knn` | kind `item_knn` |
//! | `rp3beta` | kind `rp3beta`: walks of three steps |
//! | `ease` | kind `ease` |
//! | `normal_equations` | small symmetric systems, factorized and solved |
//! | `implicit_als` | factors by alternating least squares |
//! | `ials` | kind `ials` |
//! | `bpr` | kind `bpr` |
//! | `adam` | steps along a gradient, for `bpr` |
//! | `debias` | weights and scores that take popularity out |
//! | `attention` | how much of its time somebody gives |
//! | `seed_collaborative` | kind `seed_collaborative`: the mission's formula from others' behaviour |
//! | `seed_content` | kind `seed_content`: the mission's formula from features |
//! | `cold_start` | kind `cold_start`: features first, behaviour later |

pub mod adam;
pub mod attention;
pub mod bpr;
pub mod cold_start;
pub mod debias;
pub mod decayed_popularity;
pub mod ease;
pub mod ials;
pub mod implicit_als;
pub mod item_knn;
pub mod item_weights;
pub mod normal_equations;
pub mod popularity;
pub mod rp3beta;
pub mod seed_collaborative;
pub mod seed_content;
mod serving;
pub mod sparse_rows;
mod stored;
#[cfg(test)]
mod tests;
