//! Products with the rows that are learned from: a few dense columns and one weight a user and item.

use rayon::prelude::*;

use crate::platform::models::features::table::Table;

/// Rows that one sum runs over before it joins the others; part of the definition of the sums.
const ROWS_PER_SUM: usize = 4_096;

/// Whether users and items have weights of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// They have.
    Weighted,
    /// They have not.
    Ignored,
}

/// The rows of a table. Weights lie in this order: bias, columns, users, items.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    table: &'a Table,
    ids: Ids,
    n_users: usize,
    n_items: usize,
}

impl<'a> Rows<'a> {
    /// Looks at the rows of a table; its users and items must be below these numbers.
    #[must_use]
    pub const fn new(table: &'a Table, ids: Ids, n_users: usize, n_items: usize) -> Self {
        Self {
            table,
            ids,
            n_users,
            n_items,
        }
    }

    /// Returns how many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.table.examples.len()
    }

    /// Says whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.table.examples.is_empty()
    }

    /// Returns how many weights there are.
    #[must_use]
    pub const fn n_weights(&self) -> usize {
        let ids = match self.ids {
            Ids::Weighted => self.n_users + self.n_items,
            Ids::Ignored => 0,
        };
        1 + self.table.schema.len() + ids
    }

    /// Returns 1 for rows that were engaged with, 0 for the others.
    pub fn outcomes(&self) -> impl Iterator<Item = f64> + 'a {
        let all = self.table.examples.iter();
        all.map(|e| f64::from(u8::from(e.engaged)))
    }

    fn places(&self, row: usize) -> [usize; 2] {
        let e = &self.table.examples[row];
        let first = 1 + self.table.schema.len();
        [
            first + e.user as usize,
            first + self.n_users + e.item as usize,
        ]
    }

    /// Returns the sum of weights times values, one a row.
    #[must_use]
    pub fn times(&self, weights: &[f64]) -> Vec<f64> {
        let columns = &weights[1..=self.table.schema.len()];
        (0..self.len())
            .into_par_iter()
            .map(|row| {
                let mut sum = weights[0] + dot(self.table.row(row), columns);
                if self.ids == Ids::Weighted {
                    sum += self.places(row).map(|p| weights[p]).iter().sum::<f64>();
                }
                sum
            })
            .collect()
    }

    /// Returns the sum of `v` times `power`-th powers of the values, one a weight.
    #[must_use]
    pub fn transposed_times(&self, v: &[f64], power: Power) -> Vec<f64> {
        let width = self.table.schema.len();
        let parts: Vec<Vec<f64>> = v
            .par_chunks(ROWS_PER_SUM)
            .enumerate()
            .map(|(at, part)| {
                let mut sums = vec![0.0; self.n_weights()];
                for (i, v) in part.iter().enumerate() {
                    let row = at * ROWS_PER_SUM + i;
                    sums[0] += v;
                    for (s, x) in sums[1..=width].iter_mut().zip(self.table.row(row)) {
                        let x = f64::from(*x);
                        *s += match power {
                            Power::One => v * x,
                            Power::Two => v * x * x,
                        };
                    }
                    if self.ids == Ids::Weighted {
                        for place in self.places(row) {
                            sums[place] += v;
                        }
                    }
                }
                sums
            })
            .collect();
        let mut sums = vec![0.0; self.n_weights()];
        for part in parts {
            for (s, p) in sums.iter_mut().zip(part) {
                *s += p;
            }
        }
        sums
    }
}

/// Returns Σ x w, in eight sums that do not wait for each other.
fn dot(x: &[f32], w: &[f64]) -> f64 {
    let mut lanes = [0.0f64; 8];
    let (cx, cw) = (x.chunks_exact(8), w.chunks_exact(8));
    let (rx, rw) = (cx.remainder(), cw.remainder());
    for (x, w) in cx.zip(cw) {
        for ((lane, x), w) in lanes.iter_mut().zip(x).zip(w) {
            *lane += f64::from(*x) * w;
        }
    }
    let rest = rx.iter().zip(rw).map(|(x, w)| f64::from(*x) * w);
    lanes.iter().sum::<f64>() + rest.sum::<f64>()
}

/// What values are raised to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// As they are.
    One,
    /// Their squares.
    Two,
}
