//! BERT: an encoder that turns every piece of a text into a vector that knows its neighbours.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | input | [`Packed`], `words` rows | pieces, places, texts |
//! | embedding | `(words, hidden)` | piece + place + text, layer norm |
//! | a layer | `(words, hidden)` | attention, sum, layer norm; GELU layer, sum, layer norm |
//! | returns | `(words, hidden)` | |
//!
//! Parameters have the names that Hugging Face gives them, so that stored weights are found by name.
//!
//! # Source
//! Devlin, Chang, Lee and Toutanova (2019).

use candle_core::{Device, Tensor};

use super::attention::Attention;
use super::bert_config::BertConfig;
use super::layers::{Gelu, Linear, dropout};
use super::lora::{Adapter, LoraConfig};
use super::packed::Packed;
use crate::platform::models::layers::norm::LayerNorm;
use crate::platform::models::model::Tensors;
use crate::platform::models::params::{ModelError, ParamStore};
use crate::sim::rng::RngStream;

/// Chance and luck of dropout; without it nothing is dropped.
#[derive(Debug)]
pub struct Dropout<'a> {
    /// Chance with which a value is dropped.
    pub chance: f64,
    /// What decides.
    pub stream: &'a mut RngStream,
}

/// Positions of a linear layer or a layer norm in the store.
#[derive(Debug, Clone, Copy)]
pub struct Affine {
    /// Position of the weights.
    pub weight: usize,
    /// Position of the biases.
    pub bias: usize,
}

#[derive(Debug, Clone)]
struct Block {
    query: Affine,
    key: Affine,
    value: Affine,
    attended: Affine,
    attended_norm: Affine,
    widened: Affine,
    narrowed: Affine,
    norm: Affine,
    query_adapter: Option<Adapter>,
    value_adapter: Option<Adapter>,
}

/// A BERT and its parameters; whoever puts something on top keeps its parameters in the same store.
#[derive(Debug)]
pub struct Bert {
    /// Sizes.
    pub config: BertConfig,
    /// All values.
    pub params: ParamStore,
    words: usize,
    positions: usize,
    segments: usize,
    norm: Affine,
    blocks: Vec<Block>,
}

/// How parameters start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Drawn.
    Drawn,
    /// 0, because stored ones are about to take their place.
    Zero,
}

struct Declared<'a> {
    params: &'a mut ParamStore,
    deviation: f64,
    start: Start,
}

impl Declared<'_> {
    fn table(&mut self, name: &str, rows: usize, columns: usize) -> Result<usize, ModelError> {
        let name = format!("{name}.weight");
        match self.start {
            Start::Drawn => self.params.normal(&name, &[rows, columns], self.deviation),
            Start::Zero => self.params.constant(&name, &[rows, columns], 0.0),
        }
    }

    fn linear(&mut self, name: &str, from: usize, to: usize) -> Result<Affine, ModelError> {
        let weight = self.table(name, to, from)?;
        let bias = self.params.constant(&format!("{name}.bias"), &[to], 0.0)?;
        Ok(Affine { weight, bias })
    }

    fn norm(&mut self, name: &str, width: usize) -> Result<Affine, ModelError> {
        let weight = self
            .params
            .constant(&format!("{name}.weight"), &[width], 1.0)?;
        let bias = self
            .params
            .constant(&format!("{name}.bias"), &[width], 0.0)?;
        Ok(Affine { weight, bias })
    }
}

impl Bert {
    /// Makes an untrained one.
    ///
    /// # Errors
    /// [`ModelError::Value`] if sizes do not fit each other.
    pub fn new(config: &BertConfig, seed: u64) -> Result<Self, ModelError> {
        Self::declare(config, seed, Start::Drawn)
    }

    /// Makes one of stored weights, which it takes out of `stored`.
    ///
    /// `seed` is for whatever is put on top.
    ///
    /// # Errors
    /// [`ModelError::Value`] if sizes do not fit each other; [`ModelError::StoredTensor`] if a weight is missing or has
    /// another shape.
    pub fn restore(
        config: &BertConfig,
        seed: u64,
        stored: &mut Tensors,
    ) -> Result<Self, ModelError> {
        let mut bert = Self::declare(config, seed, Start::Zero)?;
        bert.params.restore(stored)?;
        Ok(bert)
    }

