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
        let learning_rate = self.learning_rate;
        let scale = self.begin(learning_rate);
        for position in 0..self.moments.len() {
            let own;
            let gradient = match (params.variable(position), table) {
                (Some(var), _) => match gradients.get(var) {
                    Some(g) => {
                        own = g.flatten_all()?.to_vec1::<f32>()?;
                        own.as_slice()
                    }
                    None => continue,
                },
                (None, Some((at, gradient))) if at == position => gradient,
                (None, _) => continue,
            };
            self.apply(params, position, gradient, &scale, learning_rate)?;
        }
        Ok(())
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
        let learning_rate = self.learning_rate;
        let scale = self.begin(learning_rate);
        for (position, gradient) in gradients.iter().enumerate() {
            if !gradient.is_empty() {
                self.apply(params, position, gradient, &scale, learning_rate)?;
            }
        }
        Ok(())
    }

    /// Takes a step like [`AdamW::step`] at a rate of its own, with the gradients scaled down together to a length of at
    /// most `longest`, and without weight decay for biases and the weights of layer norms; returns the length that the
    /// gradients had.
    ///
    /// A parameter that is frozen, or has no gradient, stays as it is.
    ///
    /// # Source
    /// Devlin et al. (2019), appendix A.2; clipping by the global norm as in Pascanu, Mikolov and Bengio (2013).
    pub fn scheduled_step(
        &mut self,
        params: &mut ParamStore,
        gradients: &GradStore,
        learning_rate: f64,
        longest: f64,
    ) -> Result<f64, ModelError> {
        let mut own = Vec::with_capacity(params.len());
        let mut square = 0.0f64;
        for position in 0..params.len() {
            let var = params
                .variable(position)
                .filter(|_| params.is_trainable(position));
            let gradient = match var.and_then(|v| gradients.get(v)) {
                Some(g) => Some(g.flatten_all()?.to_vec1::<f32>()?),
                None => None,
            };
            let values = gradient.iter().flatten();
            square += values.map(|g| f64::from(*g).powi(2)).sum::<f64>();
            own.push(gradient);
        }
        let length = libm::sqrt(square);
        let clip = (longest / length.max(longest)) as f32;
        let scale = self.begin(learning_rate);
        let undecayed = Scale { keep: 1.0, ..scale };
        for (position, gradient) in own.iter_mut().enumerate() {
            let Some(gradient) = gradient else { continue };
            if clip < 1.0 {
                for g in gradient.iter_mut() {
                    *g *= clip;
                }
            }
            let scale = if decays(params.name(position)) {
                &scale
            } else {
                &undecayed
            };
            self.apply(params, position, gradient, scale, learning_rate)?;
        }
        Ok(length)
    }

    fn begin(&mut self, learning_rate: f64) -> Scale {
        self.step += 1;
        let t = f64::from(self.step);
        Scale {
            first: (1.0 / (1.0 - math::pow(f64::from(BETA1), t))) as f32,
            second: (1.0 / (1.0 - math::pow(f64::from(BETA2), t))) as f32,
            keep: (1.0 - learning_rate * self.weight_decay) as f32,
        }
    }

    fn apply(
        &mut self,
        params: &mut ParamStore,
        position: usize,
        gradient: &[f32],
        scale: &Scale,
        learning_rate: f64,
    ) -> Result<(), ModelError> {
        let rate = learning_rate as f32;
        let [first, second] = &mut self.moments[position];
        params.update(position, |values| {
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                #[expect(unsafe_code, reason = "instructions chosen at run time")]
                // SAFETY: the processor was asked for them in the line above.
                return unsafe { descend_wide(values, first, second, gradient, scale, rate) };
            }
            descend(values, first, second, gradient, scale, rate);
        })
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

/// What a step multiplies by.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// Corrects the mean of gradients for having started at 0.
    first: f32,
    /// Corrects the mean of squared gradients.
    second: f32,
    /// What weight decay leaves of a weight.
    keep: f32,
}

