//! Who was shown what, in words, and what came of it.
//!
//! Learning, tuning and judging get different users and different times: what a model is judged by happened after everything
//! that it learned from, to people it never met.

use std::collections::BTreeMap;

use crate::config;
use crate::platform::models::interaction_log::{Impression, InteractionLog, ItemFacts, Outcome};
use crate::platform::models::params::ModelError;
use crate::sim::rng::{Purpose, RngStream};

config! {
    /// How examples are made of a log and shared out.
    pub struct ExamplesConfig {
        /// Most recent items of a user's past whose words are looked at.
        past_items: u32 = 20, "items", 1..=1000;
        /// Words that stand for a user: those that most of these items have in common.
        user_words: u32 = 24, "words", 1..=1000;
        /// Examples of things that were ignored, for each of another outcome; more of them are left out by lot.
        ignored_per_other: f64 = 1.0, "-", 0.1..=1000.0;
        /// Share of the users whose examples are for tuning.
        dev_users: f64 = 0.25, "-", 0.01..=0.5;
        /// Share of the users whose examples are for judging.
        test_users: f64 = 0.25, "-", 0.01..=0.5;
        /// Share of the examples, by time, before those for tuning.
        dev_from: f64 = 0.6, "-", 0.05..=0.95;
        /// Share of the examples, by time, before those for judging; above `dev_from`.
        test_from: f64 = 0.8, "-", 0.05..=0.99;
    }
}

/// Keys of the streams that decide about examples; users have their own below.
const KEPT: u64 = 1 << 41;
const SHARED_OUT: u64 = 1 << 42;

/// Somebody was shown something.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Who.
    pub user: u32,
    /// What.
    pub item: u32,
    /// When.
    pub time: i64,
    /// What it had turned to before, newest first.
    pub past: Vec<u32>,
    /// What came of it.
    pub label: Outcome,
}

/// An example in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// Words that recur in what the user had turned to, most frequent first; empty for a newcomer.
    pub user: String,
    /// Words of what is shown.
    pub content: String,
    /// What came of it.
    pub label: Outcome,
}

/// Examples for learning, tuning and judging.
#[derive(Debug, Clone, PartialEq)]
pub struct Split<T> {
    /// To learn from.
    pub train: Vec<T>,
    /// To choose by.
    pub dev: Vec<T>,
    /// To judge by, once.
    pub test: Vec<T>,
}

impl<T> Default for Split<T> {
    fn default() -> Self {
        Self {
            train: Vec::new(),
            dev: Vec::new(),
            test: Vec::new(),
        }
    }
}

/// Returns the description of an item, or the title where there is nothing else: the first line of its words is the title.
fn description(items: &ItemFacts, item: u32) -> &str {
    let words = items.words_of(item);
    words.split_once('\n').map_or(words, |(_, rest)| rest)
}

/// Returns the words that most of some items have in common, most frequent first; of equally frequent ones those of earlier
/// items come first.
///
/// A few words that recur say more of a user than many titles of which each is about something else, and a tiny encoder reads
/// them in a fraction of the time.
fn recurring(items: &ItemFacts, past: &[u32], most: usize) -> String {
    // By word: how many items have it, the last of these, and how many words were known before it.
    let mut found: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (at, item) in past.iter().enumerate() {
        for word in description(items, *item).split_whitespace() {
            let first_met = found.len();
            let (n, last, _) = found.entry(word).or_insert((0, usize::MAX, first_met));
            if *last != at {
                (*n, *last) = (*n + 1, at);
            }
        }
    }
    let mut words: Vec<(&str, (usize, usize, usize))> = found.into_iter().collect();
    words.sort_by_key(|(_, (n, _, first_met))| (std::cmp::Reverse(*n), *first_met));
    let words: Vec<&str> = words.iter().take(most).map(|(word, _)| *word).collect();
    words.join(" ")
}

