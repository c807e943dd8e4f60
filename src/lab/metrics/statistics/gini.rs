//! Inequality: the Gini coefficient and the share held by the top.

/// Returns the Gini coefficient in `[0, 1)`; `None` if nothing is held or a value is negative or not finite.
///
/// 0 where all hold the same; (n − 1)/n where one holds everything.
///
/// # Source
/// G = Σ (2i − n − 1) x₍ᵢ₎ / (n Σ x) over the values in ascending order, i from 1 (Sen 1973).
#[must_use]
pub fn gini(values: &[f64]) -> Option<f64> {
    let sorted = ascending(values)?;
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().sum();
    let weighted: f64 = sorted
        .iter()
        .enumerate()
        .map(|(i, x)| (2.0 * (i as f64 + 1.0) - n - 1.0) * x)
        .sum();
    (total > 0.0).then(|| weighted / (n * total))
}

/// Returns the share of the total held by the top `fraction` of values; `None` as for [`gini`].
///
/// The top is rounded up to whole values and holds at least one: the top tenth of 25 values is three of them.
#[must_use]
pub fn top_share(values: &[f64], fraction: f64) -> Option<f64> {
    if !(fraction > 0.0 && fraction <= 1.0) {
        return None;
    }
    let sorted = ascending(values)?;
    let total: f64 = sorted.iter().sum();
    // A tenth of 30 is 3 and not 4, although 0.1 × 30 is a little above 3 in binary.
    let n_top = (fraction * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
    let top: f64 = sorted.iter().rev().take(n_top).sum();
    (total > 0.0).then(|| top / total)
}

/// Sorts nonnegative finite values; `None` if there are others or none at all.
fn ascending(values: &[f64]) -> Option<Vec<f64>> {
    if values.is_empty() || values.iter().any(|x| !x.is_finite() || *x < 0.0) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn gini_matches_the_mean_absolute_difference() {
        // numpy: abs(a[:, None] - a).sum() / (2 * n² * mean) of [1, 3, 4, 10, 22, 0] = 0.575
        let g = gini(&[1.0, 3.0, 4.0, 10.0, 22.0, 0.0]).expect("positive total");
        assert!((g - 0.575).abs() < 1e-15);
    }

    #[test]
    fn equal_shares_have_no_inequality_and_one_owner_has_the_most() {
        assert_eq!(gini(&[5.0; 7]), Some(0.0));
        assert_eq!(gini(&[0.0, 0.0, 0.0, 9.0]), Some(0.75));
        assert_eq!(top_share(&[0.0, 0.0, 0.0, 9.0], 0.1), Some(1.0));
    }

    #[test]
    fn nothing_held_and_debts_have_no_gini() {
        assert_eq!(gini(&[]), None);
        assert_eq!(gini(&[0.0, 0.0]), None);
        assert_eq!(gini(&[1.0, -1.0]), None);
        assert_eq!(gini(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn the_top_tenth_of_thirty_is_three() {
        let values: Vec<f64> = (1..=30).map(f64::from).collect();
        assert_eq!(top_share(&values, 0.1), Some((30.0 + 29.0 + 28.0) / 465.0));
        assert_eq!(top_share(&values, 1.0), Some(1.0));
        assert_eq!(top_share(&values, 0.0), None);
    }

    #[test]
    fn exponential_incomes_have_a_gini_of_one_half() {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let values: Vec<f64> = (0..20_000).map(|_| rng.exponential(3.0)).collect();
        let g = gini(&values).expect("positive total");
        // Four standard errors of about 0.2887 / √n.
        assert!((g - 0.5).abs() < 0.0082, "{g}");
    }

    #[test]
    fn prop_gini_ignores_the_unit_and_the_order() {
        for id in 0..200 {
            let mut rng = RngStream::new(2, Purpose::Test, id, 0);
            let n = 2 + rng.below(20);
            let values: Vec<f64> = (0..n).map(|_| rng.gamma(0.5)).collect();
            let turned: Vec<f64> = values.iter().rev().map(|x| x * 8.0).collect();
            let (a, b) = (gini(&values), gini(&turned));
            let (a, b) = (a.expect("positive"), b.expect("positive"));
            assert!(
                (a - b).abs() < 1e-12 && (0.0..1.0).contains(&a),
                "case {id}"
            );
        }
    }
}
