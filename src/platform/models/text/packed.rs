//! Sequences packed one after another.
//!
//! Sequences of a batch differ in length. Padding them to the longest wastes work and needs a mask that every operation must
//! heed; packed rows need neither, and what a sequence becomes cannot depend on its neighbours.

use std::ops::Range;

use crate::platform::models::params::ModelError;

/// One text, or a pair of texts, as pieces of words with the marks around them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sequence {
    /// Pieces.
    pub ids: Vec<u32>,
    /// Pieces up to the first separator, with it; the rest is the second text.
    pub first: usize,
}

/// Some sequences, one after another; the rows of all tensors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packed {
    /// Pieces.
    pub ids: Vec<u32>,
    /// Place of each piece in its sequence.
    pub positions: Vec<u32>,
    /// 0 for the first text of a pair, 1 for the second.
    pub segments: Vec<u32>,
    /// Where each sequence begins, and where the last one ends.
    pub offsets: Vec<usize>,
    /// Where the second text of each sequence begins.
    pub seconds: Vec<usize>,
}

impl Packed {
    /// Packs sequences.
    ///
    /// # Errors
    /// [`ModelError::Length`] for a sequence without a piece, which nothing could attend to.
    pub fn of<'a>(sequences: impl IntoIterator<Item = &'a Sequence>) -> Result<Self, ModelError> {
        let mut packed = Self::default();
        packed.offsets.push(0);
        for s in sequences {
            if s.ids.is_empty() {
                return Err(ModelError::Length {
                    what: "sequence",
                    found: 0,
                    expected: 1,
                });
            }
            let begin = packed.ids.len();
            packed.ids.extend_from_slice(&s.ids);
            packed.positions.extend(0..s.ids.len() as u32);
            let segments = (0..s.ids.len()).map(|at| u32::from(at >= s.first));
            packed.segments.extend(segments);
            packed.seconds.push(begin + s.first.min(s.ids.len()));
            packed.offsets.push(packed.ids.len());
        }
        Ok(packed)
    }

    /// Returns how many sequences there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.seconds.len()
    }

    /// Says whether there is no sequence.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.seconds.is_empty()
    }

    /// Returns the rows of every sequence.
    #[must_use]
    pub fn rows(&self) -> Vec<Range<usize>> {
        self.offsets.windows(2).map(|w| w[0]..w[1]).collect()
    }

    /// Returns the rows of the words of every first text, without the marks around them.
    #[must_use]
    pub fn first_words(&self) -> Vec<Range<usize>> {
        let begins = self.offsets.iter().zip(&self.seconds);
        begins.map(|(b, s)| inner(b + 1, *s)).collect()
    }

    /// Returns the rows of the words of every second text, without the mark after them.
    #[must_use]
    pub fn second_words(&self) -> Vec<Range<usize>> {
        let ends = self.seconds.iter().zip(&self.offsets[1..]);
        ends.map(|(s, e)| inner(*s, *e)).collect()
    }
}

/// A range that ends before a separator; empty rather than upside down.
fn inner(begin: usize, end: usize) -> Range<usize> {
    begin.min(end)..end.saturating_sub(1).max(begin.min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_text_and_their_place() {
        let pair = Sequence {
            ids: vec![2, 10, 11, 3, 12, 3],
            first: 4,
        };
        let single = Sequence {
            ids: vec![2, 13, 3],
            first: 3,
        };
        let packed = Packed::of([&pair, &single]).unwrap();
        assert_eq!(packed.ids, [2, 10, 11, 3, 12, 3, 2, 13, 3]);
        assert_eq!(packed.positions, [0, 1, 2, 3, 4, 5, 0, 1, 2]);
        assert_eq!(packed.segments, [0, 0, 0, 0, 1, 1, 0, 0, 0]);
        assert_eq!(packed.rows(), [0..6, 6..9]);
        assert_eq!(packed.first_words(), [1..3, 7..8]);
        assert_eq!(packed.second_words(), [4..5, 9..9]);
        assert!(Packed::of([&Sequence::default()]).is_err());
    }
}
