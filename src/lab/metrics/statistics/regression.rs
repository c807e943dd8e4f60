//! Ordinary least squares with an intercept and standard errors that allow unequal variances.

use serde::{Deserialize, Serialize};

/// Why no line was fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RegressionError {
    /// A column is longer or shorter than the outcome.
    #[error("column {column} has {rows} rows but the outcome has {expected}")]
    Length {
        /// Position of the column, from 0.
        column: usize,
        /// Its rows.
        rows: usize,
        /// Rows of the outcome.
        expected: usize,
    },
    /// There are no more rows than coefficients.
    #[error("{rows} rows are not enough for {coefficients} coefficients (at least one more row)")]
    TooFew {
        /// Rows given.
        rows: usize,
        /// Coefficients asked for, the intercept included.
        coefficients: usize,
    },
    /// A value is infinite or not a number.
    #[error("row {row} holds {value}, which is not finite")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A column does not vary, or follows from the columns before it.
    #[error("column {column} is a combination of the intercept and the columns before it")]
    Collinear {
        /// Position of the column, from 0.
        column: usize,
    },
}

/// A fitted linear model; index 0 of the lists is the intercept, index i + 1 is column i.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// Coefficients, in units of the outcome per unit of the column.
    pub coefficients: Vec<f64>,
    /// HC1 standard errors of the coefficients.
    pub standard_errors: Vec<f64>,
    /// Share of the outcome's variance explained; 0 if the outcome does not vary.
    pub r_squared: f64,
    /// The same, less what that many columns explain by luck.
    pub adjusted_r_squared: f64,
    /// Rows.
    pub n: usize,
}

impl Regression {
    /// Regresses `outcome` on an intercept and `columns`.
    ///
    /// # Source
    /// QR by Gram–Schmidt with a second pass (Giraud et al. 2005); HC1 is the sandwich of White (1980)
    /// times n / (n − k) (MacKinnon and White 1985).
    pub fn fit(columns: &[&[f64]], outcome: &[f64]) -> Result<Self, RegressionError> {
        let (n, k) = (outcome.len(), columns.len() + 1);
        check(columns, outcome)?;
        if n <= k {
            return Err(RegressionError::TooFew {
                rows: n,
                coefficients: k,
            });
        }
        // X = Q R: `q` by column, `r[j][i]` for i ≤ j.
        let mut q: Vec<Vec<f64>> = vec![vec![1.0 / libm::sqrt(n as f64); n]];
        let mut r: Vec<Vec<f64>> = vec![vec![libm::sqrt(n as f64)]];
        for (column, x) in columns.iter().enumerate() {
            let mut rest = x.to_vec();
            let mut along = vec![0.0; q.len()];
            for _ in 0..2 {
                for (direction, sum) in q.iter().zip(&mut along) {
                    let part = dot(direction, &rest);
                    *sum += part;
                    for (v, d) in rest.iter_mut().zip(direction) {
                        *v -= part * d;
                    }
                }
            }
            let length = libm::sqrt(dot(&rest, &rest));
            if length <= 1e-10 * libm::sqrt(dot(x, x)) {
                return Err(RegressionError::Collinear { column });
            }
            for v in &mut rest {
                *v /= length;
            }
            q.push(rest);
            along.push(length);
            r.push(along);
        }
        let target: Vec<f64> = q.iter().map(|direction| dot(direction, outcome)).collect();
        let coefficients = back_substitute(&r, target);
        let residuals: Vec<f64> = (0..n)
            .map(|row| {
                let slopes = columns.iter().zip(&coefficients[1..]);
                let fitted: f64 = slopes.map(|(x, b)| x[row] * b).sum();
                outcome[row] - coefficients[0] - fitted
            })
            .collect();
        let mean = outcome.iter().sum::<f64>() / n as f64;
        let total: f64 = outcome.iter().map(|y| (y - mean) * (y - mean)).sum();
        let left = dot(&residuals, &residuals);
        let r_squared = if total > 0.0 { 1.0 - left / total } else { 0.0 };
        let (rows, freedom) = (n as f64, (n - k) as f64);
        Ok(Self {
            standard_errors: hc1(&q, &r, &residuals),
            coefficients,
            r_squared,
            adjusted_r_squared: 1.0 - (1.0 - r_squared) * (rows - 1.0) / freedom,
            n,
        })
    }

    /// Returns the outcome the model expects for one value per column.
    #[must_use]
    pub fn predict(&self, row: &[f64]) -> f64 {
        self.coefficients[0] + dot(&self.coefficients[1..], row)
    }
}

/// Returns the square roots of the diagonal of R⁻¹ Qᵀ diag(e²) Q R⁻ᵀ · n / (n − k).
fn hc1(q: &[Vec<f64>], r: &[Vec<f64>], residuals: &[f64]) -> Vec<f64> {
    let (n, k) = (residuals.len(), q.len());
    // Rows of the influence matrix: how much of each row's residual reaches each coefficient.
    let mut sums = vec![0.0; k];
    for (row, e) in residuals.iter().enumerate() {
        let influence = back_substitute(r, q.iter().map(|direction| direction[row]).collect());
        for (sum, part) in sums.iter_mut().zip(influence) {
            *sum += part * part * e * e;
        }
    }
    let correction = n as f64 / (n - k) as f64;
    sums.iter().map(|s| libm::sqrt(s * correction)).collect()
}

