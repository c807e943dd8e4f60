//! What the window sees: plain rows, copied from a city between two ticks.
//!
//! | file | concept |
//! | --- | --- |
//! | `subject` | what can be pointed at |
//! | `sight` | the city as those who fill the rows see it |
//! | `recent` | the last events |
//! | `flow_days` | what flowed for each purpose, by day |
//! | `push_days` | pushes by day |
//! | `city` | rows of ground, lots, spaces and billboards |
//! | `crowd` | rows of everybody who is awake |
//! | `crowd_ways` | how everybody moves within a tick |
//! | `crowd_memory` | what the crowd's rows remember from tick to tick |
//! | `futures` | forks of the city |
//! | `recorded` | a recording at a moment, as those who fill the rows see it |
//! | `recorded_city` | rows of city and crowd from a recording |
//! | `overlay` | what overlays show, and their legends |
//!
//! Where things are in the picture is [`place`], which recordings are drawn with as well.

pub mod city;
pub mod crowd;
mod crowd_memory;
#[cfg(test)]
mod crowd_tests;
mod crowd_ways;
pub mod flow_days;
pub mod futures;
pub mod overlay;
pub mod push_days;
pub mod recent;
pub mod recorded;
pub mod recorded_city;
#[cfg(test)]
mod recorded_tests;
pub mod sight;
pub mod subject;

pub use crate::lab::place;
