//! `agora resume`: goes on with a run that was stopped, to the end it would have had without the stop.

use std::path::Path;

use super::CommandError;
use super::keep_args::{LiveArgs, ResumeArgs};
use super::output;
use super::run::{keep_promises, live, stop_on_interrupt, survive_size_limits, tell};
use crate::lab::summary::RunSummary;
use crate::scenario::run::progress::Run;
use crate::scenario::run::resume::resume;
use crate::sim::units::Tick;

/// `agora resume`.
pub(super) fn command(args: &ResumeArgs) -> Result<(), CommandError> {
    survive_size_limits();
    let dir = &args.run;
    let Some(going) = resume(dir, args.live.threads())? else {
        let said = format!("{}: is finished, there is nothing to resume", dir.display());
        if args.live.json {
            let path = dir.join("run.json");
            let json = std::fs::read_to_string(&path).map_err(CommandError::file(&path))?;
            output::note(&said);
            output::result(&json);
        } else {
            output::result(&said);
        }
        return Ok(());
    };
    for note in &going.notes {
        output::note(note);
    }
    if !args.live.is_silent() {
        let from = Tick(going.run.ticks);
        output::note(&format!("{}: goes on at {from}", dir.display()));
    }
    let scenario = going.run.policy().clone();
    let summary = live_on(going.run, going.command, dir, &args.live)?;
    if summary.parent.is_some() {
        // What a scenario promises it promises of its own policy, not of that of a fork.
        return Ok(());
    }
    keep_promises(&scenario, &summary)
}

/// Lets a run that is under way live to its end, and leaves in its folder what every run leaves.
pub(super) fn live_on(
    mut run: Run,
    command: String,
    dir: &Path,
    how: &LiveArgs,
) -> Result<RunSummary, CommandError> {
    let stop = stop_on_interrupt();
    let bar = output::progress(u64::from(run.asked_ticks()), how.is_silent());
    let wall = live(&mut run, &bar, &stop)?;
    let (summary, scorecard) = run.leave(command, wall)?;
    tell(&summary, &scorecard, dir, how)?;
    Ok(summary)
}
