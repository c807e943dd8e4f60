//! Auto-bidders: bids that learn, targets that are kept, budgets that are never exceeded.
//!
//! | file | concept |
//! | --- | --- |
//! | `value` | bidding what a chance is worth |
//! | `shading` | bidding less where the winner pays its bid |
//! | `target` | a cost per action, or a return on spend |
//! | `budget` | setting aside what bids could cost |
//! | `auto_bidder` | target, pacing and budget together |

pub mod auto_bidder;
pub mod budget;
pub mod shading;
pub mod target;
pub mod value;
