//! Hidden tastes: a factorisation of who met what, around genres that are known.
//!
//! Every item is a unit vector `t_c = unit([√g·genres_c ; h_c])`, every person a vector `x_i` over the same columns.
//! `y_ic ≈ b_c + x_i·t_c` by alternating least squares over all pairs, met or not: what was met has the weight
//! `1 + α`, what was not has weight 1 and y = 0; `b_c` is the item's weighted mean, so that the vectors say how
//! somebody differs from everybody. The genres stay as they are; only the hidden columns of items are learned.
//! Each row is solved on its own and sums are taken in a fixed order, so that threads cannot move a bit.
//!
//! # Source
//! Hu, Koren and Volinsky (2008) for the objective and its cost of O(pairs·d² + rows·d³); the fixed genre columns are ours.

use rayon::prelude::*;

use crate::sim::rng::{Purpose, RngStream};
use crate::society::avatars::avatar::MAX_TOPICS;

/// A vector over topics and hidden tastes.
pub type Vector = [f32; MAX_TOPICS];

/// Rows of one side whose outer products are summed before they are merged in order.
const CHUNK: usize = 4_096;

/// How the factors are learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Columns that are genres.
    pub n_topics: usize,
    /// Columns in use, genres and hidden tastes; at most [`MAX_TOPICS`].
    pub n_columns: usize,
    /// Share of an item's vector that its genres make up on average, in (0, 1].
    pub genre_share: f64,
    /// Weight of what was met beyond the weight of what was not.
    pub alpha: f64,
    /// Ridge.
    pub ridge: f64,
    /// Rounds of alternation.
    pub rounds: u32,
    /// Seed of the first hidden columns.
    pub seed: u64,
}

/// Who met what, with a value in (0, 1] each, by row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Met {
    offsets: Vec<usize>,
    entries: Vec<(u32, f32)>,
}

impl Met {
    /// Collects (row, column, value); each pair may occur once.
    #[must_use]
    pub fn new(n_rows: usize, pairs: impl Iterator<Item = (u32, u32, f32)> + Clone) -> Self {
        let mut offsets = vec![0; n_rows + 1];
        for (row, ..) in pairs.clone() {
            offsets[row as usize + 1] += 1;
        }
        for r in 0..n_rows {
            offsets[r + 1] += offsets[r];
        }
        let mut next = offsets.clone();
        let mut entries = vec![(0, 0.0); offsets[n_rows]];
        for (row, column, value) in pairs {
            entries[next[row as usize]] = (column, value);
            next[row as usize] += 1;
        }
        Self { offsets, entries }
    }

    /// Returns how many rows there are.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Returns what a row met.
    #[must_use]
    pub fn row(&self, row: usize) -> &[(u32, f32)] {
        &self.entries[self.offsets[row]..self.offsets[row + 1]]
    }
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    /// Unit vectors of the items.
    pub items: Vec<Vector>,
    /// Vectors of the people, as solved: not of length 1.
    pub people: Vec<Vector>,
}

/// A symmetric system `A·x = b` of up to [`MAX_TOPICS`] unknowns.
#[derive(Clone)]
struct System {
    a: [[f64; MAX_TOPICS]; MAX_TOPICS],
    b: [f64; MAX_TOPICS],
}

impl System {
    const ZERO: Self = Self {
        a: [[0.0; MAX_TOPICS]; MAX_TOPICS],
        b: [0.0; MAX_TOPICS],
    };

    /// Adds `w·v·vᵀ` to the lower triangle of A.
    fn add_outer(&mut self, v: &[f32], w: f64) {
        for (i, row) in self.a.iter_mut().enumerate().take(v.len()) {
            let wi = w * f64::from(v[i]);
            for (x, vj) in row[..=i].iter_mut().zip(v) {
                *x += wi * f64::from(*vj);
            }
        }
    }

    /// Adds `w·v` to b.
    fn add_right(&mut self, v: &[f32], w: f64) {
        for (x, vi) in self.b.iter_mut().zip(v) {
            *x += w * f64::from(*vi);
        }
    }

    fn merge(&mut self, other: &Self) {
        for (row, more) in self.a.iter_mut().zip(&other.a) {
            for (x, y) in row.iter_mut().zip(more) {
                *x += y;
            }
        }
        for (x, y) in self.b.iter_mut().zip(&other.b) {
            *x += y;
        }
    }

