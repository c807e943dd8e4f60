//! What models learn from and what they are judged on.
//!
//! | protocol | learned from | judged on |
//! | --- | --- | --- |
//! | `a` | all but everybody's last item | that item, among all not met |
//! | `b` | eight tenths of everybody's items at random | one tenth, with train and validation not listed (RecBole's default) |
//! | `time` | what came before a moment | what came after, in one window or several that follow each other |
//! | `users` | other people | the newest fifth of a person's items, the rest being told when scores are asked for |
//!
//! Rows keep their times, weights and features. What a person meets again counts as met when it was met first.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::platform::models::interaction_log::{Impression, Interaction, InteractionLog, Outcome};
use crate::sim::rng::{Purpose, RngStream};

/// Tick of the streams that splits draw from; resamples of the bootstrap use tick 0 of the same purpose.
const SPLIT_STREAM: u32 = 1;

/// Share of the rows that is judged on where time is cut.
const TIME_SHARE: f64 = 0.2;

/// Share of a new person's items that is held out.
const NEW_USER_SHARE: f64 = 0.2;

/// How a log is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Leave-last-one-out.
    LeaveLastOneOut,
    /// Eight, one and one tenth of everybody's items, at random.
    RandomRatio,
    /// Before and after a moment.
    TimeForward,
    /// People whom the model never saw.
    NewUsers,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 4] = [
        Self::LeaveLastOneOut,
        Self::RandomRatio,
        Self::TimeForward,
        Self::NewUsers,
    ];

    /// Returns the word by which commands call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LeaveLastOneOut => "a",
            Self::RandomRatio => "b",
            Self::TimeForward => "time",
            Self::NewUsers => "users",
        }
    }

    /// Says what is done, in a sentence without a full stop.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::LeaveLastOneOut => {
                "leave-last-one-out: the last item of everybody is looked for among all that the person had not met; models are fitted on everything before it"
            }
            Self::RandomRatio => {
                "eight, one and one tenth of everybody's items at random; models are fitted on the eight, and neither these nor the validation tenth are listed"
            }
            Self::TimeForward => {
                "time-forward: models are fitted on what came before a moment and judged on what people met for the first time after it"
            }
            Self::NewUsers => {
                "new people: models are fitted without them, are told the older four fifths of their items, and look for the newest fifth"
            }
        }
    }

    /// Says how many folds are made if nobody asks for a number.
    #[must_use]
    pub const fn usual_folds(self) -> u32 {
        match self {
            Self::NewUsers => 5,
            Self::LeaveLastOneOut | Self::RandomRatio | Self::TimeForward => 1,
        }
    }
}

/// Which held-out part is judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// For choosing settings.
    Validation,
    /// For reporting.
    Test,
}

/// How a log is split, in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitSettings {
    /// How.
    pub protocol: Protocol,
    /// Which part is judged on.
    pub part: Part,
    /// Folds: windows of `time`, groups of `users`; 1 for the others.
    pub folds: u32,
    /// Decides who and what is drawn.
    pub seed: u64,
}

/// Somebody to be ranked for, and what is to be found.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Who, in the whole log.
    pub user: u32,
    /// Whether the model never saw this person.
    pub is_new: bool,
    /// What the model may know of the person, oldest first.
    pub past: Vec<Interaction>,
    /// Now.
    pub now: i64,
    /// Items that are not listed, ascending.
    pub seen: Vec<u32>,
    /// Items that are to be found, ascending, at least one, none of them seen.
    pub relevant: Vec<u32>,
}

/// What one model learns from and is judged on.
#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    /// What it learns from.
    pub fit: InteractionLog,
    /// What it is judged on, by user.
    pub cases: Vec<Case>,
}

/// A split log.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// One or more folds, each with cases.
    pub folds: Vec<Fold>,
    /// People with rows who are judged on in no fold.
    pub n_left_out: usize,
}

