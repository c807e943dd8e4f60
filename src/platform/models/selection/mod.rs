//! Feature selection: which columns tell something, and which of them tell it alone.
//!
//! | file | concept |
//! | --- | --- |
//! | `mutual_information` | how much a column tells about the outcome, by itself |
//! | `gram` | weighted products of columns |
//! | `l1_path` | the order in which columns enter a linear or logistic model |
//! | `select` | puts both together and decides |
//! | `table` | what was kept, and why |

pub mod gram;
pub mod l1_path;
pub mod mutual_information;
pub mod select;
pub mod table;