/// Says whether a parameter of this name is pulled towards 0: weights of layers are; biases and layer norms are not.
#[must_use]
pub fn decays(name: &str) -> bool {
    !name.ends_with("bias") && !name.contains("LayerNorm")
}

/// Returns what the learning rate is multiplied by in step `step` (from 0) of `of`: it rises in a straight line through
/// the first `warm_up` (a share) of them and falls in a straight line to 0.
///
/// # Source
/// Devlin et al. (2019), appendix A.2; the same values as `get_linear_schedule_with_warmup` of the transformers library.
#[must_use]
pub fn warm_up_and_decay(step: u32, of: u32, warm_up: f64) -> f64 {
    let rising = (f64::from(of) * warm_up).floor();
    let step = f64::from(step);
    if step < rising {
        return step / rising.max(1.0);
    }
    ((f64::from(of) - step) / (f64::from(of) - rising).max(1.0)).max(0.0)
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

/// Moves values against their gradient; every value by itself, so that wider vectors leave every bit as it is.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "takes on the instructions of its caller"
)]
fn descend(
    values: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    gradient: &[f32],
    scale: &Scale,
    rate: f32,
) {
    for (((x, m), v), g) in values.iter_mut().zip(first).zip(second).zip(gradient) {
        *m = BETA1 * *m + (1.0 - BETA1) * g;
        // What has faded this far moves nothing; subnormal numbers would slow every product with it.
        *m = if m.abs() < FADED { 0.0 } else { *m };
        *v = BETA2 * *v + (1.0 - BETA2) * (g * g);
        let (mean, square) = (*m * scale.first, *v * scale.second);
        *x = *x * scale.keep - rate * mean / (square.sqrt() + EPSILON);
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn descend_wide(
    values: &mut [f32],
    first: &mut [f32],
    second: &mut [f32],
    gradient: &[f32],
    scale: &Scale,
    rate: f32,
) {
    descend(values, first, second, gradient, scale, rate);
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};
    use candle_nn::optim::{AdamW as Reference, Optimizer, ParamsAdamW};

    use super::*;

    #[test]
    fn rates_rise_and_fall_in_straight_lines() {
        let rates: Vec<f64> = (0..=10).map(|s| warm_up_and_decay(s, 10, 0.2)).collect();
        assert_eq!(rates[..3], [0.0, 0.5, 1.0]);
        assert_eq!((rates[6], rates[10]), (0.5, 0.0));
        assert_eq!(warm_up_and_decay(0, 3, 0.1), 1.0);
    }

    #[test]
    fn long_gradients_are_cut_and_only_weights_decay() {
        let mut s = ParamStore::new(5);
        s.constant("dense.weight", &[1], 2.0).unwrap();
        s.constant("dense.bias", &[1], 2.0).unwrap();
        s.constant("LayerNorm.weight", &[1], 2.0).unwrap();
        s.constant("frozen.weight", &[1], 2.0).unwrap();
        s.freeze(3);
        let mut adam = AdamW::new(&s, 1.0, 0.5);
        let loss = (0..4).map(|p| s.tensor(p).affine(1000.0, 0.0).unwrap());
        let loss = loss.reduce(|a, b| (a + b).unwrap()).unwrap();
        let gradients = loss.sum_all().unwrap().backward().unwrap();
        let length = adam.scheduled_step(&mut s, &gradients, 0.1, 1.0).unwrap();
        assert!((length - 1000.0 * libm::sqrt(3.0)).abs() < 1e-3, "{length}");
        // The first step of Adam is as long as the rate: 2 − 0.1, and 2 · (1 − 0.1 · 0.5) − 0.1 with decay.
        let values: Vec<f32> = (0..4).map(|p| s.values(p)[0]).collect();
        for (x, y) in values.iter().zip([1.8, 1.9, 1.9, 2.0]) {
            assert!((x - y).abs() < 1e-6, "{values:?}");
        }
        let cut = 1.0 / libm::sqrt(3.0);
        assert!((f64::from(adam.moments[0][0][0]) - 0.1 * cut).abs() < 1e-6);
    }

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
