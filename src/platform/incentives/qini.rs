//! How good a ranking by uplift is, from outcomes alone: the Qini curve, its coefficient, and uplift by decile.
//!
//! Rows that were held out, and treated or not by a draw, are ranked by predicted uplift, highest first. After the first
//! k rows, with Yₜ and Y꜀ the outcomes summed by arm and Nₜ and N꜀ the rows, the treated did `Q = Yₜ − Y꜀·Nₜ/N꜀` more than
//! they would have done. A ranking that knows nothing makes a straight line to the same end; the coefficient is the area
//! between the two, a share of rows times outcome per treated row. It is above 0 for a ranking that helps, below for one
//! that is upside down. Rows with the same prediction count at once, so that their order does not matter.
//!
//! # Source
//! Radcliffe (2007), "Using control groups to target on predicted lift".

use serde::{Deserialize, Serialize};

use super::error::IncentiveError;
use super::trial::{Arm, Trial};

/// Groups of equal size in which uplift is shown.
const DECILES: usize = 10;

/// A point of the Qini curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QiniPoint {
    /// Share of all rows that rank so high, in [0, 1].
    pub share: f64,
    /// What treating them brought about, per treated row of the whole trial.
    pub gained: f64,
}

/// A group of rows with neighbouring predictions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Decile {
    /// Mean predicted uplift.
    pub predicted: f64,
    /// Mean outcome of the treated minus that of the others; `None` where an arm is absent.
    pub observed: Option<f64>,
    /// Standard error of `observed`; `None` where an arm has fewer than two rows.
    pub standard_error: Option<f64>,
    /// Treated rows.
    pub n_treated: u32,
    /// Other rows.
    pub n_control: u32,
}

/// What a held-out trial says of predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Qini {
    /// The curve, from (0, 0) to (1, average effect).
    pub curve: Vec<QiniPoint>,
    /// Area between the curve and the straight line to its end.
    pub coefficient: f64,
    /// Groups from the highest predictions to the lowest; fewer than ten if there are fewer rows.
    pub deciles: Vec<Decile>,
}

impl Qini {
    /// Judges predictions by a trial they were not learned from, whose rows were treated with the same `probability`.
    ///
    /// # Errors
    /// [`IncentiveError`] if there is not a finite prediction for every row, or the trial does not look like such a draw
    /// (see [`Trial::check_draw`]).
    pub fn of(
        predictions: &[f64],
        trial: &Trial,
        probability: f64,
    ) -> Result<Self, IncentiveError> {
        let n = trial.arms().len();
        if predictions.len() != n {
            return Err(IncentiveError::Length {
                what: "predictions",
                found: predictions.len(),
                expected: n,
            });
        }
        if let Some(row) = predictions.iter().position(|p| !p.is_finite()) {
            return Err(IncentiveError::NotFinite {
                what: "the prediction",
                row,
                value: predictions[row],
            });
        }
        trial.check_draw(probability)?;
        let mut ranked: Vec<usize> = (0..n).collect();
        ranked.sort_by(|a, b| predictions[*b].total_cmp(&predictions[*a]).then(a.cmp(b)));
        let curve = curve(&ranked, predictions, trial);
        let coefficient = area_over_line(&curve);
        Ok(Self {
            curve,
            coefficient,
            deciles: deciles(&ranked, predictions, trial),
        })
    }

    /// Returns the average effect of being treated.
    pub fn average_effect(&self) -> f64 {
        self.curve.last().map_or(0.0, |p| p.gained)
    }
}

#[derive(Default)]
struct Sums {
    n: [f64; 2],
    y: [f64; 2],
    squares: [f64; 2],
}

impl Sums {
    fn add(&mut self, arm: Arm, y: f64) {
        let a = arm as usize;
        self.n[a] += 1.0;
        self.y[a] += y;
        self.squares[a] += y * y;
    }

    fn gained(&self) -> f64 {
        let [control, treated] = self.n;
        let expected = if control > 0.0 {
            self.y[0] * treated / control
        } else {
            0.0
        };
        self.y[1] - expected
    }

    /// Variance of the mean of an arm.
    fn of_mean(&self, a: usize) -> Option<f64> {
        let n = self.n[a];
        (n >= 2.0).then(|| {
            let around = self.squares[a] - self.y[a] * self.y[a] / n;
            (around / (n - 1.0) / n).max(0.0)
        })
    }
}

