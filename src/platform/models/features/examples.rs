//! What rankers learn from: impressions and what came of them or, where a log has none, engagements against sampled items.

use crate::platform::models::interaction_log::{InteractionLog, Outcome};
use crate::platform::models::params::ModelError;
use crate::sim::rng::{Purpose, RngStream};

/// Draws for one negative before it is given up: somebody may go on to meet nearly everything.
const TRIES: u32 = 32;

/// One moment at which somebody had something before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// Dense index of the user.
    pub user: u32,
    /// Dense index of the item.
    pub item: u32,
    /// Seconds since the log's own beginning of time.
    pub time: i64,
    /// Place on the slate, from 0; 0 where nothing was shown.
    pub position: u8,
    /// Whether it was engaged with, or better.
    pub engaged: bool,
    /// Engagements of the log, from the first, that are known at that moment.
    pub known: u32,
}

/// How negatives are sampled and how much is learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    /// Sampled items an engagement, where the log has no impressions; at least 1.
    pub negatives: u32,
    /// Examples at most; the most recent ones stay.
    pub at_most: u32,
    /// Decides the draws.
    pub seed: u64,
}

/// Examples by time.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// The examples, oldest first.
    pub rows: Vec<Example>,
    /// Share of what was not engaged with that is among them: 1 for impressions.
    ///
    /// A probability `q` that was learned from them is one of `q / (q + (1 − q) / rate)` for the items as they are.
    pub rate: f64,
}

/// Refuses users and items outside the tables, and rows that are not in order of time.
///
/// # Errors
/// [`ModelError::Index`] or [`ModelError::Value`].
pub fn check_log(log: &InteractionLog) -> Result<(), ModelError> {
    let engagements = log.interactions.iter().map(|i| (i.user, i.item));
    let impressions = log.impressions.iter().map(|i| (i.user, i.item));
    for (user, item) in engagements.chain(impressions) {
        check_index("user", user, log.n_users)?;
        check_index("item", item, log.n_items)?;
    }
    let engaged = log.interactions.windows(2).all(|w| w[0].time <= w[1].time);
    let shown = log.impressions.windows(2).all(|w| w[0].time <= w[1].time);
    if engaged && shown {
        return Ok(());
    }
    Err(ModelError::Value {
        what: "order of the log".to_owned(),
        found: "a row before one that is older".to_owned(),
        allowed: "rows by time".to_owned(),
    })
}

/// Refuses an index outside its table.
pub(in crate::platform::models) fn check_index(
    what: &'static str,
    found: u32,
    below: usize,
) -> Result<(), ModelError> {
    let found = found as usize;
    if found < below {
        return Ok(());
    }
    Err(ModelError::Index { what, found, below })
}

/// Lists the examples of a log.
///
/// An impression knows only what lies before its second: its own engagement is often logged in the same one. Sampled items
/// are drawn evenly from those that the user does not engage with from then on. What it met before and never
/// comes back to is among them, so that models learn whether people come back.
///
/// # Errors
/// Those of [`check_log`]; [`ModelError::NoPairs`] if there is nothing to learn from.
pub fn examples(log: &InteractionLog, sampling: &Sampling) -> Result<Examples, ModelError> {
    check_log(log)?;
    let found = if log.impressions.is_empty() {
        against_sampled(log, sampling)
    } else {
        of_impressions(log, sampling)
    };
    if found.rows.is_empty() {
        return Err(ModelError::NoPairs);
    }
    Ok(found)
}

fn of_impressions(log: &InteractionLog, sampling: &Sampling) -> Examples {
    let all = &log.impressions;
    let recent = &all[all.len().saturating_sub(sampling.at_most as usize)..];
    let rows = recent.iter().map(|i| Example {
        user: i.user,
        item: i.item,
        time: i.time,
        position: i.position,
        engaged: i.outcome >= Outcome::Engage,
        known: log.interactions.partition_point(|x| x.time < i.time) as u32,
    });
    Examples {
        rows: rows.collect(),
        rate: 1.0,
    }
}

