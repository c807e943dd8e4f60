//! What a fit holds out for itself: the last item of every user, so that it can stop when it no longer gets better.
//!
//! Time runs forward: what is held out of a user is newer than all that is learned from that user.

use super::evaluation::rank_of;
use super::interaction_log::{Interaction, InteractionLog};
use super::params::ModelError;
use crate::sim::math;

/// Fewest engagements of a user of whom something is held out.
const FEWEST: usize = 3;
/// Length of the list that is judged.
const LIST: usize = 10;

/// Users with their past and the item that came next.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HoldOut {
    /// What is left to learn from, by user, oldest first.
    pub by_user: Vec<Vec<Interaction>>,
    /// Users of whom the last item was held out, ascending, with that item.
    pub held: Vec<(u32, u32)>,
}

impl HoldOut {
    /// Holds out the last item of at most `most` users, spread evenly over those with at least three engagements.
    ///
    /// # Errors
    /// [`ModelError::NoPairs`] for an empty log; [`ModelError::Index`] for a row outside the log's tables.
    pub fn split(log: &InteractionLog, most: usize) -> Result<Self, ModelError> {
        check_rows(log)?;
        let mut by_user = log.by_user();
        let able: Vec<usize> = (0..by_user.len())
            .filter(|user| by_user[*user].len() >= FEWEST)
            .collect();
        let n = able.len().min(most);
        let mut held = Vec::with_capacity(n);
        for at in 0..n {
            let user = able[at * able.len() / n];
            if let Some(last) = by_user[user].pop() {
                held.push((last.user, last.item));
            }
        }
        Ok(Self { by_user, held })
    }

    /// Returns what is left of a user's past.
    #[must_use]
    pub fn past(&self, user: u32) -> &[Interaction] {
        &self.by_user[user as usize]
    }

    /// Returns the mean over the held-out items of 1/log₂(rank + 1) for ranks up to ten, else 0.
    ///
    /// `scores` is `[held.len(), n_items]`; items of the past are left out of the ranking, unless one is the item sought.
    #[must_use]
    pub fn ndcg_10(&self, scores: &mut [f32]) -> f64 {
        if self.held.is_empty() {
            return 0.0;
        }
        let n_items = scores.len() / self.held.len();
        let mut sum = 0.0;
        for ((user, item), row) in self
            .held
            .iter()
            .zip(scores.chunks_exact_mut(n_items.max(1)))
        {
            for met in self.past(*user) {
                if met.item != *item {
                    row[met.item as usize] = f32::NEG_INFINITY;
                }
            }
            let rank = rank_of(*item, row);
            if rank <= LIST {
                sum += 1.0 / math::log2(rank as f64 + 1.0);
            }
        }
        sum / self.held.len() as f64
    }
}

/// Refuses an empty log and rows outside its tables.
///
/// # Errors
/// [`ModelError::NoPairs`], [`ModelError::Index`].
pub fn check_rows(log: &InteractionLog) -> Result<(), ModelError> {
    if log.interactions.is_empty() {
        return Err(ModelError::NoPairs);
    }
    for i in &log.interactions {
        check_index("user", i.user as usize, log.n_users)?;
        check_index("item", i.item as usize, log.n_items)?;
    }
    Ok(())
}

/// Refuses an index outside its table.
///
/// # Errors
/// [`ModelError::Index`].
pub fn check_index(what: &'static str, found: usize, below: usize) -> Result<(), ModelError> {
    if found < below {
        return Ok(());
    }
    Err(ModelError::Index { what, found, below })
}

/// Keeps the best that was seen and says when to stop waiting for better.
#[derive(Debug, Clone)]
pub struct Patience<T> {
    best: Option<(f64, T)>,
    since: u32,
}

impl<T> Default for Patience<T> {
    fn default() -> Self {
        let (best, since) = (None, 0);
        Self { best, since }
    }
}

impl<T> Patience<T> {
    /// Notes a pass; `learned` is asked only if it is the best so far. Says whether `patience` passes went by in vain.
    pub fn note(&mut self, metric: f64, patience: u32, learned: impl FnOnce() -> T) -> bool {
        if self.best.as_ref().is_none_or(|(best, _)| metric > *best) {
            self.best = Some((metric, learned()));
            self.since = 0;
        } else {
            self.since += 1;
        }
        self.since >= patience
    }

    /// Returns the best; nothing if no pass was noted.
    #[must_use]
    pub fn best(self) -> Option<T> {
        self.best.map(|(_, learned)| learned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rows: &[(u32, u32)]) -> InteractionLog {
        let row = |(time, (user, item)): (i64, &(u32, u32))| Interaction {
            user: *user,
            item: *item,
            time,
            weight: 1.0,
        };
        InteractionLog {
            n_users: 3,
            n_items: 20,
            interactions: (0..).zip(rows).map(row).collect(),
            ..InteractionLog::default()
        }
    }

    #[test]
    fn the_newest_item_of_users_with_three_is_held_out() {
        let log = log(&[
            (0, 1),
            (1, 5),
            (0, 2),
            (0, 7),
            (2, 3),
            (2, 4),
            (2, 3),
            (1, 6),
        ]);
        let split = HoldOut::split(&log, 10).unwrap();
        assert_eq!(split.held, [(0, 7), (2, 3)]);
        assert_eq!(split.past(0).len(), 2);
        assert_eq!(split.past(1).len(), 2);
        assert_eq!(HoldOut::split(&log, 1).unwrap().held, [(0, 7)]);
        assert!(HoldOut::split(&InteractionLog::default(), 1).is_err());
    }

    #[test]
    fn what_was_met_is_not_ranked_and_a_repeated_item_is() {
        let log = log(&[(0, 1), (0, 2), (0, 7), (2, 3), (2, 4), (2, 3)]);
        let split = HoldOut::split(&log, 10).unwrap();
        let mut scores = vec![0.0; 40];
        // User 0: 1 and 2 were met, so that 7 is second behind 0. User 2: 3 is sought although it was met.
        scores[1] = 9.0;
        scores[2] = 9.0;
        scores[0] = 2.0;
        scores[7] = 1.0;
        scores[20 + 3] = 1.0;
        let expected = f64::midpoint(1.0 / math::log2(3.0), 1.0);
        assert!((split.ndcg_10(&mut scores) - expected).abs() < 1e-12);
    }

    #[test]
    fn patience_keeps_the_best_and_ends_after_enough_worse_ones() {
        let mut p = Patience::default();
        assert!(!p.note(0.1, 2, || 1));
        assert!(!p.note(0.3, 2, || 2));
        assert!(!p.note(0.2, 2, || 3));
        assert!(p.note(0.3, 2, || 4));
        assert_eq!(p.best(), Some(2));
    }
}
