//! Who met what: a binary user-by-item matrix in compressed sparse rows.
//!
//! Every collaborative model is fitted on it. Users and items are dense indices; turning observations into pairs,
//! and leaving out what was not consented to, is done before they get here.

/// A fault in the pairs given to [`Interactions::from_pairs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InteractionsError {
    /// A user index is not below the number of users.
    #[error("user {user} is outside 0..{n_users}")]
    User {
        /// The index given.
        user: u32,
        /// Number of users.
        n_users: usize,
    },
    /// An item index is not below the number of items.
    #[error("item {item} is outside 0..{n_items}")]
    Item {
        /// The index given.
        item: u32,
        /// Number of items.
        n_items: usize,
    },
}

/// Distinct (user, item) pairs, by user, items ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interactions {
    n_items: usize,
    /// Where each user's items begin in `items`; one more entry than users.
    indptr: Vec<usize>,
    items: Vec<u32>,
}

impl Interactions {
    /// Collects pairs in any order; a pair given twice counts once.
    ///
    /// # Errors
    /// [`InteractionsError`] if an index lies outside `0..n_users` or `0..n_items`.
    pub fn from_pairs(
        n_users: usize,
        n_items: usize,
        pairs: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<Self, InteractionsError> {
        let mut sorted = Vec::new();
        for (user, item) in pairs {
            if user as usize >= n_users {
                return Err(InteractionsError::User { user, n_users });
            }
            if item as usize >= n_items {
                return Err(InteractionsError::Item { item, n_items });
            }
            sorted.push((user, item));
        }
        sorted.sort_unstable();
        sorted.dedup();
        let mut indptr = vec![0; n_users + 1];
        for (user, _) in &sorted {
            indptr[*user as usize + 1] += 1;
        }
        for u in 0..n_users {
            indptr[u + 1] += indptr[u];
        }
        Ok(Self {
            n_items,
            indptr,
            items: sorted.into_iter().map(|(_, item)| item).collect(),
        })
    }

    /// Returns the number of users, active or not.
    pub fn n_users(&self) -> usize {
        self.indptr.len().saturating_sub(1)
    }

    /// Returns the number of items, met or not.
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// Returns the number of distinct pairs.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Says whether nobody met anything.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the items of a user, ascending.
    ///
    /// # Panics
    /// If `user` is not below [`n_users`](Self::n_users).
    pub fn of_user(&self, user: usize) -> &[u32] {
        &self.items[self.indptr[user]..self.indptr[user + 1]]
    }

    /// Says whether the user met the item.
    pub fn contains(&self, user: usize, item: u32) -> bool {
        self.of_user(user).binary_search(&item).is_ok()
    }

    /// Lists all pairs by user, then item.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0u32..)
            .zip(self.indptr.windows(2))
            .flat_map(|(user, span)| {
                self.items[span[0]..span[1]]
                    .iter()
                    .map(move |item| (user, *item))
            })
    }

    /// Counts the users of each item.
    pub fn item_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.n_items];
        for item in &self.items {
            counts[*item as usize] += 1;
        }
        counts
    }

    /// Returns the same pairs by item: there, `of_user(item)` lists the item's users, ascending.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let mut indptr = vec![0; self.n_items + 1];
        for (i, count) in self.item_counts().iter().enumerate() {
            indptr[i + 1] = indptr[i] + *count as usize;
        }
        let mut next = indptr.clone();
        let mut users = vec![0; self.items.len()];
        for (user, item) in self.pairs() {
            let at = &mut next[item as usize];
            users[*at] = user;
            *at += 1;
        }
        Self {
            n_items: self.n_users(),
            indptr,
            items: users,
        }
    }

    /// Counts for each item how many of `item`'s users also met it, into `counts` (one entry an item).
    ///
    /// This is one row of the co-occurrence matrix XᵀX; `by_item` is this matrix transposed.
    pub(super) fn co_occurrences(&self, by_item: &Self, item: usize, counts: &mut [u32]) {
        counts.fill(0);
        for user in by_item.of_user(item) {
            for other in self.of_user(*user as usize) {
                counts[*other as usize] += 1;
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    /// A random matrix in which every pair is drawn with probability `density`.
    pub(in super::super) fn random(
        seed: u64,
        n_users: u32,
        n_items: u32,
        density: f64,
    ) -> Interactions {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        let mut pairs = Vec::new();
        for user in 0..n_users {
            for item in 0..n_items {
                if rng.chance(density) {
                    pairs.push((user, item));
                }
            }
        }
        Interactions::from_pairs(n_users as usize, n_items as usize, pairs).unwrap()
    }

    #[test]
    fn pairs_are_sorted_and_a_repeated_pair_counts_once() {
        let x = Interactions::from_pairs(3, 4, [(2, 3), (0, 2), (2, 1), (0, 2)]).unwrap();
        assert_eq!(x.len(), 3);
        assert_eq!(x.of_user(0), [2]);
        assert!(x.of_user(1).is_empty());
        assert_eq!(x.of_user(2), [1, 3]);
        assert_eq!(x.item_counts(), [0, 1, 1, 1]);
        assert!(x.contains(2, 3) && !x.contains(1, 3));
    }

    #[test]
    fn an_index_outside_the_tables_is_refused_by_name() {
        let error = Interactions::from_pairs(3, 4, [(3, 0)]).unwrap_err();
        assert_eq!(error.to_string(), "user 3 is outside 0..3");
        let error = Interactions::from_pairs(3, 4, [(0, 9)]).unwrap_err();
        assert_eq!(error.to_string(), "item 9 is outside 0..4");
    }

    #[test]
    fn prop_transposing_twice_changes_nothing_and_once_swaps_every_pair() {
        for seed in 0..20 {
            let x = random(seed, 17, 11, 0.2);
            let t = x.transpose();
            assert_eq!(t.transpose(), x);
            let mut swapped: Vec<_> = t.pairs().map(|(item, user)| (user, item)).collect();
            swapped.sort_unstable();
            assert_eq!(swapped, x.pairs().collect::<Vec<_>>());
        }
    }
}
