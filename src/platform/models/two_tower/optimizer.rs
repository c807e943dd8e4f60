//! AdamW over a parameter store.
//!
//! candle's own optimiser hides its moments, so that a restored model could not go on as if it had not stopped.
//! This one keeps them where they can be saved and hashed, and updates in place.

use std::collections::BTreeMap;

use candle_core::backprop::GradStore;

use crate::platform::models::params::{ModelError, ParamStore, Values};
use crate::sim::math;
use crate::sim::state_hash::StateHasher;

/// Decay of the mean of gradients.
const BETA1: f32 = 0.9;
/// Decay of the mean of squared gradients.
const BETA2: f32 = 0.999;
/// Added to the root of the mean of squared gradients.
const EPSILON: f32 = 1e-8;

/// Size below which a first moment is taken for zero.
const FADED: f32 = 1e-30;
/// Name under which the step count is saved, as its low and its high 16 bits, which single precision holds exactly.
const STEP_NAME: &str = "optimizer.step";

/// The moments of every parameter and how many steps were taken.
#[derive(Debug, Clone)]
pub struct AdamW {
    learning_rate: f64,
    weight_decay: f64,
    step: u32,
    moments: Vec<[Vec<f32>; 2]>,
}

impl AdamW {
    /// Makes an optimiser that has taken no step.
    #[must_use]
    pub fn new(params: &ParamStore, learning_rate: f64, weight_decay: f64) -> Self {
        let moments = (0..params.len())
            .map(|p| [(); 2].map(|()| vec![0.0; params.values(p).len()]))
            .collect();
        Self {
            learning_rate,
            weight_decay,
            step: 0,
            moments,
        }
    }

    /// Returns how many steps were taken.
    #[must_use]
    pub const fn step_count(&self) -> u32 {
        self.step
    }

    /// Takes a step against the gradients; a parameter without one stays as it is.
    ///
    /// θ ← θ (1 − ηλ) − η m̂ / (√v̂ + ε)
    ///
    /// # Source
    /// Loshchilov and Hutter (2019), algorithm 2; β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ as in Kingma and Ba (2015).
    pub fn step(
        &mut self,
        params: &mut ParamStore,
        gradients: &GradStore,
        table: Option<(usize, &[f32])>,
    ) -> Result<(), ModelError> {
        let mut plain: Vec<Vec<f32>> = Vec::with_capacity(self.moments.len());
        for position in 0..self.moments.len() {
            let own = match (params.variable(position), table) {
                (Some(var), _) => gradients.get(var).map(|g| g.flatten_all()?.to_vec1()),
                (None, Some((at, gradient))) if at == position => Some(Ok(gradient.to_vec())),
                (None, _) => None,
            };
            plain.push(own.transpose()?.unwrap_or_default());
        }
        self.step_plain(params, &plain)
    }

    /// Takes a step against gradients given by position, row-major; an empty one leaves its parameter as it is.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to set a variable.
    pub fn step_plain(
        &mut self,
        params: &mut ParamStore,
        gradients: &[Vec<f32>],
    ) -> Result<(), ModelError> {
        self.step += 1;
        let t = f64::from(self.step);
        let scale_m = (1.0 / (1.0 - math::pow(f64::from(BETA1), t))) as f32;
        let scale_v = (1.0 / (1.0 - math::pow(f64::from(BETA2), t))) as f32;
        let rate = self.learning_rate as f32;
        let keep = (1.0 - self.learning_rate * self.weight_decay) as f32;
        let moments = self.moments.iter_mut().zip(gradients).enumerate();
        for (position, ([first, second], gradient)) in moments {
            if gradient.is_empty() {
                continue;
            }
            params.update(position, |values| {
                for (((x, m), v), g) in values.iter_mut().zip(first).zip(second).zip(gradient) {
                    *m = BETA1 * *m + (1.0 - BETA1) * g;
                    // What has faded this far moves nothing; subnormal numbers would slow every product with it.
                    *m = if m.abs() < FADED { 0.0 } else { *m };
                    *v = BETA2 * *v + (1.0 - BETA2) * (g * g);
                    *x = *x * keep - rate * (*m * scale_m) / ((*v * scale_v).sqrt() + EPSILON);
                }
            })?;
        }
        Ok(())
    }

