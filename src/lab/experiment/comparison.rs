//! All headline metrics of all arms, run over the same seeds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::paired::Paired;

/// The headline numbers of one run; `None` where it was too short to observe them.
pub type Metrics = BTreeMap<String, Option<f64>>;

/// What arms of a scenario showed over the same seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The arms, the one compared against first.
    pub arms: Vec<String>,
    /// The seeds, in order.
    pub seeds: Vec<u64>,
    /// By metric.
    pub metrics: BTreeMap<String, MetricRow>,
}

/// One metric over arms and seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricRow {
    /// Values by arm, then by seed.
    pub values: Vec<Vec<Option<f64>>>,
    /// Mean over seeds by arm; `None` where some run did not show the metric.
    pub means: Vec<Option<f64>>,
    /// Each further arm against the first; `None` where some run of either did not show the metric.
    pub against_first: Vec<Option<Paired>>,
}

/// The values of an arm, if every run showed one.
fn whole(values: &[Option<f64>]) -> Option<Vec<f64>> {
    values.iter().copied().collect()
}

impl Comparison {
    /// Compares runs, given by arm and then by seed.
    #[must_use]
    pub fn of(arms: Vec<String>, seeds: Vec<u64>, runs: &[Vec<Metrics>]) -> Self {
        let names: Vec<String> = runs
            .iter()
            .flatten()
            .next()
            .map(|m| m.keys().cloned().collect())
            .unwrap_or_default();
        let metrics = names
            .into_iter()
            .map(|name| {
                let values: Vec<Vec<Option<f64>>> = runs
                    .iter()
                    .map(|arm| {
                        arm.iter()
                            .map(|m| m.get(&name).copied().flatten())
                            .collect()
                    })
                    .collect();
                (name, MetricRow::of(values))
            })
            .collect();
        Self {
            arms,
            seeds,
            metrics,
        }
    }

    /// Compares `more` against `less` in a metric; `None` if an arm or the metric is not there, or was not observable.
    #[must_use]
    pub fn paired(&self, metric: &str, less: &str, more: &str) -> Option<Paired> {
        let row = self.metrics.get(metric)?;
        let of = |arm: &str| {
            let at = self.arms.iter().position(|a| a == arm)?;
            whole(&row.values[at])
        };
        Paired::of(&of(less)?, &of(more)?)
    }
}

impl MetricRow {
    fn of(values: Vec<Vec<Option<f64>>>) -> Self {
        let known: Vec<Option<Vec<f64>>> = values.iter().map(|v| whole(v)).collect();
        let means = known
            .iter()
            .map(|v| {
                let v = v.as_ref().filter(|v| !v.is_empty())?;
                Some(v.iter().sum::<f64>() / v.len() as f64)
            })
            .collect();
        let against_first = known
            .iter()
            .skip(1)
            .map(|v| Paired::of(known[0].as_ref()?, v.as_ref()?))
            .collect();
        Self {
            values,
            means,
            against_first,
        }
    }

    /// Says whether every run of every arm showed the metric.
    #[must_use]
    pub fn is_observable(&self) -> bool {
        self.values.iter().flatten().all(Option::is_some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(dau: f64, d30: Option<f64>) -> Metrics {
        BTreeMap::from([("dau".to_owned(), Some(dau)), ("d30".to_owned(), d30)])
    }

    fn three_arms() -> Comparison {
        let runs = [
            vec![run(10.0, None), run(20.0, Some(0.1))],
            vec![run(12.0, Some(0.1)), run(23.0, Some(0.2))],
            vec![run(9.0, Some(0.1)), run(18.0, Some(0.2))],
        ];
        let arms = ["a", "b", "c"].map(str::to_owned).to_vec();
        Comparison::of(arms, vec![1, 2], &runs)
    }

    #[test]
    fn every_arm_is_compared_with_the_first() {
        let c = three_arms();
        let dau = &c.metrics["dau"];
        assert_eq!(dau.means, [Some(15.0), Some(17.5), Some(13.5)]);
        let against: Vec<f64> = dau
            .against_first
            .iter()
            .map(|p| p.expect("observable").difference.estimate)
            .collect();
        assert_eq!(against, [2.5, -1.5]);
        assert_eq!(
            c.paired("dau", "c", "b").map(|p| p.difference.estimate),
            Some(4.0)
        );
        assert_eq!(c.paired("dau", "c", "nobody"), None);
    }

    #[test]
    fn a_metric_that_one_run_does_not_show_is_not_compared() {
        let c = three_arms();
        let d30 = &c.metrics["d30"];
        assert!(!d30.is_observable());
        assert_eq!(d30.means[0], None);
        assert_eq!(d30.against_first, [None, None]);
        assert!(c.paired("d30", "b", "c").is_some(), "both showed it");
    }
}
