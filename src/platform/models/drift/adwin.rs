//! ADWIN: a window of the latest values that drops its older part wherever two parts differ too much.
//!
//! The window is kept as a histogram of buckets whose sizes double, so that n values take O(log n) numbers.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::signal::{Detector, Signal};
use crate::sim::math;
use crate::sim::state_hash::StateHasher;

/// Buckets of a size; one more, and the two oldest become one of the next size.
const BUCKETS: usize = 5;
/// Values each part of a cut must exceed in number.
const LEAST_PART: u64 = 5;
/// Values up to which no cut is looked for.
const GRACE: u64 = 10;

/// Sum of some values and of the squares of their deviations from their mean.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Bucket {
    sum: f64,
    squares: f64,
}

/// A window that keeps as many values as look alike.
///
/// # Source
/// Bifet and Gavaldà (2007), ADWIN2, with the bound for small variances of section 3.2; constants as in `river` and MOA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adwin {
    /// Confidence: a bound on how often a cut is made without cause.
    pub delta: f64,
    /// Values between two looks for a cut.
    pub every: u64,
    n_seen: u64,
    n: u64,
    sum: f64,
    squares: f64,
    /// Buckets of 2ⁱ values at place i, oldest first in each.
    rows: Vec<VecDeque<Bucket>>,
}

impl Default for Adwin {
    /// δ = 0.002, a look every 32 values.
    fn default() -> Self {
        Self::new(0.002)
    }
}

impl Adwin {
    /// Makes an empty window.
    #[must_use]
    pub const fn new(delta: f64) -> Self {
        Self {
            delta,
            every: 32,
            n_seen: 0,
            n: 0,
            sum: 0.0,
            squares: 0.0,
            rows: Vec::new(),
        }
    }

    /// Returns how many values the window holds.
    #[must_use]
    pub const fn width(&self) -> u64 {
        self.n
    }

    /// Returns the mean of the window; 0 if it is empty.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            self.sum / self.n as f64
        }
    }

    /// Returns the variance of the window; 0 if it is empty.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            self.squares / self.n as f64
        }
    }

    fn insert(&mut self, value: f64) {
        if self.n > 0 {
            let before = self.n as f64;
            let deviation = value - self.sum / before;
            self.squares += before * deviation * deviation / (before + 1.0);
        }
        self.n += 1;
        self.sum += value;
        self.add(
            0,
            Bucket {
                sum: value,
                squares: 0.0,
            },
        );
    }

    /// Adds a bucket as the newest of its size, and joins the two oldest where they have become too many.
    fn add(&mut self, place: usize, bucket: Bucket) {
        if self.rows.len() == place {
            self.rows.push(VecDeque::new());
        }
        let row = &mut self.rows[place];
        row.push_back(bucket);
        if row.len() <= BUCKETS {
            return;
        }
        let (Some(a), Some(b)) = (row.pop_front(), row.pop_front()) else {
            return;
        };
        let n = size(place);
        let apart = (a.sum - b.sum) / n;
        let joined = Bucket {
            sum: a.sum + b.sum,
            squares: a.squares + b.squares + n * apart * apart / 2.0,
        };
        self.add(place + 1, joined);
    }

    /// Drops the oldest bucket.
    fn drop_oldest(&mut self) {
        let Some(place) = self.rows.iter().rposition(|row| !row.is_empty()) else {
            return;
        };
        let Some(bucket) = self.rows[place].pop_front() else {
            return;
        };
        self.rows.truncate(place + 1);
        if self.rows[place].is_empty() {
            self.rows.pop();
        }
        let n = size(place);
        self.n -= 1 << place;
        self.sum -= bucket.sum;
        let rest = self.n as f64;
        if self.n == 0 {
            self.squares = 0.0;
            return;
        }
        let apart = bucket.sum / n - self.sum / rest;
        self.squares -= bucket.squares + n * rest * apart * apart / (n + rest);
    }

    /// Says whether the window can be cut where its two parts differ by more than chance explains.
    fn has_cut(&self) -> bool {
        let (mut old_n, mut old_sum) = (0u64, 0.0);
        let log = math::ln(2.0 * math::ln(self.n as f64) / self.delta);
        for (place, row) in self.rows.iter().enumerate().rev() {
            for bucket in row {
                old_n += 1 << place;
                old_sum += bucket.sum;
                let new_n = self.n - old_n;
                if new_n <= LEAST_PART || old_n <= LEAST_PART {
                    continue;
                }
                let apart = old_sum / old_n as f64 - (self.sum - old_sum) / new_n as f64;
                let share = |n: u64| 1.0 / (n - LEAST_PART + 1) as f64;
                let m = share(old_n) + share(new_n);
                let spread = libm::sqrt((2.0 * m * self.variance() * log).max(0.0));
                if apart.abs() > spread + 2.0 / 3.0 * log * m {
                    return true;
                }
            }
        }
        false
    }
}

