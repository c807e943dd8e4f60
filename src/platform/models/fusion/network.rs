//! Encoders, gate and user side, with their gradients, in plain Rust on the products of [`layers`](super::super::layers).
//!
//! | value | shape | meaning |
//! | --- | --- | --- |
//! | encoder of a modality | `(n, d)` | `h = ReLU(x · w1 + b1) · w2 + b2`; of `behaviour` a row of a table |
//! | fused | `(n, d)` | `Σ_m a_m h_m`, `a` the softmax of `h_m · g_m + c_m` over the modalities an item has, or equal |
//! | user | `(n, d)` | mean of the fused items of the past `· w`, plus the user's own row |
//! | score | | user · fused |

use super::config::{FusionConfig, Gate};
use super::modalities::Features;
use crate::platform::models::layers::dense::add_transposed_product;
use crate::platform::models::layers::products::product;
use crate::platform::models::params::{ModelError, ParamStore};
use crate::platform::models::two_tower::dense::transposed;
use crate::sim::math;

/// Deviation of vectors of items and users at the start.
const ID_DEVIATION: f64 = 0.1;
/// Deviation of the other weights of the gate at the start.
const GATE_DEVIATION: f64 = 0.01;

/// Where an encoder lies in the parameter store.
#[derive(Debug, Clone, Copy)]
struct Encoder {
    w1: usize,
    b1: usize,
    w2: usize,
    b2: usize,
    width: usize,
}

/// Where a modality lies in the parameter store.
#[derive(Debug, Clone, Copy)]
struct Modality {
    /// Nothing for the table of behaviour.
    encoder: Option<Encoder>,
    /// Weights of the gate, then its bias.
    gate: (usize, usize),
}

/// The parameters.
#[derive(Debug)]
pub struct Network {
    /// All values; none is a variable of candle's.
    pub params: ParamStore,
    /// Names of the modalities.
    pub names: Vec<String>,
    modalities: Vec<Modality>,
    /// Position of the table of behaviour.
    pub table: Option<usize>,
    query: usize,
    users: Option<usize>,
    gate: Gate,
    d: usize,
    hidden: usize,
}

/// Fused items with what led to them.
#[derive(Debug, Clone, Default)]
pub struct Fused {
    /// `(n, d)`
    pub items: Vec<f32>,
    /// By modality, `(n, d)`.
    pub encoded: Vec<Vec<f32>>,
    /// By modality, the hidden layer `(n, hidden)`; empty for behaviour.
    hidden: Vec<Vec<f32>>,
    /// Weights, `(n, modalities)`.
    pub weights: Vec<f32>,
}

/// What the network looks at: some items, in one order.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// By modality, `(n, width)` scaled; rows of the table for behaviour.
    pub values: Vec<Input>,
    /// `(n, modalities)`: whether an item has a modality.
    pub present: Vec<bool>,
}

/// Items in one modality.
#[derive(Debug, Clone)]
pub enum Input {
    /// Features, row by row.
    Features(Vec<f32>),
    /// Rows of the table.
    Rows(Vec<u32>),
}

impl Network {
    /// Declares the parameters: He's deviation before a ReLU, one over the root of the inputs elsewhere, the user's matrix
    /// the identity.
    ///
    /// # Errors
    /// [`ModelError::Value`] if two modalities have the same name.
    pub fn new(
        config: &FusionConfig,
        features: &[Features],
        behaviour: Option<usize>,
        n_users: usize,
        seed: u64,
    ) -> Result<Self, ModelError> {
        let mut p = ParamStore::new(seed);
        let (d, hidden) = (config.dimensions as usize, config.hidden as usize);
        let he = |inputs: usize| libm::sqrt(2.0 / inputs as f64);
        let mut modalities = Vec::new();
        let mut names = Vec::new();
        let gate = |p: &mut ParamStore, name: &str| -> Result<(usize, usize), ModelError> {
            let w = p.table(&format!("{name}.gate"), &[d], GATE_DEVIATION)?;
            Ok((w, p.table(&format!("{name}.gate_bias"), &[1], 0.0)?))
        };
        for f in features {
            let name = |what: &str| format!("{}.{what}", f.name);
            let encoder = Encoder {
                w1: p.table(&name("w1"), &[f.width, hidden], he(f.width))?,
                b1: p.table(&name("b1"), &[hidden], 0.0)?,
                w2: p.table(&name("w2"), &[hidden, d], ID_DEVIATION * he(hidden))?,
                b2: p.table(&name("b2"), &[d], 0.0)?,
                width: f.width,
            };
            let gate = gate(&mut p, &f.name)?;
            modalities.push(Modality {
                encoder: Some(encoder),
                gate,
            });
            names.push(f.name.clone());
        }
        let mut table = None;
        if let Some(n_items) = behaviour {
            let name = super::modalities::BEHAVIOUR;
            table = Some(p.table(&format!("{name}.items"), &[n_items, d], ID_DEVIATION)?);
            let gate = gate(&mut p, name)?;
            let encoder = None;
            modalities.push(Modality { encoder, gate });
            names.push(name.to_owned());
        }
        let query = p.table("query", &[d, d], 0.0)?;
        p.update(query, |w| {
            for i in 0..d {
                w[i * d + i] = 1.0;
            }
        })?;
        let users = if config.user_ids {
            Some(p.table("users", &[n_users, d], ID_DEVIATION)?)
        } else {
            None
        };
        Ok(Self {
            params: p,
            names,
            modalities,
            table,
            query,
            users,
            gate: config.gate,
            d,
            hidden,
        })
    }

