//! `agora run`: simulates a scenario without a window and writes a run folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::CommandError;
use super::args::RunArgs;
use super::check::load_named;
use super::folder;
use super::leave;
use super::output;
use crate::events::bus::{EventBus, OfferBus};
use crate::events::log::writer::{Disk, EventLog, KeepOffers, LogStorage};
use crate::lab::metrics::book::Book;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::report::gather::Asked;
use crate::lab::summary::{RunSummary, peak_rss_bytes};
use crate::platform::recommend::serve::Exposures;
use crate::scenario::chain::ChainWriter;
use crate::scenario::error::ScenarioError;
use crate::scenario::import::read;
use crate::scenario::load::Loaded;
use crate::scenario::schema::{Rule, Scenario};
use crate::scenario::world::{found, results};
use crate::sim::rng::mix;
use crate::sim::schedule::Simulation;
use crate::sim::units::TICKS_PER_DAY;
use crate::sim::workers::Workers;
use crate::society::avatars::avatar::Avatars;
use crate::society::plugin::Plantings;

/// A run in progress: the city, its log, its chain of hashes.
pub struct Run {
    /// The city.
    pub sim: Simulation,
    log: Option<EventLog>,
    chain: Option<ChainWriter>,
    chain_path: PathBuf,
    /// Hash of all hashes so far.
    pub chained: u64,
    /// Ticks done.
    pub ticks: u32,
    /// Slates logged or served so far.
    pub slates: u64,
}

impl Run {
    /// Founds the city of a scenario; with a folder, opens its log and chain there.
    ///
    /// # Errors
    /// [`CommandError`] if the city cannot be founded or the files cannot be made.
    pub fn begin(
        loaded: &Loaded,
        threads: usize,
        out: Option<(&Path, Box<dyn LogStorage>)>,
    ) -> Result<Self, CommandError> {
        if loaded.scenario.workload.users > 0 {
            let name = &loaded.scenario.name;
            return Err(CommandError::Usage(format!(
                "{name}: workload.users = {}: this is a workload, not a city; agora bench workload-a --scenario {name} runs it",
                loaded.scenario.workload.users
            )));
        }
        let plantings = plantings(loaded)?;
        let mut sim = found(&loaded.scenario, plantings, threads)?;
        sim.state_hash();
        let (mut log, mut chain, mut chain_path) = (None, None, PathBuf::new());
        if let Some((dir, storage)) = out {
            let keep = if loaded.scenario.lab.log_offers {
                KeepOffers::Yes
            } else {
                KeepOffers::No
            };
            log = Some(EventLog::create(dir, storage, keep)?);
            chain_path = dir.join("hashes.bin");
            let names: Vec<&str> = sim.state_parts().iter().map(|p| p.0).collect();
            let writer = ChainWriter::create(&chain_path, &names)
                .map_err(CommandError::file(&chain_path))?;
            chain = Some(writer);
        }
        Ok(Self {
            sim,
            log,
            chain,
            chain_path,
            chained: 0,
            ticks: 0,
            slates: 0,
        })
    }

    /// Runs one tick; logs it and adds its hash to the chain.
    ///
    /// # Errors
    /// [`CommandError`] if the log or the chain cannot be written; finished days are safe.
    pub fn step(&mut self) -> Result<(), CommandError> {
        let day = self.ticks / TICKS_PER_DAY;
        self.sim.step();
        self.ticks += 1;
        let hash = self.sim.state_hash();
        self.chained = mix(self.chained ^ hash);
        // Hashes first: a day that is finished in the log can always be verified.
        if let Some(chain) = &mut self.chain {
            let parts = self.sim.state_parts();
            chain
                .push(hash, &parts)
                .map_err(CommandError::file(&self.chain_path))?;
            if self.ticks.is_multiple_of(TICKS_PER_DAY) {
                chain
                    .flush()
                    .map_err(CommandError::file(&self.chain_path))?;
            }
        }
        if let Some(log) = &mut self.log {
            let w = self.sim.world();
            let events = &w.resource::<EventBus>().current;
            let slates = &w.resource::<OfferBus>().slates;
            log.append(day, events, slates)?;
            if self.ticks.is_multiple_of(TICKS_PER_DAY) {
                log.end_day(day)?;
            }
        }
        Ok(())
    }

    /// Closes the files, the running day included.
    ///
    /// # Errors
    /// [`CommandError`] if they cannot be made durable.
    pub fn finish(&mut self) -> Result<(), CommandError> {
        if let Some(chain) = &mut self.chain {
            chain
                .flush()
                .map_err(CommandError::file(&self.chain_path))?;
        }
        if let Some(log) = &mut self.log
            && !self.ticks.is_multiple_of(TICKS_PER_DAY)
        {
            log.end_day(self.ticks / TICKS_PER_DAY)?;
        }
        Ok(())
    }

    /// Sums the run up.
    #[must_use]
    pub fn summary(&self, scenario: &Scenario, wall_seconds: f64) -> (RunSummary, Scorecard) {
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
            interrupted: self.ticks < scenario.days * TICKS_PER_DAY,
            books: results.books,
            metrics: results.metrics,
            realism: results.scorecard.to_summary(),
        };
        (summary, results.scorecard)
    }
}

/// Reads what a scenario was imported from, if anything.
fn plantings(loaded: &Loaded) -> Result<Plantings, CommandError> {
    let Some(folder) = &loaded.world else {
        return Ok(Plantings::default());
    };
    let scenario = &loaded.scenario;
    read::plantings(folder, scenario.society.population.residents).map_err(|cause| {
        CommandError::Scenario(ScenarioError::World {
            place: scenario.name.clone(),
            world: scenario.world.clone(),
            cause,
        })
    })
}

