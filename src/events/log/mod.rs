//! The event log on disk: Parquet, one folder per simulated day.
//!
//! | file | concept |
//! | --- | --- |
//! | `schema` | the columns, documented |
//! | `writer` | writing, closed safely |
//! | `reader` | reading back |
//! | `offers` | reading slates back |
//! | `money` | reading postings back |
//! | `sums` | checksums beside the tables |
//! | `contain` | panics of the Parquet library become errors |
//! | `error` | what can go wrong |

pub mod contain;
pub mod error;
pub mod money;
pub mod offers;
pub mod reader;
pub mod schema;
pub mod sums;
#[cfg(test)]
mod tests;
pub mod writer;
