//! The population stability index: how far the shares of bins have moved from those learned from.

use serde::{Deserialize, Serialize};

use crate::platform::models::params::ModelError;
use crate::sim::math;
use crate::sim::state_hash::StateHasher;

/// Index from which a change is taken for real.
pub const ALARM: f64 = 0.2;
/// Least share of a bin, so that an empty one has a logarithm.
const LEAST_SHARE: f64 = 1e-4;

/// Returns Σ (p − q) ln(p / q) over the shares that two lists of counts give; 0 if either has none.
///
/// Shares below 10⁻⁴ are taken for 10⁻⁴.
///
/// # Source
/// Siddiqi (2006), Credit Risk Scorecards; the symmetric divergence of Jeffreys (1946).
#[must_use]
pub fn stability_index(reference: &[u64], current: &[u64]) -> f64 {
    let total = |counts: &[u64]| counts.iter().sum::<u64>() as f64;
    let (n, m) = (total(reference), total(current));
    if n == 0.0 || m == 0.0 {
        return 0.0;
    }
    let pairs = reference.iter().zip(current);
    let term = |(r, c): (&u64, &u64)| {
        let q = (*r as f64 / n).max(LEAST_SHARE);
        let p = (*c as f64 / m).max(LEAST_SHARE);
        (p - q) * math::ln(p / q)
    };
    pairs.map(term).sum()
}

/// Counts values by bins, against the counts learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Upper ends of all bins but the last, rising.
    edges: Vec<f64>,
    reference: Vec<u64>,
    current: Vec<u64>,
}

impl Stability {
    /// Makes one from what was learned from, with `bins` bins that hold about equally many of these values.
    ///
    /// # Errors
    /// [`ModelError::Value`] if there are fewer than two bins, or no finite values.
    pub fn new(learned_from: &[f64], bins: usize) -> Result<Self, ModelError> {
        let mut values: Vec<f64> = learned_from
            .iter()
            .copied()
            .filter(|x| x.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        if bins < 2 || values.is_empty() {
            return Err(ModelError::Value {
                what: "bins and values of a stability index".to_owned(),
                found: format!("{bins} and {}", values.len()),
                allowed: "at least 2 and at least 1".to_owned(),
            });
        }
        let mut edges: Vec<f64> = (1..bins).map(|b| values[b * values.len() / bins]).collect();
        edges.dedup();
        let n = edges.len() + 1;
        let mut made = Self {
            edges,
            reference: vec![0; n],
            current: vec![0; n],
        };
        for x in values {
            let bin = made.bin(x);
            made.reference[bin] += 1;
        }
        Ok(made)
    }

    fn bin(&self, value: f64) -> usize {
        self.edges.partition_point(|e| *e <= value)
    }

    /// Counts a value; values that are not finite are passed over.
    pub fn observe(&mut self, value: f64) {
        if value.is_finite() {
            let bin = self.bin(value);
            self.current[bin] += 1;
        }
    }

    /// Returns the index of what was counted, and begins to count anew.
    pub fn close(&mut self) -> f64 {
        let index = self.index();
        self.current.fill(0);
        index
    }

    /// Returns the index of what was counted so far.
    #[must_use]
    pub fn index(&self) -> f64 {
        stability_index(&self.reference, &self.current)
    }

    /// Adds everything it remembers.
    pub fn add_to(&self, h: &mut StateHasher) {
        for edge in &self.edges {
            h.f64(*edge);
        }
        for n in self.reference.iter().chain(&self.current) {
            h.u64(*n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::signal::streams::uniform_step;
    use super::*;

    #[test]
    fn the_index_is_the_one_computed_by_hand() {
        // (0.6 − 0.5) ln(0.6 / 0.5) + (0.4 − 0.5) ln(0.4 / 0.5) = 0.1 ln 1.5 = 0.040546510810816…
        let index = stability_index(&[50, 50], &[6, 4]);
        assert!((index - 0.1 * 1.5f64.ln()).abs() < 1e-15);
        assert_eq!(stability_index(&[3, 7], &[30, 70]), 0.0);
        assert_eq!(stability_index(&[3, 7], &[0, 0]), 0.0);
        // An empty bin: (1 − 0.5) ln 2 + (0.0001 − 0.5) ln 0.0002.
        let index = stability_index(&[1, 1], &[9, 0]);
        let expected = 0.5 * 2.0f64.ln() + (0.0001 - 0.5) * 0.0002f64.ln();
        assert!((index - expected).abs() < 1e-12);
    }

    #[test]
    fn a_step_raises_the_alarm_and_steady_numbers_do_not() {
        let mut s = Stability::new(&uniform_step(1, 5_000, 5_000), 10).unwrap();
        let mut windows = Vec::new();
        for (i, x) in uniform_step(2, 20_000, 10_000).iter().enumerate() {
            s.observe(*x);
            if i % 1_000 == 999 {
                windows.push(s.close());
            }
        }
        // Of n values in b bins chance alone gives about (b − 1)(1/n + 1/m): 0.011.
        assert!(windows[..10].iter().all(|w| *w < 0.05), "{windows:?}");
        assert!(windows[10..].iter().all(|w| *w > ALARM), "{windows:?}");
    }

    #[test]
    fn odd_values_are_counted_where_they_belong_or_refused() {
        let mut s = Stability::new(&[1.0, 1.0, 1.0, 2.0], 4).unwrap();
        s.observe(f64::NAN);
        assert_eq!(s.index(), 0.0);
        s.observe(f64::MAX);
        s.observe(-5.0);
        assert_eq!(s.current.iter().sum::<u64>(), 2);
        assert!(Stability::new(&[], 4).is_err());
        assert!(Stability::new(&[1.0], 1).is_err());
    }
}
