//! Who engaged with what, as a sparse matrix by avatar.

/// Rows are avatars, columns items; entries are 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interactions {
    n_items: usize,
    starts: Vec<usize>,
    columns: Vec<u32>,
}

impl Interactions {
    /// Makes the matrix from pairs of row and column; repeated pairs count once.
    ///
    /// # Panics
    /// If a pair lies outside `n_rows × n_items`.
    #[must_use]
    pub fn from_pairs(n_rows: usize, n_items: usize, pairs: &[(u32, u32)]) -> Self {
        let mut sorted = pairs.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut starts = vec![0; n_rows + 1];
        for (r, c) in &sorted {
            assert!(
                (*r as usize) < n_rows && (*c as usize) < n_items,
                "pair ({r}, {c}) outside {n_rows} x {n_items}"
            );
            starts[*r as usize + 1] += 1;
        }
        for i in 0..n_rows {
            starts[i + 1] += starts[i];
        }
        Self {
            n_items,
            starts,
            columns: sorted.into_iter().map(|(_, c)| c).collect(),
        }
    }

    /// Returns how many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Returns how many columns there are.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// Lists the items of a row, in order.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u32] {
        &self.columns[self.starts[row]..self.starts[row + 1]]
    }

    /// Counts the entries of each column.
    #[must_use]
    pub fn column_counts(&self) -> Vec<u32> {
        let mut n = vec![0; self.n_items];
        for c in &self.columns {
            n[*c as usize] += 1;
        }
        n
    }

    /// Returns the dense Gram matrix XᵀX, row-major.
    #[must_use]
    pub fn gram(&self) -> Vec<f64> {
        let n = self.n_items;
        let mut g = vec![0.0; n * n];
        for r in 0..self.n_rows() {
            let items = self.row(r);
            for a in items {
                let base = *a as usize * n;
                for b in items {
                    g[base + *b as usize] += 1.0;
                }
            }
        }
        g
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gram_counts_rows_that_have_both() {
        let x = Interactions::from_pairs(3, 3, &[(0, 0), (0, 1), (1, 1), (2, 0), (2, 1), (2, 1)]);
        assert_eq!(x.row(2), [0, 1]);
        assert_eq!(x.gram(), [2.0, 2.0, 0.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(x.column_counts(), [2, 3, 0]);
    }
}
