//! Incentives: who gets what for what.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `reward` | logins, quests, drops, watching |

pub mod config;
pub mod reward;
