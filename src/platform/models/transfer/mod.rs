//! Cross-domain transfer: what a user did in one domain says what it will like in another.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | settings |
//! | `shared` | one user tower with a head a domain |
//! | `mapping` | ridge regression from one space to another |
//! | `emcdr` | factors of each domain and a mapping between the users' |
//! | `report` | what transfer gains over the target alone, with little and with much data |

pub mod config;
pub mod emcdr;
pub mod mapping;
pub mod report;
pub mod shared;
#[cfg(test)]
mod tests;
