//! What a detector says, and what all detectors can do.

use crate::sim::state_hash::StateHasher;

/// What a detector says of the latest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Nothing has changed.
    Steady,
    /// Something may be changing.
    Warning,
    /// Something has changed; the detector has begun anew.
    Drift,
}

/// Takes one value at a time and says when what they come from has changed.
pub trait Detector {
    /// Takes the next value; values that are not finite are passed over.
    fn observe(&mut self, value: f64) -> Signal;

    /// Adds everything it remembers.
    fn add_to(&self, h: &mut StateHasher);
}

#[cfg(test)]
pub(super) mod streams {
    //! Streams of numbers that Python can draw as well: a linear congruential generator with Knuth's MMIX constants.

    use super::{Detector, Signal};

    pub(crate) struct Lcg(pub(crate) u64);

    impl Lcg {
        pub(crate) fn uniform(&mut self) -> f64 {
            let a = 6_364_136_223_846_793_005;
            self.0 = self
                .0
                .wrapping_mul(a)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        }
    }

    /// Uniform in [0, 1), 0.3 higher from `change` on.
    pub(crate) fn uniform_step(seed: u64, n: usize, change: usize) -> Vec<f64> {
        let mut g = Lcg(seed);
        let step = |i| if i >= change { 0.3 } else { 0.0 };
        (0..n).map(|i| g.uniform() + step(i)).collect()
    }

    /// 1 with probability 0.2, and 0.5 from `change` on; else 0.
    pub(crate) fn yes_or_no(seed: u64, n: usize, change: usize) -> Vec<f64> {
        let mut g = Lcg(seed);
        let share = |i| if i >= change { 0.5 } else { 0.2 };
        (0..n)
            .map(|i| f64::from(u8::from(g.uniform() < share(i))))
            .collect()
    }

    /// Lists the indices at which a detector signals drift.
    pub(crate) fn drifts(detector: &mut impl Detector, values: &[f64]) -> Vec<usize> {
        let signals = values.iter().enumerate();
        let drift = |(i, x): (usize, &f64)| (detector.observe(*x) == Signal::Drift).then_some(i);
        signals.filter_map(drift).collect()
    }
}
