//! The market: who owns which asset, what is listed, how prices move.
//!
//! | file | concept |
//! | --- | --- |
//! | `titles` | owners and listings of unique assets |
//! | `shop` | prices of what the city sells |
//! | `index` | the price index |
//! | `auctions` | auctions of assets that are open |
//! | `trade` | assets put up, bid for and handed over |
//! | `offers` | offers for assets that stand |
//! | `haggle` | who offers, and what owners make of it |
//! | `bundles` | bundles of assets that are for sale |
//! | `bundling` | who makes bundles, and who buys them |
//! | `showcase` | which assets can be shown, and at what price |

pub mod auctions;
pub mod bundles;
pub(super) mod bundling;
pub(super) mod haggle;
pub mod index;
pub mod offers;
pub mod shop;
pub mod showcase;
pub mod titles;
pub(super) mod trade;
