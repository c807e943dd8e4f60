//! The difference between two arms that share their luck seed by seed.
//!
//! Both arms of a pair live in the same world until what they differ in acts, so that most of what varies from seed to
//! seed cancels in the difference: the paired t statistics of fewer seeds tell more than independent runs would.

use serde::{Deserialize, Serialize};

use crate::lab::metrics::statistics::interval::{Interval, mean_interval, paired_difference};
use crate::lab::metrics::statistics::student::{student_cdf, student_quantile};

/// Level of every interval shown.
pub const LEVEL: f64 = 0.95;

/// What a second arm does to a metric, against a first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Mean of second − first over seeds, with its 95 % t interval.
    pub difference: Interval,
    /// Standard deviation of the differences.
    pub deviation: f64,
    /// Cohen's d of paired samples: mean difference over the deviation of the differences; `None` if they are all equal.
    pub effect: Option<f64>,
    /// Two-sided p value of the paired t test; `None` if the differences are all equal.
    pub p_value: Option<f64>,
    /// Share of seeds whose difference has the sign of the mean difference; `None` if that is zero.
    pub same_sign: Option<f64>,
    /// How many times as wide the interval would be if no seed were shared (two-sample t); `None` if the differences are all equal.
    pub narrowed: Option<f64>,
}

impl Paired {
    /// Compares two arms, seed by seed; `None` for fewer than two seeds, unequal numbers of them, or values that are not finite.
    ///
    /// # Source
    /// Student (1908) for the interval and the test; Cohen (1988) for d, in its form for paired samples (Lakens 2013, d_z).
    #[must_use]
    pub fn of(first: &[f64], second: &[f64]) -> Option<Self> {
        let difference = paired_difference(second, first, LEVEL)?;
        let mean = difference.estimate;
        let n = first.len() as f64;
        let differences = || second.iter().zip(first).map(|(s, f)| s - f);
        let squares: f64 = differences().map(|d| (d - mean) * (d - mean)).sum();
        let deviation = (squares / (n - 1.0)).sqrt();
        let varies = deviation > 0.0;
        let p_value = varies.then(|| {
            let t = mean / deviation * n.sqrt();
            2.0 * student_cdf(-t.abs(), n - 1.0)
        });
        let same = differences().filter(|d| d * mean > 0.0).count();
        Some(Self {
            difference,
            deviation,
            effect: varies.then(|| mean / deviation),
            p_value,
            same_sign: (mean != 0.0).then(|| same as f64 / n),
            narrowed: narrowed(first, second, &difference),
        })
    }

    /// Says whether the second arm has more than the first, beyond what chance over seeds explains: the interval lies above zero.
    #[must_use]
    pub fn is_higher(&self) -> bool {
        self.difference.low > 0.0
    }
}

/// Returns the reach of the two-sample t interval of equal variances (Student 1908) over that of a paired one.
fn narrowed(first: &[f64], second: &[f64], paired: &Interval) -> Option<f64> {
    let (one, other) = (mean_interval(first, LEVEL)?, mean_interval(second, LEVEL)?);
    let n = first.len() as f64;
    let quantile = |degrees: f64| student_quantile(0.5 + 0.5 * LEVEL, degrees);
    let reach = |i: &Interval| 0.5 * (i.high - i.low);
    let errors = libm::hypot(reach(&one), reach(&other)) / quantile(n - 1.0);
    let paired = reach(paired);
    (paired > 0.0).then(|| quantile(2.0 * n - 2.0) * errors / paired)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours of sleep gained with two drugs by the same ten patients (Student 1908, as in R's `sleep`).
    const FIRST: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const SECOND: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    #[test]
    fn students_sleep_data_give_the_numbers_of_scipy() {
        // scipy 1.17.1, ttest_rel(second, first): p = 0.002832890197384273,
        // confidence_interval(.95) = (0.7001142367230175, 2.459885763276983); mean 1.58, d_z = 1.2845575625910546.
        let p = Paired::of(&FIRST, &SECOND).expect("ten pairs");
        assert!((p.difference.estimate - 1.58).abs() < 1e-12);
        assert!((p.difference.low - 0.700_114_236_723_017_5).abs() < 1e-10);
        assert!((p.difference.high - 2.459_885_763_276_983).abs() < 1e-10);
        assert!((p.effect.expect("varies") - 1.284_557_562_591_054_6).abs() < 1e-12);
        assert!((p.p_value.expect("varies") - 0.002_832_890_197_384_273).abs() < 1e-12);
        // Patient 5 slept as much with either.
        assert_eq!(p.same_sign, Some(0.9));
        // R's t.test(extra ~ group, sleep, var.equal = TRUE): (−3.363874, 0.203874), 1.783874 to either side.
        let wider = p.narrowed.expect("varies");
        assert!(
            (wider - 1.783_874 / 0.879_885_763_28).abs() < 1e-6,
            "{wider}"
        );
        assert!(p.is_higher());
    }

    #[test]
    fn five_pairs_give_the_numbers_of_scipy() {
        // scipy 1.17.1, ttest_rel(second, first): p = 0.18936738996198157, d_z = 0.706377428974729.
        let p = Paired::of(&[1.8, 2.6, 1.5, 2.7, 2.9], &[2.1, 2.5, 1.9, 3.3, 2.8]).expect("pairs");
        assert!((p.p_value.expect("varies") - 0.189_367_389_961_981_57).abs() < 1e-12);
        assert!((p.effect.expect("varies") - 0.706_377_428_974_729).abs() < 1e-12);
        assert!(!p.is_higher(), "the interval includes zero");
    }

    #[test]
    fn turning_the_arms_round_turns_the_sign() {
        let (p, q) = (
            Paired::of(&FIRST, &SECOND).expect("pairs"),
            Paired::of(&SECOND, &FIRST).expect("pairs"),
        );
        assert_eq!(p.difference.low, -q.difference.high);
        assert_eq!(p.p_value, q.p_value);
        assert_eq!(p.same_sign, q.same_sign);
        assert!(!q.is_higher());
    }

    #[test]
    fn equal_arms_show_nothing_and_one_seed_shows_nothing() {
        let p = Paired::of(&FIRST, &FIRST).expect("pairs");
        assert_eq!(p.difference.estimate, 0.0);
        assert_eq!((p.effect, p.p_value, p.same_sign), (None, None, None));
        assert_eq!(p.narrowed, None);
        assert!(!p.is_higher());
        assert_eq!(Paired::of(&[1.0], &[2.0]), None);
        assert_eq!(Paired::of(&[1.0, 2.0], &[2.0]), None);
        assert_eq!(Paired::of(&[1.0, 2.0], &[2.0, f64::NAN]), None);
    }
}
