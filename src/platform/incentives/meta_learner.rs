//! Uplift: how much more a row does if it is treated, learned from a trial by the T- or the X-learner.
//!
//! With μ₀ and μ₁ the outcome learned in each arm, the T-learner says τ(x) = μ₁(x) − μ₀(x). The X-learner imputes each
//! row's own effect, `y − μ₀(x)` for the treated and `μ₁(x) − y` for the others, learns τ₁ and τ₀ from these, and blends
//! τ(x) = e(x)·τ₀(x) + (1 − e(x))·τ₁(x), with e the probability of being treated. Where one arm is small, τ₁ leans on
//! what the large arm knows, and the penalty shrinks the effect rather than the outcome.
//!
//! | data | shape | meaning |
//! | --- | --- | --- |
//! | rows | `(n, n_columns)` | see [`Rows`] |
//! | returns | `(n)` | expected outcome if treated minus expected outcome if not |
//!
//! # Source
//! Künzel, Sekhon, Bickel and Yu (2019), "Metalearners for estimating heterogeneous treatment effects".

use serde::{Deserialize, Serialize};

use super::config::{LearnerKind, UpliftConfig};
use super::error::IncentiveError;
use super::linear::{Linear, Link, Rows};
use super::trial::{Arm, Trial};
use crate::sim::state_hash::{RowHash, StateHasher};

/// Range of a fitted probability of being treated.
const PROPENSITY_RANGE: (f64, f64) = (0.01, 0.99);

/// How likely a row was to be treated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Propensity {
    /// Drawn with this probability, whatever the row.
    Known(f64),
    /// Learned from the rows by logistic regression.
    Fitted,
}

/// What an outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Any number, such as minutes.
    Number,
    /// 0 or 1, such as whether somebody came back.
    YesNo,
}

