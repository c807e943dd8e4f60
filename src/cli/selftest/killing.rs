//! This program as a process of its own: left alone, or killed at a moment that is drawn.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::scenario::run::folder;
use crate::scenario::schema::Scenario;
use crate::sim::rng::RngStream;

/// The beginning of a run, as a share of it.
const EARLY: f64 = 0.08;

/// Starts the program with some words, in silence and on one thread.
pub(super) fn start(binary: &Path, words: &[&OsStr]) -> Result<Child, CommandError> {
    Command::new(binary)
        .args(words)
        .args(["--quiet", "--threads", "1"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(CommandError::file(binary))
}

/// Kills a process after some seconds.
pub(super) fn kill_after(
    child: &mut Child,
    binary: &Path,
    seconds: f64,
) -> Result<(), CommandError> {
    std::thread::sleep(Duration::from_secs_f64(seconds));
    child.kill().map_err(CommandError::file(binary))?;
    child.wait().map_err(CommandError::file(binary))?;
    Ok(())
}

/// Removes the folder of a run in which nothing was amiss; otherwise it is kept to be looked at, and its name put before what is.
pub(super) fn tidy(
    run: &Path,
    name: &str,
    amiss: &[String],
    violations: &mut Vec<String>,
) -> Result<(), CommandError> {
    if amiss.is_empty() && run.exists() {
        std::fs::remove_dir_all(run).map_err(CommandError::file(run))?;
    }
    let place = format!("{name}: {}: ", run.display());
    violations.extend(amiss.iter().map(|v| format!("{place}{v}")));
    Ok(())
}

/// A run that was left alone, with which others are compared.
pub(super) struct LeftAlone {
    scenario: PathBuf,
    more: &'static [&'static str],
    /// Its folder.
    pub(super) run: PathBuf,
    seconds: f64,
}

impl LeftAlone {
    /// Runs a scenario in `folder` to its end, with `more` words; both have `name`.
    pub(super) fn live(
        binary: &Path,
        folder: &Path,
        name: &str,
        scenario: &Scenario,
        more: &'static [&'static str],
    ) -> Result<Self, CommandError> {
        let mut alone = Self {
            scenario: folder.join(format!("{name}.toml")),
            more,
            run: folder.join(format!("reference-{name}")),
            seconds: 0.0,
        };
        folder::write(&alone.scenario, scenario.to_toml().as_bytes())?;
        let started = wall_clock();
        let status = alone
            .start_another(binary, &alone.run)?
            .wait()
            .map_err(CommandError::file(binary))?;
        if !status.success() {
            return Err(CommandError::Failed(format!(
                "the reference run ended with {status}"
            )));
        }
        alone.seconds = started.elapsed().as_secs_f64();
        Ok(alone)
    }

    /// Starts a run of the same scenario.
    pub(super) fn start_another(&self, binary: &Path, out: &Path) -> Result<Child, CommandError> {
        let mut words: Vec<&OsStr> = vec!["run".as_ref(), self.scenario.as_ref()];
        words.extend(self.more.iter().map(|word| OsStr::new(*word)));
        words.extend([OsStr::new("--out"), out.as_ref()]);
        start(binary, &words)
    }

    /// Draws the seconds after which the `i`-th run is killed: one in four in its first moments, where the folder and its first files
    /// are made.
    pub(super) fn moment(&self, i: usize, rng: &mut RngStream) -> f64 {
        let span = if i % 4 == 3 { EARLY } else { 1.0 };
        self.seconds * span * rng.uniform()
    }

    /// Draws the seconds after which a run that was resumed is killed again.
    pub(super) fn another_moment(&self, rng: &mut RngStream) -> f64 {
        self.seconds * rng.uniform()
    }
}
