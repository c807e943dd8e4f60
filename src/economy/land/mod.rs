//! Land: who owns which parcel, and the daily auction.
//!
//! | file | concept |
//! | --- | --- |
//! | `registry` | parcels, owners, listings, sales |
//! | `auction` | sealed second-price auction of a parcel |

pub mod auction;
pub mod registry;
