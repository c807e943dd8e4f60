//! Layer normalisation.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::platform::models::two_tower::dense::{flat, values};

/// Layer norm over rows: `(x − mean) / √(variance + ε) · weight + bias`; `x` is `(n, d)`, weight and bias `(d)`.
///
/// # Source
/// Ba, Kiros and Hinton (2016).
#[derive(Debug, Clone, Copy)]
pub struct LayerNorm {
    /// ε.
    pub epsilon: f32,
}

impl LayerNorm {
    /// Normalises the rows.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
        x.apply_op3(weight, bias, self)
    }

    /// Returns the mean of a row and 1 / √(variance + ε).
    fn moments(self, row: &[f32]) -> (f32, f32) {
        let n = row.len() as f32;
        let mean = row.iter().sum::<f32>() / n;
        let square: f32 = row.iter().map(|x| (x - mean) * (x - mean)).sum();
        (mean, 1.0 / (square / n + self.epsilon).sqrt())
    }
}

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm"
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
        let (_, d) = l1.shape().dims2()?;
        let (w, b) = (flat(s2, l2, "layer-norm")?, flat(s3, l3, "layer-norm")?);
        let mut rows = flat(s1, l1, "layer-norm")?.to_vec();
        rows.par_chunks_mut(d.max(1))
            .with_min_len(256)
            .for_each(|row| {
                let (mean, scale) = self.moments(row);
                for ((x, w), b) in row.iter_mut().zip(w).zip(b) {
                    *x = (*x - mean) * scale * w + b;
                }
            });
        Ok((CpuStorage::F32(rows), l1.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        w: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        // With x̂ = (x − mean)·s and h = g·w: dx = s·(h − mean(h) − x̂·mean(h·x̂)).
        let d = x.dim(1)?;
        let (x_values, w_values, mut g) = (values(x)?, values(w)?, values(gradient)?);
        let (mut dw, mut db) = (vec![0.0f32; d], vec![0.0f32; d]);
        let n = d as f32;
        for (x, g) in x_values.chunks_exact(d).zip(g.chunks_exact_mut(d)) {
            let (mean, scale) = self.moments(x);
            let (mut along_one, mut along_x) = (0.0f32, 0.0f32);
            for i in 0..d {
                let unit = (x[i] - mean) * scale;
                dw[i] += g[i] * unit;
                db[i] += g[i];
                g[i] *= w_values[i];
                along_one += g[i];
                along_x += g[i] * unit;
            }
            let (along_one, along_x) = (along_one / n, along_x / n);
            for (g, x) in g.iter_mut().zip(x) {
                *g = scale * (*g - along_one - (x - mean) * scale * along_x);
            }
        }
        let device = x.device();
        Ok((
            Some(Tensor::from_vec(g, x.shape().clone(), device)?),
            Some(Tensor::from_vec(dw, d, device)?),
            Some(Tensor::from_vec(db, d, device)?),
        ))
    }
}