/// Why a log cannot be split as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// A row points outside the tables.
    #[error(
        "row {row} is of user {user} and item {item}, the log has {n_users} users and {n_items} items"
    )]
    Index {
        /// Which row, from 0.
        row: usize,
        /// Its user.
        user: u32,
        /// Its item.
        item: u32,
        /// Users of the log.
        n_users: usize,
        /// Items of the log.
        n_items: usize,
    },
    /// Rows are not by time.
    #[error("row {row} is older than the one before it, rows by time are needed")]
    Order {
        /// Which row, from 0.
        row: usize,
    },
    /// Nobody has enough rows.
    #[error("nobody can be judged on: {needed} are needed")]
    NoCases {
        /// What somebody must have.
        needed: &'static str,
    },
    /// The number of folds is not possible.
    #[error("folds are {found}, allowed for protocol {protocol} are {allowed}")]
    Folds {
        /// Which protocol.
        protocol: &'static str,
        /// What was asked for.
        found: u32,
        /// What is possible.
        allowed: &'static str,
    },
    /// The protocol has no validation part.
    #[error("protocol {protocol} has no validation part, allowed is test")]
    NoValidation {
        /// Which protocol.
        protocol: &'static str,
    },
}

/// Splits a log.
///
/// # Errors
/// [`SplitError`] if rows are out of order or out of range, nobody can be judged on, or the settings contradict each other.
pub fn split(log: &InteractionLog, settings: &SplitSettings) -> Result<Split, SplitError> {
    check(log, settings)?;
    let folds = match settings.protocol {
        Protocol::LeaveLastOneOut => vec![leave_last_one_out(log, settings.part)],
        Protocol::RandomRatio => vec![random_ratio(log, settings)],
        Protocol::TimeForward => time_forward(log, settings),
        Protocol::NewUsers => new_users(log, settings),
    };
    let folds: Vec<Fold> = folds.into_iter().filter(|f| !f.cases.is_empty()).collect();
    if folds.is_empty() {
        let needed = match settings.protocol {
            Protocol::LeaveLastOneOut => "three different items of one person",
            Protocol::RandomRatio => "ten different items of one person",
            Protocol::TimeForward => "people with rows before and new items after the moment",
            Protocol::NewUsers => "two different items of one person, and other people",
        };
        return Err(SplitError::NoCases { needed });
    }
    let active: BTreeSet<u32> = log.interactions.iter().map(|i| i.user).collect();
    let cases = folds.iter().flat_map(|f| &f.cases);
    let judged: BTreeSet<u32> = cases.map(|c| c.user).collect();
    Ok(Split {
        folds,
        n_left_out: active.len() - judged.len(),
    })
}

fn check(log: &InteractionLog, settings: &SplitSettings) -> Result<(), SplitError> {
    let protocol = settings.protocol.word();
    let allowed = match settings.protocol {
        Protocol::LeaveLastOneOut | Protocol::RandomRatio => (1..=1, "1"),
        Protocol::TimeForward => (1..=50, "1 to 50"),
        Protocol::NewUsers => (2..=50, "2 to 50"),
    };
    if !allowed.0.contains(&settings.folds) {
        return Err(SplitError::Folds {
            protocol,
            found: settings.folds,
            allowed: allowed.1,
        });
    }
    if settings.protocol == Protocol::NewUsers && settings.part == Part::Validation {
        return Err(SplitError::NoValidation { protocol });
    }
    for (row, i) in log.interactions.iter().enumerate() {
        if i.user as usize >= log.n_users || i.item as usize >= log.n_items {
            return Err(SplitError::Index {
                row,
                user: i.user,
                item: i.item,
                n_users: log.n_users,
                n_items: log.n_items,
            });
        }
        if row > 0 && log.interactions[row - 1].time > i.time {
            return Err(SplitError::Order { row });
        }
    }
    Ok(())
}

/// Keeps some rows of a log, and all that is known of its items and users.
fn keep(
    log: &InteractionLog,
    row: impl FnMut(&Interaction) -> bool,
    shown: impl Fn(&Impression) -> bool,
) -> InteractionLog {
    let mut row = row;
    InteractionLog {
        n_users: log.n_users,
        n_items: log.n_items,
        interactions: log
            .interactions
            .iter()
            .filter(|i| row(i))
            .copied()
            .collect(),
        impressions: log
            .impressions
            .iter()
            .filter(|i| shown(i))
            .copied()
            .collect(),
        items: Arc::clone(&log.items),
        users: Arc::clone(&log.users),
    }
}

