//! Platform: what the operator knows and does.

pub mod ads;
pub mod engage;
pub mod incentives;
pub mod models;
pub mod privacy;
pub mod recommend;
