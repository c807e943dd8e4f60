//! A run in progress, with a window or without: the city, its log, its chain of hashes, and what it leaves in its folder.
//!
//! | file | concept |
//! | --- | --- |
//! | `progress` | the run itself: begun, stepped, finished, summed up |
//! | `steering` | its commands: those to come, and those applied |
//! | `checkpoints` | when it is kept, and where |
//! | `resume` | going on with it |
//! | `fork` | branching off it |
//! | `pair` | two runs side by side |
//! | `affected` | who did something else in the one than in the other |
//! | `snapshot` | a run kept in memory, and brought to life again beside itself |
//! | `abreast` | two runs compared while both go on |
//! | `recording` | what its recorder is told, and when |
//! | `taking_over` | the recording of a run that goes on or branches off: from where, or why not |
//! | `command_line` | the command that gives it again |
//! | `folder` | the run folder |
//! | `leave` | what a run leaves in its folder |
//! | `error` | what can go wrong |

pub mod abreast;
pub mod affected;
pub mod checkpoints;
pub mod command_line;
pub mod error;
pub mod folder;
pub mod fork;
pub mod leave;
pub mod pair;
pub mod progress;
pub mod recording;
pub mod resume;
pub mod snapshot;
mod steering;
mod taking_over;
