//! Branching a run: the same city up to a tick, another policy from there on.

use std::fs;
use std::path::{Path, PathBuf};

use super::checkpoints::{Plan, list, path_of};
use super::error::RunError;
use super::progress::Run;
use super::resume::{Orders, after, load_chain, load_run, newest};
use super::{folder, taking_over};
use crate::events::log::writer::Disk;
use crate::lab::recording::RecordingError;
use crate::lab::summary::Parent;
use crate::scenario::chain::{Chain, Link, PART_BITS, differing};
use crate::scenario::leaves::from_command_line;
use crate::scenario::load::Loaded;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::apply::changed;
use crate::scenario::steer::file;
use crate::scenario::steer::order::{Command, Order};
use crate::sim::checkpoint::format::hex;
use crate::sim::rng::mix;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// What is asked of a fork.
#[derive(Debug, Clone)]
pub struct Branch<'a> {
    /// Folder of the run that it branches off.
    pub parent: &'a Path,
    /// The first tick that may be another.
    pub at: u32,
    /// What is changed there, as `KEY=VALUE`; a key may be the end of one, such as `ads.load`, if there is only one.
    pub sets: &'a [String],
    /// Its own folder.
    pub out: &'a Path,
    /// Whether a run that is there is overwritten.
    pub force: bool,
    /// When it is kept; its parent is filled in.
    pub plan: Plan,
    /// Worker threads (0: one per core).
    pub threads: usize,
}

/// A fork before the tick at which it branches off.
pub struct Forked {
    /// The run, in its own folder.
    pub run: Run,
    /// What whoever asked for it should know.
    pub notes: Vec<String>,
    /// The parent's hashes, with which the run must agree up to there.
    parent: Chain,
    at: u32,
    path: PathBuf,
}

/// Makes the folder of a fork and puts into it what it has in common with its parent, as far as a checkpoint reaches.
///
/// # Errors
/// [`RunError`] if the parent is no run or did not get there, a change is not possible while a city runs, or files cannot be written.
pub fn fork(asked: &Branch<'_>) -> Result<Forked, RunError> {
    let dir = asked.parent;
    refuse_same_folder(dir, asked.out)?;
    let loaded = load_run(dir)?;
    let parent = parent_chain(asked)?;
    let changes = changes(&loaded.scenario, asked.sets, asked.at)?;
    let mut notes = Vec::new();
    let Orders { applied, mut all } = Orders::read(dir, &mut notes)?;
    // After those of the parent before the same tick, so that they have the last word.
    let from = all.partition_point(|o| o.tick <= asked.at);
    all.splice(from..from, changes);
    let mut plan = asked.plan.clone();
    plan.parent = Some(Parent {
        run: dir.display().to_string(),
        tick: asked.at,
        chained: hex(parent.chained(asked.at as usize).unwrap_or_default()),
        sets: asked.sets.to_vec(),
    });
    let stopped = taking_over::of_parent(dir, &plan, &loaded);
    let most_ticks = match (&plan.recording, &stopped) {
        (None, _) => asked.at,
        (Some(_), Some(stopped)) => asked.at.min(stopped.reach()),
        (Some(_), None) => 0,
    };
    let mut kept = newest(dir, &loaded, asked.threads, most_ticks, &mut notes)?;
    plan.prepare(asked.out, asked.force, &loaded.scenario, &all)?;
    let mut recorded = None;
    if let (Some(kept), Some(stopped), Some(wanted)) = (&mut kept, stopped, &plan.recording) {
        let wanted = wanted.wanted(asked.out);
        let hashes = parent.totals(kept.ticks as usize);
        let taken = taking_over::go_on(
            &wanted,
            &wanted.path,
            &loaded,
            kept,
            stopped,
            &hashes,
            &mut notes,
        );
        recorded = match taken {
            // Such as that of a run that was steered otherwise: the fork needs none.
            Err(RunError::Recording(e @ RecordingError::OtherRun { .. })) => {
                notes.push(e.to_string());
                None
            }
            taken => taken?,
        };
    }
    if plan.recording.is_some() && recorded.is_none() {
        kept = None;
        let is_before = |days: u32| days.saturating_mul(TICKS_PER_DAY) <= asked.at;
        if list(dir)?.iter().any(|(days, _)| is_before(*days)) {
            notes.push(format!(
                "{}: has no recording to go on with, of that level and as far as a checkpoint; the fork is lived from the beginning, so that all of it is recorded",
                dir.display()
            ));
        }
    }
    let (mut run, from) = match kept {
        Some(kept) => {
            let ticks = kept.ticks;
            inherit(dir, asked.out, &applied, ticks)?;
            let mut run = Run::of_kept(kept, &loaded, asked.out, Some(plan))?;
            run.recorded = recorded;
            (run, ticks)
        }
        None => (begin(&loaded, asked, plan)?, 0),
    };
    run.queue(after(all, from));
    Ok(Forked {
        run,
        notes,
        parent,
        at: asked.at,
        path: dir.to_path_buf(),
    })
}

fn begin(loaded: &Loaded, asked: &Branch<'_>, plan: Plan) -> Result<Run, RunError> {
    let mut run = Run::begin(loaded, asked.threads, Some((asked.out, Box::new(Disk))))?;
    if let Some(recording) = &plan.recording {
        run.record(&recording.wanted(asked.out), &Disk)?;
    }
    run.keep_as(plan);
    Ok(run)
}

/// Reads the parent's hashes and checks that it got to the tick.
fn parent_chain(asked: &Branch<'_>) -> Result<Chain, RunError> {
    let parent = load_chain(asked.parent)?;
    if (asked.at as usize) > parent.links.len() {
        let n = parent.links.len() as u32;
        return Err(RunError::TooLate {
            path: asked.parent.to_path_buf(),
            at: asked.at,
            ticks: n,
            last: Tick(n),
        });
    }
    Ok(parent)
}

