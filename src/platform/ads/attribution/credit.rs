//! Dividing a whole number by real weights so that the parts add up to it exactly.

use crate::sim::shares;

/// One whole credit, in parts per million.
pub const WHOLE: u64 = 1_000_000;

/// The largest weight becomes this integer; smaller ones are rounded to it.
const FINEST: f64 = (1u64 << 40) as f64;

/// Divides `total` in proportion to `weights`, by largest remainders; equal remainders go to the earlier part.
///
/// Weights that are not above 0 get nothing. Without any above 0 nobody gets anything, and the sum is 0; otherwise the parts
/// sum to `total`. Exact in integers once weights are rounded to 2⁻⁴⁰ of the largest.
///
/// # Source
/// The method of Hamilton (1792).
pub fn divide(total: u64, weights: &[f64]) -> Vec<u64> {
    let largest = weights
        .iter()
        .filter(|w| w.is_finite())
        .fold(0.0, |m: f64, w| m.max(*w));
    if largest <= 0.0 {
        return vec![0; weights.len()];
    }
    let whole = |w: &f64| {
        if w.is_finite() && *w > 0.0 {
            (w / largest * FINEST).round() as u64
        } else {
            0
        }
    };
    let weights: Vec<u64> = weights.iter().map(whole).collect();
    shares::divide(total, &weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        assert_eq!(divide(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(divide(100, &[0.5, 0.25, 0.25]), [50, 25, 25]);
        // 3.5, 2.1, 1.4: the half is the largest remainder.
        assert_eq!(divide(7, &[5.0, 3.0, 2.0]), [4, 2, 1]);
        assert_eq!(divide(5, &[0.0, -1.0, f64::NAN]), [0, 0, 0]);
        assert_eq!(divide(5, &[0.0, 1e-300]), [0, 5]);
        assert!(divide(5, &[]).is_empty());
    }

    #[test]
    fn prop_parts_sum_to_the_whole_and_lie_within_one_of_their_share() {
        for seed in 0..2_000 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let weights: Vec<f64> = (0..=rng.below(9)).map(|_| rng.uniform() + 1e-6).collect();
            let total = rng.bits() >> (1 + rng.below(60));
            let parts = divide(total, &weights);
            assert_eq!(parts.iter().sum::<u64>(), total, "seed {seed}");
            let sum: f64 = weights.iter().sum();
            for (part, w) in parts.iter().zip(&weights) {
                let share = total as f64 * (w / sum);
                // Weights are rounded to 2⁻⁴⁰ of the largest.
                let room = 1.0 + total as f64 * 1e-11;
                assert!((*part as f64 - share).abs() <= room, "seed {seed}");
            }
        }
    }
}
