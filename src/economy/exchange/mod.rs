//! The exchange: order books for fungible items, and the rules around them.
//!
//! Pure integers: no clock, no chance, no balances. A book says what must be put aside, who traded with whom at what price, and
//! what is free again; whoever calls it posts that to the ledger, see [`posting`].
//!
//! | file | concept |
//! | --- | --- |
//! | [`config`] | its part of the scenario |
//! | [`order`] | what can be asked of a book, and why it is refused |
//! | [`report`] | what a book did: reservations, fills, releases |
//! | [`posting`] | the same as postings of the ledger |
//! | [`fees`] | fees in basis points, and what an open order reserves |
//! | [`breaker`] | the price band and the halt |
//! | `arena` | open orders, in place, with their digests |
//! | `ladder` | the price levels of one side, the best at hand |
//! | [`book`] | the rules a book is founded on, and what it shows |
//! | `matching` | placing, canceling and replacing orders: price–time priority |
//! | [`call`] | the call auction: one price for everybody |
//! | [`workload`] | a mixed stream of operations to measure a book with |

#[cfg(test)]
mod agreement;
mod arena;
pub mod book;
pub mod breaker;
pub mod call;
pub mod config;
pub mod fees;
mod ladder;
mod matching;
#[cfg(test)]
mod naive;
pub mod order;
pub mod posting;
pub mod report;
#[cfg(test)]
mod tests;
pub mod workload;
