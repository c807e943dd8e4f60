//! The blocks and their loss as candle tensors.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | rows | `(n, d)` | item embedding + place embedding, normalised; pieces one after the other |
//! | block | `(n, d)` | `h = LN(x + attention(x))`, then `LN(h + GELU(h · w1 + b1) · w2 + b2)` |
//! | score | `(n, n_items)` | last block's rows times the item embeddings, which are the same as those of the input |

use std::sync::Arc;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use rayon::prelude::*;

use super::attention::CausalAttention;
use super::config::SasRecConfig;
use super::windows::{Batch, Rows};
use crate::platform::models::layers::dense::{Affine, Bend};
use crate::platform::models::layers::dropout::Dropout;
use crate::platform::models::layers::gather::Gather;
use crate::platform::models::layers::norm::LayerNorm;
use crate::platform::models::layers::softmax::{CorrectedSoftmax, OfColumns, Table};
use crate::platform::models::params::{ModelError, ParamStore};
use crate::platform::models::samples::Columns;
use crate::platform::models::two_tower::dense::values;

/// ε is as in BERT.
const NORM: LayerNorm = LayerNorm { epsilon: 1e-12 };

/// Deviation of all weights at the start, as in BERT and RecBole.
const DEVIATION: f64 = 0.02;

/// Where a layer normalisation lies in the parameter store: gains, then biases.
#[derive(Debug, Clone, Copy)]
struct Norm(usize, usize);

/// Where a layer lies in the parameter store: weights, then biases.
#[derive(Debug, Clone, Copy)]
struct Dense(usize, usize);

/// Where a block lies in the parameter store.
#[derive(Debug, Clone, Copy)]
struct Block {
    qkv: Dense,
    out: Dense,
    attended: Norm,
    wide: Dense,
    narrow: Dense,
    fed: Norm,
}

/// The parameters of all blocks.
#[derive(Debug)]
pub struct Network {
    /// All values.
    pub params: ParamStore,
    /// Position of the item embeddings and, after them, that of the beginning, `(n_items + 1, d)`.
    pub items: usize,
    d: usize,
    places: usize,
    embedded: Norm,
    blocks: Vec<Block>,
    heads: usize,
    n_items: usize,
}

impl Network {
    /// Declares the parameters: weights normal with deviation 0.02, biases 0, gains 1.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to make the variables.
    pub fn new(config: &SasRecConfig, n_items: usize, seed: u64) -> Result<Self, ModelError> {
        let mut p = ParamStore::new(seed);
        let d = config.dimensions as usize;
        let inner = config.inner as usize;
        let items = p.table("items", &[n_items + 1, d], DEVIATION)?;
        let places = p.normal("places", &[config.max_length as usize, d], DEVIATION)?;
        let embedded = norm(&mut p, "embedded", d)?;
        let mut blocks = Vec::new();
        for b in 0..config.blocks {
            let name = |what: &str| format!("block{b}.{what}");
            blocks.push(Block {
                qkv: dense(&mut p, &name("qkv"), d, 3 * d)?,
                out: dense(&mut p, &name("out"), d, d)?,
                attended: norm(&mut p, &name("attended"), d)?,
                wide: dense(&mut p, &name("wide"), d, inner)?,
                narrow: dense(&mut p, &name("narrow"), inner, d)?,
                fed: norm(&mut p, &name("fed"), d)?,
            });
        }
        Ok(Self {
            params: p,
            items,
            d,
            places,
            embedded,
            blocks,
            heads: config.heads as usize,
            n_items,
        })
    }

    /// Returns the row that stands for the beginning of a history.
    #[must_use]
    pub const fn beginning(&self) -> u32 {
        self.n_items as u32
    }

    /// Counts the numbers that are learned.
    #[must_use]
    pub fn n_parameters(&self) -> u64 {
        let all = (0..self.params.len()).map(|p| self.params.values(p).len() as u64);
        all.sum()
    }

