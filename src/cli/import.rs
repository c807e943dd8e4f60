//! `agora import`: turns a real interaction log into a scenario.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::CommandError;
use super::args::{FormatArg, ImportArgs};
use super::output;
use super::run::wall_clock;
use crate::scenario::import::columns::ColumnMap;
use crate::scenario::import::fit::FitSettings;
use crate::scenario::import::source::{Format, Reading};
use crate::scenario::import::world::{Note, check_target, write};
use crate::scenario::import::{fit, source};

/// Imports that take longer than this show how far they are.
const PATIENCE: Duration = Duration::from_secs(2);

/// Steps of the progress bar.
const STEPS: f64 = 1_000.0;

/// `agora import`.
pub(super) fn command(args: &ImportArgs) -> Result<(), CommandError> {
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
    let source_name = name_of(&args.path)?;
    let name = match &args.name {
        Some(name) if is_usable(name) => name.clone(),
        Some(name) => {
            return Err(CommandError::Usage(format!(
                "--name {name:?}: use 1 to 60 letters, digits, '-', '_' or '.', beginning with a letter or digit"
            )));
        }
        None => usable(&source_name),
    };
    check_target(&args.out, args.force)?;
    let bar = output::progress(STEPS as u64, true);
    let begun = wall_clock();
    let mut report = |what: &str, share: f64| {
        if !args.quiet && bar.is_hidden() && begun.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        show(&bar, what, share);
    };
    let log = source::read(&args.path, &reading, &mut report)?;
    let fitted = fit::fit(&log, &FitSettings::default(), &mut report);
    let note = write(&args.out, &name, &source_name, &log, &fitted, args.force)?;
    bar.finish_and_clear();
    if !args.quiet {
        for sentence in &note.skipped {
            output::note(sentence);
        }
        output::result(&summary(&note, &args.out));
    }
    Ok(())
}

fn show(bar: &ProgressBar, what: &str, share: f64) {
    if bar.message() != what {
        bar.set_message(what.to_owned());
    }
    bar.set_position((STEPS * share) as u64);
}

/// Names a log after its file or folder, without what tells the format.
fn name_of(path: &Path) -> Result<String, CommandError> {
    let whole = std::fs::canonicalize(path).map_err(|cause| {
        CommandError::Import(crate::scenario::import::error::ImportError::reading(path)(
            cause,
        ))
    })?;
    let name = if whole.is_dir() {
        whole.file_name()
    } else {
        whole.file_stem()
    };
    Ok(name.map_or_else(|| "log".to_owned(), |n| n.to_string_lossy().into_owned()))
}

fn is_usable(name: &str) -> bool {
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().next().is_some_and(char::is_alphanumeric)
        && name.chars().count() <= 60
        && name.chars().all(is_fine)
}

/// Makes a name that is usable out of one that may not be.
fn usable(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .skip_while(|c| !c.is_alphanumeric())
        .take(60)
        .collect();
    if plain.is_empty() {
        "imported".to_owned()
    } else {
        plain
    }
}

/// Says what was read, what was skipped, and what to run next.
fn summary(note: &Note, out: &Path) -> String {
    let skipped = match note.skipped.len() {
        0 => "nothing was skipped".to_owned(),
        1 => "one kind of thing was skipped, as said above".to_owned(),
        n => format!("{n} kinds of things were skipped, as said above"),
    };
    format!(
        "{}: read {} people, {} items and {} interactions from {} rows; {skipped}; {} topics and {} hidden tastes; next: agora run {}",
        note.name,
        note.people,
        note.items,
        note.interactions,
        note.rows,
        note.topics.len(),
        note.hidden_tastes,
        out.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_file_makes_a_usable_name() {
        for odd in ["ml-100k", "my data (2)", "..", "日本 語", "a/b", ""] {
            assert!(is_usable(&usable(odd)), "{odd:?} became {:?}", usable(odd));
        }
        assert!(!is_usable("../x") && !is_usable(""));
    }
}
