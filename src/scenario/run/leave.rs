//! What a run leaves in its folder beside its log: the report, the metrics, the models.
//!
//! `docs/run-folder.md` says what each file is; a test keeps it in step.

use std::fs;
use std::path::Path;

use bevy::ecs::world::World;

use super::error::RunError;
use super::folder;
use crate::economy::purpose::{Direction, Purpose};
use crate::lab::metrics::book::Book;
use crate::lab::metrics::table;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::report::gather::{Asked, gather};
use crate::lab::report::{render_json, to_json};
use crate::lab::summary::RunSummary;
use crate::platform::config::PlatformRules;
use crate::platform::models::live::train::fit;
use crate::platform::models::ranker::{Learned, Ranker};
use crate::platform::models::registry::ModelCard;
use crate::platform::privacy::observation::Observations;
use crate::platform::recommend::config::ModelKind;
use crate::scenario::learning::run_facts;
use crate::sim::schedule::{Seed, SimClock, Simulation};
use crate::society::content::catalogue::Catalogue;

/// Name under which the two-tower model is registered, and of its files.
const TWO_TOWER: &str = "two_tower";

/// What is said of the card of a model that has no training of its own.
const FITTED_AGAIN: &str = "It is in closed form and served without being judged: for this card it was fitted again at the end of the run, with default settings, on all but the newest behaviour.";

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
    leave_models(dir, sim)?;
    let data = gather(sim, summary.clone(), scorecard, asked);
    let json = to_json(&data);
    folder::write(&dir.join("report.json"), json.as_bytes())?;
    folder::write(
        &dir.join("report.html"),
        render_json(&data, &json).as_bytes(),
    )
}

/// Writes the live models with their cards; the card of a model without one is made now.
fn leave_models(dir: &Path, sim: &Simulation) -> Result<(), RunError> {
    let world = sim.world();
    let ranker = world.resource::<Ranker>();
    let weights = match &ranker.learned {
        Learned::Tower(index) => Some((TWO_TOWER, index.save())),
        Learned::Served(served) => Some((served.name(), served.save())),
        Learned::Nothing | Learned::Knn(..) | Learned::Ease(..) => None,
    };
    let live: Vec<&ModelCard> = ranker.registry.live_cards().collect();
    let made = if live.is_empty() {
        made_card(world, ranker)
    } else {
        None
    };
    if live.is_empty() && made.is_none() {
        return Ok(());
    }
    let models = dir.join("models");
    fs::create_dir_all(&models).map_err(RunError::file(&models))?;
    if let Some((name, bytes)) = weights {
        let path = models.join(format!("{name}.safetensors"));
        let bytes = bytes.map_err(RunError::format(&path))?;
        folder::write(&path, &bytes)?;
    }
    for card in live.into_iter().chain(made.as_ref()) {
        let json = format!("{:#}\n", card.json());
        folder::write(&models.join(format!("{}.json", card.name)), json.as_bytes())?;
        let page = card.page();
        folder::write(&models.join(format!("{}.md", card.name)), page.as_bytes())?;
    }
    Ok(())
}

/// Fits a model once more to tell of it, for those in closed form, which are fitted without being judged.
fn made_card(world: &World, ranker: &Ranker) -> Option<ModelCard> {
    let name = match world.resource::<PlatformRules>().0.recommend.model {
        ModelKind::Random => "random",
        ModelKind::Popularity => "decayed_popularity",
        ModelKind::SeedContent => "seed_content",
        ModelKind::SeedCollaborative => "seed_collaborative",
        ModelKind::ItemKnn => "item_knn",
        ModelKind::Ease => "ease",
        // These are in the registry as soon as they learned.
        _ => return None,
    };
    let (seed, now) = (world.resource::<Seed>().0, world.resource::<SimClock>().now);
    let observations = world.resource::<Observations>();
    let catalogue = world.resource::<Catalogue>();
    let settings = toml::Table::new();
    let found = fit(ranker, name, &settings, seed, now, observations, catalogue);
    // Nothing was learned from, or it cannot: then there is nothing to tell.
    let (_, mut card) = found.ok().flatten()?;
    card.details.limits.insert(0, FITTED_AGAIN.to_owned());
    Some(card)
}

