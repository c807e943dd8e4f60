//! The two-tower model as the platform uses it: fit a bounded number of steps, embed, save, load.
//!
//! Trained in the platform's learning phase, read when candidates are retrieved. It sees what the platform may see: public
//! features and consented behaviour.

use candle_core::Tensor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::config::TwoTowerConfig;
use super::data::{Batch, ItemInputs, ItemTensors, TrainingData, UserInputs, UserTensors};
use super::forward::Forward;
use super::network::Network;
use crate::platform::models::optimizer::AdamW;
use crate::platform::models::params::{ModelError, read_tensors, refuse_rest, write_tensors};
use crate::sim::state_hash::StateHasher;

/// What a call of [`TwoTower::fit`] did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainReport {
    /// Steps taken in this call.
    pub steps: u32,
    /// Loss of the first batch of the call, before its step, in nats per pair; 0 if no step was taken.
    pub loss_first: f64,
    /// Loss of the last batch of the call, before its step, in nats per pair.
    pub loss_last: f64,
}

/// A two-tower retrieval model: score(u, i) = f(u) · g(i), both of length 1.
///
/// Its bits depend on seed, data and steps alone, not on threads. candle's matrix product picks its instructions by
/// processor, so that a model trained on another kind of processor may differ in the last bits.
#[derive(Debug)]
pub struct TwoTower {
    config: TwoTowerConfig,
    seed: u64,
    network: Network,
    optimizer: AdamW,
    digest: u64,
}

impl TwoTower {
    /// Makes an untrained model.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a value of the configuration is outside its range.
    pub fn new(config: &TwoTowerConfig, seed: u64) -> Result<Self, ModelError> {
        config.validate()?;
        let network = Network::new(config, seed)?;
        let optimizer = AdamW::new(&network.params, config.learning_rate, config.weight_decay);
        let mut model = Self {
            config: config.clone(),
            seed,
            network,
            optimizer,
            digest: 0,
        };
        model.refresh_digest();
        Ok(model)
    }

    /// Returns what it was made with.
    #[must_use]
    pub const fn config(&self) -> &TwoTowerConfig {
        &self.config
    }

