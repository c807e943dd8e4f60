//! What can be wrong with a command; every message names the place, the key, the value and what is allowed.

use std::path::PathBuf;

use crate::scenario::error::{Place, ScenarioError};
use crate::society::walk_in::rules::WalkInError;

/// An error of a command or of a file of commands.
#[derive(Debug, thiserror::Error)]
pub enum SteerError {
    /// The key or the value of a policy is at fault, as `--set` would find.
    #[error(transparent)]
    Policy(#[from] ScenarioError),
    /// The value counts only when the city is founded.
    #[error("{place}: {key} = {value}: cannot change while the city runs: {reason}")]
    AtFounding {
        /// Where.
        place: Place,
        /// Which.
        key: String,
        /// What was given.
        value: String,
        /// Why not.
        reason: &'static str,
    },
    /// An avatar cannot be taken over, let go, or made to do something.
    #[error("{place}: {cause}")]
    WalkIn {
        /// Where.
        place: Place,
        /// Why not.
        cause: WalkInError,
    },
    /// The tick of a command is over.
    #[error("{place}: tick = {tick}: allowed is {first} or later")]
    Late {
        /// Where.
        place: Place,
        /// Which.
        tick: u32,
        /// The first tick that is still to come.
        first: u32,
    },
    /// A file cannot be read.
    #[error("{path}: {cause}", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// A file is too large to be one of commands.
    #[error("{path}: larger than {most} bytes, the most a file of commands may have", path = path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// What is allowed.
        most: u64,
    },
    /// A line is no JSON.
    #[error("{place}: not a JSON object: {cause}")]
    Syntax {
        /// Where.
        place: Place,
        /// Why.
        cause: String,
    },
    /// A line lacks something.
    #[error("{place}: lacks \"{key}\": expected {expected}")]
    Lacks {
        /// Where.
        place: Place,
        /// What.
        key: &'static str,
        /// What is allowed.
        expected: String,
    },
    /// A line says something unknown.
    #[error("{place}: unknown key {key} (known: {known})")]
    UnknownKey {
        /// Where.
        place: Place,
        /// Which.
        key: String,
        /// What is known.
        known: String,
    },
    /// A value of a line is not allowed.
    #[error("{place}: {key} = {value}: expected {expected}")]
    WrongValue {
        /// Where.
        place: Place,
        /// Which.
        key: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: String,
    },
}
