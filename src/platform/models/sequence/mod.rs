//! SASRec: what comes next, from the order of what came before.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | its settings |
//! | `windows` | pieces of histories, side by side without padding |
//! | `attention` | causal self-attention over such pieces |
//! | `network` | the blocks and the loss as candle tensors |
//! | `model` | `SasRec`: fit, score, explain, save, load |

pub mod attention;
pub mod config;
pub mod model;
pub mod network;
#[cfg(test)]
mod tests;
pub mod windows;
