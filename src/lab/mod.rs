//! Lab: looks at both sides, changes neither.
//!
//! | file or folder | concept |
//! | --- | --- |
//! | `config` | its part of the scenario |
//! | `metrics` | what is counted and how it is summed up |
//! | `explain` | why each offer was made, in words, and the truth beside it |
//! | `evaluation` | how well models foretell what people in a log met next |
//! | `experiment` | what arms of a scenario differ in |
//! | `realism` | published facts and the scorecard |
//! | `recording` | a run kept in one file, and what reads it |
//! | `report` | the page that shows a run |
//! | `summary` | `run.json` |
//! | `place` | where things are in a picture of the city: metres, seats, ways along roads |
//! | `mark` | the signs above people's heads in it |
//! | `plugin` | what joins it into the tick |

pub mod config;
pub mod evaluation;
pub mod experiment;
pub mod explain;
pub mod mark;
pub mod metrics;
pub mod place;
pub mod plugin;
pub mod realism;
pub mod recording;
pub mod report;
pub mod summary;
