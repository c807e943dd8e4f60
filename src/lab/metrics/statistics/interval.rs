//! Estimates with intervals: means, paired differences, shares, and anything resampled by avatar.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::normal::normal_reach;
use super::quantile::quantile;
use super::student::student_quantile;
use crate::sim::rng::{Purpose, RngStream};

/// An estimate and the ends of its two-sided interval, in the unit of what is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The estimate itself.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How many values, pairs, trials or units it rests on.
    pub n: u64,
}

impl Interval {
    /// Says whether `x` lies in the interval, ends included.
    #[must_use]
    pub fn contains(&self, x: f64) -> bool {
        (self.low..=self.high).contains(&x)
    }
}

/// Returns the mean with a t interval of the given level, 0.95 for 95 percent.
///
/// `None` for fewer than two values, for values that are not finite, and for levels outside (0, 1).
#[must_use]
pub fn mean_interval(values: &[f64], level: f64) -> Option<Interval> {
    if values.len() < 2 || !is_level(level) || values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    let standard_error = libm::sqrt(squares / (n - 1.0) / n);
    let reach = student_quantile(0.5 + 0.5 * level, n - 1.0) * standard_error;
    Some(Interval {
        estimate: mean,
        low: mean - reach,
        high: mean + reach,
        n: values.len() as u64,
    })
}

/// Returns the mean of `treated[i] − control[i]` with a t interval, for arms that share their luck seed by seed.
///
/// `None` where the two differ in length, and as for [`mean_interval`].
#[must_use]
pub fn paired_difference(treated: &[f64], control: &[f64], level: f64) -> Option<Interval> {
    if treated.len() != control.len() {
        return None;
    }
    let differences: Vec<f64> = treated.iter().zip(control).map(|(t, c)| t - c).collect();
    mean_interval(&differences, level)
}

