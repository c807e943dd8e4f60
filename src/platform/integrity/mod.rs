//! Integrity: what is taken off offer because too many people do not want to see it, and what is not paid at once because it looks
//! like abuse.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `holds` | items held for a while, on evidence |
//! | `referral_score` | how much newcomers look like second accounts of who invited them |

pub mod config;
pub mod holds;
pub mod referral_score;
