//! Linear base learners on a few dense columns: ridge regression and logistic regression.
//!
//! | data | shape | meaning |
//! | --- | --- | --- |
//! | [`Rows`] | `(n_rows, n_columns)` | what was observed before anything was given |
//! | outcome | `(n_rows)` | a number, or 0 and 1 for the logistic link |
//!
//! Columns are brought to mean 0 and deviation 1 before they are penalised, so that units do not matter; the bias is
//! not penalised. A column that does not vary gets no weight. Sums run row by row: the same bits on any machine.
//!
//! # Source
//! Hoerl and Kennard (1970); le Cessie and van Houwelingen (1992).

use serde::{Deserialize, Serialize};

use super::error::IncentiveError;
use crate::platform::models::positive_definite;
use crate::sim::math;
use crate::sim::state_hash::{RowHash, StateHasher};

/// Newton steps at most; convergence takes fewer than ten.
const STEPS: u32 = 50;
/// Mean gradient at which a weight counts as optimal.
const FLAT: f64 = 1e-10;
/// Halvings of a Newton step at most.
const HALVINGS: u32 = 40;

/// Dense rows, given row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    n_columns: usize,
    values: Vec<f64>,
}

impl Rows {
    /// Makes rows of `n_columns` values each.
    ///
    /// # Errors
    /// [`IncentiveError`] if there are no columns, the last row is cut off, or a value is not finite.
    pub fn new(n_columns: usize, values: Vec<f64>) -> Result<Self, IncentiveError> {
        if n_columns == 0 {
            return Err(IncentiveError::OutOfRange {
                what: "number of columns",
                found: 0.0,
                allowed: "1 or more",
            });
        }
        let whole = values.len() / n_columns * n_columns;
        if whole != values.len() {
            return Err(IncentiveError::Length {
                what: "values of whole rows",
                found: values.len(),
                expected: whole + n_columns,
            });
        }
        match values.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(IncentiveError::NotFinite {
                what: "a column",
                row: at / n_columns,
                value: values[at],
            }),
            None => Ok(Self { n_columns, values }),
        }
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.n_columns
    }

    /// Says whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Lists the rows.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.n_columns)
    }

    /// Returns the rows at the given places, in their order.
    ///
    /// # Panics
    /// If a place is not below [`Rows::len`].
    pub fn take(&self, places: &[usize]) -> Self {
        let n = self.n_columns;
        let rows = places.iter().map(|i| &self.values[i * n..(i + 1) * n]);
        Self {
            n_columns: n,
            values: rows.flatten().copied().collect(),
        }
    }
}

/// How the weighted sum of the columns becomes a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// It is the prediction.
    Identity,
    /// Its logistic function is: a probability.
    Logistic,
}

/// A fitted linear model, in the units of the columns it was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// From sum to prediction.
    pub link: Link,
    /// Sum where all columns are 0.
    pub bias: f64,
    /// Weight of each column.
    pub weights: Vec<f64>,
}

impl Linear {
    /// Predicts the outcome of a row; columns beyond those it was fitted on are ignored.
    pub fn predict(&self, row: &[f64]) -> f64 {
        let products = self.weights.iter().zip(row).map(|(w, x)| w * x);
        let sum = self.bias + products.sum::<f64>();
        match self.link {
            Link::Identity => sum,
            Link::Logistic => math::sigmoid(sum),
        }
    }

    /// Fits a model: least squares or the likelihood, plus ½ · `l2` · Σ w² over standardised columns.
    ///
    /// `l2` counts in rows: a penalty of 10 pulls as hard as ten rows.
    ///
    /// # Errors
    /// [`IncentiveError`] if there are no rows, lengths differ, `l2` is not above 0, or an outcome is not finite or, for
    /// [`Link::Logistic`], outside [0, 1].
    pub fn fit(link: Link, rows: &Rows, outcome: &[f64], l2: f64) -> Result<Self, IncentiveError> {
        check(link, rows, outcome, l2)?;
        let scale = Scale::of(rows);
        let z: Vec<f64> = rows.iter().flat_map(|row| scale.apply(row)).collect();
        let (bias, weights) = match link {
            Link::Identity => ridge(&z, rows.n_columns, outcome, l2),
            Link::Logistic => newton(&z, rows.n_columns, outcome, l2),
        };
        Ok(scale.undo(link, bias, &weights))
    }
}

