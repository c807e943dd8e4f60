//! Walk-in: an avatar whose choices somebody makes for it.
//!
//! A walk-in says what the avatar does next, never what that leads to: dwell, luck, mood and money follow the same rules as for
//! everybody else. Nothing here is drawn at random, so that the same choices in the same ticks give the same city.
//!
//! | file | concept |
//! | --- | --- |
//! | `state` | who is taken over, and the choice that waits |
//! | `choice` | what can be chosen |
//! | `rules` | taking over, letting go, choosing: what is possible when |
//! | `follow` | from a choice to a decision of the avatar |
//! | `front` | what is in front of the avatar |

pub mod choice;
pub mod follow;
pub mod front;
pub mod rules;
pub mod state;
