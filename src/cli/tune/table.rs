//! The trials of a search as people read them.

use super::command::Outcome;
use crate::platform::models::training::checkpoint::Record;
use crate::platform::models::training::space::plain;

/// Trials that are listed.
const LISTED: usize = 10;

/// Shows what a search found.
pub(super) fn show(found: &Outcome, records: &[Record]) -> String {
    let mut lines = vec![format!(
        "{}: {} candidates, {} trials, {} failed; NDCG@10 on {} of {} rows of {} people and {} items",
        found.search.model,
        found.candidates,
        records.len(),
        records.iter().filter(|r| r.failure.is_some()).count(),
        found.search.folds,
        found.rows,
        found.people,
        found.items
    )];
    lines.push(String::new());
    lines.push(format!(
        "{:>5}  {:>6}  {:>7}  {:>15}  settings",
        "trial", "given", "score", "folds"
    ));
    for r in ranked(records).into_iter().take(LISTED) {
        let score = r.score.map_or("failed".to_owned(), |s| format!("{s:.4}"));
        lines.push(format!(
            "{:>5}  {:>6}  {score:>7}  {:>15}  {}",
            r.trial,
            r.resource,
            spread(&r.scores),
            settings(r)
        ));
    }
    lines.push(String::new());
    if let [first, .., last] = found.best_of_n.as_slice() {
        lines.push(format!(
            "best to be expected of one draw {first:.4}, of {} draws {last:.4}",
            found.best_of_n.len()
        ));
    }
    lines.push(format!(
        "chosen: trial {}; on the folds {:.4}, on the rows set aside {:.4}{}; the defaults there {:.4}",
        found.best_trial,
        found.validation,
        found.test,
        found.drop_share.map_or(String::new(), |d| format!(" (drop {:.1} %)", 100.0 * d)),
        found.test_of_defaults
    ));
    lines.push(format!(
        "in {}; tensorboard --logdir {}/tensorboard",
        found.folder, found.folder
    ));
    lines.join("\n")
}

/// Sorts trials: those that were given most first, then by score; a candidate is listed with the most it was given.
fn ranked(records: &[Record]) -> Vec<&Record> {
    let is_last = |r: &&Record| {
        let later = |o: &Record| o.trial == r.trial && o.rung > r.rung;
        !records.iter().any(later)
    };
    let mut all: Vec<&Record> = records.iter().filter(is_last).collect();
    let score = |r: &Record| r.score.unwrap_or(f64::NEG_INFINITY);
    all.sort_by(|a, b| {
        let by_resource = b.resource.cmp(&a.resource);
        by_resource
            .then(score(b).total_cmp(&score(a)))
            .then(a.trial.cmp(&b.trial))
    });
    all
}

fn spread(scores: &[f64]) -> String {
    let low = scores.iter().copied().fold(f64::INFINITY, f64::min);
    let high = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low > high {
        return String::new();
    }
    format!("{low:.4}–{high:.4}")
}

fn settings(r: &Record) -> String {
    if let Some(why) = &r.failure {
        return why.clone();
    }
    let all: Vec<String> = r
        .settings
        .iter()
        .map(|(k, v)| format!("{k}={}", plain(v)))
        .collect();
    if all.is_empty() {
        "(defaults)".to_owned()
    } else {
        all.join(" ")
    }
}
