//! A declared workload: a world of vectors that programs are compared on, run by the engine like any other.
//!
//! Users and items are rows of unit length that the scenario declares; there is no truth behind them for the platform to
//! learn. That is why, here and only here, whoever ranks may read the users' own vectors: they are public, and the task is
//! to rank fast and exactly, not to find out.
//!
//! | phase | what happens |
//! | --- | --- |
//! | Score | every item is scored for every user, the best are found ([`crate::platform::models::retrieval`]) |
//! | Offer | what was found is offered as a slate, best first |
//! | Choose | multinomial logit over the slate and choosing nothing; the chosen item draws the user's vector nearer |
//! | Measure | choices are counted |
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `state` | vectors, slates, choices, in columns |
//! | `plugin` | the systems, and founding such a world |

pub mod config;
pub mod plugin;
pub mod state;
#[cfg(test)]
mod tests;
