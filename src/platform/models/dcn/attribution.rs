//! How much every input adds to a logit: integrated gradients, in closed form.
//!
//! Along the straight line from inputs of 0 (the mean person and item) to those of a pair, every input earns its share of
//! the change, x_j ∫₀¹ ∂f/∂x_j (t x) dt, and the shares add up to f(x) − f(0). No step size is chosen: along that line
//! the cross layers are a polynomial, which Gauss's nodes integrate exactly, and the perceptron is linear between the
//! points at which one of its values turns positive, which are computed.
//!
//! # Source
//! Sundararajan, Taly and Yan (2017), Axiomatic Attribution for Deep Networks; it is the value of Aumann and Shapley (1974).

use super::weights::{Affine, Weights};

/// Gauss's nodes and weights on 0 to 1: exact up to degree 5, more than the four cross layers at most need.
const NODES: [(f64, f64); 3] = [
    (0.112_701_665_379_258_3, 5.0 / 18.0),
    (0.5, 8.0 / 18.0),
    (0.887_298_334_620_741_7, 5.0 / 18.0),
];

/// What every input adds, and what is there without any.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// The logit of inputs of 0.
    pub base: f64,
    /// One share an input.
    pub shares: Vec<f64>,
}

impl Weights {
    /// Splits the logit of a row of inputs.
    ///
    /// # Panics
    /// If there are not as many inputs as the network has.
    #[must_use]
    pub fn attribute(&self, x0: &[f32]) -> Attribution {
        let d = self.inputs();
        assert_eq!(x0.len(), d, "a value an input");
        let x: Vec<f64> = x0.iter().map(|x| f64::from(*x)).collect();
        let out: Vec<f64> = self.out.w.iter().map(|w| f64::from(*w)).collect();
        let (for_cross, for_deep) = out.split_at(d);
        let mut gradient = self.deep_gradient(&x, for_deep);
        for (t, weight) in NODES {
            let at: Vec<f64> = x.iter().map(|x| t * x).collect();
            for (g, own) in gradient.iter_mut().zip(self.cross_gradient(&at, for_cross)) {
                *g += weight * own;
            }
        }
        // At 0 every cross layer returns 0; the perceptron returns what its biases make.
        let biases =
            |a: &Affine| -> Vec<f64> { a.b.iter().map(|b| f64::from(*b).max(0.0)).collect() };
        let a = affine(&self.deep[1], &biases(&self.deep[0]));
        let deep: f64 = a.iter().zip(for_deep).map(|(a, w)| a.max(0.0) * w).sum();
        Attribution {
            base: f64::from(self.out.b[0]) + deep,
            shares: gradient.iter().zip(&x).map(|(g, x)| g * x).collect(),
        }
    }

    /// ∂(out · x_L)/∂x0 at `z`.
    fn cross_gradient(&self, z: &[f64], out: &[f64]) -> Vec<f64> {
        let d = z.len();
        let mut x = z.to_vec();
        let mut layers = Vec::with_capacity(self.cross.len());
        for layer in &self.cross {
            let h = affine(layer, &x);
            for ((x, h), z) in x.iter_mut().zip(&h).zip(z) {
                *x += z * h;
            }
            layers.push(h);
        }
        let mut g = out.to_vec();
        let mut total = vec![0.0; d];
        for (layer, h) in self.cross.iter().zip(&layers).rev() {
            let inner: Vec<f64> = g.iter().zip(z).map(|(g, z)| g * z).collect();
            for ((t, g), h) in total.iter_mut().zip(&g).zip(h) {
                *t += g * h;
            }
            for (g, back) in g.iter_mut().zip(backward(layer, &inner)) {
                *g += back;
            }
        }
        for (t, g) in total.iter_mut().zip(&g) {
            *t += g;
        }
        total
    }

    /// ∫₀¹ ∂(out · a₂)/∂x0 (t x) dt.
    fn deep_gradient(&self, x: &[f64], out: &[f64]) -> Vec<f64> {
        let [one, two] = &self.deep;
        let bias: Vec<f64> = one.b.iter().map(|b| f64::from(*b)).collect();
        let ends = affine(one, x);
        let slope: Vec<f64> = ends.iter().zip(&bias).map(|(e, b)| e - b).collect();
        let mut inner = vec![0.0; bias.len()];
        for pair in turns(0.0, 1.0, &bias, &slope).windows(2) {
            let middle = 0.5 * (pair[0] + pair[1]);
            let on: Vec<bool> = bias
                .iter()
                .zip(&slope)
                .map(|(b, s)| b + middle * s > 0.0)
                .collect();
            let masked = |v: &[f64]| -> Vec<f64> {
                let all = v.iter().zip(&on);
                all.map(|(v, on)| if *on { *v } else { 0.0 }).collect()
            };
            let begin = affine(two, &masked(&bias));
            let rise: Vec<f64> = affine(two, &masked(&slope))
                .iter()
                .zip(&two.b)
                .map(|(r, b)| r - f64::from(*b))
                .collect();
            for part in turns(pair[0], pair[1], &begin, &rise).windows(2) {
                let middle = 0.5 * (part[0] + part[1]);
                let outer: Vec<f64> = begin
                    .iter()
                    .zip(&rise)
                    .zip(out)
                    .map(|((b, r), o)| if b + middle * r > 0.0 { *o } else { 0.0 })
                    .collect();
                let length = part[1] - part[0];
                for (sum, g) in inner.iter_mut().zip(masked(&backward(two, &outer))) {
                    *sum += length * g;
                }
            }
        }
        backward(one, &inner)
    }
}

/// Lists where lines begin + t · slope cross 0 within a stretch, between its ends, in order.
fn turns(from: f64, to: f64, begin: &[f64], slope: &[f64]) -> Vec<f64> {
    let crossings = begin.iter().zip(slope).map(|(b, s)| -b / s);
    let mut all: Vec<f64> = crossings.filter(|t| *t > from && *t < to).collect();
    all.push(from);
    all.push(to);
    all.sort_by(f64::total_cmp);
    all
}

/// x W + b.
fn affine(layer: &Affine, x: &[f64]) -> Vec<f64> {
    let mut y: Vec<f64> = layer.b.iter().map(|b| f64::from(*b)).collect();
    for (x, row) in x.iter().zip(layer.w.chunks_exact(y.len())) {
        for (y, w) in y.iter_mut().zip(row) {
            *y += x * f64::from(*w);
        }
    }
    y
}

/// W g.
fn backward(layer: &Affine, g: &[f64]) -> Vec<f64> {
    let rows = layer.w.chunks_exact(g.len());
    rows.map(|row| row.iter().zip(g).map(|(w, g)| f64::from(*w) * g).sum())
        .collect()
}
