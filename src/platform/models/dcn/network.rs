//! The parameters of a deep and cross network, and its loss as candle tensors.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | `x0` | `(batch, d)` | columns, then the embeddings of user and item |
//! | `cross.l` | `(d, d)`, `(d)` | x_{l+1} = x0 ⊙ (x_l W_l + b_l) + x_l |
//! | `deep.1`, `deep.2` | `(d, h)`, `(h, h)` | perceptron beside it, from x0 |
//! | `out` | `(d + h, 1)` | the logit, from both |
//!
//! # Source
//! Wang et al. (2021), DCN V2, the parallel structure, eq. 1–3.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use crate::platform::models::params::{ModelError, ParamStore};
use crate::platform::models::two_tower::dense::{Activation, Layer};
use crate::platform::models::two_tower::mean_rows::MeanRows;
use crate::sim::rng::RngStream;

use super::config::DcnConfig;
use super::cross_entropy::CrossEntropy;

/// Deviation with which embeddings start.
const ID_DEVIATION: f64 = 0.05;

/// Positions of a layer's parameters in the store.
#[derive(Debug, Clone, Copy)]
pub struct LayerAt {
    /// Position of the weights.
    pub w: usize,
    /// Position of the biases.
    pub b: usize,
}

/// The network.
#[derive(Debug)]
pub struct Network {
    /// All parameters.
    pub params: ParamStore,
    /// Position of the table of embeddings, users before items; nothing without ids.
    pub ids: Option<usize>,
    /// Cross layers.
    pub cross: Vec<LayerAt>,
    /// Layers of the perceptron.
    pub deep: [LayerAt; 2],
    /// From both to the logit.
    pub out: LayerAt,
    /// Length of an embedding.
    pub id_dimensions: usize,
}

/// Rows to learn from in one step.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Scaled columns, `[n, width]`.
    pub columns: Vec<f32>,
    /// Row of every user in the table of embeddings; an empty set if it is not seen.
    pub users: MeanRows,
    /// The same of every item.
    pub items: MeanRows,
    /// 1 for rows that were engaged with, 0 for the others.
    pub outcomes: Vec<f32>,
}

/// A loss that gradients can be taken of.
#[derive(Debug)]
pub struct Loss {
    /// In nats a row.
    pub value: Tensor,
    embeddings: Option<[Var; 2]>,
}

impl Loss {
    /// Takes the gradients, and adds those of the embeddings to `table`.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses.
    pub fn backward(&self, batch: &Batch, table: &mut [f32]) -> Result<GradStore, ModelError> {
        let gradients = self.value.backward()?;
        if let Some(vars) = &self.embeddings {
            for (var, sets) in vars.iter().zip([&batch.users, &batch.items]) {
                if let Some(g) = gradients.get(var) {
                    sets.scatter(&g.flatten_all()?.to_vec1::<f32>()?, table);
                }
            }
        }
        Ok(gradients)
    }
}

/// What a training step takes for 0.
#[derive(Debug)]
pub struct Dropout {
    /// Share of the values.
    pub share: f64,
    /// Decides which.
    pub rng: RngStream,
}

impl Dropout {
    fn of(&mut self, x: &Tensor) -> Result<Tensor, ModelError> {
        if self.share <= 0.0 {
            return Ok(x.clone());
        }
        let kept = (1.0 / (1.0 - self.share)) as f32;
        let n = x.elem_count();
        let mask = (0..n).map(|_| {
            if self.rng.chance(self.share) {
                0.0
            } else {
                kept
            }
        });
        let mask = Tensor::from_vec(mask.collect::<Vec<f32>>(), x.shape(), &Device::Cpu)?;
        Ok((x * mask)?)
    }
}

impl Network {
    /// Draws a network from a seed; `bias` is the logit that it starts from.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to make the variables.
    pub fn new(
        config: &DcnConfig,
        seed: u64,
        width: usize,
        n_ids: usize,
        bias: f32,
    ) -> Result<Self, ModelError> {
        let mut params = ParamStore::new(seed);
        let id_dimensions = config.id_dimensions as usize;
        let (d, h) = (width + 2 * id_dimensions, config.hidden as usize);
        let ids = match id_dimensions {
            0 => None,
            k => Some(params.table("ids", &[n_ids, k], ID_DEVIATION)?),
        };
        let mut layer = |name: &str, from: usize, to: usize, deviation: f64, bias: f32| {
            Ok::<_, ModelError>(LayerAt {
                w: params.normal(&format!("{name}.w"), &[from, to], deviation)?,
                b: params.constant(&format!("{name}.b"), &[to], bias)?,
            })
        };
        let root = |x: f64| libm::sqrt(x);
        let size = d.max(1) as f64;
        let cross = (0..config.cross_layers)
            .map(|l| layer(&format!("cross.{l}"), d, d, root(1.0 / size) * 0.5, 0.0))
            .collect::<Result<_, _>>()?;
        let deep = [
            layer("deep.0", d, h, root(2.0 / size), 0.0)?,
            layer("deep.1", h, h, root(2.0 / h as f64), 0.0)?,
        ];
        let out = layer("out", d + h, 1, root(1.0 / (d + h) as f64) * 0.5, bias)?;
        Ok(Self {
            params,
            ids,
            cross,
            deep,
            out,
            id_dimensions,
        })
    }

    /// Copies the network, so that changing one leaves the other as it is.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to make the variables.
    pub fn copy(&self) -> Result<Self, ModelError> {
        Ok(Self {
            params: self.params.copy()?,
            cross: self.cross.clone(),
            ..*self
        })
    }

    fn layer(&self, at: LayerAt, x: &Tensor, activation: Activation) -> Result<Tensor, ModelError> {
        let p = &self.params;
        Ok(Layer(activation).of(x, p.var(at.w), p.var(at.b))?)
    }

    /// Returns the loss of a batch, mean over its rows.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if the batch does not fit.
    pub fn loss(&self, batch: &Batch, dropout: &mut Dropout) -> Result<Loss, ModelError> {
        let n = batch.outcomes.len();
        let width = batch.columns.len() / n.max(1);
        let mut inputs = Vec::new();
        if width > 0 {
            let columns = batch.columns.clone();
            inputs.push(Tensor::from_vec(columns, (n, width), &Device::Cpu)?);
        }
        let mut embeddings = None;
        if let Some(ids) = self.ids {
            let (table, k) = (self.params.values(ids), self.id_dimensions);
            let var = |sets: &MeanRows| -> Result<Var, ModelError> {
                let rows = sets.of(table, k)?;
                Ok(Var::from_vec(rows, (n, k), &Device::Cpu)?)
            };
            let both = [var(&batch.users)?, var(&batch.items)?];
            inputs.extend(both.iter().map(|v| v.as_tensor().clone()));
            embeddings = Some(both);
        }
        let x0 = Tensor::cat(&inputs, 1)?;
        let mut x = x0.clone();
        for at in &self.cross {
            let h = self.layer(*at, &x, Activation::Linear)?;
            x = ((&x0 * h)? + x)?;
        }
        let a = self.layer(self.deep[0], &x0, Activation::Relu)?;
        let a = dropout.of(&a)?;
        let a = self.layer(self.deep[1], &a, Activation::Relu)?;
        let a = dropout.of(&a)?;
        let both = Tensor::cat(&[&x, &a], 1)?;
        let logits = self.layer(self.out, &both, Activation::Linear)?;
        let outcomes = batch.outcomes.clone();
        let value = CrossEntropy { outcomes }.of(&logits)?;
        Ok(Loss { value, embeddings })
    }
}
