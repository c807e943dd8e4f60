//! Adapters of low rank: beside a frozen layer, a product of two thin tables is learned.
//!
//! `y = x · wᵀ + b + (α / r) · (x · aᵀ) · bᵀ`, with `a` `(r, inputs)` drawn and `b` `(outputs, r)` at 0, so that an adapter
//! changes nothing before its first step.
//!
//! # Source
//! Hu et al. (2022), LoRA: Low-Rank Adaptation of Large Language Models.

use candle_core::{Device, Tensor};

use super::layers::Linear;
use crate::platform::models::layers::products::product;
use crate::platform::models::params::{ModelError, ParamStore};

/// Sizes of adapters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoraConfig {
    /// Rank r.
    pub rank: usize,
    /// α; what an adapter adds is multiplied by α / r.
    pub alpha: f64,
}

/// An adapter: where its two tables lie in the store.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    a: usize,
    b: usize,
    scale: f64,
}

impl Adapter {
    /// Declares the adapter of a layer from `width` values to as many; `a` starts with deviation 1 / √r.
    ///
    /// # Errors
    /// [`ModelError::Value`] if the layer has one already or the rank is 0.
    pub fn declare(
        params: &mut ParamStore,
        layer: &str,
        width: usize,
        config: &LoraConfig,
    ) -> Result<Self, ModelError> {
        let rank = config.rank;
        if rank == 0 {
            return Err(ModelError::Value {
                what: "rank of an adapter".to_owned(),
                found: "0".to_owned(),
                allowed: "1 and above".to_owned(),
            });
        }
        let deviation = 1.0 / libm::sqrt(rank as f64);
        let name = format!("{layer}.lora_A.weight");
        let a = params.normal(&name, &[rank, width], deviation)?;
        let name = format!("{layer}.lora_B.weight");
        let b = params.constant(&name, &[width, rank], 0.0)?;
        let scale = config.alpha / rank as f64;
        Ok(Self { a, b, scale })
    }

    /// Returns what the adapter adds to the output of its layer.
    pub(super) fn of(self, x: &Tensor, params: &ParamStore) -> Result<Tensor, ModelError> {
        let (a, b) = (params.tensor(self.a), params.tensor(self.b));
        let none = |n| Tensor::zeros(n, candle_core::DType::F32, &Device::Cpu);
        let trains = params.is_trainable(self.a);
        let narrow = x.apply_op3(&a, &none(a.dim(0)?)?, Linear { trains })?;
        let wide = narrow.apply_op3(&b, &none(b.dim(0)?)?, Linear { trains })?;
        Ok(wide.affine(self.scale, 0.0)?)
    }

    /// Returns what the adapter adds to the weights of its layer, `(outputs, inputs)`.
    pub(super) fn change(self, params: &ParamStore) -> Vec<f32> {
        let a = params.values(self.a);
        let b = params.values(self.b);
        let rank = params.var(self.a).dims()[0];
        let mut change = product(b, a, rank, None);
        for c in &mut change {
            *c *= self.scale as f32;
        }
        change
    }
}
