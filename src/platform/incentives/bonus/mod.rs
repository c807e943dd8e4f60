//! Bonuses: coins for a visit, for those whom they move, as far as is known.
//!
//! | file | concept |
//! | --- | --- |
//! | `features` | what was observed of an avatar before |
//! | `book` | who was offered what, and what it did in the day after |
//! | `uplift` | what is learned from that every night |
//! | `offer` | closing a day, choosing whom to offer what |
//! | `claim` | following visits, paying for those that lasted |

pub mod book;
pub mod claim;
pub mod features;
pub mod offer;
pub mod uplift;
