//! What can be wrong with a log; every message names the file, the row, the column, the value and what is allowed.

use std::path::{Path, PathBuf};

/// An error of an import.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file or folder cannot be read.
    #[error("{path}: {cause}", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// What is there is not a log of the format.
    #[error("{path}: {cause}", path = path.display())]
    NotALog {
        /// Which.
        path: PathBuf,
        /// Why, and what is allowed.
        cause: String,
    },
    /// A column that is needed or was asked for is not there.
    #[error("{path}: there is no column {wanted}; the columns are {found}", path = path.display())]
    NoColumn {
        /// Which file.
        path: PathBuf,
        /// The column, or the names it may have, and what it is for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// A cell does not hold what its column must hold.
    #[error("{path}:{row}: {column} = {value:?}: expected {allowed}", path = path.display())]
    Value {
        /// Which file.
        path: PathBuf,
        /// Line of a text, counted from 1; row of a Parquet file, counted from 1.
        row: u64,
        /// Which column.
        column: String,
        /// What was found, shortened.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// A row does not fit its table.
    #[error("{path}:{row}: {cause}", path = path.display())]
    Row {
        /// Which file.
        path: PathBuf,
        /// Which line or row.
        row: u64,
        /// Why.
        cause: String,
    },
    /// There is nothing to make a world from.
    #[error("{path}: {cause}", path = path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
        /// Why nothing is left.
        cause: String,
    },
    /// There is more than a world can hold.
    #[error("{path}: more than {limit} {what}; {advice}", path = path.display())]
    TooMany {
        /// Which file.
        path: PathBuf,
        /// Of what.
        what: &'static str,
        /// How many are allowed.
        limit: u64,
        /// What to do.
        advice: &'static str,
    },
    /// `--map` cannot be understood.
    #[error("--map {given}: {cause}")]
    Map {
        /// What was given.
        given: String,
        /// Why, and what is allowed.
        cause: String,
    },
    /// The target cannot be used.
    #[error("--out {path}: {cause}", path = path.display())]
    Target {
        /// Which folder.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The world cannot be written.
    #[error("{path}: {cause}", path = path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

impl ImportError {
    /// Wraps an error of the file system while reading.
    pub fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        |cause| Self::Unreadable { path, cause }
    }

    /// Wraps an error while writing.
    pub fn writing<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Self {
        let path = path.to_path_buf();
        move |cause| Self::Write {
            path,
            cause: cause.to_string(),
        }
    }

    /// Says whether the input or the usage is at fault, and not the machine.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        !matches!(self, Self::Write { .. })
    }
}

/// Longest value shown in a message, in characters.
const SHOWN: usize = 40;

/// Shortens a value for a message.
#[must_use]
pub fn shown(value: &str) -> String {
    if value.chars().count() > SHOWN {
        value.chars().take(SHOWN - 3).chain("...".chars()).collect()
    } else {
        value.to_owned()
    }
}
