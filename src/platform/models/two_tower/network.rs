//! The two towers and their loss as candle tensors.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | user input | `(n, 32 + id_dimensions)` | profile, then the mean id embedding of the recent history |
//! | item input | `(n, 64 + id_dimensions)` | tags, media features, then the id embedding |
//! | tower | `input · w1 + b1 → ReLU → · w2 + b2 → L2` | `(n, dimensions)`, rows of length 1 |
//!
//! Both towers share the table of id embeddings. Weights are stored `(inputs, outputs)`.

use candle_core::Tensor;

use super::config::TwoTowerConfig;
use super::data::{Batch, ITEM_FEATURES, ItemTensors, PROFILE_LENGTH, UserTensors};
use crate::platform::models::params::{ModelError, ParamStore};

/// Added to the squared length of an embedding before its root is taken.
pub const NORM_EPSILON: f32 = 1e-12;

/// Multiplications from which on candle's matrix product leaves the calling thread (48 · 48 · 256).
///
/// It is then split over the threads of the machine, whatever pool it is called from, and waits for them; next to
/// a running city that costs several times what it saves.
const THREADED_PRODUCT: usize = 48 * 48 * 256;

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
}

/// Multiplies (n, k) by (k, m) in blocks of rows small enough to stay on the calling thread, in the backward pass too.
fn product(a: &Tensor, b: &Tensor) -> Result<Tensor, ModelError> {
    let (n, k) = a.dims2()?;
    let rows = ((THREADED_PRODUCT - 1) / (k * b.dim(1)?)).max(1);
    if n <= rows {
        return Ok(a.matmul(b)?);
    }
    let mut blocks = Vec::with_capacity(n.div_ceil(rows));
    for begin in (0..n).step_by(rows) {
        blocks.push(a.narrow(0, begin, rows.min(n - begin))?.matmul(b)?);
    }
    Ok(Tensor::cat(&blocks, 0)?)
}

impl Network {
    /// Declares the parameters; weights start with He deviation √(2 / inputs), which keeps the variance through a ReLU.
    ///
    /// # Source
    /// He, Zhang, Ren and Sun (2015).
    pub fn new(config: &TwoTowerConfig, seed: u64) -> Result<Self, ModelError> {
        let mut params = ParamStore::new(seed);
        let id_dimensions = config.id_dimensions as usize;
        let ids = params.normal(
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
        })
    }

    fn tower(&self, at: TowerParams, x: &Tensor) -> Result<Tensor, ModelError> {
        let p = &self.params;
        let h = product(x, p.var(at.w1))?
            .broadcast_add(p.var(at.b1))?
            .relu()?;
        let y = product(&h, p.var(at.w2))?.broadcast_add(p.var(at.b2))?;
        let norm = (y.sqr()?.sum_keepdim(1)? + f64::from(NORM_EPSILON))?.sqrt()?;
        Ok(y.broadcast_div(&norm)?)
    }

    /// Embeds users, (n, dimensions).
    pub fn embed_users(&self, x: &UserTensors) -> Result<Tensor, ModelError> {
        let mean = x.histories.of(self.params.var(self.ids))?;
        self.tower(self.user, &Tensor::cat(&[&x.profiles, &mean], 1)?)
    }

    /// Embeds items, (n, dimensions).
    pub fn embed_items(&self, x: &ItemTensors) -> Result<Tensor, ModelError> {
        let rows = self.params.var(self.ids).index_select(&x.id_rows, 0)?;
        self.tower(self.item, &Tensor::cat(&[&x.features, &rows], 1)?)
    }

    /// Returns the in-batch softmax loss, in nats per pair.
    ///
    /// −mean_i ln softmax_j (u_i · v_j / T − ln p(j))ᵢ: the other items of the batch are the negatives of a pair. They
    /// come as often as they are popular, so that ln p(j) is taken off; otherwise the model would learn to hide what is popular.
    ///
    /// # Source
    /// Yi et al. (2019), Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations, eq. 3–5.
    pub fn loss(&self, batch: &Batch) -> Result<Tensor, ModelError> {
        let users = self.embed_users(&batch.users)?;
        let items = self.embed_items(&batch.items)?;
        Ok(batch.loss.of(&product(&users, &items.t()?)?)?)
    }
}
