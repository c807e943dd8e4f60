//! Shadow evaluation: a challenger is judged on the live stream before it decides anything.
//!
//! While the incumbent decides what is shown, the challenger scores the same lists in its shadow. For everything that was
//! chosen, both models' ranks of it are compared: among what was shown, and among all candidates. What was shown was picked
//! by the incumbent and looked at in its order, which favours the incumbent, most of all among the candidates; therefore the
//! verdict is about what was shown, with every choice weighted against how much its place is looked at anyway.
//!
//! People are the unit of the statistics: choices of one person are not independent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bounds::{normal_bounds, resampled_bounds};
use crate::config;
use crate::sim::math;

config! {
    /// When a challenger that runs in the shadow of the live model takes over.
    pub struct ShadowConfig {
        /// People whose choices must have been seen before anything is decided.
        least_people: u32 = 100, "people", 2..=1_000_000;
        /// Probability with which the bound on the difference holds.
        confidence: f64 = 0.95, "-", 0.5..=0.999;
        /// By how much the challenger may be worse at the bound and still take over.
        tolerance: f64 = 0.02, "discounted gain", 0.0..=1.0;
        /// Resamples of the bootstrapped bound; 0 takes the normal bound.
        resamples: u32 = 0, "resamples", 0..=100_000;
        /// Greatest weight of a choice in a place that is hardly looked at.
        weight_cap: f64 = 10.0, "-", 1.0..=1000.0;
    }
}

/// Something was chosen from a list that the incumbent made.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// Who chose.
    pub person: u32,
    /// Position of what was chosen in the list of candidates.
    pub chosen: usize,
    /// Positions in the list of candidates of what was shown, in the order in which it was shown.
    pub shown: &'a [usize],
    /// The incumbent's scores of the candidates, higher is better.
    pub incumbent: &'a [f32],
    /// The challenger's scores of the same candidates.
    pub challenger: &'a [f32],
    /// Probability that the place of what was chosen is looked at, in (0, 1]; 1 where it is not known.
    pub examination: f64,
}

/// Why a choice cannot be counted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ShadowError {
    /// The two models scored different lists.
    #[error("challenger has {found} scores, the incumbent {expected}")]
    Scores {
        /// Scores of the challenger.
        found: usize,
        /// Scores of the incumbent.
        expected: usize,
    },
    /// What was chosen or shown is not among the candidates.
    #[error("{what} is candidate {found}, there are {candidates}")]
    Candidate {
        /// Which.
        what: &'static str,
        /// Its position.
        found: usize,
        /// How many candidates there are.
        candidates: usize,
    },
    /// What was chosen was not shown.
    #[error("candidate {0} was chosen and not shown")]
    NotShown(usize),
    /// The probability of being looked at is none.
    #[error("examination is {0}, allowed is above 0 to 1")]
    Examination(f64),
}

/// What becomes of a challenger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It takes over.
    Promote,
    /// It stays in the shadow: too little was seen, or the two cannot be told apart.
    Hold,
    /// It is dropped: it is worse.
    Retire,
}

impl Verdict {
    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Hold => "hold",
            Self::Retire => "retire",
        }
    }
}

/// A paired difference, challenger minus incumbent, in mean discounted gain per person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Mean gain of the incumbent.
    pub incumbent: f64,
    /// Mean gain of the challenger.
    pub challenger: f64,
    /// Mean difference.
    pub mean: f64,
    /// Bound below which the difference lies with probability 1 − confidence.
    pub lower: f64,
    /// Bound above which it lies with probability 1 − confidence.
    pub upper: f64,
}

/// How a challenger did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShadowReport {
    /// People who chose something.
    pub people: u32,
    /// What they chose.
    pub choices: u64,
    /// Among what was shown: the difference that decides.
    pub shown: Difference,
    /// Among all candidates; it favours whoever picked what was shown.
    pub candidates: Difference,
    /// What follows.
    pub verdict: Verdict,
}

/// Sums over a person's choices: weight, then gains of incumbent and challenger among shown and candidates.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Sums {
    weight: f64,
    shown: [f64; 2],
    candidates: [f64; 2],
}

