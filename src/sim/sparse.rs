//! Rows of the few avatars that have one, in the order in which they got it.
//!
//! A [`Table`] has a row for every avatar there is; here only some have one, and which row is whose follows from the rows. Like a
//! table it rehashes only the rows that were touched, so that what is over costs nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::AvatarId;
use super::state_hash::{RowHash, StateHash, StateHasher, Table};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Owned<T> {
    id: AvatarId,
    row: T,
}

impl<T: RowHash> RowHash for Owned<T> {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u32(self.id.0);
        self.row.hash_row(h);
    }
}

/// Rows by avatar, for a few of all avatars.
#[derive(Debug, Clone)]
pub struct SparseTable<T> {
    table: Table<Owned<T>>,
    /// The place of each avatar's row.
    places: BTreeMap<AvatarId, usize>,
}

impl<T> Default for SparseTable<T> {
    fn default() -> Self {
        Self {
            table: Table::default(),
            places: BTreeMap::new(),
        }
    }
}

/// Rows only: where they stand is found again when they are read.
impl<T: Serialize> Serialize for SparseTable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for SparseTable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = Table::<Owned<T>>::deserialize(deserializer)?;
        let rows = table.rows().iter().enumerate();
        let places = rows.map(|(at, owned)| (owned.id, at)).collect();
        Ok(Self { table, places })
    }
}

impl<T> SparseTable<T> {
    /// Returns the row of an avatar.
    #[must_use]
    pub fn get(&self, id: AvatarId) -> Option<&T> {
        let at = *self.places.get(&id)?;
        Some(&self.table.row(at).row)
    }

    /// Returns the row of an avatar for writing.
    pub fn get_mut(&mut self, id: AvatarId) -> Option<&mut T> {
        let at = *self.places.get(&id)?;
        Some(&mut self.table.row_mut(at).row)
    }

    /// Says whether an avatar has a row.
    #[must_use]
    pub fn contains(&self, id: AvatarId) -> bool {
        self.places.contains_key(&id)
    }

    /// Gives an avatar a row, in place of the one it had.
    pub fn insert(&mut self, id: AvatarId, row: T) {
        if let Some(old) = self.get_mut(id) {
            *old = row;
        } else {
            let at = self.table.push(Owned { id, row });
            self.places.insert(id, at);
        }
    }

    /// Lists the rows by id.
    pub fn iter(&self) -> impl Iterator<Item = (AvatarId, &T)> + '_ {
        let places = self.places.iter();
        places.map(|(id, at)| (*id, &self.table.row(*at).row))
    }

    /// Says whether nobody has a row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}

impl<T: Default> SparseTable<T> {
    /// Returns the row of an avatar for writing, an empty one if it had none.
    pub fn row_mut(&mut self, id: AvatarId) -> &mut T {
        let at = *self.places.entry(id).or_insert_with(|| {
            self.table.push(Owned {
                id,
                row: T::default(),
            })
        });
        &mut self.table.row_mut(at).row
    }
}

impl<T: RowHash> StateHash for SparseTable<T> {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Row(u64);

    impl RowHash for Row {
        fn hash_row(&self, h: &mut StateHasher) {
            h.u64(self.0);
        }
    }

    fn three() -> SparseTable<Row> {
        let mut t = SparseTable::default();
        for (id, x) in [(7, 70), (3, 30), (900, 1)] {
            t.insert(AvatarId(id), Row(x));
        }
        t
    }

    #[test]
    fn who_has_no_row_gets_an_empty_one_only_when_it_is_asked_for() {
        let mut t = three();
        assert_eq!(t.get(AvatarId(4)), None);
        assert!(t.get_mut(AvatarId(4)).is_none() && !t.contains(AvatarId(4)));
        t.row_mut(AvatarId(4)).0 += 5;
        t.row_mut(AvatarId(3)).0 += 5;
        t.insert(AvatarId(900), Row(2));
        let all: Vec<(u32, u64)> = t.iter().map(|(id, r)| (id.0, r.0)).collect();
        assert_eq!(all, [(3, 35), (4, 5), (7, 70), (900, 2)]);
    }

    #[test]
    fn what_was_kept_and_restored_is_found_and_hashed_like_the_other() {
        let mut a = three();
        let first = a.digest();
        let bytes = postcard::to_stdvec(&a).unwrap();
        let mut b: SparseTable<Row> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(b.digest(), first);
        for t in [&mut a, &mut b] {
            t.row_mut(AvatarId(3)).0 = 31;
            t.row_mut(AvatarId(5)).0 = 50;
        }
        assert_eq!(b.get(AvatarId(3)), Some(&Row(31)));
        assert_eq!(a.digest(), b.digest());
        assert_ne!(a.digest(), first);
    }

    #[test]
    fn the_same_rows_of_others_are_something_else() {
        let digest = |id| {
            let mut t = SparseTable::default();
            t.insert(AvatarId(id), Row(1));
            t.digest()
        };
        assert_ne!(digest(1), digest(2));
    }
}