fn curve(ranked: &[usize], predictions: &[f64], trial: &Trial) -> Vec<QiniPoint> {
    let per_treated = 1.0 / trial.n_treated() as f64;
    let mut points = vec![QiniPoint {
        share: 0.0,
        gained: 0.0,
    }];
    let mut sums = Sums::default();
    for (k, i) in ranked.iter().enumerate() {
        sums.add(trial.arms()[*i], trial.outcomes()[*i]);
        let is_tied = ranked
            .get(k + 1)
            .is_some_and(|next| predictions[*next] == predictions[*i]);
        if !is_tied {
            points.push(QiniPoint {
                share: (k + 1) as f64 / ranked.len() as f64,
                gained: sums.gained() * per_treated,
            });
        }
    }
    points
}

fn area_over_line(curve: &[QiniPoint]) -> f64 {
    let end = curve.last().map_or(0.0, |p| p.gained);
    let over = |p: &QiniPoint| p.gained - p.share * end;
    curve
        .windows(2)
        .map(|w| 0.5 * (w[1].share - w[0].share) * (over(&w[0]) + over(&w[1])))
        .sum()
}

fn deciles(ranked: &[usize], predictions: &[f64], trial: &Trial) -> Vec<Decile> {
    let n = ranked.len();
    let groups = DECILES.min(n);
    let group = |g: usize| {
        let rows = &ranked[g * n / groups..(g + 1) * n / groups];
        let mut sums = Sums::default();
        for i in rows {
            sums.add(trial.arms()[*i], trial.outcomes()[*i]);
        }
        let [control, treated] = sums.n;
        let both = control > 0.0 && treated > 0.0;
        let variances = sums.of_mean(0).zip(sums.of_mean(1));
        Decile {
            predicted: rows.iter().map(|i| predictions[*i]).sum::<f64>() / rows.len() as f64,
            observed: both.then(|| sums.y[1] / treated - sums.y[0] / control),
            standard_error: variances.map(|(a, b)| (a + b).sqrt()),
            n_treated: treated as u32,
            n_control: control as u32,
        }
    };
    (0..groups).map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::incentives::config::UpliftConfig;
    use crate::platform::incentives::linear::Rows;
    use crate::platform::incentives::meta_learner::{OutcomeKind, Propensity, UpliftModel};
    use crate::platform::incentives::trial::Halves;
    use crate::sim::ids::AvatarId;
    use crate::sim::rng::{Purpose, RngStream};

    fn trial(rows: &[(Arm, f64)]) -> Trial {
        let x = Rows::new(1, vec![0.0; rows.len()]).unwrap();
        let (arms, outcomes) = rows.iter().copied().unzip();
        Trial::new(x, arms, outcomes).unwrap()
    }

    #[test]
    fn a_small_curve_is_that_computed_by_hand() {
        use Arm::{Control, Treated};
        let six = trial(&[
            (Treated, 1.0),
            (Control, 0.0),
            (Treated, 1.0),
            (Control, 1.0),
            (Treated, 0.0),
            (Control, 0.0),
        ]);
        let qini = Qini::of(&[6.0, 5.0, 4.0, 3.0, 2.0, 1.0], &six, 0.5).unwrap();
        // Q = 1, 1, 2, 2 − 1·2/2, 2 − 1·3/2, 2 − 1; all over three treated. Its area is 1/3, the line's 1/6.
        let by_hand = [0.0, 1.0, 1.0, 2.0, 1.0, 0.5, 1.0];
        for (point, q) in qini.curve.iter().zip(by_hand) {
            assert!((point.gained - q / 3.0).abs() < 1e-12, "{point:?} {q}");
        }
        assert!((qini.coefficient - 1.0 / 6.0).abs() < 1e-12);
        assert!((qini.average_effect() - 1.0 / 3.0).abs() < 1e-12);
    }

    /// Effects from U[0,1], half treated, no noise: the area of a perfect ranking is 1/2 − 1/6 − 1/4 = 1/12.
    fn uniform_effects(seed: u64, n: u64) -> (Trial, Vec<f64>) {
        let mut effects = vec![];
        let rows: Vec<(Arm, f64)> = (0..n)
            .map(|i| {
                let mut rng = RngStream::new(seed, Purpose::Test, i, 0);
                let effect = rng.uniform();
                effects.push(effect);
                if rng.chance(0.5) {
                    (Arm::Treated, effect)
                } else {
                    (Arm::Control, 0.0)
                }
            })
            .collect();
        (trial(&rows), effects)
    }

    #[test]
    fn perfect_random_and_inverted_rankings_score_a_twelfth_nothing_and_minus_a_twelfth() {
        let (trial, effects) = uniform_effects(1, 20_000);
        let coefficient = |scores: &[f64]| Qini::of(scores, &trial, 0.5).unwrap().coefficient;
        let luck: Vec<f64> = (0..20_000)
            .map(|i| RngStream::new(2, Purpose::Test, i, 0).uniform())
            .collect();
        let inverted: Vec<f64> = effects.iter().map(|e| -e).collect();
        // The deviation of the mean over a tenth of 10 000 treated rows is 0.009; of the area it is below 0.003.
        assert!((coefficient(&effects) - 1.0 / 12.0).abs() < 0.008);
        assert!(coefficient(&luck).abs() < 0.008);
        assert!((coefficient(&inverted) + 1.0 / 12.0).abs() < 0.008);
        assert_eq!(coefficient(&vec![0.3; 20_000]), 0.0, "all tied");
    }

    #[test]
    fn deciles_of_a_perfect_ranking_observe_what_was_predicted() {
        let (trial, effects) = uniform_effects(3, 20_000);
        let deciles = Qini::of(&effects, &trial, 0.5).unwrap().deciles;
        assert_eq!(deciles.len(), 10);
        for (decile, center) in deciles
            .iter()
            .zip((0..10).map(|g| 0.95 - 0.1 * f64::from(g)))
        {
            let (seen, error) = (decile.observed.unwrap(), decile.standard_error.unwrap());
            assert!((seen - center).abs() < 0.012, "{decile:?}");
            assert!(error < 0.002 && decile.n_treated + decile.n_control == 2_000);
        }
    }

    #[test]
    fn order_of_tied_rows_does_not_matter() {
        use Arm::{Control, Treated};
        let rows = [
            (Treated, 1.0),
            (Control, 1.0),
            (Treated, 0.0),
            (Control, 0.0),
        ];
        let scores = [1.0, 1.0, 1.0, 0.0];
        let one = Qini::of(&scores, &trial(&rows), 0.5).unwrap();
        let swapped = [rows[2], rows[1], rows[0], rows[3]];
        let other = Qini::of(&scores, &trial(&swapped), 0.5).unwrap();
        assert_eq!(
            (one.curve, one.coefficient),
            (other.curve, other.coefficient)
        );
    }

    #[test]
    fn a_learned_ranking_helps_on_avatars_it_was_not_learned_from() {
        let (mut x, mut arms, mut y, mut avatars) = (vec![], vec![], vec![], vec![]);
        for i in 0..6_000u32 {
            let mut rng = RngStream::new(6, Purpose::Test, u64::from(i), 0);
            let row = [rng.normal(), rng.normal(), rng.normal()];
            let arm = if rng.chance(0.3) {
                Arm::Treated
            } else {
                Arm::Control
            };
            let effect = if arm == Arm::Treated { row[0] } else { 0.0 };
            y.push(2.0 * row[1] + effect + rng.normal());
            arms.push(arm);
            x.extend(row);
            avatars.push(AvatarId(i));
        }
        let trial = Trial::new(Rows::new(3, x).unwrap(), arms, y).unwrap();
        let halves = Halves::by_avatar(&avatars, 500_000, 1);
        let (learned, held_out) = (trial.take(&halves.learned), trial.take(&halves.held_out));
        let known = Propensity::Known(0.3);
        let config = UpliftConfig::BASELINE;
        let model = UpliftModel::fit(&learned, OutcomeKind::Number, known, &config).unwrap();
        let found = Qini::of(&model.predict_all(held_out.rows()), &held_out, 0.3).unwrap();
        // Effects N(0, 1) ranked perfectly: ∫ φ(Φ⁻¹(u)) du = 1 / (2 √π) = 0.282; the noise of 3 000 rows is about 0.03.
        assert!(
            (found.coefficient - 0.282).abs() < 0.1,
            "{}",
            found.coefficient
        );
    }

    #[test]
    fn what_cannot_be_judged_is_named() {
        let (trial, effects) = uniform_effects(4, 1_000);
        assert!(Qini::of(&effects[1..], &trial, 0.5).is_err());
        assert!(
            Qini::of(&effects, &trial, 0.2).is_err(),
            "half were treated"
        );
        let mut broken = effects;
        broken[3] = f64::NAN;
        let error = Qini::of(&broken, &trial, 0.5).unwrap_err();
        assert!(error.to_string().contains("row 3 is NaN"));
    }
}
