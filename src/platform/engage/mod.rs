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
//! | `push_trial` | what pushes and withheld pushes led to |
//! | `push_policy` | the pushes of a day, by lot or by uplift |
//! | `invite` | friends and live events |
//! | `live_hour` | when and where a live event gathers most |
//! | `k_factor` | how many newcomers each avatar brings |

pub mod config;
pub mod invite;
pub mod k_factor;
pub mod live_hour;
pub mod push;
pub mod push_budget;
pub mod push_choice;
pub mod push_hour;
pub mod push_policy;
pub mod push_trial;
pub mod push_value;
