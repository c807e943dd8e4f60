//! What can be wrong with a checkpoint.

use std::io;
use std::path::PathBuf;

use super::format::{STATE_VERSION, VERSION};

/// An error of a checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file could not be written or read.
    #[error("{path}: {cause}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It is something else.
    #[error("{path}: is not a checkpoint (it does not begin like one)", path = path.display())]
    NotACheckpoint {
        /// Which file.
        path: PathBuf,
    },
    /// A newer program wrote it.
    #[error(
        "{path}: is a checkpoint of format {found}; this program reads formats 1 to {VERSION}, a newer one is needed",
        path = path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: u16,
    },
    /// It ends too early.
    #[error("{path}: ends after {length} bytes, in {place}", path = path.display())]
    Torn {
        /// Which file.
        path: PathBuf,
        /// Its length.
        length: u64,
        /// Where it ends.
        place: String,
    },
    /// Bytes are not what they were.
    #[error("{path}: is damaged: {place}: {cause}", path = path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where.
        place: String,
        /// What was found and what was expected.
        cause: String,
    },
    /// Its parts are of a program whose state has other fields.
    #[error(
        "{path}: holds a state of version {found}, written by agora {by}; this program goes on from version {STATE_VERSION}",
        path = path.display()
    )]
    OtherState {
        /// Which file.
        path: PathBuf,
        /// Version of the state.
        found: u32,
        /// Version of the program.
        by: String,
    },
    /// It is of another world.
    #[error("{path}: {what} is {found}, that of the run is {expected}", path = path.display())]
    OtherWorld {
        /// Which file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the checkpoint has.
        found: String,
        /// What the run has.
        expected: String,
    },
    /// It has other parts than the world.
    #[error("{path}: part {part}: found {found}, expected {expected}", path = path.display())]
    OtherParts {
        /// Which file.
        path: PathBuf,
        /// Position of the part, from 1.
        part: usize,
        /// Its name, or that there is none.
        found: String,
        /// The name it should have, or that there should be none.
        expected: String,
    },
    /// A part could not be kept or restored.
    #[error("{path}: part {part}: {cause}", path = path.display())]
    Part {
        /// Which file.
        path: PathBuf,
        /// Name of the part.
        part: String,
        /// Why.
        cause: String,
    },
    /// The world that came back is another one.
    #[error(
        "{path}: the state hash after restoring is {found}, {expected} was written; {components} differ",
        path = path.display()
    )]
    OtherHash {
        /// Which file.
        path: PathBuf,
        /// Hash of what was restored.
        found: String,
        /// Hash as it was written.
        expected: String,
        /// Names of the components that differ.
        components: String,
    },
}
