//! `agora models`: kinds and fitted models, their cards, and which is better.

use std::path::Path;

use serde_json::json;

use super::CommandError;
use super::judging::{data_words, entry, evaluate, judge_words, read_data};
use super::model_args::{CardArgs, CompareModelsArgs, ListModelsArgs, Models, ModelsArgs};
use super::output;
use crate::lab::evaluation::table::{Entry, align};
use crate::platform::models::catalog::{KINDS, find};
use crate::scenario::learning::card::{self, FitCard};
use crate::scenario::learning::fitted;
use crate::scenario::run::command_line::quoted;

/// `agora models`.
pub(super) fn command(args: &ModelsArgs) -> Result<(), CommandError> {
    match &args.what {
        Models::List(a) => list(a),
        Models::Card(a) => card(a),
        Models::Compare(a) => compare(a),
    }
}

fn json_of(value: &impl serde::Serialize) -> Result<String, CommandError> {
    serde_json::to_string_pretty(value)
        .map_err(|e| CommandError::Failed(format!("cannot be shown as JSON: {e}")))
}

fn list(args: &ListModelsArgs) -> Result<(), CommandError> {
    let Some(path) = &args.path else {
        output::result(&if args.json {
            json_of(&kinds_json())?
        } else {
            kinds_text()
        });
        return Ok(());
    };
    let mut cards: Vec<(String, FitCard)> = Vec::new();
    for folder in fitted::folders(path)? {
        cards.push((folder.display().to_string(), fitted::read_card(&folder)?));
    }
    let live = live_cards(path)?;
    if cards.is_empty() && live.is_empty() {
        return Err(CommandError::Usage(format!(
            "{}: there are no fitted models (folders with model.json) and no cards of a run (models/*.json); agora fit makes one, and agora run",
            path.display()
        )));
    }
    if args.json {
        let all: Vec<_> = cards
            .iter()
            .map(|(folder, card)| json!({ "folder": folder, "card": card }))
            .chain(
                live.iter()
                    .map(|(file, card)| json!({ "file": file, "card": card })),
            )
            .collect();
        output::result(&json_of(&all)?);
        return Ok(());
    }
    let mut lines = Vec::new();
    if !cards.is_empty() {
        lines.push(card::list(&cards));
    }
    if !live.is_empty() {
        lines.push(live_table(&live));
    }
    output::result(&lines.join("\n"));
    Ok(())
}

/// The cards of models that served in a run: files of its `models/`.
fn live_cards(run: &Path) -> Result<Vec<(String, serde_json::Value)>, CommandError> {
    let folder = run.join("models");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(CommandError::file(&folder))? {
        let path = entry.map_err(CommandError::file(&folder))?.path();
        if path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read_to_string(&path).map_err(CommandError::file(&path))?;
            let shown = path.display().to_string();
            let card = serde_json::from_str(&text)
                .map_err(|e| CommandError::Usage(format!("{shown}: is not JSON ({e})")))?;
            found.push((shown, card));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Lists the models that served in a run.
fn live_table(live: &[(String, serde_json::Value)]) -> String {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    let head = [
        "card", "kind", "version", "rows", "pairs", "held_out", "digest",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (file, card) in live {
        let held_out = card["held_out"].as_f64();
        rows.push(vec![
            file.clone(),
            text(&card["kind"]),
            text(&card["version"]),
            text(&card["rows"]),
            text(&card["n_pairs"]),
            held_out.map_or_else(String::new, |x| format!("{x:.4}")),
            text(&card["digest"]),
        ]);
    }
    align(&rows).join("\n")
}

fn kinds_json() -> Vec<serde_json::Value> {
    let kinds = KINDS.iter().map(|k| {
        let settings = k.describe().into_iter().map(|d| {
            json!({
                "key": d.key,
                "type": d.kind,
                "unit": d.unit,
                "allowed": d.allowed,
                "default": d.default,
                "help": d.help,
            })
        });
        json!({
            "model": k.name,
            "summary": k.summary,
            "settings": settings.collect::<Vec<_>>(),
        })
    });
    kinds.collect()
}

fn kinds_text() -> String {
    let mut lines = Vec::new();
    for kind in KINDS {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("{}: {}", kind.name, kind.summary));
        let rows: Vec<Vec<String>> = kind
            .describe()
            .into_iter()
            .map(|d| {
                vec![
                    format!("  {}", d.key),
                    d.default,
                    d.allowed,
                    d.unit.to_owned(),
                    d.help,
                ]
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        let head = ["  setting", "default", "allowed", "unit"]
            .map(str::to_owned)
            .to_vec();
        let heads = std::iter::once(head);
        let numbers: Vec<Vec<String>> = heads.chain(rows.iter().map(|r| r[..4].to_vec())).collect();
        let about = std::iter::once("what it does").chain(rows.iter().map(|r| r[4].as_str()));
        for (line, about) in align(&numbers).iter().zip(about) {
            lines.push(format!("{line}  {about}"));
        }
    }
    lines.join("\n")
}

fn card(args: &CardArgs) -> Result<(), CommandError> {
    if !args.path.join(fitted::CARD).is_file() {
        let live = live_cards(&args.path)?;
        if !live.is_empty() {
            return cards_of_run(args, &live);
        }
    }
    let card = fitted::read_card(&args.path)?;
    let shown = if args.json {
        json_of(&card)?
    } else {
        card.page().trim_end().to_owned()
    };
    output::result(&shown);
    Ok(())
}

/// Shows the cards of the models that served in a run, as it left them.
fn cards_of_run(args: &CardArgs, live: &[(String, serde_json::Value)]) -> Result<(), CommandError> {
    if args.json {
        let cards: Vec<_> = live.iter().map(|(_, card)| card).collect();
        output::result(&json_of(&cards)?);
        return Ok(());
    }
    let mut pages = Vec::new();
    for (file, _) in live {
        let page = Path::new(file).with_extension("md");
        let text = std::fs::read_to_string(&page).map_err(CommandError::file(&page))?;
        pages.push(text.trim_end().to_owned());
    }
    output::result(&pages.join("\n\n"));
    Ok(())
}

fn compare(args: &CompareModelsArgs) -> Result<(), CommandError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut cards = Vec::new();
    for path in &args.paths {
        let card = fitted::read_card(path)?;
        let label = path.display().to_string();
        if entries.iter().any(|e| e.model == label) {
            return Err(CommandError::Usage(format!("{label}: named twice")));
        }
        let kind = find(&card.kind)
            .map_err(|e| CommandError::Usage(format!("{label}: model.json: {e}")))?;
        entries.push(entry(
            &label,
            kind,
            card.settings.clone(),
            card.seed,
            &label,
        )?);
        cards.push((label, card));
    }
    let data = read_data(&args.data)?;
    if !args.shown.is_silent() {
        for (label, card) in &cards {
            if card.data.checksum != data.facts.checksum {
                output::note(&format!(
                    "{label} was fitted on other data ({}); it is fitted again on these",
                    card.data.source
                ));
            }
        }
    }
    let mut words = vec!["agora models compare".to_owned()];
    words.extend(args.paths.iter().map(|p| quoted(&p.display().to_string())));
    words.extend(data_words(&args.data));
    words.extend(judge_words(&args.judge));
    evaluate(words.join(" "), data, entries, &args.judge, &args.shown)
}