    fn declare(config: &BertConfig, seed: u64, start: Start) -> Result<Self, ModelError> {
        config.validate()?;
        let mut params = ParamStore::new(seed);
        let mut declared = Declared {
            params: &mut params,
            deviation: config.initializer_range,
            start,
        };
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let of = |name: &str| format!("embeddings.{name}");
        let words = declared.table(&of("word_embeddings"), config.vocab_size, width)?;
        let places = config.max_position_embeddings;
        let positions = declared.table(&of("position_embeddings"), places, width)?;
        let kinds = config.type_vocab_size;
        let segments = declared.table(&of("token_type_embeddings"), kinds, width)?;
        let norm = declared.norm(&of("LayerNorm"), width)?;
        let mut blocks = Vec::with_capacity(config.num_hidden_layers);
        for at in 0..config.num_hidden_layers {
            let of = |name: &str| format!("encoder.layer.{at}.{name}");
            blocks.push(Block {
                query: declared.linear(&of("attention.self.query"), width, width)?,
                key: declared.linear(&of("attention.self.key"), width, width)?,
                value: declared.linear(&of("attention.self.value"), width, width)?,
                attended: declared.linear(&of("attention.output.dense"), width, width)?,
                attended_norm: declared.norm(&of("attention.output.LayerNorm"), width)?,
                widened: declared.linear(&of("intermediate.dense"), width, inner)?,
                narrowed: declared.linear(&of("output.dense"), inner, width)?,
                norm: declared.norm(&of("output.LayerNorm"), width)?,
                query_adapter: None,
                value_adapter: None,
            });
        }
        Ok(Self {
            config: config.clone(),
            params,
            words,
            positions,
            segments,
            norm,
            blocks,
        })
    }

    /// Copies it, so that training one leaves the other as it is.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to make the variables.
    pub fn copy(&self) -> Result<Self, ModelError> {
        Ok(Self {
            config: self.config.clone(),
            params: self.params.copy()?,
            blocks: self.blocks.clone(),
            ..*self
        })
    }

    /// Declares a linear layer to be put on top, drawn from the seed.
    ///
    /// # Errors
    /// [`ModelError::Value`] if the name is taken.
    pub fn declare_linear(
        &mut self,
        name: &str,
        from: usize,
        to: usize,
    ) -> Result<Affine, ModelError> {
        self.declared().linear(name, from, to)
    }

    /// Declares a layer norm to be put on top.
    ///
    /// # Errors
    /// [`ModelError::Value`] if the name is taken.
    pub fn declare_norm(&mut self, name: &str) -> Result<Affine, ModelError> {
        let width = self.config.hidden_size;
        self.declared().norm(name, width)
    }

