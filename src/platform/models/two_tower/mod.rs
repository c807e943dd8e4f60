//! Two-tower retrieval: one network for users, one for items, similarity is a dot product.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | its part of the scenario |
//! | `data` | what it is given: users, items, pairs; checks and batches |
//! | `mean_rows` | means of rows of a table, with their gradient |
//! | `dense` | products, layers and unit rows, with their gradients |
//! | `network` | the two towers and the loss as candle tensors |
//! | `forward` | the same towers in plain Rust, for serving |
//! | `softmax` | the in-batch softmax loss, with its gradient |
//! | `pairwise` | the loss against what was shown in vain, with its gradient |
//! | `model` | `TwoTower`: fit, embed, save, load, digest |

pub mod config;
pub mod data;
pub mod dense;
pub mod forward;
pub mod mean_rows;
pub mod model;
pub mod network;
pub mod pairwise;
pub mod softmax;
#[cfg(test)]
mod tests;
