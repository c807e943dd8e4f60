//! The in-batch softmax loss, from both towers' outputs, as a candle operation with its own gradient.
//!
//! Built from candle's own operations it would take a dozen passes over a table of scores, each handed to a pool of spinning
//! threads; next to a running city those cost more than all the rest of training.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp2, Error, Layout, Result, Shape, Tensor};

use super::dense::{flat, transposed, values};
use crate::platform::models::layers::products::product_here;
use crate::sim::math;

/// What is added to a score to take it out of the softmax.
const MASKED: f32 = -1e9;

/// Cross-entropy of every row's own column against all columns, in nats, averaged over the rows.
///
/// The logit of row i and column j is `uᵢ·gⱼ / temperature − log_popularity[j]`; columns with the id of the row's own
/// (accidental hits) are left out. `u` and `g` are `(n, d)`; the loss is a scalar.
///
/// # Source
/// Yi et al. (2019), sampling-bias-corrected neural modelling.
#[derive(Debug, Clone)]
pub struct InBatchSoftmax {
    /// Divides the similarities.
    pub temperature: f32,
    /// Id of the item of every column.
    pub ids: Vec<u32>,
    /// Correction of every column, `log p(item)`.
    pub log_popularity: Vec<f32>,
}

/// The loss with what its gradient needs of the forward pass.
struct Recorded {
    loss: InBatchSoftmax,
    /// `(n, n)`: probability of each column, less one in a row's own.
    errors: OnceLock<Vec<f32>>,
}

impl InBatchSoftmax {
    /// Returns the loss of the outputs of both towers.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, users: &Tensor, items: &Tensor) -> Result<Tensor> {
        let recorded = Recorded {
            loss: self,
            errors: OnceLock::new(),
        };
        users.apply_op2(items, recorded)
    }

    /// Turns the similarities of row `at` into probabilities, in place, and returns the row's loss.
    fn row(&self, at: usize, row: &mut [f32]) -> f64 {
        let scale = 1.0 / self.temperature;
        for (p, l) in row.iter_mut().zip(&self.log_popularity) {
            *p = *p * scale - l;
        }
        for (column, id) in self.ids.iter().enumerate() {
            if *id == self.ids[at] && column != at {
                row[column] += MASKED;
            }
        }
        let largest = row.iter().copied().fold(f32::MIN, f32::max);
        let own = row[at] - largest;
        for p in row.iter_mut() {
            *p -= largest;
        }
        math::expf_all(row);
        let sum: f32 = row.iter().sum();
        let scale = 1.0 / sum;
        for p in row {
            *p *= scale;
        }
        math::ln(f64::from(sum)) - f64::from(own)
    }
}

impl CustomOp2 for Recorded {
    fn name(&self) -> &'static str {
        "in-batch-softmax"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let n = self.loss.ids.len();
        let d = l1.shape().dims2()?.1;
        let fits = l1.shape().dims2()? == (n, d) && l2.shape().dims2()? == (n, d);
        if !fits || self.loss.log_popularity.len() != n {
            let (expected, got) = ((n, d).into(), l2.shape().clone());
            let msg = "towers".to_owned();
            return Err(Error::UnexpectedShape { msg, expected, got });
        }
        let users = flat(s1, l1, self.name())?;
        let items = flat(s2, l2, self.name())?;
        let mut table = product_here(users, &transposed(items, d), d, None);
        let mut sum = 0.0f64;
        for (at, row) in table.chunks_exact_mut(n).enumerate() {
            sum += self.loss.row(at, row);
            row[at] -= 1.0;
        }
        // One forward pass a loss: nothing was recorded before.
        let _first = self.errors.set(table).is_ok();
        let mean = (sum / n as f64) as f32;
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(
        &self,
        users: &Tensor,
        items: &Tensor,
        _loss: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(errors) = self.errors.get() else {
            return Err(Error::BackwardNotSupported { op: self.name() });
        };
        let (n, d) = users.dims2()?;
        let scale = gradient.to_scalar::<f32>()? / (n as f32 * self.loss.temperature);
        let scaled = |mut g: Vec<f32>| {
            for x in &mut g {
                *x *= scale;
            }
            Tensor::from_vec(g, (n, d), users.device())
        };
        let for_users = product_here(errors, &values(items)?, n, None);
        let for_items = product_here(&transposed(errors, n), &values(users)?, n, None);
        Ok((Some(scaled(for_users)?), Some(scaled(for_items)?)))
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
        // With unit items the similarities are the users' rows.
        let s = [[0.5f32, 0.25, 0.9], [0.0, 0.5, 0.0], [0.9, 0.0, 0.5]];
        let s = Var::new(&s, &Device::Cpu).unwrap();
        let unit = [[1.0f32, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let items = Var::new(&unit, &Device::Cpu).unwrap();
        let loss = op.of(&s, &items).unwrap();
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
        // The gradient of an item is the transpose: column 1 pulls up for row 1, pushes down for row 0.
        let items = gradients.get(&items).unwrap().to_vec2::<f32>().unwrap();
        let by_hand = (0..3).map(|i| {
            let s: [[f32; 3]; 3] = [[0.5, 0.25, 0.9], [0.0, 0.5, 0.0], [0.9, 0.0, 0.5]];
            gradient[i][1] * s[i][1]
        });
        assert!((items[1][1] - by_hand.sum::<f32>()).abs() < 1e-6);
    }
}
