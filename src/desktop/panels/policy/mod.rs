//! Policy desk: every value of the scenario as a control.
//!
//! | file | concept |
//! | --- | --- |
//! | `rows` | the values as rows: what they are, were and may be |
//! | `favourites` | what people reach for first |
//! | `control` | one value: slider, switch or list; a change is sent once it is finished |
//! | `desk` | the panel: favourites, search, sections, changes so far |

mod control;
mod desk;
mod favourites;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use desk::PolicyDesk;
