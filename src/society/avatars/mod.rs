//! Avatars: identity, latents, sessions, choice, satisfaction, return and churn.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `avatar` | the row of an avatar and the table of all |
//! | `profile` | what is public, and consent |
//! | `birth` | drawing an avatar |
//! | `diurnal` | when it comes back |
//! | `choice` | the logit over a slate |
//! | `session` | how long it stays, what it does next, whether it returns |
//! | `satisfaction` | experience, boredom, drift |

pub mod avatar;
pub mod birth;
pub mod choice;
pub mod config;
pub mod diurnal;
pub mod profile;
pub mod satisfaction;
pub mod session;
