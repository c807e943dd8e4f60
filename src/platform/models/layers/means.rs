//! Means of rows of a table as a candle operation, with the gradient of the table.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

use crate::platform::models::two_tower::dense::{flat, values};
use crate::platform::models::two_tower::mean_rows::MeanRows;

/// Takes a table `(rows, d)` to `(n, d)`: one mean a set of rows, 0 for an empty set.
#[derive(Debug, Clone)]
pub struct Means(pub MeanRows);

impl Means {
    /// Takes the means.
    ///
    /// # Errors
    /// If a row is listed that the table does not have.
    pub fn of(self, table: &Tensor) -> Result<Tensor> {
        table.apply_op1(self)
    }
}

impl CustomOp1 for Means {
    fn name(&self) -> &'static str {
        "means"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, d) = layout.shape().dims2()?;
        let means = self.0.of(flat(storage, layout, "means")?, d)?;
        Ok((CpuStorage::F32(means), (self.0.len(), d).into()))
    }

    fn bwd(&self, table: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let mut into = vec![0.0f32; table.elem_count()];
        self.0.scatter(&values(gradient)?, &mut into);
        let shape = table.shape().clone();
        Ok(Some(Tensor::from_vec(into, shape, table.device())?))
    }
}
