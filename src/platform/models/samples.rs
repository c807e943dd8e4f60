//! Which items stand for all items in a loss: those that a batch seeks, and a sample.

use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

/// Keeps the streams of samples apart from those of batches.
const SAMPLE: u64 = 1 << 47;

/// Columns of a softmax over items.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The items, ascending; nothing for all.
    pub items: Option<Vec<u32>>,
    /// ln of each one's probability to be there, unless it is the row's own; empty for all.
    pub log_inclusion: Vec<f32>,
}

impl Columns {
    /// Draws `sampled` items for a step and adds those that are sought; takes all items if there are no more than `sampled`.
    ///
    /// `shares` holds each item's share of all rows. An item is there if it was drawn, or sought by one of `n` rows:
    /// π = 1 − (1 − sampled/n_items)(1 − share)ⁿ. That is the logQ correction of in-batch negatives (Yi et al. 2019),
    /// for a batch and a uniform sample together.
    #[must_use]
    pub fn draw(sought: &[u32], sampled: usize, shares: &[f64], seed: u64, step: u32) -> Self {
        let n_items = shares.len();
        if n_items <= sampled {
            let (items, log_inclusion) = (None, Vec::new());
            return Self {
                items,
                log_inclusion,
            };
        }
        let mut rng = RngStream::new(seed, Purpose::ModelBatch, SAMPLE, step);
        // Floyd (1987): every set of this size is equally likely.
        let mut items = std::collections::BTreeSet::new();
        for last in n_items - sampled..n_items {
            let item = rng.below(last + 1) as u32;
            if !items.insert(item) {
                items.insert(last as u32);
            }
        }
        items.extend(sought);
        let undrawn = 1.0 - sampled as f64 / n_items as f64;
        let n = sought.len() as f64;
        let log_inclusion = items
            .iter()
            .map(|item| {
                let unsought = math::pow(1.0 - shares[*item as usize], n);
                math::ln(1.0 - undrawn * unsought) as f32
            })
            .collect();
        Self {
            items: Some(items.into_iter().collect()),
            log_inclusion,
        }
    }

    /// Returns the column of an item that is sought.
    #[must_use]
    pub fn of(&self, item: u32) -> u32 {
        let found = self.items.as_ref().map(|items| items.binary_search(&item));
        // Every item that is sought is among the columns.
        found.map_or(item, |at| at.unwrap_or(0) as u32)
    }
}

/// Returns each item's share of the rows.
#[must_use]
pub fn shares(items: impl Iterator<Item = u32>, n_items: usize) -> Vec<f64> {
    let mut counts = vec![0u32; n_items];
    let mut n = 0u32;
    for item in items {
        counts[item as usize] += 1;
        n += 1;
    }
    counts
        .into_iter()
        .map(|c| f64::from(c) / f64::from(n.max(1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_catalogue_is_taken_whole() {
        let columns = Columns::draw(&[2], 3, &[0.2, 0.3, 0.5], 1, 0);
        assert_eq!((columns.items.clone(), columns.of(2)), (None, 2));
    }

    #[test]
    fn the_weighted_sample_stands_for_all_items_on_average() {
        // Σ_j f(j) over all items but one, estimated by Σ f(j) / π(j) over the columns but that one.
        let n_items = 60usize;
        let shares = shares(
            (0..n_items as u32).flat_map(|i| std::iter::repeat_n(i, 1 + i as usize % 5)),
            n_items,
        );
        let f = |item: u32| 1.0 + f64::from(item % 7);
        let own = 9;
        let expected: f64 = (0..n_items as u32).filter(|j| *j != own).map(f).sum();
        let (mut sum, n) = (0.0, 4_000u32);
        for step in 0..n {
            let mut rng = RngStream::new(4, Purpose::Test, 0, step);
            let draw = |rng: &mut RngStream| rng.weighted(&shares).unwrap() as u32;
            let sought: Vec<u32> = (0..6).map(|_| draw(&mut rng)).collect();
            let columns = Columns::draw(&sought, 10, &shares, 4, step);
            for (item, log) in columns.items.unwrap().iter().zip(columns.log_inclusion) {
                if *item != own {
                    sum += f(*item) / math::exp(f64::from(log)) / f64::from(n);
                }
            }
        }
        // One draw's deviation is near 50 of 235; four standard errors over 4 000 draws are about 3.
        assert!((sum - expected).abs() < 4.0, "{sum} against {expected}");
    }
}
