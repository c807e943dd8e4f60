//! Explain: why an offer was made, in words, from what the platform took down; and beside it, apart, the truth.
//!
//! Needs [`Traces`](crate::platform::trace::book::Traces) switched on before the offer was made. Everything returned is owned and
//! ready to be shown.
//!
//! | file | concept |
//! | --- | --- |
//! | `coins` | where coins came from, from the postings of a run |
//! | `coins_text` | that as text |
//! | `data` | what an explanation consists of |
//! | `names` | names of things, surfaces, sources, models |
//! | `offers` | finding and explaining an offer |
//! | `slate` | slates |
//! | `ad` | auctions |
//! | `reach` | pushes, invitations, rewards, and what was withheld |
//! | `truth` | what the avatar would really make of it |
//! | `interests` | what the platform thinks of an avatar beside what it is |
//! | `text` | all of this as text |

mod ad;
pub mod coins;
pub mod coins_text;
pub mod data;
pub mod interests;
pub mod names;
pub mod offers;
pub mod reach;
mod slate;
mod text;
pub mod truth;
