//! Survival: how long things last when some of them are still going on.

use serde::{Deserialize, Serialize};

use super::interval::Interval;
use super::normal::normal_reach;
use crate::sim::math;

/// One stay, gap or life, seen to its end or cut off by the end of observation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spell {
    /// How long it was watched, in the caller's unit.
    pub duration: f64,
    /// Whether its end was seen.
    pub is_ended: bool,
}

impl Spell {
    /// Makes a spell whose end was seen.
    #[must_use]
    pub const fn ended(duration: f64) -> Self {
        Self {
            duration,
            is_ended: true,
        }
    }

    /// Makes a spell that was still going on when observation stopped (right-censored).
    #[must_use]
    pub const fn open(duration: f64) -> Self {
        Self {
            duration,
            is_ended: false,
        }
    }
}

/// What happened at one duration at which spells ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The duration.
    pub duration: f64,
    /// Spells that lasted at least so long.
    pub n_at_risk: u64,
    /// Spells that ended then.
    pub n_ended: u64,
    /// Share that lasts longer.
    pub survival: f64,
    /// Greenwood's sum Σ d / (n (n − d)) up to here; infinite once nothing survives.
    pub greenwood: f64,
}

/// The Kaplan–Meier estimate of a survival curve.
#[derive(Debug, Clone, PartialEq)]
pub struct KaplanMeier {
    /// Steps in ascending order of duration; spells that only stay open make none.
    pub steps: Vec<Step>,
    /// Spells in all.
    pub n: u64,
}

impl KaplanMeier {
    /// Estimates the curve; spells whose duration is negative or not finite are left out.
    ///
    /// # Source
    /// Ŝ(t) = Π (1 − d / n) over durations up to t (Kaplan and Meier 1958). A spell that is cut off at a
    /// duration at which others end is at risk there.
    #[must_use]
    pub fn fit(spells: &[Spell]) -> Self {
        let sorted = in_order(spells);
        let mut n_at_risk = sorted.len() as u64;
        let (mut survival, mut greenwood) = (1.0, 0.0);
        let mut steps = Vec::new();
        for together in sorted.chunk_by(|a, b| a.duration == b.duration) {
            let n_ended = together.iter().filter(|s| s.is_ended).count() as u64;
            if n_ended > 0 {
                let (d, n) = (n_ended as f64, n_at_risk as f64);
                survival *= 1.0 - d / n;
                greenwood += d / (n * (n - d));
                steps.push(Step {
                    duration: together[0].duration,
                    n_at_risk,
                    n_ended,
                    survival,
                    greenwood,
                });
            }
            n_at_risk -= together.len() as u64;
        }
        Self {
            steps,
            n: sorted.len() as u64,
        }
    }

    /// Returns the share that lasts longer than `duration`.
    #[must_use]
    pub fn survival(&self, duration: f64) -> f64 {
        self.step(duration).map_or(1.0, |s| s.survival)
    }

    /// Returns the share that lasts longer than `duration`, with its interval.
    ///
    /// Before the first end the interval is the point 1, and after the last survivor the point 0.
    ///
    /// # Source
    /// Greenwood's variance (1926) on the scale of ln(−ln S), which keeps the ends inside `[0, 1]`
    /// (Kalbfleisch and Prentice 1980).
    #[must_use]
    pub fn interval(&self, duration: f64, level: f64) -> Interval {
        let survival = self.survival(duration);
        let (mut low, mut high) = (survival, survival);
        if let Some(step) = self.step(duration)
            && survival > 0.0
        {
            let ln_s = math::ln(survival);
            let reach = normal_reach(level) * libm::sqrt(step.greenwood) / -ln_s;
            low = math::exp(ln_s * math::exp(reach));
            high = math::exp(ln_s * math::exp(-reach));
        }
        Interval {
            estimate: survival,
            low,
            high,
            n: self.n,
        }
    }

