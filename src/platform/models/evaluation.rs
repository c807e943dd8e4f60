//! Leave-last-one-out: can a model find the one item that came next?
//!
//! Every event is a positive. A user's events are ordered by time, events of the same time by their row; the last is
//! the test item, the second last the validation item, the rest is for training. Models are chosen on validation
//! (fitted on training, ranking all items but those) and reported on test (fitted on training and validation, ranking
//! all items but those). The held-out item's rank is one, plus the items with a higher score, plus those with an
//! equal score and a smaller index.

use super::interactions::{Interactions, InteractionsError};
use crate::sim::math;
use rayon::prelude::*;

/// Something a user met at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedInteraction {
    /// Dense index of the user.
    pub user: u32,
    /// Dense index of the item.
    pub item: u32,
    /// Any unit; only the order matters.
    pub time: i64,
}

/// Events split for choosing (train, validation) and for reporting (train and validation, test).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveLastOneOut {
    /// All but the last two of each user.
    pub train: Interactions,
    /// All but the last of each user.
    pub train_and_validation: Interactions,
    /// Second last item of each user; `None` for users with fewer than three items.
    pub validation: Vec<Option<u32>>,
    /// Last item of each user; `None` for users with fewer than three items.
    pub test: Vec<Option<u32>>,
}

impl LeaveLastOneOut {
    /// Splits events given in row order; of a repeated (user, item) pair only the earliest event counts.
    ///
    /// Users with fewer than three items are trained on and not tested.
    ///
    /// # Errors
    /// [`InteractionsError`] if an index lies outside the tables.
    pub fn split(
        n_users: usize,
        n_items: usize,
        events: &[TimedInteraction],
    ) -> Result<Self, InteractionsError> {
        let everything = events.iter().map(|e| (e.user, e.item));
        Interactions::from_pairs(n_users, n_items, everything)?;
        let mut sequences: Vec<Vec<(i64, u32)>> = vec![Vec::new(); n_users];
        for event in events {
            sequences[event.user as usize].push((event.time, event.item));
        }
        let mut train = Vec::new();
        let mut validation = vec![None; n_users];
        let mut test = vec![None; n_users];
        for (user, sequence) in (0u32..).zip(&mut sequences) {
            // The sort is stable: rows of the same time stay in order.
            sequence.sort_by_key(|(time, _)| *time);
            let mut met = std::collections::BTreeSet::new();
            let mut items: Vec<u32> = sequence
                .iter()
                .map(|(_, item)| *item)
                .filter(|item| met.insert(*item))
                .collect();
            if items.len() >= 3 {
                test[user as usize] = items.pop();
                validation[user as usize] = items.pop();
            }
            train.extend(items.into_iter().map(|item| (user, item)));
        }
        let held_back = (0u32..)
            .zip(&validation)
            .filter_map(|(user, item)| item.map(|item| (user, item)));
        let both = train.iter().copied().chain(held_back);
        Ok(Self {
            train_and_validation: Interactions::from_pairs(n_users, n_items, both)?,
            train: Interactions::from_pairs(n_users, n_items, train)?,
            validation,
            test,
        })
    }
}

/// How well held-out items were ranked: means over the users that have one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankingMetrics {
    /// Users that were tested.
    pub n_users: usize,
    /// Share of users whose item is among the first ten; with one relevant item also the recall.
    pub hit_rate_10: f64,
    /// Mean of 1/log₂(rank + 1) for ranks up to ten, else 0.
    pub ndcg_10: f64,
    /// Mean of 1/rank for ranks up to ten, else 0.
    pub mrr_10: f64,
    /// Share of users whose item is among the first twenty.
    pub hit_rate_20: f64,
    /// Share of all items that are in somebody's first ten.
    pub coverage_10: f64,
}

/// Length of the lists that are compared.
const LIST: usize = 10;

/// Ranks all items a user has not met and finds the held-out one among them.
///
/// `score` receives the user's index, the items met (in `seen`, ascending) and the scores to fill, one an item; a
/// score that is not a number ranks last. Users are spread over threads; sums are taken in user order.
///
/// # Panics
/// If `relevant` does not hold one entry a user of `seen`.
pub fn evaluate(
    seen: &Interactions,
    relevant: &[Option<u32>],
    score: impl Fn(usize, &[u32], &mut [f32]) + Sync,
) -> RankingMetrics {
    assert_eq!(relevant.len(), seen.n_users(), "one entry a user");
    let n_items = seen.n_items();
    let ranked: Vec<Option<(usize, Vec<u32>)>> = relevant
        .par_iter()
        .enumerate()
        .map_init(
            || vec![0.0; n_items],
            |scores, (user, item)| {
                let item = (*item)?;
                let history = seen.of_user(user);
                score(user, history, scores);
                for value in scores.iter_mut().filter(|value| value.is_nan()) {
                    *value = f32::NEG_INFINITY;
                }
                for met in history {
                    scores[*met as usize] = f32::NEG_INFINITY;
                }
                Some((rank_of(item, scores), first(LIST, scores)))
            },
        )
        .collect();

    let mut metrics = RankingMetrics {
        n_users: 0,
        hit_rate_10: 0.0,
        ndcg_10: 0.0,
        mrr_10: 0.0,
        hit_rate_20: 0.0,
        coverage_10: 0.0,
    };
    let mut covered = vec![false; n_items];
    for (rank, list) in ranked.into_iter().flatten() {
        metrics.n_users += 1;
        if rank <= LIST {
            metrics.hit_rate_10 += 1.0;
            metrics.ndcg_10 += 1.0 / math::log2(rank as f64 + 1.0);
            metrics.mrr_10 += 1.0 / rank as f64;
        }
        if rank <= 2 * LIST {
            metrics.hit_rate_20 += 1.0;
        }
        for item in list {
            covered[item as usize] = true;
        }
    }
    let n = metrics.n_users.max(1) as f64;
    metrics.hit_rate_10 /= n;
    metrics.ndcg_10 /= n;
    metrics.mrr_10 /= n;
    metrics.hit_rate_20 /= n;
    let n_covered = covered.iter().filter(|c| **c).count();
    metrics.coverage_10 = n_covered as f64 / n_items.max(1) as f64;
    metrics
}

