//! Layer normalisation.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

use crate::platform::models::two_tower::dense::{flat, values};

/// Added to the variance before its root is taken.
const EPSILON: f32 = 1e-12;

/// Takes every row to mean 0 and variance 1, then to `row · gain + bias`; `x` is `(n, d)`, `gain` and `bias` `(d)`.
///
/// # Source
/// Ba, Kiros and Hinton (2016).
#[derive(Debug, Clone, Copy)]
pub struct LayerNorm;

impl LayerNorm {
    /// Normalises the rows.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, x: &Tensor, gain: &Tensor, bias: &Tensor) -> Result<Tensor> {
        x.apply_op3(gain, bias, self)
    }
}

/// Returns the mean of a row and one over its deviation.
fn moments(row: &[f32]) -> (f32, f32) {
    let share = 1.0 / row.len() as f32;
    let mean = row.iter().sum::<f32>() * share;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() * share;
    (mean, 1.0 / (variance + EPSILON).sqrt())
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
        let mut y = flat(s1, l1, self.name())?.to_vec();
        let (gain, bias) = (flat(s2, l2, self.name())?, flat(s3, l3, self.name())?);
        for row in y.chunks_exact_mut(d.max(1)) {
            let (mean, scale) = moments(row);
            for ((y, g), b) in row.iter_mut().zip(gain).zip(bias) {
                *y = (*y - mean) * scale * g + b;
            }
        }
        Ok((CpuStorage::F32(y), l1.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gain: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        // With z the normalised row and h = g · gain: dx = scale · (h − mean(h) − z · mean(h z)).
        let (n, d) = x.dims2()?;
        let (at, weights, mut g) = (values(x)?, values(gain)?, values(gradient)?);
        let (mut dgain, mut dbias) = (vec![0.0f32; d], vec![0.0f32; d]);
        let share = 1.0 / d as f32;
        let mut z = vec![0.0f32; d];
        for (g, x) in g.chunks_exact_mut(d).zip(at.chunks_exact(d)) {
            let (mean, scale) = moments(x);
            for (z, x) in z.iter_mut().zip(x) {
                *z = (x - mean) * scale;
            }
            let (mut sum, mut along) = (0.0f32, 0.0f32);
            for (i, g) in g.iter_mut().enumerate() {
                dgain[i] += *g * z[i];
                dbias[i] += *g;
                *g *= weights[i];
                sum += *g;
                along += *g * z[i];
            }
            let (sum, along) = (sum * share, along * share);
            for (g, z) in g.iter_mut().zip(&z) {
                *g = scale * (*g - sum - z * along);
            }
        }
        let device = x.device();
        let shape = gain.shape();
        Ok((
            Some(Tensor::from_vec(g, (n, d), device)?),
            Some(Tensor::from_vec(dgain, shape.clone(), device)?),
            Some(Tensor::from_vec(dbias, shape.clone(), device)?),
        ))
    }
}
