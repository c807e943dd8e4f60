//! Folds: which rows a candidate learns from, and which it is judged by.
//!
//! Behaviour has an order and belongs to people, so rows are never dealt out at random. Either the future is held out
//! (the model will meet the same people later) or whole people are (the model will meet newcomers).

use std::sync::Arc;

use super::super::interaction_log::{Impression, Interaction, InteractionLog};
use crate::sim::rng::{Purpose, RngStream};

/// Of a held-out person's rows, the share that comes last and is to be guessed.
const GUESSED_SHARE: f64 = 0.2;

/// Keeps the draws of folds apart from other draws of the same seed.
const FOLDS: u32 = 0xF01D;

/// How a log is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoldPlan {
    /// So many blocks of time, each judged after learning from everything before it (expanding window).
    Time(u32),
    /// So many groups of people, each judged after learning from everybody else.
    Users(u32),
}

/// Why a log cannot be cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// A plan is not understood.
    #[error("folds are {0:?}, allowed are time:N and users:N with N from 2 to 20")]
    Plan(String),
    /// There are too few distinct times.
    #[error(
        "log has {found} rows with {times} distinct times, too few for {needed} blocks of time"
    )]
    Times {
        /// Rows of the log.
        found: usize,
        /// Distinct times.
        times: usize,
        /// Blocks wanted.
        needed: u32,
    },
    /// There are too few people.
    #[error("log has {found} people with two rows or more, at least {needed} are needed")]
    People {
        /// People with something to learn and something to guess.
        found: usize,
        /// Groups wanted.
        needed: u32,
    },
}

/// Somebody whose next items are to be guessed.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Row in the log; the model is told only if it learned from this person.
    pub person: u32,
    /// Whether rows of this person are in the training log.
    pub is_known: bool,
    /// What the model may look at, oldest first.
    pub past: Vec<Interaction>,
    /// What is to be guessed, oldest first; never empty.
    pub next: Vec<Interaction>,
}

/// What is learned from, and who is judged by.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Rows to learn from; tables have the size of the whole log's.
    pub train: InteractionLog,
    /// People to judge by, in order of their index.
    pub held_out: Vec<HeldOut>,
}

impl FoldPlan {
    /// Reads `time:3` or `users:5`.
    ///
    /// # Errors
    /// [`FoldError::Plan`] with what is allowed.
    pub fn parse(given: &str) -> Result<Self, FoldError> {
        let refused = || FoldError::Plan(given.to_owned());
        let (kind, n) = given.split_once(':').ok_or_else(refused)?;
        match (kind, n.parse()) {
            ("time", Ok(n @ 2..=20)) => Ok(Self::Time(n)),
            ("users", Ok(n @ 2..=20)) => Ok(Self::Users(n)),
            _ => Err(refused()),
        }
    }

    /// Sets the test rows aside, which no candidate is chosen by: the last of the blocks of time, or one group of people more.
    ///
    /// The fold learns from the rest; [`FoldPlan::folds`] of its training log gives the folds to search on.
    ///
    /// # Errors
    /// [`FoldError`] if the log is too small for the plan.
    pub fn set_aside(self, log: &InteractionLog, seed: u64) -> Result<Fold, FoldError> {
        let last = match self {
            Self::Time(n) => time_folds(log, n + 1)?.pop(),
            Self::Users(n) => user_folds(log, n + 1, seed, u64::MAX)?.pop(),
        };
        // Either function returns at least one fold or an error.
        last.ok_or(FoldError::Plan(self.to_string()))
    }

    /// Cuts a log into folds.
    ///
    /// # Errors
    /// [`FoldError`] if the log is too small for the plan.
    pub fn folds(self, log: &InteractionLog, seed: u64) -> Result<Vec<Fold>, FoldError> {
        match self {
            Self::Time(n) => time_folds(log, n),
            Self::Users(n) => user_folds(log, n, seed, 0),
        }
    }
}

impl std::fmt::Display for FoldPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Time(n) => write!(f, "time:{n}"),
            Self::Users(n) => write!(f, "users:{n}"),
        }
    }
}