impl OutcomeKind {
    fn link(self) -> Link {
        match self {
            Self::Number => Link::Identity,
            Self::YesNo => Link::Logistic,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Learned {
    T {
        control: Linear,
        treated: Linear,
    },
    X {
        from_control: Linear,
        from_treated: Linear,
        propensity: Share,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Share {
    Same(f64),
    ByRow(Linear),
}

impl Share {
    fn of(&self, row: &[f64]) -> f64 {
        match self {
            Self::Same(p) => *p,
            Self::ByRow(model) => {
                let (low, high) = PROPENSITY_RANGE;
                model.predict(row).clamp(low, high)
            }
        }
    }
}

/// A model of uplift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UpliftModel {
    learned: Learned,
}

impl UpliftModel {
    /// Learns from a trial.
    ///
    /// # Errors
    /// [`IncentiveError`] if an arm has fewer than `config.least_rows` rows, a known propensity is not between 0 and 1, or
    /// the base learner refuses (see [`Linear::fit`]).
    pub fn fit(
        trial: &Trial,
        kind: OutcomeKind,
        propensity: Propensity,
        config: &UpliftConfig,
    ) -> Result<Self, IncentiveError> {
        let (control_rows, control_outcomes) = trial.of(Arm::Control);
        let (treated_rows, treated_outcomes) = trial.of(Arm::Treated);
        let least = config.least_rows as usize;
        for (arm, found) in [
            ("treated", treated_rows.len()),
            ("control", control_rows.len()),
        ] {
            if found < least {
                return Err(IncentiveError::TooFew { arm, found, least });
            }
        }
        let (link, l2) = (kind.link(), config.penalty_rows);
        let control = Linear::fit(link, &control_rows, &control_outcomes, l2)?;
        let treated = Linear::fit(link, &treated_rows, &treated_outcomes, l2)?;
        let learned = match config.learner {
            LearnerKind::T => Learned::T { control, treated },
            LearnerKind::X => {
                let less = |rows: &Rows, y: &[f64], other: &Linear, sign: f64| -> Vec<f64> {
                    let pairs = rows.iter().zip(y);
                    pairs
                        .map(|(row, y)| sign * (y - other.predict(row)))
                        .collect()
                };
                let for_treated = less(&treated_rows, &treated_outcomes, &control, 1.0);
                let for_control = less(&control_rows, &control_outcomes, &treated, -1.0);
                let effect = |rows, y: &[f64]| Linear::fit(Link::Identity, rows, y, l2);
                Learned::X {
                    from_treated: effect(&treated_rows, &for_treated)?,
                    from_control: effect(&control_rows, &for_control)?,
                    propensity: share(trial, propensity, l2)?,
                }
            }
        };
        Ok(Self { learned })
    }

    /// Predicts the uplift of a row, in units of the outcome.
    pub fn predict(&self, row: &[f64]) -> f64 {
        match &self.learned {
            Learned::T { control, treated } => treated.predict(row) - control.predict(row),
            Learned::X {
                from_control,
                from_treated,
                propensity,
            } => {
                let e = propensity.of(row);
                e * from_control.predict(row) + (1.0 - e) * from_treated.predict(row)
            }
        }
    }

    /// Predicts the uplift of every row.
    pub fn predict_all(&self, rows: &Rows) -> Vec<f64> {
        rows.iter().map(|row| self.predict(row)).collect()
    }
}

impl RowHash for UpliftModel {
    fn hash_row(&self, h: &mut StateHasher) {
        match &self.learned {
            Learned::T { control, treated } => {
                control.hash_row(h);
                treated.hash_row(h);
            }
            Learned::X {
                from_control,
                from_treated,
                propensity,
            } => {
                from_control.hash_row(h);
                from_treated.hash_row(h);
                match propensity {
                    Share::Same(p) => h.f64(*p),
                    Share::ByRow(model) => model.hash_row(h),
                }
            }
        }
    }
}

fn share(trial: &Trial, propensity: Propensity, l2: f64) -> Result<Share, IncentiveError> {
    match propensity {
        Propensity::Known(p) if p > 0.0 && p < 1.0 => Ok(Share::Same(p)),
        Propensity::Known(p) => Err(IncentiveError::OutOfRange {
            what: "the probability of being treated",
            found: p,
            allowed: "between 0 and 1, both excluded",
        }),
        Propensity::Fitted => {
            let treated = |a: &Arm| match a {
                Arm::Control => 0.0,
                Arm::Treated => 1.0,
            };
            let treated: Vec<f64> = trial.arms().iter().map(treated).collect();
            let model = Linear::fit(Link::Logistic, trial.rows(), &treated, l2)?;
            Ok(Share::ByRow(model))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::math;
    use crate::sim::rng::{Purpose, RngStream};

    const COLUMNS: usize = 10;

    /// Outcomes that depend strongly on the row, an effect 1 + ½x₀ that depends on it weakly, few treated.
    fn imbalanced(seed: u64, n: u64, p: f64) -> (Trial, Vec<f64>) {
        let (mut x, mut arms, mut y, mut tau) = (vec![], vec![], vec![], vec![]);
        for i in 0..n {
            let mut rng = RngStream::new(seed, Purpose::Test, i, 0);
            let row: Vec<f64> = (0..COLUMNS).map(|_| rng.normal()).collect();
            let base: f64 = row.iter().zip(0..).map(|(x, j)| x * f64::from(j % 4)).sum();
            let effect = 1.0 + 0.5 * row[0];
            let arm = if rng.chance(p) {
                Arm::Treated
            } else {
                Arm::Control
            };
            let gain = if arm == Arm::Treated { effect } else { 0.0 };
            y.push(base + gain + rng.normal());
            tau.push(effect);
            arms.push(arm);
            x.extend(row);
        }
        let rows = Rows::new(COLUMNS, x).unwrap();
        (Trial::new(rows, arms, y).unwrap(), tau)
    }

    fn error(learner: LearnerKind, propensity: Propensity, trial: &Trial, tau: &[f64]) -> f64 {
        let config = UpliftConfig {
            learner,
            ..UpliftConfig::BASELINE
        };
        let model = UpliftModel::fit(trial, OutcomeKind::Number, propensity, &config).unwrap();
        let guesses = model.predict_all(trial.rows());
        let squares = guesses.iter().zip(tau).map(|(g, t)| (g - t) * (g - t));
        (squares.sum::<f64>() / tau.len() as f64).sqrt()
    }

    #[test]
    fn x_learner_beats_t_learner_where_few_are_treated() {
        // 60 of 2 000 treated. The penalty pulls the T-learner's outcome of the treated towards a constant, which goes whole
        // into its effect; it pulls the X-learner's effect towards a constant, which costs little.
        let (mut t, mut x, mut wins) = (0.0, 0.0, 0);
        for seed in 0..20 {
            let (trial, tau) = imbalanced(seed, 2_000, 0.03);
            let by_t = error(LearnerKind::T, Propensity::Known(0.03), &trial, &tau);
            let by_x = error(LearnerKind::X, Propensity::Known(0.03), &trial, &tau);
            t += by_t / 20.0;
            x += by_x / 20.0;
            wins += u32::from(by_x < by_t);
        }
        assert!(wins >= 19 && x < 0.6 * t, "T {t:.3}, X {x:.3}, {wins} wins");
    }

    #[test]
    fn both_learners_find_the_effect_where_arms_are_large() {
        // Eleven weights from 2 000 rows an arm: √(2 · 11 / 2 000) = 0.10 is what luck leaves of the T-learner's error.
        let (trial, tau) = imbalanced(3, 4_000, 0.5);
        for learner in [LearnerKind::T, LearnerKind::X] {
            let off = error(learner, Propensity::Known(0.5), &trial, &tau);
            assert!(off < 0.2, "{learner:?}: {off}");
        }
    }

    #[test]
    fn a_fitted_propensity_does_as_well_as_the_known_one() {
        let (trial, tau) = imbalanced(5, 2_000, 0.1);
        let known = error(LearnerKind::X, Propensity::Known(0.1), &trial, &tau);
        let fitted = error(LearnerKind::X, Propensity::Fitted, &trial, &tau);
        assert!((known - fitted).abs() < 0.05, "{known} {fitted}");
    }

    #[test]
    fn uplift_of_a_yes_or_no_is_a_difference_of_probabilities() {
        let (mut x, mut arms, mut y) = (vec![], vec![], vec![]);
        for i in 0..6_000u64 {
            let mut rng = RngStream::new(9, Purpose::Test, i, 0);
            let row = rng.normal();
            let arm = if i % 2 == 0 {
                Arm::Treated
            } else {
                Arm::Control
            };
            let push = if arm == Arm::Treated { row } else { 0.0 };
            y.push(f64::from(rng.chance(math::sigmoid(push - 1.0))));
            arms.push(arm);
            x.push(row);
        }
        let trial = Trial::new(Rows::new(1, x).unwrap(), arms, y).unwrap();
        let config = UpliftConfig {
            learner: LearnerKind::T,
            ..UpliftConfig::BASELINE
        };
        let known = Propensity::Known(0.5);
        let model = UpliftModel::fit(&trial, OutcomeKind::YesNo, known, &config).unwrap();
        for row in [-2.0, 0.0, 2.0] {
            let truth = math::sigmoid(row - 1.0) - math::sigmoid(-1.0);
            let guess = model.predict(&[row]);
            // About four standard errors of a rate among a few hundred rows.
            assert!((guess - truth).abs() < 0.08, "{row}: {guess} {truth}");
        }
    }

    #[test]
    fn an_arm_that_is_too_small_is_named() {
        let (trial, _) = imbalanced(1, 300, 0.01);
        let config = UpliftConfig::BASELINE;
        let known = Propensity::Known(0.01);
        let error = UpliftModel::fit(&trial, OutcomeKind::Number, known, &config).unwrap_err();
        assert!(error.to_string().contains("rows were treated"), "{error}");
        let (trial, _) = imbalanced(1, 300, 0.5);
        let certain = Propensity::Known(1.0);
        assert!(UpliftModel::fit(&trial, OutcomeKind::Number, certain, &config).is_err());
    }
}