/// Wall time; the simulation itself never sees it.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line may know how long a run took"
)]
pub(super) fn wall_clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// Stops at the end of the running tick when Ctrl-C is pressed.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // If another handler is there already, Ctrl-C simply kills, and finished days are safe.
    if ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).is_err() {
        output::note("Ctrl-C will stop at once");
    }
    stop
}

/// Turns the signal of a file that exceeds the system's limit (`ulimit -f`) into an error of the write, as a full disk is.
fn survive_size_limits() {
    #[cfg(unix)]
    {
        let noticed = Arc::new(AtomicBool::new(false));
        // Without the handler the signal kills, and finished days are safe all the same.
        let _handled = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noticed).is_ok();
    }
}

/// Where a run goes when nothing else is said.
fn default_folder(scenario: &Scenario, arm: Option<&str>) -> PathBuf {
    let arm = arm.map_or_else(String::new, |a| format!("-{a}"));
    let name = format!("{}{arm}-{}", scenario.name, scenario.seed);
    // A name is text in a file that somebody else may have written; it must not lead out of the folder.
    let name: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    PathBuf::from("runs").join(name)
}

/// `agora run`.
pub(super) fn command(args: &RunArgs) -> Result<(), CommandError> {
    let loaded = load_named(&args.scenario)?;
    let scenario = &loaded.scenario;
    let dir = args
        .out
        .clone()
        .unwrap_or_else(|| default_folder(scenario, args.scenario.arm.as_deref()));
    folder::create(&dir, args.force)?;
    // The mark of a run folder, before the scenario: what a kill leaves from here on may be overwritten with --force.
    let events = dir.join("events");
    std::fs::create_dir(&events).map_err(CommandError::file(&events))?;
    survive_size_limits();
    folder::write(&dir.join("scenario.toml"), scenario.to_toml().as_bytes())?;
    let is_silent = args.quiet || args.json;
    let stop = stop_on_interrupt();
    let total = scenario.days * TICKS_PER_DAY;
    let bar = output::progress(u64::from(total), is_silent);
    bar.set_message("founding the city");
    let mut run = Run::begin(
        &loaded,
        args.threads.unwrap_or(0),
        Some((&dir, Box::new(Disk))),
    )?;
    let clock = wall_clock();
    let mut failure = None;
    while run.ticks < total && !stop.load(Ordering::Relaxed) {
        if let Err(e) = run.step() {
            failure = Some(e);
            break;
        }
        if run.ticks.is_multiple_of(60) {
            let events = run.sim.world().resource::<Book>().n_events;
            let rate = events as f64 / clock.elapsed().as_secs_f64().max(1e-9);
            bar.set_position(u64::from(run.ticks));
            bar.set_message(format!(
                "day {:>3}, {:>7.0} events/s",
                run.ticks / TICKS_PER_DAY,
                rate
            ));
        }
    }
    if let Some(e) = failure {
        bar.abandon();
        return Err(e);
    }
    run.finish()?;
    let wall = clock.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let (summary, scorecard) = run.summary(scenario, wall);
    let json = serde_json::to_string_pretty(&summary)
        .map_err(|e| CommandError::Failed(format!("cannot write run.json: {e}")))?;
    let asked = Asked {
        command: leave::command_line(&args.scenario),
        description: scenario.description.clone(),
        scenario: scenario.to_toml(),
        days: scenario.days,
    };
    leave::leave(&dir, &run.sim, &summary, &scorecard, asked)?;
    // Last, so that a folder with a run.json is whole.
    folder::write(&dir.join("run.json"), json.as_bytes())?;
    if args.json {
        output::result(&json);
    } else if !args.quiet {
        show(&summary, &scorecard, &dir);
    }
    keep_promises(scenario, &summary)
}

/// Fails if a promise of the scenario about a single run is broken.
fn keep_promises(scenario: &Scenario, summary: &RunSummary) -> Result<(), CommandError> {
    if summary.interrupted {
        return Ok(());
    }
    for e in &scenario.expect {
        let Rule::Within(low, high) = e.rule else {
            continue;
        };
        let value = summary.metrics.get(&e.metric).copied().flatten();
        if !value.is_some_and(|v| v >= low && v <= high) {
            let shown = value.map_or_else(|| "not observable".to_owned(), |v| format!("{v:.4}"));
            return Err(CommandError::Failed(format!(
                "{}: expect.{}: {shown}, promised {low} to {high}",
                scenario.name, e.metric
            )));
        }
    }
    Ok(())
}

fn show(s: &RunSummary, scorecard: &Scorecard, dir: &Path) {
    let days = f64::from(s.ticks) / f64::from(TICKS_PER_DAY);
    let mut lines = vec![format!(
        "{} (seed {}): {days:.1} days, {} avatars, {} sessions, {} events in {:.1} s ({:.0} active avatar-ticks/s, {:.0} MB)",
        s.scenario,
        s.seed,
        s.avatars,
        s.sessions,
        s.events,
        s.wall_seconds,
        s.active_avatar_ticks_per_second,
        s.peak_rss_bytes as f64 / 1e6
    )];
    let width = s.metrics.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in &s.metrics {
        let value = value.map_or_else(|| "-".to_owned(), |v| format!("{v:.4}"));
        lines.push(format!("  {name:width$}  {value}"));
    }
    lines.push(scorecard.table());
    lines.push(format!(
        "books {}; state hash {}; written to {}\nreport: {}",
        if s.books.balanced {
            "balance"
        } else {
            "DO NOT BALANCE"
        },
        s.final_state_hash,
        dir.display(),
        dir.join("report.html").display()
    ));
    output::result(&lines.join("\n"));
}