/// Returns a share with its Wilson score interval; `None` without trials, or with more successes than trials.
///
/// Unlike the normal interval it never leaves `[0, 1]` and has width where no trial succeeded.
///
/// # Source
/// Wilson (1927).
#[must_use]
pub fn wilson(successes: u64, trials: u64, level: f64) -> Option<Interval> {
    if trials == 0 || successes > trials || !is_level(level) {
        return None;
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let z = normal_reach(level);
    let z2 = z * z;
    let center = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let reach = z / (1.0 + z2 / n) * libm::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
    Some(Interval {
        estimate: p,
        low: if successes == 0 {
            0.0
        } else {
            (center - reach).max(0.0)
        },
        high: if successes == trials {
            1.0
        } else {
            (center + reach).min(1.0)
        },
        n: trials,
    })
}

/// Returns a statistic of `n_units` units with its percentile bootstrap interval.
///
/// Units (avatars, as a rule: their events are not independent) are drawn with replacement;
/// `statistic` receives the indices drawn, and first all indices once for the estimate.
/// Replicate `r` has a stream of its own, so the answer is the same on any number of threads.
/// Replicates whose statistic is undefined are left out; `None` if fewer than half are defined.
///
/// # Source
/// Efron (1979).
pub fn bootstrap<F>(
    n_units: usize,
    n_replicates: u32,
    level: f64,
    seed: u64,
    statistic: F,
) -> Option<Interval>
where
    F: Fn(&[usize]) -> Option<f64> + Sync,
{
    if n_units == 0 || n_replicates == 0 || !is_level(level) {
        return None;
    }
    let everyone: Vec<usize> = (0..n_units).collect();
    let estimate = statistic(&everyone)?;
    let replicates: Vec<f64> = (0..n_replicates)
        .into_par_iter()
        .map(|r| {
            let mut rng = RngStream::new(seed, Purpose::Bootstrap, u64::from(r), 0);
            let drawn: Vec<usize> = (0..n_units).map(|_| rng.below(n_units)).collect();
            statistic(&drawn).filter(|x| x.is_finite())
        })
        .collect::<Vec<Option<f64>>>()
        .into_iter()
        .flatten()
        .collect();
    if replicates.len() * 2 < n_replicates as usize {
        return None;
    }
    let tail = 0.5 - 0.5 * level;
    Some(Interval {
        estimate,
        low: quantile(&replicates, tail)?,
        high: quantile(&replicates, 1.0 - tail)?,
        n: n_units as u64,
    })
}

/// Says whether a confidence level is one.
fn is_level(level: f64) -> bool {
    level > 0.0 && level < 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [f64; 5] = [2.1, 2.5, 1.9, 3.3, 2.8];
    const B: [f64; 5] = [1.8, 2.6, 1.5, 2.7, 2.9];

    #[test]
    fn mean_interval_matches_scipy() {
        // scipy.stats.t.interval(.95, 4, mean, sem) = (1.8264442350150705, 3.2135557649849305)
        let i = mean_interval(&A, 0.95).expect("five values");
        assert!((i.estimate - 2.52).abs() < 1e-14);
        assert!((i.low - 1.826_444_235_015_070_5).abs() < 1e-12);
        assert!((i.high - 3.213_555_764_984_930_5).abs() < 1e-12);
    }

    #[test]
    fn paired_difference_matches_scipy() {
        // The same call on a − b: mean 0.22, (-0.16671405455482172, 0.6067140545548215)
        let i = paired_difference(&A, &B, 0.95).expect("five pairs");
        assert!((i.low + 0.166_714_054_554_821_72).abs() < 1e-12);
        assert!((i.high - 0.606_714_054_554_821_5).abs() < 1e-12);
        assert!(i.contains(0.0));
        assert_eq!(paired_difference(&A, &B[1..], 0.95), None);
    }

    #[test]
    fn one_value_has_no_interval() {
        assert_eq!(mean_interval(&[1.0], 0.95), None);
        assert_eq!(mean_interval(&[1.0, f64::NAN], 0.95), None);
        assert_eq!(mean_interval(&A, 1.0), None);
    }

    #[test]
    fn wilson_matches_statsmodels() {
        // proportion_confint(7, 50, method="wilson") = (0.06950833427016288, 0.26186193710585537)
        let i = wilson(7, 50, 0.95).expect("trials");
        assert!((i.low - 0.069_508_334_270_162_88).abs() < 1e-12);
        assert!((i.high - 0.261_861_937_105_855_37).abs() < 1e-12);
        // proportion_confint(0, 20, method="wilson") = (0.0, 0.1611251580528194)
        let i = wilson(0, 20, 0.95).expect("trials");
        assert_eq!(i.low, 0.0);
        assert!((i.high - 0.161_125_158_052_819_4).abs() < 1e-12);
        assert_eq!(wilson(1, 0, 0.95), None);
        assert_eq!(wilson(3, 2, 0.95), None);
    }

    #[test]
    fn t_intervals_cover_the_truth_as_often_as_they_say() {
        let n_worlds = 2_000;
        let covered = (0..n_worlds)
            .filter(|id| {
                let mut rng = RngStream::new(5, Purpose::Test, *id, 0);
                let values: Vec<f64> = (0..6).map(|_| 3.0 + rng.normal()).collect();
                mean_interval(&values, 0.95).is_some_and(|i| i.contains(3.0))
            })
            .count();
        let share = covered as f64 / n_worlds as f64;
        // Four standard errors of √(0.95 · 0.05 / 2000) = 0.0049.
        assert!((share - 0.95).abs() < 0.0195, "{share}");
    }

    #[test]
    fn bootstrap_of_a_mean_is_as_wide_as_theory_and_repeats_itself() {
        let mut rng = RngStream::new(6, Purpose::Test, 0, 0);
        let values: Vec<f64> = (0..400).map(|_| 10.0 + 2.0 * rng.normal()).collect();
        let mean = |drawn: &[usize]| {
            Some(drawn.iter().map(|i| values[*i]).sum::<f64>() / drawn.len() as f64)
        };
        let boot = bootstrap(values.len(), 1_000, 0.95, 7, mean).expect("defined");
        let exact = mean_interval(&values, 0.95).expect("400 values");
        assert_eq!(boot.estimate, exact.estimate);
        let ratio = (boot.high - boot.low) / (exact.high - exact.low);
        // The quantiles of 1000 replicates vary by a few percent.
        assert!((ratio - 1.0).abs() < 0.12, "{ratio}");
        assert_eq!(bootstrap(values.len(), 1_000, 0.95, 7, mean), Some(boot));
    }

    #[test]
    fn a_statistic_that_is_rarely_defined_has_no_interval() {
        let rare = |drawn: &[usize]| (drawn[0] == 0).then_some(1.0);
        assert_eq!(bootstrap(50, 200, 0.95, 1, rare), None);
        assert_eq!(bootstrap(0, 200, 0.95, 1, |_| Some(1.0)), None);
    }
}
