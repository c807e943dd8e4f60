//! `agora evaluate`: fits models on a log and says how well each foretells what people met next.

use super::CommandError;
use super::judging::{data_words, entry, evaluate, judge_words, read_data, setting};
use super::model_args::EvaluateArgs;
use crate::lab::evaluation::table::Entry;
use crate::platform::models::catalog::{KINDS, Kind, find};
use crate::scenario::run::command_line::quoted;

/// The word for all kinds.
const ALL: &str = "all";

/// `agora evaluate`.
pub(super) fn command(args: &EvaluateArgs) -> Result<(), CommandError> {
    let entries = entries(args)?;
    let data = read_data(&args.data)?;
    evaluate(again(args), data, entries, &args.judge, &args.shown)
}

/// The command that gives the same evaluation again.
fn again(args: &EvaluateArgs) -> String {
    let mut words = vec!["agora evaluate".to_owned()];
    words.extend(data_words(&args.data));
    words.extend(["--models".to_owned(), args.models.join(",")]);
    words.extend(judge_words(&args.judge));
    for set in &args.sets {
        words.extend(["--set".to_owned(), quoted(set)]);
    }
    words.join(" ")
}

fn kinds(args: &EvaluateArgs) -> Result<Vec<&'static Kind>, CommandError> {
    if args.models.iter().any(|m| m == ALL) {
        return Ok(KINDS.iter().collect());
    }
    let mut found: Vec<&'static Kind> = Vec::new();
    for name in &args.models {
        let kind = find(name)
            .map_err(|e| CommandError::Usage(format!("--models {name}: {e}, or {ALL}")))?;
        if found.iter().any(|k| k.name == kind.name) {
            return Err(CommandError::Usage(format!("--models {name}: named twice")));
        }
        found.push(kind);
    }
    Ok(found)
}

/// Every kind that was asked for, with the settings given for it; all are checked before anything is fitted.
fn entries(args: &EvaluateArgs) -> Result<Vec<Entry>, CommandError> {
    let kinds = kinds(args)?;
    let mut settings = vec![toml::Table::new(); kinds.len()];
    for given in &args.sets {
        let (key, value) = setting(given)?;
        let names = || kinds.iter().map(|k| k.name).collect::<Vec<_>>().join(", ");
        let refuse = |cause: String| CommandError::Setting {
            given: given.clone(),
            cause,
        };
        let Some((model, key)) = key.split_once('.') else {
            return Err(refuse(format!(
                "expected MODEL.KEY=VALUE, with the model one of {}",
                names()
            )));
        };
        let Some(at) = kinds.iter().position(|k| k.name == model) else {
            return Err(refuse(format!(
                "model {model} is not evaluated; those that are: {}",
                names()
            )));
        };
        settings[at].insert(key.to_owned(), value);
        // Here, so that the mistake is named by what was given.
        entry(
            model,
            kinds[at],
            settings[at].clone(),
            args.judge.seed,
            given,
        )?;
    }
    let both = kinds.iter().zip(settings);
    both.map(|(kind, settings)| entry(kind.name, kind, settings, args.judge.seed, kind.name))
        .collect()
}
