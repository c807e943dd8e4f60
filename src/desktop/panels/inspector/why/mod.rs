//! Why an offer was made: what was known, how it was scored and reordered, what was not shown, who paid; and beside it the truth.
//!
//! | file | concept |
//! | --- | --- |
//! | `rows` | the last offers to an avatar, with their reasons |
//! | `recorded` | the same from a recording |
//! | `offers` | the list, each to be opened |
//! | `slate` | what was shown, place by place, and what was not |
//! | `auction` | the bids and the price |

mod auction;
mod offers;
mod recorded;
mod rows;
mod slate;

pub(super) use auction::{AuctionRow, auction_rows, auction_table_ui};
pub(super) use offers::offers_ui;
pub(super) use recorded::fill_recorded;
pub(super) use rows::{OfferRows, fill};
