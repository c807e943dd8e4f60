//! Dropout: values left out at random while a network learns, the others made larger for it.

use candle_core::{Device, Result, Tensor};

use crate::sim::rng::{Purpose, RngStream};

/// Keeps the streams of masks apart from those of batches.
const SITE: u64 = 1 << 48;

/// Where the masks of one training step come from; none are drawn where the share is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// Seed of the model.
    pub seed: u64,
    /// Step of training; every step draws anew.
    pub step: u32,
    /// Share of values that is left out, in [0, 1).
    pub share: f64,
}

impl Dropout {
    /// Returns one that leaves nothing out.
    #[must_use]
    pub const fn none() -> Self {
        let (seed, step, share) = (0, 0, 0.0);
        Self { seed, step, share }
    }

    /// Says whether anything is left out.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.share > 0.0
    }

    /// Returns `n` factors for a place in the network: 0, or 1 / (1 − share) so that the mean stays.
    ///
    /// The share is taken to the nearest of 65 536.
    #[must_use]
    pub fn mask(&self, site: u64, n: usize) -> Vec<f32> {
        if !self.is_on() {
            return vec![1.0; n];
        }
        let mut stream = RngStream::new(self.seed, Purpose::ModelBatch, SITE | site, self.step);
        let below = (self.share * 65_536.0) as u64;
        let kept = (1.0 / (1.0 - self.share)) as f32;
        let mut mask = Vec::with_capacity(n + 3);
        while mask.len() < n {
            let bits = stream.bits();
            for part in 0..4 {
                let out = (bits >> (16 * part)) & 0xFFFF < below;
                mask.push(if out { 0.0 } else { kept });
            }
        }
        mask.truncate(n);
        mask
    }

    /// Leaves values of a tensor out.
    ///
    /// # Errors
    /// If candle refuses to multiply.
    pub fn of(&self, site: u64, x: &Tensor) -> Result<Tensor> {
        if !self.is_on() {
            return Ok(x.clone());
        }
        let mask = self.mask(site, x.elem_count());
        x.mul(&Tensor::from_vec(mask, x.shape().clone(), &Device::Cpu)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_decided_by_seed_step_and_site_and_keep_the_mean() {
        let d = Dropout {
            seed: 3,
            step: 5,
            share: 0.25,
        };
        let mask = d.mask(2, 40_000);
        assert_eq!(mask[..999], d.mask(2, 999));
        assert_ne!(mask, d.mask(3, 40_000));
        assert_ne!(mask, Dropout { step: 6, ..d }.mask(2, 40_000));
        assert!(mask.iter().all(|m| *m == 0.0 || *m == 1.0 / 0.75));
        // Four standard errors: 4 · √(1/3 / 40 000) = 0.0115.
        let mean = mask.iter().map(|m| f64::from(*m)).sum::<f64>() / 40_000.0;
        assert!((mean - 1.0).abs() < 0.0116, "{mean}");
        assert_eq!(Dropout::none().mask(0, 2), [1.0, 1.0]);
    }
}
