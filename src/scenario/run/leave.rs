//! What a run leaves in its folder beside its log: the report, the metrics, the models.
//!
//! `docs/run-folder.md` says what each file is; a test keeps it in step.

use std::fs;
use std::path::Path;

use super::error::RunError;
use super::folder;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::table;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::report::gather::{Asked, gather};
use crate::lab::report::{render_json, to_json};
use crate::lab::summary::RunSummary;
use crate::platform::models::ranker::{Learned, Ranker};
use crate::scenario::learning::run_facts;
use crate::sim::schedule::Simulation;

/// Name under which the two-tower model is registered, and of its files.
const TWO_TOWER: &str = "two_tower";

/// Writes report, metrics and models of a run, finished or stopped, each file whole or not at all.
///
/// # Errors
/// [`RunError`] naming the file that could not be written.
pub fn leave(
    dir: &Path,
    sim: &Simulation,
    summary: &RunSummary,
    scorecard: &Scorecard,
    asked: Asked,
) -> Result<(), RunError> {
    let book = sim.world().resource::<Book>();
    for (name, bytes) in [
        ("metrics.parquet", table::days_parquet(book)),
        ("metrics-hourly.parquet", table::hours_parquet(book)),
        (run_facts::ITEMS, run_facts::items_parquet(sim)),
        (run_facts::PEOPLE, run_facts::people_parquet(sim)),
    ] {
        let path = dir.join(name);
        let bytes = bytes.map_err(RunError::format(&path))?;
        folder::write(&path, &bytes)?;
    }
    leave_models(dir, sim.world().resource::<Ranker>())?;
    let data = gather(sim, summary.clone(), scorecard, asked);
    let json = to_json(&data);
    folder::write(&dir.join("report.json"), json.as_bytes())?;
    folder::write(
        &dir.join("report.html"),
        render_json(&data, &json).as_bytes(),
    )
}

/// Writes the live two-tower model and its card, if there is one.
fn leave_models(dir: &Path, ranker: &Ranker) -> Result<(), RunError> {
    let (Learned::Tower(index), Some(card)) = (&ranker.learned, ranker.registry.live(TWO_TOWER))
    else {
        return Ok(());
    };
    let models = dir.join("models");
    fs::create_dir_all(&models).map_err(RunError::file(&models))?;
    let path = models.join(format!("{TWO_TOWER}.safetensors"));
    let weights = index.save().map_err(RunError::format(&path))?;
    folder::write(&path, &weights)?;
    let card = serde_json::json!({
        "name": card.name,
        "version": card.version,
        "trained_at_tick": card.trained_at.0,
        "n_pairs": card.n_pairs,
        "loss_nats_per_pair": card.loss,
        "recall_at_10": card.validation_metric,
        "digest": format!("{:016x}", card.digest),
    });
    folder::write(
        &models.join(format!("{TWO_TOWER}.json")),
        format!("{card:#}\n").as_bytes(),
    )
}

/// Writes `docs/run-folder.md`.
#[must_use]
pub fn folder_markdown() -> String {
    format!(
        "{FILES}{}{}",
        table::columns_markdown(),
        run_facts::columns_markdown()
    )
}

/// The part of `docs/run-folder.md` that is not about columns.
const FILES: &str = "\
# Run folder

`agora run` writes everything about a run into one folder, by default `runs/<scenario>[-<arm>]-<seed>`.
Files are written to a temporary name, made durable and renamed: a file under its final name is whole.
A run that is stopped with Ctrl-C writes all of them for the ticks that were done.
This page is generated from the source; `cargo test` fails when it is out of date.

| file | what it is | written |
| --- | --- | --- |
| `scenario.toml` | the scenario with every value; `agora run FOLDER` runs it again | at the start |
| `events/day=NNN/events.parquet` | what avatars did, see `event-schema.md` | at the end of each day |
| `events/day=NNN/offers.parquet` | the slates served, with `lab.log_offers = true` | at the end of each day |
| `hashes.bin` | the state hash after every tick, with 16 bits of each component's; `agora verify` compares them | during the run |
| `commands.jsonl` | the commands that steered the run, one a line, if any did; `agora run SCENARIO --commands FILE` applies them again | each before its tick |
| `metrics.parquet` | one row per finished day | at the end |
| `metrics-hourly.parquet` | one row per finished hour | at the end |
| `items.parquet` | every item ever published, as anybody sees it: kind, title, tags, media | at the end |
| `people.parquet` | who let behaviour be used for recommendation; `agora evaluate --data FOLDER` uses nobody else's | at the end |
| `models/two_tower.safetensors` | the live two-tower model with the state of its optimizer, if one was promoted | at the end |
| `models/two_tower.json` | its card: version, tick, pairs trained on, loss, recall at 10 on what came after, digest of its weights | at the end |
| `report.json` | everything the report shows; `format` is its version | at the end |
| `report.html` | the report: one file that needs no network; `agora report FOLDER` draws it anew from `report.json` | at the end |
| `run.json` | what the run was and its headline numbers, for scripts; a folder that has it is whole | last |

A folder without `report.json` belongs to a run that was killed.
Its finished days can be read all the same; what ends in `.tmp` belongs to the day that was not finished.

## commands.jsonl

`scenario.toml` says how the city was founded; what was changed or chosen while it ran is here.
Each line is a JSON object with the tick before which the command is applied, and what it says; lines are in the order of their ticks.
`agora verify` applies them again by itself. Of a run that was killed the last line may be torn; it is then left out.

| `command` | says besides | what it does |
| --- | --- | --- |
| `set_policy` | `key`, `value` | gives a value of the scenario another value; `run.json` lists these as `policy_changes` with the value before |
| `take_over` | `avatar` | the avatar waits for choices instead of making them; after 60 ticks without one it decides once by itself |
| `let_go` | `avatar` | the avatar decides by itself again |
| `choose` | `avatar`, `choice` | makes a choice for an avatar that was taken over |

| `choice` | says besides | what the avatar does |
| --- | --- | --- |
| `wake` | | begins a session |
| `look` | `surface` | goes where the surface is, and opens it |
| `pick` | `slot`, from 0 | takes what stands there in the slate that is open |
| `pass_by` | | takes nothing of the slate |
| `click_ad` | | clicks the ad of the slate, and takes nothing else of it |
| `go` | `space` | goes there |
| `talk` | | talks with somebody who is here |
| `play` | | looks for a game |
| `study` | | takes the next lesson of its course, or looks for a course |
| `leave` | | ends the session as soon as it is free |

Values that count only when a city is founded, such as `society.population.residents`, are refused.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_about_the_run_folder_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/run-folder.md");
        let fresh = folder_markdown();
        let found = fs::read_to_string(path).unwrap_or_default();
        if found != fresh {
            let new = std::env::temp_dir().join("agora-run-folder.md");
            fs::write(&new, &fresh).unwrap();
            panic!(
                "docs/run-folder.md is out of date; the current text is in {}",
                new.display()
            );
        }
    }
}
