//! Whether a scenario's promises hold in what its arms showed.

use serde::Serialize;

use super::schema::{Expectation, Rule};
use crate::lab::experiment::comparison::Comparison;
use crate::lab::experiment::paired::Paired;

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Kept,
    /// It does not hold, or what it is about could not be observed.
    Broken,
    /// An arm it is about was not run.
    NotJudged,
}

/// A promise and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// Name of the metric.
    pub metric: String,
    /// What was promised, in words.
    pub promise: String,
    /// What became of it.
    pub verdict: Verdict,
    /// For promises about two arms: arm with more − arm with less.
    pub paired: Option<Paired>,
}

/// Judges a promise.
///
/// A promise about two arms holds if the paired 95 % interval of their difference excludes zero on the promised side;
/// one about a range holds if every run of every arm lies within it, as `agora run` demands of a single one.
#[must_use]
pub fn judge(promise: &Expectation, shown: &Comparison) -> Judged {
    let metric = promise.metric.clone();
    match &promise.rule {
        Rule::Lower(less, more) => {
            let was_run = [less, more].iter().all(|a| shown.arms.contains(a));
            let paired = shown.paired(&metric, less, more);
            Judged {
                promise: format!("lower in {less} than in {more}"),
                verdict: match paired {
                    _ if !was_run => Verdict::NotJudged,
                    Some(p) if p.is_higher() => Verdict::Kept,
                    Some(_) | None => Verdict::Broken,
                },
                paired,
                metric,
            }
        }
        Rule::Within(low, high) => {
            let lies_within = |v: &Option<f64>| v.is_some_and(|v| v >= *low && v <= *high);
            let holds = shown
                .metrics
                .get(&metric)
                .is_some_and(|row| row.values.iter().flatten().all(lies_within));
            Judged {
                promise: format!("from {low} to {high} in every run"),
                verdict: if holds {
                    Verdict::Kept
                } else {
                    Verdict::Broken
                },
                paired: None,
                metric,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Two arms over four seeds.
    fn shown(light: [f64; 4], heavy: [f64; 4]) -> Comparison {
        let arm = |values: [f64; 4]| {
            values
                .map(|v| BTreeMap::from([("satisfaction".to_owned(), Some(v))]))
                .to_vec()
        };
        let arms = vec!["light".to_owned(), "heavy".to_owned()];
        Comparison::of(arms, vec![1, 2, 3, 4], &[arm(light), arm(heavy)])
    }

    fn promise(rule: Rule) -> Expectation {
        Expectation {
            metric: "satisfaction".to_owned(),
            rule,
        }
    }

    fn lower(less: &str, more: &str) -> Expectation {
        promise(Rule::Lower(less.to_owned(), more.to_owned()))
    }

    #[test]
    fn a_difference_beyond_chance_keeps_the_promise_and_its_opposite_breaks_it() {
        let shown = shown([0.70, 0.72, 0.69, 0.71], [0.60, 0.63, 0.58, 0.60]);
        let j = judge(&lower("heavy", "light"), &shown);
        assert_eq!(j.verdict, Verdict::Kept);
        assert!(j.paired.is_some_and(|p| p.difference.estimate > 0.09));
        assert_eq!(
            judge(&lower("light", "heavy"), &shown).verdict,
            Verdict::Broken
        );
    }

    #[test]
    fn a_difference_that_chance_explains_breaks_the_promise() {
        // The mean is on the promised side; the interval is not.
        let shown = shown([0.70, 0.72, 0.69, 0.71], [0.60, 0.75, 0.72, 0.60]);
        assert_eq!(
            judge(&lower("heavy", "light"), &shown).verdict,
            Verdict::Broken
        );
        assert_eq!(
            judge(&lower("light", "heavy"), &shown).verdict,
            Verdict::Broken
        );
    }

    #[test]
    fn what_was_not_run_is_not_judged_and_what_was_not_seen_is_broken() {
        let shown = shown([0.7; 4], [0.6; 4]);
        assert_eq!(
            judge(&lower("heavy", "none"), &shown).verdict,
            Verdict::NotJudged
        );
        let unknown = Expectation {
            metric: "d30".to_owned(),
            ..lower("heavy", "light")
        };
        assert_eq!(judge(&unknown, &shown).verdict, Verdict::Broken);
        // Equal differences leave no doubt, and no width.
        assert_eq!(
            judge(&lower("heavy", "light"), &shown).verdict,
            Verdict::Kept
        );
    }

    #[test]
    fn a_range_must_hold_in_every_run() {
        let shown = shown([0.70, 0.72, 0.69, 0.71], [0.60, 0.63, 0.58, 0.60]);
        assert_eq!(
            judge(&promise(Rule::Within(0.5, 0.8)), &shown).verdict,
            Verdict::Kept
        );
        assert_eq!(
            judge(&promise(Rule::Within(0.59, 0.8)), &shown).verdict,
            Verdict::Broken
        );
    }
}
