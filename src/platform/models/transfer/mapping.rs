//! Ridge regression from one space to another.

use crate::platform::models::params::ModelError;
use crate::platform::models::positive_definite::invert;

/// An affine map, `y = x · w + b`, that minimises `Σ ‖x · w + b − y‖² + λ ‖w‖²`; `b` is not pulled.
///
/// # Source
/// Hoerl and Kennard (1970); as the map of EMCDR in Man et al. (2017).
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    from: usize,
    to: usize,
    /// `(from + 1, to)`, the last row is `b`.
    weights: Vec<f64>,
}

impl Mapping {
    /// Fits the map to pairs of rows: `x` is `(n, from)`, `y` `(n, to)`.
    ///
    /// Solved in closed form, `(XᵀX + λI)⁻¹ XᵀY` on rows less their means. With no pair everything is mapped to 0.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the rows do not fit; [`ModelError::Value`] if `ridge` is not above 0.
    pub fn fit(
        (x, from): (&[f32], usize),
        (y, to): (&[f32], usize),
        ridge: f64,
    ) -> Result<Self, ModelError> {
        let n = x.len() / from.max(1);
        if x.len() != n * from || y.len() != n * to {
            return Err(ModelError::Length {
                what: "rows to map to",
                found: y.len(),
                expected: n * to,
            });
        }
        let refused = || ModelError::Value {
            what: "ridge".to_owned(),
            found: ridge.to_string(),
            allowed: "above 0".to_owned(),
        };
        if !(ridge > 0.0 && ridge.is_finite()) {
            return Err(refused());
        }
        let (mean_x, mean_y) = (means(x, from), means(y, to));
        let mut gram = vec![0.0f64; from * from];
        let mut cross = vec![0.0f64; from * to];
        for (x, y) in x.chunks_exact(from.max(1)).zip(y.chunks_exact(to.max(1))) {
            for (i, (a, mean)) in x.iter().zip(&mean_x).enumerate() {
                let a = f64::from(*a) - mean;
                for ((g, b), mean) in gram[i * from..][..from].iter_mut().zip(x).zip(&mean_x) {
                    *g += a * (f64::from(*b) - mean);
                }
                for ((c, b), mean) in cross[i * to..][..to].iter_mut().zip(y).zip(&mean_y) {
                    *c += a * (f64::from(*b) - mean);
                }
            }
        }
        for i in 0..from {
            gram[i * from + i] += ridge;
        }
        let inverse = invert(&gram, from).map_err(|_singular| refused())?;
        let mut weights = vec![0.0f64; (from + 1) * to];
        for i in 0..from {
            for p in 0..from {
                let factor = inverse[i * from + p];
                for j in 0..to {
                    weights[i * to + j] += factor * cross[p * to + j];
                }
            }
        }
        for j in 0..to {
            let along: f64 = (0..from).map(|i| mean_x[i] * weights[i * to + j]).sum();
            weights[from * to + j] = mean_y[j] - along;
        }
        Ok(Self { from, to, weights })
    }

    /// Maps a row.
    ///
    /// # Panics
    /// If the row has another length than those that were fitted.
    #[must_use]
    pub fn of(&self, x: &[f32]) -> Vec<f32> {
        assert_eq!(x.len(), self.from, "a row of the space that is mapped");
        let mut y = self.weights[self.from * self.to..].to_vec();
        for (x, row) in x.iter().zip(self.weights.chunks_exact(self.to.max(1))) {
            for (y, w) in y.iter_mut().zip(row) {
                *y += f64::from(*x) * w;
            }
        }
        y.into_iter().map(|y| y as f32).collect()
    }

    /// Returns the weights, `(from + 1, to)`; the last row is added to every result.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }
}

fn means(rows: &[f32], width: usize) -> Vec<f64> {
    let mut sums = vec![0.0f64; width];
    let n = rows.len() / width.max(1);
    for row in rows.chunks_exact(width.max(1)) {
        for (s, x) in sums.iter_mut().zip(row) {
            *s += f64::from(*x);
        }
    }
    for s in &mut sums {
        *s /= n.max(1) as f64;
    }
    sums
}
