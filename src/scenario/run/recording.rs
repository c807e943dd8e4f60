//! A run that is recorded: what the recorder is told, and when.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::RunError;
use crate::economy::ledger::Ledger;
use crate::events::journal::Journal;
use crate::events::log::writer::LogStorage;
use crate::lab::recording::{Detail, FORMAT, Header, Here, NAME, Recorder, Stopped, Tour};
use crate::lab::summary::RunSummary;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::spelling::to_line;
use crate::sim::checkpoint::format::hex;
use crate::sim::schedule::Simulation;

/// What is to be recorded of a run, and where.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The file.
    pub path: PathBuf,
    /// How much is kept.
    pub detail: Detail,
    /// Captions.
    pub tour: Option<Tour>,
}

/// How the recording in a run's folder is made: with this it can be gone on with, or begun again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingPlan {
    /// How much is kept.
    pub detail: Detail,
    /// Captions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tour: Option<Tour>,
}

impl RecordingPlan {
    /// Returns what is to be recorded of the run of a folder.
    #[must_use]
    pub fn wanted(&self, dir: &Path) -> Wanted {
        Wanted {
            path: dir.join(NAME),
            detail: self.detail,
            tour: self.tour.clone(),
        }
    }
}

/// The recorder of a run, and how many of its commands it was told.
pub(super) struct Recorded {
    recorder: Recorder,
    n_told: usize,
}

impl Recorded {
    /// Begins a recording of a city of which so many ticks are done.
    pub(super) fn begin(
        wanted: &Wanted,
        storage: &dyn LogStorage,
        scenario: &Scenario,
        ticks: u32,
        sim: &mut Simulation,
    ) -> Result<Self, RunError> {
        let path: &Path = &wanted.path;
        let file = storage.create(path).map_err(RunError::file(path))?;
        let header = header(scenario, wanted.detail, ticks, components(sim));
        keep_what_is_asked(wanted.detail, sim);
        let recorder = Recorder::begin(path, file, &header, sim.world(), wanted.tour.as_ref())?;
        Ok(Self {
            recorder,
            n_told: 0,
        })
    }

    /// Goes on with a recording, whose run was stopped, in the file `into`, which is to be called `wanted.path`; `hashes` are those of
    /// the ticks so far.
    pub(super) fn go_on(
        wanted: &Wanted,
        into: &Path,
        storage: &dyn LogStorage,
        scenario: &Scenario,
        stopped: Stopped,
        hashes: &[u64],
        sim: &mut Simulation,
    ) -> Result<Self, RunError> {
        let file = storage.create(into).map_err(RunError::file(into))?;
        keep_what_is_asked(wanted.detail, sim);
        let here = Here {
            header: &header(scenario, wanted.detail, 0, components(sim)),
            tour: wanted.tour.as_ref(),
            sim,
            hashes,
        };
        let recorder = Recorder::go_on(&wanted.path, file, stopped, &here)?;
        // Commands that were applied before are in it; of those to come the run tells.
        Ok(Self {
            recorder,
            n_told: 0,
        })
    }

    /// Records the tick that has just run.
    pub(super) fn tick(
        &mut self,
        sim: &Simulation,
        tick: u32,
        hash: u64,
        applied: &[Order],
        postings: &Journal,
    ) -> Result<(), RunError> {
        self.hear(applied);
        let parts = sim.state_parts();
        let postings: Vec<_> = if self.recorder.keeps_postings() {
            postings.rows().collect()
        } else {
            Vec::new()
        };
        Ok(self.recorder.tick(sim, tick, hash, &parts, &postings)?)
    }

    /// Ends the recording.
    pub(super) fn finish(
        mut self,
        sim: &Simulation,
        applied: &[Order],
        summary: &RunSummary,
        json: &str,
    ) -> Result<(), RunError> {
        self.hear(applied);
        let (metrics, facts) = (&summary.metrics, &summary.realism.facts);
        Ok(self.recorder.finish(sim, json, metrics, facts)?)
    }

    fn hear(&mut self, applied: &[Order]) {
        for order in applied.get(self.n_told..).unwrap_or_default() {
            self.recorder.command(order.tick, to_line(order));
        }
        self.n_told = applied.len();
    }
}

/// Returns what the recording of a city says of itself that begins after so many ticks.
pub(super) fn header(
    scenario: &Scenario,
    detail: Detail,
    ticks: u32,
    components: Vec<String>,
) -> Header {
    Header {
        format: FORMAT,
        agora: env!("CARGO_PKG_VERSION").to_owned(),
        scenario: scenario.name.clone(),
        description: scenario.description.clone(),
        scenario_toml: scenario.to_toml(),
        scenario_hash: hex(scenario.hash()),
        seed: scenario.seed,
        days: scenario.days,
        detail,
        first_tick: ticks,
        components,
    }
}

/// Names the components of a city's state.
fn components(sim: &Simulation) -> Vec<String> {
    sim.state_parts().iter().map(|p| p.0.to_owned()).collect()
}

/// Lets a city take down what a recording keeps and nobody else may ask for.
fn keep_what_is_asked(detail: Detail, sim: &mut Simulation) {
    if detail == Detail::Full {
        sim.world_mut().resource_mut::<Ledger>().keep_journal();
    }
}
