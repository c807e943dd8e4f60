//! Rows of a table, with the gradient of the table.

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Tensor};

use crate::platform::models::two_tower::dense::{flat, values};

/// Takes a table `(rows, d)` to `(n, d)`, one row an entry of the list; a row may be listed more than once.
#[derive(Debug, Clone)]
pub struct Gather(pub Vec<u32>);

impl Gather {
    /// Gathers the rows.
    ///
    /// # Errors
    /// If a row is listed that the table does not have.
    pub fn of(self, table: &Tensor) -> Result<Tensor> {
        table.apply_op1(self)
    }
}

impl CustomOp1 for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n_rows, d) = layout.shape().dims2()?;
        let table = flat(storage, layout, "gather")?;
        let mut out = Vec::with_capacity(self.0.len() * d);
        for row in &self.0 {
            let at = *row as usize;
            if at >= n_rows {
                let (op, index, size) = ("gather", at, n_rows);
                return Err(Error::InvalidIndex { op, index, size });
            }
            out.extend_from_slice(&table[at * d..][..d]);
        }
        Ok((CpuStorage::F32(out), (self.0.len(), d).into()))
    }

    fn bwd(&self, table: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let d = table.dim(1)?;
        let g = values(gradient)?;
        let mut into = vec![0.0f32; table.elem_count()];
        for (row, g) in self.0.iter().zip(g.chunks_exact(d.max(1))) {
            for (i, g) in into[*row as usize * d..][..d].iter_mut().zip(g) {
                *i += g;
            }
        }
        let shape = table.shape().clone();
        Ok(Some(Tensor::from_vec(into, shape, table.device())?))
    }
}
