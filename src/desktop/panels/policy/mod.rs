//! Policy desk: every value of the scenario as a control.
//!
//! | file | concept |
//! | --- | --- |
//! | `rows` | the values as rows: what they are, were and may be |
//! | `favourites` | what people reach for first |
//! | `control` | one value: slider, switch or list; a change is sent once it is finished |
//! | `desk` | the panel: favourites, search, sections, changes so far |
//! | `what_if` | values that differ in another future, while somebody chooses them |

mod control;
mod desk;
mod favourites;
mod rows;
#[cfg(test)]
mod tests;
mod what_if;

pub(super) use desk::PolicyDesk;
pub(in crate::desktop) use rows::{plain, title_of};
pub(in crate::desktop) use what_if::WhatIfDesk;
