//! Isotonic regression: the rising function that is nearest to the outcomes.

use super::{CalibrationError, check};

/// Rising, linear between the scores it was fitted on, constant outside of them.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Isotonic {
    scores: Vec<f64>,
    values: Vec<f64>,
}

/// Rows that share a value.
#[derive(Clone, Copy)]
struct Pool {
    mean: f64,
    weight: f64,
    /// Distinct scores in it.
    n: usize,
}

impl Isotonic {
    /// Fits outcomes of 0 and 1.
    ///
    /// # Errors
    /// Those of [`fit_values`](Self::fit_values).
    pub fn fit(scores: &[f64], outcomes: &[bool]) -> Result<Self, CalibrationError> {
        let values: Vec<f64> = outcomes.iter().map(|o| f64::from(u8::from(*o))).collect();
        Self::fit_values(scores, &values, &vec![1.0; values.len()])
    }

    /// Minimises Σ weight (value − f(score))² over rising f by pooling neighbours that are in the wrong order.
    ///
    /// O(n) once scores are sorted. Rows of equal score enter by their mean.
    ///
    /// # Errors
    /// [`CalibrationError`] if there are no scores, lengths do not fit, a number is not finite, or a weight is not above 0.
    ///
    /// # Source
    /// Ayer et al. (1955); Zadrozny and Elkan (2002) for calibration.
    pub fn fit_values(
        scores: &[f64],
        values: &[f64],
        weights: &[f64],
    ) -> Result<Self, CalibrationError> {
        check(scores, values.len())?;
        check(values, weights.len())?;
        if let Some(found) = weights.iter().find(|w| !(w.is_finite() && **w > 0.0)) {
            return Err(CalibrationError::Value {
                what: "weight",
                found: *found,
                allowed: "above 0",
            });
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        let mut distinct: Vec<f64> = Vec::new();
        let mut pools: Vec<Pool> = Vec::new();
        for group in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
            distinct.push(scores[group[0]]);
            let weight: f64 = group.iter().map(|i| weights[*i]).sum();
            let sum: f64 = group.iter().map(|i| weights[*i] * values[*i]).sum();
            let mut pool = Pool {
                mean: sum / weight,
                weight,
                n: 1,
            };
            while let Some(before) = pools.last()
                && before.mean >= pool.mean
            {
                let weight = before.weight + pool.weight;
                pool = Pool {
                    mean: (before.mean * before.weight + pool.mean * pool.weight) / weight,
                    weight,
                    n: before.n + pool.n,
                };
                pools.pop();
            }
            pools.push(pool);
        }
        let steps = pools.iter().flat_map(|p| std::iter::repeat_n(p.mean, p.n));
        let mut fitted = Self {
            values: steps.collect(),
            scores: distinct,
        };
        fitted.thin();
        Ok(fitted)
    }

    /// Drops the points within a flat stretch.
    fn thin(&mut self) {
        let last = self.values.len() - 1;
        let v = &self.values;
        let kept =
            (0..=last).filter(|i| *i == 0 || *i == last || v[i - 1] != v[*i] || v[*i] != v[i + 1]);
        let kept: Vec<usize> = kept.collect();
        self.scores = kept.iter().map(|i| self.scores[*i]).collect();
        self.values = kept.iter().map(|i| self.values[*i]).collect();
    }

    /// Returns the points between which it is linear: scores and values.
    #[must_use]
    pub fn points(&self) -> (&[f64], &[f64]) {
        (&self.scores, &self.values)
    }

    /// Returns the probability for a score.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        let (s, v) = (&self.scores, &self.values);
        let above = s.partition_point(|x| *x < score);
        if above == 0 {
            return v[0];
        }
        let Some(next) = s.get(above) else {
            return v[v.len() - 1];
        };
        let share = (score - s[above - 1]) / (next - s[above - 1]);
        // Written so that it stays between the two and is exact at both ends.
        (1.0 - share) * v[above - 1] + share * v[above]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn values_are_those_of_the_reference() {
        // sklearn 1.9.1: IsotonicRegression(out_of_bounds='clip')
        let s = [
            -2.0, -1.5, -1.0, -0.5, -0.2, 0.0, 0.3, 0.7, 1.1, 1.6, 2.2, 3.0,
        ];
        let t = [0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 1].map(|x| x == 1);
        let found = Isotonic::fit(&s, &t).unwrap();
        let third = 1.0 / 3.0;
        let expected = [
            (-3.0, 0.0),
            (-1.2, 0.2),
            (-0.35, third),
            (0.5, 0.583_333_333_333_333_3),
            (0.9, 2.0 / 3.0),
            (1.9, 0.833_333_333_333_333_3),
            (2.6, 1.0),
            (9.0, 1.0),
        ];
        for (score, p) in expected {
            assert!((found.probability(score) - p).abs() < 1e-12, "{score}");
        }
        let points = [-2.0, -1.5, -1.0, -0.2, 0.0, 0.3, 0.7, 1.6, 2.2, 3.0];
        assert_eq!(found.points().0, points);
        let s = [0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 5.0, 6.0, 7.0];
        let w = [1.0, 2.0, 1.0, 1.0, 3.0, 1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 2.0];
        let t = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
        let found = Isotonic::fit_values(&s, &t, &w).unwrap();
        let expected = [
            0.0, 0.0, 0.2, 0.2, 0.2, 0.5, 0.5, 0.75, 0.75, 0.75, 1.0, 1.0,
        ];
        for (score, p) in s.iter().zip(expected) {
            assert!((found.probability(*score) - p).abs() < 1e-12, "{score}");
        }
    }

    #[test]
    fn prop_it_rises_keeps_the_mean_and_fitting_it_again_changes_nothing() {
        for seed in 0..100 {
            let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
            let n = 1 + r.below(60);
            let s: Vec<f64> = (0..n).map(|_| (r.normal() * 4.0).round()).collect();
            let v: Vec<f64> = (0..n).map(|_| r.uniform()).collect();
            let w: Vec<f64> = (0..n).map(|_| 0.1 + r.uniform()).collect();
            let once = Isotonic::fit_values(&s, &v, &w).unwrap();
            let fitted: Vec<f64> = s.iter().map(|s| once.probability(*s)).collect();
            let twice = Isotonic::fit_values(&s, &fitted, &w).unwrap();
            let mut last = f64::MIN;
            for step in -150..150 {
                let x = f64::from(step) * 0.1;
                let p = once.probability(x);
                assert!(p >= last - 1e-15, "seed {seed}");
                assert!((p - twice.probability(x)).abs() < 1e-12, "seed {seed}");
                last = p;
            }
            let mean = |v: &[f64]| v.iter().zip(&w).map(|(v, w)| v * w).sum::<f64>();
            assert!((mean(&v) - mean(&fitted)).abs() < 1e-9, "seed {seed}");
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert!(Isotonic::fit(&[], &[]).is_err());
        assert!(Isotonic::fit(&[1.0], &[]).is_err());
        assert!(Isotonic::fit_values(&[1.0], &[1.0], &[0.0]).is_err());
        assert!(Isotonic::fit(&[f64::INFINITY], &[true]).is_err());
    }
}
