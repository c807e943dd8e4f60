//! A run in progress: the city, its log, its chain of hashes.

use std::path::{Path, PathBuf};

use super::checkpoints::{Plan, keep_if_due};
use super::error::RunError;
use super::recording::{Recorded, Wanted};
use super::steering::Steering;
use super::{folder, leave};
use crate::economy::ledger::Ledger;
use crate::events::bus::{EventBus, OfferBus};
use crate::events::journal::Journal;
use crate::events::log::writer::{Disk, EventLog, Keep, LogStorage};
use crate::lab::metrics::book::Book;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::report::gather::Asked;
use crate::lab::summary::{PolicyChange, RunSummary, peak_rss_bytes};
use crate::platform::recommend::exposures::Exposures;
use crate::scenario::chain::ChainWriter;
use crate::scenario::error::{Place, ScenarioError};
use crate::scenario::import::read;
use crate::scenario::load::Loaded;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::file;
use crate::scenario::steer::order::{Command, Order};
use crate::scenario::world::{found, results};
use crate::sim::rng::mix;
use crate::sim::schedule::Simulation;
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::sim::workers::Workers;
use crate::society::avatars::avatar::Avatars;
use crate::society::plugin::Plantings;

/// A run in progress: the city, its log, its chain of hashes.
pub struct Run {
    /// The city.
    pub sim: Simulation,
    pub(super) log: Option<EventLog>,
    pub(super) chain: Option<(ChainWriter, PathBuf)>,
    /// Where files go, if anywhere.
    pub(super) dir: Option<PathBuf>,
    /// Hash of all hashes so far.
    pub chained: u64,
    /// Ticks done.
    pub ticks: u32,
    /// The scenario as the city was founded.
    pub(super) founding: Scenario,
    pub(super) steering: Steering,
    /// When it is kept, if ever.
    pub(super) plan: Option<Plan>,
    pub(super) recorded: Option<Recorded>,
    /// What moved on the books in the last tick.
    pub(super) postings: Journal,
}

impl Run {
    /// Founds the city of a scenario in a new run folder, which it makes; `force` overwrites an existing run.
    ///
    /// # Errors
    /// As [`folder::create`] and [`Run::begin`].
    pub fn begin_in(
        dir: &Path,
        force: bool,
        loaded: &Loaded,
        threads: usize,
    ) -> Result<Self, RunError> {
        folder::prepare(dir, force, &loaded.scenario, || Ok(()))?;
        Self::begin(loaded, threads, Some((dir, Box::new(Disk))))
    }

    /// Founds the city of a scenario; with a folder that was [prepared](Plan::prepare), opens its log and chain there.
    ///
    /// # Errors
    /// [`RunError`] if the city cannot be founded or the files cannot be made.
    pub fn begin(
        loaded: &Loaded,
        threads: usize,
        out: Option<(&Path, Box<dyn LogStorage>)>,
    ) -> Result<Self, RunError> {
        let mut sim = city(loaded, threads)?;
        sim.state_hash();
        let (mut log, mut chain) = (None, None);
        let dir = out.as_ref().map(|(dir, _)| dir.to_path_buf());
        if let Some((dir, storage)) = out {
            let keep = logged(&loaded.scenario);
            if keep.money {
                sim.world_mut().resource_mut::<Ledger>().keep_journal();
            }
            log = Some(EventLog::create(dir, storage, keep)?);
            let path = dir.join("hashes.bin");
            let names: Vec<&str> = sim.state_parts().iter().map(|p| p.0).collect();
            let writer = ChainWriter::create(&path, &names).map_err(RunError::file(&path))?;
            chain = Some((writer, path));
        }
        let steering = Steering::new(
            loaded.scenario.clone(),
            dir.as_ref().map(|dir| dir.join(file::NAME)),
        );
        Ok(Self {
            sim,
            log,
            chain,
            dir,
            chained: 0,
            ticks: 0,
            founding: loaded.scenario.clone(),
            steering,
            plan: None,
            recorded: None,
            postings: Journal::default(),
        })
    }

    /// Lets the run be kept in its folder as a plan says that was written there; without a folder nothing is kept.
    pub fn keep_as(&mut self, plan: Plan) {
        self.plan = Some(plan);
    }

