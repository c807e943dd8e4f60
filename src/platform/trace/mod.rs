//! Trace: why each offer was made, taken down at the moment of decision if somebody wants to read it later.
//!
//! Off by default, at the cost of one branch an offer. The loop only writes; the lab and the window read. Nothing here is hashed,
//! and nothing that is hashed depends on it.
//!
//! | file | concept |
//! | --- | --- |
//! | `book` | the ring of the last offers |
//! | `term` | one part of a score |
//! | `slate` | slates: candidates, scores, re-ranking |
//! | `ad` | auctions |
//! | `reach` | pushes, invitations, rewards, and what was withheld |

pub mod ad;
pub mod book;
pub mod reach;
pub mod slate;
pub mod term;
