//! The running average of a model's parameters while they are trained.
//!
//! After every step, average ← d · average + (1 − d) · parameters. What the last batches pushed to and fro evens out, so that
//! the average is better and steadier than any single step of a training whose labels are noisy.
//!
//! # Source
//! Polyak and Juditsky (1992); d grows as (1 + t) / (10 + t) up to its largest value, so that the start is soon forgotten.

use super::params::{ModelError, ParamStore};

/// The average.
#[derive(Debug, Clone, PartialEq)]
pub struct Averaged {
    decay: f64,
    steps: u64,
    /// By position of the parameter; empty for a frozen one.
    values: Vec<Vec<f32>>,
}

impl Averaged {
    /// Begins at the parameters as they are; `decay` is the largest d, below 1, and 0 makes the average the parameters.
    #[must_use]
    pub fn new(params: &ParamStore, decay: f64) -> Self {
        let values = |p| {
            if params.is_trainable(p) {
                params.values(p).to_vec()
            } else {
                Vec::new()
            }
        };
        Self {
            decay,
            steps: 0,
            values: (0..params.len()).map(values).collect(),
        }
    }

    /// Takes in the parameters after another step.
    pub fn take_in(&mut self, params: &ParamStore) {
        self.steps += 1;
        let t = self.steps as f64;
        let keep = self.decay.min((1.0 + t) / (10.0 + t)) as f32;
        for (position, mean) in self.values.iter_mut().enumerate() {
            for (m, x) in mean.iter_mut().zip(params.values(position)) {
                *m = keep * *m + (1.0 - keep) * x;
            }
        }
    }

    /// Exchanges the average and the parameters.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to change a variable.
    pub fn exchange(&mut self, params: &mut ParamStore) -> Result<(), ModelError> {
        for (position, mean) in self.values.iter_mut().enumerate() {
            if !mean.is_empty() {
                params.update(position, |x| x.swap_with_slice(mean))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn store() -> ParamStore {
        let mut params = ParamStore::new(1);
        params.constant("a", &[2], 0.0).unwrap();
        params.constant("frozen", &[1], 5.0).unwrap();
        params.freeze(1);
        params
    }

    fn set(params: &mut ParamStore, x: f32) {
        params.update(0, |values| values.fill(x)).unwrap();
    }

    #[test]
    fn the_average_is_computed_by_hand() {
        let mut params = store();
        let mut mean = Averaged::new(&params, 0.25);
        for x in [1.0, 2.0] {
            set(&mut params, x);
            mean.take_in(&params);
        }
        // d is 2/11 after one step and 3/12 after two: 9/11, then 9/44 + 3/2.
        mean.exchange(&mut params).unwrap();
        let expected = 9.0 / 44.0 + 1.5;
        assert!((f64::from(params.values(0)[1]) - expected).abs() < 1e-6);
        assert_eq!(params.values(1), [5.0]);
        let tensor = params.tensor(0).to_vec1::<f32>().unwrap();
        assert_eq!(tensor, params.values(0), "the variable too");
        mean.exchange(&mut params).unwrap();
        assert_eq!(params.values(0), [2.0, 2.0]);
    }

    #[test]
    fn without_decay_the_average_is_the_last_step() {
        let mut params = store();
        let mut mean = Averaged::new(&params, 0.0);
        for x in [1.0, 2.0, 0.3] {
            set(&mut params, x);
            mean.take_in(&params);
        }
        let before = params.digest();
        mean.exchange(&mut params).unwrap();
        assert_eq!(params.digest(), before);
    }

    #[test]
    fn an_average_stays_between_what_it_saw() {
        let mut params = store();
        let mut mean = Averaged::new(&params, 0.99);
        let mut stream = RngStream::new(4, Purpose::Test, 0, 0);
        for _ in 0..500 {
            set(&mut params, 1.0 + stream.uniform() as f32);
            mean.take_in(&params);
        }
        mean.exchange(&mut params).unwrap();
        // Four deviations of a mean of about 200 draws from [1, 2).
        assert!(
            (params.values(0)[0] - 1.5).abs() < 0.09,
            "{:?}",
            params.values(0)
        );
    }
}
