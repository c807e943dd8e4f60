//! Mobility: whether those who were rich, or poor, still are.

use serde::{Deserialize, Serialize};

/// Returns the correlation of ranks in `[-1, 1]` between two measurements of the same people; `None` with fewer than two people,
/// lists of unequal length, a value that is not finite, or a measurement that is the same for all.
///
/// 1 where everybody keeps its rank; near 0 where ranks tell nothing about later ranks. Equal values share their mean rank.
///
/// # Source
/// Spearman (1904); without ties it is the rank–rank slope of Chetty et al. (2014).
#[must_use]
pub fn rank_correlation(before: &[f64], after: &[f64]) -> Option<f64> {
    if before.len() != after.len() {
        return None;
    }
    let (a, b) = (mean_ranks(before)?, mean_ranks(after)?);
    // Ranks from 1 to n have this mean, ties or not.
    let mean = f64::midpoint(1.0, a.len() as f64);
    let sum = |x: &[f64], y: &[f64]| -> f64 {
        let pairs = x.iter().zip(y);
        pairs.map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    let scale = libm::sqrt(sum(&a, &a) * sum(&b, &b));
    (scale > 0.0).then(|| (sum(&a, &b) / scale).clamp(-1.0, 1.0))
}

/// How people moved between classes of equal size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transitions {
    /// `shares[i][j]`: of those in class i before, the share in class j after; class 0 is the poorest. A row adds up to 1, or
    /// to 0 if nobody was there.
    pub shares: Vec<Vec<f64>>,
    /// `counts[i][j]`: how many.
    pub counts: Vec<Vec<u32>>,
}

impl Transitions {
    /// Sorts people into `n_classes` by rank, before and after; 5 gives quintiles. `None` as for [`rank_correlation`] (but
    /// equal values are fine), with no class, or with fewer people than classes.
    ///
    /// Equal values are in one class, so ties may leave classes of unequal size.
    #[must_use]
    pub fn of(before: &[f64], after: &[f64], n_classes: usize) -> Option<Self> {
        let n = before.len();
        if n != after.len() || n_classes == 0 || n < n_classes {
            return None;
        }
        let classes = |values: &[f64]| -> Option<Vec<usize>> {
            let ranks = mean_ranks(values)?;
            let class = |r: f64| ((r - 0.5) * n_classes as f64 / n as f64) as usize;
            Some(
                ranks
                    .into_iter()
                    .map(|r| class(r).min(n_classes - 1))
                    .collect(),
            )
        };
        let mut counts = vec![vec![0u32; n_classes]; n_classes];
        for (from, to) in classes(before)?.into_iter().zip(classes(after)?) {
            counts[from][to] += 1;
        }
        let shares = counts
            .iter()
            .map(|row| {
                let total = row.iter().sum::<u32>().max(1);
                let share = |c: &u32| f64::from(*c) / f64::from(total);
                row.iter().map(share).collect()
            })
            .collect();
        Some(Self { shares, counts })
    }

    /// Returns 0 where nobody leaves its class and 1 where the class before tells nothing; above 1 where people change places.
    /// `None` with fewer than two classes.
    ///
    /// # Source
    /// Shorrocks (1978): (k − trace) / (k − 1).
    #[must_use]
    pub fn shorrocks(&self) -> Option<f64> {
        let k = self.shares.len();
        let trace: f64 = (0..k).map(|i| self.shares[i][i]).sum();
        (k >= 2).then(|| (k as f64 - trace) / (k as f64 - 1.0))
    }
}

/// Returns the rank of every value, from 1; equal values share the mean of their ranks. `None` with fewer than two values or one
/// that is not finite.
fn mean_ranks(values: &[f64]) -> Option<Vec<f64>> {
    if values.len() < 2 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let same = order[start..].iter().take_while(|i| values[**i] == value);
        let end = start + same.count();
        let rank = f64::midpoint(start as f64 + 1.0, end as f64);
        for i in &order[start..end] {
            ranks[*i] = rank;
        }
        start = end;
    }
    Some(ranks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn rank_correlation_matches_scipy() {
        // scipy 1.17.1: spearmanr(before, after)
        let before = [5.0, 1.0, 1.0, 3.0, 8.0, 13.0, 2.0, 9.0, 9.0, 4.0];
        let after = [6.0, 2.0, 1.0, 1.0, 7.0, 20.0, 9.0, 3.0, 12.0, 5.0];
        let r = rank_correlation(&before, &after).unwrap();
        assert!((r - 0.669_727_902_297_169_7).abs() < 1e-14, "{r}");
    }

    #[test]
    fn order_kept_order_reversed_and_nothing_to_order() {
        let x = [3.0, 1.0, 4.0, 2.0];
        let grown = x.map(|v| v * v + 7.0);
        assert_eq!(rank_correlation(&x, &grown), Some(1.0));
        assert_eq!(rank_correlation(&x, &x.map(|v| -v)), Some(-1.0));
        assert_eq!(rank_correlation(&x, &[1.0; 4]), None);
        assert_eq!(rank_correlation(&x, &x[1..]), None);
        assert_eq!(rank_correlation(&[1.0, f64::NAN], &[1.0, 2.0]), None);
        // −0 is 0.
        assert_eq!(rank_correlation(&[0.0, -0.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn a_shift_by_one_class_matches_the_hand() {
        // Ten people in quintiles of two; everybody of class i goes to class i + 1, the richest become the poorest.
        let before: Vec<f64> = (0..10).map(f64::from).collect();
        let after: Vec<f64> = (0..10).map(|i| f64::from((i + 2) % 10)).collect();
        let t = Transitions::of(&before, &after, 5).unwrap();
        for (i, row) in t.counts.iter().enumerate() {
            let expected: Vec<u32> = (0..5)
                .map(|j| if j == (i + 1) % 5 { 2 } else { 0 })
                .collect();
            assert_eq!(*row, expected);
        }
        assert_eq!(t.shorrocks(), Some(1.25));
        let stay = Transitions::of(&before, &before, 5).unwrap();
        assert_eq!((stay.shorrocks(), stay.shares[2][2]), (Some(0.0), 1.0));
        // Half of the people have nothing: they are in one class.
        let poor: Vec<f64> = (0..10).map(|i| f64::from((i - 4).max(0))).collect();
        let t = Transitions::of(&poor, &before, 5).unwrap();
        assert_eq!(t.counts[1], [2, 2, 1, 0, 0]);
        assert_eq!(t.shares[0], [0.0; 5]);
        assert_eq!(Transitions::of(&before[..4], &after[..4], 5), None);
    }

    #[test]
    fn luck_alone_leaves_no_trace_of_the_past() {
        let mut rng = RngStream::new(8, Purpose::Test, 0, 0);
        let mut draw = || -> Vec<f64> { (0..10_000).map(|_| rng.exponential(1.0)).collect() };
        let (before, after) = (draw(), draw());
        // Four standard errors: .04 for the correlation; .2 ± .036 in a cell of 2 000.
        assert!(rank_correlation(&before, &after).unwrap().abs() < 0.04);
        let t = Transitions::of(&before, &after, 5).unwrap();
        assert!(t.shares.iter().flatten().all(|s| (s - 0.2).abs() < 0.036));
        assert!((t.shorrocks().unwrap() - 1.0).abs() < 0.05);
    }
}
