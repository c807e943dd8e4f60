//! What can be wrong with a recording.

use std::io;
use std::path::Path;

use super::wire::WireError;

/// An error of a recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read or written.
    #[error("{file}: {cause}")]
    Io {
        /// Which.
        file: String,
        /// Why.
        cause: io::Error,
    },
    /// The file is no recording.
    #[error("{file}: is not a recording ({why})")]
    Foreign {
        /// Which.
        file: String,
        /// What gives it away.
        why: String,
    },
    /// The file was written by a later version.
    #[error("{file}: has format {found}; this program reads formats up to {known}")]
    Version {
        /// Which.
        file: String,
        /// Its format.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// Something in the file is not what it should be.
    #[error("{file}: {place}: {what}")]
    Damaged {
        /// Which.
        file: String,
        /// Where: a chunk, a record or a message.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The recording is not that of the run which is to go on with it.
    #[error(
        "{file}: is not the recording of this run: {what} is {found}, here {expected}; put it elsewhere to go on without it"
    )]
    OtherRun {
        /// Which.
        file: String,
        /// What gives it away.
        what: String,
        /// What it says.
        found: String,
        /// What the run says.
        expected: String,
    },
    /// A tick is asked for that was not recorded.
    #[error("{file}: tick {tick} is not in it; it holds {held}")]
    NoTick {
        /// Which.
        file: String,
        /// What was asked for.
        tick: u32,
        /// What there is.
        held: String,
    },
    /// A tick has more to tell than a chunk may hold.
    #[error(
        "{file}: tick {tick} takes {bytes} bytes, {most} is the most a recording holds for one; record with less detail"
    )]
    TooMuch {
        /// Which.
        file: String,
        /// When.
        tick: u32,
        /// How much it takes.
        bytes: usize,
        /// How much is allowed.
        most: usize,
    },
    /// The library of the format refused what was written.
    #[error("{file}: {cause}")]
    Format {
        /// Which.
        file: String,
        /// Why.
        cause: String,
    },
    /// Captions are at fault.
    #[error("{file}: {what}")]
    Captions {
        /// Which.
        file: String,
        /// The caption, the key, the value and what is allowed.
        what: String,
    },
}

impl RecordingError {
    /// Wraps an error of the file system.
    pub fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let file = path.display().to_string();
        |cause| Self::Io { file, cause }
    }

    /// Says whether what was given is at fault, rather than the machine or the program.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::Foreign { .. }
            | Self::Version { .. }
            | Self::Damaged { .. }
            | Self::OtherRun { .. }
            | Self::NoTick { .. }
            | Self::Captions { .. } => true,
            Self::Io { .. } | Self::TooMuch { .. } | Self::Format { .. } => false,
        }
    }
}

/// What is wrong in a file and where, before it is known in which file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub(super) struct Fault {
    /// Where.
    pub(super) place: String,
    /// What.
    pub(super) what: String,
}

impl Fault {
    /// Tells of a fault.
    pub(super) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    /// Wraps an error of a message.
    pub(super) fn wire(place: &str) -> impl Fn(WireError) -> Self {
        move |e| Self::new(place, e.to_string())
    }

    /// Says in which file.
    pub(super) fn of(self, file: &str) -> RecordingError {
        RecordingError::Damaged {
            file: file.to_owned(),
            place: self.place,
            what: self.what,
        }
    }
}