/// Turns `KEY=VALUE` into commands before a tick.
fn changes(founding: &Scenario, sets: &[String], tick: u32) -> Result<Vec<Order>, RunError> {
    let mut orders = Vec::new();
    for given in sets {
        let mut leaf = from_command_line(given)?;
        leaf.key = full_key(&leaf.key);
        // As the city was founded: whether the value is allowed does not depend on what changed since.
        changed(founding, &leaf.key, &leaf.value, &leaf.place)?;
        let command = Command::SetPolicy {
            key: leaf.key,
            value: leaf.value,
        };
        let command = command.settled();
        orders.push(Order { tick, command });
    }
    Ok(orders)
}

/// Completes the end of a key, such as `ads.load`; a key that is no end of exactly one stays as it is.
fn full_key(given: &str) -> String {
    let docs = Scenario::describe();
    if docs.iter().any(|d| d.key == given) {
        return given.to_owned();
    }
    let end = format!(".{given}");
    let mut found = docs.iter().filter(|d| d.key.ends_with(&end));
    match (found.next(), found.next()) {
        (Some(doc), None) => doc.key.clone(),
        _ => given.to_owned(),
    }
}

fn refuse_same_folder(parent: &Path, out: &Path) -> Result<(), RunError> {
    let (Ok(parent), Ok(out_dir)) = (parent.canonicalize(), out.canonicalize()) else {
        return Ok(());
    };
    if parent.starts_with(&out_dir) {
        return Err(RunError::Folder {
            path: out.to_path_buf(),
            why: "is or encloses the run that is branched off; choose another folder",
        });
    }
    Ok(())
}

/// Copies what a fork has in common with its parent up to the end of a day: logged days, hashes, applied commands, the checkpoint.
fn inherit(parent: &Path, out: &Path, applied: &[Order], ticks: u32) -> Result<(), RunError> {
    for day in 0..ticks / TICKS_PER_DAY {
        let name = format!("day={day:03}");
        let (from, to) = (
            parent.join("events").join(&name),
            out.join("events").join(&name),
        );
        fs::create_dir_all(&to).map_err(RunError::file(&to))?;
        for entry in fs::read_dir(&from).map_err(RunError::file(&from))? {
            let entry = entry.map_err(RunError::file(&from))?;
            let name = entry.file_name();
            let is_whole = Path::new(&name)
                .extension()
                .is_some_and(|e| e == "parquet" || e == "json");
            if is_whole {
                folder::copy(&entry.path(), &to.join(name))?;
            }
        }
    }
    folder::copy(&parent.join("hashes.bin"), &out.join("hashes.bin"))?;
    let before: Vec<&Order> = applied.iter().filter(|o| o.tick < ticks).collect();
    if !before.is_empty() {
        folder::write(&out.join(file::NAME), file::to_text(before).as_bytes())?;
    }
    // Last: with the checkpoint the copy is whole, and the fork itself can be resumed.
    let days = ticks / TICKS_PER_DAY;
    folder::copy(&path_of(parent, days), &path_of(out, days))
}

impl Forked {
    /// Returns how many ticks are to be lived again before the fork branches off.
    #[must_use]
    pub fn ticks_before(&self) -> u32 {
        self.at.saturating_sub(self.run.ticks)
    }

    /// Lives again up to the tick at which the fork branches off; `each` hears of every tick.
    ///
    /// # Errors
    /// [`RunError::Unlike`] if a tick is not what it was for the parent; others as [`Run::step`].
    pub fn catch_up(&mut self, mut each: impl FnMut(u32)) -> Result<(), RunError> {
        let Some(mut expected) = self.parent.chained(self.run.ticks as usize) else {
            return Ok(());
        };
        while self.run.ticks < self.at {
            let tick = self.run.ticks;
            self.run.step()?;
            each(self.run.ticks);
            let link = &self.parent.links[tick as usize];
            expected = mix(expected ^ link.total);
            if self.run.chained == expected {
                continue;
            }
            let now = Link::of(self.run.chained, &self.run.sim.state_parts(), PART_BITS);
            let differing = differing(&self.parent.names, &link.parts, &now.parts);
            let parts = if differing.is_empty() {
                "the hashes of all components together".to_owned()
            } else {
                differing.join(", ")
            };
            return Err(RunError::Unlike {
                path: self.path.clone(),
                tick: Tick(tick),
                parts,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::{Overrides, load};

    #[test]
    fn the_end_of_a_key_is_completed_if_there_is_only_one() {
        assert_eq!(full_key("ads.load"), "platform.ads.load");
        assert_eq!(full_key("platform.ads.load"), "platform.ads.load");
        assert_eq!(full_key("enabled"), "enabled");
        assert_eq!(full_key("no.such"), "no.such");
    }

    #[test]
    fn a_change_that_a_running_city_cannot_take_is_refused_with_the_reason() {
        let city = load("quickstart", &Overrides::default()).unwrap().scenario;
        let refused = |given: &str| {
            let e = changes(&city, &[given.to_owned()], 7).unwrap_err();
            assert!(e.is_usage());
            e.to_string()
        };
        assert!(refused("population.residents=7").contains("the people are drawn"));
        assert!(refused("ads.load=7000").contains("platform.ads.load"));
        assert!(refused("ads.lod=1").contains("ads.lod"));
        assert!(refused("nothing").contains("nothing"));
        let found = changes(&city, &["ads.load=0.5".to_owned()], 7).unwrap();
        assert_eq!(found[0].tick, 7);
    }
}
