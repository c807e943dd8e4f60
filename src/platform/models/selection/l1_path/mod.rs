//! The L1 path: which columns enter a linear or logistic model as the penalty is lowered, by coordinate descent.

use crate::platform::models::params::ModelError;
use crate::sim::math;

use super::gram::Design;

/// What is minimised besides λ Σ |b_j|; the intercept is not penalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// (1 / 2n) Σ (y − b₀ − x·b)².
    Squared,
    /// (1 / n) Σ ln(1 + e^f) − y f with f = b₀ + x·b and y in {0, 1}.
    Logistic,
}

/// A model at one penalty.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The penalty.
    pub lambda: f64,
    /// The intercept.
    pub intercept: f64,
    /// A coefficient a column.
    pub coefficients: Vec<f64>,
}

/// Passes over the coordinates before a quadratic is given up.
const PASSES: usize = 100_000;

/// Quadratic approximations of the logistic loss at one penalty.
const APPROXIMATIONS: usize = 200;

/// Halvings of a step that would make things worse.
const HALVINGS: usize = 40;

/// Returns sgn(z) max(|z| − λ, 0).
#[must_use]
pub fn soft_threshold(z: f64, lambda: f64) -> f64 {
    if z > lambda {
        z - lambda
    } else if z < -lambda {
        z + lambda
    } else {
        0.0
    }
}

/// Minimises ½ b'Gb − c'b + λ Σ_{j>0} |b_j| from `b`; the first coordinate is the intercept.
///
/// # Source
/// Friedman, Hastie and Tibshirani (2010), Regularization Paths for Generalized Linear Models, section 2.2.
fn descend(gram: &[f64], c: &[f64], lambda: f64, tolerance: f64, b: &mut [f64]) {
    let d = b.len();
    let mut gradient: Vec<f64> = gram
        .chunks_exact(d)
        .zip(c)
        .map(|(row, c)| row.iter().zip(b.iter()).map(|(g, b)| g * b).sum::<f64>() - c)
        .collect();
    for _ in 0..PASSES {
        let mut moved = 0.0f64;
        for j in 0..d {
            let curvature = gram[j * d + j];
            if curvature <= 1e-14 {
                continue;
            }
            let z = curvature * b[j] - gradient[j];
            let penalty = if j == 0 { 0.0 } else { lambda };
            let fresh = soft_threshold(z, penalty) / curvature;
            let change = fresh - b[j];
            if change != 0.0 {
                b[j] = fresh;
                for (g, h) in gradient.iter_mut().zip(&gram[j * d..]) {
                    *g += h * change;
                }
                moved = moved.max(curvature.sqrt() * change.abs());
            }
        }
        if moved <= tolerance {
            return;
        }
    }
}

/// The problem with a column of ones in front.
struct Problem<'a> {
    x: Design<'a>,
    y: &'a [f64],
    loss: Loss,
}

impl Problem<'_> {
    fn value(&self, b: &[f64], lambda: f64) -> f64 {
        let f = self.x.times(b);
        let sum: f64 = match self.loss {
            Loss::Squared => f
                .iter()
                .zip(self.y)
                .map(|(f, y)| 0.5 * (y - f) * (y - f))
                .sum(),
            Loss::Logistic => f
                .iter()
                .zip(self.y)
                .map(|(f, y)| softplus(*f) - y * f)
                .sum(),
        };
        let size: f64 = b[1..].iter().map(|b| b.abs()).sum();
        sum / self.y.len() as f64 + lambda * size
    }

    fn solve(&self, lambda: f64, tolerance: f64, b: &mut Vec<f64>) {
        let n = self.y.len() as f64;
        if self.loss == Loss::Squared {
            let gram = self.x.gram(&vec![1.0 / n; self.y.len()]);
            let c = self.x.transposed_times(self.y);
            let c: Vec<f64> = c.iter().map(|c| c / n).collect();
            descend(&gram, &c, lambda, tolerance, b);
            return;
        }
        let mut value = self.value(b, lambda);
        for _ in 0..APPROXIMATIONS {
            let p: Vec<f64> = self.x.times(b).iter().map(|f| math::sigmoid(*f)).collect();
            let weights: Vec<f64> = p.iter().map(|p| (p * (1.0 - p)).max(1e-10) / n).collect();
            let errors: Vec<f64> = p.iter().zip(self.y).map(|(p, y)| (y - p) / n).collect();
            let gram = self.x.gram(&weights);
            let d = b.len();
            let c: Vec<f64> = gram
                .chunks_exact(d)
                .zip(self.x.transposed_times(&errors))
                .map(|(row, e)| row.iter().zip(b.iter()).map(|(g, b)| g * b).sum::<f64>() + e)
                .collect();
            let mut target = b.clone();
            descend(&gram, &c, lambda, tolerance * 0.1, &mut target);
            let mut share = 1.0;
            let mut taken = None;
            for _ in 0..HALVINGS {
                let tried: Vec<f64> = b
                    .iter()
                    .zip(&target)
                    .map(|(b, t)| {
                        if share == 1.0 {
                            *t
                        } else {
                            b + share * (t - b)
                        }
                    })
                    .collect();
                let then = self.value(&tried, lambda);
                if then <= value {
                    taken = Some((tried, then));
                    break;
                }
                share *= 0.5;
            }
            let Some((fresh, then)) = taken else {
                return;
            };
            let moved = b.iter().zip(&fresh).map(|(a, b)| (a - b).abs());
            let moved = moved.fold(0.0, f64::max);
            *b = fresh;
            value = then;
            if moved <= tolerance {
                return;
            }
        }
    }
}

