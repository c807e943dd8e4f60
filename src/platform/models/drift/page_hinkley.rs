//! Page–Hinkley: a mean that has moved, noticed by sums of deviations from the mean so far.

use serde::{Deserialize, Serialize};

use super::signal::{Detector, Signal};
use crate::sim::state_hash::StateHasher;

/// Sums deviations from the running mean, less a tolerance; a sum that has come far from its extreme is drift.
///
/// # Source
/// Page (1954), Hinkley (1971); constants and the fading of sums as in `river`'s `PageHinkley`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageHinkley {
    /// Deviation that is tolerated, in units of the values.
    pub tolerance: f64,
    /// How far a sum may come from its extreme.
    pub threshold: f64,
    /// Share of a sum that is kept from one value to the next.
    pub keep: f64,
    /// Values before which nothing is signaled.
    pub warm_up: u64,
    n: u64,
    mean: f64,
    /// Sum that rises with the values, and its lowest.
    rise: [f64; 2],
    /// Sum that falls with the values, and its highest.
    fall: [f64; 2],
}

impl Default for PageHinkley {
    /// δ = 0.005, λ = 50, sums fading by 10⁻⁴, after 30 values.
    fn default() -> Self {
        Self::new(0.005, 50.0)
    }
}

impl PageHinkley {
    /// Makes one with the usual fading and warm-up.
    #[must_use]
    pub const fn new(tolerance: f64, threshold: f64) -> Self {
        Self {
            tolerance,
            threshold,
            keep: 0.9999,
            warm_up: 30,
            n: 0,
            mean: 0.0,
            rise: [0.0, f64::MAX],
            fall: [0.0, f64::MIN],
        }
    }

    fn begin_anew(&mut self) {
        *self = Self {
            keep: self.keep,
            warm_up: self.warm_up,
            ..Self::new(self.tolerance, self.threshold)
        };
    }
}

impl Detector for PageHinkley {
    fn observe(&mut self, value: f64) -> Signal {
        if !value.is_finite() {
            return Signal::Steady;
        }
        self.n += 1;
        self.mean += (value - self.mean) / self.n as f64;
        let deviation = value - self.mean;
        self.rise[0] = self.keep * self.rise[0] + deviation - self.tolerance;
        self.fall[0] = self.keep * self.fall[0] + deviation + self.tolerance;
        self.rise[1] = self.rise[1].min(self.rise[0]);
        self.fall[1] = self.fall[1].max(self.fall[0]);
        let far = (self.rise[0] - self.rise[1]).max(self.fall[1] - self.fall[0]);
        if self.n < self.warm_up || far <= self.threshold {
            return Signal::Steady;
        }
        self.begin_anew();
        Signal::Drift
    }

    fn add_to(&self, h: &mut StateHasher) {
        h.u64(self.n);
        for x in [self.mean].iter().chain(&self.rise).chain(&self.fall) {
            h.f64(*x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::signal::streams::{drifts, uniform_step, yes_or_no};
    use super::*;

    #[test]
    fn drift_is_signaled_where_river_signals_it() {
        // river 0.26.1, PageHinkley() and PageHinkley(threshold=10) over the same numbers.
        let steps = uniform_step(1, 4_000, 2_000);
        assert_eq!(drifts(&mut PageHinkley::default(), &steps), [2_179]);
        assert_eq!(
            drifts(&mut PageHinkley::new(0.005, 10.0), &steps),
            [1_663, 2_026, 3_832]
        );
        let ten = [
            159, 877, 1_089, 1_364, 1_527, 1_966, 3_013, 3_311, 3_671, 3_822, 3_874, 4_219, 4_324,
            4_504, 4_794, 4_965, 5_100, 5_321, 5_573, 5_695, 5_765,
        ];
        let answers = yes_or_no(2, 6_000, 3_000);
        assert_eq!(drifts(&mut PageHinkley::default(), &answers), [3_078]);
        assert_eq!(drifts(&mut PageHinkley::new(0.005, 10.0), &answers), ten);
    }

    #[test]
    fn false_alarms_are_rarer_than_one_in_ten_thousand_and_a_step_is_noticed_within_250_values() {
        let (mut false_alarms, mut delays) = (0, 0);
        for seed in 10..20 {
            let steady = uniform_step(seed, 10_000, 10_000);
            false_alarms += drifts(&mut PageHinkley::default(), &steady).len();
            let step = drifts(
                &mut PageHinkley::default(),
                &uniform_step(seed, 1_500, 1_000),
            );
            let first = step.iter().find(|i| **i >= 1_000);
            delays = delays.max(first.map_or(usize::MAX, |i| i - 1_000));
        }
        // Chance sums up to 50 now and then: once in a million values, measured over a hundred such streams.
        assert!(false_alarms <= 2, "{false_alarms} in 100000");
        assert!(delays < 250, "{delays}");
    }

    #[test]
    fn sums_are_those_computed_by_hand() {
        let mut d = PageHinkley::new(0.1, 1.0);
        d.keep = 1.0;
        d.warm_up = 1;
        assert_eq!(d.observe(0.0), Signal::Steady);
        // Means 0, 1/2: the sum goes −0.1, 0.3; 0.4 above its lowest. Then mean 1, deviation 1: 1.2, which is 1.3 above.
        assert_eq!(d.observe(1.0), Signal::Steady);
        assert!((d.rise[0] - d.rise[1] - 0.4).abs() < 1e-12);
        assert_eq!(d.observe(2.0), Signal::Drift);
        assert_eq!(d.n, 0);
        assert_eq!(d.observe(f64::NAN), Signal::Steady);
    }
}
