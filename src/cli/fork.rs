//! `agora fork`: branches a run at a tick, with another policy from there on.

use std::path::{Path, PathBuf};

use super::CommandError;
use super::keep_args::ForkArgs;
use super::output;
use super::resume::live_on;
use super::run::survive_size_limits;
use crate::scenario::run::command_line::quoted;
use crate::scenario::run::fork::{Branch, fork};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// `agora fork`.
pub(super) fn command(args: &ForkArgs) -> Result<(), CommandError> {
    survive_size_limits();
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| default_path(&args.run, args.at));
    let command = command_line(args);
    let plan = args.keeping.plan(&command, args.recording.plan()?);
    let mut forked = fork(&Branch {
        parent: &args.run,
        at: args.at,
        sets: &args.sets,
        out: &out,
        force: args.force,
        plan,
        threads: args.live.threads(),
    })?;
    for note in &forked.notes {
        output::note(note);
    }
    let bar = output::progress(u64::from(forked.ticks_before()), args.live.is_silent());
    bar.set_message("living again up to the fork");
    let caught_up = forked.catch_up(|_| bar.inc(1));
    bar.finish_and_clear();
    caught_up?;
    if !args.live.is_silent() {
        output::note(&format!(
            "{}: branches off {} at {}",
            out.display(),
            args.run.display(),
            Tick(args.at)
        ));
    }
    live_on(forked.run, command, &out, &args.live)?;
    Ok(())
}

/// Returns where a fork goes when nothing else is said: beside its parent.
fn default_path(run: &Path, at: u32) -> PathBuf {
    let name = run
        .canonicalize()
        .ok()
        .and_then(|full| full.file_name().map(std::ffi::OsStr::to_owned))
        .unwrap_or_else(|| "run".into());
    let mut name = name;
    if at.is_multiple_of(TICKS_PER_DAY) {
        name.push(format!("-from-day{}", at / TICKS_PER_DAY));
    } else {
        name.push(format!("-from-{at}"));
    }
    match run.parent() {
        Some(folder) if run.file_name().is_some() => folder.join(name),
        _ => PathBuf::from(name),
    }
}

/// Writes the command that gives the same fork again.
fn command_line(args: &ForkArgs) -> String {
    let mut words = vec![
        "agora fork".to_owned(),
        quoted(&args.run.display().to_string()),
        format!("--at {}", args.at),
    ];
    words.extend(args.sets.iter().map(|s| format!("--set {}", quoted(s))));
    words.join(" ")
}
