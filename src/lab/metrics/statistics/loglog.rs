//! Power laws, fitted as straight lines through logarithms.

use serde::{Deserialize, Serialize};

use crate::sim::math;

/// A fitted power law y = a x⁻ᵇ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PowerLaw {
    /// a: the value at x = 1.
    pub scale: f64,
    /// b: how fast it falls; positive if y falls with x.
    pub exponent: f64,
    /// Share of the variance of ln y that the line explains; 1 if y does not vary.
    pub r_squared: f64,
    /// Points the line goes through.
    pub n_points: usize,
}

impl PowerLaw {
    /// Fits y = a x⁻ᵇ to points (x, y) by least squares of ln y on ln x, each point counting the same.
    ///
    /// Points without a logarithm (zero, negative, not finite) are left out; `None` if fewer than two
    /// different x remain.
    #[must_use]
    pub fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let logs: Vec<(f64, f64)> = points
            .iter()
            .filter(|(x, y)| *x > 0.0 && *y > 0.0 && x.is_finite() && y.is_finite())
            .map(|(x, y)| (math::ln(*x), math::ln(*y)))
            .collect();
        let n = logs.len() as f64;
        let mean_x = logs.iter().map(|p| p.0).sum::<f64>() / n;
        let mean_y = logs.iter().map(|p| p.1).sum::<f64>() / n;
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for (x, y) in &logs {
            let (dx, dy) = (x - mean_x, y - mean_y);
            xx += dx * dx;
            xy += dx * dy;
            yy += dy * dy;
        }
        // One x many times over leaves rounding dust.
        if logs.len() < 2 || xx <= 1e-24 * n {
            return None;
        }
        let slope = xy / xx;
        Some(Self {
            scale: math::exp(mean_y - slope * mean_x),
            exponent: -slope,
            r_squared: if yy > 0.0 { xy * xy / (xx * yy) } else { 1.0 },
            n_points: logs.len(),
        })
    }

    /// Returns a x⁻ᵇ.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.scale * math::pow(x, -self.exponent)
    }
}

/// Returns the slope of ln count on ln rank over the `n_top` largest counts; negative.
///
/// Fewer counts than `n_top` are taken as they are; zeros are left out; `None` if fewer than two remain.
///
/// # Source
/// Zipf (1949); over a fixed range of ranks, as the published slopes in the realism targets are.
#[must_use]
pub fn rank_slope(counts: &[f64], n_top: usize) -> Option<f64> {
    let mut sorted: Vec<f64> = counts.iter().copied().filter(|c| *c > 0.0).collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let points: Vec<(f64, f64)> = sorted
        .iter()
        .take(n_top)
        .enumerate()
        .map(|(i, c)| (i as f64 + 1.0, *c))
        .collect();
    PowerLaw::fit(&points).map(|law| -law.exponent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn rank_slope_matches_numpy() {
        // numpy.polyfit(log(1..7), log([100, 61, 40, 33, 22, 21, 9]), 1)[0] = -1.08733863
        // and over the first five -0.90445895
        let counts = [9.0, 61.0, 33.0, 100.0, 0.0, 22.0, 40.0, 21.0];
        let all = rank_slope(&counts, 100).expect("counts");
        let five = rank_slope(&counts, 5).expect("counts");
        assert!((all + 1.087_338_63).abs() < 1e-8, "{all}");
        assert!((five + 0.904_458_95).abs() < 1e-8, "{five}");
    }

    #[test]
    fn an_exact_power_law_is_recovered_exactly() {
        let points: Vec<(f64, f64)> = (1..=30)
            .map(|n| (f64::from(n), 0.448 * math::pow(f64::from(n), -0.45)))
            .collect();
        let law = PowerLaw::fit(&points).expect("thirty points");
        assert!((law.scale - 0.448).abs() < 1e-12);
        assert!((law.exponent - 0.45).abs() < 1e-12);
        assert!((law.r_squared - 1.0).abs() < 1e-12);
        assert!((law.at(7.0) - points[6].1).abs() < 1e-12);
    }

    #[test]
    fn one_point_or_one_x_is_no_line() {
        assert_eq!(PowerLaw::fit(&[]), None);
        assert_eq!(PowerLaw::fit(&[(2.0, 3.0)]), None);
        assert_eq!(PowerLaw::fit(&[(2.0, 3.0), (2.0, 4.0), (3.0, 0.0)]), None);
        assert_eq!(rank_slope(&[5.0, 0.0, 0.0], 500), None);
    }

    #[test]
    fn prop_the_exponent_ignores_the_unit_of_both_axes() {
        for id in 0..100 {
            let mut rng = RngStream::new(4, Purpose::Test, id, 0);
            let points: Vec<(f64, f64)> = (1..20)
                .map(|n| (f64::from(n), rng.log_normal(0.0, 1.0)))
                .collect();
            let scaled: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x * 24.0, y * 1e6)).collect();
            let a = PowerLaw::fit(&points).expect("points").exponent;
            let b = PowerLaw::fit(&scaled).expect("points").exponent;
            assert!((a - b).abs() < 1e-10, "case {id}: {a} {b}");
        }
    }
}
