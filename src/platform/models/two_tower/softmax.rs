//! The in-batch softmax loss, as a candle operation with its own gradient.
//!
//! Built from candle's own operations it would take a dozen passes over a table of scores, each handed to a pool of spinning
//! threads; next to a running city those cost more than all the rest of training.

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Tensor};

use crate::sim::math;

/// Added to the score of an accidental hit: its probability is then exactly 0.
const MASKED: f32 = -1e9;

/// Takes similarities (n, n) to the mean of −ln softmax of the diagonal over its row, in nats.
///
/// # Source
/// Yi et al. (2019), Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, eq. 3–5.
#[derive(Debug, Clone)]
pub struct InBatchSoftmax {
    /// Divisor of the similarities.
    pub temperature: f32,
    /// Ids of the items of the columns; the same id elsewhere than on the diagonal is an accidental hit.
    pub ids: Vec<u32>,
    /// What is taken off the scores of each column: ln p(item), or 0 without correction.
    pub log_popularity: Vec<f32>,
}

impl InBatchSoftmax {
    /// Takes the loss of similarities.
    pub fn of(&self, similarities: &Tensor) -> Result<Tensor> {
        similarities.apply_op1(self.clone())
    }

    /// Writes the probabilities of a row and returns −ln of the one on the diagonal.
    fn row(&self, at: usize, similarities: &[f32], probabilities: &mut [f32]) -> f64 {
        let mut largest = f32::MIN;
        for (column, (p, s)) in probabilities.iter_mut().zip(similarities).enumerate() {
            let is_accidental = column != at && self.ids[column] == self.ids[at];
            let mask = if is_accidental { MASKED } else { 0.0 };
            *p = s / self.temperature - self.log_popularity[column] + mask;
            largest = largest.max(*p);
        }
        let own = probabilities[at] - largest;
        let mut sum = 0.0f32;
        for p in probabilities.iter_mut() {
            *p = math::expf(*p - largest);
            sum += *p;
        }
        for p in probabilities {
            *p /= sum;
        }
        math::ln(f64::from(sum)) - f64::from(own)
    }
}

impl CustomOp1 for InBatchSoftmax {
    fn name(&self) -> &'static str {
        "in-batch-softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let n = self.ids.len();
        if layout.shape().dims2()? != (n, n) || self.log_popularity.len() != n {
            let (expected, got) = ((n, n).into(), layout.shape().clone());
            let msg = "similarities".to_owned();
            return Err(Error::UnexpectedShape { msg, expected, got });
        }
        let Some((begin, end)) = layout.contiguous_offsets() else {
            return Err(Error::RequiresContiguous { op: self.name() });
        };
        let similarities = &storage.as_slice::<f32>()?[begin..end];
        let mut probabilities = vec![0.0f32; n];
        let mut sum = 0.0f64;
        for (at, row) in similarities.chunks_exact(n).enumerate() {
            sum += self.row(at, row, &mut probabilities);
        }
        let mean = (sum / n as f64) as f32;
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(
        &self,
        similarities: &Tensor,
        _loss: &Tensor,
        gradient: &Tensor,
    ) -> Result<Option<Tensor>> {
        let n = self.ids.len();
        let scale = gradient.to_scalar::<f32>()? / (n as f32 * self.temperature);
        let similarities = similarities.flatten_all()?.to_vec1::<f32>()?;
        let mut into = vec![0.0f32; n * n];
        let rows = into.chunks_exact_mut(n).zip(similarities.chunks_exact(n));
        for (at, (into, row)) in rows.enumerate() {
            self.row(at, row, into);
            into[at] -= 1.0;
            for x in into {
                *x *= scale;
            }
        }
        Ok(Some(Tensor::from_vec(into, (n, n), gradient.device())?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    #[test]
    fn accidental_hits_and_correction_enter_as_written() {
        let op = InBatchSoftmax {
            temperature: 0.5,
            ids: vec![7, 8, 7],
            log_popularity: vec![-1.0, -2.0, -1.0],
        };
        let s = [[0.5f32, 0.25, 0.9], [0.0, 0.5, 0.0], [0.9, 0.0, 0.5]];
        let s = Var::new(&s, &Device::Cpu).unwrap();
        let loss = op.of(&s).unwrap();
        // Row 0: own 2, other 2.5, masked. Row 1: own 3, others 1 and 1. Row 2: own 2, masked, other 2.
        let row = |own: f64, others: &[f64]| {
            let sum: f64 = others.iter().map(|o| math::exp(o - own)).sum();
            math::ln(1.0 + sum)
        };
        let expected = (row(2.0, &[2.5]) + row(3.0, &[1.0, 1.0]) + row(2.0, &[2.0])) / 3.0;
        let found = f64::from(loss.to_scalar::<f32>().unwrap());
        assert!(
            (found - expected).abs() < 1e-6,
            "{found} against {expected}"
        );
        let gradients = loss.backward().unwrap();
        let gradient = gradients.get(&s).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!((gradient[0][2], gradient[2][0]), (0.0, 0.0));
        assert!(gradient[0][0] < 0.0 && gradient[0][1] > 0.0);
    }
}
