//! DDM: an error rate that has risen beyond what chance explains.

use serde::{Deserialize, Serialize};

use super::signal::{Detector, Signal};
use crate::sim::state_hash::StateHasher;

/// Compares the error rate and its deviation with the lowest seen: two deviations above are a warning, three are drift.
///
/// # Source
/// Gama, Medas, Castillo and Rodrigues (2004); warm-up as in `river`'s `DDM`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ddm {
    /// Deviations above the lowest rate that are a warning.
    pub warning: f64,
    /// Deviations above the lowest rate that are drift.
    pub drift: f64,
    /// Values up to which nothing is signaled.
    pub warm_up: u64,
    n: u64,
    rate: f64,
    /// Rate and deviation where their sum was lowest.
    lowest: Option<(f64, f64)>,
}

impl Default for Ddm {
    /// Warning at 2 deviations, drift at 3, after 30 values.
    fn default() -> Self {
        Self {
            warning: 2.0,
            drift: 3.0,
            warm_up: 30,
            n: 0,
            rate: 0.0,
            lowest: None,
        }
    }
}

impl Detector for Ddm {
    /// Takes whether a prediction was wrong: 1, or right: 0; what lies between counts in part, what lies outside is passed over.
    fn observe(&mut self, value: f64) -> Signal {
        if !(0.0..=1.0).contains(&value) {
            return Signal::Steady;
        }
        self.n += 1;
        self.rate += (value - self.rate) / self.n as f64;
        let deviation = libm::sqrt((self.rate * (1.0 - self.rate) / self.n as f64).max(0.0));
        if self.n <= self.warm_up {
            return Signal::Steady;
        }
        let now = self.rate + deviation;
        let (rate, width) = match self.lowest {
            Some((rate, width)) if now > rate + width => (rate, width),
            _ => (self.rate, deviation),
        };
        self.lowest = Some((rate, width));
        if now > rate + self.drift * width {
            *self = Self {
                warning: self.warning,
                drift: self.drift,
                warm_up: self.warm_up,
                ..Self::default()
            };
            Signal::Drift
        } else if now > rate + self.warning * width {
            Signal::Warning
        } else {
            Signal::Steady
        }
    }

    fn add_to(&self, h: &mut StateHasher) {
        h.u64(self.n);
        h.f64(self.rate);
        let (rate, width) = self.lowest.unwrap_or((-1.0, -1.0));
        h.f64(rate);
        h.f64(width);
    }
}

#[cfg(test)]
mod tests {
    use super::super::signal::streams::yes_or_no;
    use super::*;

    #[test]
    fn warnings_and_drift_are_signaled_where_river_signals_them() {
        // river 0.26.1, binary.DDM() over the same numbers.
        let mut d = Ddm::default();
        let (mut drifts, mut warnings) = (Vec::new(), Vec::new());
        for (i, x) in yes_or_no(2, 6_000, 3_000).iter().enumerate() {
            match d.observe(*x) {
                Signal::Steady => {}
                Signal::Warning => warnings.push(i),
                Signal::Drift => drifts.push(i),
            }
        }
        assert_eq!(drifts, [3_053, 3_179, 3_292]);
        assert_eq!((warnings.len(), warnings[0]), (1_952, 55));
    }

    #[test]
    fn rates_are_those_computed_by_hand() {
        let mut d = Ddm {
            warm_up: 3,
            ..Ddm::default()
        };
        for x in [1.0, 0.0, 0.0, 0.0] {
            d.observe(x);
        }
        // 1/4, √(1/4 · 3/4 / 4).
        let (rate, width) = d.lowest.unwrap();
        assert_eq!(rate, 0.25);
        assert!((width - (3.0f64 / 64.0).sqrt()).abs() < 1e-15);
        assert_eq!(d.observe(2.0), Signal::Steady);
        assert_eq!(d.n, 4);
    }
}
