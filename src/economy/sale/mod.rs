//! Sales of a single thing: who gets it, and for how much.
//!
//! Pure functions of bids. A sealed second-price sale (Vickrey) is that of land: [`second_price`], with its [`Bid`].
//!
//! | file | concept |
//! | --- | --- |
//! | [`sealed`] | sealed first-price sale, and what to bid in it |
//! | [`english`] | open ascending sale with an increment and a soft close, and its outcome among people who bid up to a limit |

pub mod english;
pub mod sealed;

pub use super::land::auction::{LandBid as Bid, clear as second_price};
