//! Means of rows of a table, and the gradient of the table from that of the means.
//!
//! Kept outside candle's graph: for it, the gradient of a table is another table, zeroed, copied and added at every step,
//! when a batch touches a few thousand rows of it.

use candle_core::{Error, Result};

/// Takes a table (rows, d) to (n, d): row `i` is the mean of the table's rows that set `i` lists, 0 if it lists none.
///
/// Rows may be listed more than once. Sums run in the order of the list.
#[derive(Debug, Clone, Default)]
pub struct MeanRows {
    rows: Vec<u32>,
    ends: Vec<usize>,
}

impl MeanRows {
    /// Adds a set of rows.
    pub fn push(&mut self, rows: impl Iterator<Item = u32>) {
        self.rows.extend(rows);
        self.ends.push(self.rows.len());
    }

    /// Returns how many sets there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Says whether there are no sets.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Calls `visit` with every set's position, its rows, and one over their number.
    fn sets(&self, mut visit: impl FnMut(usize, &[u32], f32)) {
        let mut begin = 0;
        for (at, end) in self.ends.iter().enumerate() {
            let rows = &self.rows[begin..*end];
            visit(at, rows, 1.0 / rows.len().max(1) as f32);
            begin = *end;
        }
    }

    /// Returns the means over a table with `d` columns, row by row.
    ///
    /// # Errors
    /// If a row is listed that the table does not have.
    pub fn of(&self, table: &[f32], d: usize) -> Result<Vec<f32>> {
        let n_rows = table.len() / d.max(1);
        if let Some(row) = self.rows.iter().find(|r| **r as usize >= n_rows) {
            return Err(Error::InvalidIndex {
                op: "mean-rows",
                index: *row as usize,
                size: n_rows,
            });
        }
        let mut means = vec![0.0f32; self.ends.len() * d];
        self.sets(|at, rows, scale| {
            for row in rows {
                let row = &table[*row as usize * d..][..d];
                add_scaled(&mut means[at * d..][..d], scale, row);
            }
        });
        Ok(means)
    }

    /// Adds the gradient of the table, given that of the means.
    pub fn scatter(&self, gradient: &[f32], table: &mut [f32]) {
        let d = gradient.len() / self.ends.len().max(1);
        self.sets(|at, rows, scale| {
            let own = &gradient[at * d..][..d];
            for row in rows {
                add_scaled(&mut table[*row as usize * d..][..d], scale, own);
            }
        });
    }
}

/// Adds a multiple of `row` to `into`.
pub(super) fn add_scaled(into: &mut [f32], scale: f32, row: &[f32]) {
    for (y, x) in into.iter_mut().zip(row) {
        *y += scale * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_gradients_are_those_of_the_listed_rows() {
        let table = [1.0f32, 2.0, 3.0, 5.0, 7.0, 11.0];
        let mut sets = MeanRows::default();
        sets.push([0, 2].into_iter());
        sets.push(std::iter::empty());
        sets.push([1, 1, 1, 0].into_iter());
        let means = sets.of(&table, 2).unwrap();
        assert_eq!(means, [4.0, 6.5, 0.0, 0.0, 2.5, 4.25]);
        let mut gradient = [0.0f32; 6];
        sets.scatter(&[1.0, 2.0, 9.0, 9.0, 4.0, 8.0], &mut gradient);
        assert_eq!(gradient, [1.5, 3.0, 3.0, 6.0, 0.5, 1.0]);
    }

    #[test]
    fn rows_outside_the_table_are_refused() {
        let mut sets = MeanRows::default();
        sets.push(std::iter::once(2));
        assert!(sets.of(&[1.0, 2.0], 1).is_err());
    }
}
