//! The standard normal distribution.

/// Returns the probability that a standard normal value lies at or below `x`.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// Returns the `p`-quantile of the standard normal distribution, for `p` in (0, 1); infinite at the ends, NaN beyond.
///
/// Found by bisection of [`normal_cdf`], so it is as exact as that.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    // Below −39 the distribution underflows. The upper half mirrors the lower, where the tail is exact.
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let (mut low, mut high) = (-39.0, 0.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Returns how many standard errors a two-sided interval of the given level reaches, 1.96 for 0.95.
#[must_use]
pub fn normal_reach(level: f64) -> f64 {
    normal_quantile(0.5 + 0.5 * level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_scipy() {
        // scipy.stats.norm.ppf(0.975) = 1.959963984540054, ppf(1e-6) = -4.753424308822899
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((normal_quantile(1e-6) + 4.753_424_308_822_899).abs() < 1e-12);
        assert!((normal_reach(0.95) - 1.959_963_984_540_054).abs() < 1e-12);
    }

    #[test]
    fn quantile_undoes_the_distribution() {
        for i in 1..100 {
            let p = f64::from(i) / 100.0;
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-14);
        }
        assert!(normal_quantile(1.5).is_nan());
    }
}
