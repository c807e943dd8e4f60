//! Models fitted and judged one after the other, with progress: what `evaluate`, `fit` and `models compare` share.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::CommandError;
use super::args::FormatArg;
use super::model_args::{DataArgs, JudgeArgs, PartArg, ProtocolArg, ShownArgs};
use super::output;
use super::run::wall_clock;
use crate::lab::evaluation::contest::{self, Judged};
use crate::lab::evaluation::facts::SplitFacts;
use crate::lab::evaluation::page;
use crate::lab::evaluation::split::{Part, Protocol, Split, SplitSettings, split};
use crate::lab::evaluation::table::{Entry, Evaluation};
use crate::platform::models::catalog::{Kind, find};
use crate::platform::models::model::Epoch;
use crate::scenario::import::columns::ColumnMap;
use crate::scenario::import::source::{Format, Reading};
use crate::scenario::learning::source::{LearningLog, read};
use crate::scenario::run::command_line::quoted;
use crate::scenario::run::folder;

/// What takes longer than this shows how far it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Steps of the progress bar for every fit.
const STEPS: u64 = 1_000;

/// The file by which a folder is known to hold an evaluation.
const EVALUATION: &str = "evaluation.json";

/// A bar over fits that shows itself only if they take long.
pub(super) struct Progress {
    bar: ProgressBar,
    begun: std::time::Instant,
    is_shown: bool,
}

impl Progress {
    /// Makes a bar over `n_fits`, never shown if `hidden`.
    pub(super) fn new(n_fits: u64, hidden: bool) -> Self {
        Self {
            bar: output::progress(n_fits * STEPS, true),
            begun: wall_clock(),
            is_shown: !hidden,
        }
    }

    fn show(&self, message: &str, position: u64) {
        if self.is_shown && self.bar.is_hidden() && self.begun.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if self.bar.message() != message {
            self.bar.set_message(message.to_owned());
        }
        self.bar.set_position(position);
    }

    /// Shows a pass of the fit `n_done`, counted from 0.
    pub(super) fn pass(&self, model: &str, n_done: u64, e: &Epoch) {
        let of = u64::from(e.of.max(e.epoch).max(1));
        let within = STEPS * u64::from(e.epoch) / of;
        let message = format!("{model} {}/{of} loss {:.4}", e.epoch, e.loss);
        self.show(&message, n_done * STEPS + within.min(STEPS - 1));
    }

