//! The exchange: order books for fungible items, and the rules around them.
//!
//! A book is pure integers: no clock, no chance, no balances. It says what must be put aside, who traded with whom at what price, and
//! what is free again; whoever calls it posts that to the ledger, see [`posting`]. In the city that is the [`floor`].
//!
//! | file | concept |
//! | --- | --- |
//! | [`config`] | its part of the scenario |
//! | [`report`] | what a book did: reservations, fills, releases |
//! | [`posting`] | the same as postings of the ledger |
//! | [`fees`] | fees in basis points, and what an open order reserves |
//! | [`breaker`] | the price band and the halt |
//! | `arena` | open orders, in place, with their digests |
//! | `ladder` | the price levels of one side, the best at hand |
//! | [`book`] | the rules a book is founded on, and what it shows |
//! | `matching` | placing, canceling and replacing orders: price–time priority |
//! | [`call`] | the call auction: one price for everybody |
//! | [`materials`] | the fungible items of the city: who has how many, and their books |
//! | `floor` | orders of the city's people, settled in the ledger |
//! | `crowd` | who trades materials, and how |
//! | `uses` | where materials come from and what they are used for |
//! | [`workload`] | a mixed stream of operations to measure a book with |

#[cfg(test)]
mod agreement;
mod arena;
pub mod book;
pub mod breaker;
pub mod call;
pub mod config;
pub(super) mod crowd;
pub mod fees;
pub(super) mod floor;
mod ladder;
mod matching;
pub mod materials;
#[cfg(test)]
mod naive;
pub mod posting;
pub mod report;
#[cfg(test)]
mod tests;
pub(super) mod uses;
pub mod workload;

pub use crate::events::order;