    /// Records the run from now on, until it is [left](Run::leave).
    ///
    /// # Errors
    /// [`RunError`] if the file cannot be made or written.
    pub fn record(&mut self, wanted: &Wanted, storage: &dyn LogStorage) -> Result<(), RunError> {
        let (scenario, sim) = (&self.founding, &mut self.sim);
        self.recorded = Some(Recorded::begin(wanted, storage, scenario, self.ticks, sim)?);
        Ok(())
    }

    /// Ends the recording, if there is one, as the run is now.
    ///
    /// # Errors
    /// [`RunError`] if it cannot be written.
    pub fn stop_recording(&mut self, wall_seconds: f64) -> Result<(), RunError> {
        let Some(recorded) = self.recorded.take() else {
            return Ok(());
        };
        let (summary, _) = self.summary(wall_seconds);
        let json = serde_json::to_string_pretty(&summary)
            .map_err(RunError::format(Path::new("run.json")))?;
        recorded.finish(&self.sim, &self.steering.applied, &summary, &json)?;
        Ok(())
    }

    /// Applies a command now, between two ticks, and records it.
    ///
    /// # Errors
    /// [`RunError::Steer`] if it is not possible, which leaves the run as it was; another one if it could not be recorded.
    pub fn command(&mut self, command: Command) -> Result<(), RunError> {
        let tick = self.ticks;
        let order = Order { tick, command };
        self.steering.apply(&mut self.sim, order, &Place::Command)
    }

    /// Queues orders, to be applied and recorded by [`Run::step`] before their ticks.
    pub fn queue(&mut self, orders: impl IntoIterator<Item = (Order, Place)>) {
        for (order, place) in orders {
            self.steering.queue(order, place);
        }
    }

    /// Returns how many orders are queued.
    #[must_use]
    pub fn n_queued(&self) -> usize {
        self.steering.n_queued()
    }

    /// Returns how many commands were applied.
    #[must_use]
    pub fn n_commands(&self) -> u32 {
        self.steering.n_applied
    }

    /// Returns how many choices of its parent's walk-ins a fork had to leave out, since it began or was resumed.
    #[must_use]
    pub fn n_left_out(&self) -> u32 {
        self.steering.n_left_out
    }

    /// Returns what commands changed of the policy, oldest first.
    #[must_use]
    pub fn policy_changes(&self) -> &[PolicyChange] {
        &self.steering.changes
    }

    /// Returns the scenario as it is in force.
    #[must_use]
    pub fn policy(&self) -> &Scenario {
        &self.steering.policy
    }

    /// Applies what is due and runs one tick; logs it and adds its hash to the chain.
    ///
    /// # Errors
    /// [`RunError`] if a queued order is not possible, or the log or the chain cannot be written; finished days are safe.
    pub fn step(&mut self) -> Result<(), RunError> {
        let leaves_out = self.plan.as_ref().is_some_and(Plan::leaves_out);
        self.steering
            .apply_due(&mut self.sim, self.ticks, leaves_out)?;
        let day = self.ticks / TICKS_PER_DAY;
        self.sim.step();
        self.ticks += 1;
        let hash = self.sim.state_hash();
        self.chained = mix(self.chained ^ hash);
        // Hashes first: a day that is finished in the log can always be verified.
        if let Some((chain, path)) = &mut self.chain {
            let parts = self.sim.state_parts();
            chain.push(hash, &parts).map_err(RunError::file(path))?;
            if self.ticks.is_multiple_of(TICKS_PER_DAY) {
                chain.flush().map_err(RunError::file(path))?;
            }
        }
        let tick = Tick(self.ticks - 1);
        self.postings.clear();
        let mut ledger = self.sim.world_mut().resource_mut::<Ledger>();
        ledger.drain_journal(tick, &mut self.postings);
        if let Some(recorded) = &mut self.recorded {
            let applied = &self.steering.applied;
            recorded.tick(&self.sim, tick.0, hash, applied, &self.postings)?;
        }
        if let Some(log) = &mut self.log {
            let w = self.sim.world();
            let events = &w.resource::<EventBus>().current;
            let slates = &w.resource::<OfferBus>().slates;
            log.append(day, events, slates)?;
            log.append_money(day, |rows| rows.append(&mut self.postings))?;
            if self.ticks.is_multiple_of(TICKS_PER_DAY) {
                log.end_day(day)?;
            }
        }
        // Log and chain first: a checkpoint never knows more than they do.
        keep_if_due(self)
    }

