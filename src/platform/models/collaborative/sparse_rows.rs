//! What each item met adds to the score of others: a sparse item-by-item matrix by rows.

use serde::{Deserialize, Serialize};

use super::super::model::Tensors;
use super::super::params::ModelError;
use super::super::scorer::{AdditiveScorer, Scorer};
use super::stored;

/// A sparse square matrix; row = item met, column = item scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SparseRows {
    /// Where each row begins; one more entry than rows.
    begins: Vec<usize>,
    /// Columns of a row, ascending.
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl SparseRows {
    /// Puts rows together, each with ascending columns.
    #[must_use]
    pub fn from_rows(rows: &[Vec<(u32, f32)>]) -> Self {
        let mut begins = vec![0];
        begins.extend(rows.iter().scan(0, |sum, row| {
            *sum += row.len();
            Some(*sum)
        }));
        let all = rows.iter().flatten();
        Self {
            begins,
            columns: all.clone().map(|(column, _)| *column).collect(),
            values: all.map(|(_, value)| *value).collect(),
        }
    }

    /// Puts columns together, each with ascending rows.
    #[must_use]
    pub fn from_columns(columns: &[Vec<(u32, f32)>]) -> Self {
        let mut rows = vec![Vec::new(); columns.len()];
        for (column, entries) in (0u32..).zip(columns) {
            for (row, value) in entries {
                rows[*row as usize].push((column, *value));
            }
        }
        Self::from_rows(&rows)
    }

    /// Returns the columns of a row, ascending, with the values.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: u32) -> (&[u32], &[f32]) {
        let span = self.begins[row as usize]..self.begins[row as usize + 1];
        (&self.columns[span.clone()], &self.values[span])
    }

    /// Returns the number of values that are stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Says whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Stores it as three tensors: `lengths` of the rows, `columns`, `values`.
    pub(super) fn put(&self, into: &mut Tensors) -> Result<(), ModelError> {
        let lengths = self.begins.windows(2).map(|w| w[1] - w[0]);
        let lengths = stored::small("length of a row", lengths)?;
        stored::put(into, "lengths", &[lengths.len()], lengths);
        let columns = stored::small("item", self.columns.iter().map(|c| *c as usize))?;
        stored::put(into, "columns", &[columns.len()], columns);
        stored::put(into, "values", &[self.values.len()], self.values.clone());
        Ok(())
    }

    /// Takes the tensors of [`SparseRows::put`].
    pub(super) fn take(stored: &mut Tensors, n_items: usize) -> Result<Self, ModelError> {
        let lengths = stored::take_small(stored, "lengths", Some(n_items), n_items + 1)?;
        let n = lengths.iter().sum();
        let columns = stored::take_small(stored, "columns", Some(n), n_items)?;
        let values = stored::take_finite(stored, "values", &[Some(n)])?;
        let mut entries = columns.into_iter().map(|c| c as u32).zip(values);
        let rows: Vec<Vec<_>> = lengths
            .into_iter()
            .map(|n| entries.by_ref().take(n).collect())
            .collect();
        if rows.iter().any(|r| !r.is_sorted_by(|a, b| a.0 < b.0)) {
            return Err(ModelError::StoredTensor {
                name: "columns".to_owned(),
                found: "another order".to_owned(),
                expected: "ascending columns in every row".to_owned(),
            });
        }
        Ok(Self::from_rows(&rows))
    }
}

impl Scorer for SparseRows {
    fn n_items(&self) -> usize {
        self.begins.len() - 1
    }

    fn score_history(&self, history: &[u32], scores: &mut [f32]) {
        assert_eq!(scores.len(), self.n_items(), "one score an item");
        scores.fill(0.0);
        for met in history {
            let (columns, values) = self.row(*met);
            for (column, value) in columns.iter().zip(values) {
                scores[*column as usize] += value;
            }
        }
    }
}

impl AdditiveScorer for SparseRows {
    fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        assert!((item as usize) < self.n_items(), "the item is known");
        history
            .iter()
            .map(|met| {
                let (columns, values) = self.row(*met);
                let at = columns.binary_search(&item);
                (*met, at.map_or(0.0, |at| values[at]))
            })
            .collect()
    }
}

/// Keeps the `k` largest values and all that equal the smallest of them, in the given order.
pub(in super::super) fn keep_largest(row: Vec<(u32, f64)>, k: usize) -> Vec<(u32, f32)> {
    let mut threshold = f64::NEG_INFINITY;
    if row.len() > k {
        let mut values: Vec<f64> = row.iter().map(|(_, s)| *s).collect();
        threshold = *values
            .select_nth_unstable_by(k - 1, |a, b| b.total_cmp(a))
            .1;
    }
    row.into_iter()
        .filter(|(_, s)| *s >= threshold)
        .map(|(item, s)| (item, s as f32))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_neighbor_keeps_the_nearest_and_whoever_ties_with_it() {
        assert_eq!(
            keep_largest(vec![(3, 0.2), (5, 0.7), (6, 0.1), (9, 0.7)], 1),
            [(5, 0.7), (9, 0.7)]
        );
        assert_eq!(keep_largest(vec![(3, 0.2)], 4), [(3, 0.2)]);
    }

    #[test]
    fn rows_and_columns_describe_the_same_matrix_and_rubbish_is_refused() {
        let rows = SparseRows::from_rows(&[vec![(1, 2.0)], vec![(0, 3.0), (1, 4.0)]]);
        let columns = SparseRows::from_columns(&[vec![(1, 3.0)], vec![(0, 2.0), (1, 4.0)]]);
        assert_eq!(rows, columns);
        let mut tensors = Tensors::new();
        rows.put(&mut tensors).unwrap();
        assert_eq!(SparseRows::take(&mut tensors.clone(), 2).unwrap(), rows);
        assert!(SparseRows::take(&mut tensors.clone(), 3).is_err());
        stored::put(&mut tensors, "columns", &[3], vec![1.0, 1.0, 0.0]);
        assert!(SparseRows::take(&mut tensors, 2).is_err());
    }
}
