//! What was tried: rows observed before, an arm drawn at random, an outcome afterwards.

use super::error::IncentiveError;
use super::linear::Rows;
use crate::sim::ids::AvatarId;
use crate::sim::rng::mix;

/// Deviations from the expected share of treated rows at which a draw is not believed; luck alone does so once in 16 000.
const MOST_DEVIATIONS: f64 = 4.0;

/// What a row was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// Nothing, or what is usual.
    Control,
    /// The treatment: a reward, a push, an ad.
    Treated,
}

/// Rows with their arms and outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    rows: Rows,
    arms: Vec<Arm>,
    outcomes: Vec<f64>,
}

impl Trial {
    /// Puts rows, arms and outcomes together.
    ///
    /// # Errors
    /// [`IncentiveError`] if lengths differ or an outcome is not finite.
    pub fn new(rows: Rows, arms: Vec<Arm>, outcomes: Vec<f64>) -> Result<Self, IncentiveError> {
        let expected = rows.len();
        for (what, found) in [("arms", arms.len()), ("outcomes", outcomes.len())] {
            if found != expected {
                return Err(IncentiveError::Length {
                    what,
                    found,
                    expected,
                });
            }
        }
        match outcomes.iter().position(|y| !y.is_finite()) {
            Some(row) => Err(IncentiveError::NotFinite {
                what: "the outcome",
                row,
                value: outcomes[row],
            }),
            None => Ok(Self {
                rows,
                arms,
                outcomes,
            }),
        }
    }

    /// Returns the rows.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Returns the arm of each row.
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// Returns the outcome of each row.
    pub fn outcomes(&self) -> &[f64] {
        &self.outcomes
    }

    /// Returns the rows of one arm with their outcomes.
    pub fn of(&self, arm: Arm) -> (Rows, Vec<f64>) {
        let places: Vec<usize> = (0..self.arms.len())
            .filter(|i| self.arms[*i] == arm)
            .collect();
        let outcomes = places.iter().map(|i| self.outcomes[*i]).collect();
        (self.rows.take(&places), outcomes)
    }

    /// Returns the rows at the given places, in their order.
    ///
    /// # Panics
    /// If a place is not a row.
    pub fn take(&self, places: &[usize]) -> Self {
        Self {
            rows: self.rows.take(places),
            arms: places.iter().map(|i| self.arms[*i]).collect(),
            outcomes: places.iter().map(|i| self.outcomes[*i]).collect(),
        }
    }

    /// Returns how many rows were treated.
    pub fn n_treated(&self) -> usize {
        self.arms.iter().filter(|a| **a == Arm::Treated).count()
    }

    /// Checks that both arms are there and that their shares are those of a draw with the given probability.
    ///
    /// # Errors
    /// [`IncentiveError`] if an arm is empty, or the share treated lies four deviations from `probability`.
    ///
    /// # Source
    /// The check of sample ratios of Fabijan et al. (2019).
    pub fn check_draw(&self, probability: f64) -> Result<(), IncentiveError> {
        if !(probability > 0.0 && probability < 1.0) {
            return Err(IncentiveError::OutOfRange {
                what: "the probability of being treated",
                found: probability,
                allowed: "between 0 and 1, both excluded",
            });
        }
        let (treated, rows) = (self.n_treated(), self.arms.len());
        for (arm, found) in [("treated", treated), ("control", rows - treated)] {
            if found == 0 {
                return Err(IncentiveError::TooFew {
                    arm,
                    found,
                    least: 1,
                });
            }
        }
        let n = rows as f64;
        let deviations = (treated as f64 - n * probability).abs()
            / (n * probability * (1.0 - probability)).sqrt();
        if deviations > MOST_DEVIATIONS {
            return Err(IncentiveError::NotAsDrawn {
                treated,
                rows,
                probability,
                deviations,
            });
        }
        Ok(())
    }
}

/// Places of the rows to learn from and of those held out to judge by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halves {
    /// To learn from.
    pub learned: Vec<usize>,
    /// To judge by.
    pub held_out: Vec<usize>,
}

impl Halves {
    /// Divides rows by avatar: all rows of an avatar fall on the same side, whoever else is there.
    ///
    /// `held_out_ppm` in parts per million; another `salt` makes another division.
    pub fn by_avatar(avatars: &[AvatarId], held_out_ppm: u32, salt: u64) -> Self {
        let is_held_out = |i: &usize| {
            let bits = mix(mix(salt) ^ u64::from(avatars[*i].0));
            let drawn = (u128::from(bits) * 1_000_000) >> 64;
            drawn < u128::from(held_out_ppm)
        };
        let (held_out, learned) = (0..avatars.len()).partition(is_held_out);
        Self { learned, held_out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(n_treated: usize, n: usize) -> Trial {
        let arms = (0..n)
            .map(|i| {
                if i < n_treated {
                    Arm::Treated
                } else {
                    Arm::Control
                }
            })
            .collect();
        let rows = Rows::new(1, (0..n).map(|i| i as f64).collect()).unwrap();
        Trial::new(rows, arms, (0..n).map(|i| i as f64).collect()).unwrap()
    }

    #[test]
    fn a_draw_that_was_not_random_is_noticed() {
        assert!(trial(530, 1_000).check_draw(0.5).is_ok());
        // 100 rows too many are 6.3 deviations of 15.8.
        let error = trial(600, 1_000).check_draw(0.5).unwrap_err();
        assert!(error.to_string().contains("6.3 deviations"), "{error}");
        assert!(trial(0, 10).check_draw(0.1).is_err());
        assert!(trial(5, 10).check_draw(1.0).is_err());
    }

    #[test]
    fn rows_of_an_avatar_are_never_on_both_sides() {
        let avatars: Vec<AvatarId> = (0..10_000).map(|i| AvatarId(i % 2_500)).collect();
        let halves = Halves::by_avatar(&avatars, 300_000, 7);
        let of = |places: &[usize]| -> std::collections::BTreeSet<AvatarId> {
            places.iter().map(|i| avatars[*i]).collect()
        };
        let (a, b) = (of(&halves.learned), of(&halves.held_out));
        assert!(a.is_disjoint(&b) && a.len() + b.len() == 2_500);
        // Four deviations of a share of 0.3 among 2 500.
        assert!((b.len() as f64 / 2_500.0 - 0.3).abs() < 0.037);
        assert_ne!(halves, Halves::by_avatar(&avatars, 300_000, 8));
    }

    #[test]
    fn arms_are_taken_apart_in_order() {
        let (rows, outcomes) = trial(2, 5).of(Arm::Control);
        assert_eq!((rows.len(), outcomes), (3, vec![2.0, 3.0, 4.0]));
        assert!(Trial::new(rows, vec![], vec![0.0; 3]).is_err());
    }
}
