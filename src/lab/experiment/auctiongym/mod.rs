//! `AuctionGym`: the published trial of competition and bid shading, reproduced.
//!
//! | file | concept |
//! | --- | --- |
//! | [`world`] | advertisers, their items, and who looks |
//! | [`win_rate`] | how likely a bid wins, learned from bids made |
//! | [`bidder`] | who bids the value, and who learns to bid less |
//! | [`trial`] | many auctions in a row |
//! | [`reproduction`] | the published figures beside what is found here |

pub mod bidder;
pub mod reproduction;
pub mod trial;
pub mod win_rate;
pub mod world;