/// Makes examples of what was shown, by time; the past of an example is what its user engaged with strictly before.
///
/// # Errors
/// [`ModelError::NoPairs`] if nothing was shown; [`ModelError::Index`] for an unknown user or item.
pub fn examples(
    log: &InteractionLog,
    config: &ExamplesConfig,
    seed: u64,
) -> Result<Vec<Example>, ModelError> {
    if log.impressions.is_empty() {
        return Err(ModelError::NoPairs);
    }
    for i in &log.impressions {
        known("user", i.user, log.n_users)?;
        known("item", i.item, log.n_items)?;
    }
    for i in &log.interactions {
        known("user", i.user, log.n_users)?;
    }
    let is_other = |i: &&Impression| i.outcome != Outcome::Ignore;
    let others = log.impressions.iter().filter(is_other).count();
    let ignored = log.impressions.len() - others;
    let kept = config.ignored_per_other * others as f64 / ignored.max(1) as f64;
    let by_user = log.by_user();
    let mut examples = Vec::new();
    for (at, shown) in log.impressions.iter().enumerate() {
        let mut stream = RngStream::new(seed, Purpose::ModelBatch, KEPT + at as u64, 0);
        if shown.outcome == Outcome::Ignore && !stream.chance(kept) {
            continue;
        }
        let met = &by_user[shown.user as usize];
        let before = met.partition_point(|i| i.time < shown.time);
        let mut past: Vec<u32> = Vec::new();
        for i in met[..before].iter().rev() {
            if past.len() == config.past_items as usize {
                break;
            }
            if !past.contains(&i.item) {
                past.push(i.item);
            }
        }
        examples.push(Example {
            user: shown.user,
            item: shown.item,
            time: shown.time,
            past,
            label: shown.outcome,
        });
    }
    Ok(examples)
}

fn known(what: &'static str, found: u32, below: usize) -> Result<(), ModelError> {
    let found = found as usize;
    if found < below {
        return Ok(());
    }
    Err(ModelError::Index { what, found, below })
}

/// Shares examples out: users by lot, times in order; what is of one set's users at another set's time is left out.
#[must_use]
pub fn split(mut examples: Vec<Example>, config: &ExamplesConfig, seed: u64) -> Split<Example> {
    examples.sort_by_key(|e| e.time);
    let at = |share: f64| {
        let place = (share * examples.len() as f64) as usize;
        examples.get(place).map_or(i64::MAX, |e| e.time)
    };
    let (dev_from, test_from) = (at(config.dev_from), at(config.test_from));
    let mut sets: BTreeMap<u32, u8> = BTreeMap::new();
    let mut split = Split::default();
    for e in examples {
        let set = *sets.entry(e.user).or_insert_with(|| {
            let key = SHARED_OUT + u64::from(e.user);
            let luck = RngStream::new(seed, Purpose::ModelBatch, key, 0).uniform();
            if luck < config.test_users {
                2
            } else {
                u8::from(luck < config.test_users + config.dev_users)
            }
        });
        let time = u8::from(e.time >= dev_from) + u8::from(e.time >= test_from);
        match (set, time) {
            (0, 0) => split.train.push(e),
            (1, 1) => split.dev.push(e),
            (2, 2) => split.test.push(e),
            _ => {}
        }
    }
    split
}

/// Writes examples out in words.
#[must_use]
pub fn in_words(examples: &[Example], items: &ItemFacts, config: &ExamplesConfig) -> Vec<Labelled> {
    let words = |e: &Example| Labelled {
        user: recurring(items, &e.past, config.user_words as usize),
        content: items.words_of(e.item).replace('\n', ". "),
        label: e.label,
    };
    examples.iter().map(words).collect()
}

