//! The loss of a choice among classes, as a candle operation.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Tensor};

use crate::platform::models::two_tower::dense::flat;
use crate::sim::math;

/// Mean of −ln p(label), each weighted by its class: Σ wᵢ · −ln pᵢ / Σ wᵢ; logits are `(n, classes)`, the loss is a scalar.
#[derive(Debug, Clone)]
pub struct CrossEntropy {
    /// Class of every row.
    pub labels: Vec<u32>,
    /// Weight of every row, above 0.
    pub weights: Vec<f32>,
}

/// The loss with what its gradient needs of the forward pass.
struct Recorded {
    loss: CrossEntropy,
    errors: OnceLock<Vec<f32>>,
}

impl CrossEntropy {
    /// Returns the loss of some logits.
    ///
    /// # Errors
    /// If the shapes do not fit or a label is no class.
    pub fn of(self, logits: &Tensor) -> Result<Tensor> {
        let errors = OnceLock::new();
        logits.apply_op1(Recorded { loss: self, errors })
    }
}

/// Turns logits into probabilities, in place, and returns ln of the sum that they were divided by and the largest logit.
fn softmax(row: &mut [f32]) -> (f64, f32) {
    let largest = row.iter().copied().fold(f32::MIN, f32::max);
    for x in row.iter_mut() {
        *x -= largest;
    }
    math::expf_all(row);
    let sum: f32 = row.iter().sum();
    let scale = 1.0 / sum;
    for x in row.iter_mut() {
        *x *= scale;
    }
    (math::ln(f64::from(sum)), largest)
}

/// Returns the probabilities of rows of logits, row by row.
#[must_use]
pub fn probabilities(mut logits: Vec<f32>, classes: usize) -> Vec<f32> {
    for row in logits.chunks_exact_mut(classes.max(1)) {
        softmax(row);
    }
    logits
}

impl CustomOp1 for Recorded {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, classes) = layout.shape().dims2()?;
        let CrossEntropy { labels, weights } = &self.loss;
        let is_known = labels.iter().all(|l| (*l as usize) < classes);
        if labels.len() != n || weights.len() != n || !is_known || n == 0 {
            let text = format!("{n} rows of {classes} classes do not fit their labels");
            return Err(Error::Msg(text));
        }
        let mut errors = flat(storage, layout, "cross-entropy")?.to_vec();
        let total: f32 = weights.iter().sum();
        let mut loss = 0.0f64;
        let rows = errors.chunks_exact_mut(classes);
        for ((row, label), weight) in rows.zip(labels).zip(weights) {
            let own = row[*label as usize];
            let (log_sum, largest) = softmax(row);
            loss += f64::from(*weight) * (log_sum - f64::from(own - largest));
            row[*label as usize] -= 1.0;
            let scale = weight / total;
            for x in row.iter_mut() {
                *x *= scale;
            }
        }
        let loss = (loss / f64::from(total)) as f32;
        self.errors.get_or_init(|| errors);
        Ok((CpuStorage::F32(vec![loss]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let Some(errors) = self.errors.get() else {
            return Ok(None);
        };
        let scale = gradient.to_scalar::<f32>()?;
        let g = errors.iter().map(|e| e * scale).collect();
        Ok(Some(Tensor::from_vec(
            g,
            logits.shape().clone(),
            logits.device(),
        )?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate::platform::models::two_tower::dense::values;

    #[test]
    fn loss_and_gradient_are_those_by_hand() {
        let logits = [[0.0f32, 1.0, 2.0], [1.0, 1.0, 1.0]];
        let logits = Var::new(&logits, &Device::Cpu).unwrap();
        let loss = CrossEntropy {
            labels: vec![2, 0],
            weights: vec![1.0, 3.0],
        };
        let loss = loss.of(&logits).unwrap();
        let sum: f64 = [0.0, 1.0, 2.0].map(math::exp).iter().sum();
        let expected = (math::ln(sum) - 2.0 + 3.0 * math::ln(3.0)) / 4.0;
        assert!((f64::from(loss.to_scalar::<f32>().unwrap()) - expected).abs() < 1e-6);
        let g = loss.backward().unwrap();
        let g = values(g.get(&logits).unwrap()).unwrap();
        let third = 1.0 / 3.0;
        let p = [0.0, 1.0, 2.0].map(|x| math::exp(x) / sum);
        let by_hand = [
            p[0] / 4.0,
            p[1] / 4.0,
            (p[2] - 1.0) / 4.0,
            (third - 1.0) * 0.75,
            third * 0.75,
            third * 0.75,
        ];
        for (x, y) in g.iter().zip(by_hand) {
            assert!((f64::from(*x) - y).abs() < 1e-6, "{x} against {y}");
        }
        let wrong = CrossEntropy {
            labels: vec![3, 0],
            weights: vec![1.0, 1.0],
        };
        assert!(wrong.of(&logits).is_err());
    }
}
