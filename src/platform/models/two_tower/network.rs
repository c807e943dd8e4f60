//! The two towers and their loss as candle tensors.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | user input | `(n, 32 + id_dimensions)` | profile, then the mean id embedding of the recent history |
//! | item input | `(n, 64 + id_dimensions)` | tags, media features, then the id embedding |
//! | tower | `input · w1 + b1 → ReLU → · w2 + b2 → L2` | `(n, dimensions)`, rows of length 1 |
//!
//! Both towers share the table of id embeddings. Weights are stored `(inputs, outputs)`.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};

use super::config::TwoTowerConfig;
use super::data::{Batch, ITEM_FEATURES, ItemTensors, PROFILE_LENGTH, UserTensors};
use super::dense::{Activation, Layer, UnitRows, values};
use super::mean_rows::MeanRows;
use crate::platform::models::params::{ModelError, ParamStore};

/// Added to the squared length of an embedding before its root is taken.
pub const NORM_EPSILON: f32 = 1e-12;

/// Deviation of the id embeddings at the start.
const ID_DEVIATION: f64 = 0.1;

/// Where the weights of one tower lie in the parameter store.
#[derive(Debug, Clone, Copy)]
pub struct TowerParams {
    /// Weights of the hidden layer.
    pub w1: usize,
    /// Biases of the hidden layer.
    pub b1: usize,
    /// Weights of the output layer.
    pub w2: usize,
    /// Biases of the output layer.
    pub b2: usize,
}

/// A loss, and what of its graph stands for rows of the table of ids.
pub struct Loss {
    /// The loss, a scalar.
    pub value: Tensor,
    means: Var,
    ids: Var,
    vain_ids: Option<Var>,
}

impl Loss {
    /// Runs backwards: returns the gradients of the towers' parameters, and adds that of the table of ids to `table`.
    pub fn backward(&self, batch: &Batch, table: &mut [f32]) -> Result<GradStore, ModelError> {
        let gradients = self.value.backward()?;
        let vain = batch.vain.as_ref().map(|v| &v.items.id_rows);
        let leaves = [
            (&batch.users.histories, &self.means),
            (&batch.items.id_rows, &self.ids),
        ];
        for (sets, leaf) in leaves.into_iter().chain(vain.zip(self.vain_ids.as_ref())) {
            if let Some(g) = gradients.get(leaf) {
                sets.scatter(&values(g)?, table);
            }
        }
        Ok(gradients)
    }
}

/// The parameters of both towers.
#[derive(Debug)]
pub struct Network {
    /// All values.
    pub params: ParamStore,
    /// Position of the id embeddings.
    pub ids: usize,
    /// Positions of the user tower.
    pub user: TowerParams,
    /// Positions of the item tower.
    pub item: TowerParams,
    id_dimensions: usize,
}

impl Network {
    /// Declares the parameters; weights start with He deviation √(2 / inputs), which keeps the variance through a ReLU.
    ///
    /// # Source
    /// He, Zhang, Ren and Sun (2015).
    pub fn new(config: &TwoTowerConfig, seed: u64) -> Result<Self, ModelError> {
        let mut params = ParamStore::new(seed);
        let id_dimensions = config.id_dimensions as usize;
        let ids = params.table(
            "ids",
            &[config.id_rows as usize, id_dimensions],
            ID_DEVIATION,
        )?;
        let mut tower = |name: &str, inputs: usize| -> Result<TowerParams, ModelError> {
            let (hidden, outputs) = (config.hidden as usize, config.dimensions as usize);
            let he = |inputs: usize| libm::sqrt(2.0 / inputs as f64);
            Ok(TowerParams {
                w1: params.normal(&format!("{name}.w1"), &[inputs, hidden], he(inputs))?,
                b1: params.constant(&format!("{name}.b1"), &[hidden], 0.0)?,
                w2: params.normal(&format!("{name}.w2"), &[hidden, outputs], he(hidden))?,
                b2: params.constant(&format!("{name}.b2"), &[outputs], 0.0)?,
            })
        };
        let user = tower("user", PROFILE_LENGTH + id_dimensions)?;
        let item = tower("item", ITEM_FEATURES + id_dimensions)?;
        Ok(Self {
            params,
            ids,
            user,
            item,
            id_dimensions,
        })
    }

    fn tower(&self, at: TowerParams, x: &Tensor) -> Result<Tensor, ModelError> {
        let p = &self.params;
        let h = Layer(Activation::Relu).of(x, p.var(at.w1), p.var(at.b1))?;
        let y = Layer(Activation::Linear).of(&h, p.var(at.w2), p.var(at.b2))?;
        Ok(UnitRows.of(&y)?)
    }

    /// Copies the network, so that changing one leaves the other as it is.
    pub fn copy(&self) -> Result<Self, ModelError> {
        Ok(Self {
            params: self.params.copy()?,
            ..*self
        })
    }

    fn gathered(&self, sets: &MeanRows) -> Result<Tensor, ModelError> {
        let d = self.id_dimensions;
        let means = sets.of(self.params.values(self.ids), d)?;
        Ok(Tensor::from_vec(means, (sets.len(), d), &Device::Cpu)?)
    }

    /// Embeds users, (n, dimensions).
    pub fn embed_users(&self, x: &UserTensors) -> Result<Tensor, ModelError> {
        let mean = self.gathered(&x.histories)?;
        self.tower(self.user, &Tensor::cat(&[&x.profiles, &mean], 1)?)
    }

    /// Embeds items, (n, dimensions).
    pub fn embed_items(&self, x: &ItemTensors) -> Result<Tensor, ModelError> {
        let rows = self.gathered(&x.id_rows)?;
        self.tower(self.item, &Tensor::cat(&[&x.features, &rows], 1)?)
    }

    /// Returns the loss, in nats per pair: the in-batch softmax, and beside it, weighted, the pairwise loss against what was
    /// shown in vain, where the batch has that.
    ///
    /// −mean_i ln softmax_j (u_i · v_j / T − ln p(j))ᵢ: the other items of the batch are the negatives of a pair. They
    /// come as often as they are popular, so that ln p(j) is taken off; otherwise the model would learn to hide what is popular.
    ///
    /// # Source
    /// Yi et al. (2019), Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, eq. 3–5.
    pub fn loss(&self, batch: &Batch) -> Result<Loss, ModelError> {
        let (histories, id_rows) = (&batch.users.histories, &batch.items.id_rows);
        let means = Var::from_tensor(&self.gathered(histories)?)?;
        let ids = Var::from_tensor(&self.gathered(id_rows)?)?;
        let users = Tensor::cat(&[&batch.users.profiles, means.as_tensor()], 1)?;
        let users = self.tower(self.user, &users)?;
        let item_tower = |items: &ItemTensors, ids: &Var| {
            let x = Tensor::cat(&[&items.features, ids.as_tensor()], 1)?;
            self.tower(self.item, &x)
        };
        let items = item_tower(&batch.items, &ids)?;
        let mut value = batch.loss.clone().of(&users, &items)?;
        let mut vain_ids = None;
        if let Some(vain) = &batch.vain {
            let ids = Var::from_tensor(&self.gathered(&vain.items.id_rows)?)?;
            let passed = item_tower(&vain.items, &ids)?;
            let loss = vain.loss.clone().of(&users, &items, &passed)?;
            value = (value + (loss * vain.weight)?)?;
            vain_ids = Some(ids);
        }
        Ok(Loss {
            value,
            means,
            ids,
            vain_ids,
        })
    }
}
