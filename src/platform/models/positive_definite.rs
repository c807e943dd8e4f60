//! Cholesky factor and inverse of a symmetric positive definite matrix, blocked, with the same bits on any thread count.
//!
//! All three stages (factor `A = LLᵀ`, `M = L⁻¹`, `A⁻¹ = MᵀM`) walk block by block and spend their time in one kernel:
//! subtract the product of two packed panels. Every element of the target is owned by one row group and its
//! products are added in block order, so how rows are spread over threads changes nothing.

use rayon::prelude::*;

/// Rows and columns of a block; matrices are padded with a unit diagonal to a multiple of it.
const BLOCK: usize = 64;
/// Rows and columns of the register tile of the kernel.
const TILE: usize = 4;

/// A matrix that has no Cholesky factor.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("matrix is not positive definite: pivot {pivot} of row {row} must be above 0")]
pub struct NotPositiveDefinite {
    /// Row at which it was noticed.
    pub row: usize,
    /// What was left of the diagonal there.
    pub pivot: f64,
}

/// Inverts a symmetric positive definite `n × n` matrix given by rows; only its lower triangle is read.
///
/// n³/2 multiply-adds. The result is symmetric to the bit.
///
/// # Errors
/// [`NotPositiveDefinite`] if a pivot is not above 0.
///
/// # Panics
/// If `matrix` does not hold `n · n` values.
pub fn invert(matrix: &[f64], n: usize) -> Result<Vec<f64>, NotPositiveDefinite> {
    assert_eq!(matrix.len(), n * n, "the matrix is square");
    let width = n.next_multiple_of(BLOCK);
    let mut factor = vec![0.0; width * width];
    for (i, row) in matrix.chunks_exact(n.max(1)).enumerate() {
        factor[i * width..i * width + n].copy_from_slice(row);
    }
    for i in n..width {
        factor[i * width + i] = 1.0;
    }
    factorize(&mut factor, width)?;
    let factor_inverse = invert_triangle(&factor, width);
    let negative = negative_gram(&factor_inverse, width);

    let mut inverse = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let value = -negative[i * width + j];
            inverse[i * n + j] = value;
            inverse[j * n + i] = value;
        }
    }
    Ok(inverse)
}

/// Replaces the lower triangle by the factor L, right-looking; the upper triangle holds rubbish afterwards.
fn factorize(a: &mut [f64], width: usize) -> Result<(), NotPositiveDefinite> {
    for begin in (0..width).step_by(BLOCK) {
        let end = begin + BLOCK;
        for i in begin..end {
            for j in begin..=i {
                let (ri, rj) = (&a[i * width..][begin..j], &a[j * width..][begin..j]);
                let rest = a[i * width + j] - product(ri, rj);
                if i > j {
                    a[i * width + j] = rest / a[j * width + j];
                } else if rest > 0.0 {
                    a[i * width + i] = rest.sqrt();
                } else {
                    return Err(NotPositiveDefinite {
                        row: i,
                        pivot: rest,
                    });
                }
            }
        }
        let (done, below) = a.split_at_mut(end * width);
        let diagonal = &done[begin * width..];
        below.par_chunks_mut(width).for_each(|row| {
            let row = &mut row[begin..end];
            for j in 0..BLOCK {
                let of_block = &diagonal[j * width + begin..][..=j];
                row[j] = (row[j] - product(&row[..j], &of_block[..j])) / of_block[j];
            }
        });
        let panel = Panel::of_rows(below, width, begin);
        // Row group g of what is below reaches the diagonal at its own column group.
        subtract_product(&mut below[..], width, &panel, end, &panel, |g| g + 1);
    }
    Ok(())
}

/// Returns the lower triangle L⁻¹.
fn invert_triangle(l: &[f64], width: usize) -> Vec<f64> {
    let mut x = vec![0.0; width * width];
    for i in 0..width {
        x[i * width + i] = 1.0;
    }
    for begin in (0..width).step_by(BLOCK) {
        let end = begin + BLOCK;
        // Rows of this block: forward substitution within the block, all columns at once.
        for i in begin..end {
            let (above, row) = x.split_at_mut(i * width);
            let row = &mut row[..end];
            for k in begin..i {
                let factor = l[i * width + k];
                for (value, other) in row.iter_mut().zip(&above[k * width..][..end]) {
                    *value -= factor * other;
                }
            }
            let pivot = l[i * width + i];
            for value in row {
                *value /= pivot;
            }
        }
        let (done, below) = x.split_at_mut(end * width);
        let left = Panel::of_rows(&l[end * width..], width, begin);
        let right = Panel::of_columns(&done[begin * width..], width, end);
        subtract_product(below, width, &left, 0, &right, |_| end / TILE);
    }
    x
}

/// Returns the lower triangle of −MᵀM for a lower triangle M.
fn negative_gram(m: &[f64], width: usize) -> Vec<f64> {
    let mut gram = vec![0.0; width * width];
    for begin in (0..width).step_by(BLOCK) {
        let end = begin + BLOCK;
        let panel = Panel::of_columns(&m[begin * width..end * width], width, end);
        subtract_product(&mut gram[..end * width], width, &panel, 0, &panel, |g| {
            g + 1
        });
    }
    gram
}