impl RowHash for Linear {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(self.link as u64);
        h.f64(self.bias);
        for w in &self.weights {
            h.f64(*w);
        }
    }
}

fn check(link: Link, rows: &Rows, outcome: &[f64], l2: f64) -> Result<(), IncentiveError> {
    if rows.is_empty() || rows.len() != outcome.len() {
        return Err(IncentiveError::Length {
            what: "the outcome",
            found: outcome.len(),
            expected: rows.len().max(1),
        });
    }
    if !(l2.is_finite() && l2 > 0.0) {
        return Err(IncentiveError::OutOfRange {
            what: "the penalty",
            found: l2,
            allowed: "a finite number above 0",
        });
    }
    for (row, y) in outcome.iter().enumerate() {
        if !y.is_finite() {
            return Err(IncentiveError::NotFinite {
                what: "the outcome",
                row,
                value: *y,
            });
        }
        if link == Link::Logistic && !(0.0..=1.0).contains(y) {
            return Err(IncentiveError::OutOfRange {
                what: "an outcome of the logistic link",
                found: *y,
                allowed: "0 to 1",
            });
        }
    }
    Ok(())
}

/// Mean of each column, and one over its deviation (0 if it does not vary).
struct Scale {
    means: Vec<f64>,
    factors: Vec<f64>,
}

impl Scale {
    fn of(rows: &Rows) -> Self {
        let (n, d) = (rows.len() as f64, rows.n_columns);
        let mut means = vec![0.0; d];
        for row in rows.iter() {
            for (m, x) in means.iter_mut().zip(row) {
                *m += x / n;
            }
        }
        let mut squares = vec![0.0; d];
        for row in rows.iter() {
            for ((s, x), m) in squares.iter_mut().zip(row).zip(&means) {
                *s += (x - m) * (x - m) / n;
            }
        }
        // What rounding leaves of a constant column is no variation.
        let factor = |(s, m): (&f64, &f64)| {
            if *s > 1e-20 * (1.0 + m * m) {
                1.0 / s.sqrt()
            } else {
                0.0
            }
        };
        let factors = squares.iter().zip(&means).map(factor).collect();
        Self { means, factors }
    }

    fn apply<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let scale = self.means.iter().zip(&self.factors);
        row.iter().zip(scale).map(|(x, (m, f))| (x - m) * f)
    }

    fn undo(&self, link: Link, bias: f64, weights: &[f64]) -> Linear {
        let weights: Vec<f64> = weights
            .iter()
            .zip(&self.factors)
            .map(|(w, f)| w * f)
            .collect();
        let shift: f64 = weights.iter().zip(&self.means).map(|(w, m)| w * m).sum();
        Linear {
            link,
            bias: bias - shift,
            weights,
        }
    }
}

/// Solves A w = b for a positive definite A given by its lower triangle.
fn solve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let n = b.len();
    let inverse = positive_definite::invert(a, n)
        .expect("a Gram matrix plus a penalty above 0 is positive definite");
    let rows = inverse.chunks_exact(n);
    rows.map(|row| row.iter().zip(b).map(|(a, b)| a * b).sum())
        .collect()
}

