//! Means of rows of a table, as a candle operation with its own gradient.
//!
//! The same can be said with `index_select`, a product with weights and a sum, at twenty times the cost for a batch of
//! histories: candle would build the gathered rows, their products and the gradients of both.

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Tensor};

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

    /// Calls `visit` with every set's position, its rows, and one over their number.
    fn sets(&self, mut visit: impl FnMut(usize, &[u32], f32)) {
        let mut begin = 0;
        for (at, end) in self.ends.iter().enumerate() {
            let rows = &self.rows[begin..*end];
            visit(at, rows, 1.0 / rows.len().max(1) as f32);
            begin = *end;
        }
    }

    /// Takes the means over a table.
    pub fn of(&self, table: &Tensor) -> Result<Tensor> {
        table.apply_op1(self.clone())
    }
}

/// Adds `scale` · `row` to `into`.
pub(super) fn add_scaled(into: &mut [f32], scale: f32, row: &[f32]) {
    for (y, x) in into.iter_mut().zip(row) {
        *y += scale * x;
    }
}

impl CustomOp1 for MeanRows {
    fn name(&self) -> &'static str {
        "mean-rows"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n_rows, d) = layout.shape().dims2()?;
        let table = match layout.contiguous_offsets() {
            Some((begin, end)) => &storage.as_slice::<f32>()?[begin..end],
            None => return Err(Error::RequiresContiguous { op: "mean-rows" }),
        };
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
        Ok((CpuStorage::F32(means), (self.ends.len(), d).into()))
    }

    fn bwd(&self, table: &Tensor, _means: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (n_rows, d) = table.dims2()?;
        let gradient = gradient.flatten_all()?.to_vec1::<f32>()?;
        let mut into = vec![0.0f32; n_rows * d];
        self.sets(|at, rows, scale| {
            let own = &gradient[at * d..][..d];
            for row in rows {
                add_scaled(&mut into[*row as usize * d..][..d], scale, own);
            }
        });
        Ok(Some(Tensor::from_vec(into, (n_rows, d), table.device())?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn means_and_gradients_are_those_of_the_listed_rows() {
        let table = [[1.0f32, 2.0], [3.0, 5.0], [7.0, 11.0]];
        let table = Var::new(&table, &Device::Cpu).unwrap();
        let mut sets = MeanRows::default();
        sets.push([0, 2].into_iter());
        sets.push(std::iter::empty());
        sets.push([1, 1, 1, 0].into_iter());
        let means = sets.of(&table).unwrap();
        let expected = [[4.0, 6.5], [0.0, 0.0], [2.5, 4.25]];
        assert_eq!(means.to_vec2::<f32>().unwrap(), expected);
        let weights = Tensor::new(&[[1.0f32, 2.0], [9.0, 9.0], [4.0, 8.0]], &Device::Cpu).unwrap();
        let gradients = (means * weights)
            .unwrap()
            .sum_all()
            .unwrap()
            .backward()
            .unwrap();
        let gradient = gradients.get(&table).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(gradient, [[1.5, 3.0], [3.0, 6.0], [0.5, 1.0]]);
    }

    #[test]
    fn rows_outside_the_table_are_refused() {
        let table = Var::new(&[[1.0f32], [2.0]], &Device::Cpu).unwrap();
        let mut sets = MeanRows::default();
        sets.push(std::iter::once(2));
        assert!(sets.of(&table).is_err());
    }
}