/// A strip of a matrix, [`BLOCK`] deep, packed so that the kernel reads it in order: group by group of [`TILE`].
struct Panel(Vec<[f64; TILE]>);

impl Panel {
    /// Packs columns `begin..begin + BLOCK` of all given rows, in groups of rows.
    fn of_rows(rows: &[f64], width: usize, begin: usize) -> Self {
        let mut packed = Vec::with_capacity(rows.len() / width / TILE * BLOCK);
        for group in rows.chunks_exact(TILE * width) {
            for k in begin..begin + BLOCK {
                packed.push([
                    group[k],
                    group[width + k],
                    group[2 * width + k],
                    group[3 * width + k],
                ]);
            }
        }
        Self(packed)
    }

    /// Packs columns `0..end` of the first [`BLOCK`] rows, in groups of columns.
    fn of_columns(rows: &[f64], width: usize, end: usize) -> Self {
        let mut packed = Vec::with_capacity(end / TILE * BLOCK);
        for begin in (0..end).step_by(TILE) {
            for k in 0..BLOCK {
                let [a, b, c, d] = rows[k * width + begin..][..TILE] else {
                    unreachable!("the slice is one tile long")
                };
                packed.push([a, b, c, d]);
            }
        }
        Self(packed)
    }

    fn group(&self, g: usize) -> &[[f64; TILE]] {
        &self.0[g * BLOCK..(g + 1) * BLOCK]
    }
}

/// Subtracts left · rightᵀ (as packed) from `target`, whose rows are those of `left`, beginning at a column.
///
/// `n_groups` tells for a row group how many column groups are wanted.
fn subtract_product(
    target: &mut [f64],
    width: usize,
    left: &Panel,
    first_column: usize,
    right: &Panel,
    n_groups: impl Fn(usize) -> usize + Sync,
) {
    target
        .par_chunks_mut(TILE * width)
        .enumerate()
        .for_each(|(g, rows)| {
            let a = left.group(g);
            for h in 0..n_groups(g) {
                let sums = tile(a, right.group(h));
                for (r, sums) in sums.iter().enumerate() {
                    let at = r * width + first_column + h * TILE;
                    for (value, sum) in rows[at..at + TILE].iter_mut().zip(sums) {
                        *value -= sum;
                    }
                }
            }
        });
}

/// Multiplies two packed groups; sixteen sums stay in registers, each added in order of depth.
fn tile(a: &[[f64; TILE]], b: &[[f64; TILE]]) -> [[f64; TILE]; TILE] {
    let [mut a0, mut a1, mut a2, mut a3] = [0.0; 4];
    let [mut b0, mut b1, mut b2, mut b3] = [0.0; 4];
    let [mut c0, mut c1, mut c2, mut c3] = [0.0; 4];
    let [mut d0, mut d1, mut d2, mut d3] = [0.0; 4];
    for ([p, q, r, s], [w, x, y, z]) in a.iter().zip(b) {
        a0 += p * w;
        a1 += p * x;
        a2 += p * y;
        a3 += p * z;
        b0 += q * w;
        b1 += q * x;
        b2 += q * y;
        b3 += q * z;
        c0 += r * w;
        c1 += r * x;
        c2 += r * y;
        c3 += r * z;
        d0 += s * w;
        d1 += s * x;
        d2 += s * y;
        d3 += s * z;
    }
    [
        [a0, a1, a2, a3],
        [b0, b1, b2, b3],
        [c0, c1, c2, c3],
        [d0, d1, d2, d3],
    ]
}

/// Adds products from left to right.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (x, y) in a.iter().zip(b) {
        sum += x * y;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn random(seed: u64, n: usize) -> Vec<f64> {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        let x: Vec<f64> = (0..n * n).map(|_| rng.normal()).collect();
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                a[i * n + j] = product(&x[i * n..(i + 1) * n], &x[j * n..(j + 1) * n]);
            }
            a[i * n + i] += n as f64;
        }
        a
    }

    #[test]
    fn prop_a_matrix_times_its_inverse_is_the_unit_matrix() {
        for (seed, n) in [(1, 1), (2, 3), (3, 64), (4, 65), (5, 130)] {
            let a = random(seed, n);
            let inverse = invert(&a, n).unwrap();
            for i in 0..n {
                for j in 0..n {
                    // The inverse is symmetric, so its row j is its column j.
                    let value = product(&a[i * n..(i + 1) * n], &inverse[j * n..(j + 1) * n]);
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!(
                        (value - expected).abs() < 1e-10,
                        "n {n} at {i}, {j}: {value}"
                    );
                }
            }
        }
    }

    #[test]
    fn number_of_threads_does_not_move_a_bit() {
        let a = random(9, 200);
        let on = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| invert(&a, 200).unwrap())
        };
        assert!(on(1) == on(3));
    }

    #[test]
    fn a_matrix_with_a_negative_direction_is_refused_with_its_row() {
        let error = invert(&[1.0, 2.0, 2.0, 1.0], 2).unwrap_err();
        assert_eq!((error.row, error.pivot), (1, -3.0));
        assert_eq!(invert(&[], 0).unwrap(), Vec::<f64>::new());
    }
}
