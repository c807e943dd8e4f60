//! The ledger: double entry, in integers.
//!
//! | file | concept |
//! | --- | --- |
//! | `book` | accounts, transactions, invariants |
//! | `trail` | where money came from, first in, first out |
//! | `workload` | random transfers, to be measured and to be proven |

mod book;
#[cfg(test)]
mod tests;
pub mod trail;
pub mod workload;

pub use book::{Account, Books, Currency, Flow, Ledger, LedgerError, Posted, Posting, Transaction};