/// Returns ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(math::exp(-x.abs()))
}

/// Fits one model a penalty, in the order given, each from the one before.
///
/// `tolerance` bounds how far a coefficient, in units of its column's deviation, may still be moved by a pass.
///
/// # Errors
/// [`ModelError::Length`] if rows and outcomes do not fit; [`ModelError::NoPairs`] without rows; [`ModelError::Value`] for
/// a penalty below 0, a value that is no number, or an outcome that the loss does not know.
pub fn l1_path(
    x: Design<'_>,
    y: &[f64],
    loss: Loss,
    lambdas: &[f64],
    tolerance: f64,
) -> Result<Vec<Point>, ModelError> {
    let with_ones = check(x, y, loss, lambdas)?;
    let problem = Problem {
        x: Design {
            values: &with_ones,
            width: x.width + 1,
        },
        y,
        loss,
    };
    let mut b = vec![0.0; x.width + 1];
    Ok(lambdas
        .iter()
        .map(|lambda| {
            problem.solve(*lambda, tolerance, &mut b);
            Point {
                lambda: *lambda,
                intercept: b[0],
                coefficients: b[1..].to_vec(),
            }
        })
        .collect())
}

fn check(x: Design<'_>, y: &[f64], loss: Loss, lambdas: &[f64]) -> Result<Vec<f64>, ModelError> {
    if y.is_empty() || x.width == 0 {
        return Err(ModelError::NoPairs);
    }
    if x.values.len() != y.len() * x.width {
        return Err(ModelError::Length {
            what: "values of the columns",
            found: x.values.len(),
            expected: y.len() * x.width,
        });
    }
    let refuse = |what: &str, found: f64, allowed: &str| {
        Err(ModelError::Value {
            what: what.to_owned(),
            found: found.to_string(),
            allowed: allowed.to_owned(),
        })
    };
    if let Some(l) = lambdas.iter().find(|l| !(**l >= 0.0 && l.is_finite())) {
        return refuse("penalty", *l, "0 or more");
    }
    if let Some(v) = x.values.iter().chain(y).find(|v| !v.is_finite()) {
        return refuse("value of a column or outcome", *v, "a finite number");
    }
    if let Some(v) = y.iter().find(|v| **v != 0.0 && **v != 1.0)
        && loss == Loss::Logistic
    {
        return refuse("outcome", *v, "0 or 1");
    }
    let mut with_ones = Vec::with_capacity(x.values.len() + y.len());
    for row in x.values.chunks_exact(x.width) {
        with_ones.push(1.0);
        with_ones.extend(row);
    }
    Ok(with_ones)
}

/// Returns the smallest penalty at which no column has entered.
///
/// For both losses it is max_j |Σ x_ij (y_i − ȳ)| / n.
#[must_use]
pub fn largest_penalty(x: Design<'_>, y: &[f64]) -> f64 {
    let n = y.len().max(1) as f64;
    let mean = y.iter().sum::<f64>() / n;
    let errors: Vec<f64> = y.iter().map(|y| (y - mean) / n).collect();
    let all = x.transposed_times(&errors);
    all.iter().fold(0.0, |m, g| m.max(g.abs()))
}

/// Returns `n` penalties from `largest` down to `share` of it, evenly on the logarithm.
#[must_use]
pub fn penalties(largest: f64, share: f64, n: usize) -> Vec<f64> {
    let last = n.saturating_sub(1).max(1) as f64;
    let one = |i: usize| largest * math::pow(share, i as f64 / last);
    (0..n).map(one).collect()
}

#[cfg(test)]
mod tests;
