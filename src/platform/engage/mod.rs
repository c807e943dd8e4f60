//! Engage: whom to reach, when, and how often at most.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `push` | reminding those who stay away |
//! | `invite` | friends and live events |

pub mod config;
pub mod invite;
pub mod push;