    fn declared(&mut self) -> Declared<'_> {
        Declared {
            deviation: self.config.initializer_range,
            params: &mut self.params,
            start: Start::Drawn,
        }
    }

    /// Returns the table of pieces, `(vocabulary, hidden)`.
    #[must_use]
    pub fn word_table(&self) -> Tensor {
        self.params.tensor(self.words)
    }

    /// Applies a linear layer.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn linear(&self, x: &Tensor, at: Affine) -> Result<Tensor, ModelError> {
        let trains = self.params.is_trainable(at.weight);
        let (w, b) = (self.params.tensor(at.weight), self.params.tensor(at.bias));
        Ok(x.apply_op3(&w, &b, Linear { trains })?)
    }

    /// Applies a layer norm.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn normed(&self, x: &Tensor, at: Affine) -> Result<Tensor, ModelError> {
        let epsilon = self.config.layer_norm_eps as f32;
        let (w, b) = (self.params.tensor(at.weight), self.params.tensor(at.bias));
        Ok(x.apply_op3(&w, &b, LayerNorm { epsilon })?)
    }

    fn check(&self, batch: &Packed) -> Result<(), ModelError> {
        let c = &self.config;
        let tables = [
            ("piece", &batch.ids, c.vocab_size),
            (
                "place in a sequence",
                &batch.positions,
                c.max_position_embeddings,
            ),
            ("text of a sequence", &batch.segments, c.type_vocab_size),
        ];
        for (what, ids, below) in tables {
            if let Some(found) = ids.iter().find(|id| **id as usize >= below) {
                let found = *found as usize;
                return Err(ModelError::Index { what, found, below });
            }
        }
        Ok(())
    }

    /// Returns a vector for every piece, `(words, hidden)`.
    ///
    /// # Errors
    /// [`ModelError::Index`] if a piece, a place or a text is not in its table.
    pub fn forward(
        &self,
        batch: &Packed,
        mut drops: Option<Dropout<'_>>,
    ) -> Result<Tensor, ModelError> {
        self.check(batch)?;
        let mut drop = |x: Tensor| match &mut drops {
            Some(d) => dropout(&x, d.chance, d.stream),
            None => Ok(x),
        };
        let rows = |table: usize, ids: &[u32]| {
            let ids = Tensor::from_slice(ids, ids.len(), &Device::Cpu)?;
            self.params.tensor(table).index_select(&ids, 0)
        };
        let x = (rows(self.words, &batch.ids)? + rows(self.positions, &batch.positions)?)?;
        let x = (x + rows(self.segments, &batch.segments)?)?;
        let mut x = drop(self.normed(&x, self.norm)?)?;
        let attention = Attention {
            offsets: batch.offsets.clone(),
            heads: self.config.num_attention_heads,
        };
        for b in &self.blocks {
            let q = self.adapted(&x, b.query, b.query_adapter)?;
            let k = self.linear(&x, b.key)?;
            let v = self.adapted(&x, b.value, b.value_adapter)?;
            let attended = q.apply_op3(&k, &v, attention.clone())?;
            let attended = drop(self.linear(&attended, b.attended)?)?;
            x = self.normed(&(attended + &x)?, b.attended_norm)?;
            let inner = self.linear(&x, b.widened)?.apply_op1(Gelu)?;
            let inner = drop(self.linear(&inner, b.narrowed)?)?;
            x = self.normed(&(inner + &x)?, b.norm)?;
        }
        Ok(x)
    }

    fn adapted(
        &self,
        x: &Tensor,
        at: Affine,
        adapter: Option<Adapter>,
    ) -> Result<Tensor, ModelError> {
        let y = self.linear(x, at)?;
        match adapter {
            None => Ok(y),
            Some(adapter) => Ok((y + adapter.of(x, &self.params)?)?),
        }
    }

    /// Freezes all parameters declared so far and puts adapters beside queries and values.
    ///
    /// # Errors
    /// [`ModelError::Value`] if there are adapters already.
    pub fn adapt(&mut self, lora: &LoraConfig) -> Result<(), ModelError> {
        for position in 0..self.params.len() {
            self.params.freeze(position);
        }
        for (at, block) in self.blocks.iter_mut().enumerate() {
            let of = |name: &str| format!("encoder.layer.{at}.attention.self.{name}");
            let width = self.config.hidden_size;
            let query = Adapter::declare(&mut self.params, &of("query"), width, lora)?;
            let value = Adapter::declare(&mut self.params, &of("value"), width, lora)?;
            (block.query_adapter, block.value_adapter) = (Some(query), Some(value));
        }
        Ok(())
    }

    /// Adds the adapters to the weights they stand beside; from now on they are not looked at any more.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to change a variable.
    pub fn merge(&mut self) -> Result<(), ModelError> {
        for block in &mut self.blocks {
            for (layer, adapter) in [
                (block.query, block.query_adapter.take()),
                (block.value, block.value_adapter.take()),
            ] {
                if let Some(adapter) = adapter {
                    let change = adapter.change(&self.params);
                    self.params.update(layer.weight, |w| {
                        w.iter_mut().zip(&change).for_each(|(w, c)| *w += c);
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Returns the weights of the encoder alone, without adapters and what was put on top.
    #[must_use]
    pub fn tensors(&self) -> Tensors {
        let mut all = self.params.tensors();
        all.retain(|name, _| {
            let is_own = name.starts_with("embeddings.") || name.starts_with("encoder.");
            is_own && !name.contains("lora_")
        });
        all
    }
}
