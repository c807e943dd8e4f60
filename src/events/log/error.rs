//! What can go wrong with a log on disk.

use std::path::PathBuf;

/// An error of the event log; names the file and the cause.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file system refused.
    #[error("{path}: {cause}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is not what was written.
    #[error("{path}: is damaged: it has {found}, written were {written}", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Its length and checksum.
        found: String,
        /// Those that it had.
        written: String,
    },
    /// The file of checksums cannot be read.
    #[error("{path}: not readable checksums of a day ({cause})", path = path.display())]
    Sums {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The file is not what it should be.
    #[error("{path}: not a readable Parquet file of this log ({cause})", path = path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
}

impl LogError {
    /// Wraps an error of the file system.
    pub fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |cause| Self::Io { path, cause }
    }
    /// Wraps an error of the format.
    pub fn format<E: std::fmt::Display>(path: impl Into<PathBuf>) -> impl FnOnce(E) -> Self {
        let path = path.into();
        move |cause| Self::Format {
            path,
            cause: cause.to_string(),
        }
    }
}
