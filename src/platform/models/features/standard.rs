//! Columns with mean 0 and deviation 1 over the rows that were learned from.

use crate::platform::models::model::Tensors;
use crate::platform::models::params::{ModelError, Values};

use super::crowd::take;
use super::table::Table;

/// Deviations from the mean beyond which a value counts as this far: what was never seen is not extrapolated.
const FARTHEST: f32 = 8.0;

/// Means and scales of columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standard {
    means: Vec<f32>,
    /// One over the deviation; 0 for a column that is the same in all rows, or was left out.
    scales: Vec<f32>,
}

impl Standard {
    /// Takes means and deviations over the rows of a table.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let (n, width) = (table.examples.len().max(1) as f64, table.schema.len());
        let rows = || table.values.chunks_exact(width.max(1));
        let mut means = vec![0.0f64; width];
        for row in rows() {
            for (m, x) in means.iter_mut().zip(row) {
                *m += f64::from(*x);
            }
        }
        for m in &mut means {
            *m /= n;
        }
        let mut squares = vec![0.0f64; width];
        for row in rows() {
            for ((s, m), x) in squares.iter_mut().zip(&means).zip(row) {
                *s += (f64::from(*x) - m).powi(2);
            }
        }
        let scale = |(s, m): (&f64, &f64)| {
            let deviation = libm::sqrt(s / n);
            // Less than this is rounding of a constant.
            let varies = deviation > 1e-6 * (1.0 + m.abs());
            if varies {
                (1.0 / deviation) as f32
            } else {
                0.0
            }
        };
        Self {
            scales: squares.iter().zip(&means).map(scale).collect(),
            means: means.iter().map(|m| *m as f32).collect(),
        }
    }

    /// Leaves out a column: it becomes 0 in every row.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn leave_out(&mut self, column: usize) {
        self.scales[column] = 0.0;
    }

    /// Says whether a column tells anything.
    #[must_use]
    pub fn tells(&self, column: usize) -> bool {
        self.scales[column] != 0.0
    }

    /// Replaces values of the columns from `first` on by their deviations from the mean.
    pub fn apply(&self, first: usize, values: &mut [f32]) {
        let columns = self.means[first..].iter().zip(&self.scales[first..]);
        for (x, (mean, scale)) in values.iter_mut().zip(columns) {
            *x = ((*x - mean) * scale).clamp(-FARTHEST, FARTHEST);
        }
    }

    /// Adds means and scales to what is stored.
    pub fn save(&self, into: &mut Tensors) {
        for (name, values) in [
            ("columns.means", &self.means),
            ("columns.scales", &self.scales),
        ] {
            let (shape, values) = (vec![values.len()], values.clone());
            into.insert(name.to_owned(), Values { shape, values });
        }
    }

    /// Takes means and scales of so many columns out of what was stored.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if one is missing or has another length.
    pub fn take(from: &mut Tensors, width: usize) -> Result<Self, ModelError> {
        let means = take(from, "columns.means", &[width])?;
        let scales = take(from, "columns.scales", &[width])?;
        Ok(Self { means, scales })
    }
}