/// Cuts the rows into `n + 1` blocks of about the same size; fold i learns from blocks up to i and guesses block i + 1.
///
/// Rows of the same time stay together, so that everything learned from is strictly older than everything guessed.
fn time_folds(log: &InteractionLog, n: u32) -> Result<Vec<Fold>, FoldError> {
    let rows = &log.interactions;
    let too_few = || FoldError::Times {
        found: rows.len(),
        times: rows.chunk_by(|a, b| a.time == b.time).count(),
        needed: n + 1,
    };
    let mut cuts = Vec::new();
    for block in 1..=n as usize {
        let about = rows.len() * block / (n as usize + 1);
        let time = rows.get(about).map(|r| r.time).ok_or_else(too_few)?;
        // The cut lies before the first row of this time: an equal time must not stand on both sides.
        cuts.push(rows.partition_point(|r| r.time < time));
    }
    cuts.push(rows.len());
    if cuts[0] == 0 || cuts.windows(2).any(|w| w[0] == w[1]) {
        return Err(too_few());
    }
    let folds = cuts.windows(2).map(|w| {
        let (learned, guessed) = (&rows[..w[0]], &rows[w[0]..w[1]]);
        let before = guessed[0].time;
        let shown = log.impressions.partition_point(|i| i.time < before);
        let train = part(log, learned.to_vec(), log.impressions[..shown].to_vec());
        let mut pasts = train.by_user();
        let mut nexts = vec![Vec::new(); log.n_users];
        for row in guessed {
            nexts[row.user as usize].push(*row);
        }
        let held_out = (0u32..)
            .zip(nexts)
            .filter(|(_, next)| !next.is_empty())
            .map(|(person, next)| {
                let past = std::mem::take(&mut pasts[person as usize]);
                let is_known = !past.is_empty();
                HeldOut {
                    person,
                    is_known,
                    past,
                    next,
                }
            })
            .collect();
        Fold { train, held_out }
    });
    Ok(folds.collect())
}

/// Deals people with two rows or more into `k` groups; each group is guessed after learning from everybody else.
fn user_folds(log: &InteractionLog, k: u32, seed: u64, salt: u64) -> Result<Vec<Fold>, FoldError> {
    let histories = log.by_user();
    let mut people: Vec<u32> = (0u32..)
        .zip(&histories)
        .filter(|(_, rows)| rows.len() >= 2)
        .map(|(person, _)| person)
        .collect();
    if people.len() < k as usize {
        return Err(FoldError::People {
            found: people.len(),
            needed: k,
        });
    }
    shuffle(&mut people, seed, salt);
    let mut group = vec![u32::MAX; log.n_users];
    for (at, person) in (0u32..).zip(&people) {
        group[*person as usize] = at % k;
    }
    let folds = (0..k).map(|own| {
        let learned = |user: u32| group[user as usize] != own;
        let train = train_of(log, learned);
        let held_out = (0u32..)
            .zip(&histories)
            .filter(|(person, _)| group[*person as usize] == own)
            .map(|(person, rows)| {
                let n_next = (rows.len() as f64 * GUESSED_SHARE) as usize;
                let (past, next) = rows.split_at(rows.len() - n_next.max(1));
                HeldOut {
                    person,
                    is_known: false,
                    past: past.to_vec(),
                    next: next.to_vec(),
                }
            })
            .collect();
        Fold { train, held_out }
    });
    Ok(folds.collect())
}

impl Fold {
    /// Keeps the training rows of a share of the people and everybody that is judged.
    ///
    /// A larger share keeps whom a smaller one keeps. People that are no longer learned from are unknown to the model.
    ///
    /// # Units
    /// `share` is dimensionless, in [0, 1]; at least one person with rows is kept.
    #[must_use]
    pub fn shrunk(&self, share: f64, seed: u64) -> Self {
        let mut seen = vec![false; self.train.n_users];
        for row in &self.train.interactions {
            seen[row.user as usize] = true;
        }
        let mut people: Vec<u32> = (0u32..)
            .zip(&seen)
            .filter(|(_, seen)| **seen)
            .map(|(person, _)| person)
            .collect();
        shuffle(&mut people, seed, 1);
        let n = (people.len() as f64 * share).round() as usize;
        let mut kept = vec![false; self.train.n_users];
        for person in people.iter().take(n.max(1)) {
            kept[*person as usize] = true;
        }
        let held_out = self.held_out.iter().map(|h| HeldOut {
            is_known: h.is_known && kept[h.person as usize],
            ..h.clone()
        });
        Self {
            train: train_of(&self.train, |user| kept[user as usize]),
            held_out: held_out.collect(),
        }
    }
}