impl Split<Example> {
    /// Writes all sets out in words.
    #[must_use]
    pub fn in_words(&self, items: &ItemFacts, config: &ExamplesConfig) -> Split<Labelled> {
        Split {
            train: in_words(&self.train, items, config),
            dev: in_words(&self.dev, items, config),
            test: in_words(&self.test, items, config),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::platform::models::interaction_log::Interaction;

    fn shown(user: u32, item: u32, time: i64, outcome: Outcome) -> Impression {
        Impression {
            user,
            item,
            time,
            position: 0,
            propensity: 1.0,
            outcome,
        }
    }

    fn met(user: u32, item: u32, time: i64) -> Interaction {
        Interaction {
            user,
            item,
            time,
            weight: 1.0,
        }
    }

    fn log() -> InteractionLog {
        let words = [
            "Chess\nknight rook",
            "Sea\nwave boat",
            "Bread\nflour",
            "Art",
        ];
        InteractionLog {
            n_users: 2,
            n_items: 4,
            interactions: vec![
                met(1, 1, 5),
                met(0, 0, 10),
                met(0, 1, 20),
                met(0, 0, 25),
                met(0, 3, 30),
            ],
            impressions: vec![
                shown(0, 2, 30, Outcome::Engage),
                shown(1, 0, 31, Outcome::View),
                shown(1, 1, 2, Outcome::Convert),
            ],
            items: Arc::new(ItemFacts {
                words: words.map(str::to_owned).to_vec(),
                ..ItemFacts::default()
            }),
            ..InteractionLog::default()
        }
    }

    #[test]
    fn words_are_joined_by_index_and_time() {
        let log = log();
        let found = examples(&log, &ExamplesConfig::BASELINE, 1).unwrap();
        let found = in_words(&found, &log.items, &ExamplesConfig::BASELINE);
        // Item 3 is met at the very time of the example; it is not the past.
        assert_eq!(found[0].user, "knight rook wave boat");
        assert_eq!(found[0].content, "Bread. flour");
        assert_eq!(
            (found[1].user.as_str(), found[1].content.as_str()),
            ("wave boat", "Chess. knight rook")
        );
        assert_eq!(
            (found[2].user.as_str(), found[2].label),
            ("", Outcome::Convert)
        );
        let mut wrong = log;
        wrong.impressions[0].item = 4;
        let refused = examples(&wrong, &ExamplesConfig::BASELINE, 1);
        assert!(matches!(refused, Err(ModelError::Index { .. })));
        wrong.impressions.clear();
        let refused = examples(&wrong, &ExamplesConfig::BASELINE, 1);
        assert!(matches!(refused, Err(ModelError::NoPairs)));
    }

    #[test]
    fn words_that_recur_stand_for_a_user() {
        let words = [
            "A\nsea chess sea",
            "B\nboat sea",
            "only a title",
            "C\nchess",
        ];
        let items = ItemFacts {
            words: words.map(str::to_owned).to_vec(),
            ..ItemFacts::default()
        };
        // `sea` is in two items, twice in one of them; `chess` is in two and was met before `boat` and the title.
        let all = recurring(&items, &[0, 1, 2, 3], 10);
        assert_eq!(all, "sea chess boat only a title");
        assert_eq!(recurring(&items, &[0, 1, 2, 3], 2), "sea chess");
        assert_eq!(recurring(&items, &[1, 0], 10), "sea boat chess");
        assert_eq!(recurring(&items, &[], 10), "");
    }

    #[test]
    fn no_user_and_no_later_time_is_shared() {
        for seed in 0..20 {
            let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
            let mut log = log();
            log.n_users = 60;
            log.impressions = (0..900)
                .map(|_| shown(r.below(60) as u32, 0, r.below(400) as i64, Outcome::View))
                .collect();
            let config = ExamplesConfig::BASELINE;
            let split = split(examples(&log, &config, seed).unwrap(), &config, seed);
            let users = |s: &[Example]| s.iter().map(|e| e.user).collect::<BTreeSet<_>>();
            let sets = [&split.train, &split.dev, &split.test].map(|s| users(s));
            assert!(sets.iter().all(|s| !s.is_empty()));
            assert!(sets[0].is_disjoint(&sets[1]) && sets[0].is_disjoint(&sets[2]));
            assert!(sets[1].is_disjoint(&sets[2]));
            let first = |s: &[Example]| s.iter().map(|e| e.time).min().unwrap();
            let last = |s: &[Example]| s.iter().map(|e| e.time).max().unwrap();
            assert!(last(&split.train) < first(&split.dev), "seed {seed}");
            assert!(last(&split.dev) < first(&split.test), "seed {seed}");
        }
    }

    #[test]
    fn ignored_things_are_thinned_out_to_what_was_asked_for() {
        let mut log = log();
        let outcome =
            |i: usize| [Outcome::View, Outcome::Ignore][usize::from(!i.is_multiple_of(10))];
        log.impressions = (0..4000)
            .map(|i| shown(0, 0, i as i64, outcome(i)))
            .collect();
        let found = examples(&log, &ExamplesConfig::BASELINE, 3).unwrap();
        let ignored = found.iter().filter(|e| e.label == Outcome::Ignore).count();
        assert_eq!(found.len() - ignored, 400);
        // Four standard errors of 3600 draws with chance 1/9.
        assert!(ignored.abs_diff(400) < 76, "{ignored}");
    }
}
