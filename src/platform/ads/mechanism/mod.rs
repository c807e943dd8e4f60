//! Mechanisms: sealed-bid auctions of slots as theory writes them, to hold the city's auction and published results against.
//!
//! The city itself sells by [`auction`](super::auction), in integers, one slot at a time. Here every format of the literature
//! stands behind one call, with reserves of each bidder's own, in real numbers; [`charge`] is the one way back to money.
//!
//! | file | concept |
//! | --- | --- |
//! | [`slot_auction`] | who gets which slot and for how much: second prices, Vickrey–Clarke–Groves, first prices |
//! | [`reserve_price`] | the reserve that earns most, learned from values seen |
//! | [`charge`] | from real prices to money |
//! | [`adaptive_pacing`] | bids of a budget that must last and is never exceeded |
//! | [`auction_load`] | a fixed amount of auctions, to measure how fast they are |

pub mod adaptive_pacing;
pub mod auction_load;
pub mod charge;
pub mod reserve_price;
pub mod slot_auction;
#[cfg(test)]
mod tests;
