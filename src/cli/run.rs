//! `agora run`: simulates a scenario without a window and writes a run folder.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;

use super::CommandError;
use super::args::RunArgs;
use super::check::load_named;
use super::keep_args::LiveArgs;
use super::output;
use crate::events::log::writer::Disk;
use crate::lab::metrics::book::Book;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::summary::RunSummary;
use crate::scenario::error::Place;
use crate::scenario::run::command_line::command_line;
use crate::scenario::run::error::RunError;
use crate::scenario::run::folder;
use crate::scenario::run::progress::Run;
use crate::scenario::schema::{Rule, Scenario};
use crate::scenario::steer::file;
use crate::scenario::steer::order::Order;
use crate::sim::units::TICKS_PER_DAY;

/// Wall time; the simulation itself never sees it.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line may know how long a run took"
)]
pub(super) fn wall_clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// Stops at the end of the running tick when Ctrl-C is pressed.
pub(super) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    // If another handler is there already, Ctrl-C simply kills, and finished days are safe.
    if ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).is_err() {
        output::note("Ctrl-C will stop at once");
    }
    stop
}

/// Turns the signal of a file that exceeds the system's limit (`ulimit -f`) into an error of the write, as a full disk is.
pub(super) fn survive_size_limits() {
    #[cfg(unix)]
    {
        let noticed = Arc::new(AtomicBool::new(false));
        // Without the handler the signal kills, and finished days are safe all the same.
        let _handled = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noticed).is_ok();
    }
}

/// `agora run`.
pub(super) fn command(args: &RunArgs) -> Result<(), CommandError> {
    let loaded = load_named(&args.scenario)?;
    let scenario = &loaded.scenario;
    let commands = args.commands.as_deref().map(steered).transpose()?;
    let recording = args.recording.plan()?;
    let dir = args
        .out
        .clone()
        .unwrap_or_else(|| folder::default_path(scenario, args.scenario.changed.arm.as_deref()));
    survive_size_limits();
    let given = &args.scenario;
    let command = command_line(
        &given.scenario,
        &given.changed.overrides(),
        args.commands.as_deref(),
    );
    let plan = args.keeping.plan(&command, recording);
    let orders = commands.iter().flatten().map(|(order, _)| order);
    plan.prepare(&dir, args.force, scenario, orders)?;
    let stop = stop_on_interrupt();
    let bar = output::progress(
        u64::from(scenario.days * TICKS_PER_DAY),
        args.live.is_silent(),
    );
    bar.set_message("founding the city");
    let mut run = Run::begin(&loaded, args.live.threads(), Some((&dir, Box::new(Disk))))?;
    run.queue(commands.unwrap_or_default());
    if let Some(recording) = &plan.recording {
        run.record(&recording.wanted(&dir), &Disk)?;
    }
    run.keep_as(plan);
    let wall = live(&mut run, &bar, &stop)?;
    let (summary, scorecard) = run.leave(command, wall)?;
    tell(&summary, &scorecard, &dir, &args.live)?;
    keep_promises(scenario, &summary)
}

/// Lets a run live to its end or until it is stopped; returns the seconds that took.
pub(super) fn live(
    run: &mut Run,
    bar: &ProgressBar,
    stop: &AtomicBool,
) -> Result<f64, CommandError> {
    let clock = wall_clock();
    let mut failure = None;
    while run.ticks < run.asked_ticks() && !stop.load(Ordering::Relaxed) {
        if let Err(e) = run.step() {
            failure = Some(e);
            break;
        }
        if run.ticks.is_multiple_of(60) {
            let events = run.sim.world().resource::<Book>().n_events;
            let rate = events as f64 / clock.elapsed().as_secs_f64().max(1e-9);
            bar.set_position(u64::from(run.ticks));
            bar.set_message(format!(
                "day {:>3}, {:>7.0} events/s",
                run.ticks / TICKS_PER_DAY,
                rate
            ));
        }
    }
    if let Some(e) = failure {
        bar.abandon();
        return Err(e.into());
    }
    let wall = clock.elapsed().as_secs_f64();
    bar.finish_and_clear();
    if run.n_queued() > 0 {
        output::note(&format!(
            "commands left over when the run ended, and not applied: {}",
            run.n_queued()
        ));
    }
    if run.n_left_out() > 0 {
        output::note(&format!(
            "commands of the parent's walk-ins that were not possible here, and left out: {}",
            run.n_left_out()
        ));
    }
    Ok(wall)
}

/// Tells what a run has come to, as JSON or in words.
pub(super) fn tell(
    summary: &RunSummary,
    scorecard: &Scorecard,
    dir: &Path,
    how: &LiveArgs,
) -> Result<(), CommandError> {
    if how.json {
        let json = serde_json::to_string_pretty(summary)
            .map_err(|e| CommandError::Failed(format!("cannot show the summary: {e}")))?;
        output::result(&json);
    } else if !how.quiet {
        show(summary, scorecard, dir);
    }
    Ok(())
}

/// Reads a file of commands; what a kill tore off its end is left out with a note.
pub(super) fn steered(path: &Path) -> Result<Vec<(Order, Place)>, CommandError> {
    let commands = file::read(path).map_err(RunError::from)?;
    if commands.torn_bytes > 0 {
        output::note(&format!(
            "{}: the last {} bytes are no whole line, as after a kill; they are left out",
            path.display(),
            commands.torn_bytes
        ));
    }
    Ok(commands.orders)
}

/// Fails if a promise of the scenario about a single run is broken.
pub(super) fn keep_promises(scenario: &Scenario, summary: &RunSummary) -> Result<(), CommandError> {
    if summary.interrupted {
        return Ok(());
    }
    for e in &scenario.expect {
        let Rule::Within(low, high) = e.rule else {
            continue;
        };
        let value = summary.metrics.get(&e.metric).copied().flatten();
        if !value.is_some_and(|v| v >= low && v <= high) {
            let shown = value.map_or_else(|| "not observable".to_owned(), |v| format!("{v:.4}"));
            return Err(CommandError::Failed(format!(
                "{}: expect.{}: {shown}, promised {low} to {high}",
                scenario.name, e.metric
            )));
        }
    }
    Ok(())
}

fn show(s: &RunSummary, scorecard: &Scorecard, dir: &Path) {
    output::result(&format!(
        "{}; written to {}\nreport: {}",
        told(s, scorecard),
        dir.display(),
        dir.join("report.html").display()
    ));
}

/// Tells what came out of a run.
pub(super) fn told(s: &RunSummary, scorecard: &Scorecard) -> String {
    let days = f64::from(s.ticks) / f64::from(TICKS_PER_DAY);
    let mut lines = vec![format!(
        "{} (seed {}): {days:.1} days, {} avatars, {} sessions, {} events in {:.1} s ({:.0} active avatar-ticks/s, {:.0} MB)",
        s.scenario,
        s.seed,
        s.avatars,
        s.sessions,
        s.events,
        s.wall_seconds,
        s.active_avatar_ticks_per_second,
        s.peak_rss_bytes as f64 / 1e6
    )];
    let width = s.metrics.keys().map(String::len).max().unwrap_or(0);
    for (name, value) in &s.metrics {
        let value = value.map_or_else(|| "-".to_owned(), |v| format!("{v:.4}"));
        lines.push(format!("  {name:width$}  {value}"));
    }
    lines.push(scorecard.table());
    lines.push(format!(
        "books {}; state hash {}",
        if s.books.balanced {
            "balance"
        } else {
            "DO NOT BALANCE"
        },
        s.final_state_hash
    ));
    lines.join("\n")
}
