//! What the commands accept that record a run into its folder.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::CommandError;
use crate::lab::recording::{Detail, Tour};
use crate::scenario::run::recording::RecordingPlan;

/// How a run is recorded.
#[derive(Debug, Args, Clone)]
pub(super) struct RecordArgs {
    /// Records the run into recording.mcap in its folder: metrics, demo (the city too) or full (every slate and posting).
    #[arg(long, value_name = "LEVEL", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "demo")]
    record: Option<DetailArg>,
    /// Captions that the recording shows, a TOML file (see docs/recording.md).
    #[arg(long, value_name = "FILE", requires = "record")]
    captions: Option<PathBuf>,
}

impl RecordArgs {
    /// Returns how the run is to be recorded, if it is.
    ///
    /// # Errors
    /// [`CommandError`] if the captions cannot be read.
    pub(super) fn plan(&self) -> Result<Option<RecordingPlan>, CommandError> {
        let Some(level) = self.record else {
            return Ok(None);
        };
        Ok(Some(RecordingPlan {
            detail: level.detail(),
            tour: self.captions.as_deref().map(Tour::load).transpose()?,
        }))
    }
}

/// How much a recording keeps, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DetailArg {
    /// Metrics, counters and state hashes.
    Metrics,
    /// Where everybody is and what they do, too.
    Demo,
    /// Every slate and every posting, too.
    Full,
}

impl DetailArg {
    /// Returns it as recordings take it.
    pub(super) const fn detail(self) -> Detail {
        match self {
            Self::Metrics => Detail::Metrics,
            Self::Demo => Detail::Demo,
            Self::Full => Detail::Full,
        }
    }
}
