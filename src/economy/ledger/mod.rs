//! The ledger: double entry, in integers.
//!
//! | file | concept |
//! | --- | --- |
//! | `book` | accounts, transactions, invariants |

mod book;
#[cfg(test)]
mod tests;

pub use book::{Account, Books, Currency, Flow, Ledger, LedgerError, Posted, Posting, Transaction};
