//! Going on with a run that was stopped: from its newest checkpoint that is whole, or from the beginning.

use std::fs;
use std::path::Path;

use super::checkpoints::{OWN_PART, Own, Plan, list, orders_path, write_orders};
use super::command_line::quoted;
use super::error::RunError;
use super::progress::Run;
use super::steering::Steering;
use super::{folder, progress, taking_over};
use crate::events::journal::Journal;
use crate::events::log::reader::days;
use crate::events::log::writer::{Disk, EventLog};
use crate::lab::recording;
use crate::lab::summary::{PolicyChange, RunSummary};
use crate::scenario::chain::{self, Chain, ChainWriter};
use crate::scenario::error::Place;
use crate::scenario::load::{Loaded, Overrides, load};
use crate::scenario::schema::Scenario;
use crate::scenario::steer::file;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::policy::{enforce, with_value};
use crate::sim::checkpoint::error::CheckpointError;
use crate::sim::checkpoint::format::{from_hex, hex};
use crate::sim::checkpoint::read::{Checkpoint, read};
use crate::sim::checkpoint::state::restore;
use crate::sim::schedule::Simulation;
use crate::sim::units::{TICKS_PER_DAY, Tick};

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
    if is_finished(dir)? {
        return Ok(None);
    }
    let plan = Plan::read(dir)?;
    let command = plan.as_ref().map_or_else(
        || format!("agora run {}", quoted(&dir.display().to_string())),
        |plan| plan.command.clone(),
    );
    let mut notes = Vec::new();
    let Orders { applied, all } = Orders::read(dir, &mut notes)?;
    let stopped = taking_over::look(dir, plan.as_ref(), &loaded, &mut notes)?;
    let mut kept = match &stopped {
        Some(stopped) => newest_recorded(dir, &loaded, threads, stopped.reach(), &mut notes)?,
        None => newest(dir, &loaded, threads, u32::MAX, &mut notes)?,
    };
    let wanted = plan.as_ref().and_then(|plan| plan.recording.clone());
    let recorded = match (&mut kept, stopped, &wanted) {
        (Some(kept), Some(stopped), Some(wanted)) if stopped.reach() >= kept.ticks => {
            let wanted = wanted.wanted(dir);
            let into = folder::temporary(&wanted.path);
            let hashes = load_chain(dir)?.totals(kept.ticks as usize);
            let notes = &mut notes;
            taking_over::go_on(&wanted, &into, &loaded, kept, stopped, &hashes, notes)?
        }
        _ => None,
    };
    // From here on the folder is changed. A kill in between leaves one that can be resumed again: what is to come is durable first.
    write_orders(dir, &all)?;
    for summed_up in ["run.json", "report.json"] {
        folder::remove(&dir.join(summed_up))?;
    }
    if recorded.is_some() {
        folder::put_in_place(&dir.join(recording::NAME))?;
    } else if kept.is_some() || wanted.is_none() {
        notes.extend(taking_over::set_aside(dir, plan.as_ref())?);
    }
    let run = if let Some(kept) = kept {
        let ticks = kept.ticks;
        cut_back(dir, &applied, ticks)?;
        let mut run = Run::of_kept(kept, &loaded, dir, plan)?;
        run.recorded = recorded;
        run.queue(after(all, ticks));
        run
    } else {
        notes.push("there is no checkpoint to go on from; the run begins again".to_owned());
        cut_back(dir, &applied, 0)?;
        folder::remove(&dir.join("hashes.bin"))?;
        let mut run = Run::begin(&loaded, threads, Some((dir, Box::new(Disk))))?;
        run.plan = plan;
        if let Some(wanted) = wanted {
            run.record(&wanted.wanted(dir), &Disk)?;
        }
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

/// Reads the chain of hashes of a run folder.
///
/// # Errors
/// [`RunError`] if there is none or it cannot be read.
pub(super) fn load_chain(dir: &Path) -> Result<Chain, RunError> {
    let path = dir.join("hashes.bin");
    if !path.is_file() {
        return Err(RunError::NotARun {
            path: dir.to_path_buf(),
            lacks: "hashes.bin",
        });
    }
    chain::read(&path).map_err(RunError::file(&path))
}

/// Says whether a folder is whole and its run was not stopped. If what it says cannot be read that is an error: to go on would take
/// back what may be finished.
fn is_finished(dir: &Path) -> Result<bool, RunError> {
    let summary: Option<RunSummary> = folder::read_json(&dir.join("run.json"))?;
    Ok(summary.is_some_and(|s| !s.interrupted))
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

/// Goes back to the newest checkpoint of a run folder that can be used, of those of at most so many ticks; what is to be said of
/// others goes to `notes`.
pub(super) fn newest(
    dir: &Path,
    loaded: &Loaded,
    threads: usize,
    most_ticks: u32,
    notes: &mut Vec<String>,
) -> Result<Option<Kept>, RunError> {
    for (days, path) in list(dir)? {
        let ticks = days.saturating_mul(TICKS_PER_DAY);
        if ticks > most_ticks {
            continue;
        }
        match usable(dir, &path, ticks, loaded, threads) {
            Ok(kept) => return Ok(Some(kept)),
            Err(RunError::Checkpoint(e)) => notes.push(format!("{e}; it is left out")),
            Err(e) => return Err(e),
        }
    }
    Ok(None)
}

/// Goes back to the newest checkpoint to which the recording reaches, so that the recording goes on; if there is none, to the newest.
fn newest_recorded(
    dir: &Path,
    loaded: &Loaded,
    threads: usize,
    reach: u32,
    notes: &mut Vec<String>,
) -> Result<Option<Kept>, RunError> {
    let mut said = Vec::new();
    let Some(kept) = newest(dir, loaded, threads, reach, &mut said)? else {
        return newest(dir, loaded, threads, u32::MAX, notes);
    };
    notes.append(&mut said);
    let is_later = |days: u32| days.saturating_mul(TICKS_PER_DAY) > reach;
    if list(dir)?.first().is_some_and(|(days, _)| is_later(*days)) {
        notes.push(format!(
            "{}: is whole up to {}, which is before the newest checkpoint; the run goes on from an older one, so that all of it is recorded",
            dir.join(recording::NAME).display(),
            Tick(reach)
        ));
    }
    Ok(Some(kept))
}

/// Founds the city of a run folder again and puts the state of a checkpoint into it, if that is of the tick that its name says, and
/// log and chain reach as far.
fn usable(
    dir: &Path,
    path: &Path,
    ticks: u32,
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
    if header.tick != ticks || ticks / TICKS_PER_DAY > logged {
        let found = header.tick.to_string();
        let expected = format!("{ticks}, as its name says, with {logged} days logged");
        return Err(other("its tick", found, expected).into());
    }
    put_back(&from, chained, loaded, threads)
}

/// Founds the city of a scenario again and puts the state of a checkpoint into it; `chained` is the hash of all hashes up to there.
pub(super) fn put_back(
    from: &Checkpoint,
    chained: u64,
    loaded: &Loaded,
    threads: usize,
) -> Result<Kept, RunError> {
    let mut sim = progress::city(loaded, threads)?;
    let founding = &loaded.scenario;
    restore(&mut sim, from, founding.hash(), OWN_PART)?;
    let own = from.part(OWN_PART)?;
    let wrong = |cause: String| CheckpointError::Part {
        path: from.path().to_path_buf(),
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
        ticks: from.header.tick,
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
            folder::remove(&path)?;
        }
    }
    let commands = dir.join(file::NAME);
    let before: Vec<&Order> = applied.iter().filter(|o| o.tick < ticks).collect();
    if before.is_empty() {
        folder::remove(&commands)?;
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
        let steering = Steering::go_on(
            kept.policy,
            Some(path),
            record,
            kept.n_applied,
            kept.changes,
        );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_which_nobody_can_say_whether_it_is_finished_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!is_finished(dir.path()).unwrap());
        fs::write(dir.path().join("run.json"), "{\"ticks\": 7}").unwrap();
        let e = is_finished(dir.path()).unwrap_err().to_string();
        assert!(e.contains("run.json: missing field"), "{e}");
    }
}