/// Returns the rank of an item, from 1; of equal scores the smaller index comes first.
pub fn rank_of(item: u32, scores: &[f32]) -> usize {
    let own = scores[item as usize];
    let before = scores[..item as usize].iter().filter(|s| **s >= own);
    let behind = scores[item as usize + 1..].iter().filter(|s| **s > own);
    1 + before.count() + behind.count()
}

/// Returns the `k` best items, best first, of equal scores the smaller index first; items at −∞ are left out.
pub fn first(k: usize, scores: &[f32]) -> Vec<u32> {
    let mut items: Vec<u32> = (0u32..)
        .zip(scores)
        .filter(|(_, s)| **s > f32::NEG_INFINITY)
        .map(|(item, _)| item)
        .collect();
    let by_rank = |a: &u32, b: &u32| {
        let order = scores[*b as usize].partial_cmp(&scores[*a as usize]);
        order.unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
    };
    if k < items.len() {
        items.select_nth_unstable_by(k, by_rank);
        items.truncate(k);
    }
    items.sort_unstable_by(by_rank);
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn event(user: u32, item: u32, time: i64) -> TimedInteraction {
        TimedInteraction { user, item, time }
    }

    #[test]
    fn last_two_are_held_out_and_equal_times_keep_the_row_order() {
        let events = [
            event(0, 3, 5),
            event(0, 1, 9),
            event(0, 2, 9),
            event(1, 0, 1),
            event(0, 0, 7),
            event(1, 1, 2),
        ];
        let split = LeaveLastOneOut::split(2, 4, &events).unwrap();
        assert_eq!(split.test, [Some(2), None]);
        assert_eq!(split.validation, [Some(1), None]);
        assert_eq!(split.train.of_user(0), [0, 3]);
        assert_eq!(split.train_and_validation.of_user(0), [0, 1, 3]);
        assert_eq!(split.train.of_user(1), [0, 1]);
    }

    #[test]
    fn a_repeated_item_counts_once_so_that_no_test_item_was_trained_on() {
        let events = [
            event(0, 3, 1),
            event(0, 1, 2),
            event(0, 2, 3),
            event(0, 3, 4),
        ];
        let split = LeaveLastOneOut::split(1, 4, &events).unwrap();
        assert_eq!(split.test, [Some(2)]);
        assert_eq!(split.validation, [Some(1)]);
    }

    #[test]
    fn prop_rank_is_the_position_in_a_stable_sort() {
        let mut rng = RngStream::new(5, Purpose::Test, 0, 0);
        for _ in 0..50 {
            // Few distinct values, so that ties are common.
            let scores: Vec<f32> = (0..40).map(|_| rng.below(6) as f32).collect();
            let mut sorted: Vec<u32> = (0..40).collect();
            sorted.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]));
            assert_eq!(first(10, &scores), sorted[..10]);
            for (position, item) in sorted.iter().enumerate() {
                assert_eq!(rank_of(*item, &scores), position + 1);
            }
        }
    }

    #[test]
    fn a_perfect_model_scores_one_and_met_items_are_never_listed() {
        let seen = Interactions::from_pairs(2, 30, (0..30).map(|i| (0, i)).take(25)).unwrap();
        let relevant = [Some(27), Some(3)];
        let perfect = evaluate(&seen, &relevant, |user, _, scores| {
            scores.fill(0.0);
            scores[[27, 3][user]] = 1.0;
        });
        assert_eq!(
            (perfect.hit_rate_10, perfect.ndcg_10, perfect.mrr_10),
            (1.0, 1.0, 1.0)
        );
        // User 0 can only be shown the five items 25 to 29, user 1 items 0 to 9.
        assert_eq!(perfect.coverage_10, 15.0 / 30.0);
        let silent = evaluate(&seen, &relevant, |_, _, scores| scores.fill(f32::NAN));
        assert_eq!(silent.coverage_10, 0.0);
    }
}
