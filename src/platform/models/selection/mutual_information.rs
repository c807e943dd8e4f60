//! Mutual information of a column and an outcome, by counting.

use crate::sim::math;

/// What counting found, in nats.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Information {
    /// The plug-in estimate. It is biased upwards: by chance alone, every cell holds more or less than its share.
    pub nats: f64,
    /// Expected estimate for a column that tells nothing, (kx − 1)(ky − 1) / 2n with kx and ky the values that occur.
    pub bias: f64,
    /// Deviation of the estimate for a column that tells nothing, √(2 (kx − 1)(ky − 1)) / 2n.
    pub deviation: f64,
}

impl Information {
    /// Says whether the estimate is further above its bias than chance would take it once in ten thousand columns.
    #[must_use]
    pub fn is_beyond_chance(&self) -> bool {
        self.nats - self.bias > 4.0 * self.deviation
    }

    /// Returns the estimate less its bias; 0 if that is negative.
    #[must_use]
    pub fn corrected(&self) -> f64 {
        (self.nats - self.bias).max(0.0)
    }
}

/// Counts two discrete columns of equal length against each other; values are small indices.
///
/// I = Σ n_xy/n · ln(n · n_xy / (n_x n_y))
///
/// # Panics
/// If the columns have different lengths.
///
/// # Source
/// Cover and Thomas (2006), eq. 2.28; the bias is that of Miller (1955).
#[must_use]
pub fn of_discrete(x: &[u32], y: &[u32]) -> Information {
    assert_eq!(x.len(), y.len(), "columns are of equal length");
    let values = |all: &[u32]| all.iter().max().map_or(0, |m| *m as usize + 1);
    let (kx, ky) = (values(x), values(y));
    let mut cells = vec![0u64; kx * ky];
    for (a, b) in x.iter().zip(y) {
        cells[*a as usize * ky + *b as usize] += 1;
    }
    let n = x.len() as f64;
    let mut by_x = vec![0u64; kx];
    let mut by_y = vec![0u64; ky];
    for (a, row) in cells.chunks_exact(ky.max(1)).enumerate() {
        for (b, count) in row.iter().enumerate() {
            by_x[a] += count;
            by_y[b] += count;
        }
    }
    let mut nats = 0.0;
    for (a, row) in cells.chunks_exact(ky.max(1)).enumerate() {
        for (b, count) in row.iter().enumerate().filter(|(_, c)| **c > 0) {
            let share = *count as f64 / n;
            let expected = by_x[a] as f64 * by_y[b] as f64 / n;
            nats += share * math::ln(*count as f64 / expected);
        }
    }
    let occur = |counts: &[u64]| counts.iter().filter(|c| **c > 0).count() as f64;
    let freedom = (occur(&by_x) - 1.0).max(0.0) * (occur(&by_y) - 1.0).max(0.0);
    Information {
        nats: nats.max(0.0),
        bias: freedom / (2.0 * n.max(1.0)),
        deviation: libm::sqrt(2.0 * freedom) / (2.0 * n.max(1.0)),
    }
}

/// Puts values into at most `n_bins` bins with as equal numbers of rows as ties allow: equal values share a bin.
///
/// Bins are numbered from 0 by value. What is no number gets a bin of its own, the last.
#[must_use]
pub fn equal_frequency_bins(x: &[f32], n_bins: usize) -> Vec<u32> {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (x[*a], x[*b]);
        (a.is_nan().cmp(&b.is_nan())).then(a.total_cmp(&b))
    });
    let per_bin = x.len() as f64 / n_bins.max(1) as f64;
    let mut bins = vec![0; x.len()];
    let (mut bin, mut begin) = (0u32, 0);
    while begin < order.len() {
        let value = x[order[begin]];
        let same = |i: &usize| x[*i] == value || (x[*i].is_nan() && value.is_nan());
        let n = order[begin..].iter().take_while(|i| same(i)).count();
        // A new bin begins once the places that belong to the bins so far are filled.
        let full = begin as f64 >= per_bin * f64::from(bin + 1);
        if begin > 0 && (full || value.is_nan()) {
            bin += 1;
            if full {
                bin = bin.max((begin as f64 / per_bin) as u32);
            }
        }
        for i in &order[begin..begin + n] {
            bins[*i] = bin;
        }
        begin += n;
    }
    bins
}

/// Counts a continuous column, in bins of equal frequency, against an outcome.
///
/// # Panics
/// If the columns have different lengths.
#[must_use]
pub fn of_binned(x: &[f32], outcome: &[u32], n_bins: usize) -> Information {
    of_discrete(&equal_frequency_bins(x, n_bins), outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn counts_give_the_information_of_the_reference() {
        // sklearn 1.9.1: mutual_info_classif([[..]], y, discrete_features=True) and mutual_info_score.
        let x = [0, 0, 1, 1, 2, 2, 0, 1, 2, 2, 1, 0];
        let y = [0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1];
        let found = of_discrete(&x, &y);
        assert!((found.nats - 0.087_208_023_960_757_94).abs() < 1e-12);
        assert_eq!(found.bias, 2.0 / 24.0);
        assert_eq!(of_discrete(&[], &[]), Information::default());
    }

    #[test]
    fn a_copy_tells_everything_and_a_constant_nothing() {
        let x = [0, 1, 0, 1, 1, 0];
        assert!((of_discrete(&x, &x).nats - std::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!(of_discrete(&[3; 6], &x).nats, 0.0);
    }

    #[test]
    fn bins_are_equal_and_ties_stay_together() {
        let x = [5.0, 1.0, 2.0, 8.0, 7.0, 3.0, 4.0, 6.0];
        assert_eq!(equal_frequency_bins(&x, 4), [2, 0, 0, 3, 3, 1, 1, 2]);
        let ties = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0];
        let bins = equal_frequency_bins(&ties, 4);
        assert!(bins[..6].iter().all(|b| *b == 0));
        assert!(bins[6] > 0 && bins[7] >= bins[6]);
        let odd = [f32::NAN, 1.0, f32::NAN, 0.0];
        let bins = equal_frequency_bins(&odd, 2);
        assert!(bins[0] == bins[2] && bins[0] > bins[1]);
        assert_eq!(bins[1], bins[3]);
    }

    #[test]
    fn prop_information_is_symmetric_and_chance_gives_its_bias() {
        let mut mean = 0.0;
        for seed in 0..200 {
            let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
            let x: Vec<f32> = (0..400).map(|_| r.normal() as f32).collect();
            let y: Vec<u32> = (0..400).map(|_| u32::from(r.chance(0.3))).collect();
            let bins = equal_frequency_bins(&x, 8);
            let (a, b) = (of_discrete(&bins, &y), of_discrete(&y, &bins));
            assert!((a.nats - b.nats).abs() < 1e-12 && a.nats >= 0.0);
            mean += (a.nats - a.bias) / 200.0;
        }
        // 2n·I is χ² with 7 degrees of freedom: deviation √14/800 a draw, 3.3e-4 of the mean of 200; four of them.
        assert!(mean.abs() < 1.4e-3, "{mean}");
    }
}