    /// Solves for the unknowns `from..to`, with the ridge on the diagonal (Cholesky).
    #[expect(
        clippy::needless_range_loop,
        reason = "a factorisation is read by its indices"
    )]
    fn solve(mut self, from: usize, to: usize, ridge: f64) -> Vector {
        let a = &mut self.a;
        for i in from..to {
            for j in from..=i {
                let mut s = a[i][j] + if i == j { ridge } else { 0.0 };
                for k in from..j {
                    s -= a[i][k] * a[j][k];
                }
                // A Gram matrix with a ridge has positive pivots; rounding may not.
                a[i][j] = if i == j {
                    s.max(1e-12).sqrt()
                } else {
                    s / a[j][j]
                };
            }
        }
        let b = &mut self.b;
        for i in from..to {
            for k in from..i {
                b[i] -= a[i][k] * b[k];
            }
            b[i] /= a[i][i];
        }
        for i in (from..to).rev() {
            for k in i + 1..to {
                b[i] -= a[k][i] * b[k];
            }
            b[i] /= a[i][i];
        }
        let mut x = [0.0; MAX_TOPICS];
        for (x, b) in x[from..to].iter_mut().zip(&b[from..to]) {
            *x = *b as f32;
        }
        x
    }
}

/// Sums the outer products of all vectors into A and `weight·vector` into b.
fn gram(vectors: &[Vector], weights: Option<&[f64]>, d: usize) -> System {
    let parts: Vec<System> = vectors
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, vectors)| {
            let mut sum = System::ZERO;
            for (i, v) in vectors.iter().enumerate() {
                sum.add_outer(&v[..d], 1.0);
                let w = weights.map_or(1.0, |w| w[chunk * CHUNK + i]);
                sum.add_right(&v[..d], w);
            }
            sum
        })
        .collect();
    let mut total = System::ZERO;
    for part in &parts {
        total.merge(part);
    }
    total
}

fn norm(v: &[f32]) -> f64 {
    v.iter()
        .map(|x| f64::from(*x) * f64::from(*x))
        .sum::<f64>()
        .sqrt()
}

/// Joins genres and hidden tastes of every item into a unit vector; hidden tastes are scaled by one factor for all.
fn join(genres: &[Vector], hidden: &[Vector], by_item: &Met, s: &Settings) -> Vec<Vector> {
    let (mut sum, mut n) = (0.0, 0.0);
    for (c, h) in hidden.iter().enumerate() {
        let weight = by_item.row(c).len() as f64;
        sum += weight * norm(h) * norm(h);
        n += weight;
    }
    let spread = if n > 0.0 { (sum / n).sqrt() } else { 0.0 };
    let scale = if spread > 0.0 {
        (1.0 - s.genre_share).sqrt() / spread
    } else {
        0.0
    };
    let share = s.genre_share.sqrt();
    genres
        .iter()
        .zip(hidden)
        .map(|(g, h)| {
            let mut t = [0.0; MAX_TOPICS];
            for k in 0..s.n_columns {
                t[k] = (share * f64::from(g[k]) + scale * f64::from(h[k])) as f32;
            }
            let length = norm(&t);
            if length > 0.0 {
                for x in &mut t {
                    *x = (f64::from(*x) / length) as f32;
                }
            }
            t
        })
        .collect()
}

/// Weighted mean of y for each item.
fn means(by_item: &Met, n_people: usize, alpha: f64) -> Vec<f64> {
    (0..by_item.n_rows())
        .map(|c| {
            let row = by_item.row(c);
            let met: f64 = row.iter().map(|(_, p)| f64::from(*p)).sum();
            (1.0 + alpha) * met / (n_people as f64 + alpha * row.len() as f64)
        })
        .collect()
}

/// Solves for every person, given the items.
fn solve_people(by_person: &Met, items: &[Vector], bias: &[f64], s: &Settings) -> Vec<Vector> {
    let d = s.n_columns;
    let base = gram(items, Some(bias), d);
    let one = |i: usize| {
        let mut system = base.clone();
        for b in &mut system.b {
            *b = -*b;
        }
        for (c, p) in by_person.row(i) {
            let t = &items[*c as usize][..d];
            let b = bias[*c as usize];
            system.add_outer(t, s.alpha);
            system.add_right(t, (1.0 + s.alpha) * (f64::from(*p) - b) + b);
        }
        system.solve(0, d, s.ridge)
    };
    (0..by_person.n_rows()).into_par_iter().map(one).collect()
}

