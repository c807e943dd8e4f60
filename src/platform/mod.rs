//! Platform: what the operator knows and does.
//!
//! | file or folder | concept |
//! | --- | --- |
//! | `config` | its part of the scenario |
//! | `privacy` | consent and observation |
//! | `models` | predicting attraction |
//! | `recommend` | slates on nine surfaces, allocation of attention |
//! | `engage` | pushes, invitations, live events |
//! | `ads` | campaigns and auctions |
//! | `incentives` | rewards |
//! | `integrity` | holds on what too many complain about |
//! | `trace` | why each offer was made, for whoever asks later |
//! | `plugin` | what joins them into a tick |

pub mod ads;
pub mod config;
pub mod engage;
pub mod incentives;
pub mod integrity;
pub mod models;
pub mod plugin;
pub mod privacy;
pub mod recommend;
pub mod trace;
