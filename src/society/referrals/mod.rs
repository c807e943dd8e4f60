//! Joining by invitation: newcomers whom friends bring along, and second accounts that look like such newcomers.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `joiners` | who joined by whose invitation, and why, as nobody but the lab can know |
//! | `asking` | whether an avatar asks a friend, and whether the friend comes |
//! | `second` | whether another account is worth the trouble |
//! | `join` | the system: visits end, friends are asked, newcomers arrive |

pub mod asking;
pub mod config;
pub mod join;
pub mod joiners;
pub mod second;
