//! Ridge regression, one row at a time, with what it is unsure of.
//!
//! A = λI + Σ w x xᵀ is kept as its inverse, which a row changes in d² steps.

use crate::platform::models::params::ModelError;
use crate::platform::models::positive_definite::NotPositiveDefinite;
use crate::sim::state_hash::StateHasher;

/// A linear regression that shrinks its coefficients, learned row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    n_features: usize,
    /// A⁻¹, row-major and symmetric.
    inverse: Vec<f64>,
    /// A⁻¹ Σ w r x.
    theta: Vec<f64>,
    n_rows: u64,
}

impl Ridge {
    /// Makes one that has seen nothing: all coefficients 0, A = λI.
    ///
    /// # Errors
    /// [`ModelError::Value`] if λ is not a finite number above 0.
    pub fn new(n_features: usize, lambda: f64) -> Result<Self, ModelError> {
        if !(lambda.is_finite() && lambda > 0.0) {
            return Err(ModelError::Value {
                what: "ridge".to_owned(),
                found: lambda.to_string(),
                allowed: "a finite number above 0".to_owned(),
            });
        }
        let mut inverse = vec![0.0; n_features * n_features];
        inverse
            .iter_mut()
            .step_by(n_features + 1)
            .for_each(|x| *x = 1.0 / lambda);
        Ok(Self {
            n_features,
            inverse,
            theta: vec![0.0; n_features],
            n_rows: 0,
        })
    }

    /// Learns from a row; d² steps. A row that is too short, not finite or of no weight teaches nothing.
    ///
    /// # Source
    /// Sherman and Morrison (1950) for the inverse; the coefficients move by recursive least squares.
    pub fn observe(&mut self, x: &[f64], reward: f64, weight: f64) {
        let finite = reward.is_finite() && weight.is_finite() && x.iter().all(|x| x.is_finite());
        if x.len() != self.n_features || !finite || weight <= 0.0 {
            return;
        }
        let gain = self.times_inverse(x);
        let share = weight / (1.0 + weight * dot(&gain, x));
        let error = reward - self.mean(x);
        let rows = self.inverse.chunks_exact_mut(self.n_features);
        for (row, g) in rows.zip(&gain) {
            let factor = share * g;
            for (a, h) in row.iter_mut().zip(&gain) {
                *a -= factor * h;
            }
        }
        for (t, g) in self.theta.iter_mut().zip(&gain) {
            *t += share * error * g;
        }
        self.n_rows += 1;
    }

    fn times_inverse(&self, x: &[f64]) -> Vec<f64> {
        let rows = self.inverse.chunks_exact(self.n_features);
        rows.map(|row| dot(row, x)).collect()
    }

    /// Returns the expected reward of a row.
    #[must_use]
    pub fn mean(&self, x: &[f64]) -> f64 {
        dot(&self.theta, x)
    }

    /// Returns √(xᵀA⁻¹x): how unsure the expected reward is, in deviations of the noise.
    #[must_use]
    pub fn width(&self, x: &[f64]) -> f64 {
        libm::sqrt(dot(&self.times_inverse(x), x).max(0.0))
    }

    /// Returns the coefficients.
    #[must_use]
    pub fn theta(&self) -> &[f64] {
        &self.theta
    }

    /// Returns A⁻¹, row-major.
    #[must_use]
    pub fn inverse(&self) -> &[f64] {
        &self.inverse
    }

    /// Returns how many rows it learned from.
    #[must_use]
    pub const fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Returns the lower triangle L with A⁻¹ = LLᵀ, row-major: θ̂ + v L z is a draw from N(θ̂, v² A⁻¹) for a standard normal z.
    ///
    /// # Errors
    /// [`NotPositiveDefinite`] if rounding has eaten the inverse up.
    pub fn factor(&self) -> Result<Vec<f64>, NotPositiveDefinite> {
        let n = self.n_features;
        let mut l = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let rest = self.inverse[i * n + j] - dot(&l[i * n..][..j], &l[j * n..][..j]);
                if i > j {
                    l[i * n + j] = rest / l[j * n + j];
                } else if rest > 0.0 {
                    l[i * n + i] = libm::sqrt(rest);
                } else {
                    return Err(NotPositiveDefinite {
                        row: i,
                        pivot: rest,
                    });
                }
            }
        }
        Ok(l)
    }

    /// Adds everything it learned.
    pub fn add_to(&self, h: &mut StateHasher) {
        h.u64(self.n_rows);
        for x in self.theta.iter().chain(&self.inverse) {
            h.f64(*x);
        }
    }
}

/// Returns the dot product, summed from left to right.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::positive_definite::invert;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn one_row_gives_what_is_computed_by_hand() {
        let mut r = Ridge::new(2, 1.0).unwrap();
        r.observe(&[1.0, 2.0], 3.0, 1.0);
        // A = [[2, 2], [2, 5]], A⁻¹ = [[5, -2], [-2, 2]] / 6, θ = A⁻¹ (3, 6) = (1/2, 1).
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-15, "{a} {b}");
        close(r.theta()[0], 0.5);
        close(r.theta()[1], 1.0);
        close(r.inverse()[0], 5.0 / 6.0);
        close(r.inverse()[1], -2.0 / 6.0);
        close(r.width(&[1.0, 0.0]), (5.0f64 / 6.0).sqrt());
        close(r.mean(&[2.0, 2.0]), 3.0);
    }

    #[test]
    fn prop_row_by_row_equals_all_at_once() {
        for id in 0..20 {
            let d = 1 + (id % 8) as usize;
            let mut rng = RngStream::new(5, Purpose::Test, id, 0);
            let mut online = Ridge::new(d, 0.7).unwrap();
            let mut a = vec![0.0; d * d];
            (0..d).for_each(|i| a[i * d + i] = 0.7);
            let mut b = vec![0.0; d];
            for _ in 0..300 {
                let x: Vec<f64> = (0..d).map(|_| rng.normal()).collect();
                let (reward, weight) = (rng.normal(), rng.range(0.1, 2.0));
                online.observe(&x, reward, weight);
                for (i, xi) in x.iter().enumerate() {
                    b[i] += weight * reward * xi;
                    for (j, xj) in x.iter().enumerate() {
                        a[i * d + j] += weight * xi * xj;
                    }
                }
            }
            let inverse = invert(&a, d).unwrap();
            for (x, y) in online.inverse().iter().zip(&inverse) {
                assert!((x - y).abs() < 1e-9);
            }
            for i in 0..d {
                let theta = dot(&inverse[i * d..][..d], &b);
                assert!((online.theta()[i] - theta).abs() < 1e-9);
            }
            let l = online.factor().unwrap();
            for i in 0..d {
                for j in 0..d {
                    let product = dot(&l[i * d..][..d], &l[j * d..][..d]);
                    assert!((product - inverse[i * d + j]).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn rows_that_say_nothing_teach_nothing() {
        let mut r = Ridge::new(2, 1.0).unwrap();
        let before = r.clone();
        r.observe(&[1.0], 1.0, 1.0);
        r.observe(&[1.0, f64::NAN], 1.0, 1.0);
        r.observe(&[1.0, 1.0], f64::INFINITY, 1.0);
        r.observe(&[1.0, 1.0], 1.0, 0.0);
        assert_eq!(r, before);
        assert!(Ridge::new(2, 0.0).is_err());
    }
}
