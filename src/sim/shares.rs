//! Dividing a whole number in proportion to others, so that the parts add up to it exactly.

use std::cmp::Reverse;

/// Divides `total` in proportion to whole weights, by largest remainders: every part is rounded down, and what is left goes, one each,
/// to those who lost most by that; of equal losses to the first. A weight of 0 gets nothing, and without any above 0 nobody does.
///
/// # Source
/// The method of Hamilton (1792).
#[must_use]
pub fn divide(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let whole = |w: &u64| u128::from(total) * u128::from(*w);
    let mut parts: Vec<u64> = weights.iter().map(|w| (whole(w) / sum) as u64).collect();
    let left = total - parts.iter().sum::<u64>();
    let mut order: Vec<usize> = (0..weights.len()).filter(|i| weights[*i] > 0).collect();
    order.sort_by_key(|i| (Reverse(whole(&weights[*i]) % sum), *i));
    for i in order.into_iter().take(left as usize) {
        parts[i] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        // 100 in 1 : 1 : 1 is 33⅓ each; in 1 : 2 : 4 it is 14.29, 28.57 and 57.14, so that the second gets the last one.
        assert_eq!(divide(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(divide(100, &[1, 2, 4]), [14, 29, 57]);
        assert_eq!(divide(5, &[0, 3, 0]), [0, 5, 0]);
        assert_eq!(divide(5, &[0, 0]), [0, 0]);
        assert!(divide(5, &[]).is_empty());
        assert_eq!(
            divide(u64::MAX, &[u64::MAX, u64::MAX]),
            [u64::MAX / 2 + 1, u64::MAX / 2]
        );
    }
}
