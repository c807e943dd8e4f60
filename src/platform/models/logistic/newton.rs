//! The weights of logistic regression at the optimum, by Newton's method with conjugate gradients.

use std::ops::ControlFlow;

use crate::platform::models::params::ModelError;
use crate::sim::math;

use super::rows::{Power, Rows};

/// Conjugate gradient steps a Newton step.
const INNER_STEPS: usize = 250;
/// Halvings of a step at most.
const HALVINGS: usize = 40;

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// Bias, columns, users, items.
    pub weights: Vec<f64>,
    /// Mean loss over the rows without the penalty, in nats.
    pub loss: f64,
    /// Largest gradient of a weight, divided by the number of rows.
    pub gradient: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Minimises Σ ln(1 + e^f) − y f + ½ l2 Σ_{j>0} w_j², which has one minimum; the bias is not penalised.
///
/// It ends when the largest gradient of a weight, divided by the number of rows, is below `flat`. `watch` hears of every step
/// with the mean loss.
///
/// # Errors
/// [`ModelError::NoPairs`] without rows; [`ModelError::Diverged`] if the loss is no finite number.
///
/// # Source
/// Nocedal and Wright (2006), algorithm 7.1, with the diagonal as preconditioner.
pub fn minimise(
    rows: &Rows<'_>,
    l2: f64,
    flat: f64,
    steps: u32,
    mut watch: impl FnMut(u32, f64) -> ControlFlow<()>,
) -> Result<Optimum, ModelError> {
    if rows.is_empty() {
        return Err(ModelError::NoPairs);
    }
    let n = rows.len() as f64;
    let y: Vec<f64> = rows.outcomes().collect();
    let mut weights = vec![0.0; rows.n_weights()];
    // Half a row of each kind more, so that outcomes that are all alike do not send the bias to infinity.
    let taken: f64 = y.iter().sum();
    weights[0] = math::ln((taken + 0.5) / (n - taken + 0.5));
    let has_both = taken > 0.0 && taken < n;
    let mut found = loss_of(rows, &y, &weights, l2);
    let mut gradient = f64::INFINITY;
    for step in 1..=steps {
        let p: Vec<f64> = found.f.iter().map(|f| math::sigmoid(*f)).collect();
        let errors: Vec<f64> = p.iter().zip(&y).map(|(p, y)| p - y).collect();
        let mut g = rows.transposed_times(&errors, Power::One);
        for (g, w) in g.iter_mut().zip(&weights).skip(1) {
            *g += l2 * w;
        }
        if !has_both {
            g[0] = 0.0;
        }
        gradient = g.iter().fold(0.0, |m: f64, g| m.max(g.abs())) / n;
        if gradient < flat {
            break;
        }
        let curvature: Vec<f64> = p.iter().map(|p| (p * (1.0 - p)).max(1e-12)).collect();
        let direction = solve(rows, &curvature, l2, &g, has_both);
        let slope = dot(&g, &direction);
        let mut share = 1.0;
        let mut moved = false;
        for _ in 0..HALVINGS {
            let tried: Vec<f64> = weights
                .iter()
                .zip(&direction)
                .map(|(w, d)| w + share * d)
                .collect();
            let then = loss_of(rows, &y, &tried, l2);
            // Close to the optimum, the difference of two losses is rounding.
            let rounding = 1e-13 * found.total.abs();
            if then.total <= found.total + 1e-4 * share * slope + rounding {
                (weights, found, moved) = (tried, then, true);
                break;
            }
            share *= 0.5;
        }
        if !found.total.is_finite() {
            let loss = found.total;
            return Err(ModelError::Diverged { step, loss });
        }
        if !moved || watch(step, found.mean).is_break() {
            break;
        }
    }
    Ok(Optimum {
        weights,
        loss: found.mean,
        gradient,
    })
}

struct Found {
    f: Vec<f64>,
    mean: f64,
    total: f64,
}

fn loss_of(rows: &Rows<'_>, y: &[f64], weights: &[f64], l2: f64) -> Found {
    let f = rows.times(weights);
    let one = |(f, y): (&f64, &f64)| f.max(0.0) + libm::log1p(math::exp(-f.abs())) - y * f;
    let sum: f64 = f.iter().zip(y).map(one).sum();
    let penalty = 0.5 * l2 * dot(&weights[1..], &weights[1..]);
    Found {
        mean: sum / y.len() as f64,
        total: sum + penalty,
        f,
    }
}

/// Solves (Xᵀ diag(c) X + l2) d = −g roughly: the closer to the optimum, the better.
fn solve(rows: &Rows<'_>, c: &[f64], l2: f64, g: &[f64], moves_bias: bool) -> Vec<f64> {
    let penalty = |j: usize| if j == 0 { 0.0 } else { l2 };
    let mut diagonal = rows.transposed_times(c, Power::Two);
    for (j, d) in diagonal.iter_mut().enumerate() {
        *d = (*d + penalty(j)).max(1e-12);
    }
    let times = |d: &[f64]| {
        let mut f = rows.times(d);
        for (f, c) in f.iter_mut().zip(c) {
            *f *= c;
        }
        let mut h = rows.transposed_times(&f, Power::One);
        for (j, (h, d)) in h.iter_mut().zip(d).enumerate() {
            *h += penalty(j) * d;
        }
        if !moves_bias {
            h[0] = 0.0;
        }
        h
    };
    let precondition =
        |r: &[f64]| -> Vec<f64> { r.iter().zip(&diagonal).map(|(r, d)| r / d).collect() };
    let mut d = vec![0.0; g.len()];
    let mut r: Vec<f64> = g.iter().map(|g| -g).collect();
    let mut z = precondition(&r);
    let mut p = z.clone();
    let mut rz = dot(&r, &z);
    let length = rz.sqrt();
    // Relative to the gradient itself, which makes convergence quadratic in the end.
    let enough = length * (0.1f64).min(length / (rows.len() as f64).sqrt());
    for _ in 0..INNER_STEPS {
        let h = times(&p);
        let curvature = dot(&p, &h);
        if curvature <= 0.0 {
            break;
        }
        let share = rz / curvature;
        for (((d, r), p), h) in d.iter_mut().zip(&mut r).zip(&p).zip(&h) {
            *d += share * p;
            *r -= share * h;
        }
        z = precondition(&r);
        let next = dot(&r, &z);
        if next.sqrt() <= enough {
            break;
        }
        for (p, z) in p.iter_mut().zip(&z) {
            *p = z + next / rz * *p;
        }
        rz = next;
    }
    d
}
