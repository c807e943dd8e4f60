//! What a search has done so far, as JSON lines: one that says which search it is, then one for every trial.
//!
//! A search goes on from these lines as if it had never stopped. What counts is what is written: the search reads every
//! record back before it compares scores, so that a resumed search sees the very same numbers.
//! Writing the lines to a file, whole or not at all, is left to the caller.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::interaction_log::InteractionLog;
use super::super::model::Epoch;
use crate::sim::state_hash::StateHasher;

/// Why lines cannot be gone on from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A line is not what it should be.
    #[error("line {line} of the trials: {message}")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// The lines are of another search.
    #[error("trials are those of another search: {what} was {found}, is now {expected}")]
    Other {
        /// What differs.
        what: &'static str,
        /// What it was.
        found: String,
        /// What it is now.
        expected: String,
    },
}

/// Which search it is: two searches with the same description have the same trials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Kind of the model.
    pub model: String,
    /// Digest of the log.
    pub log: String,
    /// How the log is cut.
    pub folds: String,
    /// How candidates are chosen and how many there are.
    pub search: String,
    /// What they are given.
    pub resource: String,
    /// Passes without improvement after which a fit ends; `None` if it does not.
    pub patience: Option<u32>,
    /// Seed.
    pub seed: u64,
    /// What is searched.
    pub space: BTreeMap<String, String>,
}

/// A pass of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pass {
    /// Passes done.
    pub epoch: u32,
    /// Training loss; `None` if it was not finite.
    pub loss: Option<f64>,
    /// Metric on what the fit held out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out: Option<f64>,
}

impl From<&Epoch> for Pass {
    fn from(e: &Epoch) -> Self {
        Self {
            epoch: e.epoch,
            loss: Some(e.loss).filter(|x| x.is_finite()),
            held_out: e.held_out.filter(|x| x.is_finite()),
        }
    }
}

/// A candidate on a rung.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Ladder, from 0.
    pub bracket: u32,
    /// Rung of the ladder, from 0.
    pub rung: u32,
    /// Number of the candidate, from 0 over all ladders; the same on every rung.
    pub trial: u32,
    /// What it was given, in units.
    pub resource: u32,
    /// Mean score over the folds, higher is better; `None` if it failed.
    pub score: Option<f64>,
    /// Score of every fold.
    pub scores: Vec<f64>,
    /// What it tried; settings that are not named have their default.
    pub settings: toml::Table,
    /// Passes of every fold.
    pub curves: Vec<Vec<Pass>>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Record {
    /// Says whether it is the trial of this place.
    #[must_use]
    pub const fn is_at(&self, bracket: u32, rung: u32, trial: u32) -> bool {
        self.bracket == bracket && self.rung == rung && self.trial == trial
    }
}

/// The lines of a search and what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    lines: Vec<String>,
    records: Vec<Record>,
}

impl Checkpoint {
    /// Begins the lines of a search.
    ///
    /// # Errors
    /// [`CheckpointError::Line`] if the description cannot be written.
    pub fn begin(what: &Description) -> Result<Self, CheckpointError> {
        Ok(Self {
            lines: vec![serde_json::to_string(what).map_err(at(1))?],
            records: Vec::new(),
        })
    }

    /// Reads the lines of the search that `what` describes.
    ///
    /// # Errors
    /// [`CheckpointError`] if a line is not a record, or the lines are of another search.
    pub fn read(text: &str, what: &Description) -> Result<Self, CheckpointError> {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or("");
        let found: Description = serde_json::from_str(first).map_err(at(1))?;
        refuse_other(&found, what)?;
        let mut read = Self::begin(what)?;
        for (number, line) in (2..).zip(lines) {
            let record = serde_json::from_str(line).map_err(at(number))?;
            read.records.push(record);
            read.lines.push(line.to_owned());
        }
        Ok(read)
    }

    /// Adds a trial and returns it as it was written.
    ///
    /// # Errors
    /// [`CheckpointError::Line`] if the record cannot be written.
    pub(super) fn add(&mut self, record: &Record) -> Result<&Record, CheckpointError> {
        let number = self.lines.len() + 1;
        let line = serde_json::to_string(record).map_err(at(number))?;
        let written = serde_json::from_str(&line).map_err(at(number))?;
        self.lines.push(line);
        self.records.push(written);
        Ok(&self.records[self.records.len() - 1])
    }

    /// Adds a trial of another checkpoint of the same search, as it was written there.
    pub(super) fn take_over(&mut self, from: &Self, at: usize) {
        self.lines.push(from.lines[at + 1].clone());
        self.records.push(from.records[at].clone());
    }

