//! The network in plain Rust, one row at a time.

use crate::platform::models::layers::products::product_here;
use crate::sim::math;

use super::network::{LayerAt, Network};

/// Weights `[inputs, outputs]` row-major, and a bias an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// The weights.
    pub w: Vec<f32>,
    /// The biases.
    pub b: Vec<f32>,
}

/// All weights of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Columns of a row.
    pub width: usize,
    /// Length of an embedding.
    pub id_dimensions: usize,
    /// Embeddings, users before items.
    pub ids: Vec<f32>,
    /// Users.
    pub n_users: usize,
    /// Cross layers.
    pub cross: Vec<Affine>,
    /// Layers of the perceptron.
    pub deep: [Affine; 2],
    /// From both to the logit.
    pub out: Affine,
}

impl Weights {
    /// Copies the weights of a network.
    #[must_use]
    pub fn of(network: &Network, width: usize, n_users: usize) -> Self {
        let p = &network.params;
        let affine = |at: LayerAt| Affine {
            w: p.values(at.w).to_vec(),
            b: p.values(at.b).to_vec(),
        };
        Self {
            width,
            id_dimensions: network.id_dimensions,
            ids: network.ids.map_or(Vec::new(), |at| p.values(at).to_vec()),
            n_users,
            cross: network.cross.iter().map(|at| affine(*at)).collect(),
            deep: network.deep.map(affine),
            out: affine(network.out),
        }
    }

    /// Returns the number of inputs: columns and both embeddings.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.width + 2 * self.id_dimensions
    }

    /// Returns the width of the perceptron.
    #[must_use]
    pub const fn hidden(&self) -> usize {
        self.deep[0].b.len()
    }

    /// Returns the embedding of a user; nothing for a newcomer.
    #[must_use]
    pub fn user(&self, user: Option<u32>) -> Option<&[f32]> {
        let k = self.id_dimensions;
        user.map(|u| &self.ids[u as usize * k..][..k])
    }

    /// Returns the embedding of an item.
    #[must_use]
    pub fn item(&self, item: u32) -> &[f32] {
        let k = self.id_dimensions;
        &self.ids[(self.n_users + item as usize) * k..][..k]
    }

    /// Writes the inputs of a row: its columns and both embeddings.
    ///
    /// # Panics
    /// If `out` has not [`inputs`](Self::inputs) places.
    pub fn write_inputs(&self, columns: &[f32], user: Option<u32>, item: u32, out: &mut [f32]) {
        let (own, ids) = out.split_at_mut(self.width);
        own.copy_from_slice(columns);
        let (for_user, for_item) = ids.split_at_mut(self.id_dimensions);
        match self.user(user) {
            Some(row) => for_user.copy_from_slice(row),
            None => for_user.fill(0.0),
        }
        for_item.copy_from_slice(self.item(item));
    }

    /// Returns the logits of rows of inputs, `[n, inputs]`.
    #[must_use]
    pub fn logits(&self, x0: &[f32]) -> Vec<f32> {
        let (d, h) = (self.inputs(), self.hidden());
        let mut x = x0.to_vec();
        for layer in &self.cross {
            let crossed = product_here(&x, &layer.w, d, Some(&layer.b));
            for ((x, c), x0) in x.iter_mut().zip(crossed).zip(x0) {
                *x += x0 * c;
            }
        }
        let a = relu(product_here(x0, &self.deep[0].w, d, Some(&self.deep[0].b)));
        let a = relu(product_here(&a, &self.deep[1].w, h, Some(&self.deep[1].b)));
        let (for_cross, for_deep) = self.out.w.split_at(d);
        let rows = x.chunks_exact(d).zip(a.chunks_exact(h));
        rows.map(|(x, a)| self.out.b[0] + math::dot(x, for_cross) + math::dot(a, for_deep))
            .collect()
    }
}

pub(super) fn relu(mut values: Vec<f32>) -> Vec<f32> {
    for v in &mut values {
        *v = v.max(0.0);
    }
    values
}