    /// Adds the step count and the bits of the moments.
    pub fn add_to(&self, h: &mut StateHasher) {
        h.u32(self.step);
        for moment in self.moments.iter().flatten() {
            h.f32s(moment);
        }
    }

    /// Adds step count and moments to what is saved.
    pub fn save(&self, params: &ParamStore, into: &mut BTreeMap<String, Values>) {
        let halves = [self.step & 0xFFFF, self.step >> 16];
        let values = halves.iter().map(|x| *x as f32).collect();
        let shape = vec![2];
        into.insert(STEP_NAME.to_owned(), Values { shape, values });
        for (position, moments) in self.moments.iter().enumerate() {
            for (order, moment) in moments.iter().enumerate() {
                let values = Values {
                    shape: vec![moment.len()],
                    values: moment.clone(),
                };
                into.insert(moment_name(params, position, order), values);
            }
        }
    }

    /// Takes step count and moments out of what was saved.
    pub fn restore(
        &mut self,
        params: &ParamStore,
        from: &mut BTreeMap<String, Values>,
    ) -> Result<(), ModelError> {
        let step = take(from, STEP_NAME, 2)?;
        let mut moments = Vec::with_capacity(self.moments.len());
        for position in 0..params.len() {
            let n = params.values(position).len();
            moments.push([
                take(from, &moment_name(params, position, 0), n)?,
                take(from, &moment_name(params, position, 1), n)?,
            ]);
        }
        self.step = step[0] as u32 | (step[1] as u32) << 16;
        self.moments = moments;
        Ok(())
    }
}

fn moment_name(params: &ParamStore, position: usize, order: usize) -> String {
    format!("optimizer.{}.moment{}", params.name(position), order + 1)
}

fn take(from: &mut BTreeMap<String, Values>, name: &str, n: usize) -> Result<Vec<f32>, ModelError> {
    match from.remove(name) {
        Some(t) if t.values.len() == n => Ok(t.values),
        found => Err(ModelError::StoredTensor {
            name: name.to_owned(),
            found: found.map_or("nothing".to_owned(), |t| format!("shape {:?}", t.shape)),
            expected: format!("{n} values"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};
    use candle_nn::optim::{AdamW as Reference, Optimizer, ParamsAdamW};

    use super::*;

    #[test]
    fn steps_agree_with_those_of_candle() {
        let store = || {
            let mut s = ParamStore::new(5);
            s.normal("w", &[4, 3], 1.0).unwrap();
            s.constant("untouched", &[2], 1.0).unwrap();
            s
        };
        let (mut ours, theirs) = (store(), store());
        let mut adam = AdamW::new(&ours, 0.05, 0.1);
        let config = ParamsAdamW {
            lr: 0.05,
            weight_decay: 0.1,
            ..ParamsAdamW::default()
        };
        let mut reference =
            Reference::new(vec![theirs.var(0).clone(), theirs.var(1).clone()], config).unwrap();
        let target = Tensor::arange(0f32, 12f32, &Device::Cpu)
            .and_then(|t| t.reshape((4, 3)))
            .unwrap();
        let loss = |s: &ParamStore| {
            let w = s.var(0).as_tensor();
            w.sub(&target).unwrap().sqr().unwrap().sum_all().unwrap()
        };
        for _ in 0..50 {
            let gradients = loss(&ours).backward().unwrap();
            adam.step(&mut ours, &gradients, None).unwrap();
            reference.step(&loss(&theirs).backward().unwrap()).unwrap();
        }
        let expected = theirs
            .var(0)
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        for (x, y) in ours.values(0).iter().zip(expected) {
            assert!((x - y).abs() < 1e-5, "{x} against {y}");
        }
        assert_eq!(ours.values(1), [1.0, 1.0]);
        assert_eq!(adam.step_count(), 50);
    }
}
