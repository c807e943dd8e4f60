//! `agora tune`: searches the settings of a model on a log.
//!
//! | file | concept |
//! | --- | --- |
//! | `args` | what is accepted |
//! | `command` | the search from data to a folder |
//! | `folder` | what a search leaves |
//! | `curves` | its trials as TensorBoard shows them |
//! | `table` | its trials as people read them |

mod args;
mod command;
mod curves;
mod folder;
mod table;

pub(super) use args::TuneArgs;
pub(super) use command::command;
