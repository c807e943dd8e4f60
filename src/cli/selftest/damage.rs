//! Checkpoints and logs are damaged at random places: a flipped bit or a missing end is an error that names the file, whatever it
//! hits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::city;
use super::listed;
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::events::log::money::read_money;
use crate::events::log::reader::read_events;
use crate::events::log::writer::Disk;
use crate::scenario::run::checkpoints::{Plan, path_of};
use crate::scenario::run::folder;
use crate::scenario::run::progress::Run;
use crate::sim::checkpoint::error::CheckpointError;
use crate::sim::checkpoint::read::read;
use crate::sim::rng::{Purpose, RngStream};

/// Residents of the city whose files they are.
const RESIDENTS: u32 = 25;

/// What damaging showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Damaged {
    /// Files that were damaged, with their bytes.
    pub files: Vec<(String, u64)>,
    /// Flipped bits, one at a time.
    pub flips: u32,
    /// Missing ends.
    pub cuts: u32,
    /// Runs of other bytes in the middle.
    pub overwritten: u32,
    /// Wall time.
    pub wall_seconds: f64,
    /// What may not be.
    pub violations: Vec<String>,
}

impl Damaged {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} files damaged in {} places ({} flipped bits, {} missing ends, {} overwritten): {} violations, {:.1} s",
            self.files.len(),
            self.flips + self.cuts + self.overwritten,
            self.flips,
            self.cuts,
            self.overwritten,
            self.violations.len(),
            self.wall_seconds
        );
        listed(text, &self.violations)
    }
}

/// A file with the bytes it should have, and whoever reads it.
struct Target {
    path: PathBuf,
    whole: Vec<u8>,
    read: fn(&Path) -> Result<(), String>,
}

/// Reads a checkpoint and everything in it.
fn read_checkpoint(path: &Path) -> Result<(), String> {
    let read = || -> Result<(), CheckpointError> {
        let from = read(path)?;
        for part in &from.header.parts {
            from.part(part)?;
        }
        Ok(())
    };
    read().map_err(|e| e.to_string())
}

/// Lets a small city live for a day in `folder`, and returns what it has left there.
fn targets(folder: &Path) -> Result<Vec<Target>, CommandError> {
    let loaded = city::small(RESIDENTS, 1, 1, "two_tower")?;
    let plan = Plan {
        every_days: 1,
        leaves_all: false,
        command: String::new(),
        parent: None,
        recording: None,
    };
    let dir = folder.join("run");
    plan.prepare(&dir, true, &loaded.scenario, &[])?;
    let mut run = Run::begin(&loaded, 1, Some((&dir, Box::new(Disk))))?;
    run.keep_as(plan);
    while run.ticks < run.asked_ticks() {
        run.step()?;
    }
    run.finish()?;
    let day = dir.join("events/day=000");
    let readers: [(PathBuf, fn(&Path) -> Result<(), String>); 3] = [
        (path_of(&dir, 1), read_checkpoint),
        (day.join("events.parquet"), |path| {
            read_events(path).map(drop).map_err(|e| e.to_string())
        }),
        (day.join("money.parquet"), |path| {
            read_money(path).map(drop).map_err(|e| e.to_string())
        }),
    ];
    let target = |(path, read): (PathBuf, fn(&Path) -> Result<(), String>)| {
        let whole = std::fs::read(&path).map_err(CommandError::file(&path))?;
        Ok(Target { path, whole, read })
    };
    readers.into_iter().map(target).collect()
}

/// Damages files of a run in `places` places, drawn with `seed`; the run is in `folder`.
///
/// # Errors
/// [`CommandError`] if there can be no run; what is found amiss is in the answer.
pub fn damage(folder: &Path, places: u32, seed: u64) -> Result<Damaged, CommandError> {
    let clock = wall_clock();
    std::fs::create_dir_all(folder).map_err(CommandError::file(folder))?;
    let targets = targets(folder)?;
    let mut shown = Damaged::default();
    for t in &targets {
        let name = t.path.display().to_string();
        if let Err(e) = (t.read)(&t.path) {
            shown.violations.push(format!("{name}: undamaged: {e}"));
        }
        shown.files.push((name, t.whole.len() as u64));
    }
    for i in 0..places {
        let mut rng = RngStream::new(seed, Purpose::Test, u64::from(i), 0);
        let target = &targets[i as usize / 3 % targets.len()];
        let (bytes, what) = damaged(&target.whole, i % 3, &mut rng, &mut shown);
        if bytes == target.whole {
            continue;
        }
        let path = &target.path;
        std::fs::write(path, bytes).map_err(CommandError::file(path))?;
        let name = path.display().to_string();
        let amiss = match catch_unwind(AssertUnwindSafe(|| (target.read)(path))) {
            Err(_) => Some("panicked".to_owned()),
            Ok(Ok(())) => Some("read as if nothing had happened".to_owned()),
            Ok(Err(text)) => {
                let is_clear = text.starts_with(&name) && !text.contains('\n');
                (!is_clear).then(|| format!("unclear error {text:?}"))
            }
        };
        let amiss = amiss.map(|amiss| format!("{name}: {what}: {amiss}"));
        shown.violations.extend(amiss);
    }
    for t in &targets {
        folder::write(&t.path, &t.whole)?;
    }
    shown.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(shown)
}

/// Damages bytes in one of three ways, and says how.
fn damaged(whole: &[u8], how: u32, rng: &mut RngStream, shown: &mut Damaged) -> (Vec<u8>, String) {
    let at = rng.below(whole.len());
    let mut bytes = whole.to_vec();
    let what = match how {
        0 => {
            bytes[at] ^= 1 << rng.below(8);
            shown.flips += 1;
            format!("a bit of byte {at} flipped")
        }
        1 => {
            bytes.truncate(at);
            shown.cuts += 1;
            format!("cut after {at} bytes")
        }
        _ => {
            let end = (at + 1 + rng.below(64)).min(whole.len());
            for byte in &mut bytes[at..end] {
                *byte = rng.below(256) as u8;
            }
            shown.overwritten += 1;
            format!("bytes {at} to {end} overwritten")
        }
    };
    (bytes, what)
}
