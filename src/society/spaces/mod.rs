//! Spaces: the map, the buildings on it, and travel between them.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `map` | the grid of parcels, roads, districts |
//! | `space` | the five kinds of space |
//! | `travel` | choosing where to go |
//! | `field` | footfall by parcel |
//! | `presence` | who is where |
//! | `destination` | where to go |
//! | `movement` | arriving |

pub mod config;
pub mod destination;
pub mod field;
pub mod map;
pub mod movement;
pub mod presence;
pub mod space;
pub mod travel;
