//! A layer of a network: `x · w + b`, then perhaps something that bends.

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Error, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::products::{add_product, product};
use crate::platform::models::two_tower::dense::{flat, transposed, values};
use crate::sim::math;

/// `x · w + b`; `x` is `(n, k)`, `w` `(k, m)`, `b` `(m)`.
#[derive(Debug, Clone, Copy)]
pub struct Affine;

impl Affine {
    /// Applies the layer.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
        x.apply_op3(w, b, self)
    }
}

impl CustomOp3 for Affine {
    fn name(&self) -> &'static str {
        "affine"
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
                op: "affine",
            });
        }
        let bias = flat(s3, l3, "affine")?;
        let mut y = Vec::with_capacity(n * m);
        for _ in 0..n {
            y.extend_from_slice(bias);
        }
        add_product(flat(s1, l1, "affine")?, flat(s2, l2, "affine")?, k, &mut y);
        Ok((CpuStorage::F32(y), (n, m).into()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        b: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let ((n, k), m) = (x.dims2()?, w.dim(1)?);
        let g = values(gradient)?;
        let device = x.device();
        let dx = product(&g, &transposed(&values(w)?, m), m, None);
        let mut dw = vec![0.0f32; k * m];
        add_transposed_product(&values(x)?, &g, k, m, &mut dw);
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

/// Rows whose share of a weight's gradient is summed before it is added to the others.
const ROWS_PER_SHARE: usize = 512;

/// Adds `xᵀ · g` to `out`: `x` is `(n, k)`, `g` `(n, m)`, `out` `(k, m)`.
///
/// Shares of a fixed number of rows are summed by themselves, then added in order.
pub fn add_transposed_product(x: &[f32], g: &[f32], k: usize, m: usize, out: &mut [f32]) {
    let shares: Vec<Vec<f32>> = x
        .par_chunks(ROWS_PER_SHARE * k)
        .zip(g.par_chunks(ROWS_PER_SHARE * m))
        .map(|(x, g)| product(&transposed(x, k), g, x.len() / k, None))
        .collect();
    for share in shares {
        for (o, s) in out.iter_mut().zip(share) {
            *o += s;
        }
    }
}

/// What bends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bend {
    /// Takes what is negative for zero.
    Relu,
    /// x · Φ(x), with Φ by the logistic function of a cubic: x · σ(√(8/π) (x + 0.044715 x³)).
    ///
    /// Hendrycks and Gimpel (2016), the form that is called the tanh approximation; within 10⁻³ of the exact one.
    Gelu,
}

/// √(8/π)
const GELU_SLOPE: f32 = 1.595_769;
/// Weight of the cube.
const GELU_CUBE: f32 = 0.044_715;
/// Values that one task bends.
const VALUES_PER_TASK: usize = 1 << 14;

impl Bend {
    /// Bends every value.
    ///
    /// # Errors
    /// If the tensor does not lie in one piece.
    pub fn of(self, x: &Tensor) -> Result<Tensor> {
        x.apply_op1(self)
    }

    fn bend(self, values: &mut [f32]) {
        match self {
            Self::Relu => {
                for v in values {
                    *v = v.max(0.0);
                }
            }
            Self::Gelu => {
                let mut sigmoid = values.to_vec();
                gelu_sigmoid(&mut sigmoid);
                for (v, s) in values.iter_mut().zip(sigmoid) {
                    *v *= s;
                }
            }
        }
    }

    /// Multiplies gradients by the slope at `x`.
    fn slope(self, x: &[f32], gradient: &mut [f32]) {
        match self {
            Self::Relu => {
                for (g, x) in gradient.iter_mut().zip(x) {
                    *g = if *x > 0.0 { *g } else { 0.0 };
                }
            }
            Self::Gelu => {
                let mut sigmoid = x.to_vec();
                gelu_sigmoid(&mut sigmoid);
                for ((g, x), s) in gradient.iter_mut().zip(x).zip(sigmoid) {
                    let inner = GELU_SLOPE * (1.0 + 3.0 * GELU_CUBE * x * x);
                    *g *= s + x * s * (1.0 - s) * inner;
                }
            }
        }
    }
}

fn gelu_sigmoid(values: &mut [f32]) {
    for v in &mut *values {
        *v = -GELU_SLOPE * (*v + GELU_CUBE * *v * *v * *v);
    }
    math::expf_all(values);
    for v in values {
        *v = 1.0 / (1.0 + *v);
    }
}

impl CustomOp1 for Bend {
    fn name(&self) -> &'static str {
        "bend"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let mut y = flat(storage, layout, "bend")?.to_vec();
        y.par_chunks_mut(VALUES_PER_TASK)
            .for_each(|part| self.bend(part));
        Ok((CpuStorage::F32(y), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (at, mut g) = (values(x)?, values(gradient)?);
        g.par_chunks_mut(VALUES_PER_TASK)
            .zip(at.par_chunks(VALUES_PER_TASK))
            .for_each(|(g, x)| self.slope(x, g));
        Ok(Some(Tensor::from_vec(g, x.shape().clone(), x.device())?))
    }
}
