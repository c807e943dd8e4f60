//! A run in a process of its own, so that its memory is its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cli::CommandError;
use crate::cli::output;
use crate::cli::run::wall_clock;
use crate::lab::summary::RunSummary;

/// A folder that is removed when it is no longer needed.
pub(super) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes an empty folder.
    pub(super) fn create() -> Result<Self, CommandError> {
        let path = std::env::temp_dir().join(format!("agora-bench-{}", std::process::id()));
        // What an earlier process of the same number left behind is nobody's.
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(CommandError::file(&path))?;
        }
        std::fs::create_dir_all(&path).map_err(CommandError::file(&path))?;
        Ok(Self(path))
    }

    /// Returns where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(e) = std::fs::remove_dir_all(&self.0) {
            output::note(&format!("{}: left behind ({e})", self.0.display()));
        }
    }
}

/// A run and what it took.
pub(super) struct Measured {
    /// What the run says of itself.
    pub(super) summary: RunSummary,
    /// Wall time of the process, founding and report included.
    pub(super) process_seconds: f64,
}

/// Runs a scenario with this program.
pub(super) fn run(
    scenario: &str,
    sets: &[String],
    days: Option<u32>,
    threads: Option<usize>,
) -> Result<Measured, CommandError> {
    let folder = TemporaryFolder::create()?;
    let program = std::env::current_exe()
        .map_err(|e| CommandError::Failed(format!("cannot find this program's own file: {e}")))?;
    let mut command = Command::new(&program);
    command.args(["run", scenario, "--json", "--force", "--out"]);
    command.arg(folder.path().join("run"));
    if let Some(days) = days {
        command.args(["--days", &days.to_string()]);
    }
    if let Some(threads) = threads {
        command.args(["--threads", &threads.to_string()]);
    }
    for set in sets {
        command.args(["--set", set]);
    }
    let clock = wall_clock();
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(CommandError::file(&program))?;
    let process_seconds = clock.elapsed().as_secs_f64();
    // A scenario whose promises are broken was still measured.
    let summary = serde_json::from_slice(&done.stdout).map_err(|e| {
        CommandError::Failed(format!(
            "agora run {scenario}: no summary came back ({}; {e})",
            done.status
        ))
    })?;
    Ok(Measured {
        summary,
        process_seconds,
    })
}