    fn affine(&self, at: Dense, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(Affine.of(x, self.params.var(at.0), self.params.var(at.1))?)
    }

    fn norm(&self, at: Norm, x: &Tensor) -> Result<Tensor, ModelError> {
        Ok(NORM.of(x, self.params.var(at.0), self.params.var(at.1))?)
    }

    /// Returns the embeddings of rows of the table of items.
    fn embeddings(&self, rows: &[u32]) -> Result<Vec<f32>, ModelError> {
        let table = self.params.values(self.items);
        let mut out = Vec::with_capacity(rows.len() * self.d);
        for row in rows {
            let (found, below) = (*row as usize, self.n_items + 1);
            if found >= below {
                let what = "item";
                return Err(ModelError::Index { what, found, below });
            }
            out.extend_from_slice(&table[found * self.d..][..self.d]);
        }
        Ok(out)
    }

    /// Returns what the last block makes of every row, `(n, d)` row by row.
    ///
    /// # Errors
    /// [`ModelError::Index`] if a row points outside the tables.
    pub fn hidden(&self, rows: &Rows) -> Result<Vec<f32>, ModelError> {
        let shape = (rows.seen.len(), self.d);
        let seen = Tensor::from_vec(self.embeddings(&rows.seen)?, shape, &Device::Cpu)?;
        Ok(values(&self.blocks(&seen, rows, Dropout::none(), 0)?)?)
    }

    /// Takes the embeddings of what is seen through all blocks; `part` keeps the masks of the parts of a batch apart.
    fn blocks(
        &self,
        seen: &Tensor,
        rows: &Rows,
        dropout: Dropout,
        part: u64,
    ) -> Result<Tensor, ModelError> {
        let site = |at: u64| part * SITES_PER_PART + at;
        let places = Gather(rows.places.clone()).of(self.params.var(self.places))?;
        let mut x = self.norm(self.embedded, &seen.add(&places)?)?;
        x = dropout.of(site(0), &x)?;
        for (at, block) in (1u64..).zip(&self.blocks) {
            let attention = CausalAttention {
                heads: self.heads,
                ends: rows.ends.clone(),
                dropout,
                site: site(4 * at),
            };
            let attended = attention.of(&self.affine(block.qkv, &x)?)?;
            let attended = dropout.of(site(4 * at + 1), &self.affine(block.out, &attended)?)?;
            let h = self.norm(block.attended, &x.add(&attended)?)?;
            let wide = Bend::Gelu.of(&self.affine(block.wide, &h)?)?;
            let fed = dropout.of(site(4 * at + 2), &self.affine(block.narrow, &wide)?)?;
            x = self.norm(block.fed, &h.add(&fed)?)?;
        }
        Ok(x)
    }

    /// Returns the loss of a batch in nats per row, with its gradients.
    ///
    /// The batch comes in parts, which threads share out; their gradients are added in the order of the parts. The table of
    /// items stays outside candle's graph, which would add up whole tables.
    ///
    /// # Errors
    /// [`ModelError`] if a row points outside the tables.
    pub fn loss(
        &self,
        parts: &[Batch],
        columns: &Columns,
        dropout: Dropout,
    ) -> Result<Loss, ModelError> {
        let n: usize = parts.iter().map(|b| b.sought.len()).sum();
        let table = Arc::new(Table::new(self.columns(columns)?, self.d));
        let all: Vec<Result<Part, ModelError>> = parts
            .par_iter()
            .enumerate()
            .map(|(at, batch)| {
                let share = batch.sought.len() as f64 / n.max(1) as f64;
                self.part(at as u64, batch, columns, &table, dropout, share)
            })
            .collect();
        let mut loss = Loss {
            value: 0.0,
            gradients: vec![Vec::new(); self.params.len()],
        };
        let mut items = vec![0.0; (self.n_items + 1) * self.d];
        for (part, batch) in all.into_iter().zip(parts) {
            let part = part?;
            loss.value += part.value;
            self.scatter(&part, batch, columns, &mut items)?;
            for (position, sum) in loss.gradients.iter_mut().enumerate() {
                let var = self.params.variable(position);
                let Some(gradient) = var.and_then(|v| part.gradients.get(v)) else {
                    continue;
                };
                let gradient = values(gradient)?;
                if sum.is_empty() {
                    *sum = gradient;
                } else {
                    for (s, g) in sum.iter_mut().zip(gradient) {
                        *s += g;
                    }
                }
            }
        }
        loss.gradients[self.items] = items;
        Ok(loss)
    }

