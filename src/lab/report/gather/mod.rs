//! Gather: fills the rows of a report from a city as it stands, finished or stopped on the way.
//!
//! | file | rows |
//! | --- | --- |
//! | `fill` | all of them together |
//! | `people` | retention, cohorts, survival, sessions, wellbeing |
//! | `things` | attention, surfaces, models, items |
//! | `learning` | model cards, calibration |
//! | `drift` | alarms, and what a shift of interests did |
//! | `ads` | how slots sold, and what ads changed |
//! | `money` | flows and land |
//! | `trade` | land prices explained, order books, wealth |
//! | `reach` | bonuses, pushes, invitations, newcomers by them |
//! | `verdicts` | the scorecard, with reasons |
//! | `notes` | what to know before quoting a number |

mod ads;
mod drift;
mod fill;
mod learning;
mod money;
mod notes;
mod people;
mod reach;
mod things;
mod trade;
mod verdicts;

pub use fill::{Asked, gather};