/// Returns how many values a bucket at a place holds.
fn size(place: usize) -> f64 {
    (1u64 << place) as f64
}

impl Detector for Adwin {
    fn observe(&mut self, value: f64) -> Signal {
        if !value.is_finite() {
            return Signal::Steady;
        }
        self.n_seen += 1;
        self.insert(value);
        let mut signal = Signal::Steady;
        if self.n_seen.is_multiple_of(self.every.max(1)) {
            while self.n > GRACE && self.has_cut() {
                self.drop_oldest();
                signal = Signal::Drift;
            }
        }
        signal
    }

    fn add_to(&self, h: &mut StateHasher) {
        h.u64(self.n_seen);
        h.u64(self.n);
        h.f64(self.sum);
        h.f64(self.squares);
        for row in &self.rows {
            h.u64(row.len() as u64);
            for bucket in row {
                h.f64(bucket.sum);
                h.f64(bucket.squares);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::signal::streams::{drifts, uniform_step, yes_or_no};
    use super::*;

    /// Lists where drift is signaled, with the width of the window then.
    fn cuts(values: &[f64]) -> (Vec<(usize, u64)>, Adwin) {
        let mut d = Adwin::default();
        let mut cuts = Vec::new();
        for (i, x) in values.iter().enumerate() {
            if d.observe(*x) == Signal::Drift {
                cuts.push((i, d.width()));
            }
        }
        (cuts, d)
    }

    #[test]
    fn windows_are_cut_where_river_cuts_them() {
        // river 0.26.1, ADWIN()._helper (which goes on after a cut) over the same numbers.
        let (found, d) = cuts(&uniform_step(1, 4_000, 2_000));
        assert_eq!(found, [(2_079, 192), (2_111, 192), (2_207, 256)]);
        assert_eq!(d.width(), 2_048);
        assert!((d.mean() - 0.793_658_483_865_247_4).abs() < 1e-12);
        assert!((d.variance() - 170.963_204_122_751_05 / 2_048.0).abs() < 1e-9);
        let yes = [
            (3_071, 1_280),
            (3_103, 544),
            (3_135, 384),
            (3_167, 352),
            (3_199, 320),
            (3_295, 352),
        ];
        let (found, d) = cuts(&yes_or_no(2, 6_000, 3_000));
        assert_eq!(found, yes);
        assert_eq!(d.width(), 3_056);
        assert!((d.mean() - 0.491_492_146_596_858_64).abs() < 1e-12);
    }

    #[test]
    fn steady_numbers_are_cut_less_than_once_in_ten_thousand() {
        let streams = (20..30).map(|seed| uniform_step(seed, 10_000, 10_000));
        let false_alarms: usize = streams
            .map(|s| drifts(&mut Adwin::default(), &s).len())
            .sum();
        assert!(false_alarms < 10, "{false_alarms} in 100000");
    }

    #[test]
    fn a_step_is_noticed_within_two_hundred_values() {
        for seed in 40..50 {
            let found = drifts(&mut Adwin::default(), &uniform_step(seed, 4_000, 2_000));
            let first = found.iter().find(|i| **i >= 2_000).unwrap();
            assert!(first - 2_000 < 200, "{first}");
        }
    }

    #[test]
    fn the_histogram_holds_what_went_in_and_few_buckets() {
        let values = uniform_step(5, 3_000, 3_000);
        let mut d = Adwin::new(1e-300);
        for x in &values {
            d.observe(*x);
        }
        let mean = values.iter().sum::<f64>() / 3_000.0;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 3_000.0;
        assert_eq!(d.width(), 3_000);
        assert!((d.mean() - mean).abs() < 1e-12);
        assert!((d.variance() - variance).abs() < 1e-12);
        assert!(d.rows.iter().all(|row| row.len() <= BUCKETS));
        assert!(
            d.rows.len() <= 11,
            "2^11 is the largest size with 3000 values"
        );
    }

    #[test]
    fn stored_windows_go_on_as_if_nothing_had_happened() {
        let values = uniform_step(6, 2_000, 1_000);
        let mut d = Adwin::default();
        for x in &values[..1_000] {
            d.observe(*x);
        }
        let stored = serde_json::to_string(&d).unwrap();
        let mut again: Adwin = serde_json::from_str(&stored).unwrap();
        assert_eq!(
            drifts(&mut d, &values[1_000..]),
            drifts(&mut again, &values[1_000..])
        );
        let digest = |d: &Adwin| {
            let mut h = StateHasher::default();
            d.add_to(&mut h);
            h.finish()
        };
        assert_eq!(digest(&d), digest(&again));
        assert_ne!(digest(&d), digest(&Adwin::default()));
    }
}
