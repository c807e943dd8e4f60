//! `agora replay`: tells what a recording shows, without simulating.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::CommandError;
use super::args::ReplayArgs;
use super::output;
use super::replay_export;
use super::run::told;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::recording::{self, Recording};
use crate::sim::units::Tick;

/// `agora replay`.
pub(super) fn command(args: &ReplayArgs) -> Result<(), CommandError> {
    if let Some(wanted) = args.export.export {
        return replay_export::write(&args.recording, wanted, &args.export);
    }
    if !args.headless {
        return Err(CommandError::Usage(
            "agora replay: add --headless, or --export html, frames or gif".to_owned(),
        ));
    }
    let recording = open(&args.recording)?;
    if let Some(text) = recording.summary_text()
        && args.json
    {
        output::result(text);
    } else if let Some(summary) = recording.summary()? {
        let scorecard = Scorecard::judge(&summary.realism.facts);
        output::result(&format!(
            "{}; replayed from {}",
            told(&summary, &scorecard),
            recording.file()
        ));
    } else {
        output::result(&told_so_far(&recording, args.json));
    }
    Ok(())
}

/// Opens a recording, or that of a run folder; says so if it is not whole.
pub(super) fn open(path: &Path) -> Result<Recording, CommandError> {
    let recording = Recording::open(&file_of(path))?;
    if let Some(damage) = recording.damage() {
        let ticks = recording.ticks();
        output::note(&format!(
            "{}: {damage}; what is whole holds {} ticks, from {} to before {}",
            recording.file(),
            ticks.len(),
            ticks.start,
            ticks.end
        ));
    }
    Ok(recording)
}

/// Returns the file: of a run folder, the one it keeps.
pub(super) fn file_of(path: &Path) -> PathBuf {
    if path.is_dir() {
        path.join(recording::NAME)
    } else {
        path.to_path_buf()
    }
}

/// Tells what came out of a run whose end was not recorded, as far as it was.
fn told_so_far(recording: &Recording, as_json: bool) -> String {
    let header = recording.header();
    let ticks = recording.ticks();
    let headline = recording.headline();
    if as_json {
        let told = json!({
            "scenario": header.scenario,
            "scenario_hash": header.scenario_hash,
            "seed": header.seed,
            "ticks": ticks.end,
            "interrupted": true,
            "metrics_after_tick": headline.map(|h| h.0.0),
            "metrics": headline.map(|h| h.1),
        });
        return format!("{told:#}");
    }
    let mut lines = vec![format!(
        "{} (seed {}): {} ticks of {} days, to {}; its end was not recorded",
        header.scenario,
        header.seed,
        ticks.len(),
        header.days,
        Tick(ticks.end)
    )];
    match headline {
        None => lines.push("  no day is whole, and there are no metrics of any".to_owned()),
        Some((tick, metrics)) => {
            lines.push(format!("metrics after {tick}"));
            let width = metrics.keys().map(String::len).max().unwrap_or(0);
            for (name, value) in metrics {
                let value = value.map_or_else(|| "-".to_owned(), |v| format!("{v:.4}"));
                lines.push(format!("  {name:width$}  {value}"));
            }
        }
    }
    lines.join("\n")
}
