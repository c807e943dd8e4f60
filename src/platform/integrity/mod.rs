//! Integrity: what is taken off offer because too many people do not want to see it.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `holds` | items held for a while, on evidence |

pub mod config;
pub mod holds;
