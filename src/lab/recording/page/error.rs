//! What can keep a recording from being shown.

use crate::lab::recording::RecordingError;

/// An error of a page or of pictures made from a recording.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The recording cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The recording has numbers and no pictures.
    #[error(
        "{file}: it holds no positions, only metrics; record with --record=demo or --record=full to show the city"
    )]
    NoPictures {
        /// Which.
        file: String,
    },
    /// None of the ticks that were asked for is in the recording.
    #[error("{file}: no tick from {from} to {to} is in it; it holds {first} to {last}")]
    NoTicks {
        /// Which.
        file: String,
        /// The first that was asked for.
        from: u32,
        /// The last that was asked for.
        to: u32,
        /// The first there is.
        first: u32,
        /// The last there is.
        last: u32,
    },
}

impl PageError {
    /// Says whether the input is at fault, and not the machine.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        match self {
            Self::Recording(e) => e.is_usage(),
            Self::NoPictures { .. } | Self::NoTicks { .. } => true,
        }
    }
}
