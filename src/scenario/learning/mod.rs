//! Logs to learn from: what models are fitted on and judged by outside a running city.
//!
//! | file | concept |
//! | --- | --- |
//! | [`source`] | from a path to a log, whatever lies there |
//! | [`log_of`] | a log that was imported, as models take it |
//! | [`world_log`] | the past of an imported world |
//! | [`run_log`] | what a platform observed in a run |
//! | [`run_facts`] | what a run leaves about its items and people |
//! | [`fitted`] | the folder of a fitted model |
//! | [`card`] | its card |

pub mod card;
pub mod fitted;
pub mod log_of;
pub mod run_facts;
pub mod run_log;
pub mod source;
pub mod world_log;
