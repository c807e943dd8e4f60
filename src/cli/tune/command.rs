//! The search from data to a folder.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use indicatif::ProgressBar;
use serde::Serialize;

use super::args::{SearchArg, TuneArgs};
use super::folder::Folder;
use super::{curves, table};
use crate::cli::CommandError;
use crate::cli::judging::{on_threads, read_data};
use crate::cli::output;
use crate::cli::run::stop_on_interrupt;
use crate::lab::evaluation::facts::DataFacts;
use crate::platform::models::catalog;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::params::Values;
use crate::platform::models::registry::{CardDetails, ModelCard};
use crate::platform::models::training::best_of::{Drop, best_of_n};
use crate::platform::models::training::checkpoint::{Checkpoint, Description, digest};
use crate::platform::models::training::folds::{Fold, FoldPlan};
use crate::platform::models::training::halving::{self, Rung};
use crate::platform::models::training::resource::Resource;
use crate::platform::models::training::search::{
    Ended, Refitted, Search, SearchError, drawn_scores,
};
use crate::platform::models::training::space::Space;
use crate::scenario::learning::card::limits;
use crate::sim::config::ValueDoc;
use crate::sim::state_hash::StateHasher;
use crate::sim::units::Tick;

/// By how many the candidates of a rung are divided, and by how much more the better ones are given.
const ETA: u32 = 3;

/// Everything a search found, as `--json` prints it.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) search: Description,
    pub(super) rows: usize,
    pub(super) people: usize,
    pub(super) items: usize,
    pub(super) candidates: u32,
    pub(super) trials: usize,
    pub(super) best_trial: u32,
    pub(super) best_settings: toml::Table,
    /// Mean NDCG@10 over the folds.
    pub(super) validation: f64,
    /// NDCG@10 on the rows set aside, fitted on all others.
    pub(super) test: f64,
    pub(super) drop_share: Option<f64>,
    pub(super) test_of_defaults: f64,
    /// NDCG@10 to be expected of the best of 1, 2, … draws, on the first rung.
    pub(super) best_of_n: Vec<f64>,
    /// Digest of the weights of the chosen model.
    pub(super) weights: String,
    pub(super) folder: String,
}

/// `agora tune`.
pub(in crate::cli) fn command(args: &TuneArgs) -> Result<(), CommandError> {
    on_threads(args.threads, || tune(args))?
}