fn against_sampled(log: &InteractionLog, sampling: &Sampling) -> Examples {
    let per_engagement = 1 + sampling.negatives as usize;
    let n = log.interactions.len();
    let first = n.saturating_sub((sampling.at_most as usize / per_engagement).max(1));
    // Position of the last engagement of every user with every item that it met.
    let mut last: Vec<Vec<(u32, u32)>> = vec![Vec::new(); log.n_users];
    for (at, i) in log.interactions.iter().enumerate() {
        last[i.user as usize].push((i.item, at as u32));
    }
    for own in &mut last {
        own.sort_unstable();
        own.reverse();
        own.dedup_by_key(|(item, _)| *item);
        own.reverse();
    }
    let (mut drawn, mut candidates) = (0usize, 0usize);
    let mut rows = Vec::with_capacity((n - first) * per_engagement);
    let ahead = |user: u32, at: usize| {
        let own = &last[user as usize];
        own.iter().filter(|(_, l)| *l as usize >= at).count()
    };
    for (at, i) in log.interactions.iter().enumerate().skip(first) {
        let example = |item, engaged| Example {
            user: i.user,
            item,
            time: i.time,
            position: 0,
            engaged,
            known: at as u32,
        };
        rows.push(example(i.item, true));
        candidates += log.n_items - ahead(i.user, at);
        let own = &last[i.user as usize];
        let mut rng = RngStream::new(sampling.seed, Purpose::ModelBatch, at as u64, SAMPLING);
        for _ in 0..sampling.negatives {
            let comes = |item: u32| {
                let found = own.binary_search_by_key(&item, |(x, _)| *x);
                found.is_ok_and(|p| own[p].1 as usize >= at)
            };
            let mut tries = (0..TRIES).map(|_| rng.below(log.n_items) as u32);
            if let Some(item) = tries.find(|item| !comes(*item)) {
                rows.push(example(item, false));
                drawn += 1;
            }
        }
    }
    let rate = drawn.max(1) as f64 / candidates.max(1) as f64;
    Examples {
        rows,
        rate: rate.min(1.0),
    }
}

/// Tells the draws of negatives from the other draws of a fit.
const SAMPLING: u32 = 0x5A40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::interaction_log::{Impression, Interaction};

    fn met(user: u32, item: u32, time: i64) -> Interaction {
        Interaction {
            user,
            item,
            time,
            weight: 1.0,
        }
    }

    fn sampling(negatives: u32, at_most: u32) -> Sampling {
        Sampling {
            negatives,
            at_most,
            seed: 3,
        }
    }

    #[test]
    fn what_is_met_later_is_no_negative_and_what_was_met_before_is_one() {
        let log = InteractionLog {
            n_users: 1,
            n_items: 4,
            interactions: vec![met(0, 0, 1), met(0, 1, 2), met(0, 2, 3), met(0, 0, 4)],
            ..InteractionLog::default()
        };
        let found = examples(&log, &sampling(40, 1_000)).unwrap();
        let negatives = |known: u32| {
            let own = found.rows.iter().filter(|e| e.known == known && !e.engaged);
            own.map(|e| e.item)
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(negatives(0).into_iter().collect::<Vec<_>>(), [3]);
        assert_eq!(negatives(2).into_iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(negatives(3).into_iter().collect::<Vec<_>>(), [1, 2, 3]);
        let few = examples(&log, &sampling(1, 4)).unwrap();
        assert_eq!(few.rows.iter().filter(|e| e.engaged).count(), 2);
        // One drawn of the 2 and 3 candidates at the last two moments.
        assert!((few.rate - 2.0 / 5.0).abs() < 1e-12);
    }

    #[test]
    fn an_impression_does_not_know_what_happened_in_its_own_second() {
        let shown = |time, outcome| Impression {
            user: 0,
            item: 0,
            time,
            position: 2,
            propensity: 1.0,
            outcome,
        };
        let log = InteractionLog {
            n_users: 1,
            n_items: 1,
            interactions: vec![met(0, 0, 5), met(0, 0, 7)],
            impressions: vec![shown(5, Outcome::Engage), shown(6, Outcome::View)],
            ..InteractionLog::default()
        };
        let found = examples(&log, &sampling(4, 100)).unwrap();
        let flags: Vec<_> = found.rows.iter().map(|e| (e.known, e.engaged)).collect();
        assert_eq!(flags, [(0, true), (1, false)]);
        assert_eq!(found.rate, 1.0);
    }

    #[test]
    fn logs_out_of_order_or_outside_the_tables_are_refused() {
        let mut log = InteractionLog {
            n_users: 1,
            n_items: 2,
            interactions: vec![met(0, 0, 5), met(0, 0, 4)],
            ..InteractionLog::default()
        };
        assert!(examples(&log, &sampling(4, 100)).is_err());
        log.interactions = vec![met(0, 2, 5)];
        assert!(examples(&log, &sampling(4, 100)).is_err());
        log.interactions.clear();
        assert!(examples(&log, &sampling(4, 100)).is_err());
    }
}
