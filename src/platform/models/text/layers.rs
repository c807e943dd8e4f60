//! The layers of BERT as candle operations with our own kernels: linear, GELU, dropout, means of rows.
//!
//! Rows are words, packed one sequence after another; see [`packed`](super::packed). Every sum has one order, see
//! [`products`](crate::platform::models::layers::products).

use candle_core::{CpuStorage, CustomOp1, CustomOp3, Error, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::platform::models::layers::products::product;
use crate::platform::models::two_tower::dense::{flat, transposed, values};
use crate::sim::math;
use crate::sim::rng::RngStream;

/// Values that a thread takes at once.
const SHARE: usize = 1 << 15;

/// A linear layer, `x · wᵀ + b`: `x` is `(n, k)`, `w` `(m, k)` as Hugging Face stores it, `b` `(m)`.
#[derive(Debug, Clone, Copy)]
pub struct Linear {
    /// Whether weights and biases are given a gradient; frozen ones need none.
    pub trains: bool,
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
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
        let ((n, k), (m, inputs)) = (l1.shape().dims2()?, l2.shape().dims2()?);
        if k != inputs || l3.shape().elem_count() != m {
            return Err(Error::ShapeMismatchBinaryOp {
                lhs: l1.shape().clone(),
                rhs: l2.shape().clone(),
                op: "linear",
            });
        }
        let (x, w, b) = (
            flat(s1, l1, "linear")?,
            flat(s2, l2, "linear")?,
            flat(s3, l3, "linear")?,
        );
        let y = product(x, &transposed(w, k), k, Some(b));
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
        let ((n, k), m) = (x.dims2()?, w.dim(0)?);
        let g = values(gradient)?;
        let device = x.device();
        let dx = Tensor::from_vec(product(&g, &values(w)?, m, None), (n, k), device)?;
        if !self.trains {
            return Ok((Some(dx), None, None));
        }
        let dw = product(&transposed(&g, m), &values(x)?, n, None);
        let mut db = vec![0.0f32; m];
        for row in g.chunks_exact(m) {
            for (d, g) in db.iter_mut().zip(row) {
                *d += g;
            }
        }
        let dw = Tensor::from_vec(dw, (m, k), device)?;
        let db = Tensor::from_vec(db, b.shape().clone(), device)?;
        Ok((Some(dx), Some(dw), Some(db)))
    }
}

/// The Gaussian error linear unit, exact: `x · Φ(x)`.
///
/// # Source
/// Hendrycks and Gimpel (2016).
#[derive(Debug, Clone, Copy)]
pub struct Gelu;

/// Writes Φ(x), the standard normal distribution function, and the density φ(x) of every value; many at a time, as
/// additions and products in a fixed order.
///
/// # Source
/// Abramowitz and Stegun (1964), 7.1.26: off by at most 1.5 · 10⁻⁷.
fn normal(x: &[f32], cdf: &mut [f32], density: &mut [f32]) {
    // 1 / √(2π)
    const HEIGHT: f32 = 0.398_942_3;
    const P: f32 = 0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2;
    const A: [f32; 5] = [
        0.254_829_6,
        -0.284_496_72,
        1.421_413_8,
        -1.453_152_1,
        1.061_405_4,
    ];
    for (d, x) in density.iter_mut().zip(x) {
        *d = -0.5 * x * x;
    }
    math::expf_all(density);
    for ((c, d), x) in cdf.iter_mut().zip(density).zip(x) {
        let t = 1.0 / (1.0 + P * x.abs());
        let series = ((((A[4] * t + A[3]) * t + A[2]) * t + A[1]) * t + A[0]) * t;
        let tail = 0.5 * series * *d;
        *c = if *x < 0.0 { tail } else { 1.0 - tail };
        *d *= HEIGHT;
    }
}

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = flat(storage, layout, "gelu")?;
        let mut out = vec![0.0f32; x.len()];
        out.par_chunks_mut(SHARE)
            .zip(x.par_chunks(SHARE))
            .for_each(|(out, x)| {
                let mut density = vec![0.0f32; x.len()];
                normal(x, out, &mut density);
                out.iter_mut().zip(x).for_each(|(y, x)| *y *= x);
            });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (x_values, mut g) = (values(x)?, values(gradient)?);
        g.par_chunks_mut(SHARE)
            .zip(x_values.par_chunks(SHARE))
            .for_each(|(g, x)| {
                let (mut cdf, mut density) = (vec![0.0f32; x.len()], vec![0.0f32; x.len()]);
                normal(x, &mut cdf, &mut density);
                for (((g, x), c), d) in g.iter_mut().zip(x).zip(cdf).zip(density) {
                    *g *= c + x * d;
                }
            });
        Ok(Some(Tensor::from_vec(g, x.shape().clone(), x.device())?))
    }
}

/// Means of runs of rows: `(n, d)` becomes `(runs, d)`; the mean of no rows is 0.
#[derive(Debug, Clone)]
pub struct MeanRuns(pub Vec<std::ops::Range<usize>>);

impl CustomOp1 for MeanRuns {
    fn name(&self) -> &'static str {
        "mean-runs"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, d) = layout.shape().dims2()?;
        let x = flat(storage, layout, "mean-runs")?;
        let mut out = vec![0.0f32; self.0.len() * d];
        for (mean, run) in out.chunks_exact_mut(d).zip(&self.0) {
            for row in x[run.start * d..run.end * d].chunks_exact(d) {
                for (m, x) in mean.iter_mut().zip(row) {
                    *m += x;
                }
            }
            let scale = 1.0 / run.len().max(1) as f32;
            for m in mean.iter_mut() {
                *m *= scale;
            }
        }
        Ok((CpuStorage::F32(out), (self.0.len(), d).into()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (n, d) = x.dims2()?;
        let g = values(gradient)?;
        let mut dx = vec![0.0f32; n * d];
        for (g, run) in g.chunks_exact(d).zip(&self.0) {
            let scale = 1.0 / run.len().max(1) as f32;
            for row in dx[run.start * d..run.end * d].chunks_exact_mut(d) {
                for (x, g) in row.iter_mut().zip(g) {
                    *x += g * scale;
                }
            }
        }
        Ok(Some(Tensor::from_vec(dx, (n, d), x.device())?))
    }
}

/// Sets each value to 0 with probability `p` and makes up for it in the others.
///
/// # Source
/// Srivastava et al. (2014), in the inverted form.
pub fn dropout(x: &Tensor, p: f64, stream: &mut RngStream) -> Result<Tensor> {
    if p <= 0.0 {
        return Ok(x.clone());
    }
    let kept = (1.0 / (1.0 - p)) as f32;
    let mask: Vec<f32> = (0..x.elem_count())
        .map(|_| if stream.chance(p) { 0.0 } else { kept })
        .collect();
    x * Tensor::from_vec(mask, x.shape().clone(), x.device())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_distribution_is_that_of_the_error_function() {
        let x: Vec<f32> = (-1300..=1300).map(|i| i as f32 / 100.0).collect();
        let (mut cdf, mut density) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        normal(&x, &mut cdf, &mut density);
        for ((x, c), d) in x.iter().zip(cdf).zip(density) {
            let x = f64::from(*x);
            let exact = 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
            assert!((f64::from(c) - exact).abs() < 2e-7, "{x}: {c}, {exact}");
            let exact = math::exp(-0.5 * x * x) / libm::sqrt(std::f64::consts::TAU);
            assert!((f64::from(d) - exact).abs() < 2e-7, "{x}: {d}, {exact}");
        }
    }
}