    fn columns(&self, columns: &Columns) -> Result<Vec<f32>, ModelError> {
        match &columns.items {
            Some(items) => self.embeddings(items),
            None => Ok(self.params.values(self.items)[..self.n_items * self.d].to_vec()),
        }
    }

    fn part(
        &self,
        at: u64,
        batch: &Batch,
        columns: &Columns,
        table: &Arc<Table>,
        dropout: Dropout,
        share: f64,
    ) -> Result<Part, ModelError> {
        let seen = self.embeddings(&batch.rows.seen)?;
        let seen = Var::from_vec(seen, (batch.rows.seen.len(), self.d), &Device::Cpu)?;
        let own = batch.sought.iter().map(|i| columns.of(*i)).collect();
        let softmax = CorrectedSoftmax {
            scale: 1.0,
            own,
            correction: columns.log_inclusion.clone(),
        };
        let hidden = self.blocks(&seen, &batch.rows, dropout, at)?;
        let (loss, of_columns) = softmax.against(&hidden, Arc::clone(table))?;
        let loss = loss.affine(share, 0.0)?;
        Ok(Part {
            value: f64::from(loss.to_scalar::<f32>()?),
            gradients: loss.backward()?,
            seen,
            of_columns,
            share: share as f32,
        })
    }

    /// Adds the gradient of the table of items.
    fn scatter(
        &self,
        part: &Part,
        batch: &Batch,
        columns: &Columns,
        table: &mut [f32],
    ) -> Result<(), ModelError> {
        let mut add = |row: usize, scale: f32, g: &[f32]| {
            for (t, g) in table[row * self.d..][..self.d].iter_mut().zip(g) {
                *t += scale * g;
            }
        };
        if let Some(g) = part.gradients.get(&part.seen) {
            for (row, g) in batch.rows.seen.iter().zip(values(g)?.chunks_exact(self.d)) {
                add(*row as usize, 1.0, g);
            }
        }
        for (at, g) in part.of_columns.values().chunks_exact(self.d).enumerate() {
            let row = columns.items.as_ref().map_or(at, |c| c[at] as usize);
            add(row, part.share, g);
        }
        Ok(())
    }
}

/// Places of masks of a part of a batch.
const SITES_PER_PART: u64 = 128;

/// What came of a part of a batch.
struct Part {
    value: f64,
    gradients: GradStore,
    seen: Var,
    of_columns: OfColumns,
    share: f32,
}

/// A loss with its gradients.
pub struct Loss {
    /// In nats per row.
    pub value: f64,
    /// Of every parameter, by position.
    pub gradients: Vec<Vec<f32>>,
}

fn norm(p: &mut ParamStore, name: &str, d: usize) -> Result<Norm, ModelError> {
    let gain = p.constant(&format!("{name}.gain"), &[d], 1.0)?;
    Ok(Norm(gain, p.constant(&format!("{name}.shift"), &[d], 0.0)?))
}

fn dense(p: &mut ParamStore, name: &str, k: usize, m: usize) -> Result<Dense, ModelError> {
    let w = p.normal(&format!("{name}.w"), &[k, m], DEVIATION)?;
    Ok(Dense(w, p.constant(&format!("{name}.b"), &[m], 0.0)?))
}
