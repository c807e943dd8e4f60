//! The market: who owns which asset, what is listed, how prices move.
//!
//! | file | concept |
//! | --- | --- |
//! | `titles` | owners and listings of unique assets |
//! | `shop` | prices of what the city sells |
//! | `index` | the price index |
//! | `auctions` | auctions of assets that are open |
//! | `trade` | assets put up, bid for and handed over |

pub mod auctions;
pub mod index;
pub mod shop;
pub mod titles;
pub(super) mod trade;
