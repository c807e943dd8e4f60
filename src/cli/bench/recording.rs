//! What recording a run costs, how many bytes it takes an event, and how fast any tick of it is found.
//!
//! Two cities of one seed go tick by tick, one with a recorder and one without, and take turns in going first: what else the
//! machine does meets both alike. Both hash their state after every tick, as every run does; neither writes a log, so that the
//! share of the recorder is larger here than in a run with its folder.

use std::time::Duration;

use serde_json::json;

use super::Report;
use super::child::TemporaryFolder;
use crate::cli::CommandError;
use crate::cli::bench_args::RecordingArgs;
use crate::cli::output;
use crate::cli::record_args::DetailArg;
use crate::cli::run::wall_clock;
use crate::events::log::writer::Disk;
use crate::lab::metrics::book::Book;
use crate::lab::recording::{NAME, Recording};
use crate::scenario::load::{Overrides, load};
use crate::scenario::run::progress::Run;
use crate::scenario::run::recording::Wanted;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::TICKS_PER_DAY;

/// How many times the time of a run recording may take.
const RATIO_BAR: f64 = 1.10;

/// How many bytes a behaviour event may take.
const BYTES_BAR: f64 = 8.0;

/// How long finding a tick may take, in seconds.
const SEEK_BAR: f64 = 0.1;

/// Steps a city and returns how long that took.
fn step(run: &mut Run) -> Result<Duration, CommandError> {
    let clock = wall_clock();
    run.step()?;
    Ok(clock.elapsed())
}

/// Runs both cities side by side, then looks for ticks in the recording.
pub(super) fn measure(args: &RecordingArgs) -> Result<Report, CommandError> {
    let changed = Overrides {
        days: Some(args.days),
        ..Overrides::default()
    };
    let loaded = load(&args.scenario, &changed)?;
    let threads = args.common.threads.unwrap_or(0);
    let folder = TemporaryFolder::create()?;
    let path = folder.path().join(NAME);
    let mut off = Run::begin(&loaded, threads, None)?;
    let mut on = Run::begin(&loaded, threads, None)?;
    let wanted = Wanted {
        path: path.clone(),
        detail: args.level.detail(),
        tour: None,
    };
    on.record(&wanted, &Disk)?;
    let name = &loaded.scenario.name;
    output::note(&format!("running {name} twice, side by side"));
    let mut spent = [Duration::ZERO; 2];
    let total = args.days.saturating_mul(TICKS_PER_DAY);
    let bar = output::progress(u64::from(total), args.common.json);
    for tick in 0..total {
        if tick.is_multiple_of(2) {
            spent[0] += step(&mut off)?;
            spent[1] += step(&mut on)?;
        } else {
            spent[1] += step(&mut on)?;
            spent[0] += step(&mut off)?;
        }
        if tick.is_multiple_of(60) {
            bar.set_position(u64::from(tick));
        }
    }
    bar.finish_and_clear();
    if off.chained != on.chained {
        let message = "recording changed the city; this is a bug".to_owned();
        return Err(CommandError::Failed(message));
    }
    let events = on.sim.world().resource::<Book>().n_events;
    let clock = wall_clock();
    let (summary, _) = on.leave(String::new(), 1.0)?;
    let ending = clock.elapsed();
    let bytes = std::fs::metadata(&path)
        .map_err(CommandError::file(&path))?
        .len();
    let [off, on] = spent.map(|t| t.as_secs_f64());
    let ratio = on / off.max(1e-9);
    let per_event = bytes as f64 / (events as f64).max(1.0);
    let clock = wall_clock();
    let mut recording = Recording::open(&path)?;
    let opening = clock.elapsed().as_secs_f64();
    let seeks = seek(&mut recording, args.seeks)?;
    if recording.summary()?.as_ref() != Some(&summary) {
        let message = "the recording's metrics are not the run's; this is a bug".to_owned();
        return Err(CommandError::Failed(message));
    }
    let slowest = seeks.iter().copied().fold(0.0, f64::max);
    let mean = seeks.iter().sum::<f64>() / seeks.len().max(1) as f64;
    let judge = |holds: bool| if holds { "holds" } else { "DOES NOT HOLD" };
    let has_bars = args.level == DetailArg::Demo;
    let level = args.level.detail().word();
    let bars = [
        (
            ratio < RATIO_BAR,
            format!("recording takes {ratio:.3} times as long, allowed is {RATIO_BAR:.2}"),
        ),
        (
            per_event <= BYTES_BAR,
            format!("an event takes {per_event:.2} bytes, allowed are {BYTES_BAR:.0}"),
        ),
        (
            slowest < SEEK_BAR,
            format!("finding a tick took {slowest:.3} s, allowed are {SEEK_BAR} s"),
        ),
    ];
    let verdict = |i: usize, bar: &str| {
        let (holds, _) = &bars[i];
        if has_bars {
            format!(", {bar}: {}", judge(*holds))
        } else {
            String::new()
        }
    };
    let lines = vec![
        format!(
            "{} days of {name}, level {level}: {off:.2} s without a recorder, {on:.2} s with; ratio {ratio:.3}{}",
            args.days,
            verdict(0, &format!("under {RATIO_BAR:.2}"))
        ),
        format!(
            "{bytes} bytes for {events} events: {per_event:.2} bytes an event{}; ended in {:.2} s",
            verdict(1, &format!("at most {BYTES_BAR:.0}")),
            ending.as_secs_f64()
        ),
        format!(
            "opened in {opening:.3} s; {} ticks found in {:.1} ms on average, {:.1} ms at most{}",
            seeks.len(),
            1e3 * mean,
            1e3 * slowest,
            verdict(2, &format!("under {:.0} ms", 1e3 * SEEK_BAR))
        ),
    ];
    let json = json!({
        "scenario": name,
        "days": args.days,
        "level": level,
        "seconds_without": off,
        "seconds_with": on,
        "ratio": ratio,
        "ratio_bar": RATIO_BAR,
        "bytes": bytes,
        "events": events,
        "bytes_per_event": per_event,
        "bytes_per_event_bar": BYTES_BAR,
        "open_seconds": opening,
        "seeks": seeks.len(),
        "seek_seconds_mean": mean,
        "seek_seconds_most": slowest,
        "seek_seconds_bar": SEEK_BAR,
    });
    let broken = bars
        .into_iter()
        .filter(|(holds, _)| has_bars && !holds)
        .map(|(_, why)| why)
        .collect();
    Ok(Report {
        lines,
        json,
        broken,
    })
}

/// Looks for random ticks and returns how long each took, in seconds.
fn seek(recording: &mut Recording, n: u32) -> Result<Vec<f64>, CommandError> {
    let ticks = recording.ticks();
    let mut rng = RngStream::new(1, Purpose::Map, 0, 9);
    let mut times = Vec::new();
    for _ in 0..n {
        let tick = ticks.start + rng.below(ticks.len().max(1)) as u32;
        let clock = wall_clock();
        recording.at(tick)?;
        times.push(clock.elapsed().as_secs_f64());
    }
    Ok(times)
}
