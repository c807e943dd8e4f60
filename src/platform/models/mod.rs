//! models

pub mod params;
pub mod registry;
pub mod two_tower;
