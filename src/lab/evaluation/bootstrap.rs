//! Intervals and paired differences by user.
//!
//! People are drawn with replacement; all columns of all models are resampled with the same draws, so that the difference
//! of two models is that of the same people.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::lab::metrics::statistics::interval::Interval;
use crate::lab::metrics::statistics::quantile::quantile_of_sorted;
use crate::sim::rng::{Purpose, RngStream};

/// Resamples that are drawn.
pub const RESAMPLES: u32 = 1_000;

/// Level of the intervals.
pub const LEVEL: f64 = 0.95;

/// Values by person, and the means of resamples of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampled {
    n_people: usize,
    n_columns: usize,
    means: Vec<f64>,
    /// `[resamples, n_columns]`.
    replicates: Vec<f64>,
}

/// A difference of two models on the same people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Mean difference with its interval.
    pub difference: Interval,
    /// Two-sided: how often a difference as large appears if there is none.
    pub p: f64,
}

/// Draws resamples of people; `values` are `[people, n_columns]`, row-major, and the draws depend on nothing but their number and the seed.
///
/// # Panics
/// If `values` has no whole number of rows.
#[must_use]
pub fn resample(values: &[f64], n_columns: usize, resamples: u32, seed: u64) -> Resampled {
    assert_eq!(values.len() % n_columns.max(1), 0, "rows are whole");
    let n_people = values.len() / n_columns.max(1);
    let mean_of = |rows: &mut dyn Iterator<Item = usize>| {
        let mut sums = vec![0.0; n_columns];
        for row in rows {
            let row = &values[row * n_columns..(row + 1) * n_columns];
            for (s, x) in sums.iter_mut().zip(row) {
                *s += x;
            }
        }
        for s in &mut sums {
            *s /= n_people.max(1) as f64;
        }
        sums
    };
    let replicates: Vec<Vec<f64>> = (0..resamples)
        .into_par_iter()
        .map(|r| {
            let mut rng = RngStream::new(seed, Purpose::Bootstrap, u64::from(r), 0);
            mean_of(&mut (0..n_people).map(|_| rng.below(n_people)))
        })
        .collect();
    Resampled {
        n_people,
        n_columns,
        means: mean_of(&mut (0..n_people)),
        replicates: replicates.concat(),
    }
}

impl Resampled {
    fn column(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        self.replicates
            .iter()
            .skip(column)
            .step_by(self.n_columns.max(1))
            .copied()
    }

    /// Returns the mean of a column with its percentile interval.
    ///
    /// # Panics
    /// If there is no such column.
    ///
    /// # Source
    /// Efron (1979).
    #[must_use]
    pub fn interval(&self, column: usize) -> Interval {
        percentile(
            self.means[column],
            self.column(column).collect(),
            self.n_people,
        )
    }

    /// Returns by how much the mean of a column exceeds that of the same column of `other`, which was drawn alike.
    ///
    /// # Panics
    /// If the two have other people or columns.
    ///
    /// # Source
    /// The p-value counts resampled differences that lie as far from the observed one as that lies from 0 (Hall and
    /// Wilson 1991), with one added to both counts (Davison and Hinkley 1997): it is never below 1/(resamples + 1).
    #[must_use]
    pub fn difference(&self, other: &Self, column: usize) -> Difference {
        assert_eq!(
            (self.n_people, self.n_columns, self.replicates.len()),
            (other.n_people, other.n_columns, other.replicates.len()),
            "both were drawn alike"
        );
        let estimate = self.means[column] - other.means[column];
        let both = self.column(column).zip(other.column(column));
        let differences: Vec<f64> = both.map(|(a, b)| a - b).collect();
        // Sums in another order may differ in the last bits.
        let reach = estimate.abs() - 1e-12;
        let far = differences
            .iter()
            .filter(|d| (**d - estimate).abs() >= reach);
        let p = (1 + far.count()) as f64 / (1 + differences.len()) as f64;
        Difference {
            difference: percentile(estimate, differences, self.n_people),
            p,
        }
    }
}

