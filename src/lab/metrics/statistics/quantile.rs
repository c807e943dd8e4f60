//! Quantiles of a sample.

/// Returns the `q`-quantile of the finite values, linear between order statistics; `None` if there are none.
///
/// # Source
/// Hyndman and Fan (1996), definition 7; the default of numpy and R.
#[must_use]
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    quantile_of_sorted(&sorted, q)
}

/// Returns the `q`-quantile of values that already stand in ascending order; `None` if empty or `q` is outside `[0, 1]`.
#[must_use]
pub fn quantile_of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    let at = q * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    let (x, y) = (sorted[below], sorted[above]);
    Some(x + (y - x) * (at - below as f64))
}

/// Returns the median of the finite values; `None` if there are none.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_match_numpy() {
        // numpy.quantile([3,1,4,1,5,9,2,6], [.1, .5, .9]) = 1.0, 3.5, 6.8999999999999995
        let values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        assert_eq!(quantile(&values, 0.1), Some(1.0));
        assert_eq!(median(&values), Some(3.5));
        assert!((quantile(&values, 0.9).expect("values") - 6.9).abs() < 1e-12);
    }

    #[test]
    fn the_ends_are_the_extremes_and_nothing_has_no_quantile() {
        let values = [2.0, f64::NAN, 8.0];
        assert_eq!(quantile(&values, 0.0), Some(2.0));
        assert_eq!(quantile(&values, 1.0), Some(8.0));
        assert_eq!(quantile(&values, 1.1), None);
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[f64::NAN]), None);
    }
}
