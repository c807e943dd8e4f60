//! The market: who owns which asset, what is listed, how prices move.
//!
//! | file | concept |
//! | --- | --- |
//! | `titles` | owners and listings of unique assets |
//! | `shop` | prices of what the city sells |
//! | `index` | the price index |

pub mod index;
pub mod shop;
pub mod titles;
