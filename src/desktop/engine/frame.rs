//! What the city's thread answers: a copy of everything the window shows.

use std::path::PathBuf;
use std::sync::Arc;

use crate::desktop::command::Speed;
use crate::desktop::panels::Views;
use crate::desktop::view::city::CityView;
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::recorded::Reel;
use crate::lab::summary::PolicyChange;
use crate::scenario::schema::Scenario;
use crate::sim::phase_clock::N_PHASES;
use crate::sim::units::Tick;

/// Where a city stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stage {
    /// It is being founded, or its recording opened.
    #[default]
    Founding,
    /// It lives.
    Living,
    /// All days that were asked for are over, or the recording is.
    Finished,
    /// It could not be founded, or a file could not be written.
    Failed(String),
    /// Its files are closed.
    Closed,
}

/// How the city's thread is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Where the city stands.
    pub stage: Stage,
    /// The tick that runs next.
    pub tick: Tick,
    /// Days that were asked for.
    pub days: u32,
    /// Whether time runs.
    pub is_playing: bool,
    /// How fast it is meant to run.
    pub speed: Speed,
    /// How fast it ran in the last second.
    pub ticks_per_second: f64,
    /// Behaviour events per second of the wall.
    pub events_per_second: f64,
    /// Cost of the last tick by phase, in nanoseconds.
    pub phase_nanos: [u64; N_PHASES],
    /// Hash of all state hashes so far.
    pub chained: u64,
    /// Where the run goes.
    pub folder: Option<PathBuf>,
    /// The file the city is recorded into, if it is.
    pub recorded_into: Option<PathBuf>,
    /// What the last command was refused for.
    pub refused: Option<String>,
    /// How many commands were refused so far: a new one is news.
    pub n_refused: u32,
    /// The share of a fork that is done, while one is under way.
    pub forking: Option<f32>,
    /// Whether a policy change can be taken back, and whether one can be made again.
    pub can_undo: (bool, bool),
}

impl Default for Status {
    fn default() -> Self {
        Self {
            stage: Stage::Founding,
            tick: Tick(0),
            days: 0,
            is_playing: false,
            speed: Speed::X10,
            ticks_per_second: 0.0,
            events_per_second: 0.0,
            phase_nanos: [0; N_PHASES],
            chained: 0,
            folder: None,
            recorded_into: None,
            refused: None,
            n_refused: 0,
            forking: None,
            can_undo: (false, false),
        }
    }
}

/// Everything the window shows, as of one moment between two ticks.
#[derive(Clone, Default)]
pub struct Frame {
    /// How the thread is doing.
    pub status: Status,
    /// The rows of the panels.
    pub views: Views,
    /// The city's ground and buildings.
    pub city: CityView,
    /// The people.
    pub crowd: Arc<CrowdView>,
    /// Policy values changed so far.
    pub changes: Arc<Vec<PolicyChange>>,
    /// The scenario as it is now.
    pub scenario: Arc<Scenario>,
    /// Ticks whose crowd is still in memory, oldest first; of a recording all of them.
    pub remembered: Option<(Tick, Tick)>,
    /// What of a recording stays the same; `None` for a living city.
    pub reel: Option<Arc<Reel>>,
}
