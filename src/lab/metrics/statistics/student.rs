//! Student's t distribution, by way of the regularized incomplete beta function.

use crate::sim::math;

/// Returns the regularized incomplete beta function Iₓ(a, b) for `x` in `[0, 1]` and positive `a`, `b`; NaN elsewhere.
///
/// # Source
/// Continued fraction of DLMF 8.17.22, evaluated after Lentz (1976).
#[must_use]
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if !((0.0..=1.0).contains(&x) && a > 0.0 && b > 0.0) {
        return f64::NAN;
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    let ln_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + a * math::ln(x)
        + b * libm::log1p(-x);
    let front = math::exp(ln_front);
    // The fraction converges fast on the side of the mean that x lies on.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

/// Evaluates the continued fraction of the incomplete beta function.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const MAX_TERMS: u32 = 1_000;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..MAX_TERMS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            step = c * d;
            value *= step;
        }
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

/// Returns the probability that a t value with the given degrees of freedom lies at or below `t`.
#[must_use]
pub fn student_cdf(t: f64, degrees_of_freedom: f64) -> f64 {
    let (n, square) = (degrees_of_freedom, t * t);
    // Near the center the complement keeps the digits that 1 − x would lose.
    let tail = if square < n {
        0.5 - 0.5 * incomplete_beta(0.5, 0.5 * n, square / (n + square))
    } else {
        0.5 * incomplete_beta(0.5 * n, 0.5, n / (n + square))
    };
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// Returns the `p`-quantile of the t distribution for `p` in (0, 1); NaN outside, or without degrees of freedom.
///
/// Found by bisection of [`student_cdf`].
#[must_use]
pub fn student_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    if !(p > 0.0 && p < 1.0 && degrees_of_freedom > 0.0) {
        return f64::NAN;
    }
    if p == 0.5 {
        return 0.0;
    }
    if p > 0.5 {
        return -student_quantile(1.0 - p, degrees_of_freedom);
    }
    let mut low = -1.0;
    while student_cdf(low, degrees_of_freedom) > p {
        low *= 2.0;
        if low < -1e150 {
            return f64::NEG_INFINITY;
        }
    }
    let mut high = 0.0;
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if student_cdf(middle, degrees_of_freedom) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incomplete_beta_matches_scipy() {
        // scipy.special.betainc(a, b, x)
        for (a, b, x, expected) in [
            (2.5, 0.5, 0.3, 0.018_927_124_071_945_658),
            (50.0, 0.5, 0.97, 0.081_699_333_721_822_64),
            (0.5, 0.5, 0.001, 0.020_135_041_633_377_492),
        ] {
            assert!(
                (incomplete_beta(a, b, x) - expected).abs() < 1e-13,
                "I_{x}({a}, {b})"
            );
        }
        assert!(incomplete_beta(1.0, 1.0, 1.5).is_nan());
    }

    #[test]
    fn cdf_matches_scipy() {
        // scipy.stats.t.cdf(1.5, 7) = 0.911350756505015, t.cdf(-2.3, 3.5) = 0.04619672248986906
        assert!((student_cdf(1.5, 7.0) - 0.911_350_756_505_015).abs() < 1e-13);
        assert!((student_cdf(-2.3, 3.5) - 0.046_196_722_489_869_06).abs() < 1e-13);
    }

    #[test]
    fn quantiles_match_the_reference() {
        // mpmath at 30 digits, root of the distribution; scipy.stats.t.ppf(0.975, 9) = 2.262157162798205
        for (p, n, expected) in [
            (0.975, 9.0, 2.262_157_162_798_205_5),
            (0.975, 1.0, 12.706_204_736_174_705),
            (0.975, 4.0, 2.776_445_105_197_794_4),
            (0.95, 30.0, 1.697_260_886_593_957_9),
            (0.995, 1_000.0, 2.580_754_698_065_951),
        ] {
            let t = student_quantile(p, n);
            assert!((t - expected).abs() < 1e-10 * expected, "{t} for {p}, {n}");
        }
        assert_eq!(student_quantile(0.5, 5.0), 0.0);
        assert!(student_quantile(1.0, 5.0).is_nan());
    }

    #[test]
    fn quantile_undoes_the_distribution() {
        for n in [1.0, 2.5, 10.0, 400.0] {
            for i in 1..50 {
                let p = f64::from(i) / 50.0;
                let back = student_cdf(student_quantile(p, n), n);
                assert!((back - p).abs() < 1e-12, "{back} for {p}, {n}");
            }
        }
    }
}
