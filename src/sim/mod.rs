//! The engine: tick, phases, clock, calendar of wake-ups, random streams, ids, units, state hash.
//!
//! | file | concept |
//! | --- | --- |
//! | `ids`, `units`, `math` | stable ids; money, ticks; functions with the same bits everywhere |
//! | `rng` | counter-based random streams |
//! | `config` | scenario values that document and check themselves |
//! | `state_hash` | a hash of the whole state every tick |
//! | `sparse` | rows of the few avatars that have one |
//! | `calendar` | the timing wheel of wake-ups |
//! | `schedule` | `SimTick`, its phases and the driver |
//! | `phase_clock` | what each phase costs |
//! | `summed` | a file that knows its length and checksum |
//! | `checkpoint` | a whole world in a file, and back |
//! | `shares` | dividing a whole number so that the parts add up to it |
//! | `dose` | how many random cases the tests try |
//! | `workers` | threads that systems share |

pub mod calendar;
pub mod checkpoint;
pub mod config;
#[cfg(test)]
pub(crate) mod dose;
pub mod ids;
pub mod math;
pub mod phase_clock;
pub mod rng;
pub mod schedule;
pub mod shares;
pub mod sparse;
pub mod state_hash;
pub mod summed;
pub mod units;
pub mod workers;
