//! Weighted products of columns, the same at any number of threads.

use rayon::prelude::*;

/// Rows that one sum runs over before it joins the others.
const ROWS_PER_SUM: usize = 1_024;

/// A matrix of columns with as many rows as there are outcomes, row-major.
#[derive(Debug, Clone, Copy)]
pub struct Design<'a> {
    /// `[n_rows, width]`.
    pub values: &'a [f64],
    /// Columns.
    pub width: usize,
}

impl Design<'_> {
    /// Returns how many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Returns Xᵀ diag(w) X, `[width, width]`, by its lower half as well as its upper.
    ///
    /// # Panics
    /// If there are not as many weights as rows.
    #[must_use]
    pub fn gram(&self, weights: &[f64]) -> Vec<f64> {
        assert_eq!(weights.len(), self.n_rows(), "a weight a row");
        let d = self.width;
        let parts: Vec<Vec<f64>> = self
            .values
            .par_chunks(ROWS_PER_SUM * d.max(1))
            .zip(weights.par_chunks(ROWS_PER_SUM))
            .map(|(rows, weights)| {
                let mut own = vec![0.0; d * d];
                for (row, w) in rows.chunks_exact(d).zip(weights) {
                    for (i, x) in row.iter().enumerate() {
                        let wx = w * x;
                        if wx != 0.0 {
                            for (g, y) in own[i * d..=i * d + i].iter_mut().zip(row) {
                                *g += wx * y;
                            }
                        }
                    }
                }
                own
            })
            .collect();
        let mut gram = vec![0.0; d * d];
        for part in parts {
            for (g, p) in gram.iter_mut().zip(part) {
                *g += p;
            }
        }
        for i in 0..d {
            for j in 0..i {
                gram[j * d + i] = gram[i * d + j];
            }
        }
        gram
    }

    /// Returns Xᵀ v, `width` values.
    ///
    /// # Panics
    /// If there are not as many values as rows.
    #[must_use]
    pub fn transposed_times(&self, v: &[f64]) -> Vec<f64> {
        assert_eq!(v.len(), self.n_rows(), "a value a row");
        let mut sums = vec![0.0; self.width];
        for (row, v) in self.values.chunks_exact(self.width.max(1)).zip(v) {
            for (s, x) in sums.iter_mut().zip(row) {
                *s += x * v;
            }
        }
        sums
    }

    /// Returns X b, one value a row.
    #[must_use]
    pub fn times(&self, b: &[f64]) -> Vec<f64> {
        let rows = self.values.par_chunks_exact(self.width.max(1));
        rows.map(|row| row.iter().zip(b).map(|(x, b)| x * b).sum())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_by_hand() {
        let x = Design {
            values: &[1.0, 2.0, 3.0, -1.0],
            width: 2,
        };
        assert_eq!(x.gram(&[2.0, 1.0]), [11.0, 1.0, 1.0, 9.0]);
        assert_eq!(x.transposed_times(&[1.0, -1.0]), [-2.0, 3.0]);
        assert_eq!(x.times(&[1.0, 10.0]), [21.0, -7.0]);
    }
}
