//! A run that is recorded: what the recorder is told, and when.

use std::path::{Path, PathBuf};

use super::error::RunError;
use crate::economy::ledger::Ledger;
use crate::events::journal::Journal;
use crate::events::log::writer::LogStorage;
use crate::lab::recording::{Detail, FORMAT, Header, Recorder, Tour};
use crate::lab::summary::RunSummary;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::spelling::to_line;
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
        let header = Header {
            format: FORMAT,
            agora: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.name.clone(),
            description: scenario.description.clone(),
            scenario_toml: scenario.to_toml(),
            scenario_hash: format!("{:016x}", scenario.hash()),
            seed: scenario.seed,
            days: scenario.days,
            detail: wanted.detail,
            first_tick: ticks,
            components: sim.state_parts().iter().map(|p| p.0.to_owned()).collect(),
        };
        if wanted.detail == Detail::Full {
            sim.world_mut().resource_mut::<Ledger>().keep_journal();
        }
        let recorder = Recorder::begin(path, file, &header, sim.world(), wanted.tour.as_ref())?;
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
        applied: &[Order],
        summary: &RunSummary,
        json: &str,
    ) -> Result<(), RunError> {
        self.hear(applied);
        let (metrics, facts) = (&summary.metrics, &summary.realism.facts);
        Ok(self.recorder.finish(json, metrics, facts)?)
    }

    fn hear(&mut self, applied: &[Order]) {
        for order in applied.get(self.n_told..).unwrap_or_default() {
            self.recorder.command(order.tick, to_line(order));
        }
        self.n_told = applied.len();
    }
}
