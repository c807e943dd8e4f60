//! Lorenz curves: how unequally something is shared.

/// Returns the share of holders, poorest first, and the share of the whole that they hold, from (0, 0) to (1, 1) in `steps` steps
/// or one for each holder, whichever is fewer. Empty where nothing is shared; what is negative or not finite counts as nothing.
///
/// # Source
/// Lorenz (1905).
#[must_use]
pub fn lorenz(amounts: &[f64], steps: usize) -> Vec<[f64; 2]> {
    let mut amounts: Vec<f64> = amounts
        .iter()
        .map(|a| if a.is_finite() { a.max(0.0) } else { 0.0 })
        .collect();
    amounts.sort_unstable_by(f64::total_cmp);
    let total: f64 = amounts.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let n = amounts.len();
    let steps = n.min(steps.max(1));
    let mut points = vec![[0.0, 0.0]];
    let (mut sum, mut next) = (0.0, 1);
    for (i, a) in amounts.iter().enumerate() {
        sum += a;
        if i + 1 == (next * n).div_ceil(steps) {
            points.push([(i + 1) as f64 / n as f64, (sum / total).min(1.0)]);
            next += 1;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_on_the_diagonal_where_all_are_equal_and_ends_at_all() {
        let equal = lorenz(&[2.0; 200], 50);
        assert_eq!((equal.len(), equal[0]), (51, [0.0, 0.0]));
        assert!(equal.iter().all(|[x, y]| (x - y).abs() < 1e-12));
        let one = lorenz(&[0.0, 5.0, 0.0, 0.0], 50);
        assert_eq!(
            one,
            [[0.0, 0.0], [0.25, 0.0], [0.5, 0.0], [0.75, 0.0], [1.0, 1.0]]
        );
    }

    #[test]
    fn nothing_shared_is_no_curve() {
        assert!(lorenz(&[], 50).is_empty());
        assert!(lorenz(&[0.0, f64::NAN, -1.0], 50).is_empty());
    }
}
