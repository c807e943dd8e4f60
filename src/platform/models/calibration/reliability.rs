//! How well probabilities match frequencies.

use crate::platform::models::classification::{brier_score, log_loss};

use super::{CalibrationError, check};

/// Bins that the expected calibration error is taken over.
pub const BINS: usize = 15;

/// Rows of neighbouring probabilities.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Bin {
    /// Rows.
    pub n: usize,
    /// Smallest probability.
    pub lowest: f64,
    /// Largest probability.
    pub highest: f64,
    /// Mean probability.
    pub predicted: f64,
    /// Share that was taken.
    pub observed: f64,
}

/// Probabilities against frequencies.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Reliability {
    /// Bins of equal numbers of rows (to one), from the smallest probabilities to the largest.
    pub bins: Vec<Bin>,
    /// Σ n_b/n |observed_b − predicted_b|.
    pub expected_error: f64,
    /// Largest |observed_b − predicted_b|.
    pub largest_error: f64,
    /// Mean (p − y)².
    pub brier: f64,
    /// Mean negative log likelihood, in nats.
    pub log_loss: f64,
}

impl Reliability {
    /// Compares probabilities with outcomes in so many bins of equal mass, fewer if there are fewer rows.
    ///
    /// Rows are sorted by probability, equal ones by position, and cut at i·n/bins.
    ///
    /// # Errors
    /// [`CalibrationError`] if there are no rows, outcomes do not fit, or a probability is not in [0, 1].
    ///
    /// # Source
    /// Naeini, Cooper and Hauskrecht (2015); equal mass after Nixon et al. (2019).
    pub fn of(
        probabilities: &[f64],
        outcomes: &[bool],
        bins: usize,
    ) -> Result<Self, CalibrationError> {
        check(probabilities, outcomes.len())?;
        if let Some(found) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            return Err(CalibrationError::Value {
                what: "probability",
                found: *found,
                allowed: "0 to 1",
            });
        }
        let n = probabilities.len();
        let n_bins = bins.clamp(1, n);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
        let cut = |i: usize| i * n / n_bins;
        let bins: Vec<Bin> = (0..n_bins)
            .map(|b| bin(&order[cut(b)..cut(b + 1)], probabilities, outcomes))
            .collect();
        let gap = |b: &Bin| (b.observed - b.predicted).abs();
        let expected = bins.iter().map(|b| b.n as f64 / n as f64 * gap(b)).sum();
        Ok(Self {
            expected_error: expected,
            largest_error: bins.iter().map(gap).fold(0.0, f64::max),
            brier: brier_score(probabilities, outcomes),
            log_loss: log_loss(probabilities, outcomes),
            bins,
        })
    }
}

fn bin(rows: &[usize], probabilities: &[f64], outcomes: &[bool]) -> Bin {
    let n = rows.len() as f64;
    let sum: f64 = rows.iter().map(|i| probabilities[*i]).sum();
    let taken = rows.iter().filter(|i| outcomes[**i]).count() as f64;
    Bin {
        n: rows.len(),
        lowest: rows.first().map_or(0.0, |i| probabilities[*i]),
        highest: rows.last().map_or(0.0, |i| probabilities[*i]),
        predicted: sum / n,
        observed: taken / n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_by_hand() {
        let p = [0.9, 0.1, 0.2, 0.8, 0.3, 0.6];
        let y = [true, false, true, true, false, false];
        let found = Reliability::of(&p, &y, 3).unwrap();
        let rows: Vec<_> = found.bins.iter().map(|b| (b.n, b.observed)).collect();
        assert_eq!(rows, [(2, 0.5), (2, 0.0), (2, 1.0)]);
        // |0.5 − 0.15|, |0 − 0.45|, |1 − 0.85|
        assert!((found.expected_error - (0.35 + 0.45 + 0.15) / 3.0).abs() < 1e-12);
        assert!((found.largest_error - 0.45).abs() < 1e-12);
        let brier = (0.01 + 0.01 + 0.64 + 0.04 + 0.09 + 0.36) / 6.0;
        assert!((found.brier - brier).abs() < 1e-12);
        assert_eq!(Reliability::of(&p, &y, 15).unwrap().bins.len(), 6);
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert!(Reliability::of(&[], &[], 15).is_err());
        assert!(Reliability::of(&[1.2], &[true], 15).is_err());
        assert!(Reliability::of(&[0.2], &[true, false], 15).is_err());
    }
}