fn percentile(estimate: f64, mut values: Vec<f64>, n: usize) -> Interval {
    values.sort_by(f64::total_cmp);
    let tail = 0.5 - 0.5 * LEVEL;
    Interval {
        estimate,
        low: quantile_of_sorted(&values, tail).unwrap_or(estimate),
        high: quantile_of_sorted(&values, 1.0 - tail).unwrap_or(estimate),
        n: n as u64,
    }
}

/// Adjusts p-values so that the chance of any false finding among them stays below the level (Holm 1979).
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]).then(a.cmp(b)));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut floor: f64 = 0.0;
    for (done, at) in order.into_iter().enumerate() {
        let factor = (p_values.len() - done) as f64;
        floor = floor.max((factor * p_values[at]).min(1.0));
        adjusted[at] = floor;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::metrics::statistics::interval::bootstrap;

    fn drawn(seed: u64, n: usize) -> Vec<f64> {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        (0..n).map(|_| rng.normal()).collect()
    }

    #[test]
    fn an_interval_of_a_constant_is_that_point() {
        let i = resample(&[0.25; 64], 2, 200, 1).interval(1);
        assert_eq!((i.estimate, i.low, i.high, i.n), (0.25, 0.25, 0.25, 32));
    }

    #[test]
    fn intervals_are_those_of_the_general_bootstrap() {
        let values = drawn(3, 90);
        let general = bootstrap(90, RESAMPLES, LEVEL, 7, |drawn| {
            Some(drawn.iter().map(|i| values[*i]).sum::<f64>() / 90.0)
        });
        assert_eq!(
            Some(resample(&values, 1, RESAMPLES, 7).interval(0)),
            general
        );
    }

    #[test]
    fn a_column_does_not_depend_on_its_neighbours() {
        let (a, b) = (drawn(1, 50), drawn(2, 50));
        let both: Vec<f64> = a.iter().zip(&b).flat_map(|(x, y)| [*x, *y]).collect();
        let (both, alone) = (resample(&both, 2, 300, 5), resample(&b, 1, 300, 5));
        assert_eq!(both.interval(1), alone.interval(0));
    }

    #[test]
    fn equal_models_do_not_differ_and_a_shifted_one_does() {
        let values = drawn(4, 200);
        let shifted: Vec<f64> = values.iter().map(|x| x + 0.5).collect();
        let (a, b) = (resample(&values, 1, 500, 9), resample(&shifted, 1, 500, 9));
        let none = a.difference(&a, 0);
        assert_eq!((none.difference.estimate, none.p), (0.0, 1.0));
        let some = b.difference(&a, 0);
        // People are paired, so that the shift is exact although people differ by much more.
        assert!((some.difference.low - 0.5).abs() < 1e-9, "{some:?}");
        assert_eq!(some.p, 1.0 / 501.0);
    }

    #[test]
    fn the_p_value_agrees_with_the_normal_test_where_that_holds() {
        // A mean of z standard errors: two-sided p = 2(1 − Φ(z)).
        let mut values = drawn(6, 400);
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let deviation = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        for x in &mut values {
            *x = (*x - mean) / deviation * n.sqrt() + 1.5;
        }
        let zero = vec![0.0; values.len()];
        let (a, b) = (resample(&values, 1, 4_000, 2), resample(&zero, 1, 4_000, 2));
        let p = a.difference(&b, 0).p;
        // 2(1 − Φ(1.5)) = 0.1336; four standard errors of 4000 draws are 0.0215.
        assert!((p - 0.1336).abs() < 0.0215, "{p}");
    }

    #[test]
    fn holm_matches_hand_computation() {
        // By hand: .005·4, .01·3, .03·2, and .04·1 raised to the one before it.
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (f, e) in found.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((f - e).abs() < 1e-12, "{found:?}");
        }
        assert!(holm(&[]).is_empty());
    }
}
