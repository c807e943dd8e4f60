//! Going on with a run that was stopped: from its newest checkpoint that is whole, or from the beginning.

use std::fs;
use std::path::Path;

use super::checkpoints::{OWN_PART, Own, Plan, list, orders_path, write_orders};
use super::command_line::quoted;
use super::error::RunError;
use super::progress::Run;
use super::steering::Steering;
use super::{folder, progress};
use crate::events::journal::Journal;
use crate::events::log::reader::days;
use crate::events::log::writer::{Disk, EventLog};
use crate::lab::summary::{PolicyChange, RunSummary};
use crate::scenario::chain::{self, ChainWriter};
use crate::scenario::error::Place;
use crate::scenario::load::{Loaded, Overrides, load};
use crate::scenario::schema::Scenario;
use crate::scenario::steer::file;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::policy::{enforce, with_value};
use crate::sim::checkpoint::error::CheckpointError;
use crate::sim::checkpoint::format::{from_hex, hex};
use crate::sim::checkpoint::read::read;
use crate::sim::checkpoint::state::restore;
use crate::sim::schedule::Simulation;
use crate::sim::units::TICKS_PER_DAY;

/// A city as a checkpoint gave it back.
pub(super) struct Kept {
    /// The city.
    pub(super) sim: Simulation,
    /// Ticks it has lived.
    pub(super) ticks: u32,
    /// Hash of all hashes up to there.
    pub(super) chained: u64,
    /// The scenario as it was in force.
    pub(super) policy: Scenario,
    /// Commands that were applied.
    pub(super) n_applied: u32,
    /// What they changed.
    pub(super) changes: Vec<PolicyChange>,
}

/// A run that goes on.
pub struct Going {
    /// The run, at the tick from which it goes on.
    pub run: Run,
    /// The command that gives the same run again.
    pub command: String,
    /// What whoever resumes it should know, such as checkpoints that could not be used.
    pub notes: Vec<String>,
}

/// Goes on with the run of a folder; `None` if it is finished.
///
/// What the folder holds of the time after the checkpoint is made again: it ends as it would have without the stop.
///
/// # Errors
/// [`RunError`] if it is no run folder, or the run cannot go on.
pub fn resume(dir: &Path, threads: usize) -> Result<Option<Going>, RunError> {
    let loaded = load_run(dir)?;
    if is_finished(dir) {
        return Ok(None);
    }
    let plan = Plan::read(dir)?;
    let command = plan.as_ref().map_or_else(
        || format!("agora run {}", quoted(&dir.display().to_string())),
        |plan| plan.command.clone(),
    );
    let mut notes = Vec::new();
    let Orders { applied, all } = Orders::read(dir, &mut notes)?;
    let mut kept = None;
    for (_, path) in list(dir)? {
        match usable(dir, &path, &loaded, threads) {
            Ok(found) => {
                kept = Some(found);
                break;
            }
            Err(RunError::Checkpoint(e)) => notes.push(format!("{e}; it is left out")),
            Err(e) => return Err(e),
        }
    }
    // From here on the folder is changed. A kill in between leaves one that can be resumed again: what is to come is durable first.
    write_orders(dir, &all)?;
    remove(&dir.join("run.json"))?;
    let run = if let Some(kept) = kept {
        let ticks = kept.ticks;
        cut_back(dir, &applied, ticks)?;
        let mut run = Run::of_kept(kept, &loaded, dir, plan)?;
        run.queue(after(all, ticks));
        run
    } else {
        notes.push("there is no checkpoint to go on from; the run begins again".to_owned());
        cut_back(dir, &applied, 0)?;
        remove(&dir.join("hashes.bin"))?;
        let mut run = Run::begin(&loaded, threads, Some((dir, Box::new(Disk))))?;
        run.plan = plan;
        run.queue(after(all, 0));
        run
    };
    Ok(Some(Going {
        run,
        command,
        notes,
    }))
}

/// Loads the scenario of a run folder.
///
/// # Errors
/// [`RunError`] if it is none.
pub fn load_run(dir: &Path) -> Result<Loaded, RunError> {
    if !dir.join("scenario.toml").is_file() {
        return Err(RunError::NotARun {
            path: dir.to_path_buf(),
            lacks: "scenario.toml",
        });
    }
    Ok(load(&dir.display().to_string(), &Overrides::default())?)
}

/// Says whether a folder is whole and its run was not stopped.
fn is_finished(dir: &Path) -> bool {
    let json = fs::read(dir.join("run.json")).ok();
    let summary = json.and_then(|json| serde_json::from_slice::<RunSummary>(&json).ok());
    summary.is_some_and(|s| !s.interrupted)
}

/// The commands of a run, in the order of their ticks.
pub(super) struct Orders {
    /// Those that were applied.
    pub(super) applied: Vec<Order>,
    /// These, and those that were to come when the run began.
    pub(super) all: Vec<Order>,
}

impl Orders {
    /// Reads the commands of a run folder; what should be known of the files goes to `notes`.
    pub(super) fn read(dir: &Path, notes: &mut Vec<String>) -> Result<Self, RunError> {
        let mut read = |path: &Path| -> Result<Vec<Order>, RunError> {
            if !path.is_file() {
                return Ok(Vec::new());
            }
            let commands = file::read(path)?;
            if commands.torn_bytes > 0 {
                notes.push(format!(
                    "{}: the last {} bytes are no whole line, as after a kill; they are left out",
                    path.display(),
                    commands.torn_bytes
                ));
            }
            let orders = commands.orders.into_iter();
            Ok(orders.map(|(order, _)| order).collect())
        };
        let applied = read(&dir.join(file::NAME))?;
        let mut all = applied.clone();
        let mut found = applied.clone();
        for order in read(&orders_path(dir))? {
            if let Some(at) = found.iter().position(|o| *o == order) {
                found.swap_remove(at);
            } else {
                all.push(order);
            }
        }
        // Stable: of one tick, those applied come first, and others keep the order in which they were given.
        all.sort_by_key(|o| o.tick);
        Ok(Self { applied, all })
    }
}