/// Solves R x = y for upper triangular R, stored by column.
fn back_substitute(r: &[Vec<f64>], mut y: Vec<f64>) -> Vec<f64> {
    for j in (0..r.len()).rev() {
        y[j] /= r[j][j];
        let x = y[j];
        for (above, entry) in y[..j].iter_mut().zip(&r[j]) {
            *above -= entry * x;
        }
    }
    y
}

/// Says what is wrong with the data, if anything is.
fn check(columns: &[&[f64]], outcome: &[f64]) -> Result<(), RegressionError> {
    for (column, x) in columns.iter().enumerate() {
        if x.len() != outcome.len() {
            return Err(RegressionError::Length {
                column,
                rows: x.len(),
                expected: outcome.len(),
            });
        }
    }
    for values in columns.iter().copied().chain([outcome]) {
        if let Some(row) = values.iter().position(|v| !v.is_finite()) {
            let value = values[row];
            return Err(RegressionError::NotFinite { row, value });
        }
    }
    Ok(())
}

/// Returns the dot product of equally long slices.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-11, "{a} is not {b}");
    }

    #[test]
    fn two_columns_match_statsmodels() {
        // sm.OLS(y, sm.add_constant(column_stack([x1, x2]))).fit(cov_type="HC1")
        let x1 = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let x2 = [2.0, 1.0, 4.0, 3.0, 7.0, 5.0, 8.0, 6.0];
        let y = [3.1, 3.9, 8.2, 8.8, 13.9, 12.1, 17.5, 16.0];
        let fit = Regression::fit(&[&x1, &x2], &y).expect("eight rows");
        close(fit.coefficients[0], 0.216_071_428_571_424_92);
        close(fit.coefficients[1], 1.15);
        close(fit.coefficients[2], 1.121_428_571_428_571);
        close(fit.standard_errors[0], 0.401_846_562_307_308_1);
        close(fit.standard_errors[1], 0.114_175_194_434_608_38);
        close(fit.standard_errors[2], 0.101_693_869_613_762_38);
        close(fit.r_squared, 0.993_997_839_329_387_9);
        close(fit.adjusted_r_squared, 0.991_596_975_061_143_1);
        close(
            fit.predict(&[10.0, 10.0]),
            0.216_071_428_571_424_92 + 22.714_285_714_285_71,
        );
    }

    #[test]
    fn a_line_through_three_points_matches_the_hand() {
        // x = 0, 1, 2; y = 0, 2, 1: slope ½, intercept ½, residuals −½, 1, −½, R² = ¼.
        // HC1 of the slope: 3 · (¼ + ¼) / 2² = 0.375.
        let fit = Regression::fit(&[&[0.0, 1.0, 2.0]], &[0.0, 2.0, 1.0]).expect("three rows");
        close(fit.coefficients[0], 0.5);
        close(fit.coefficients[1], 0.5);
        close(fit.r_squared, 0.25);
        close(fit.standard_errors[1], libm::sqrt(0.375));
    }

    #[test]
    fn a_column_that_says_nothing_new_is_refused() {
        let x = [1.0, 2.0, 3.0, 5.0, 8.0];
        let twice = x.map(|v| 3.0 - 2.0 * v);
        let y = [1.0, 0.0, 2.0, 1.0, 3.0];
        assert_eq!(
            Regression::fit(&[&x, &twice], &y),
            Err(RegressionError::Collinear { column: 1 })
        );
        assert_eq!(
            Regression::fit(&[&[4.0; 5]], &y),
            Err(RegressionError::Collinear { column: 0 })
        );
        assert_eq!(
            Regression::fit(&[&x[..4]], &y),
            Err(RegressionError::Length {
                column: 0,
                rows: 4,
                expected: 5
            })
        );
        assert_eq!(
            Regression::fit(&[&x[..2]], &y[..2]),
            Err(RegressionError::TooFew {
                rows: 2,
                coefficients: 2
            })
        );
        assert!(Regression::fit(&[&x], &[1.0, f64::NAN, 0.0, 0.0, 0.0]).is_err());
    }

    #[test]
    fn robust_errors_cover_the_truth_where_the_variance_grows() {
        let n_worlds = 400;
        let covered = (0..n_worlds)
            .filter(|id| {
                let mut rng = RngStream::new(10, Purpose::Test, *id, 0);
                let x: Vec<f64> = (0..150).map(|_| rng.range(0.0, 4.0)).collect();
                let y: Vec<f64> = x.iter().map(|x| 1.0 + 2.0 * x + x * rng.normal()).collect();
                let fit = Regression::fit(&[&x], &y).expect("150 rows");
                (fit.coefficients[1] - 2.0).abs() < 1.96 * fit.standard_errors[1]
            })
            .count();
        let share = covered as f64 / n_worlds as f64;
        // HC1 is a little optimistic in small samples; four standard errors are 0.044.
        assert!((0.90..=0.99).contains(&share), "{share}");
    }
}
