//! What an evaluation or a fit rests on: which data, which split.

use serde::{Deserialize, Serialize};

use super::split::{Part, Split, SplitSettings};
use crate::platform::models::interaction_log::InteractionLog;
use crate::sim::state_hash::StateHasher;

/// Which data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataFacts {
    /// Path as it was given.
    pub source: String,
    /// What is there: `recbole`, `csv`, `parquet`, `imported world` or `run`.
    pub format: String,
    /// Digest of all rows and facts as models see them, in hexadecimal: where the data lies does not matter.
    pub checksum: String,
    /// Engagements.
    pub rows: u64,
    /// What was shown; 0 where the log does not tell.
    pub impressions: u64,
    /// People.
    pub users: u64,
    /// Items.
    pub items: u64,
    /// First time, in seconds of the log's clock; `None` where the log has no times.
    pub first_time: Option<i64>,
    /// Last time.
    pub last_time: Option<i64>,
    /// Names and widths of the features of items, such as `genres (19)`.
    pub features: Vec<String>,
    /// On what consent it is used, in a sentence.
    pub consent: String,
    /// What was skipped or guessed, one sentence each.
    pub notes: Vec<String>,
}

/// Returns the digest of a log: of its rows and of what is known of its items and users.
#[must_use]
pub fn log_checksum(log: &InteractionLog) -> u64 {
    let mut h = StateHasher::default();
    h.u64(log.n_users as u64);
    h.u64(log.n_items as u64);
    h.u64(log.interactions.len() as u64);
    for i in &log.interactions {
        h.u64(u64::from(i.user) << 32 | u64::from(i.item));
        h.i64(i.time);
        h.f32(i.weight);
    }
    h.u64(log.impressions.len() as u64);
    for i in &log.impressions {
        h.u64(u64::from(i.user) << 32 | u64::from(i.item));
        h.i64(i.time);
        h.u64(u64::from(i.position) << 8 | i.outcome as u64);
        h.f32(i.propensity);
    }
    for block in log.items.blocks.iter().chain(log.users.iter()) {
        h.text(&block.name);
        for c in &block.columns {
            h.text(c);
        }
        h.f32s(&block.values);
        h.u64(block.present.iter().filter(|p| **p).count() as u64);
    }
    for words in &log.items.words {
        h.text(words);
    }
    for born in &log.items.born {
        h.i64(*born);
    }
    h.finish()
}

/// Which split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitFacts {
    /// Word of the protocol.
    pub protocol: String,
    /// What it does.
    pub sentence: String,
    /// `test` or `validation`.
    pub part: String,
    /// Folds with people to judge on.
    pub folds: usize,
    /// Rows that models learned from, by fold.
    pub rows_learned_from: Vec<u64>,
    /// People judged on, over all folds.
    pub people: usize,
    /// People with rows who were judged on in no fold.
    pub left_out: usize,
    /// Seed of what was drawn.
    pub seed: u64,
}

impl SplitFacts {
    /// Describes a split.
    #[must_use]
    pub fn of(split: &Split, settings: &SplitSettings) -> Self {
        let people = split.folds.iter().flat_map(|f| &f.cases).map(|c| c.user);
        let people: std::collections::BTreeSet<u32> = people.collect();
        let rows = split.folds.iter().map(|f| f.fit.interactions.len() as u64);
        Self {
            protocol: settings.protocol.word().to_owned(),
            sentence: settings.protocol.sentence().to_owned(),
            part: match settings.part {
                Part::Test => "test",
                Part::Validation => "validation",
            }
            .to_owned(),
            folds: split.folds.len(),
            rows_learned_from: rows.collect(),
            people: people.len(),
            left_out: split.n_left_out,
            seed: settings.seed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::interaction_log::Interaction;

    #[test]
    fn every_part_of_a_log_moves_its_checksum() {
        let row = Interaction {
            user: 0,
            item: 1,
            time: 2,
            weight: 1.0,
        };
        let log = InteractionLog {
            n_users: 1,
            n_items: 2,
            interactions: vec![row],
            ..InteractionLog::default()
        };
        let sum = log_checksum(&log);
        assert_eq!(sum, log_checksum(&log.clone()));
        let mut later = log.clone();
        later.interactions[0].time = 3;
        let mut lighter = log.clone();
        lighter.interactions[0].weight = 0.5;
        let mut wider = log.clone();
        wider.n_items = 3;
        for other in [later, lighter, wider] {
            assert_ne!(log_checksum(&other), sum);
        }
    }
}
