//! What can go wrong with a run.

use std::io;
use std::path::{Path, PathBuf};

use crate::events::log::error::LogError;
use crate::lab::recording::RecordingError;
use crate::scenario::error::ScenarioError;
use crate::scenario::steer::error::SteerError;
use crate::scenario::world::FoundingError;

/// An error of a run or of its folder.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The scenario is at fault.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The scenario declares a workload, which is measured, not lived in.
    #[error(
        "{name}: workload.users = {users}: this is a workload, not a city; agora bench workload-a --scenario {name} runs it"
    )]
    NotACity {
        /// Name of the scenario.
        name: String,
        /// Its `workload.users`.
        users: u32,
    },
    /// The folder cannot be that of a run.
    #[error("--out {path}: {why}", path = path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why, and what to do.
        why: &'static str,
    },
    /// No folder was named.
    #[error("--out \"\": expected the name of a folder")]
    NoFolder,
    /// A command is not possible; the city and the run are as they were before it.
    #[error(transparent)]
    Steer(#[from] SteerError),
    /// The city could not be founded.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// The log could not be written.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A recording could not be written or read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A file could not be written or read.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// Why.
        cause: io::Error,
    },
    /// What is to be written could not be put into its format.
    #[error("{path}: {cause}")]
    Format {
        /// Of which file.
        path: String,
        /// Why.
        cause: String,
    },
}

impl RunError {
    /// Wraps an error of the file system.
    pub fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        |cause| Self::File { path, cause }
    }

    /// Wraps an error of a format.
    pub(super) fn format<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.display().to_string();
        |cause| Self::Format {
            path,
            cause: cause.to_string(),
        }
    }

    /// Says whether what was asked for is at fault, rather than the machine or the program.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Scenario(_)
            | Self::NotACity { .. }
            | Self::Folder { .. }
            | Self::NoFolder
            | Self::Steer(_) => true,
            Self::Recording(e) => e.is_usage(),
            Self::Founding(_) | Self::Log(_) | Self::File { .. } | Self::Format { .. } => false,
        }
    }
}