fn tune(args: &TuneArgs) -> Result<(), CommandError> {
    let kind = catalog::find(&args.model).map_err(usage)?;
    let docs = kind.describe();
    let plan = FoldPlan::parse(&args.folds).map_err(usage)?;
    let (space, resource) = space(args, &docs)?;
    let has_choice = space.spans().len() > space.fixed().len();
    let brackets = if has_choice {
        brackets(args, &resource)?
    } else {
        vec![halving::all_at_once(1, resource.most()).map_err(usage)?]
    };
    let data = read_data(&args.data)?;
    if !has_choice && !args.quiet {
        output::note(&format!(
            "{}: there is nothing to search, one candidate is judged",
            kind.name
        ));
    }
    let all = &data.log;
    let test = plan.set_aside(all, args.seed).map_err(usage)?;
    let folds = plan.folds(&test.train, args.seed).map_err(usage)?;
    let search = Search {
        make: &|settings, seed| kind.make(settings, seed),
        folds: &folds,
        space: &space,
        brackets: &brackets,
        resource: &resource,
        patience: args.patience,
        seed: args.seed,
    };
    let what = describe(args, all, &brackets, &space, &resource);
    let path = out(args);
    let folder = Folder::open(&path, args.resume, args.force)?;
    let done = folder.done(&what)?;
    let bar = output::progress(search.units(), args.quiet || args.json);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let Some(trials) = make_trials(&search, &what, &folder, &done, &bar)? else {
        output::note(&format!(
            "stopped; what was tried is in {}, add --resume to go on",
            path.display()
        ));
        return Ok(());
    };
    bar.set_message("fitting the best");
    let best = search.best(&trials).map_err(failed)?;
    let chosen = search.settings_of(best);
    let refitted = search.refit(&chosen, &test).map_err(failed)?;
    let defaults = search.defaults();
    let test_of_defaults = search.refit(&defaults, &test).map_err(failed)?.test;
    bar.finish_and_clear();
    let tensors = refitted
        .model
        .save()
        .map_err(SearchError::from)
        .map_err(failed)?;
    folder.keep_weights(&tensors)?;
    let drop = Drop {
        validation: best.score.unwrap_or(0.0),
        test: refitted.test,
    };
    let drawn = drawn_scores(&trials);
    let found = Outcome {
        rows: all.interactions.len(),
        people: all.n_users,
        items: all.n_items,
        candidates: brackets
            .iter()
            .filter_map(|b| b.first())
            .map(|r| r.n_candidates)
            .sum(),
        trials: trials.records().len(),
        best_trial: best.trial,
        best_settings: chosen.clone(),
        validation: drop.validation,
        test: drop.test,
        drop_share: drop.share(),
        test_of_defaults,
        best_of_n: best_of_n(&drawn),
        weights: format!("{:016x}", digest_of(&tensors)),
        folder: path.display().to_string(),
        search: what,
    };
    let card = card(&data.facts, &found, &refitted, &test, digest_of(&tensors));
    folder.write("card.md", card.page().as_bytes())?;
    let told = format!(
        "trial {}\n\n    {}",
        best.trial,
        chosen.to_string().replace('\n', "\n    ")
    );
    let scores: Vec<f64> = trials.records().iter().filter_map(|r| r.score).collect();
    let drawn_curves = curves::of_search(&found.best_of_n, &scores, &told);
    folder.write(&curves::path_of_search(), &drawn_curves)?;
    folder.finish(&found.search, &trials, &(best, chosen))?;
    let json = serde_json::to_string_pretty(&found)
        .map_err(|e| CommandError::Failed(format!("cannot show the result as JSON: {e}")))?;
    folder.write("result.json", json.as_bytes())?;
    if args.json {
        output::result(&json);
    } else if !args.quiet {
        output::result(&table::show(&found, trials.records()));
    }
    Ok(())
}

fn usage(e: impl std::fmt::Display) -> CommandError {
    CommandError::Usage(e.to_string())
}

fn failed(e: SearchError) -> CommandError {
    CommandError::Failed(e.to_string())
}

fn out(args: &TuneArgs) -> PathBuf {
    let by_name = || Path::new("tune").join(format!("{}-{}", args.model, args.seed));
    args.out.clone().unwrap_or_else(by_name)
}

/// Returns what is searched and what candidates are given; the two do not overlap.
fn space(args: &TuneArgs, docs: &[ValueDoc]) -> Result<(Space, Resource), CommandError> {
    let mut space = Space::default();
    for given in &args.space {
        if given.contains('=') {
            space.add(given, docs).map_err(usage)?;
            continue;
        }
        let path = Path::new(given);
        let text = std::fs::read_to_string(path).map_err(CommandError::file(path))?;
        let table = toml::from_str(&text)
            .map_err(|e| CommandError::Usage(format!("{given}: {}", e.message())))?;
        space.add_table(&table, docs).map_err(usage)?;
    }
    if args.space.is_empty() {
        space = Space::around_defaults(docs);
        let resource = Resource::of(docs, &toml::Table::new());
        if let Some(key) = resource.key() {
            space.remove(key);
        }
        return Ok((space, resource));
    }
    let fixed = space.fixed();
    let resource = Resource::of(docs, &fixed);
    if let Some(key) = resource.key() {
        if space.spans().contains_key(key) && !fixed.contains_key(key) {
            return Err(CommandError::Usage(format!(
                "--space {key}: it is what candidates are given more or less of; allowed is one value, the most"
            )));
        }
        space.remove(key);
    }
    Ok((space, resource))
}