    /// Counts the numbers that are learned.
    #[must_use]
    pub fn n_parameters(&self) -> u64 {
        let all = (0..self.params.len()).map(|p| self.params.values(p).len() as u64);
        all.sum()
    }

    fn affine(&self, x: &[f32], w: usize, b: usize, k: usize) -> Vec<f32> {
        let mut y = product(x, self.params.values(w), k, None);
        let bias = self.params.values(b);
        for row in y.chunks_exact_mut(bias.len()) {
            for (y, b) in row.iter_mut().zip(bias) {
                *y += b;
            }
        }
        y
    }

    /// Encodes and fuses items.
    #[must_use]
    pub fn fuse(&self, inputs: &Inputs) -> Fused {
        let (d, n_modalities) = (self.d, self.modalities.len());
        let n = inputs.present.len() / n_modalities.max(1);
        let mut fused = Fused {
            items: vec![0.0; n * d],
            weights: vec![0.0; n * n_modalities],
            ..Fused::default()
        };
        for (modality, input) in self.modalities.iter().zip(&inputs.values) {
            let (hidden, encoded) = match (modality.encoder, input) {
                (Some(e), Input::Features(x)) => {
                    let mut hidden = self.affine(x, e.w1, e.b1, e.width);
                    for h in &mut hidden {
                        *h = h.max(0.0);
                    }
                    let encoded = self.affine(&hidden, e.w2, e.b2, self.hidden);
                    (hidden, encoded)
                }
                (_, Input::Rows(rows)) => {
                    let table = self.table.map_or(&[][..], |t| self.params.values(t));
                    let of = |r: &u32| table[*r as usize * d..][..d].iter().copied();
                    (Vec::new(), rows.iter().flat_map(of).collect())
                }
                (None, Input::Features(_)) => (Vec::new(), vec![0.0; n * d]),
            };
            fused.hidden.push(hidden);
            fused.encoded.push(encoded);
        }
        let mut scores = vec![0.0f32; n_modalities];
        for (i, item) in fused.items.chunks_exact_mut(d).enumerate() {
            let present = &inputs.present[i * n_modalities..][..n_modalities];
            for (m, modality) in self.modalities.iter().enumerate() {
                scores[m] = match (present[m], self.gate) {
                    (false, _) => f32::NEG_INFINITY,
                    (true, Gate::Mean) => 0.0,
                    (true, Gate::Gated) => {
                        let (w, b) = modality.gate;
                        let h = &fused.encoded[m][i * d..][..d];
                        math::dot(h, self.params.values(w)) + self.params.values(b)[0]
                    }
                };
            }
            let weights = &mut fused.weights[i * n_modalities..][..n_modalities];
            softmax(&scores, weights);
            for (encoded, w) in fused.encoded.iter().zip(weights.iter()) {
                for (f, h) in item.iter_mut().zip(&encoded[i * d..][..d]) {
                    *f += w * h;
                }
            }
        }
        fused
    }

    /// Returns users, `(n, d)`, from the means of their fused items and their rows; nobody's row is `None`.
    #[must_use]
    pub fn users(&self, means: &[f32], rows: &[Option<u32>]) -> Vec<f32> {
        let d = self.d;
        let mut users = product(means, self.params.values(self.query), d, None);
        if let Some(table) = self.users {
            let table = self.params.values(table);
            for (user, row) in users.chunks_exact_mut(d).zip(rows) {
                let own = row.and_then(|r| table.get(r as usize * d..(r as usize + 1) * d));
                for (u, p) in user.iter_mut().zip(own.unwrap_or_default()) {
                    *u += p;
                }
            }
        }
        users
    }

