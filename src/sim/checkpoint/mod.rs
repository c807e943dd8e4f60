//! Checkpoints: a whole world between two ticks in one file, from which it goes on as if it had never stopped.
//!
//! | file | concept |
//! | --- | --- |
//! | `keeping` | how a resource becomes bytes and comes back |
//! | `state` | the whole world in parts, and back |
//! | `format` | the bytes of a file |
//! | `write` | making such a file |
//! | `read` | reading one that may be damaged |
//! | `error` | what can be wrong with one |

pub mod error;
pub mod format;
pub mod keeping;
pub mod read;
pub mod state;
#[cfg(test)]
mod tests;
pub mod write;
