//! What can be wrong with a scenario; every message names the file, the line, the key, the value and what is allowed.

use std::path::PathBuf;

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a line of a file.
    Line(String, usize),
    /// With `--set`.
    CommandLine,
    /// With an option of its own, such as `--seed`.
    Flag(&'static str),
    /// In a command to a running city.
    Command,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{file}:{line}"),
            Self::CommandLine => write!(f, "--set"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Command => write!(f, "command"),
        }
    }
}

/// An error of a scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Neither a file nor a shipped scenario.
    #[error(
        "{asked}: there is no such file and no shipped scenario of that name (shipped: {shipped})"
    )]
    NoSuchScenario {
        /// What was asked for, and by which line if it was not the command line.
        asked: String,
        /// What there is.
        shipped: String,
    },
    /// A folder that holds no scenario.
    #[error("{asked}: is a folder without a scenario.toml")]
    EmptyFolder {
        /// What was asked for, and by which line if it was not the command line.
        asked: String,
    },
    /// The file is too large to be a scenario.
    #[error("{path}: larger than {most} bytes, the most a scenario may have", path = path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// What is allowed.
        most: u64,
    },
    /// The file cannot be read.
    #[error("{path}: {cause}", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file is no text.
    #[error("{place}: not UTF-8 text (byte {at} of the file is not); a scenario is a TOML file")]
    NotText {
        /// Where.
        place: Place,
        /// Which byte, from 0.
        at: usize,
    },
    /// The file is no TOML.
    #[error("{place}: not valid TOML: {cause}")]
    Syntax {
        /// Where.
        place: Place,
        /// Why.
        cause: String,
    },
    /// There is no such key.
    #[error("{place}: unknown key {key}{hint}")]
    UnknownKey {
        /// Where.
        place: Place,
        /// Which.
        key: String,
        /// The nearest known key, if one is near.
        hint: String,
    },
    /// The value has the wrong type.
    #[error("{place}: {key} = {value}: expected {expected}")]
    WrongType {
        /// Where.
        place: Place,
        /// Which.
        key: String,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// The value is out of range.
    #[error("{place}: {key} = {value}: allowed is {allowed}")]
    OutOfRange {
        /// Where.
        place: Place,
        /// Which.
        key: String,
        /// What was given.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// Scenarios extend each other in a circle.
    #[error("{place}: extends = {name:?}: circular ({chain})")]
    Circular {
        /// Where.
        place: Place,
        /// Which closes the circle.
        name: String,
        /// The way round.
        chain: String,
    },
    /// Scenarios extend each other too often.
    #[error("{place}: extends = {name:?}: more than {most} scenarios extend each other")]
    TooDeep {
        /// Where.
        place: Place,
        /// Which is one too many.
        name: String,
        /// What is allowed.
        most: usize,
    },
    /// `--set` without a value.
    #[error("--set {given}: expected KEY=VALUE, such as platform.recommend.model=popularity")]
    BadSet {
        /// What was given.
        given: String,
    },
    /// There is no such arm.
    #[error("--arm {name}: {scenario} has {known}")]
    NoSuchArm {
        /// What was asked for.
        name: String,
        /// Of which scenario.
        scenario: String,
        /// What there is.
        known: String,
    },
    /// The imported world cannot be used.
    #[error("{place}: world = \"{world}\": {cause}")]
    World {
        /// Where.
        place: String,
        /// Which.
        world: String,
        /// Why.
        cause: String,
    },
}
