//! Histograms with bins of equal width on a logarithmic axis, for durations, prices and degrees.

use serde::{Deserialize, Serialize};

use crate::sim::math;

/// What is wrong with the axis of a histogram.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HistogramError {
    /// The axis is empty, reaches zero, or is not finite.
    #[error("axis from {low} to {high} is not allowed (0 < low < high, both finite)")]
    Axis {
        /// Lower end asked for.
        low: f64,
        /// Upper end asked for.
        high: f64,
    },
    /// There are no bins.
    #[error("0 bins are not allowed (at least 1)")]
    NoBins,
}

/// Counts of values between two ends, in bins of equal ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogHistogram {
    low: f64,
    high: f64,
    counts: Vec<u64>,
    n_below: u64,
    n_above: u64,
}

impl LogHistogram {
    /// Lays out `n_bins` bins over `[low, high)`.
    pub fn new(low: f64, high: f64, n_bins: usize) -> Result<Self, HistogramError> {
        if !(low > 0.0 && low < high && high.is_finite()) {
            return Err(HistogramError::Axis { low, high });
        }
        if n_bins == 0 {
            return Err(HistogramError::NoBins);
        }
        Ok(Self {
            low,
            high,
            counts: vec![0; n_bins],
            n_below: 0,
            n_above: 0,
        })
    }

    /// Counts a value; zero and negative values lie below the axis, NaN is not counted.
    pub fn add(&mut self, x: f64) {
        if x.is_nan() {
            return;
        }
        if x < self.low {
            self.n_below += 1;
        } else if x >= self.high {
            self.n_above += 1;
        } else {
            let along = math::ln(x / self.low) / math::ln(self.high / self.low);
            let bin = (along * self.counts.len() as f64) as usize;
            let last = self.counts.len() - 1;
            self.counts[bin.min(last)] += 1;
        }
    }

    /// Returns the counts by bin, from low to high.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Returns how many values lay below the axis.
    #[must_use]
    pub fn n_below(&self) -> u64 {
        self.n_below
    }

    /// Returns how many values lay at or above the upper end of the axis.
    #[must_use]
    pub fn n_above(&self) -> u64 {
        self.n_above
    }

    /// Returns how many values were counted, those off the axis included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.n_below + self.n_above + self.counts.iter().sum::<u64>()
    }

    /// Returns the lower edge of bin `i`; for `i` = number of bins, the upper end of the axis.
    #[must_use]
    pub fn edge(&self, i: usize) -> f64 {
        let along = i as f64 / self.counts.len() as f64;
        self.low * math::pow(self.high / self.low, along)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn decades_fall_into_their_bins() {
        let mut h = LogHistogram::new(1.0, 1_000.0, 3).expect("valid axis");
        for x in [
            0.0,
            0.5,
            1.0,
            9.0,
            11.0,
            99.0,
            101.0,
            999.0,
            1_000.0,
            f64::NAN,
        ] {
            h.add(x);
        }
        assert_eq!(h.counts(), [2, 2, 2]);
        assert_eq!((h.n_below(), h.n_above(), h.total()), (2, 1, 9));
        assert!((h.edge(1) - 10.0).abs() < 1e-12 && (h.edge(3) - 1_000.0).abs() < 1e-9);
    }

    #[test]
    fn an_axis_that_touches_zero_is_refused() {
        assert!(LogHistogram::new(0.0, 1.0, 3).is_err());
        assert!(LogHistogram::new(2.0, 1.0, 3).is_err());
        assert_eq!(LogHistogram::new(1.0, 2.0, 0), Err(HistogramError::NoBins));
    }

    #[test]
    fn prop_no_value_is_lost() {
        let mut h = LogHistogram::new(0.1, 50.0, 17).expect("valid axis");
        let mut rng = RngStream::new(3, Purpose::Test, 0, 0);
        for _ in 0..5_000 {
            h.add(rng.log_normal(1.0, 1.5));
        }
        assert_eq!(h.total(), 5_000);
    }
}