fn distinct(rows: &[Interaction]) -> Vec<u32> {
    let all: BTreeSet<u32> = rows.iter().map(|i| i.item).collect();
    all.into_iter().collect()
}

/// Rows of a person at which an item is met for the first time.
fn first_meetings(rows: &[Interaction]) -> Vec<usize> {
    let mut met = BTreeSet::new();
    (0..rows.len())
        .filter(|at| met.insert(rows[*at].item))
        .collect()
}

fn leave_last_one_out(log: &InteractionLog, part: Part) -> Fold {
    let by_user = log.by_user();
    let mut cases = Vec::new();
    // Rows of each person that are learned from, and when the first of the others was.
    let mut limits = vec![(usize::MAX, i64::MAX); log.n_users];
    for (user, rows) in (0u32..).zip(&by_user) {
        let firsts = first_meetings(rows);
        if firsts.len() < 3 {
            continue;
        }
        let back = match part {
            Part::Test => 1,
            Part::Validation => 2,
        };
        let at = firsts[firsts.len() - back];
        limits[user as usize] = (at, rows[at].time);
        cases.push(Case {
            user,
            is_new: false,
            past: rows[..at].to_vec(),
            now: rows[at].time,
            seen: distinct(&rows[..at]),
            relevant: vec![rows[at].item],
        });
    }
    let mut n = vec![0; log.n_users];
    let row = |i: &Interaction| {
        n[i.user as usize] += 1;
        n[i.user as usize] <= limits[i.user as usize].0
    };
    let held: Vec<Option<u32>> = held_out(log.n_users, &cases);
    let shown = |i: &Impression| {
        // What was shown before may have been answered by what is held out.
        let answers = i.outcome != Outcome::Ignore && held[i.user as usize] == Some(i.item);
        i.time < limits[i.user as usize].1 && !answers
    };
    let fit = keep(log, row, shown);
    Fold { fit, cases }
}

fn held_out(n_users: usize, cases: &[Case]) -> Vec<Option<u32>> {
    let mut held = vec![None; n_users];
    for case in cases {
        held[case.user as usize] = case.relevant.first().copied();
    }
    held
}

/// Shuffles in place (Fisher and Yates).
fn shuffle<T>(values: &mut [T], rng: &mut RngStream) {
    for i in (1..values.len()).rev() {
        values.swap(i, rng.below(i + 1));
    }
}

fn random_ratio(log: &InteractionLog, settings: &SplitSettings) -> Fold {
    let by_user = log.by_user();
    let mut cases = Vec::new();
    let mut learned: Vec<Vec<u32>> = Vec::with_capacity(log.n_users);
    let now = log.end();
    for (user, rows) in (0u32..).zip(&by_user) {
        let mut items: Vec<u32> = first_meetings(rows).iter().map(|r| rows[*r].item).collect();
        let stream = u64::from(user);
        let mut rng = RngStream::new(settings.seed, Purpose::Bootstrap, stream, SPLIT_STREAM);
        shuffle(&mut items, &mut rng);
        // RecBole rounds the held-out parts down and leaves the rest to training.
        let held = (items.len() as f64 * 0.1) as usize;
        let n_train = items.len() - 2 * held;
        let sorted = |part: &[u32]| {
            let mut part = part.to_vec();
            part.sort_unstable();
            part
        };
        let train = sorted(&items[..n_train]);
        let (seen, relevant) = match settings.part {
            Part::Test => (
                sorted(&items[..n_train + held]),
                sorted(&items[n_train + held..]),
            ),
            Part::Validation => (train.clone(), sorted(&items[n_train..n_train + held])),
        };
        if held > 0 {
            let past = rows
                .iter()
                .filter(|i| train.binary_search(&i.item).is_ok())
                .copied()
                .collect();
            cases.push(Case {
                user,
                is_new: false,
                past,
                now,
                seen,
                relevant,
            });
        }
        learned.push(train);
    }
    let is_learned = |user: u32, item: u32| learned[user as usize].binary_search(&item).is_ok();
    let met = by_user
        .iter()
        .map(|rows| distinct(rows))
        .collect::<Vec<_>>();
    let fit = keep(
        log,
        |i| is_learned(i.user, i.item),
        // What was shown in vain and never met says nothing of what is held out.
        |i| is_learned(i.user, i.item) || met[i.user as usize].binary_search(&i.item).is_err(),
    );
    Fold { fit, cases }
}

