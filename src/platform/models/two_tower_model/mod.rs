//! The two-tower model behind the trait of all models.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | its settings |
//! | `rows` | logs as the towers take them |
//! | `model` | `TwoTowerModel`: fit, score, explain, save, load |

pub mod config;
pub mod model;
pub mod rows;
#[cfg(test)]
mod tests;
