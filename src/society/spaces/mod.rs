//! Spaces: the map, the buildings on it, and travel between them.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `map` | the grid of parcels, roads, districts |
//! | `space` | the five kinds of space |
//! | `travel` | choosing where to go |

pub mod config;
pub mod map;
pub mod space;
pub mod travel;