/// Writes `docs/run-folder.md`.
#[must_use]
pub fn folder_markdown() -> String {
    format!(
        "{FILES}{}{}{}",
        table::columns_markdown(),
        run_facts::columns_markdown(),
        purposes_markdown()
    )
}

/// Lists what money moves for, as `money.parquet` numbers it.
fn purposes_markdown() -> String {
    let rows: Vec<String> = Purpose::ALL
        .iter()
        .map(|p| {
            let direction = match p.direction() {
                Direction::Faucet => "made",
                Direction::Sink => "destroyed",
                Direction::Transfer => "moved",
            };
            let currency = p.currency().word();
            format!(
                "| {} | `{}` | {currency} | {direction} |\n",
                p.code(),
                p.word()
            )
        })
        .collect();
    format!(
        "\n## Purposes\n\nWhat money moves for, in `money.parquet`.\n\n| code | word | currency | what happens to it |\n| --- | --- | --- | --- |\n{}",
        rows.concat()
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
| `events/day=NNN/money.parquet` | every posting of the ledger, unless `lab.log_money = false`; `agora trace` follows them | at the end of each day |
| `events/day=NNN/sums.json` | length and CRC-32 of the day's tables; whoever reads one compares them | at the end of each day, before the tables |
| `hashes.bin` | the state hash after every tick, with 16 bits of each component's; `agora verify` compares them | during the run |
| `commands.jsonl` | the commands that steered the run, one a line, if any did; `agora run SCENARIO --commands FILE` applies them again | each before its tick |
| `checkpoint/day-NNN.agora` | the whole city after so many days, with `--checkpoint-every`; the last two, or all with `--keep-checkpoints` | at the end of a day, after its log and its hashes |
| `checkpoint/plan.toml` | when the run is kept, the command that gives it again, the run it branched off, how it is recorded and with which captions | at the start, with `--checkpoint-every` or `--record` and of forks |
| `checkpoint/orders.jsonl` | the commands that were to come when the run began or went on, if any did | at the start, and by `agora resume` |
| `recording.mcap` | with `--record`: the run to be shown, searched and verified, see `recording.md`; after a kill it is readable up to the last hour, and goes on with the run | during the run |
| `recording-stopped.mcap` | a recording with which a run that goes on could not go on, as it reaches no checkpoint or was made by the window | by `agora resume` |
| `metrics.parquet` | one row per finished day | at the end |
| `metrics-hourly.parquet` | one row per finished hour | at the end |
| `items.parquet` | every item ever published, as anybody sees it: kind, title, tags, media | at the end |
| `people.parquet` | who let behaviour be used for recommendation; `agora evaluate --data FOLDER` uses nobody else's | at the end |
| `models/<model>.safetensors` | the live model of the scenario, such as `two_tower`, if one was promoted; two towers with the state of their optimizer | at the end |
| `models/<model>.json` | its card, made from the registry: version, what it learned from and by whose leave, settings, learning curve, metrics on what came after, limits, digest of its weights | at the end |
| `models/<model>.md` | the same for people; models in closed form, which have no weights here, have cards too | at the end |
| `report.json` | everything the report shows; `format` is its version | at the end |
| `report.html` | the report: one file that needs no network; `agora report FOLDER` draws it anew from `report.json` | at the end |
| `run.json` | what the run was and its headline numbers, for scripts; a folder that has it is whole | last |

A folder without `report.json` belongs to a run that was killed.
Its finished days can be read all the same; what ends in `.tmp` belongs to the day that was not finished.
`agora resume FOLDER` goes on with it: from the newest checkpoint that is whole and that log, hashes and recording reach, or from the beginning.
What is there of later ticks is made again; until its end the folder then has no `report.json` and no `run.json`. `run.json` of a fork names its parent as `parent`.

## Checkpoints

A checkpoint begins with the bytes `8A 41 47 4F 52 41 0D 0A` and the version of the format, 1; then come a header in JSON (version of the program and of the state, scenario and its hash, seed, tick, hashes, names of the parts) and the parts, packed with zstd, each with its lengths and its CRC-32; length and CRC-32 of the file end it. All numbers are little-endian.
A program opens checkpoints of its own and of older formats. It goes on from those whose version of the state is its own; others say which version of the program wrote them.

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
