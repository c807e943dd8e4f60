//! The ledger: double entry, in integers.
//!
//! | file | concept |
//! | --- | --- |
//! | `account` | whose money it is |
//! | `book` | balances, transactions, invariants |
//! | `trail` | where money came from, first in, first out |
//! | `workload` | random transfers, to be measured and to be proven |

mod account;
mod book;
#[cfg(test)]
mod tests;
pub mod trail;
pub mod workload;

pub use account::Account;
pub use book::{Books, Currency, Flow, Ledger, LedgerError, Posted, Posting, Transaction};