    /// Adds the gradients of the user side; returns that of the means.
    #[must_use]
    pub fn users_back(
        &self,
        means: &[f32],
        rows: &[Option<u32>],
        of_users: &[f32],
        gradients: &mut [Vec<f32>],
    ) -> Vec<f32> {
        let d = self.d;
        add_transposed_product(means, of_users, d, d, &mut gradients[self.query]);
        if let Some(table) = self.users {
            let into = &mut gradients[table];
            for (row, g) in rows.iter().zip(of_users.chunks_exact(d)) {
                let own = row.and_then(|r| into.get_mut(r as usize * d..(r as usize + 1) * d));
                for (i, g) in own.into_iter().flatten().zip(g) {
                    *i += g;
                }
            }
        }
        product(
            of_users,
            &transposed(self.params.values(self.query), d),
            d,
            None,
        )
    }

    /// Adds the gradients of encoders and gate, given that of the fused items.
    pub fn fuse_back(
        &self,
        inputs: &Inputs,
        fused: &Fused,
        of_items: &[f32],
        gradients: &mut [Vec<f32>],
    ) {
        let (d, n_modalities) = (self.d, self.modalities.len());
        let n = of_items.len() / d;
        // Slope of the gate's scores: a_m (∂a_m − Σ a ∂a), with ∂a_m the product of an item's gradient and h_m.
        let mut slopes = vec![0.0f32; n * n_modalities];
        if self.gate == Gate::Gated {
            for (i, g) in of_items.chunks_exact(d).enumerate() {
                let slopes = &mut slopes[i * n_modalities..][..n_modalities];
                let weights = &fused.weights[i * n_modalities..][..n_modalities];
                let mut mean = 0.0;
                for ((s, encoded), w) in slopes.iter_mut().zip(&fused.encoded).zip(weights) {
                    *s = math::dot(g, &encoded[i * d..][..d]);
                    mean += w * *s;
                }
                for (s, w) in slopes.iter_mut().zip(weights) {
                    *s = w * (*s - mean);
                }
            }
        }
        for (m, (modality, input)) in self.modalities.iter().zip(&inputs.values).enumerate() {
            let (gate, bias) = modality.gate;
            let gate_weights = self.params.values(gate);
            let mut of_encoded = of_items.to_vec();
            for (i, g) in of_encoded.chunks_exact_mut(d).enumerate() {
                let (w, s) = (
                    fused.weights[i * n_modalities + m],
                    slopes[i * n_modalities + m],
                );
                let h = &fused.encoded[m][i * d..][..d];
                for (of_gate, h) in gradients[gate].iter_mut().zip(h) {
                    *of_gate += s * h;
                }
                gradients[bias][0] += s;
                for (g, v) in g.iter_mut().zip(gate_weights) {
                    *g = w * *g + s * v;
                }
            }
            match (modality.encoder, input) {
                (Some(e), Input::Features(x)) => {
                    let hidden = &fused.hidden[m];
                    add_transposed_product(
                        hidden,
                        &of_encoded,
                        self.hidden,
                        d,
                        &mut gradients[e.w2],
                    );
                    add_rows(&of_encoded, &mut gradients[e.b2]);
                    let w2 = transposed(self.params.values(e.w2), d);
                    let mut of_hidden = product(&of_encoded, &w2, d, None);
                    for (g, h) in of_hidden.iter_mut().zip(hidden) {
                        *g = if *h > 0.0 { *g } else { 0.0 };
                    }
                    add_transposed_product(
                        x,
                        &of_hidden,
                        e.width,
                        self.hidden,
                        &mut gradients[e.w1],
                    );
                    add_rows(&of_hidden, &mut gradients[e.b1]);
                }
                (_, Input::Rows(rows)) => {
                    let Some(table) = self.table else { continue };
                    for (row, g) in rows.iter().zip(of_encoded.chunks_exact(d)) {
                        let into = &mut gradients[table][*row as usize * d..][..d];
                        for (i, g) in into.iter_mut().zip(g) {
                            *i += g;
                        }
                    }
                }
                (None, Input::Features(_)) => {}
            }
        }
    }

    /// Returns gradients of 0, by position.
    #[must_use]
    pub fn no_gradients(&self) -> Vec<Vec<f32>> {
        let all = (0..self.params.len()).map(|p| vec![0.0; self.params.values(p).len()]);
        all.collect()
    }
}

fn add_rows(g: &[f32], into: &mut [f32]) {
    for row in g.chunks_exact(into.len()) {
        for (i, g) in into.iter_mut().zip(row) {
            *i += g;
        }
    }
}

/// Writes the softmax of scores; −∞ becomes 0, and so does everything if all are −∞.
fn softmax(scores: &[f32], weights: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if largest == f32::NEG_INFINITY {
        weights.fill(0.0);
        return;
    }
    let mut sum = 0.0;
    for (w, s) in weights.iter_mut().zip(scores) {
        *w = math::expf(s - largest);
        sum += *w;
    }
    for w in weights {
        *w /= sum;
    }
}
