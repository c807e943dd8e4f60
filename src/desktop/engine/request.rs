//! What the window asks of the city's thread.

use std::path::PathBuf;

use crate::desktop::command::Speed;
use crate::desktop::panels::PanelKind;
use crate::desktop::view::sight::Ask;
use crate::scenario::load::{Loaded, Overrides};

/// A city to found.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its scenario.
    pub loaded: Loaded,
    /// Worker threads; 0 for one per core.
    pub threads: usize,
    /// Where the run goes; `None` to keep nothing.
    pub folder: Option<PathBuf>,
    /// Whether an existing run there may be overwritten.
    pub overwrites: bool,
    /// How the scenario was called.
    pub name: String,
    /// What was added to it.
    pub changed: Overrides,
}

/// What differs in the second future of a fork, and how long both go on.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// Policy values by dotted key.
    pub changes: Vec<(String, toml::Value)>,
    /// Days; what the run has left is the most.
    pub days: u32,
}

/// One wish of the window.
#[derive(Debug, Clone)]
pub enum Request {
    /// Let time run.
    Play,
    /// Let time run and stop before this tick.
    PlayUntil(u32),
    /// Stop after the running tick.
    Pause,
    /// Run one tick and stop.
    Step,
    /// How fast.
    Speed(Speed),
    /// Which panels can be seen, and what they should show.
    Watch(Vec<PanelKind>, Ask),
    /// Send a frame as soon as a tick is over.
    Look,
    /// Show the people as they were before a tick that is still in memory; `None` for now.
    Recall(Option<crate::sim::units::Tick>),
    /// Go to a moment of a recording: the tick that would run next there.
    Seek(crate::sim::units::Tick),
    /// Apply this before the next tick.
    Steer(crate::scenario::steer::order::Command),
    /// Record the city from now on.
    Record(crate::scenario::run::recording::Wanted),
    /// End the recording.
    StopRecording,
    /// Pause, and let the city live on twice beside itself: as it is, and with changes.
    Fork(WhatIf),
    /// Stop a fork by its number; what it has come to stays.
    StopFork(u32),
    /// Stop a fork and forget it.
    DismissFork(u32),
    /// Make the city the second future of a fork.
    GoOnWith(u32),
    /// Take the last change of a policy value back.
    Undo,
    /// Make it again.
    Redo,
    /// Close the run's files, write what a run leaves, and end.
    Close,
}