    /// Lists the trials in the order in which they were made.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Returns the lines as the content of a file.
    #[must_use]
    pub fn text(&self) -> String {
        let lines = self.lines.iter();
        lines.flat_map(|l| [l.as_str(), "\n"]).collect()
    }
}

fn at(line: usize) -> impl Fn(serde_json::Error) -> CheckpointError {
    move |e| CheckpointError::Line {
        line,
        message: e.to_string(),
    }
}

fn refuse_other(found: &Description, expected: &Description) -> Result<(), CheckpointError> {
    let spans = |d: &Description| {
        let all: Vec<String> = d.space.iter().map(|(k, v)| format!("{k}={v}")).collect();
        all.join(" ")
    };
    let shown = |d: &Description| {
        [
            ("model", d.model.clone()),
            ("log", d.log.clone()),
            ("folds", d.folds.clone()),
            ("search", d.search.clone()),
            ("resource", d.resource.clone()),
            (
                "patience",
                d.patience.map_or("none".to_owned(), |p| p.to_string()),
            ),
            ("seed", d.seed.to_string()),
            ("space", spans(d)),
        ]
    };
    let differing = shown(found)
        .into_iter()
        .zip(shown(expected))
        .find(|(f, e)| f != e);
    match differing {
        None => Ok(()),
        Some(((what, found), (_, expected))) => Err(CheckpointError::Other {
            what,
            found,
            expected,
        }),
    }
}

/// Returns the digest of the rows of a log, so that a search is not gone on with on another one.
#[must_use]
pub fn digest(log: &InteractionLog) -> u64 {
    let mut h = StateHasher::default();
    h.u64(log.n_users as u64);
    h.u64(log.n_items as u64);
    for r in &log.interactions {
        h.u32(r.user);
        h.u32(r.item);
        h.u64(r.time as u64);
        h.f64(f64::from(r.weight));
    }
    h.u64(log.impressions.len() as u64);
    for i in &log.impressions {
        h.u32(i.user);
        h.u32(i.item);
        h.u64(i.time as u64);
        h.u32(u32::from(i.position) << 8 | i.outcome as u32);
    }
    for word in &log.items.words {
        h.text(word);
    }
    for block in log.items.blocks.iter().chain(log.users.iter()) {
        h.text(&block.name);
        h.f32s(&block.values);
    }
    h.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description {
            model: "random".to_owned(),
            log: "00ff".to_owned(),
            folds: "time:3".to_owned(),
            search: "random of 9".to_owned(),
            resource: "epochs up to 20".to_owned(),
            patience: None,
            seed: u64::MAX,
            space: [("rate".to_owned(), "0.1..1.0".to_owned())].into(),
        }
    }

    fn record(score: Option<f64>) -> Record {
        let pass = |loss| Pass {
            epoch: 1,
            loss,
            held_out: None,
        };
        Record {
            bracket: 0,
            rung: 1,
            trial: 7,
            resource: 3,
            score,
            scores: vec![0.1 + 0.2, 1.0 / 3.0],
            settings: toml::from_str("rate = 1.0\nfactors = 8\nloss = \"pairwise\"\nbiased = true")
                .unwrap(),
            curves: vec![vec![pass(Some(2.0 / 3.0)), pass(None)], vec![]],
            failure: score.is_none().then(|| "loss is NaN".to_owned()),
        }
    }

    #[test]
    fn lines_are_read_as_they_were_written() {
        let mut c = Checkpoint::begin(&description()).unwrap();
        for score in [Some(0.25), None] {
            let written = c.add(&record(score)).unwrap();
            assert_eq!(written, &record(score));
        }
        let read = Checkpoint::read(&c.text(), &description()).unwrap();
        assert_eq!(read, c);
        assert_eq!(read.text(), c.text());
        assert!(c.text().lines().count() == 3 && c.text().ends_with('\n'));
    }

    #[test]
    fn lines_of_another_search_and_broken_lines_are_refused_by_name() {
        let mut c = Checkpoint::begin(&description()).unwrap();
        c.add(&record(Some(0.5))).unwrap();
        let mut other = description();
        other.seed = 3;
        let error = Checkpoint::read(&c.text(), &other).unwrap_err().to_string();
        assert!(
            error.contains("seed was 18446744073709551615, is now 3"),
            "{error}"
        );
        let text = c.text();
        let torn = &text[..text.len() - 20];
        let error = Checkpoint::read(torn, &description())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("line 2 of the trials"), "{error}");
        assert!(Checkpoint::read("", &description()).is_err());
    }

    #[test]
    fn a_digest_tells_logs_apart() {
        let log = super::super::folds::tests::drawn(1, 5, 5, 30);
        let mut other = log.clone();
        assert_eq!(digest(&log), digest(&other));
        other.interactions[3].time += 1;
        assert_ne!(digest(&log), digest(&other));
    }
}