/// Columns have mean 0, so the bias is the mean outcome and the weights solve their own equations.
fn ridge(z: &[f64], d: usize, y: &[f64], l2: f64) -> (f64, Vec<f64>) {
    let mean = y.iter().sum::<f64>() / y.len() as f64;
    let (mut a, mut b) = (vec![0.0; d * d], vec![0.0; d]);
    for (row, y) in z.chunks_exact(d).zip(y) {
        for i in 0..d {
            b[i] += row[i] * (y - mean);
            for j in 0..=i {
                a[i * d + j] += row[i] * row[j];
            }
        }
    }
    for i in 0..d {
        a[i * d + i] += l2;
    }
    (mean, solve(&a, &b))
}

/// Newton's method with halving; outcomes that are all alike leave the weights at 0.
fn newton(z: &[f64], d: usize, y: &[f64], l2: f64) -> (f64, Vec<f64>) {
    let n = y.len() as f64;
    let taken: f64 = y.iter().sum();
    // Half a row of each kind more, so that outcomes that are all alike do not send the bias to infinity.
    let start = math::ln((taken + 0.5) / (n - taken + 0.5));
    let mut weights = vec![0.0; d + 1];
    weights[0] = start;
    if taken <= 0.0 || taken >= n {
        return (start, weights.split_off(1));
    }
    let mut loss = penalised_loss(z, d, y, l2, &weights);
    for _ in 0..STEPS {
        let (gradient, curvature) = slopes(z, d, y, l2, &weights);
        let steepest = gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        if steepest / n < FLAT {
            break;
        }
        let direction = solve(&curvature, &gradient);
        let mut share = 1.0;
        let mut moved = false;
        for _ in 0..HALVINGS {
            let tried: Vec<f64> = weights
                .iter()
                .zip(&direction)
                .map(|(w, s)| w - share * s)
                .collect();
            let then = penalised_loss(z, d, y, l2, &tried);
            if then <= loss {
                (weights, loss, moved) = (tried, then, true);
                break;
            }
            share *= 0.5;
        }
        if !moved {
            break;
        }
    }
    let rest = weights.split_off(1);
    (weights[0], rest)
}

fn penalised_loss(z: &[f64], d: usize, y: &[f64], l2: f64, w: &[f64]) -> f64 {
    let penalty: f64 = w[1..].iter().map(|w| w * w).sum();
    let one = |(row, y): (&[f64], &f64)| {
        let f = w[0] + row.iter().zip(&w[1..]).map(|(x, w)| x * w).sum::<f64>();
        f.max(0.0) + libm::log1p(math::exp(-f.abs())) - y * f
    };
    z.chunks_exact(d).zip(y).map(one).sum::<f64>() + 0.5 * l2 * penalty
}

