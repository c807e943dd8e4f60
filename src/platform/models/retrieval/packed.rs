//! Items in the order in which the kernel reads them, and the two questions it answers.

use serde::{Deserialize, Serialize};

use super::block::{Block, GROUP, LANES, Row, Scratch};
use super::level::Level;

/// An item and its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Row of the item.
    pub item: u32,
    /// Its score.
    pub score: f32,
}

impl Hit {
    /// Stands where there was no further item.
    pub const NONE: Self = Self {
        item: u32::MAX,
        score: f32::NEG_INFINITY,
    };
}

/// Items packed for scoring: panels of 16 items, inside a panel dimension after dimension.
///
/// Packing costs a pass over the items; it is done when they change, not when they are asked for.
///
/// # Examples
/// ```
/// use agora::platform::models::retrieval::{Hit, PackedItems};
/// let items = PackedItems::pack(&[1.0, 0.0, 0.0, 1.0, 1.0, 1.0], 2);
/// let mut best = [Hit::NONE; 2];
/// items.top_k(&[0.5, 0.25], 2, &mut best);
/// assert_eq!((best[0].item, best[0].score), (2, 0.75));
/// assert_eq!((best[1].item, best[1].score), (0, 0.5));
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PackedItems {
    /// `dims` rows for each panel.
    pub(super) rows: Vec<Row>,
    /// Where the sums of a panel begin: the biases, and −∞ in places without an item, so that those are never found.
    pub(super) starts: Vec<Row>,
    pub(super) dims: usize,
    len: usize,
}

impl PackedItems {
    /// Packs `rows`, items × `dims`, row after row.
    ///
    /// # Panics
    /// If `dims` is 0 or does not divide the length of `rows`.
    #[must_use]
    pub fn pack(rows: &[f32], dims: usize) -> Self {
        assert!(dims > 0, "items have at least one dimension");
        assert_eq!(rows.len() % dims, 0, "rows are whole");
        let len = rows.len() / dims;
        let panels = len.div_ceil(LANES);
        let mut packed = vec![Row([0.0; LANES]); panels * dims];
        let mut starts = vec![Row([f32::NEG_INFINITY; LANES]); panels];
        for (i, row) in rows.chunks_exact(dims).enumerate() {
            let (panel, lane) = (i / LANES, i % LANES);
            starts[panel].0[lane] = 0.0;
            for (out, x) in packed[panel * dims..].iter_mut().zip(row) {
                out.0[lane] = *x;
            }
        }
        Self {
            rows: packed,
            starts,
            dims,
            len,
        }
    }

    /// Adds a number to the score of each item; it is what the sum begins with.
    ///
    /// # Panics
    /// If there are not as many as items.
    #[must_use]
    pub fn with_bias(mut self, bias: &[f32]) -> Self {
        assert_eq!(bias.len(), self.len, "one bias an item");
        for (i, b) in bias.iter().enumerate() {
            self.starts[i / LANES].0[i % LANES] = *b;
        }
        self
    }

    /// Returns how many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Says whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the length of an item's row.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// Finds the `k` items with the highest scores for each of `users` (users × dims), best first, of equal ones the
    /// first; `out` has `k` places a user, [`Hit::NONE`] where items ran out.
    ///
    /// Scores of −∞ and not-a-number are never found.
    ///
    /// # Panics
    /// If the lengths do not fit.
    pub fn top_k(&self, users: &[f32], k: usize, out: &mut [Hit]) {
        self.top_k_at(Level::best(), users, k, out);
    }

    /// As [`PackedItems::top_k`], with instructions of the caller's choice; what the processor lacks is not used.
    ///
    /// # Panics
    /// If the lengths do not fit.
    pub fn top_k_at(&self, level: Level, users: &[f32], k: usize, out: &mut [Hit]) {
        if self.is_empty() || k == 0 {
            out.fill(Hit::NONE);
            return;
        }
        assert_eq!(users.len() % self.dims, 0, "users are whole rows");
        assert_eq!(out.len(), users.len() / self.dims * k, "k places a user");
        let level = level.available();
        let mut scratch = Scratch::default();
        let mut turned = vec![[0.0; GROUP]; self.dims];
        for (rows, out) in users
            .chunks(GROUP * self.dims)
            .zip(out.chunks_mut(GROUP * k))
        {
            for (q, row) in rows.chunks_exact(self.dims).enumerate() {
                for (t, x) in turned.iter_mut().zip(row) {
                    t[q] = *x;
                }
            }
            let block = Block {
                items: self,
                users: &turned,
                k,
            };
            level.top_k(&block, &mut scratch, out);
        }
    }

    /// Scores all items for one user, with the bits of [`PackedItems::top_k`].
    ///
    /// # Panics
    /// If `user` is no row of the items' length or `out` has not one place an item.
    pub fn scores(&self, user: &[f32], out: &mut [f32]) {
        self.scores_at(Level::best(), user, out);
    }

    /// As [`PackedItems::scores`], with instructions of the caller's choice; what the processor lacks is not used.
    ///
    /// # Panics
    /// As [`PackedItems::scores`].
    pub fn scores_at(&self, level: Level, user: &[f32], out: &mut [f32]) {
        assert_eq!(out.len(), self.len, "one place an item");
        if self.is_empty() {
            return;
        }
        assert_eq!(user.len(), self.dims, "the user has the items' length");
        level.available().scores(self, user, out);
    }
}
