//! What the commands about keeping runs and going on with them accept.

use std::path::PathBuf;

use clap::Args;

use super::args::threads;
use super::record_args::RecordArgs;
use crate::scenario::run::checkpoints::Plan;
use crate::scenario::run::recording::RecordingPlan;
use crate::sim::units::TICKS_PER_DAY;

/// How a run lives, and what is told of it.
#[derive(Debug, Args, Clone)]
pub(super) struct LiveArgs {
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// No progress bar and no summary.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Prints the summary as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}

impl LiveArgs {
    /// Returns the number of worker threads; 0 is one per core.
    pub(super) fn threads(&self) -> usize {
        self.threads.unwrap_or(0)
    }

    /// Says whether nothing is told while it lives.
    pub(super) const fn is_silent(&self) -> bool {
        self.quiet || self.json
    }
}

/// When a run is kept.
#[derive(Debug, Args, Clone)]
pub(super) struct KeepArgs {
    /// Keeps the run every so many days, such as 1d, so that agora resume can go on from there.
    #[arg(long, value_name = "DAYS", value_parser = whole_days)]
    pub(super) checkpoint_every: Option<u32>,
    /// Leaves all checkpoints, and not only the last two.
    #[arg(long, requires = "checkpoint_every")]
    pub(super) keep_checkpoints: bool,
}

impl KeepArgs {
    /// Returns the plan for a run that a command gives again, and that is recorded as said.
    pub(super) fn plan(&self, command: &str, recording: Option<RecordingPlan>) -> Plan {
        Plan {
            every_days: self.checkpoint_every.unwrap_or(0),
            leaves_all: self.keep_checkpoints,
            command: command.to_owned(),
            parent: None,
            recording,
        }
    }
}

/// Most days of a run.
const MOST_DAYS: u32 = 36_500;

/// Reads a number of days, with or without its unit.
fn whole_days(given: &str) -> Result<u32, String> {
    match given.strip_suffix('d').unwrap_or(given).parse() {
        Ok(n) if (1..=MOST_DAYS).contains(&n) => Ok(n),
        _ => Err(format!("allowed are whole days from 1d to {MOST_DAYS}d")),
    }
}

/// `agora resume`.
#[derive(Debug, Args)]
pub(super) struct ResumeArgs {
    /// The run folder.
    pub(super) run: PathBuf,
    /// How it lives, and what is told of it.
    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// `agora fork`.
#[derive(Debug, Args)]
pub(super) struct ForkArgs {
    /// The run folder of the parent.
    pub(super) run: PathBuf,
    /// Where it branches off: a day, such as day12, which begins at midnight, or the number of a tick.
    #[arg(long, value_name = "DAY|TICK", value_parser = moment)]
    pub(super) at: u32,
    /// Gives a scenario value another value from there on, such as ads.load=0.2; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Its own run folder (default: beside its parent, called after it).
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// When it is kept.
    #[command(flatten)]
    pub(super) keeping: KeepArgs,
    /// How it is recorded: what it has in common with its parent, too.
    #[command(flatten)]
    pub(super) recording: RecordArgs,
    /// Overwrites an existing run folder.
    #[arg(long)]
    pub(super) force: bool,
    /// How it lives, and what is told of it.
    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// Reads a moment of a run as a tick.
fn moment(given: &str) -> Result<u32, String> {
    let tick = match given.strip_prefix("day") {
        Some(day) => day
            .parse::<u32>()
            .ok()
            .and_then(|day| day.checked_mul(TICKS_PER_DAY)),
        None => given.parse().ok(),
    };
    tick.filter(|tick| *tick <= MOST_DAYS * TICKS_PER_DAY)
        .ok_or_else(|| {
            format!(
                "allowed are day0 to day{MOST_DAYS}, or a tick from 0 to {}",
                MOST_DAYS * TICKS_PER_DAY
            )
        })
}

/// `agora compare-runs`.
#[derive(Debug, Args)]
pub(super) struct CompareRunsArgs {
    /// A run folder.
    pub(super) a: PathBuf,
    /// Another, such as that of a fork of the first.
    pub(super) b: PathBuf,
    /// Prints everything as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_days_or_ticks() {
        assert_eq!((moment("day12"), moment("7")), (Ok(17_280), Ok(7)));
        for wrong in ["day", "12d", "-1", "day-1", "day36501", "99999999", ""] {
            assert!(moment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_are_whole_and_may_have_their_unit() {
        assert_eq!((whole_days("1d"), whole_days("12")), (Ok(1), Ok(12)));
        for wrong in ["0d", "", "d", "1.5d", "1h", "36501", "-1"] {
            let e = whole_days(wrong).unwrap_err();
            assert!(e.contains("1d to 36500d"), "{wrong}: {e}");
        }
    }
}
