//! Engage: whom to reach, when, and how often at most.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `push` | reminding those who stay away |
//! | `push_value` | what a push is worth: uplift less the hazard of opting out |
//! | `push_budget` | how many pushes an avatar may get |
//! | `push_hour` | the hour at which it answers best |
//! | `push_choice` | whether to push, and when |
//! | `invite` | friends and live events |
//! | `k_factor` | how many newcomers each avatar brings |

pub mod config;
pub mod invite;
pub mod k_factor;
pub mod push;
pub mod push_budget;
pub mod push_choice;
pub mod push_hour;
pub mod push_value;
