//! From a path to a log to learn from, whatever lies there.

use std::path::Path;

use super::{log_of, run_log, world_log};
use crate::events::log::error::LogError;
use crate::lab::evaluation::facts::{DataFacts, log_checksum};
use crate::platform::models::interaction_log::InteractionLog;
use crate::scenario::import::error::ImportError;
use crate::scenario::import::source::{Format, Reading, format_of};
use crate::scenario::import::table::Progress;
use crate::scenario::import::{source, world};

/// A log with the names of what its indices mean.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningLog {
    /// The log.
    pub log: InteractionLog,
    /// Ids of the users in the source, by index.
    pub users: Vec<String>,
    /// Ids of the items in the source, by index.
    pub items: Vec<String>,
    /// Where it is from and what it is.
    pub facts: DataFacts,
}

/// Why there is no log to learn from.
#[derive(Debug, thiserror::Error)]
pub enum LearningError {
    /// The log could not be read.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The event log of a run could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What lies there cannot be learned from.
    #[error("{path}: {cause}")]
    Unusable {
        /// Where.
        path: String,
        /// Why, and what to do.
        cause: String,
    },
}

impl LearningError {
    /// Says that something cannot be learned from.
    pub(super) fn unusable(path: &Path, cause: impl Into<String>) -> Self {
        Self::Unusable {
            path: path.display().to_string(),
            cause: cause.into(),
        }
    }

    /// Says whether the input or the usage is at fault, and not the machine.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::Import(e) => e.is_usage(),
            Self::Log(_) | Self::Unusable { .. } => true,
        }
    }
}

/// What a reader of one kind of source found, before it is described.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) log: InteractionLog,
    pub(super) users: Vec<String>,
    pub(super) items: Vec<String>,
    pub(super) has_times: bool,
    pub(super) consent: String,
    pub(super) notes: Vec<String>,
}

/// Reads a run folder, an imported world, or any log that `agora import` reads.
///
/// # Errors
/// [`LearningError`] naming the file and what is wrong.
pub fn read(
    path: &Path,
    reading: &Reading,
    progress: Progress<'_>,
) -> Result<LearningLog, LearningError> {
    let has = |name: &str| path.join(name).exists();
    let (format, found) = if path.is_dir() && has(world::NOTE) {
        ("imported world", world_log::read(path)?)
    } else if path.is_dir() && has("scenario.toml") && has("events") {
        ("run", run_log::read(path, progress)?)
    } else {
        let format = match reading.format {
            Some(format) => format,
            None => format_of(path)?,
        };
        let word = match format {
            Format::Recbole => "recbole",
            Format::Csv => "csv",
            Format::Parquet => "parquet",
        };
        let log = source::read(path, reading, progress)?;
        (word, log_of::convert(&log))
    };
    if found.log.interactions.is_empty() {
        return Err(LearningError::unusable(
            path,
            "there is nothing to learn from: no engagement of anybody who consented",
        ));
    }
    let log = &found.log;
    let times = || log.interactions.iter().map(|i| i.time);
    let features = log.items.blocks.iter();
    let mut features: Vec<String> = features
        .map(|b| format!("{} ({})", b.name, b.columns.len()))
        .collect();
    if log.items.words.iter().any(|w| !w.is_empty()) {
        features.push("words".to_owned());
    }
    let facts = DataFacts {
        source: path.display().to_string(),
        format: format.to_owned(),
        checksum: format!("{:016x}", log_checksum(log)),
        rows: log.interactions.len() as u64,
        impressions: log.impressions.len() as u64,
        users: log.n_users as u64,
        items: log.n_items as u64,
        first_time: times().min().filter(|_| found.has_times),
        last_time: times().max().filter(|_| found.has_times),
        features,
        consent: found.consent,
        notes: found.notes,
    };
    Ok(LearningLog {
        log: found.log,
        users: found.users,
        items: found.items,
        facts,
    })
}