/// Gradient, and lower triangle of the second derivatives; the bias comes first.
fn slopes(z: &[f64], d: usize, y: &[f64], l2: f64, w: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = d + 1;
    let (mut g, mut h) = (vec![0.0; n], vec![0.0; n * n]);
    let mut with_bias = vec![1.0; n];
    for (row, y) in z.chunks_exact(d).zip(y) {
        with_bias[1..].copy_from_slice(row);
        let f: f64 = with_bias.iter().zip(w).map(|(x, w)| x * w).sum();
        let p = math::sigmoid(f);
        // A floor keeps the matrix positive definite where every probability is 0 or 1.
        let c = (p * (1.0 - p)).max(1e-12);
        for i in 0..n {
            g[i] += (p - y) * with_bias[i];
            for j in 0..=i {
                h[i * n + j] += c * with_bias[i] * with_bias[j];
            }
        }
    }
    for i in 1..n {
        g[i] += l2 * w[i];
        h[i * n + i] += l2;
    }
    (g, h)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn ridge_is_that_computed_by_hand() {
        // x = −1, 0, 1, variance 2/3; Σ z² = 3, Σ z (y − 2) = 5/sd; slope = 5 / (sd² (3 + l2)) = 7.5 / 5.
        let rows = Rows::new(2, vec![-1.0, 7.0, 0.0, 7.0, 1.0, 7.0]).unwrap();
        let fit = Linear::fit(Link::Identity, &rows, &[0.0, 1.0, 5.0], 2.0).unwrap();
        assert!((fit.weights[0] - 1.5).abs() < 1e-12 && (fit.bias - 2.0).abs() < 1e-12);
        assert_eq!(fit.weights[1], 0.0, "a column that does not vary");
    }

    #[test]
    fn logistic_regression_on_two_groups_finds_their_odds() {
        // One in four at x = 0, three in four at x = 1: bias −ln 3, weight 2 ln 3.
        let x = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        let y = [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0];
        let rows = Rows::new(1, x).unwrap();
        let fit = Linear::fit(Link::Logistic, &rows, &y, 1e-9).unwrap();
        assert!((fit.bias + math::ln(3.0)).abs() < 1e-7, "{fit:?}");
        assert!((fit.weights[0] - 2.0 * math::ln(3.0)).abs() < 1e-7);
        assert!((fit.predict(&[1.0]) - 0.75).abs() < 1e-7);
    }

    #[test]
    fn prop_no_step_from_the_optimum_lowers_the_loss() {
        for seed in 0..20 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let (n, d, l2) = (60, 3, 0.5 + rng.uniform());
            let z: Vec<f64> = (0..n * d).map(|_| rng.normal()).collect();
            let y: Vec<f64> = z
                .chunks_exact(d)
                .map(|r| f64::from(rng.chance(math::sigmoid(3.0 * r[0] - r[1]))))
                .collect();
            let (bias, rest) = newton(&z, d, &y, l2);
            let best = [vec![bias], rest].concat();
            for j in 0..=d {
                let at = |step: f64| {
                    let mut w = best.clone();
                    w[j] += step;
                    penalised_loss(&z, d, &y, l2, &w)
                };
                let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!(slope.abs() < 1e-6, "seed {seed}, weight {j}: {slope}");
            }
        }
    }

    #[test]
    fn units_of_a_column_do_not_change_predictions() {
        let mut rng = RngStream::new(4, Purpose::Test, 0, 0);
        let x: Vec<f64> = (0..80).map(|_| rng.normal()).collect();
        let y: Vec<f64> = x.chunks_exact(2).map(|r| r[0] - r[1]).collect();
        let fine: Vec<f64> = x.iter().map(|x| 1_000.0 * x + 5.0).collect();
        let a = Linear::fit(Link::Identity, &Rows::new(2, x).unwrap(), &y, 3.0).unwrap();
        let b = Linear::fit(Link::Identity, &Rows::new(2, fine).unwrap(), &y, 3.0).unwrap();
        let (p, q) = (a.predict(&[0.3, -1.0]), b.predict(&[305.0, -995.0]));
        assert!((p - q).abs() < 1e-9, "{p} {q}");
    }

    #[test]
    fn outcomes_that_are_all_alike_do_not_diverge() {
        let rows = Rows::new(1, vec![0.0, 1.0, 2.0]).unwrap();
        let fit = Linear::fit(Link::Logistic, &rows, &[1.0; 3], 1.0).unwrap();
        assert_eq!(fit.weights, [0.0]);
        assert!((fit.predict(&[9.0]) - 3.5 / 4.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let rows = Rows::new(1, vec![0.0, 1.0]).unwrap();
        let fit = |link, y: &[f64], l2| Linear::fit(link, &rows, y, l2).unwrap_err().to_string();
        let short = fit(Link::Identity, &[1.0], 1.0);
        assert_eq!(short, "the outcome has 1 entries, expected 2");
        assert!(fit(Link::Identity, &[1.0, f64::NAN], 1.0).contains("row 1 is NaN"));
        assert!(fit(Link::Logistic, &[1.0, 2.0], 1.0).contains("allowed is 0 to 1"));
        assert!(fit(Link::Identity, &[1.0, 2.0], 0.0).contains("above 0"));
        assert!(Rows::new(2, vec![1.0; 3]).is_err() && Rows::new(0, vec![]).is_err());
    }
}
