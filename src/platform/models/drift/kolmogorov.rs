//! The largest distance of two distributions, and how likely chance alone makes it as large.

use crate::sim::math;

/// Returns the largest distance of the distribution functions of two samples and its p value; `None` if either is empty or
/// holds a value that is no number.
///
/// The p value is the asymptotic one, good from some dozens of values in each.
///
/// # Source
/// Kolmogorov (1933), Smirnov (1948).
#[must_use]
pub fn two_samples(a: &[f64], b: &[f64]) -> Option<(f64, f64)> {
    if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|x| x.is_nan()) {
        return None;
    }
    let sorted = |s: &[f64]| {
        let mut s = s.to_vec();
        s.sort_by(f64::total_cmp);
        s
    };
    let (a, b) = (sorted(a), sorted(b));
    let (n, m) = (a.len() as f64, b.len() as f64);
    let below = |s: &[f64], x: f64| s.partition_point(|v| *v <= x) as f64;
    let distance = |x: &f64| (below(&a, *x) / n - below(&b, *x) / m).abs();
    let d = a.iter().chain(&b).map(distance).fold(0.0, f64::max);
    Some((d, tail(libm::sqrt(n * m / (n + m)) * d)))
}

/// Returns the probability that Kolmogorov's variable exceeds `x`.
///
/// Sums 2 Σ (−1)ᵏ⁻¹ exp(−2 k² x²) for large `x`; for small `x` its theta transform, which converges faster there.
fn tail(x: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let term = |k: f64| math::exp(-(2.0 * k - 1.0).powi(2) * PI * PI / (8.0 * x * x));
        let sum: f64 = (1..=4).map(|k| term(f64::from(k))).sum();
        return 1.0 - libm::sqrt(TAU) / x * sum;
    }
    let term = |k: f64| math::exp(-2.0 * k * k * x * x);
    let sum = term(1.0) - term(2.0) + term(3.0) - term(4.0) + term(5.0);
    (2.0 * sum).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::signal::streams::uniform_step;
    use super::*;

    #[test]
    fn distance_and_tail_are_those_of_scipy() {
        // scipy 1.x: special.kolmogorov(0.5) = 0.963_945_243_664_875_1; ks_2samp(a, b).statistic and kolmogorov(√(nm / (n + m)) · it).
        assert!((tail(0.5) - 0.963_945_243_664_875_1).abs() < 1e-12);
        let (a, b) = (uniform_step(3, 50, 1_000), uniform_step(4, 80, 0));
        let (d, p) = two_samples(&a, &b).unwrap();
        assert!((d - 0.39).abs() < 1e-12, "{d}");
        assert!((p / 0.000_172_200_197_432_570_5 - 1.0).abs() < 1e-9, "{p}");
    }

    #[test]
    fn the_two_series_agree_where_they_meet() {
        assert!((tail(1.0 - 1e-12) - tail(1.0)).abs() < 1e-10);
    }

    #[test]
    fn distances_are_those_computed_by_hand() {
        let (d, p) = two_samples(&[1.0, 2.0], &[3.0, 4.0]).unwrap();
        assert_eq!(d, 1.0);
        assert!(p < 0.3);
        assert_eq!(two_samples(&[1.0, 2.0], &[1.0, 2.0]), Some((0.0, 1.0)));
        assert_eq!(two_samples(&[], &[1.0]), None);
        assert_eq!(two_samples(&[f64::NAN], &[1.0]), None);
    }
}
