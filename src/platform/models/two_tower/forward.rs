//! The towers in plain Rust, for serving.
//!
//! A tensor call costs a tenth of a millisecond before it computes anything, which is far more than a forward pass of a few
//! users. These loops have one fixed order of summation: the bits of a row depend on nothing but the row and the weights.

use rayon::prelude::*;

use super::config::TwoTowerConfig;
use super::data::{ITEM_FEATURES, ItemInputs, PROFILE_LENGTH, UserInputs, id_row, recent};
use super::mean_rows::add_scaled;
use super::network::{NORM_EPSILON, Network, TowerParams};

/// Rows that one task embeds; fewer rows than this stay on the calling thread.
const ROWS_PER_TASK: usize = 256;

/// Writes biases + x · weights; zeros of x, of which profiles and tags have many, cost nothing.
fn linear(x: &[f32], weights: &[f32], biases: &[f32], y: &mut [f32]) {
    y.copy_from_slice(biases);
    for (x, row) in x.iter().zip(weights.chunks_exact(biases.len())) {
        if *x != 0.0 {
            add_scaled(y, *x, row);
        }
    }
}

/// Room for the values between input and output of a tower.
struct Scratch {
    input: Vec<f32>,
    hidden: Vec<f32>,
}

/// Both towers on plain slices.
#[derive(Debug, Clone, Copy)]
pub struct Forward<'a> {
    config: &'a TwoTowerConfig,
    network: &'a Network,
}

impl<'a> Forward<'a> {
    /// Looks at the weights of a network.
    #[must_use]
    pub const fn new(config: &'a TwoTowerConfig, network: &'a Network) -> Self {
        Self { config, network }
    }

    fn id_embedding(&self, id: u32) -> &'a [f32] {
        let d = self.config.id_dimensions as usize;
        let row = id_row(id, self.config.id_rows) as usize;
        &self.network.params.values(self.network.ids)[row * d..][..d]
    }

    fn tower(&self, at: TowerParams, scratch: &mut Scratch, output: &mut [f32]) {
        let p = &self.network.params;
        let Scratch { input, hidden } = scratch;
        linear(input, p.values(at.w1), p.values(at.b1), hidden);
        for h in hidden.iter_mut() {
            *h = h.max(0.0);
        }
        linear(hidden, p.values(at.w2), p.values(at.b2), output);
        let square: f32 = output.iter().map(|y| y * y).sum();
        let scale = 1.0 / (square + NORM_EPSILON).sqrt();
        for y in output {
            *y *= scale;
        }
    }

    /// Embeds one row after the other, many rows in tasks of a fixed size.
    fn rows(
        &self,
        n: usize,
        n_inputs: usize,
        embed: impl Fn(usize, &mut Scratch, &mut [f32]) + Sync,
    ) -> Vec<f32> {
        let d = self.config.dimensions as usize;
        let mut embeddings = vec![0.0; n * d];
        let task = |(at, part): (usize, &mut [f32])| {
            let mut scratch = Scratch {
                input: vec![0.0; n_inputs],
                hidden: vec![0.0; self.config.hidden as usize],
            };
            for (row, output) in part.chunks_exact_mut(d).enumerate() {
                embed(at * ROWS_PER_TASK + row, &mut scratch, output);
            }
        };
        if n <= ROWS_PER_TASK {
            task((0, embeddings.as_mut_slice()));
        } else {
            let parts = embeddings.par_chunks_mut(ROWS_PER_TASK * d);
            parts.enumerate().for_each(task);
        }
        embeddings
    }

    /// Embeds all users, row-major; the slices must have been validated.
    #[must_use]
    pub fn users(&self, inputs: &UserInputs<'_>) -> Vec<f32> {
        let most = self.config.history_length as usize;
        let n_inputs = PROFILE_LENGTH + self.config.id_dimensions as usize;
        self.rows(inputs.len(), n_inputs, |user, scratch, output| {
            let (profile, mean) = scratch.input.split_at_mut(PROFILE_LENGTH);
            profile.copy_from_slice(inputs.profile(user));
            mean.fill(0.0);
            let history = inputs.history(user);
            let weight = 1.0 / history.len().min(most).max(1) as f32;
            for id in recent(history, most, None) {
                add_scaled(mean, weight, self.id_embedding(id));
            }
            self.tower(self.network.user, scratch, output);
        })
    }

    /// Embeds all items, row-major; the slices must have been validated.
    #[must_use]
    pub fn items(&self, inputs: &ItemInputs<'_>) -> Vec<f32> {
        let n_inputs = ITEM_FEATURES + self.config.id_dimensions as usize;
        self.rows(inputs.len(), n_inputs, |item, scratch, output| {
            let (features, id) = scratch.input.split_at_mut(ITEM_FEATURES);
            features.copy_from_slice(inputs.row(item));
            id.copy_from_slice(self.id_embedding(inputs.ids[item]));
            self.tower(self.network.item, scratch, output);
        })
    }
}
