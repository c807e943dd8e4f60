//! The loss of logits against outcomes.

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Tensor};

use crate::sim::math;

/// Takes logits (n, 1) to the mean of ln(1 + eᶻ) − y z, in nats.
#[derive(Debug, Clone)]
pub struct CrossEntropy {
    /// 1 for rows that were engaged with, 0 for the others.
    pub outcomes: Vec<f32>,
}

impl CrossEntropy {
    /// Applies the loss.
    ///
    /// # Errors
    /// If there are not as many logits as outcomes.
    pub fn of(self, logits: &Tensor) -> Result<Tensor> {
        logits.apply_op1(self)
    }
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Some((begin, end)) = layout.contiguous_offsets() else {
            return Err(Error::RequiresContiguous { op: self.name() });
        };
        let logits = &storage.as_slice::<f32>()?[begin..end];
        if logits.len() != self.outcomes.len() {
            return Err(Error::UnexpectedShape {
                msg: "logits".to_owned(),
                expected: (self.outcomes.len(), 1).into(),
                got: layout.shape().clone(),
            });
        }
        let one = |(z, y): (&f32, &f32)| {
            let (z, y) = (f64::from(*z), f64::from(*y));
            z.max(0.0) + libm::log1p(math::exp(-z.abs())) - y * z
        };
        let sum: f64 = logits.iter().zip(&self.outcomes).map(one).sum();
        let mean = (sum / logits.len().max(1) as f64) as f32;
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let z = logits.flatten_all()?.to_vec1::<f32>()?;
        let scale = gradient.to_scalar::<f32>()? / z.len().max(1) as f32;
        let one = |(z, y): (&f32, &f32)| scale * (math::sigmoid(f64::from(*z)) as f32 - y);
        let g: Vec<f32> = z.iter().zip(&self.outcomes).map(one).collect();
        let shape = logits.shape().clone();
        Ok(Some(Tensor::from_vec(g, shape, logits.device())?))
    }
}
