//! How much a newcomer looks like a second account of who invited it.
//!
//! The score is the mean of four parts, each in [0, 1], from what is observed of those who consent, and from ties, which are public:
//!
//! | part | what it is |
//! | --- | --- |
//! | thin | share of what it was shown, or looked around at, of which it used nothing; 1 where nothing was seen |
//! | near | share of its visits that began within an hour of the end of a visit by who invited it |
//! | alike | how alike the lengths of its visits and those of the inviter's other newcomers are: the shorter over the longer, on average; 0 where there are no others |
//! | alone | 1 / (1 + ties) |
//!
//! A friend who tries the city and does not take to it looks much like that: there are false alarms.

use serde::{Deserialize, Serialize};

use crate::sim::state_hash::StateHasher;

/// Minutes after the end of a visit of who invited in which a visit counts as near.
pub const NEAR: u32 = 60;

/// What was seen of a newcomer that consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// Visits.
    pub visits: u32,
    /// Of these, near one by who invited.
    pub near: u32,
    /// Minutes of its visits.
    pub minutes: u32,
    /// Times it used nothing of what it was shown, or looked around.
    pub idle: u32,
    /// Times it used, played, studied or talked.
    pub uses: u32,
}

impl Seen {
    /// Hashes it.
    pub fn hash_into(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.visits) << 32 | u64::from(self.near));
        h.u64(u64::from(self.idle) << 32 | u64::from(self.uses));
        h.u32(self.minutes);
    }

    fn visit_minutes(&self) -> Option<f64> {
        (self.visits > 0).then(|| f64::from(self.minutes) / f64::from(self.visits))
    }
}

/// The parts of a score, each in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parts {
    /// It uses nothing.
    pub thin: f64,
    /// It comes when who invited has left.
    pub near: f64,
    /// It comes for as long as the inviter's others.
    pub alike: f64,
    /// It knows nobody.
    pub alone: f64,
}

impl Parts {
    /// Looks at a newcomer beside the inviter's others.
    #[must_use]
    pub fn of(seen: &Seen, others: &[Seen], n_ties: usize) -> Self {
        let share = |a: u32, n: u32, none: f64| {
            if n > 0 {
                f64::from(a) / f64::from(n)
            } else {
                none
            }
        };
        let own = seen.visit_minutes();
        let likeness: Vec<f64> = others
            .iter()
            .filter_map(|o| {
                let (a, b) = (own?, o.visit_minutes()?);
                (a.max(b) > 0.0).then(|| a.min(b) / a.max(b))
            })
            .collect();
        let alike = if likeness.is_empty() {
            0.0
        } else {
            likeness.iter().sum::<f64>() / likeness.len() as f64
        };
        Self {
            thin: share(seen.idle, seen.idle + seen.uses, 1.0),
            near: share(seen.near, seen.visits, 0.0),
            alike,
            alone: 1.0 / (1.0 + n_ties as f64),
        }
    }

    /// Returns the score, in [0, 1].
    #[must_use]
    pub fn score(&self) -> f64 {
        0.25 * (self.thin + self.near + self.alike + self.alone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(visits: u32, near: u32, minutes: u32, idle: u32, uses: u32) -> Seen {
        Seen {
            visits,
            near,
            minutes,
            idle,
            uses,
        }
    }

    #[test]
    fn scores_by_hand() {
        // Three visits of four minutes, two of them near, nine looks of twelve at nothing, one tie; others of 4 and 8 minutes.
        let others = [seen(2, 2, 8, 4, 0), seen(1, 0, 8, 0, 4)];
        let parts = Parts::of(&seen(3, 2, 12, 9, 3), &others, 1);
        assert_eq!(parts.thin, 0.75);
        assert_eq!(parts.near, 2.0 / 3.0);
        assert_eq!(parts.alike, 0.75);
        assert_eq!(parts.alone, 0.5);
        let expected = (0.75 + 2.0 / 3.0 + 0.75 + 0.5) / 4.0;
        assert!((parts.score() - expected).abs() < 1e-12);
    }

    #[test]
    fn a_second_account_scores_one_and_who_has_settled_in_next_to_nothing() {
        let second = seen(3, 3, 12, 15, 0);
        assert_eq!(Parts::of(&second, &[second], 0).score(), 1.0);
        let friend = seen(5, 0, 100, 10, 90);
        let score = Parts::of(&friend, &[], 9).score();
        assert!((score - 0.25 * (0.1 + 0.1)).abs() < 1e-12, "{score}");
    }

    #[test]
    fn nothing_seen_is_thin_and_nothing_else() {
        let parts = Parts::of(&Seen::default(), &[seen(1, 1, 4, 1, 0)], 0);
        assert_eq!((parts.thin, parts.near, parts.alike), (1.0, 0.0, 0.0));
        assert_eq!(parts.score(), 0.5);
    }
}