/// Draws an order (Fisher and Yates 1938).
fn shuffle(people: &mut [u32], seed: u64, salt: u64) {
    let mut rng = RngStream::new(seed, Purpose::ModelBatch, salt, FOLDS);
    for i in (1..people.len()).rev() {
        people.swap(i, rng.below(i + 1));
    }
}

fn train_of(log: &InteractionLog, learned: impl Fn(u32) -> bool) -> InteractionLog {
    let rows = log.interactions.iter().filter(|r| learned(r.user));
    let shown = log.impressions.iter().filter(|i| learned(i.user));
    part(log, rows.copied().collect(), shown.copied().collect())
}

fn part(
    log: &InteractionLog,
    interactions: Vec<Interaction>,
    impressions: Vec<Impression>,
) -> InteractionLog {
    InteractionLog {
        n_users: log.n_users,
        n_items: log.n_items,
        interactions,
        impressions,
        items: Arc::clone(&log.items),
        users: Arc::clone(&log.users),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::platform::models::interaction_log::Outcome;

    /// A log drawn from a seed: rows by time with ties, some impressions.
    pub(crate) fn drawn(seed: u64, n_users: u32, n_items: u32, n_rows: usize) -> InteractionLog {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        let mut time = 0;
        let mut log = InteractionLog {
            n_users: n_users as usize,
            n_items: n_items as usize,
            ..InteractionLog::default()
        };
        for _ in 0..n_rows {
            time += rng.below(3) as i64;
            let user = rng.below(n_users as usize) as u32;
            // Small numbers are popular.
            let item = (rng.uniform() * rng.uniform() * f64::from(n_items)) as u32;
            log.interactions.push(Interaction {
                user,
                item,
                time,
                weight: 1.0,
            });
            log.impressions.push(Impression {
                user,
                item,
                time,
                position: 0,
                propensity: 1.0,
                outcome: Outcome::Engage,
            });
        }
        log
    }

    fn key(r: &Interaction) -> (i64, u32, u32) {
        (r.time, r.user, r.item)
    }

    #[test]
    fn prop_time_folds_never_learn_from_the_future_and_hold_every_later_row_out_once() {
        for seed in 0..40 {
            let log = drawn(seed, 20, 30, 200 + seed as usize);
            let folds = FoldPlan::Time(3).folds(&log, seed).unwrap();
            assert_eq!(folds.len(), 3);
            let mut held_out = Vec::new();
            for fold in &folds {
                let first_guessed = fold
                    .held_out
                    .iter()
                    .flat_map(|h| &h.next)
                    .map(|r| r.time)
                    .min()
                    .unwrap();
                assert!(
                    fold.train
                        .interactions
                        .iter()
                        .all(|r| r.time < first_guessed)
                );
                assert!(
                    fold.train
                        .impressions
                        .iter()
                        .all(|r| r.time < first_guessed)
                );
                for h in &fold.held_out {
                    assert!(h.past.iter().chain(&h.next).all(|r| r.user == h.person));
                    assert_eq!(h.is_known, !h.past.is_empty());
                    held_out.extend(h.next.iter().map(key));
                }
            }
            let n_first = folds[0].train.interactions.len();
            let mut expected: Vec<_> = log.interactions[n_first..].iter().map(key).collect();
            held_out.sort_unstable();
            expected.sort_unstable();
            assert_eq!(held_out, expected);
            // The window expands: each fold learns from what the one before learned from and guessed.
            for pair in folds.windows(2) {
                let guessed: usize = pair[0].held_out.iter().map(|h| h.next.len()).sum();
                let before = pair[0].train.interactions.len();
                assert_eq!(pair[1].train.interactions.len(), before + guessed);
            }
        }
    }

    #[test]
    fn prop_user_folds_are_disjoint_and_hold_every_row_out_once() {
        for seed in 0..40 {
            let log = drawn(seed, 23, 30, 300);
            let folds = FoldPlan::Users(5).folds(&log, seed).unwrap();
            let mut rows = Vec::new();
            for fold in &folds {
                for h in &fold.held_out {
                    assert!(fold.train.interactions.iter().all(|r| r.user != h.person));
                    assert!(fold.train.impressions.iter().all(|r| r.user != h.person));
                    assert!(!h.past.is_empty() && !h.next.is_empty() && !h.is_known);
                    assert!(h.past.last().unwrap().time <= h.next[0].time);
                    rows.extend(h.past.iter().chain(&h.next).map(key));
                }
            }
            let n = log.by_user();
            let mut expected: Vec<_> = log
                .interactions
                .iter()
                .filter(|r| n[r.user as usize].len() >= 2)
                .map(key)
                .collect();
            rows.sort_unstable();
            expected.sort_unstable();
            assert_eq!(rows, expected);
            let sizes: Vec<usize> = folds.iter().map(|f| f.held_out.len()).collect();
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
        }
    }

    #[test]
    fn a_seed_decides_the_groups_and_another_decides_otherwise() {
        let log = drawn(1, 40, 30, 400);
        let people = |seed| -> Vec<Vec<u32>> {
            let folds = FoldPlan::Users(4).folds(&log, seed).unwrap();
            let of = |f: &Fold| f.held_out.iter().map(|h| h.person).collect();
            folds.iter().map(of).collect()
        };
        assert_eq!(people(7), people(7));
        assert_ne!(people(7), people(8));
    }

    #[test]
    fn test_rows_are_in_no_fold_that_is_searched_on() {
        let log = drawn(3, 40, 30, 600);
        for plan in [FoldPlan::Time(3), FoldPlan::Users(4)] {
            let test = plan.set_aside(&log, 5).unwrap();
            let begins = test.held_out.iter().map(|h| h.next[0].time).min().unwrap();
            for fold in plan.folds(&test.train, 5).unwrap() {
                match plan {
                    FoldPlan::Time(_) => {
                        let last = fold.held_out.iter().flat_map(|h| &h.next).map(|r| r.time);
                        assert!(last.max().unwrap() < begins);
                    }
                    FoldPlan::Users(_) => {
                        let tested = |p| test.held_out.iter().any(|t| t.person == p);
                        assert!(!fold.held_out.iter().any(|h| tested(h.person)));
                        assert!(!fold.train.interactions.iter().any(|r| tested(r.user)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_larger_share_keeps_whom_a_smaller_one_keeps_and_judges_the_same_people() {
        let log = drawn(3, 40, 30, 600);
        let fold = &FoldPlan::Time(2).folds(&log, 5).unwrap()[1];
        let kept = |share| {
            let small = fold.shrunk(share, 9);
            assert_eq!(small.held_out.len(), fold.held_out.len());
            for h in &small.held_out {
                let learned = small.train.interactions.iter().any(|r| r.user == h.person);
                assert_eq!(h.is_known, learned);
            }
            let users = small.train.interactions.iter().map(|r| r.user);
            users.collect::<std::collections::BTreeSet<_>>()
        };
        let (third, most, all) = (kept(1.0 / 3.0), kept(0.7), kept(1.0));
        assert!(third.is_subset(&most) && most.is_subset(&all));
        assert_eq!((third.len(), most.len(), all.len()), (13, 28, 40));
        assert_eq!(fold.shrunk(1.0, 9).train, fold.train);
        assert_eq!(kept(0.0).len(), 1);
    }

    #[test]
    fn logs_without_times_or_people_are_refused() {
        let mut log = drawn(1, 3, 5, 50);
        let error = FoldPlan::Users(5).folds(&log, 1).unwrap_err();
        assert_eq!(
            error,
            FoldError::People {
                found: 3,
                needed: 5
            }
        );
        for row in &mut log.interactions {
            row.time = 0;
        }
        let error = FoldPlan::Time(3).folds(&log, 1).unwrap_err();
        assert!(error.to_string().contains("50 rows with 1 distinct times"));
        assert!(
            FoldPlan::Time(2)
                .set_aside(&InteractionLog::default(), 1)
                .is_err()
        );
        assert!(
            FoldPlan::Users(2)
                .set_aside(&InteractionLog::default(), 1)
                .is_err()
        );
    }

    #[test]
    fn plans_are_read_as_they_are_shown() {
        for given in ["time:3", "users:5", "time:20"] {
            assert_eq!(FoldPlan::parse(given).unwrap().to_string(), given);
        }
        for given in ["time", "time:1", "users:21", "random:5", "time:x", ""] {
            assert!(FoldPlan::parse(given).is_err(), "{given}");
        }
    }
}