    /// Returns the shortest duration that at most half outlast; `None` if more than half were still going on.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.steps
            .iter()
            .find(|s| s.survival <= 0.5)
            .map(|s| s.duration)
    }

    /// Returns the last step at or before `duration`.
    fn step(&self, duration: f64) -> Option<&Step> {
        let after = self.steps.partition_point(|s| s.duration <= duration);
        after.checked_sub(1).map(|i| &self.steps[i])
    }
}

/// The outcome of a log-rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogRank {
    /// χ² with one degree of freedom.
    pub statistic: f64,
    /// Probability of a statistic at least so large if both groups last alike.
    pub p_value: f64,
    /// Ends seen in the first group.
    pub observed: u64,
    /// Ends expected in the first group if both last alike.
    pub expected: f64,
}

/// Tests whether two groups last alike; `None` if nothing ended while both were at risk.
///
/// # Source
/// Mantel (1966), with the hypergeometric variance.
#[must_use]
pub fn log_rank(first: &[Spell], second: &[Spell]) -> Option<LogRank> {
    let (first, second) = (in_order(first), in_order(second));
    let mut durations: Vec<f64> = first
        .iter()
        .chain(&second)
        .filter(|s| s.is_ended)
        .map(|s| s.duration)
        .collect();
    durations.sort_by(f64::total_cmp);
    durations.dedup();
    let at = |group: &[Spell], t: f64| {
        let from = group.partition_point(|s| s.duration < t);
        let until = group.partition_point(|s| s.duration <= t);
        let ended = group[from..until].iter().filter(|s| s.is_ended).count();
        ((group.len() - from) as f64, ended as u64)
    };
    let (mut observed, mut expected, mut variance) = (0, 0.0, 0.0);
    for t in durations {
        let (n1, d1) = at(&first, t);
        let (n2, d2) = at(&second, t);
        let (n, d) = (n1 + n2, (d1 + d2) as f64);
        observed += d1;
        expected += d * n1 / n;
        if n > 1.0 {
            variance += d * (n1 / n) * (n2 / n) * (n - d) / (n - 1.0);
        }
    }
    let excess = observed as f64 - expected;
    (variance > 0.0).then(|| {
        let statistic = excess * excess / variance;
        LogRank {
            statistic,
            p_value: libm::erfc(libm::sqrt(0.5 * statistic)),
            observed,
            expected,
        }
    })
}

