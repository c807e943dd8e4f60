//! `agora fit`: fits one model on a log and writes it with its card.

use std::ops::ControlFlow;

use super::CommandError;
use super::judging::{Progress, data_words, entry, judge_all, on_threads, read_data, setting};
use super::model_args::FitArgs;
use super::output;
use crate::lab::evaluation::facts::SplitFacts;
use crate::lab::evaluation::split::{Part, Protocol, Split, SplitError, SplitSettings, split};
use crate::lab::evaluation::table::{Entry, Evaluation};
use crate::platform::models::catalog::{Kind, SettingsError, find};
use crate::platform::models::model::FitReport;
use crate::scenario::learning::card::{FORMAT, FitCard, HeldOut, curve, limits};
use crate::scenario::learning::fitted;
use crate::scenario::learning::source::LearningLog;
use crate::scenario::run::command_line::quoted;

/// Lengths of the lists by which a card tells how good a model was.
const LISTS: [usize; 3] = [5, 10, 20];

/// `agora fit`.
pub(super) fn command(args: &FitArgs) -> Result<(), CommandError> {
    let kind = find(&args.model).map_err(|e| CommandError::Usage(e.to_string()))?;
    let entry = asked(args, kind)?;
    if let Some(why) = fitted::refusal(&args.out, args.force) {
        return Err(CommandError::Usage(format!(
            "--out {}: {why}",
            args.out.display()
        )));
    }
    let data = read_data(&args.data)?;
    let settings = SplitSettings {
        protocol: Protocol::LeaveLastOneOut,
        part: Part::Test,
        folds: 1,
        seed: args.seed,
    };
    let held = match split(&data.log, &settings) {
        Ok(split) => Some(split),
        // A log too thin to hold anything back can still be learned from.
        Err(SplitError::NoCases { .. }) => None,
        Err(e) => return Err(e.into()),
    };
    let progress = Progress::new(2, args.quiet || args.json);
    let (weights, card) = on_threads(args.threads, || {
        fit(
            args,
            kind,
            &entry,
            data,
            held.as_ref(),
            &settings,
            &progress,
        )
    })??;
    progress.end();
    fitted::write(&args.out, &weights, &card)?;
    if args.json {
        let json = serde_json::to_string_pretty(&card)
            .map_err(|e| CommandError::Failed(format!("cannot show the card as JSON: {e}")))?;
        output::result(&json);
    } else if !args.quiet {
        output::result(&summary(args, &card));
    }
    Ok(())
}

fn asked(args: &FitArgs, kind: &Kind) -> Result<Entry, CommandError> {
    let mut settings = toml::Table::new();
    for given in &args.sets {
        let (key, value) = setting(given)?;
        settings.insert(key.to_owned(), value);
        entry(kind.name, kind, settings.clone(), args.seed, given)?;
    }
    entry(kind.name, kind, settings, args.seed, kind.name)
}

/// Judges a model of these settings on what is held out, then fits one on everything.
fn fit(
    args: &FitArgs,
    kind: &Kind,
    entry: &Entry,
    data: LearningLog,
    held: Option<&Split>,
    settings: &SplitSettings,
    progress: &Progress,
) -> Result<(Vec<u8>, FitCard), CommandError> {
    let failed = |e: SettingsError| CommandError::Failed(format!("{}: {e}", kind.name));
    let held_out = held
        .map(|split| judge(entry, split, settings, &data, progress))
        .transpose()?;
    progress.begin(kind.name, 1);
    let mut model = kind.make(&entry.settings, args.seed).map_err(failed)?;
    let report: FitReport = model
        .fit(&data.log, &mut |epoch| {
            progress.pass(kind.name, 1, &epoch);
            ControlFlow::Continue(())
        })
        .map_err(|e| failed(e.into()))?;
    let tensors = model.save().map_err(|e| failed(e.into()))?;
    let (weights, digest) = fitted::bytes_of(&tensors).map_err(|e| failed(e.into()))?;
    let card = FitCard {
        format: FORMAT,
        agora_version: env!("CARGO_PKG_VERSION").to_owned(),
        command: again(args),
        kind: kind.name.to_owned(),
        summary: kind.summary.to_owned(),
        settings: resolved(kind, &entry.settings),
        seed: args.seed,
        n_rows: match report.n_rows {
            0 => data.facts.rows,
            n => n,
        },
        n_parameters: report.n_parameters,
        curve: curve(&report.curve),
        held_out,
        limits: limits(kind, &data.facts),
        digest,
        data: data.facts,
    };
    Ok((weights, card))
}

fn judge(
    entry: &Entry,
    split: &Split,
    settings: &SplitSettings,
    data: &LearningLog,
    progress: &Progress,
) -> Result<HeldOut, CommandError> {
    let facts = SplitFacts::of(split, settings);
    let results = judge_all(vec![entry.clone()], split, &LISTS, progress);
    let found = Evaluation::of(
        String::new(),
        data.facts.clone(),
        facts.clone(),
        &LISTS,
        results,
    );
    let Some(model) = found.models.into_iter().next() else {
        return Err(CommandError::Failed("nothing was judged".to_owned()));
    };
    if let Some(error) = model.error {
        return Err(CommandError::Failed(format!("{}: {error}", entry.model)));
    }
    Ok(HeldOut::of(facts, &model.metrics, &model.spreads))
}

/// Every setting of a kind: what was given, and the defaults.
fn resolved(kind: &Kind, given: &toml::Table) -> toml::Table {
    let mut all = toml::Table::new();
    for doc in kind.describe() {
        let default = toml::from_str::<toml::Table>(&format!("value = {}", doc.default));
        if let Some(value) = default.ok().and_then(|mut t| t.remove("value")) {
            all.insert(doc.key, value);
        }
    }
    for (key, value) in given {
        all.insert(key.clone(), value.clone());
    }
    all
}

fn again(args: &FitArgs) -> String {
    let mut words = vec![format!("agora fit {}", args.model)];
    words.extend(data_words(&args.data));
    for set in &args.sets {
        words.extend(["--set".to_owned(), quoted(set)]);
    }
    words.extend(["--seed".to_owned(), args.seed.to_string()]);
    words.extend(["--out".to_owned(), quoted(&args.out.display().to_string())]);
    words.join(" ")
}

fn summary(args: &FitArgs, card: &FitCard) -> String {
    let held = card
        .held_out
        .as_ref()
        .and_then(|h| h.metrics.get("ndcg@10"));
    let held = held.map_or_else(
        || "nothing could be held out".to_owned(),
        |i| {
            format!(
                "ndcg@10 {:.4} [{:.4}, {:.4}] held out",
                i.estimate, i.low, i.high
            )
        },
    );
    format!(
        "{}: learned {} parameters from {} rows; {held}; {}; next: agora models card {}",
        card.kind,
        card.n_parameters,
        card.n_rows,
        args.out.display(),
        args.out.display()
    )
}
