//! Uplift of each size of reward: one model a size, each against those who got nothing.
//!
//! | data | shape | meaning |
//! | --- | --- | --- |
//! | rows | `(n, n_columns)` | what was observed before anything was given |
//! | given | `(n)` | place of the size that was drawn for the row; `None` for nothing |
//! | outcomes | `(n)` | what the row did afterwards |

use serde::{Deserialize, Serialize};

use super::allocation::RewardOption;
use super::config::UpliftConfig;
use super::error::IncentiveError;
use super::linear::Rows;
use super::meta_learner::{OutcomeKind, Propensity, UpliftModel};
use super::trial::{Arm, Trial};
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// What each size of reward is predicted to bring about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RewardUplift {
    sizes: Vec<(Coins, UpliftModel)>,
}

impl RewardUplift {
    /// Learns from a trial in which sizes, and nothing, were drawn at random.
    ///
    /// How likely a size was is taken from how often it was drawn.
    ///
    /// # Errors
    /// [`IncentiveError`] if lengths differ, a row was given a size that there is not, or a size or nothing was given to fewer
    /// rows than `config.least_rows`.
    pub fn fit(
        sizes: &[Coins],
        rows: &Rows,
        given: &[Option<usize>],
        outcomes: &[f64],
        kind: OutcomeKind,
        config: &UpliftConfig,
    ) -> Result<Self, IncentiveError> {
        for (what, found) in [("given", given.len()), ("outcomes", outcomes.len())] {
            if found != rows.len() {
                return Err(IncentiveError::Length {
                    what,
                    found,
                    expected: rows.len(),
                });
            }
        }
        if let Some(size) = given.iter().flatten().find(|s| **s >= sizes.len()) {
            return Err(IncentiveError::OutOfRange {
                what: "the place of a size",
                found: *size as f64,
                allowed: "below the number of sizes",
            });
        }
        let fit_size = |(size, coins): (usize, &Coins)| {
            let is_in = |i: &usize| given[*i].is_none_or(|g| g == size);
            let places: Vec<usize> = (0..given.len()).filter(is_in).collect();
            let arm = |i: &usize| given[*i].map_or(Arm::Control, |_| Arm::Treated);
            let trial = Trial::new(
                rows.take(&places),
                places.iter().map(arm).collect(),
                places.iter().map(|i| outcomes[*i]).collect(),
            )?;
            let share = trial.n_treated() as f64 / places.len() as f64;
            let model = UpliftModel::fit(&trial, kind, Propensity::Known(share), config)?;
            Ok((*coins, model))
        };
        let sizes: Result<Vec<_>, IncentiveError> =
            sizes.iter().enumerate().map(fit_size).collect();
        Ok(Self { sizes: sizes? })
    }

    /// Returns what an avatar could be given, by size, with the uplift predicted of it.
    pub fn options(&self, row: &[f64]) -> Vec<RewardOption> {
        let option = |(cost, model): &(Coins, UpliftModel)| RewardOption {
            cost: *cost,
            uplift: model.predict(row),
        };
        self.sizes.iter().map(option).collect()
    }
}

impl RowHash for RewardUplift {
    fn hash_row(&self, h: &mut StateHasher) {
        for (coins, model) in &self.sizes {
            h.i64(coins.micros());
            model.hash_row(h);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::incentives::arms::{Candidate, give};
    use crate::platform::incentives::config::RewardArm;
    use crate::sim::ids::AvatarId;
    use crate::sim::rng::{Purpose, RngStream};

    const SIZES: [Coins; 2] = [Coins::from_whole(1), Coins::from_whole(4)];

    /// Minutes more for a size: some are moved, some put off; four times the coins move 1.6 times as much.
    fn truth(row: &[f64], size: usize) -> f64 {
        [1.0, 1.6][size] * (0.5 + row[0])
    }

    fn row(i: u64) -> ([f64; 3], RngStream) {
        let mut rng = RngStream::new(8, Purpose::Test, i, 0);
        ([rng.normal(), rng.normal(), rng.normal()], rng)
    }

    fn learned() -> RewardUplift {
        let (mut x, mut given, mut y) = (vec![], vec![], vec![]);
        for i in 0..6_000 {
            let (row, mut rng) = row(i);
            let size = rng.below(3).checked_sub(1);
            let moved = size.map_or(0.0, |s| truth(&row, s));
            y.push(3.0 * row[1] + moved + rng.normal());
            given.push(size);
            x.extend(row);
        }
        let rows = Rows::new(3, x).unwrap();
        let config = UpliftConfig::BASELINE;
        RewardUplift::fit(&SIZES, &rows, &given, &y, OutcomeKind::Number, &config).unwrap()
    }

    #[test]
    fn a_budget_spent_by_learned_uplift_does_almost_what_the_truth_would() {
        let model = learned();
        let rows: Vec<[f64; 3]> = (10_000..12_000).map(|i| row(i).0).collect();
        let candidates = |options: &dyn Fn(&[f64]) -> Vec<RewardOption>| -> Vec<Candidate> {
            let each = rows.iter().zip(0..);
            each.map(|(row, id)| Candidate {
                avatar: AvatarId(id),
                options: options(row),
            })
            .collect()
        };
        let by_model = candidates(&|row| model.options(row));
        let by_truth = candidates(&|row| {
            let option = |size: usize| RewardOption {
                cost: SIZES[size],
                uplift: truth(row, size),
            };
            vec![option(0), option(1)]
        });
        let luck = |a: AvatarId| RngStream::new(9, Purpose::Test, u64::from(a.0), 1);
        let budget = Coins::from_whole(900);
        let reached = |arm, candidates: &[Candidate]| -> f64 {
            let given = give(arm, candidates, budget, 0, luck).unwrap();
            assert!(given.cost <= budget);
            let each = rows.iter().zip(given.chosen);
            each.filter_map(|(row, size)| size.map(|s| truth(row, s)))
                .sum()
        };
        let best = reached(RewardArm::Uplift, &by_truth);
        let uplift = reached(RewardArm::Uplift, &by_model);
        let fixed = reached(RewardArm::Fixed, &by_model);
        let random = reached(RewardArm::Random, &by_model);
        assert!(uplift > 0.97 * best, "{uplift} of {best}");
        assert!(
            uplift > 2.0 * fixed && fixed > random,
            "{uplift} {fixed} {random}"
        );
        assert_eq!(reached(RewardArm::None, &by_model), 0.0);
    }

    #[test]
    fn sizes_that_there_are_not_are_named() {
        let rows = Rows::new(1, vec![0.0; 100]).unwrap();
        let fit = |given: &[Option<usize>]| {
            let config = UpliftConfig::BASELINE;
            let y = [0.0; 100];
            RewardUplift::fit(&SIZES, &rows, given, &y, OutcomeKind::Number, &config)
        };
        assert!(fit(&[Some(2); 100]).is_err());
        assert!(fit(&[None; 3]).is_err());
        let error = fit(&[None; 100]).unwrap_err().to_string();
        assert_eq!(error, "0 rows were treated, at least 30 are needed");
    }
}
