//! Logistic regression on named columns and, if wanted, one weight a user and item.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | its settings |
//! | `rows` | products with the rows that are learned from |
//! | `newton` | the optimum, by Newton's method |
//! | `model` | `Logistic`: fit, score, explain, save, load |

pub mod config;
pub mod model;
pub mod newton;
pub mod rows;
#[cfg(test)]
mod tests;
