//! Steering a city while it runs: commands that are applied between ticks, recorded, and replayed to the same hashes.
//!
//! | file | concept |
//! | --- | --- |
//! | `order` | a command and the tick before which it is applied |
//! | `apply` | what a command does to the city |
//! | `policy` | the value of a key, and putting another into force |
//! | `liveness` | which values can change while the city runs |
//! | `spelling` | a command as a line of JSON |
//! | `file` | files of commands |
//! | `error` | what can be wrong with a command |

pub mod apply;
pub mod error;
pub mod file;
pub mod liveness;
pub mod order;
pub mod policy;
pub mod spelling;