/// Solves for the hidden columns of every item, given the people and the genres as they stand in `items`.
fn solve_items(
    by_item: &Met,
    people: &[Vector],
    items: &[Vector],
    bias: &[f64],
    s: &Settings,
) -> Vec<Vector> {
    let (n_topics, d) = (s.n_topics, s.n_columns);
    let base = gram(people, None, d);
    let one = |c: usize| {
        let genres = &items[c][..n_topics];
        let known = |x: &Vector| -> f64 {
            let products = x
                .iter()
                .zip(genres)
                .map(|(a, b)| f64::from(*a) * f64::from(*b));
            products.sum()
        };
        let mut system = base.clone();
        for k in n_topics..d {
            let crossed: f64 = (0..n_topics)
                .map(|j| base.a[k][j] * f64::from(genres[j]))
                .sum();
            system.b[k] = -bias[c] * base.b[k] - crossed;
        }
        for (i, p) in by_item.row(c) {
            let x = &people[*i as usize];
            let rest = -bias[c] - known(x);
            system.add_outer(&x[..d], s.alpha);
            system.add_right(&x[..d], (1.0 + s.alpha) * (f64::from(*p) + rest) - rest);
        }
        system.solve(n_topics, d, s.ridge)
    };
    (0..by_item.n_rows()).into_par_iter().map(one).collect()
}

/// Learns the vectors; `genres` holds one vector an item over the first columns, of length 1 or 0.
pub fn factorise(
    by_person: &Met,
    by_item: &Met,
    genres: &[Vector],
    s: &Settings,
    progress: &mut dyn FnMut(&str, f64),
) -> Factors {
    let bias = means(by_item, by_person.n_rows(), s.alpha);
    let mut hidden: Vec<Vector> = (0..genres.len())
        .map(|c| {
            let mut rng = RngStream::new(s.seed, Purpose::Import, c as u64, 0);
            let mut h = [0.0; MAX_TOPICS];
            for x in &mut h[s.n_topics..s.n_columns] {
                *x = rng.normal() as f32;
            }
            h
        })
        .collect();
    let mut items = join(genres, &hidden, by_item, s);
    let mut people = solve_people(by_person, &items, &bias, s);
    for round in 0..s.rounds {
        hidden = solve_items(by_item, &people, &items, &bias, s);
        items = join(genres, &hidden, by_item, s);
        people = solve_people(by_person, &items, &bias, s);
        progress(
            "fitting interests",
            f64::from(round + 1) / f64::from(s.rounds),
        );
    }
    Factors { items, people }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            n_topics: 1,
            n_columns: 4,
            genre_share: 0.2,
            alpha: 8.0,
            ridge: 1.0,
            rounds: 6,
            seed: 1,
        }
    }

    /// Two tastes that no genre tells: people of a kind meet most of one half of the items.
    fn two_tastes() -> Vec<(u32, u32, f32)> {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let mut pairs = Vec::new();
        for person in 0..40u32 {
            for item in 0..20u32 {
                if rng.chance(0.6) {
                    pairs.push((person, item + 20 * (person % 2), 1.0));
                }
            }
        }
        pairs
    }

    fn fit(pairs: &[(u32, u32, f32)]) -> Factors {
        let mut genre = [0.0; MAX_TOPICS];
        genre[0] = 1.0;
        let by_person = Met::new(40, pairs.iter().copied());
        let by_item = Met::new(40, pairs.iter().map(|(i, c, p)| (*c, *i, *p)));
        factorise(
            &by_person,
            &by_item,
            &[genre; 40],
            &settings(),
            &mut |_, _| {},
        )
    }

    #[test]
    fn hidden_tastes_that_no_genre_tells_are_found() {
        let f = fit(&two_tastes());
        for person in 0..40 {
            let x = &f.people[person];
            let score = |c: usize| crate::sim::math::dot(x, &f.items[c]);
            let mean = |half: usize| (0..20).map(|c| score(c + 20 * half)).sum::<f32>() / 20.0;
            assert!(mean(person % 2) > mean(1 - person % 2), "person {person}");
        }
        for t in &f.items {
            assert!((norm(t) - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn the_same_log_gives_the_same_bits_on_one_thread_and_on_many() {
        let pairs = two_tastes();
        let alone = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        assert!(alone.install(|| fit(&pairs)) == fit(&pairs));
    }

    #[test]
    fn a_system_is_solved() {
        let mut s = System::ZERO;
        s.add_outer(&[2.0, 1.0], 1.0);
        s.add_outer(&[0.0, 1.0], 1.0);
        s.add_right(&[1.0, 0.5], 1.0);
        // A = [[4, 2], [2, 2]] and a ridge of 1: [[5, 2], [2, 3]]·x = [1, 0.5].
        let x = s.solve(0, 2, 1.0);
        assert!((x[0] - 2.0 / 11.0).abs() < 1e-6 && (x[1] - 0.5 / 11.0).abs() < 1e-6);
    }
}