    /// Closes the files, the running day included.
    ///
    /// # Errors
    /// [`RunError`] if they cannot be made durable.
    pub fn finish(&mut self) -> Result<(), RunError> {
        if let Some((chain, path)) = &mut self.chain {
            chain.flush().map_err(RunError::file(path))?;
        }
        if let Some(log) = &mut self.log
            && !self.ticks.is_multiple_of(TICKS_PER_DAY)
        {
            log.end_day(self.ticks / TICKS_PER_DAY)?;
        }
        Ok(())
    }

    /// Returns how many ticks the scenario asks for.
    #[must_use]
    pub fn asked_ticks(&self) -> u32 {
        self.founding.days * TICKS_PER_DAY
    }

    /// Closes the files and writes what a run leaves in its folder, finished or stopped: metrics, models, report, `run.json`.
    ///
    /// `command` is what the report says gives the same run again. Without a folder nothing is written.
    ///
    /// # Errors
    /// [`RunError`] naming the file that could not be written.
    pub fn leave(
        &mut self,
        command: String,
        wall_seconds: f64,
    ) -> Result<(RunSummary, Scorecard), RunError> {
        self.finish()?;
        let (summary, scorecard) = self.summary(wall_seconds);
        let json = serde_json::to_string_pretty(&summary)
            .map_err(RunError::format(Path::new("run.json")))?;
        if let Some(recorded) = self.recorded.take() {
            recorded.finish(&self.sim, &self.steering.applied, &summary, &json)?;
        }
        if let Some(dir) = &self.dir {
            let asked = Asked {
                command,
                description: self.founding.description.clone(),
                scenario: self.founding.to_toml(),
                days: self.founding.days,
            };
            leave::leave(dir, &self.sim, &summary, &scorecard, asked)?;
            // Last, so that a folder with a run.json is whole.
            folder::write(&dir.join("run.json"), json.as_bytes())?;
        }
        Ok((summary, scorecard))
    }

    /// Sums the run up.
    #[must_use]
    pub fn summary(&self, wall_seconds: f64) -> (RunSummary, Scorecard) {
        let scenario = &self.founding;
        let w = self.sim.world();
        let book = w.resource::<Book>();
        let results = results(&self.sim);
        let summary = RunSummary {
            agora_version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.name.clone(),
            scenario_hash: format!("{:016x}", scenario.hash()),
            seed: scenario.seed,
            threads: w.resource::<Workers>().threads(),
            ticks: self.ticks,
            days: self.ticks / TICKS_PER_DAY,
            avatars: w.resource::<Avatars>().table.len() as u64,
            sessions: w.resource::<Avatars>().n_sessions,
            active_avatar_ticks: book.active_ticks,
            events: book.n_events,
            slates: w.resource::<Exposures>().n_slates,
            wall_seconds,
            active_avatar_ticks_per_second: book.active_ticks as f64 / wall_seconds.max(1e-9),
            peak_rss_bytes: peak_rss_bytes(),
            final_state_hash: format!("{:016x}", self.chained),
            interrupted: self.ticks < self.asked_ticks(),
            commands: self.steering.n_applied,
            policy_changes: self.steering.changes.clone(),
            parent: self.plan.as_ref().and_then(|p| p.parent.clone()),
            books: results.books,
            metrics: results.metrics,
            realism: results.scorecard.to_summary(),
        };
        (summary, results.scorecard)
    }
}

/// Founds the city of a scenario.
///
/// # Errors
/// [`RunError`] if it is a workload or cannot be founded.
pub(super) fn city(loaded: &Loaded, threads: usize) -> Result<Simulation, RunError> {
    if loaded.scenario.workload.users > 0 {
        return Err(RunError::NotACity {
            name: loaded.scenario.name.clone(),
            users: loaded.scenario.workload.users,
        });
    }
    Ok(found(&loaded.scenario, plantings(loaded)?, threads)?)
}

/// Returns what a scenario wants logged beside the events.
pub(super) fn logged(scenario: &Scenario) -> Keep {
    Keep {
        offers: scenario.lab.log_offers,
        money: scenario.lab.log_money,
    }
}

/// Reads what a scenario was imported from, if anything.
fn plantings(loaded: &Loaded) -> Result<Plantings, RunError> {
    let Some(folder) = &loaded.world else {
        return Ok(Plantings::default());
    };
    let scenario = &loaded.scenario;
    read::plantings(folder, scenario.society.population.residents).map_err(|cause| {
        RunError::Scenario(ScenarioError::World {
            place: scenario.name.clone(),
            world: scenario.world.clone(),
            cause,
        })
    })
}
