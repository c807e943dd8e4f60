//! Deep and cross network: products of columns learned layer by layer, beside a small perceptron.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | its settings |
//! | `network` | parameters, and the loss as candle tensors |
//! | `cross_entropy` | the loss of logits, with its gradient |
//! | `weights` | the same network in plain Rust, one row at a time |
//! | `ranking` | the same again for one person and all items, where they share work |
//! | `attribution` | how much every input adds to a score, exactly |
//! | `model` | `Dcn`: fit, score, explain, save, load |

pub mod attribution;
pub mod config;
pub mod cross_entropy;
pub mod model;
pub mod network;
pub mod ranking;
#[cfg(test)]
mod tests;
pub mod weights;
