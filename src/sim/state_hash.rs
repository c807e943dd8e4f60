//! A hash of the whole simulated state, every tick.
//!
//! Whoever keeps state implements [`StateHash`] and registers it; state that is not registered is an error at start.
//! Large tables keep a running digest and rehash only the rows that were touched, so that a sleeping avatar costs nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rng::mix;

/// An order-dependent 64-bit hasher for state; not cryptographic.
#[derive(Debug, Clone, Copy)]
pub struct StateHasher {
    state: u64,
}

impl Default for StateHasher {
    fn default() -> Self {
        Self {
            state: 0x5851_F42D_4C95_7F2D,
        }
    }
}

impl StateHasher {
    /// Adds 64 bits.
    pub const fn u64(&mut self, x: u64) {
        self.state = (self.state.rotate_left(5) ^ x).wrapping_mul(0x517C_C1B7_2722_0A95);
        self.state ^= self.state >> 29;
    }
    /// Adds 32 bits.
    pub const fn u32(&mut self, x: u32) {
        self.u64(x as u64);
    }
    /// Adds a signed integer.
    pub const fn i64(&mut self, x: i64) {
        self.u64(x.cast_unsigned());
    }
    /// Adds the bits of a float.
    pub const fn f32(&mut self, x: f32) {
        self.u64(x.to_bits() as u64);
    }
    /// Adds the bits of a float.
    pub const fn f64(&mut self, x: f64) {
        self.u64(x.to_bits());
    }
    /// Adds the bits of many floats, two at a time.
    pub fn f32s(&mut self, xs: &[f32]) {
        for pair in xs.chunks(2) {
            let high = pair.get(1).map_or(0, |x| u64::from(x.to_bits()) << 32);
            self.u64(u64::from(pair[0].to_bits()) | high);
        }
    }
    /// Adds a text.
    pub fn text(&mut self, s: &str) {
        self.u64(s.len() as u64);
        for chunk in s.as_bytes().chunks(8) {
            let mut word = [0u8; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.u64(u64::from_le_bytes(word));
        }
    }
    /// Returns the digest of what was added.
    #[must_use]
    pub const fn finish(self) -> u64 {
        mix(self.state)
    }
}

/// State that can be hashed.
pub trait StateHash {
    /// Returns the digest of the current state; may refresh a cache, must not change what is observable.
    fn digest(&mut self) -> u64;
}

/// A row of a [`Table`].
pub trait RowHash {
    /// Adds everything the row holds.
    fn hash_row(&self, h: &mut StateHasher);
}

/// Rows with dense ids that know which of them changed since the last digest.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Vec<T>,
    row_digests: Vec<u64>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
    sum: u64,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            row_digests: Vec::new(),
            touched: Vec::new(),
            is_touched: Vec::new(),
            sum: 0,
        }
    }
}

impl<T> From<Vec<T>> for Table<T> {
    /// Makes a table of rows, none of which was hashed yet.
    fn from(rows: Vec<T>) -> Self {
        let mut table = Self::default();
        table.reserve(rows.len());
        for row in rows {
            table.push(row);
        }
        table
    }
}

/// Rows only: what is derived of them is made anew, so that a table that was kept and restored is hashed from scratch.
impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl<T> Table<T> {
    /// Makes room for `n` more rows.
    pub fn reserve(&mut self, n: usize) {
        self.rows.reserve(n);
        self.row_digests.reserve(n);
        self.is_touched.reserve(n);
    }
    /// Adds a row and returns its index.
    pub fn push(&mut self, row: T) -> usize {
        let idx = self.rows.len();
        self.rows.push(row);
        self.row_digests.push(0);
        self.is_touched.push(false);
        self.touch(idx);
        idx
    }
    /// Returns the row at `idx`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn row(&self, idx: usize) -> &T {
        &self.rows[idx]
    }
    /// Returns the row at `idx` for writing.
    ///
    /// # Panics
    /// If there is none.
    pub fn row_mut(&mut self, idx: usize) -> &mut T {
        self.touch(idx);
        &mut self.rows[idx]
    }
    /// Returns all rows.
    #[must_use]
    pub fn rows(&self) -> &[T] {
        &self.rows
    }
    /// Returns how many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Says whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    fn touch(&mut self, idx: usize) {
        if !self.is_touched[idx] {
            self.is_touched[idx] = true;
            self.touched
                .push(u32::try_from(idx).expect("tables hold fewer than 2^32 rows"));
        }
    }
}

impl<T: RowHash> StateHash for Table<T> {
    fn digest(&mut self) -> u64 {
        for idx in self.touched.drain(..) {
            let i = idx as usize;
            let mut h = StateHasher::default();
            h.u32(idx);
            self.rows[i].hash_row(&mut h);
            let new = h.finish();
            self.sum = self.sum.wrapping_sub(self.row_digests[i]).wrapping_add(new);
            self.row_digests[i] = new;
            self.is_touched[i] = false;
        }
        mix(self.sum ^ self.rows.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Row(u64);
    impl RowHash for Row {
        fn hash_row(&self, h: &mut StateHasher) {
            h.u64(self.0);
        }
    }

    #[test]
    fn incremental_digest_equals_digest_from_scratch() {
        let mut a = Table::default();
        for i in 0..100 {
            a.push(Row(i));
        }
        let first = a.digest();
        a.row_mut(3).0 = 99;
        a.row_mut(70).0 = 1;
        let second = a.digest();
        let mut b = Table::default();
        for i in 0..100 {
            b.push(Row(match i {
                3 => 99,
                70 => 1,
                _ => i,
            }));
        }
        assert_eq!(second, b.digest());
        assert_ne!(first, second);
    }

    #[test]
    fn a_table_that_was_kept_and_restored_has_the_same_digest_and_goes_on_like_the_other() {
        let mut a = Table::default();
        for i in 0..50 {
            a.push(Row(i));
        }
        a.digest();
        a.row_mut(7).0 = 1_000;
        let bytes = postcard::to_stdvec(&a).unwrap();
        let mut b: Table<Row> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(a.digest(), b.digest());
        for table in [&mut a, &mut b] {
            table.row_mut(9).0 = 3;
            table.push(Row(4));
        }
        assert_eq!(a.digest(), b.digest());
    }
}
