//! The page of a person.
//!
//! | file | concept |
//! | --- | --- |
//! | `page` | its rows |
//! | `draw` | its sections |
//! | `identity` | who it is, what it is doing, and the truth about it |
//! | `belongings` | wallet, things, land, ties, communities |
//! | `day` | its day so far, and what it earned and paid |
//! | `interests` | what the platform thinks it is interested in, beside the truth |

mod belongings;
mod day;
mod draw;
mod identity;
mod interests;
mod page;

pub(super) use day::{DayRow, clock, rows_ui};
pub(super) use draw::avatar_ui;
pub(super) use identity::{activity, role};
pub(super) use page::{AvatarPage, fill};