fn time_forward(log: &InteractionLog, settings: &SplitSettings) -> Vec<Fold> {
    let all = &log.interactions;
    let n = all.len();
    let (from, to) = match settings.part {
        Part::Test => (1.0 - TIME_SHARE, 1.0),
        Part::Validation => (1.0 - 2.0 * TIME_SHARE, 1.0 - TIME_SHARE),
    };
    let windows = f64::from(settings.folds);
    let bound = |w: u32| {
        let at = (from + (to - from) * f64::from(w) / windows) * n as f64;
        all.get(at.round() as usize).map_or(i64::MAX, |i| i.time)
    };
    let by_user = log.by_user();
    (0..settings.folds)
        .map(|w| {
            let (begin, end) = (bound(w), bound(w + 1));
            let mut cases = Vec::new();
            for (user, rows) in (0u32..).zip(&by_user) {
                let known = rows.partition_point(|i| i.time < begin);
                let until = rows.partition_point(|i| i.time < end);
                let seen = distinct(&rows[..known]);
                let mut relevant = distinct(&rows[known..until.max(known)]);
                relevant.retain(|item| seen.binary_search(item).is_err());
                if seen.is_empty() || relevant.is_empty() {
                    continue;
                }
                cases.push(Case {
                    user,
                    is_new: false,
                    past: rows[..known].to_vec(),
                    now: begin,
                    seen,
                    relevant,
                });
            }
            let fit = keep(log, |i| i.time < begin, |i| i.time < begin);
            Fold { fit, cases }
        })
        .collect()
}

fn new_users(log: &InteractionLog, settings: &SplitSettings) -> Vec<Fold> {
    let by_user = log.by_user();
    let active = (0u32..).zip(&by_user).filter(|(_, rows)| !rows.is_empty());
    let mut order: Vec<u32> = active.map(|(user, _)| user).collect();
    let mut rng = RngStream::new(settings.seed, Purpose::Bootstrap, u64::MAX, SPLIT_STREAM);
    shuffle(&mut order, &mut rng);
    let mut group = vec![u32::MAX; log.n_users];
    for (at, user) in order.iter().enumerate() {
        group[*user as usize] = at as u32 % settings.folds;
    }
    (0..settings.folds)
        .map(|fold| {
            let mut cases = Vec::new();
            for (user, rows) in (0u32..).zip(&by_user) {
                let firsts = first_meetings(rows);
                if group[user as usize] != fold || firsts.len() < 2 {
                    continue;
                }
                let held = ((firsts.len() as f64 * NEW_USER_SHARE) as usize).max(1);
                let at = firsts[firsts.len() - held];
                let seen = distinct(&rows[..at]);
                let mut relevant: Vec<u32> = firsts[firsts.len() - held..]
                    .iter()
                    .map(|r| rows[*r].item)
                    .collect();
                relevant.sort_unstable();
                cases.push(Case {
                    user,
                    is_new: true,
                    past: rows[..at].to_vec(),
                    now: rows[at].time,
                    seen,
                    relevant,
                });
            }
            let others = |user: u32| group[user as usize] != fold;
            let fit = keep(log, |i| others(i.user), |i| others(i.user));
            Fold { fit, cases }
        })
        // Somebody must be left to learn from.
        .filter(|f| !f.fit.interactions.is_empty())
        .collect()
}
