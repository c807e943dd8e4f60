//! Land: who owns which parcel, who rents it, and the daily auction.
//!
//! | file | concept |
//! | --- | --- |
//! | `registry` | parcels, owners, listings, sales |
//! | `letting` | takings, rents, tax, building |
//! | `auction` | sealed second-price auction of a parcel |
//! | `formats` | the other ways to sell parcels |
//! | `clearing` | closes the sales of a day |

pub mod auction;
pub(super) mod clearing;
pub mod formats;
pub(super) mod letting;
pub mod registry;
