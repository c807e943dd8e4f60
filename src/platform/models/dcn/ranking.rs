//! One person and all items at once: what the person adds to a layer is the same for all items, and the other way round.
//!
//! The first cross layer and the first layer of the perceptron are linear in the inputs, so that the sums over the person's
//! inputs, over the item's, and over those that they share are taken apart. The last cross layer is only asked for one number,
//!
//! out · x_L = out · x_{L−1} + (out ⊙ x0) · b_L + x_{L−1} · v,  v = W_L (out ⊙ x0),
//!
//! and v is linear in the inputs again. Of two cross layers, the default, none is left that costs d² a pair.

use std::ops::Range;

use crate::platform::models::features::schema::{Schema, Side};
use crate::platform::models::layers::products::product_here;
use crate::platform::models::two_tower::dense::transposed;
use crate::sim::math;

use super::weights::{Weights, relu};

/// Items that are scored together.
const BLOCK: usize = 64;

/// Weights cut into the rows of one part of the inputs.
#[derive(Debug, Clone)]
struct Cut {
    /// Which inputs, in stretches.
    spans: Vec<Range<usize>>,
    /// How many.
    places: usize,
    /// `[places, d]`: the first cross layer.
    first: Vec<f32>,
    /// `[places, d]`: v from the inputs.
    last: Vec<f32>,
    /// `[places, hidden]`: the perceptron.
    deep: Vec<f32>,
}

/// What a part of the inputs adds, a row each.
#[derive(Debug, Clone, Default)]
pub struct Added {
    inputs: Vec<f32>,
    first: Vec<f32>,
    last: Vec<f32>,
    deep: Vec<f32>,
}

/// A network, prepared for ranking.
#[derive(Debug, Clone)]
pub struct Ranking {
    weights: Weights,
    person: Cut,
    item: Cut,
    cross: Cut,
    /// (out ⊙ b_L), to be multiplied by x0.
    out_bias: Vec<f32>,
}

impl Cut {
    fn new(weights: &Weights, v: &[f32], spans: &[Range<usize>]) -> Self {
        let rows = |w: &[f32], m: usize| {
            let all = spans.iter().flat_map(|s| &w[s.start * m..s.end * m]);
            all.copied().collect()
        };
        let d = weights.inputs();
        Self {
            first: rows(&weights.cross[0].w, d),
            last: rows(v, d),
            deep: rows(&weights.deep[0].w, weights.hidden()),
            spans: spans.to_vec(),
            places: spans.iter().map(Range::len).sum(),
        }
    }

    /// What rows of inputs, `[n, places]`, add; with biases where they are to be counted.
    fn added(
        &self,
        inputs: Vec<f32>,
        first_bias: Option<&[f32]>,
        deep_bias: Option<&[f32]>,
    ) -> Added {
        let k = self.places;
        Added {
            first: product_here(&inputs, &self.first, k, first_bias),
            last: product_here(&inputs, &self.last, k, None),
            deep: product_here(&inputs, &self.deep, k, deep_bias),
            inputs,
        }
    }
}

impl Ranking {
    /// Prepares a network whose columns are those of a schema.
    #[must_use]
    pub fn new(weights: Weights, schema: &Schema) -> Self {
        let (d, k) = (weights.inputs(), weights.id_dimensions);
        let last = weights.cross.last().expect("there is a cross layer");
        let out = &weights.out.w[..d];
        // v[k] = Σ_j W[k, j] out[j] x0[j], as a matrix from j to k.
        let mut v = transposed(&last.w, d);
        for (row, out) in v.chunks_exact_mut(d).zip(out) {
            for x in row {
                *x *= out;
            }
        }
        let out_bias = last.b.iter().zip(out).map(|(b, o)| b * o).collect();
        let (user, context) = (schema.span(Side::User), schema.span(Side::Context));
        let ids = weights.width..weights.width + k;
        let item_ids = ids.end..ids.end + k;
        let cut = |spans: &[Range<usize>]| Cut::new(&weights, &v, spans);
        Self {
            person: cut(&[user.start..context.end, ids]),
            item: cut(&[schema.span(Side::Item), item_ids]),
            cross: cut(&[schema.span(Side::Cross)]),
            out_bias,
            weights,
        }
    }

    /// Returns the weights.
    #[must_use]
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Returns what all items add at a time; `rows` are their columns.
    #[must_use]
    pub fn items(&self, rows: &[f32], n_items: usize) -> Added {
        let all: Vec<u32> = (0..n_items as u32).collect();
        self.some_items(rows, &all)
    }

