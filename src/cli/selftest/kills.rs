//! Runs are killed at random moments: no finished day is lost, no file under a final name is half written.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Serialize;

use super::city;
use super::remains::{Reference, inspect};
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::scenario::run::folder;
use crate::sim::rng::{Purpose, RngStream};

/// Residents of the city whose runs are killed.
const RESIDENTS: u32 = 25;

/// Days of its runs: many, so that many kills fall on the end of one.
const DAYS: u32 = 12;

/// The beginning of a run, as a share of it.
const EARLY: f64 = 0.08;

/// One kill in so many is followed by `agora verify`; all are compared with the reference's hashes.
const VERIFY_EVERY: u32 = 10;

/// What killing runs showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Killed {
    /// Runs killed.
    pub kills: u32,
    /// Of these, before their folder held a scenario.
    pub before_the_scenario: u32,
    /// Of these, after the last day was finished.
    pub after_the_end: u32,
    /// Days of a run that is left alone.
    pub reference_days: usize,
    /// Finished days found, all equal to the reference's.
    pub finished_days: u64,
    /// Ticks found in chains of hashes, all equal to the reference's.
    pub ticks: u64,
    /// Kills that tore the last tick of the chain or left a day under its temporary name.
    pub torn: u32,
    /// Runs verified by running them again.
    pub verified: u32,
    /// Wall time.
    pub wall_seconds: f64,
    /// What may not be.
    pub violations: Vec<String>,
}

impl Killed {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let mut text = format!(
            "{} kills of a run of {} days ({} before it had a scenario, {} after its end): {} finished days and {} ticks found and equal, {} torn tails, {} verified again, {} violations, {:.1} s",
            self.kills,
            self.reference_days,
            self.before_the_scenario,
            self.after_the_end,
            self.finished_days,
            self.ticks,
            self.torn,
            self.verified,
            self.violations.len(),
            self.wall_seconds
        );
        for v in &self.violations {
            text.push('\n');
            text.push_str(v);
        }
        text
    }
}

fn start(binary: &Path, scenario: &Path, out: &Path) -> Result<Child, CommandError> {
    let words: [&OsStr; 7] = [
        "run".as_ref(),
        scenario.as_ref(),
        "--out".as_ref(),
        out.as_ref(),
        "--quiet".as_ref(),
        "--threads".as_ref(),
        "1".as_ref(),
    ];
    Command::new(binary)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(CommandError::file(binary))
}

/// Kills `n` runs of `binary` in `folder`, at moments drawn with `seed`.
///
/// # Errors
/// [`CommandError`] if runs cannot be started or the reference run fails; what is found amiss is in the answer.
pub fn kill(binary: &Path, folder: &Path, n: u32, seed: u64) -> Result<Killed, CommandError> {
    let clock = wall_clock();
    std::fs::create_dir_all(folder).map_err(CommandError::file(folder))?;
    let scenario = folder.join("city.toml");
    let text = city::small(RESIDENTS, DAYS, 1, "popularity")?
        .scenario
        .to_toml();
    folder::write(&scenario, text.as_bytes())?;
    let whole = folder.join("reference");
    let started = wall_clock();
    let status = start(binary, &scenario, &whole)?
        .wait()
        .map_err(CommandError::file(binary))?;
    if !status.success() {
        return Err(CommandError::Failed(format!(
            "the reference run ended with {status}"
        )));
    }
    let duration = started.elapsed().as_secs_f64();
    let reference = Reference::read(&whole)?;
    let mut shown = Killed {
        reference_days: reference.days(),
        ..Killed::default()
    };
    for i in 0..n {
        let out = folder.join(format!("kill-{i}"));
        let mut child = start(binary, &scenario, &out)?;
        // One kill in four falls on the beginning, where the folder and its first files are made.
        let span = if i % 4 == 3 { EARLY } else { 1.0 };
        let draw = RngStream::new(seed, Purpose::Test, u64::from(i), 0).uniform();
        let after = duration * span * draw;
        std::thread::sleep(Duration::from_secs_f64(after));
        child.kill().map_err(CommandError::file(binary))?;
        child.wait().map_err(CommandError::file(binary))?;
        shown.kills += 1;
        let remains = inspect(&out, &reference);
        shown.before_the_scenario += u32::from(!remains.has_scenario);
        shown.after_the_end += u32::from(remains.days == reference.days());
        shown.finished_days += remains.days as u64;
        shown.ticks += remains.ticks as u64;
        shown.torn += u32::from(remains.is_torn);
        let mut amiss = remains.violations;
        if i.is_multiple_of(VERIFY_EVERY) && remains.ticks > 0 {
            shown.verified += 1;
            amiss.extend(verify(binary, &out)?);
        }
        if amiss.is_empty() {
            if out.exists() {
                std::fs::remove_dir_all(&out).map_err(CommandError::file(&out))?;
            }
        } else {
            let place = format!("kill {i} after {after:.3} s: {}: ", out.display());
            shown
                .violations
                .extend(amiss.iter().map(|v| format!("{place}{v}")));
        }
    }
    shown.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(shown)
}

/// Runs `agora verify` and returns its complaint, if any.
fn verify(binary: &Path, run: &Path) -> Result<Option<String>, CommandError> {
    let done = Command::new(binary)
        .args(["verify".as_ref(), run.as_os_str(), "--quiet".as_ref()])
        .output()
        .map_err(CommandError::file(binary))?;
    let said = String::from_utf8_lossy(&done.stderr);
    Ok((!done.status.success()).then(|| format!("verify: {}: {}", done.status, said.trim())))
}
