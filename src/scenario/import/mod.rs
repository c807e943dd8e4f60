//! Importing a real interaction log as a world: its catalogue, its audience, its past.
//!
//! | file | concept |
//! | --- | --- |
//! | `error` | what can be wrong with a log |
//! | `columns` | which column of a table means what |
//! | `table` | rows of delimited text and Parquet as text |
//! | `parquet_rows` | cells of Parquet files |
//! | `dates` | dates as ISO 8601 writes them |
//! | `recbole` | folders of RecBole atomic files |
//! | `source` | from a path to a log |
//! | `log` | the neutral log: people, items, interactions, what was skipped |
//! | `factors` | hidden tastes: a factorisation around the known genres |
//! | `fit` | topics, interests, quality, activity |
//! | `world` | the folder of an imported world, written whole |
//! | `read` | that folder read back and checked |

pub mod columns;
pub mod dates;
pub mod error;
pub mod factors;
pub mod fit;
pub mod log;
pub mod parquet_rows;
pub mod read;
pub mod recbole;
pub mod source;
pub mod table;
pub mod world;