    /// Shows that the fit `n_done` begins.
    pub(super) fn begin(&self, model: &str, n_done: u64) {
        self.show(model, n_done * STEPS);
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Reads the data.
pub(super) fn read_data(args: &DataArgs) -> Result<LearningLog, CommandError> {
    let map = match &args.map {
        Some(given) => ColumnMap::parse(given)?,
        None => ColumnMap::default(),
    };
    let reading = Reading {
        format: args.format.map(|f| match f {
            FormatArg::Recbole => Format::Recbole,
            FormatArg::Csv => Format::Csv,
            FormatArg::Parquet => Format::Parquet,
        }),
        map,
        min_interactions: args.min_interactions,
    };
    Ok(read(&args.data, &reading, &mut |_, _| {})?)
}

/// Shows the data as the command line takes it.
pub(super) fn data_words(args: &DataArgs) -> Vec<String> {
    let mut words = vec![
        "--data".to_owned(),
        quoted(&args.data.display().to_string()),
    ];
    let format = args.format.map(|f| match f {
        FormatArg::Recbole => "recbole",
        FormatArg::Csv => "csv",
        FormatArg::Parquet => "parquet",
    });
    for (flag, value) in [("--format", format), ("--map", args.map.as_deref())] {
        if let Some(value) = value {
            words.extend([flag.to_owned(), quoted(value)]);
        }
    }
    if args.min_interactions != 1 {
        words.extend([
            "--min-interactions".to_owned(),
            args.min_interactions.to_string(),
        ]);
    }
    words
}

/// Returns how the data are split.
pub(super) fn split_settings(args: &JudgeArgs) -> SplitSettings {
    let protocol = match args.protocol {
        ProtocolArg::A => Protocol::LeaveLastOneOut,
        ProtocolArg::B => Protocol::RandomRatio,
        ProtocolArg::Time => Protocol::TimeForward,
        ProtocolArg::Users => Protocol::NewUsers,
    };
    SplitSettings {
        protocol,
        part: match args.part {
            PartArg::Validation => Part::Validation,
            PartArg::Test => Part::Test,
        },
        folds: args.folds.unwrap_or(protocol.usual_folds()),
        seed: args.seed,
    }
}

/// Shows how models are judged as the command line takes it.
pub(super) fn judge_words(args: &JudgeArgs) -> Vec<String> {
    let s = split_settings(args);
    let mut words = vec!["--protocol".to_owned(), s.protocol.word().to_owned()];
    if s.part == Part::Validation {
        words.extend(["--part".to_owned(), "validation".to_owned()]);
    }
    if let Some(folds) = args.folds {
        words.extend(["--folds".to_owned(), folds.to_string()]);
    }
    let ks: Vec<String> = list_lengths(args).iter().map(usize::to_string).collect();
    words.extend(["--k".to_owned(), ks.join(",")]);
    words.extend(["--seed".to_owned(), args.seed.to_string()]);
    words
}

fn list_lengths(args: &JudgeArgs) -> Vec<usize> {
    let mut ks = args.k.clone();
    ks.sort_unstable();
    ks.dedup();
    ks
}

/// Reads `KEY=VALUE`: the value as TOML, or as a text if it is none.
pub(super) fn setting(given: &str) -> Result<(&str, toml::Value), CommandError> {
    let Some((key, value)) = given.split_once('=') else {
        return Err(CommandError::Setting {
            given: given.to_owned(),
            cause: "expected KEY=VALUE".to_owned(),
        });
    };
    let value = value.trim();
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"));
    let parsed = parsed
        .ok()
        .filter(|t| t.len() == 1)
        .and_then(|mut t| t.remove("value"));
    Ok((
        key.trim(),
        parsed.unwrap_or_else(|| toml::Value::String(value.to_owned())),
    ))
}

/// Makes an entry of a kind after checking that a model can be made of it.
pub(super) fn entry(
    label: &str,
    kind: &Kind,
    settings: toml::Table,
    seed: u64,
    given: &str,
) -> Result<Entry, CommandError> {
    let made = kind.make(&settings, seed);
    made.map_err(|e| CommandError::Setting {
        given: given.to_owned(),
        cause: e.to_string(),
    })?;
    Ok(Entry {
        model: label.to_owned(),
        kind: kind.name.to_owned(),
        summary: kind.summary.to_owned(),
        settings,
        seed,
    })
}

/// Runs `work` on so many worker threads.
pub(super) fn on_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, CommandError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .build()
        .map_err(|e| CommandError::Failed(format!("cannot start worker threads: {e}")))?;
    Ok(pool.install(work))
}

/// Fits and judges every entry on a split; what fails does not stop the others.
pub(super) fn judge_all(
    entries: Vec<Entry>,
    split: &Split,
    ks: &[usize],
    progress: &Progress,
) -> Vec<(Entry, Result<Judged, String>)> {
    let begun = wall_clock();
    let clock = || begun.elapsed().as_secs_f64();
    let n_folds = split.folds.len();
    let mut results = Vec::with_capacity(entries.len());
    for (at, entry) in entries.into_iter().enumerate() {
        let done = |fold: usize| (at * n_folds + fold) as u64;
        progress.begin(&entry.model, done(0));
        let make = || find(&entry.kind)?.make(&entry.settings, entry.seed);
        let judged = contest::run(&make, split, ks, &clock, &mut |fold, epoch| {
            progress.pass(&entry.model, done(fold), &epoch);
        });
        results.push((entry, judged.map_err(|e| e.to_string())));
    }
    results
}

/// Evaluates entries on data; writes and shows what was found.
///
/// # Errors
/// [`CommandError::Failed`] naming the models that failed, after everything else was shown.
pub(super) fn evaluate(
    command: String,
    data: LearningLog,
    entries: Vec<Entry>,
    judge: &JudgeArgs,
    shown: &ShownArgs,
) -> Result<(), CommandError> {
    if let Some(out) = &shown.out {
        check_target(out, shown.force)?;
    }
    let settings = split_settings(judge);
    let split = split(&data.log, &settings)?;
    let facts = SplitFacts::of(&split, &settings);
    let ks = list_lengths(judge);
    let is_hidden = shown.is_silent();
    if !is_hidden {
        for note in &data.facts.notes {
            output::note(note);
        }
    }
    let progress = Progress::new((entries.len() * split.folds.len()) as u64, is_hidden);
    let found = on_threads(judge.threads, || {
        let results = judge_all(entries, &split, &ks, &progress);
        Evaluation::of(command, data.facts, facts, &ks, results)
    })?;
    progress.end();
    let json = serde_json::to_string_pretty(&found)
        .map_err(|e| CommandError::Failed(format!("cannot show the evaluation as JSON: {e}")))?;
    let text = found.show();
    if let Some(out) = &shown.out {
        std::fs::create_dir_all(out).map_err(CommandError::file(out))?;
        folder::write(&out.join("evaluation.txt"), text.as_bytes())?;
        folder::write(
            &out.join("evaluation.html"),
            page::render(&found).as_bytes(),
        )?;
        folder::write(&out.join(EVALUATION), format!("{json}\n").as_bytes())?;
    }
    if shown.json {
        output::result(&json);
    } else if !shown.quiet {
        output::result(text.trim_end());
    }
    let failed: Vec<&str> = found
        .models
        .iter()
        .filter(|m| m.error.is_some())
        .map(|m| m.model.as_str())
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    let why = found.models.iter().find_map(|m| m.error.as_deref());
    Err(CommandError::Failed(format!(
        "{} of {} models failed: {} ({})",
        failed.len(),
        found.models.len(),
        failed.join(", "),
        why.unwrap_or("no reason given")
    )))
}

/// Refuses a folder that may not take an evaluation.
fn check_target(out: &Path, force: bool) -> Result<(), CommandError> {
    let refuse = |why: &str| {
        Err(CommandError::Usage(format!(
            "--out {}: {why}",
            out.display()
        )))
    };
    if !out.exists() {
        return Ok(());
    }
    let Ok(mut entries) = std::fs::read_dir(out) else {
        return refuse("is not a folder that can be read");
    };
    if entries.next().is_none() {
        return Ok(());
    }
    if !out.join(EVALUATION).is_file() {
        return refuse(
            "is not empty and holds no evaluation (it has no evaluation.json); it is not overwritten even with --force",
        );
    }
    if !force {
        return refuse("holds an evaluation already; choose another folder or add --force");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_toml_or_else_text() {
        assert_eq!(setting("a=3").unwrap(), ("a", toml::Value::Integer(3)));
        assert_eq!(setting("a = 0.5").unwrap(), ("a", toml::Value::Float(0.5)));
        assert_eq!(
            setting("a=true").unwrap(),
            ("a", toml::Value::Boolean(true))
        );
        let text = |s: &str| toml::Value::String(s.to_owned());
        assert_eq!(setting("a=cosine").unwrap(), ("a", text("cosine")));
        assert_eq!(setting("a=1\nb = 2").unwrap(), ("a", text("1\nb = 2")));
        assert!(setting("a").is_err());
    }
}