/// Leaves the orders that are due from a tick on, for the queue of a run.
pub(super) fn after(orders: Vec<Order>, tick: u32) -> impl Iterator<Item = (Order, Place)> {
    let due = orders.into_iter().filter(move |o| o.tick >= tick);
    due.map(|o| (o, Place::Command))
}

/// Founds the city of a run folder again and puts the state of a checkpoint into it, if log and chain reach as far.
pub(super) fn usable(
    dir: &Path,
    path: &Path,
    loaded: &Loaded,
    threads: usize,
) -> Result<Kept, RunError> {
    let from = read(path)?;
    let header = &from.header;
    let other = |what, found: String, expected: String| CheckpointError::OtherWorld {
        path: path.to_path_buf(),
        what,
        found,
        expected,
    };
    let hashes = dir.join("hashes.bin");
    let chained = chain::read(&hashes)
        .ok()
        .and_then(|chain| chain.chained(header.tick as usize));
    let Some(chained) = chained.filter(|c| from_hex(&header.chained) == Some(*c)) else {
        let found = header.chained.clone();
        let expected = chained.map_or_else(|| "not there".to_owned(), hex);
        return Err(other("the hash of all hashes", found, expected).into());
    };
    let logged = days(dir)?
        .iter()
        .zip(0..)
        .take_while(|(d, i)| *d == i)
        .count() as u32;
    if !header.tick.is_multiple_of(TICKS_PER_DAY) || header.tick / TICKS_PER_DAY > logged {
        let found = header.tick.to_string();
        let expected = format!("a multiple of {TICKS_PER_DAY} up to the {logged} days logged");
        return Err(other("its tick", found, expected).into());
    }
    let mut sim = progress::city(loaded, threads)?;
    let founding = &loaded.scenario;
    restore(&mut sim, &from, founding.hash(), OWN_PART)?;
    let own = from.part(OWN_PART)?;
    let wrong = |cause: String| CheckpointError::Part {
        path: path.to_path_buf(),
        part: OWN_PART.to_owned(),
        cause,
    };
    let own = std::str::from_utf8(&own).map_err(|e| wrong(e.to_string()))?;
    let own: Own = toml::from_str(own).map_err(|e| wrong(e.message().to_owned()))?;
    let mut policy = founding.clone();
    for change in &own.changes {
        policy = with_value(&policy, &change.key, &change.to, &Place::Command)?;
    }
    enforce(sim.world_mut(), &policy);
    Ok(Kept {
        sim,
        ticks: header.tick,
        chained,
        policy,
        n_applied: own.n_applied,
        changes: own.changes,
    })
}

/// Takes back what a run folder holds of the time from a tick on: checkpoints, applied commands and logged days.
fn cut_back(dir: &Path, applied: &[Order], ticks: u32) -> Result<(), RunError> {
    // Older ones would be let go for them.
    for (days, path) in list(dir)? {
        if days > ticks / TICKS_PER_DAY {
            remove(&path)?;
        }
    }
    let commands = dir.join(file::NAME);
    let before: Vec<&Order> = applied.iter().filter(|o| o.tick < ticks).collect();
    if before.is_empty() {
        remove(&commands)?;
    } else {
        folder::write(&commands, file::to_text(before).as_bytes())?;
    }
    let events = dir.join("events");
    let entries = match fs::read_dir(&events) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(RunError::file(&events)(e)),
    };
    for entry in entries {
        let path = entry.map_err(RunError::file(&events))?.path();
        let name = path.file_name().and_then(|n| n.to_str());
        let day = name
            .and_then(|n| n.strip_prefix("day="))
            .and_then(|n| n.parse::<u32>().ok());
        if day.is_some_and(|day| day >= ticks / TICKS_PER_DAY) {
            fs::remove_dir_all(&path).map_err(RunError::file(&path))?;
        }
    }
    Ok(())
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(RunError::file(path)(e)),
        _ => Ok(()),
    }
}

impl Run {
    /// Makes a run of a city that was kept, in a folder that was cut back to it.
    pub(super) fn of_kept(
        kept: Kept,
        loaded: &Loaded,
        dir: &Path,
        plan: Option<Plan>,
    ) -> Result<Self, RunError> {
        let names: Vec<&str> = kept.sim.state_parts().iter().map(|p| p.0).collect();
        let hashes = dir.join("hashes.bin");
        let chain = ChainWriter::go_on(&hashes, &names, kept.ticks as usize)
            .map_err(RunError::file(&hashes))?;
        let log = EventLog::create(dir, Box::new(Disk), progress::logged(&loaded.scenario))?;
        let path = dir.join(file::NAME);
        let record = path
            .is_file()
            .then(|| file::Record::go_on(&path))
            .transpose()
            .map_err(RunError::file(&path))?;
        let steering = Steering::go_on(kept.policy, path, record, kept.n_applied, kept.changes);
        Ok(Self {
            sim: kept.sim,
            log: Some(log),
            chain: Some((chain, hashes)),
            dir: Some(dir.to_path_buf()),
            chained: kept.chained,
            ticks: kept.ticks,
            founding: loaded.scenario.clone(),
            steering,
            plan,
            recorded: None,
            postings: Journal::default(),
        })
    }
}