/// Sorts the usable spells by duration.
fn in_order(spells: &[Spell]) -> Vec<Spell> {
    let mut sorted: Vec<Spell> = spells
        .iter()
        .copied()
        .filter(|s| s.duration >= 0.0 && s.duration.is_finite())
        .collect();
    sorted.sort_by(|a, b| a.duration.total_cmp(&b.duration));
    sorted
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    /// Weeks in remission under 6-mercaptopurine (Freireich et al. 1963); negative: still in remission.
    pub(in super::super) fn six_mercaptopurine() -> Vec<Spell> {
        [
            6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34,
            -35,
        ]
        .map(|weeks: i32| {
            if weeks < 0 {
                Spell::open(f64::from(-weeks))
            } else {
                Spell::ended(f64::from(weeks))
            }
        })
        .to_vec()
    }

    /// Weeks in remission under placebo, same trial.
    fn placebo() -> Vec<Spell> {
        [
            1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
        ]
        .map(|weeks| Spell::ended(f64::from(weeks)))
        .to_vec()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn the_curve_matches_lifelines() {
        // lifelines.KaplanMeierFitter().fit(T, E).survival_function_at_times and confidence_interval_
        let km = KaplanMeier::fit(&six_mercaptopurine());
        for (t, s) in [
            (5.9, 1.0),
            (6.0, 0.857_142_857_142_857),
            (10.0, 0.752_941_176_470_587_8),
            (22.5, 0.537_815_126_050_419_9),
            (40.0, 0.448_179_271_708_683_27),
        ] {
            close(km.survival(t), s);
        }
        for (t, low, high) in [
            (10.0, 0.503_199_510_799_956_4, 0.889_361_835_169_265_1),
            (22.0, 0.267_778_936_767_134_93, 0.746_790_717_635_394_3),
            (23.0, 0.188_052_005_959_232_33, 0.680_142_628_495_241_2),
        ] {
            let i = km.interval(t, 0.95);
            close(i.low, low);
            close(i.high, high);
        }
        assert_eq!(km.median(), Some(23.0));
        assert_eq!(KaplanMeier::fit(&placebo()).median(), Some(8.0));
    }

    #[test]
    fn log_rank_matches_lifelines() {
        // lifelines.statistics.logrank_test: 16.792940989216547, p = 4.168809109334511e-05
        let test = log_rank(&six_mercaptopurine(), &placebo()).expect("ends in both");
        close(test.statistic, 16.792_940_989_216_547);
        assert!((test.p_value / 4.168_809_109_334_511e-5 - 1.0).abs() < 1e-9);
        assert_eq!(test.observed, 9);
        let swapped = log_rank(&placebo(), &six_mercaptopurine()).expect("ends in both");
        close(swapped.statistic, test.statistic);
    }

    #[test]
    fn without_early_cuts_the_curve_is_the_share_that_is_left() {
        // Percent of regular customers surviving years 0 to 7 (Fader and Hardie 2007), as 1000 customers.
        let survivors = [1_000, 631, 468, 382, 326, 289, 262, 241];
        let mut spells = vec![Spell::open(7.0); 241];
        for (year, pair) in survivors.windows(2).enumerate() {
            spells.extend(vec![Spell::ended(year as f64 + 1.0); pair[0] - pair[1]]);
        }
        let km = KaplanMeier::fit(&spells);
        for (year, left) in survivors.iter().enumerate() {
            close(km.survival(year as f64), *left as f64 / 1_000.0);
        }
        // lifelines: 0.21495793 to 0.2679084 in year 7, median 2. Greenwood is binomial here.
        let i = km.interval(7.0, 0.95);
        assert!((i.low - 0.214_957_93).abs() < 1e-8 && (i.high - 0.267_908_4).abs() < 1e-7);
        close(
            km.steps[6].greenwood * 0.241 * 0.241,
            0.241 * 0.759 / 1_000.0,
        );
        assert_eq!(km.median(), Some(2.0));
    }

    #[test]
    fn a_curve_without_ends_stays_at_one_and_a_finished_one_reaches_zero() {
        let open = KaplanMeier::fit(&[Spell::open(3.0), Spell::open(5.0)]);
        assert_eq!((open.survival(9.0), open.median()), (1.0, None));
        let done = KaplanMeier::fit(&[Spell::ended(3.0), Spell::ended(5.0)]);
        let i = done.interval(5.0, 0.95);
        assert_eq!((i.low, i.estimate, i.high), (0.0, 0.0, 0.0));
        assert_eq!(log_rank(&[Spell::open(3.0)], &[Spell::ended(5.0)]), None);
    }

    #[test]
    fn alike_groups_are_told_apart_about_one_time_in_twenty() {
        let n_worlds = 600;
        let false_alarms = (0..n_worlds)
            .filter(|id| {
                let mut rng = RngStream::new(9, Purpose::Test, *id, 0);
                let mut group = || -> Vec<Spell> {
                    (0..40)
                        .map(|_| {
                            let (end, cut) = (rng.exponential(5.0), rng.range(1.0, 12.0));
                            if end < cut {
                                Spell::ended(end)
                            } else {
                                Spell::open(cut)
                            }
                        })
                        .collect()
                };
                let (a, b) = (group(), group());
                log_rank(&a, &b).is_some_and(|t| t.p_value < 0.05)
            })
            .count();
        let share = false_alarms as f64 / n_worlds as f64;
        // Four standard errors of √(0.05 · 0.95 / 600) = 0.0089.
        assert!((share - 0.05).abs() < 0.0356, "{share}");
    }
}
