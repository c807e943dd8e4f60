//! EASE: a linear autoencoder with zero diagonal, in closed form.
//!
//! `P = (XᵀX + λI)⁻¹`, `B = −P / diag(P)` with zero diagonal; a history scores `Σ_a B_ab`.

use rayon::prelude::*;

use super::interactions::Interactions;

/// Columns factored at once; keeps a panel in cache.
const BLOCK: usize = 48;

/// The item–item weights.
#[derive(Debug, Clone, Default)]
pub struct Ease {
    n: usize,
    weights: Vec<f32>,
}

impl Ease {
    /// Fits the weights; `n_items`³ operations, in chunks whose result does not depend on the number of threads.
    ///
    /// # Source
    /// Steck (2019).
    #[must_use]
    pub fn fit(x: &Interactions, lambda: f64) -> Self {
        let n = x.n_items();
        let mut g = x.gram();
        for i in 0..n {
            g[i * n + i] += lambda;
        }
        let p = invert(g, n);
        let weights = p
            .par_chunks(n.max(1))
            .enumerate()
            .flat_map_iter(|(a, row)| {
                let p = &p;
                row.iter().enumerate().map(move |(b, v)| {
                    if a == b {
                        0.0
                    } else {
                        (-v / p[b * n + b]) as f32
                    }
                })
            })
            .collect();
        Self { n, weights }
    }

    /// Returns the weights, row-major by the item that is known.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Adds the scores of a history to `scores`, one for each item.
    pub fn score(&self, history: &[u32], scores: &mut [f32]) {
        for a in history {
            let row = &self.weights[*a as usize * self.n..(*a as usize + 1) * self.n];
            for (s, w) in scores.iter_mut().zip(row) {
                *s += w;
            }
        }
    }

    /// Lists how much each item of a history contributes to the score of an item; the parts add up to it.
    #[must_use]
    pub fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)> {
        history
            .iter()
            .map(|a| (*a, self.weights[*a as usize * self.n + item as usize]))
            .collect()
    }
}

/// Inverts a symmetric positive definite matrix by Cholesky factorisation.
///
/// # Panics
/// If the matrix is not positive definite; a Gram matrix plus a positive ridge always is.
fn invert(mut a: Vec<f64>, n: usize) -> Vec<f64> {
    factor(&mut a, n);
    // Rows of L⁻ᵀ, each found on its own by forward substitution on a unit vector.
    let mut inverse_t = vec![0.0; n * n];
    inverse_t
        .par_chunks_mut(n.max(1))
        .enumerate()
        .for_each(|(j, x)| {
            // Solve L y = e_j; y is zero before j.
            x[j] = 1.0 / a[j * n + j];
            for i in j + 1..n {
                let s = dot(&a[i * n + j..i * n + i], &x[j..i]);
                x[i] = -s / a[i * n + i];
            }
        });
    // A⁻¹ = L⁻ᵀ L⁻¹: entry (i, j) is the product of the rows i and j of L⁻ᵀ from the later of the two on.
    let mut out = vec![0.0; n * n];
    out.par_chunks_mut(n.max(1))
        .enumerate()
        .for_each(|(i, row)| {
            for (j, v) in row.iter_mut().enumerate() {
                let from = i.max(j);
                *v = dot(
                    &inverse_t[i * n + from..(i + 1) * n],
                    &inverse_t[j * n + from..(j + 1) * n],
                );
            }
        });
    out
}

/// Factors in place: the lower triangle becomes L with A = LLᵀ.
fn factor(a: &mut [f64], n: usize) {
    for k in (0..n).step_by(BLOCK) {
        let end = (k + BLOCK).min(n);
        // The diagonal block and the panel below it, row by row.
        let (head, tail) = a.split_at_mut(end * n);
        for j in k..end {
            for i in k..=j {
                let s = dot(&head[j * n + k..j * n + i], &head[i * n + k..i * n + i]);
                let v = head[j * n + i] - s;
                if i == j {
                    assert!(v > 0.0, "matrix is not positive definite at {j}");
                    head[j * n + j] = v.sqrt();
                } else {
                    head[j * n + i] = v / head[i * n + i];
                }
            }
        }
        let head = &*head;
        tail.par_chunks_mut(n).for_each(|row| {
            for i in k..end {
                let s = dot(&row[k..i], &head[i * n + k..i * n + i]);
                row[i] = (row[i] - s) / head[i * n + i];
            }
        });
        // The rest: A ← A − P Pᵀ, lower triangle.
        let m = n - end;
        let panel: Vec<f64> = tail
            .chunks(n)
            .flat_map(|row| row[k..end].iter().copied())
            .collect();
        let width = end - k;
        tail.par_chunks_mut(n).enumerate().for_each(|(i, row)| {
            let mine = &panel[i * width..(i + 1) * width];
            for j in 0..=i.min(m.saturating_sub(1)) {
                row[end + j] -= dot(mine, &panel[j * width..(j + 1) * width]);
            }
        });
    }
}

/// Dot product in eight lanes; the lanes are part of the definition.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0f64; 8];
    let (ca, cb) = (a.chunks_exact(8), b.chunks_exact(8));
    let (ra, rb) = (ca.remainder(), cb.remainder());
    for (x, y) in ca.zip(cb) {
        for ((lane, p), q) in lanes.iter_mut().zip(x).zip(y) {
            *lane += p * q;
        }
    }
    let mut tail = 0.0;
    for (p, q) in ra.iter().zip(rb) {
        tail += p * q;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn the_inverse_times_the_matrix_is_the_identity() {
        let n = 131;
        let mut r = RngStream::new(4, Purpose::Test, 0, 0);
        let pairs: Vec<(u32, u32)> = (0..3_000)
            .map(|_| (r.below(200) as u32, r.below(n) as u32))
            .collect();
        let x = Interactions::from_pairs(200, n, &pairs);
        let mut g = x.gram();
        for i in 0..n {
            g[i * n + i] += 10.0;
        }
        let p = invert(g.clone(), n);
        for i in 0..n {
            for j in 0..n {
                let s: f64 = (0..n).map(|k| g[i * n + k] * p[k * n + j]).sum();
                let want = if i == j { 1.0 } else { 0.0 };
                assert!((s - want).abs() < 1e-9, "({i}, {j}): {s}");
            }
        }
    }

    #[test]
    fn no_item_speaks_for_itself_and_contributions_add_up() {
        let pairs: Vec<(u32, u32)> = (0..60)
            .flat_map(|u| (0..5).map(move |i| (u, (u * 3 + i * i) % 20)))
            .collect();
        let x = Interactions::from_pairs(60, 20, &pairs);
        let e = Ease::fit(&x, 5.0);
        let history = [2, 7, 11];
        let mut s = vec![0.0; 20];
        e.score(&history, &mut s);
        for (item, score) in s.iter().enumerate() {
            let parts: f32 = e.explain(&history, item as u32).iter().map(|p| p.1).sum();
            assert!((parts - score).abs() < 1e-6);
        }
        assert!(e.explain(&[4], 4).iter().all(|p| p.1 == 0.0));
    }
}
