//! Allocating an avatar's minutes among candidates: the fractional knapsack (P1 of science annex A1).

/// Fills `budget` minutes in order of attraction per minute.
///
/// `value` and `minutes` are by candidate, all minutes above zero. Returns the share of each candidate that fits (at most one is
/// fractional) and λ, the attraction bought by the last minute (0 if the budget is not exhausted).
///
/// # Source
/// Dantzig (1957).
#[must_use]
pub fn fill(value: &[f64], minutes: &[f64], budget: f64) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..value.len()).filter(|i| value[*i] > 0.0).collect();
    order.sort_by(|a, b| {
        (value[*b] / minutes[*b])
            .total_cmp(&(value[*a] / minutes[*a]))
            .then(a.cmp(b))
    });
    let mut share = vec![0.0; value.len()];
    let mut left = budget;
    for i in order {
        let part = (left / minutes[i]).min(1.0);
        share[i] = part;
        left -= part * minutes[i];
        // What is cut ends the list, even where rounding leaves a crumb of the budget.
        if part < 1.0 || left <= 0.0 {
            return (share, value[i] / minutes[i]);
        }
    }
    (share, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_per_minute_comes_first_and_one_is_cut() {
        let (share, price) = fill(&[6.0, 5.0, 4.0], &[3.0, 1.0, 2.0], 3.0);
        // After the second, two minutes are left for the first, which is worth as much a minute as the third.
        assert_eq!((share, price), (vec![2.0 / 3.0, 1.0, 0.0], 2.0));
        let (share, price) = fill(&[6.0, 5.0], &[3.0, 1.0], 2.5);
        assert_eq!(share, [0.5, 1.0]);
        assert_eq!(price, 2.0);
        let (share, price) = fill(&[6.0, -1.0], &[3.0, 1.0], 9.0);
        assert_eq!((share[0], share[1], price), (1.0, 0.0, 0.0));
    }
}