fn brackets(args: &TuneArgs, resource: &Resource) -> Result<Vec<Vec<Rung>>, CommandError> {
    let (n_candidates, most) = (args.trials, resource.most());
    let made = match args.search {
        SearchArg::Random => halving::all_at_once(n_candidates, most).map(|b| vec![b]),
        SearchArg::Halving => halving::rungs(n_candidates, most, ETA).map(|b| vec![b]),
        SearchArg::Hyperband => halving::hyperband(most, ETA),
    };
    made.map_err(usage)
}

fn describe(
    args: &TuneArgs,
    log: &InteractionLog,
    brackets: &[Vec<Rung>],
    space: &Space,
    resource: &Resource,
) -> Description {
    let rung = |r: &Rung| format!("{}@{}", r.n_candidates, r.resource);
    let ladder = |b: &Vec<Rung>| b.iter().map(rung).collect::<Vec<_>>().join(" ");
    let ladders: Vec<String> = brackets.iter().map(ladder).collect();
    let spans = space
        .spans()
        .iter()
        .map(|(k, s)| (k.clone(), s.to_string()));
    Description {
        model: args.model.clone(),
        log: format!("{:016x}", digest(log)),
        folds: args.folds.clone(),
        search: ladders.join(", "),
        resource: resource.to_string(),
        patience: args.patience,
        seed: args.seed,
        space: spans.collect(),
    }
}

/// Makes the trials and keeps each as soon as it is made; `None` if it was stopped.
fn make_trials(
    search: &Search<'_>,
    what: &Description,
    folder: &Folder,
    done: &Checkpoint,
    bar: &ProgressBar,
) -> Result<Option<Checkpoint>, CommandError> {
    let stop = stop_on_interrupt();
    let mut trials = Checkpoint::begin(what).map_err(usage)?;
    let mut unkept = None;
    bar.set_message(what.model.clone());
    let ended = search
        .run(done, &mut trials, &mut |so_far| {
            let records = so_far.records();
            bar.set_position(records.iter().map(|r| u64::from(r.resource)).sum());
            let best = search.best(so_far).ok();
            let best = best.map(|b| (b, search.settings_of(b)));
            let score = best.as_ref().and_then(|(b, _)| b.score);
            let told = score.map_or(String::new(), |s| format!(", best {s:.4}"));
            bar.set_message(format!("{} {}{told}", what.model, records.len()));
            if let Err(e) = folder.keep(what, so_far, best.as_ref()) {
                unkept = Some(e);
                return ControlFlow::Break(());
            }
            if stop.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })
        .map_err(failed)?;
    if let Some(e) = unkept {
        return Err(e);
    }
    Ok((ended == Ended::Done).then_some(trials))
}

fn digest_of(tensors: &std::collections::BTreeMap<String, Values>) -> u64 {
    let mut h = StateHasher::default();
    for (name, t) in tensors {
        h.text(name);
        h.f32s(&t.values);
    }
    h.finish()
}

fn card(
    data: &DataFacts,
    found: &Outcome,
    refitted: &Refitted,
    test: &Fold,
    digest: u64,
) -> ModelCard {
    let rows = &test.train.interactions;
    let window = rows.first().zip(rows.last()).map(|(a, b)| (a.time, b.time));
    let held_out = [
        (
            format!("NDCG@10 on {}", found.search.folds),
            found.validation,
        ),
        ("NDCG@10 on the rows set aside".to_owned(), found.test),
    ];
    let kind = catalog::find(&found.search.model);
    let limits = kind.map_or_else(|_| Vec::new(), |kind| limits(kind, data));
    ModelCard {
        name: found.search.model.clone(),
        version: 1,
        trained_at: Tick(0),
        n_pairs: rows.len() as u64,
        loss: refitted.report.curve.last().map_or(0.0, |e| e.loss),
        validation_metric: found.validation,
        incumbent_metric: None,
        digest,
        details: CardDetails {
            kind: found.search.model.clone(),
            settings: found.best_settings.clone(),
            window,
            rows: rows.len() as u64,
            features: data.features.clone(),
            curve: refitted.report.curve.clone(),
            held_out: held_out.into(),
            calibration_error: None,
            consent: data.consent.clone(),
            limits,
        },
    }
}
