//! Society: what is true in the city.
//!
//! | file or folder | concept |
//! | --- | --- |
//! | `config` | its part of the scenario |
//! | `population` | residents and newcomers |
//! | `avatars` | identity, sessions, choice, satisfaction, return |
//! | `content` | the catalogue and what is true of it |
//! | `spaces` | the map, spaces, travel |
//! | `ties` | the social graph and communities |
//! | `referrals` | joining by invitation, and second accounts |
//! | `walk_in` | avatars whose choices somebody makes for them |
//! | `plugin` | what joins them into a tick |

pub mod avatars;
pub mod config;
pub mod content;
pub mod plugin;
pub mod population;
pub mod referrals;
pub mod spaces;
pub mod ties;
pub mod walk_in;
