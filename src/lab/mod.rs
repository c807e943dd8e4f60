//! Lab: looks at both sides, changes neither.

pub mod metrics;
pub mod realism;
pub mod report;
pub mod summary;