/// A challenger in the shadow of the live model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    config: ShadowConfig,
    choices: u64,
    people: BTreeMap<u32, Sums>,
}

impl Shadow {
    /// Begins to watch.
    #[must_use]
    pub const fn new(config: ShadowConfig) -> Self {
        Self {
            config,
            choices: 0,
            people: BTreeMap::new(),
        }
    }

    /// Takes a choice.
    ///
    /// A model gains 1/log₂(rank + 1) for the rank it gives to what was chosen; of equal scores the middle of their ranks.
    ///
    /// # Errors
    /// [`ShadowError`] if the lists do not fit together; the choice is then not counted.
    pub fn observe(&mut self, choice: &Choice<'_>) -> Result<(), ShadowError> {
        check(choice)?;
        let weight = (1.0 / choice.examination).min(self.config.weight_cap);
        let sums = self.people.entry(choice.person).or_default();
        sums.weight += weight;
        for (model, scores) in [choice.incumbent, choice.challenger]
            .into_iter()
            .enumerate()
        {
            let own = scores[choice.chosen];
            let among_shown = gain(own, choice.shown.iter().map(|at| scores[*at]));
            sums.shown[model] += weight * among_shown;
            sums.candidates[model] += weight * gain(own, scores.iter().copied());
        }
        self.choices += 1;
        Ok(())
    }

    /// Judges the challenger by all choices so far.
    ///
    /// Meant for the end of a window that was set beforehand: looking again and again until something is decided would be
    /// wrong more often than `confidence` says. `seed` is for the resamples.
    #[must_use]
    pub fn judge(&self, seed: u64) -> ShadowReport {
        let shown = self.difference(seed, |s| s.shown);
        let candidates = self.difference(seed, |s| s.candidates);
        let people = self.people.len() as u32;
        let verdict = if people < self.config.least_people {
            Verdict::Hold
        } else if shown.upper < -self.config.tolerance {
            Verdict::Retire
        } else if shown.lower > -self.config.tolerance {
            Verdict::Promote
        } else {
            Verdict::Hold
        };
        ShadowReport {
            people,
            choices: self.choices,
            shown,
            candidates,
            verdict,
        }
    }

    fn difference(&self, seed: u64, of: impl Fn(&Sums) -> [f64; 2]) -> Difference {
        let means: Vec<[f64; 2]> = self
            .people
            .values()
            .map(|s| of(s).map(|sum| sum / s.weight))
            .collect();
        let n = means.len().max(1) as f64;
        let [incumbent, challenger] = [0, 1].map(|m| means.iter().map(|x| x[m]).sum::<f64>() / n);
        let each: Vec<f64> = means.iter().map(|[a, b]| b - a).collect();
        let mean = each.iter().sum::<f64>() / n;
        let (lower, upper) = match self.config.resamples {
            0 => normal_bounds(&each, mean, self.config.confidence),
            resamples => resampled_bounds(&each, resamples, self.config.confidence, seed),
        };
        Difference {
            incumbent,
            challenger,
            mean,
            lower,
            upper,
        }
    }
}

fn check(choice: &Choice<'_>) -> Result<(), ShadowError> {
    let candidates = choice.incumbent.len();
    if choice.challenger.len() != candidates {
        return Err(ShadowError::Scores {
            found: choice.challenger.len(),
            expected: candidates,
        });
    }
    let outside = |what, found| ShadowError::Candidate {
        what,
        found,
        candidates,
    };
    if choice.chosen >= candidates {
        return Err(outside("chosen", choice.chosen));
    }
    if let Some(at) = choice.shown.iter().find(|at| **at >= candidates) {
        return Err(outside("shown", *at));
    }
    if !choice.shown.contains(&choice.chosen) {
        return Err(ShadowError::NotShown(choice.chosen));
    }
    if !(choice.examination > 0.0 && choice.examination <= 1.0) {
        return Err(ShadowError::Examination(choice.examination));
    }
    Ok(())
}

