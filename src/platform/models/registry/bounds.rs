//! One-sided bounds on the mean of differences, each of one person.

use crate::sim::rng::{Purpose, RngStream};

/// Returns mean ∓ z·s/√n; nothing is known of fewer than two.
pub(super) fn normal_bounds(each: &[f64], mean: f64, confidence: f64) -> (f64, f64) {
    let n = each.len() as f64;
    if each.len() < 2 {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    let variance = each.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0);
    let reach = quantile(confidence) * (variance / n).sqrt();
    (mean - reach, mean + reach)
}

/// Returns the quantiles 1 − confidence and confidence of means of people drawn with replacement (Efron 1979).
pub(super) fn resampled_bounds(
    each: &[f64],
    resamples: u32,
    confidence: f64,
    seed: u64,
) -> (f64, f64) {
    if each.len() < 2 {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    let mut means: Vec<f64> = (0..resamples)
        .map(|r| {
            let mut rng = RngStream::new(seed, Purpose::Bootstrap, u64::from(r), 0);
            let drawn = each.iter().map(|_| each[rng.below(each.len())]);
            drawn.sum::<f64>() / each.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let last = means.len() - 1;
    let low = (((1.0 - confidence) * last as f64).round() as usize).min(last);
    (means[low], means[last - low])
}

/// Returns the quantile of the standard normal distribution for p from 0.5 to below 1, by halving an interval.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        let below = 1.0 - 0.5 * libm::erfc(middle * std::f64::consts::FRAC_1_SQRT_2);
        if below < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, z) in [
            (0.5, 0.0),
            (0.9, 1.281_551_565_545),
            (0.95, 1.644_853_626_951),
            (0.975, 1.959_963_984_540),
        ] {
            assert!((quantile(p) - z).abs() < 1e-11, "{p}: {}", quantile(p));
        }
    }

    #[test]
    fn nothing_is_known_of_one_person() {
        let nothing = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(normal_bounds(&[0.5], 0.5, 0.95), nothing);
        assert_eq!(resampled_bounds(&[0.5], 100, 0.95, 1), nothing);
        assert_eq!(resampled_bounds(&[0.5, 0.5], 100, 0.95, 1), (0.5, 0.5));
    }
}