    /// Returns the length of an embedding.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.config.dimensions as usize
    }

    /// Returns how many steps were taken since the model was made.
    #[must_use]
    pub const fn step_count(&self) -> u32 {
        self.optimizer.step_count()
    }

    /// Takes `steps` steps of AdamW on batches drawn from `data`; two calls of `n` steps are one of 2 `n`.
    ///
    /// # Errors
    /// If the slices do not fit each other, there is no pair, or the loss is not finite; after the last of these the
    /// model is not usable.
    pub fn fit(&mut self, data: &TrainingData<'_>, steps: u32) -> Result<TrainReport, ModelError> {
        data.validate()?;
        let log_popularity = data.log_popularity();
        let mut report = TrainReport {
            steps,
            loss_first: 0.0,
            loss_last: 0.0,
        };
        let mut table = Vec::new();
        for at in 0..steps {
            let step = self.optimizer.step_count();
            let batch = Batch::draw(&self.config, data, &log_popularity, self.seed, step)?;
            let loss = self.network.loss(&batch)?;
            report.loss_last = f64::from(loss.value.to_scalar::<f32>()?);
            if at == 0 {
                report.loss_first = report.loss_last;
            }
            if !report.loss_last.is_finite() {
                self.refresh_digest();
                let loss = report.loss_last;
                return Err(ModelError::Diverged { step, loss });
            }
            let ids = self.network.ids;
            table.clear();
            table.resize(self.network.params.values(ids).len(), 0.0);
            let gradients = loss.backward(&batch, &mut table)?;
            let params = &mut self.network.params;
            self.optimizer
                .step(params, &gradients, Some((ids, &table)))?;
        }
        self.refresh_digest();
        Ok(report)
    }

    /// Embeds users in plain Rust, row-major, [`dimensions`](Self::dimensions) values each.
    pub fn embed_users(&self, users: &UserInputs<'_>) -> Result<Vec<f32>, ModelError> {
        users.validate()?;
        Ok(Forward::new(&self.config, &self.network).users(users))
    }

    /// Embeds items in plain Rust, row-major, [`dimensions`](Self::dimensions) values each.
    pub fn embed_items(&self, items: &ItemInputs<'_>) -> Result<Vec<f32>, ModelError> {
        items.validate()?;
        Ok(Forward::new(&self.config, &self.network).items(items))
    }

    /// Embeds users with candle; the same to 10⁻⁴ as [`embed_users`](Self::embed_users).
    pub fn embed_users_with_tensors(&self, users: &UserInputs<'_>) -> Result<Vec<f32>, ModelError> {
        users.validate()?;
        let all = (0..users.len()).map(|user| (user, None));
        let inputs = UserTensors::gather(&self.config, users, all)?;
        flat(&self.network.embed_users(&inputs)?)
    }

    /// Embeds items with candle; the same to 10⁻⁴ as [`embed_items`](Self::embed_items).
    pub fn embed_items_with_tensors(&self, items: &ItemInputs<'_>) -> Result<Vec<f32>, ModelError> {
        items.validate()?;
        let inputs = ItemTensors::gather(&self.config, items, 0..items.len())?;
        flat(&self.network.embed_items(&inputs)?)
    }

    /// Returns the mean loss over the given pairs as one batch, in nats per pair.
    pub fn loss_of(&self, data: &TrainingData<'_>) -> Result<f64, ModelError> {
        data.validate()?;
        let pairs: Vec<_> = data
            .pairs
            .iter()
            .map(|(user, item)| (*user as usize, *item as usize))
            .collect();
        let batch = Batch::of_pairs(&self.config, data, &data.log_popularity(), &pairs)?;
        let loss = self.network.loss(&batch)?;
        Ok(f64::from(loss.value.to_scalar::<f32>()?))
    }

    /// Copies the model, so that training one leaves the other as it is.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to make the variables.
    pub fn copy(&self) -> Result<Self, ModelError> {
        Ok(Self {
            config: self.config.clone(),
            seed: self.seed,
            network: self.network.copy()?,
            optimizer: self.optimizer.clone(),
            digest: self.digest,
        })
    }

    /// Returns the digest of weights, moments and step count; costs nothing, it is kept since the last change.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.digest
    }

    fn refresh_digest(&mut self) {
        let mut h = StateHasher::default();
        self.network.params.add_to(&mut h);
        self.optimizer.add_to(&mut h);
        self.digest = h.finish();
    }

    /// Writes weights, moments and step count in the safetensors format.
    pub fn save(&self) -> Result<Vec<u8>, ModelError> {
        let mut tensors = self.network.params.tensors();
        self.optimizer.save(&self.network.params, &mut tensors);
        write_tensors(&tensors)
    }

    /// Makes a model from what [`save`](Self::save) wrote; it goes on training as if it had not stopped.
    ///
    /// # Errors
    /// If the bytes are not those of a model of this configuration.
    pub fn load(config: &TwoTowerConfig, seed: u64, bytes: &[u8]) -> Result<Self, ModelError> {
        let mut tensors = read_tensors(bytes)?;
        let mut model = Self::new(config, seed)?;
        model.network.params.restore(&mut tensors)?;
        let params = &model.network.params;
        model.optimizer.restore(params, &mut tensors)?;
        refuse_rest(&tensors)?;
        model.refresh_digest();
        Ok(model)
    }
}

/// A model as a checkpoint holds it.
#[derive(Serialize, Deserialize)]
struct Stored {
    config: TwoTowerConfig,
    seed: u64,
    /// As [`TwoTower::save`] gives them.
    tensors: Vec<u8>,
}

impl Serialize for TwoTower {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = Stored {
            config: self.config.clone(),
            seed: self.seed,
            tensors: self.save().map_err(serde::ser::Error::custom)?,
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TwoTower {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        Self::load(&stored.config, stored.seed, &stored.tensors).map_err(serde::de::Error::custom)
    }
}

fn flat(embeddings: &Tensor) -> Result<Vec<f32>, ModelError> {
    Ok(embeddings.flatten_all()?.to_vec1()?)
}
