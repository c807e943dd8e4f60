//! The vocabulary that crosses borders: offers go down, behaviour and money come up, nothing else crosses.
//!
//! | file | concept |
//! | --- | --- |
//! | `advertised` | what advertisers sell, as anybody knows it |
//! | `behavior` | what an avatar did, one flat record, one schema |
//! | `bus` | the two directions within a tick |
//! | `deposit` | what advertisers ask of the bank |
//! | `journal` | postings that wait to be written, column by column |
//! | `money` | what moved on the books, one flat record |
//! | `offer` | what the platform offered: slates, pushes, invitations, ads, rewards, each with its reason |
//! | `order` | what can be asked of an order book |
//! | `sign` | brands that everybody in a place sees |
//! | `referral` | what is promised for inviting somebody to join |
//! | `log` | the event log on disk: Parquet, one folder per simulated day |

pub mod advertised;
pub mod behavior;
pub mod bus;
pub mod deposit;
pub mod journal;
pub mod log;
pub mod money;
pub mod offer;
pub mod order;
pub mod referral;
pub mod sign;
