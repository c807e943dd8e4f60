//! Recommend: candidates → ranking → slate, for nine surfaces.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `serve` | scoring and serving everybody who asks |
//! | `exposures` | what was shown to everybody last |
//! | `why` | taking a ranking down |
//! | `places` | candidates among people, communities, spaces, parcels |
//! | `rerank` | diversity and exploration |
//! | `minutes` | an avatar's minutes as a knapsack (P1) |
//! | `prices` | prices on exposure and seats (P2) |
//! | `allocation` | P1 and P2 of a whole instance, exactly or with a bound |

pub mod allocation;
pub mod config;
pub mod exposures;
pub mod minutes;
pub(crate) mod places;
pub mod prices;
pub mod rerank;
pub mod serve;
mod why;
