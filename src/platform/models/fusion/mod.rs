//! Multimodal fusion: one vector an item, from text, picture, sound, motion, other facts, and who met it.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | its settings |
//! | `modalities` | what is known of the items, by modality |
//! | `network` | encoders, gate and user side, with their gradients |
//! | `model` | `Fusion`: fit, score, explain, save, load |
//! | `ablation` | each modality alone, all, and all but one |

pub mod ablation;
pub mod config;
pub mod modalities;
pub mod model;
pub mod network;
#[cfg(test)]
mod tests;
