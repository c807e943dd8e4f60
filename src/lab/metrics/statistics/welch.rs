//! Whether two means differ, where neither the spreads nor the numbers of values need be equal.

use serde::{Deserialize, Serialize};

use super::student::student_cdf;

/// Welch's t test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Welch {
    /// Mean of the second values less mean of the first.
    pub difference: f64,
    /// The difference in standard errors.
    pub t: f64,
    /// Degrees of freedom after Satterthwaite; not whole in general.
    pub degrees_of_freedom: f64,
    /// Two-sided p value.
    pub p_value: f64,
}

/// Tests whether two independent lists of values have the same mean.
///
/// `None` for fewer than two values in either, for values that are not finite, and where neither varies.
///
/// # Source
/// Welch (1947); Satterthwaite (1946).
#[must_use]
pub fn welch(first: &[f64], second: &[f64]) -> Option<Welch> {
    let (a, b) = (moments(first)?, moments(second)?);
    let square = a.1 + b.1;
    if square <= 0.0 {
        return None;
    }
    let free = |error: f64, n: usize| error * error / (n as f64 - 1.0);
    let degrees_of_freedom = square * square / (free(a.1, first.len()) + free(b.1, second.len()));
    let difference = b.0 - a.0;
    let t = difference / libm::sqrt(square);
    Some(Welch {
        difference,
        t,
        degrees_of_freedom,
        p_value: 2.0 * student_cdf(-t.abs(), degrees_of_freedom),
    })
}

/// Returns the mean and the square of its standard error.
fn moments(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 || values.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    Some((mean, squares / (n - 1.0) / n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lists_give_the_numbers_of_scipy() {
        // scipy, ttest_ind(second, first, equal_var=False)
        let first = [2.1, 2.5, 1.9, 3.3, 2.8];
        let second = [4.8, 3.6, 2.5, 5.7, 3.9, 6.1, 2.2];
        let w = welch(&first, &second).expect("values vary");
        assert!((w.t - 2.572_658_129_154_084_4).abs() < 1e-12, "{}", w.t);
        assert!((w.degrees_of_freedom - 8.096_815_971_362_993).abs() < 1e-10);
        assert!((w.p_value - 0.032_671_628_663_886_086).abs() < 1e-12);
        let back = welch(&second, &first).expect("values vary");
        assert_eq!((back.t, back.p_value), (-w.t, w.p_value));
    }

    #[test]
    fn what_cannot_be_tested_is_not() {
        assert_eq!(welch(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(welch(&[1.0, 1.0], &[2.0, 2.0]), None);
        assert_eq!(welch(&[1.0, f64::NAN], &[2.0, 1.0]), None);
    }
}