    /// Returns what some items add at a time; `rows` are their columns, in their order.
    #[must_use]
    pub fn some_items(&self, rows: &[f32], items: &[u32]) -> Added {
        let width = rows.len() / items.len().max(1);
        let mut inputs = Vec::with_capacity(items.len() * self.item.places);
        for (at, item) in items.iter().enumerate() {
            inputs.extend(&rows[at * width..][..width]);
            inputs.extend(self.weights.item(*item));
        }
        self.item.added(inputs, None, None)
    }

    /// Writes the logits of all items given for a person; `columns` are those of the person and the context.
    ///
    /// `write_cross` writes the columns that the person and the item at a position share.
    pub fn rank(
        &self,
        columns: &[f32],
        user: Option<u32>,
        items: &Added,
        write_cross: impl Fn(u32, &mut [f32]),
        scores: &mut [f32],
    ) {
        let w = &self.weights;
        let mut inputs = columns.to_vec();
        match w.user(user) {
            Some(row) => inputs.extend(row),
            None => inputs.resize(columns.len() + w.id_dimensions, 0.0),
        }
        let (cross_bias, deep_bias) = (&w.cross[0].b, &w.deep[0].b);
        let person = self.person.added(inputs, Some(cross_bias), Some(deep_bias));
        let k = self.cross.places;
        for (block, scores) in scores.chunks_mut(BLOCK).enumerate() {
            let first = block * BLOCK;
            let mut shared = vec![0.0; scores.len() * k];
            for (at, row) in shared.chunks_exact_mut(k.max(1)).enumerate() {
                write_cross((first + at) as u32, row);
            }
            let shared = self.cross.added(shared, None, None);
            self.block(&person, items, first, shared, scores);
        }
    }

    fn block(
        &self,
        person: &Added,
        items: &Added,
        first: usize,
        shared: Added,
        scores: &mut [f32],
    ) {
        let w = &self.weights;
        let (d, h, n) = (w.inputs(), w.hidden(), scores.len());
        // Added up in the same order for every pair: person, item, shared.
        let sum = |own: &[f32], items: &[f32], mut shared: Vec<f32>, m: usize| {
            shared.resize(n * m, 0.0);
            let theirs = items[first * m..].chunks_exact(m);
            for (row, theirs) in shared.chunks_exact_mut(m).zip(theirs) {
                for ((x, own), other) in row.iter_mut().zip(own).zip(theirs) {
                    *x += own + other;
                }
            }
            shared
        };
        let x0 = self.inputs(person, items, first, &shared.inputs, n);
        let v = sum(&person.last, &items.last, shared.last, d);
        let a = relu(sum(&person.deep, &items.deep, shared.deep, h));
        let a = relu(product_here(&a, &w.deep[1].w, h, Some(&w.deep[1].b)));
        let mut first_layer = Some(shared.first);
        let mut x = x0.clone();
        for layer in &w.cross[..w.cross.len() - 1] {
            let crossed = match first_layer.take() {
                Some(own) => sum(&person.first, &items.first, own, d),
                None => product_here(&x, &layer.w, d, Some(&layer.b)),
            };
            for ((x, c), x0) in x.iter_mut().zip(crossed).zip(&x0) {
                *x += x0 * c;
            }
        }
        let (for_cross, for_deep) = w.out.w.split_at(d);
        for (at, score) in scores.iter_mut().enumerate() {
            let row = at * d..(at + 1) * d;
            let (x, x0) = (&x[row.clone()], &x0[row.clone()]);
            *score = w.out.b[0]
                + math::dot(x, for_cross)
                + math::dot(x0, &self.out_bias)
                + math::dot(x, &v[row])
                + math::dot(&a[at * h..][..h], for_deep);
        }
    }

    /// The inputs of pairs in the order of the network.
    fn inputs(
        &self,
        person: &Added,
        items: &Added,
        first: usize,
        shared: &[f32],
        n: usize,
    ) -> Vec<f32> {
        let d = self.weights.inputs();
        let (k, m) = (self.cross.places, self.item.places);
        let mut x0 = vec![0.0; n * d];
        for (at, row) in x0.chunks_exact_mut(d).enumerate() {
            let parts = [
                (&self.person, &person.inputs[..]),
                (&self.item, &items.inputs[(first + at) * m..][..m]),
                (&self.cross, &shared[at * k..][..k]),
            ];
            for (cut, mut values) in parts {
                for span in &cut.spans {
                    let (own, rest) = values.split_at(span.len());
                    row[span.clone()].copy_from_slice(own);
                    values = rest;
                }
            }
        }
        x0
    }
}
