//! Pieces of histories, laid side by side without padding.
//!
//! A batch is one table of rows; a piece is a run of them. Nothing is padded, so there is nothing to mask: attention never
//! looks past the ends of a piece, and everything else treats rows by themselves.

use crate::sim::rng::{Purpose, RngStream};

/// A run of a user's items: what is seen at each place, and what came next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Whose.
    pub user: u32,
    /// Place of the first item sought, in the user's history.
    pub begin: usize,
    /// Place after the last item sought.
    pub end: usize,
}

/// Cuts all histories into pieces of at most `length` places, every place once, at a phase drawn anew for every user and
/// pass, and puts them in an order drawn for the pass.
///
/// Every item of a history is sought once; the first from the sign of the beginning alone.
#[must_use]
pub fn cut(histories: &[Vec<u32>], length: usize, seed: u64, epoch: u32) -> Vec<Window> {
    let mut rng = RngStream::new(seed, Purpose::ModelBatch, 0, epoch);
    let mut windows = Vec::new();
    for (user, history) in (0u32..).zip(histories) {
        let (mut begin, n) = (0, history.len());
        let mut end = if n > length { 1 + rng.below(length) } else { n };
        while begin < n {
            windows.push(Window { user, begin, end });
            begin = end;
            end = (end + length).min(n);
        }
    }
    for last in (1..windows.len()).rev() {
        windows.swap(last, rng.below(last + 1));
    }
    windows
}

/// Rows of a network: pieces, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// Row of the table of items that is seen at each place; the sign of the beginning comes after all items.
    pub seen: Vec<u32>,
    /// Place of each row in its piece.
    pub places: Vec<u32>,
    /// End of each piece.
    pub ends: Vec<usize>,
}

impl Rows {
    /// Adds a piece.
    pub fn push(&mut self, seen: impl Iterator<Item = u32>) {
        let before = self.seen.len();
        self.seen.extend(seen);
        let n = self.seen.len() - before;
        self.places.extend((0u32..).take(n));
        self.ends.push(self.seen.len());
    }

    /// Adds the newest items of a history, with the sign of the beginning before them if there is room for all.
    pub fn push_history(&mut self, items: &[u32], beginning: u32, length: usize) {
        if items.len() < length {
            self.push(std::iter::once(beginning).chain(items.iter().copied()));
        } else {
            self.push(items[items.len() - length..].iter().copied());
        }
    }
}

/// A training batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// What is seen.
    pub rows: Rows,
    /// The item that came next at each row.
    pub sought: Vec<u32>,
}

impl Batch {
    /// Gathers pieces.
    #[must_use]
    pub fn gather(windows: &[Window], histories: &[Vec<u32>], beginning: u32) -> Self {
        let mut batch = Self::default();
        for w in windows {
            let history = &histories[w.user as usize];
            let before = (w.begin..w.end).map(|at| match at.checked_sub(1) {
                Some(before) => history[before],
                None => beginning,
            });
            batch.rows.push(before);
            batch.sought.extend_from_slice(&history[w.begin..w.end]);
        }
        batch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_every_item_is_sought_once_a_pass_with_the_one_before_it_seen() {
        let histories: Vec<Vec<u32>> = [0, 1, 7, 8, 9, 40]
            .map(|n| (0..n).map(|i| i * 3 % 50).collect())
            .to_vec();
        for epoch in 0..30 {
            let windows = cut(&histories, 8, 5, epoch);
            assert_eq!(windows, cut(&histories, 8, 5, epoch));
            let batch = Batch::gather(&windows, &histories, 99);
            assert_eq!(batch.sought.len(), 65);
            assert_eq!(batch.rows.seen.iter().filter(|s| **s == 99).count(), 5);
            let mut sought: Vec<(u32, usize)> = windows
                .iter()
                .flat_map(|w| (w.begin..w.end).map(|at| (w.user, at)))
                .collect();
            sought.sort_unstable();
            sought.dedup();
            assert_eq!(sought.len(), 65);
            assert!(windows.iter().all(|w| w.end - w.begin <= 8));
            assert!(batch.rows.places.iter().all(|p| *p < 8));
        }
        assert_ne!(cut(&histories, 8, 5, 0), cut(&histories, 8, 5, 1));
    }

    #[test]
    fn a_long_history_is_seen_from_its_end_and_a_short_one_from_its_beginning() {
        let mut rows = Rows::default();
        rows.push_history(&[4, 5, 6], 9, 3);
        rows.push_history(&[4, 5], 9, 3);
        rows.push_history(&[], 9, 3);
        assert_eq!(rows.seen, [4, 5, 6, 9, 4, 5, 9]);
        assert_eq!(rows.places, [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(rows.ends, [3, 6, 7]);
    }
}
