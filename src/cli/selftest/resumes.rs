//! Runs are killed at random moments and resumed: they end as one that was left alone, to the last byte of their log.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::Value;

use super::alike;
use super::city;
use super::killing::{LeftAlone, kill_after, start, tidy};
use super::listed;
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::lab::recording::NAME;
use crate::sim::rng::{Purpose, RngStream};

/// Residents of the city whose runs are killed.
const RESIDENTS: u32 = 25;

/// Days of its runs.
const DAYS: u32 = 6;

/// Ranking models, one kill after the other: one that counts, one that trains on, one that is fitted and judged; and how the runs of each
/// are kept and recorded.
const MODELS: [(&str, &[&str]); 3] = [
    ("popularity", &["--checkpoint-every", "1d", "--record=full"]),
    ("two_tower", &["--checkpoint-every", "1d", "--record"]),
    ("ials", &["--checkpoint-every", "1d"]),
];

/// How often a run that was resumed is killed once more.
const AGAIN: f64 = 0.3;

/// Files that are the same to the byte, beside the log.
const EQUAL: [&str; 5] = [
    "hashes.bin",
    "metrics.parquet",
    "metrics-hourly.parquet",
    "items.parquet",
    "people.parquet",
];

/// What killing and resuming runs showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Resumed {
    /// Kills.
    pub kills: u32,
    /// Of these, of runs that had been resumed before.
    pub kills_of_resumed: u32,
    /// Of these, before the folder held a scenario.
    pub before_the_scenario: u32,
    /// Runs resumed to their end.
    pub resumed: u32,
    /// Of these, those that had no checkpoint yet and began again.
    pub from_the_beginning: u32,
    /// Files compared to the byte.
    pub files: u64,
    /// Wall time.
    pub wall_seconds: f64,
    /// What may not be.
    pub violations: Vec<String>,
}

impl Resumed {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} kills ({} before there was a scenario, {} of runs resumed before), {} runs resumed to their end ({} of them from the beginning), {} files equal, {} violations, {:.1} s",
            self.kills,
            self.before_the_scenario,
            self.kills_of_resumed,
            self.resumed,
            self.from_the_beginning,
            self.files,
            self.violations.len(),
            self.wall_seconds
        );
        listed(text, &self.violations)
    }
}

/// Kills runs of `binary` in `folder` `n` times, at moments drawn with `seed`, and resumes each to its end.
///
/// # Errors
/// [`CommandError`] if runs cannot be started or a reference run fails; what is found amiss is in the answer.
pub fn kill_and_resume(
    binary: &Path,
    folder: &Path,
    n: u32,
    seed: u64,
) -> Result<Resumed, CommandError> {
    let clock = wall_clock();
    std::fs::create_dir_all(folder).map_err(CommandError::file(folder))?;
    let used = MODELS.len().min(n as usize);
    let references = MODELS[..used]
        .iter()
        .map(|&(model, more)| {
            let city = city::small(RESIDENTS, DAYS, 1, model)?;
            LeftAlone::live(binary, folder, model, &city.scenario, more)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut shown = Resumed::default();
    for i in 0.. {
        if shown.kills >= n {
            break;
        }
        let reference = &references[i % references.len()];
        let out = folder.join(format!("kill-{i}"));
        let mut rng = RngStream::new(seed, Purpose::Test, i as u64, 0);
        let amiss = one(binary, reference, &out, &mut rng, i, &mut shown)?;
        tidy(&out, &format!("run {i}"), &amiss, &mut shown.violations)?;
    }
    shown.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(shown)
}

fn one(
    binary: &Path,
    reference: &LeftAlone,
    out: &Path,
    rng: &mut RngStream,
    i: usize,
    shown: &mut Resumed,
) -> Result<Vec<String>, CommandError> {
    let mut child = reference.start_another(binary, out)?;
    let mut after = reference.moment(i, rng);
    let resume: [&OsStr; 2] = ["resume".as_ref(), out.as_ref()];
    loop {
        kill_after(&mut child, binary, after)?;
        shown.kills += 1;
        if !out.join("scenario.toml").is_file() {
            // There is nothing yet to go on with.
            shown.before_the_scenario += 1;
            return Ok(Vec::new());
        }
        if !rng.chance(AGAIN) {
            break;
        }
        shown.kills_of_resumed += 1;
        child = start(binary, &resume)?;
        after = reference.another_moment(rng);
    }
    let had_checkpoint = std::fs::read_dir(out.join("checkpoint")).is_ok_and(|entries| {
        let mut names = entries.flatten().map(|e| e.path());
        names.any(|path| path.extension().is_some_and(|e| e == "agora"))
    });
    let done = Command::new(binary)
        .args(resume)
        .args(["--quiet", "--threads", "1"])
        .output()
        .map_err(CommandError::file(binary))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Ok(vec![format!("resume: {}: {}", done.status, said.trim())]);
    }
    shown.resumed += 1;
    shown.from_the_beginning += u32::from(!had_checkpoint);
    let (files, amiss) = differences(out, &reference.run);
    shown.files += files;
    Ok(amiss)
}

/// Compares a run folder with that of a run that was left alone: how many files are equal to the byte, recordings but for what they say of
/// the machine, and what is not equal.
#[must_use]
pub fn differences(run: &Path, reference: &Path) -> (u64, Vec<String>) {
    let mut amiss = Vec::new();
    let mut files: Vec<PathBuf> = EQUAL.iter().map(PathBuf::from).collect();
    for root in [reference, run] {
        if let Err(e) = tables(root, Path::new("events"), &mut files) {
            amiss.push(format!("{}: {e}", root.display()));
        }
    }
    files.sort();
    files.dedup();
    let mut equal = 0;
    for file in &files {
        let bytes = |root: &Path| std::fs::read(root.join(file)).ok();
        match (bytes(run), bytes(reference)) {
            (Some(a), Some(b)) if a == b => equal += 1,
            (Some(_), Some(_)) => amiss.push(format!("{} has other bytes", file.display())),
            (None, _) => amiss.push(format!("{} is missing", file.display())),
            (_, None) => amiss.push(format!("{} should not be there", file.display())),
        }
    }
    let (a, b) = (summary(run), summary(reference));
    if a.is_none() || a != b {
        amiss.push("run.json says something else".to_owned());
    }
    let recorded = |root: &Path| Some(root.join(NAME)).filter(|file| file.is_file());
    match (recorded(run), recorded(reference)) {
        (Some(a), Some(b)) => match alike::recordings(&a, &b) {
            Ok(()) => equal += 1,
            Err(why) => amiss.push(format!("{NAME}: {why}")),
        },
        (None, Some(_)) => amiss.push(format!("{NAME} is missing")),
        (Some(_), None) => amiss.push(format!("{NAME} should not be there")),
        (None, None) => {}
    }
    (equal, amiss)
}

/// Lists the files of the log.
fn tables(root: &Path, folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            tables(root, &path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

/// Reads what `run.json` says of the run and not of the machine.
fn summary(run: &Path) -> Option<Value> {
    alike::of_the_run(&std::fs::read(run.join("run.json")).ok()?)
}
