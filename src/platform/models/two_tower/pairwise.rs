//! The pairwise loss against what was shown in vain, from both towers' outputs, as a candle operation with its own gradient.
//!
//! The in-batch softmax sets what was taken against what others took. Whoever was shown an item often took it often, so that
//! it learns what was shown along with what is liked. What lay beside an item on the same slate was shown as well: what is
//! learned from such a pair is liking alone.

use std::sync::OnceLock;

use candle_core::{CpuStorage, CustomOp3, Error, Layout, Result, Shape, Tensor};

use super::dense::{flat, values};
use crate::platform::models::bpr::surprise;
use crate::sim::math;

/// Mean of `weight · ln(1 + exp(−m))`, in nats, `m = u·(g − v) / temperature` being the margin of a pair's own item `g` over
/// another one, `v`. `u`, `g` and `v` are `(n, d)`; the loss is a scalar.
///
/// # Source
/// Rendle et al. (2009), BPR, with what was shown in vain for the negative.
#[derive(Debug, Clone)]
pub struct Pairwise {
    /// Divides the similarities.
    pub temperature: f32,
    /// Weight of every pair.
    pub weights: Vec<f32>,
}

/// The loss with what its gradient needs of the forward pass.
struct Recorded {
    loss: Pairwise,
    /// How each pair's loss falls with its margin: `−weight · σ(−m)`.
    slopes: OnceLock<Vec<f32>>,
}

impl Pairwise {
    /// Returns the loss of the outputs of both towers.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, users: &Tensor, own: &Tensor, other: &Tensor) -> Result<Tensor> {
        let recorded = Recorded {
            loss: self,
            slopes: OnceLock::new(),
        };
        users.apply_op3(own, other, recorded)
    }

    /// Returns a pair's loss and its slope.
    fn pair(&self, at: usize, user: &[f32], own: &[f32], other: &[f32]) -> (f64, f32) {
        let gap = math::dot(user, own) - math::dot(user, other);
        let margin = gap / self.temperature;
        let weight = self.weights[at];
        let pull = math::sigmoid(-f64::from(margin)) as f32;
        (f64::from(weight) * surprise(margin), -weight * pull)
    }
}

impl CustomOp3 for Recorded {
    fn name(&self) -> &'static str {
        "pairwise"
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
        let n = self.loss.weights.len();
        let d = l1.shape().dims2()?.1;
        for l in [l1, l2, l3] {
            if l.shape().dims2()? != (n, d) {
                let (expected, got) = ((n, d).into(), l.shape().clone());
                let msg = "towers".to_owned();
                return Err(Error::UnexpectedShape { msg, expected, got });
            }
        }
        let users = flat(s1, l1, self.name())?.chunks_exact(d);
        let own = flat(s2, l2, self.name())?.chunks_exact(d);
        let other = flat(s3, l3, self.name())?.chunks_exact(d);
        let mut sum = 0.0f64;
        let mut slopes = Vec::with_capacity(n);
        for (at, ((user, own), other)) in users.zip(own).zip(other).enumerate() {
            let (loss, slope) = self.loss.pair(at, user, own, other);
            sum += loss;
            slopes.push(slope);
        }
        // One forward pass a loss: nothing was recorded before.
        let _first = self.slopes.set(slopes).is_ok();
        let mean = (sum / n.max(1) as f64) as f32;
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(
        &self,
        users: &Tensor,
        own: &Tensor,
        other: &Tensor,
        _loss: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Some(slopes) = self.slopes.get() else {
            return Err(Error::BackwardNotSupported { op: self.name() });
        };
        let (n, d) = users.dims2()?;
        let scale = gradient.to_scalar::<f32>()? / (n as f32 * self.loss.temperature);
        let (u, g, v) = (values(users)?, values(own)?, values(other)?);
        let of_users: Vec<f32> = (0..n * d)
            .map(|i| scale * slopes[i / d] * (g[i] - v[i]))
            .collect();
        let of_own: Vec<f32> = (0..n * d).map(|i| scale * slopes[i / d] * u[i]).collect();
        let of_other: Vec<f32> = of_own.iter().map(|x| -x).collect();
        let tensor = |values| Tensor::from_vec(values, (n, d), users.device()).map(Some);
        Ok((tensor(of_users)?, tensor(of_own)?, tensor(of_other)?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn var(rows: &[[f32; 2]]) -> Var {
        let values: Vec<f32> = rows.iter().flatten().copied().collect();
        Var::from_vec(values, (rows.len(), 2), &Device::Cpu).unwrap()
    }

    #[test]
    fn the_loss_and_its_gradient_are_those_of_the_formula() {
        let (u, g, v) = (
            var(&[[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]),
            var(&[[0.8, 0.6], [1.0, 0.0], [0.0, 1.0]]),
            var(&[[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]),
        );
        let op = Pairwise {
            temperature: 0.5,
            weights: vec![1.0, 1.0, 0.0],
        };
        let loss = op.of(&u, &g, &v).unwrap();
        // Margins 1.6 and −0.4; the third pair weighs nothing.
        let nats = |m: f64| math::ln(1.0 + math::exp(-m));
        let expected = (nats(1.6) + nats(-0.4)) / 3.0;
        let found = f64::from(loss.to_scalar::<f32>().unwrap());
        assert!(
            (found - expected).abs() < 1e-6,
            "{found} against {expected}"
        );
        let gradients = loss.backward().unwrap();
        let of = |x: &Var| gradients.get(x).unwrap().to_vec2::<f32>().unwrap();
        let slope = |m: f64| -math::sigmoid(-m) / (3.0 * 0.5);
        for (found, expected) in [
            (of(&u)[0][0], slope(1.6) * 0.8),
            (of(&u)[0][1], slope(1.6) * -0.4),
            (of(&g)[1][1], slope(-0.4) * 0.8),
            (of(&v)[1][1], slope(-0.4) * -0.8),
            (of(&u)[2][1], 0.0),
            (of(&g)[2][1], 0.0),
        ] {
            let gap = (f64::from(found) - expected).abs();
            assert!(gap < 1e-6, "{found} against {expected}");
        }
    }

    #[test]
    fn margins_of_any_size_have_a_finite_loss() {
        let op = Pairwise {
            temperature: 1e-4,
            weights: vec![1.0; 2],
        };
        let u = var(&[[1.0, 0.0], [1.0, 0.0]]);
        let g = var(&[[1.0, 0.0], [-1.0, 0.0]]);
        let v = var(&[[-1.0, 0.0], [1.0, 0.0]]);
        let loss = op.of(&u, &g, &v).unwrap().to_scalar::<f32>().unwrap();
        assert!((loss - 1e4).abs() < 1.0, "{loss}");
    }
}
