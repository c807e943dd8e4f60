//! Products, layers and unit rows as candle operations with our own kernels.
//!
//! candle's product picks fused multiply-add where the processor has it, so that its bits depend on the machine, and hands
//! every call to threads. These kernels have one order of summation, that of the serving loops in [`forward`](super::forward):
//! what is trained is, to the bit, what is served, on every machine.

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Error, Layout, Result, Shape, Tensor};

use super::network::NORM_EPSILON;
use crate::platform::models::layers::products::product_here;

/// Returns the transpose of a table with `columns` columns.
#[must_use]
pub fn transposed(a: &[f32], columns: usize) -> Vec<f32> {
    let rows = a.len() / columns.max(1);
    let mut out = vec![0.0f32; a.len()];
    // In squares of a few cache lines, so that neither side is walked across memory.
    for (block, part) in a.chunks(16 * columns.max(1)).enumerate() {
        for from in (0..columns).step_by(16) {
            for (i, row) in part.chunks_exact(columns).enumerate() {
                let upto = (from + 16).min(columns);
                for (j, x) in row[from..upto].iter().enumerate() {
                    out[(from + j) * rows + block * 16 + i] = *x;
                }
            }
        }
    }
    out
}

/// The values of a tensor that lies in one piece.
pub(in crate::platform::models) fn flat<'a>(
    storage: &'a CpuStorage,
    layout: &Layout,
    op: &'static str,
) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((begin, end)) => Ok(&storage.as_slice::<f32>()?[begin..end]),
        None => Err(Error::RequiresContiguous { op }),
    }
}

/// Copies the values of a tensor out, row by row.
pub(in crate::platform::models) fn values(t: &Tensor) -> Result<Vec<f32>> {
    t.flatten_all()?.to_vec1()
}

/// What a layer does with its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// Takes what is negative for zero.
    Relu,
}

/// A layer: `x · w + b`, then the activation; `x` is `(n, k)`, `w` `(k, m)`, `b` `(m)`.
#[derive(Debug, Clone, Copy)]
pub struct Layer(pub Activation);

impl Layer {
    /// Applies the layer.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
        x.apply_op3(w, b, self)
    }
}

impl CustomOp3 for Layer {
    fn name(&self) -> &'static str {
        "layer"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let ((n, k), (inputs, m)) = (l1.shape().dims2()?, l2.shape().dims2()?);
        if k != inputs || l3.shape().elem_count() != m {
            return Err(Error::ShapeMismatchBinaryOp {
                lhs: l1.shape().clone(),
                rhs: l2.shape().clone(),
                op: "layer",
            });
        }
        let (x, w, b) = (
            flat(s1, l1, "layer")?,
            flat(s2, l2, "layer")?,
            flat(s3, l3, "layer")?,
        );
        let mut y = product_here(x, w, k, Some(b));
        if self.0 == Activation::Relu {
            for y in &mut y {
                *y = y.max(0.0);
            }
        }
        Ok((CpuStorage::F32(y), (n, m).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let ((n, k), m) = (x.dims2()?, w.dim(1)?);
        let mut g = values(gradient)?;
        if self.0 == Activation::Relu {
            for (g, y) in g.iter_mut().zip(values(y)?) {
                if y <= 0.0 {
                    *g = 0.0;
                }
            }
        }
        let device = x.device();
        let dx = product_here(&g, &transposed(&values(w)?, m), m, None);
        let dw = product_here(&transposed(&values(x)?, k), &g, n, None);
        let mut db = vec![0.0f32; m];
        for row in g.chunks_exact(m) {
            for (d, g) in db.iter_mut().zip(row) {
                *d += g;
            }
        }
        Ok((
            Some(Tensor::from_vec(dx, (n, k), device)?),
            Some(Tensor::from_vec(dw, (k, m), device)?),
            Some(Tensor::from_vec(db, b.shape().clone(), device)?),
        ))
    }
}

/// Rows scaled to length 1.
#[derive(Debug, Clone, Copy)]
pub struct UnitRows;

impl UnitRows {
    /// Scales the rows of a table to length 1.
    ///
    /// # Errors
    /// If it is no table.
    pub fn of(self, y: &Tensor) -> Result<Tensor> {
        y.apply_op1(self)
    }
}

fn scale_of(row: &[f32]) -> f32 {
    let square: f32 = row.iter().map(|y| y * y).sum();
    1.0 / (square + NORM_EPSILON).sqrt()
}

impl CustomOp1 for UnitRows {
    fn name(&self) -> &'static str {
        "unit-rows"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, d) = layout.shape().dims2()?;
        let mut rows = flat(storage, layout, "unit-rows")?.to_vec();
        for row in rows.chunks_exact_mut(d) {
            let scale = scale_of(row);
            for y in row {
                *y *= scale;
            }
        }
        Ok((CpuStorage::F32(rows), layout.shape().clone()))
    }

    fn bwd(&self, y: &Tensor, unit: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        // d(y/‖y‖) = (g − u·(u·g)) / ‖y‖
        let d = y.dim(1)?;
        let (y, u, mut g) = (values(y)?, values(unit)?, values(gradient)?);
        for ((g, u), y) in g
            .chunks_exact_mut(d)
            .zip(u.chunks_exact(d))
            .zip(y.chunks_exact(d))
        {
            let along: f32 = g.iter().zip(u).map(|(g, u)| g * u).sum();
            let scale = scale_of(y);
            for (g, u) in g.iter_mut().zip(u) {
                *g = scale * (*g - along * u);
            }
        }
        let shape = unit.shape().clone();
        Ok(Some(Tensor::from_vec(g, shape, unit.device())?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn numbers(n: usize, key: u64) -> Vec<f32> {
        let mut r = RngStream::new(3, Purpose::Test, key, 0);
        (0..n).map(|_| r.normal() as f32).collect()
    }

    #[test]
    fn gradients_of_layers_and_unit_rows_are_those_of_candle() {
        let (n, k, m) = (6, 5, 18);
        let var = |shape: &[usize], key| {
            let count = shape.iter().product();
            Var::from_vec(numbers(count, key), shape, &Device::Cpu).unwrap()
        };
        let (x, w, b) = (var(&[n, k], 1), var(&[k, m], 2), var(&[m], 3));
        let weights = Tensor::from_vec(numbers(n * m, 4), (n, m), &Device::Cpu).unwrap();
        let ours = UnitRows
            .of(&Layer(Activation::Relu).of(&x, &w, &b).unwrap())
            .unwrap();
        let h = x.matmul(&w).unwrap().broadcast_add(&b).unwrap();
        let h = h.relu().unwrap();
        let norm = h.sqr().unwrap().sum_keepdim(1).unwrap();
        let norm = (norm + f64::from(NORM_EPSILON)).unwrap().sqrt().unwrap();
        let theirs = h.broadcast_div(&norm).unwrap();
        let loss = |y: &Tensor| (y * &weights).unwrap().sum_all().unwrap();
        let (g, e) = (
            loss(&ours).backward().unwrap(),
            loss(&theirs).backward().unwrap(),
        );
        for v in [&x, &w, &b] {
            let found = values(g.get(v).unwrap()).unwrap();
            let expected = values(e.get(v).unwrap()).unwrap();
            for (f, e) in found.iter().zip(expected) {
                assert!((f - e).abs() < 1e-4 * (1.0 + e.abs()), "{f} against {e}");
            }
        }
    }
}