/// Returns the discounted gain of a score among scores that include it; a score that is no number comes last.
fn gain(own: f32, among: impl Iterator<Item = f32>) -> f64 {
    let key = |s: f32| if s.is_nan() { f32::NEG_INFINITY } else { s };
    let own = key(own);
    let (mut above, mut same) = (0u32, 0u32);
    for s in among.map(key) {
        above += u32::from(s > own);
        same += u32::from(s == own);
    }
    // Neither model gains by having no opinion: ties share the middle of their ranks.
    let rank = f64::from(above) + f64::from(same + 1) / 2.0;
    1.0 / math::log2(rank + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    /// Choices of people who take what `truth` ranks high from a slate, scored by models that see the truth with noise.
    fn watched(config: ShadowConfig, seed: u64, people: u32, noise: [f64; 2]) -> Shadow {
        let mut shadow = Shadow::new(config);
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        for person in 0..people {
            for _ in 0..=rng.below(4) {
                let truth: Vec<f64> = (0..40).map(|_| rng.normal()).collect();
                let mut blurred = |by: f64| -> Vec<f32> {
                    let scores = truth.iter().map(|t| (t + by * rng.normal()) as f32);
                    scores.collect()
                };
                let [incumbent, challenger] = noise.map(&mut blurred);
                // The slate is drawn by chance, so that it favours neither.
                let mut shown: Vec<usize> = (0..10).map(|i| 4 * i + rng.below(4)).collect();
                shown.sort_unstable();
                let weights: Vec<f64> =
                    shown.iter().map(|at| math::exp(2.0 * truth[*at])).collect();
                let chosen = shown[rng.weighted(&weights).unwrap()];
                let choice = Choice {
                    person,
                    chosen,
                    shown: &shown,
                    incumbent: &incumbent,
                    challenger: &challenger,
                    examination: 1.0,
                };
                shadow.observe(&choice).unwrap();
            }
        }
        shadow
    }

    /// Nothing is tolerated.
    const STRICT: ShadowConfig = ShadowConfig {
        tolerance: 0.0,
        ..ShadowConfig::BASELINE
    };

    fn with(resamples: u32) -> ShadowConfig {
        ShadowConfig {
            resamples,
            ..STRICT
        }
    }

    #[test]
    fn differences_are_those_computed_by_hand() {
        let mut shadow = Shadow::new(STRICT);
        let mut choose = |person, examination, challenger: [f32; 4]| {
            let choice = Choice {
                person,
                chosen: 1,
                shown: &[0, 1],
                incumbent: &[4.0, 3.0, 2.0, 1.0],
                challenger: &challenger,
                examination,
            };
            shadow.observe(&choice).unwrap();
        };
        // Among the shown the incumbent ranks it second: 1/log₂ 3.
        choose(7, 1.0, [1.0, 3.0, 4.0, 0.0]);
        // Looked at with probability ¼, so that it weighs 4: the challenger ranks it second too.
        choose(7, 0.25, [2.0, 1.0, 0.0, 0.0]);
        // All the same: rank 1.5 of two, 2.5 of four.
        choose(9, 1.0, [f32::NAN; 4]);
        let report = shadow.judge(1);
        let second = 1.0 / math::log2(3.0);
        let person_7 = (1.0 + 4.0 * second) / 5.0;
        let person_9 = 1.0 / math::log2(2.5);
        assert!((report.shown.incumbent - second).abs() < 1e-12);
        assert!((report.shown.challenger - f64::midpoint(person_7, person_9)).abs() < 1e-12);
        let (a, b) = (person_7 - second, person_9 - second);
        let reach = 1.644_853_626_951_472 * (a - b).abs() / 2.0;
        let mean = f64::midpoint(a, b);
        assert!((report.shown.mean - mean).abs() < 1e-12);
        assert!((report.shown.lower - (mean - reach)).abs() < 1e-9);
        assert!((report.shown.upper - (mean + reach)).abs() < 1e-9);
        let among_all = (second + 4.0 * second) / 5.0;
        let expected = f64::midpoint(among_all, 1.0 / math::log2(3.5));
        assert!((report.candidates.challenger - expected).abs() < 1e-12);
        assert_eq!(
            (report.people, report.choices, report.verdict),
            (2, 3, Verdict::Hold)
        );
    }

    #[test]
    fn a_better_challenger_is_promoted_and_a_worse_one_retired_by_either_bound() {
        for config in [with(0), with(500)] {
            let verdict = |noise| watched(config.clone(), 3, 400, noise).judge(1).verdict;
            assert_eq!(verdict([2.0, 0.3]), Verdict::Promote);
            assert_eq!(verdict([0.3, 2.0]), Verdict::Retire);
            let few = watched(config.clone(), 3, 50, [2.0, 0.3]).judge(1);
            assert_eq!(few.verdict, Verdict::Hold);
        }
    }

    #[test]
    fn prop_equal_models_are_promoted_about_as_seldom_as_the_confidence_says() {
        let n = 400;
        let promoted = (0..n)
            .map(|seed| {
                watched(with(0), 1_000 + seed, 120, [1.0, 1.0])
                    .judge(1)
                    .verdict
            })
            .filter(|v| *v == Verdict::Promote)
            .count();
        // 5 % of 400 are 20; four standard errors are 17.4.
        assert!((3..=37).contains(&promoted), "{promoted}");
    }

    #[test]
    fn normal_and_resampled_bounds_agree_on_many_people() {
        let normal = watched(with(0), 5, 400, [1.0, 0.8]).judge(1).shown;
        let drawn = watched(with(2_000), 5, 400, [1.0, 0.8]).judge(1).shown;
        assert_eq!(normal.mean, drawn.mean);
        let reach = normal.upper - normal.mean;
        assert!((normal.lower - drawn.lower).abs() < 0.1 * reach);
        assert!((normal.upper - drawn.upper).abs() < 0.1 * reach);
        assert!(drawn.lower < drawn.mean && drawn.mean < drawn.upper);
    }

    #[test]
    fn a_tolerance_lets_an_equal_challenger_take_over() {
        let config = ShadowConfig {
            tolerance: 0.2,
            ..STRICT
        };
        let verdict = watched(config, 3, 400, [1.0, 1.0]).judge(1).verdict;
        assert_eq!(verdict, Verdict::Promote);
    }

    #[test]
    fn a_challenger_that_is_the_incumbent_is_held() {
        let mut shadow = Shadow::new(ShadowConfig {
            least_people: 2,
            ..STRICT
        });
        for person in 0..10 {
            let choice = Choice {
                person,
                chosen: 0,
                shown: &[0, 1],
                incumbent: &[1.0, 2.0],
                challenger: &[1.0, 2.0],
                examination: 1.0,
            };
            shadow.observe(&choice).unwrap();
        }
        let report = shadow.judge(1);
        assert_eq!((report.shown.mean, report.verdict), (0.0, Verdict::Hold));
        assert_eq!(Shadow::new(with(10)).judge(1).verdict, Verdict::Hold);
    }

    #[test]
    fn choices_that_do_not_fit_together_are_refused_and_not_counted() {
        let mut shadow = Shadow::new(STRICT);
        let good = Choice {
            person: 0,
            chosen: 1,
            shown: &[0, 1],
            incumbent: &[1.0, 2.0, 3.0],
            challenger: &[1.0, 2.0, 3.0],
            examination: 0.5,
        };
        let bad = [
            Choice {
                challenger: &[1.0],
                ..good
            },
            Choice { chosen: 3, ..good },
            Choice {
                shown: &[1, 5],
                ..good
            },
            Choice { chosen: 2, ..good },
            Choice {
                examination: 0.0,
                ..good
            },
            Choice {
                examination: f64::NAN,
                ..good
            },
        ];
        for choice in bad {
            assert!(shadow.observe(&choice).is_err(), "{choice:?}");
        }
        assert_eq!(shadow, Shadow::new(STRICT));
        shadow.observe(&good).unwrap();
        assert_eq!(shadow.judge(1).choices, 1);
    }
}
