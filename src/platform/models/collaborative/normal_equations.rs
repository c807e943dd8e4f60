//! Small symmetric systems: weighted sums of outer products, their Cholesky factor, and solutions.
//!
//! Matrices are square, row-major, of a side that is a multiple of [`TILE`]; only lower triangles mean anything. Sums are taken
//! in the order of the rows given, whatever the number of threads.

use rayon::prelude::*;

use super::super::params::ModelError;
use super::super::positive_definite::NotPositiveDefinite;

/// Rows and columns of the register tile; sides are multiples of it.
pub const TILE: usize = 4;

/// Returns `n` rounded up to a side.
#[must_use]
pub const fn side_of(n: usize) -> usize {
    n.next_multiple_of(TILE)
}

/// Says in the words of models that a matrix has no factor.
pub(super) fn refused(e: NotPositiveDefinite) -> ModelError {
    ModelError::Value {
        what: format!("pivot {} of a matrix", e.row),
        found: e.pivot.to_string(),
        allowed: "above 0; more regularization makes it so".to_owned(),
    }
}

/// Adds `Σ_k left_k · right_kᵀ` to the lower triangle of `matrix`; both hold rows of length `side`.
///
/// # Panics
/// If the lengths do not fit.
pub fn add_products(matrix: &mut [f64], left: &[f64], right: &[f64], side: usize) {
    assert_eq!(matrix.len(), side * side, "the matrix is square");
    assert_eq!(left.len(), right.len(), "one row for each");
    for (i, rows) in matrix.chunks_exact_mut(TILE * side).enumerate() {
        add_tiles(rows, i, left, right, side);
    }
}

/// Adds `Σ_k row_k · row_kᵀ` of all rows of a table, several tiles at once.
///
/// # Panics
/// If the lengths do not fit.
pub fn add_gram(matrix: &mut [f64], table: &[f64], side: usize) {
    assert_eq!(matrix.len(), side * side, "the matrix is square");
    matrix
        .par_chunks_exact_mut(TILE * side)
        .enumerate()
        .for_each(|(i, rows)| add_tiles(rows, i, table, table, side));
}

/// Adds to the `i`-th [`TILE`] rows of a matrix, up to the diagonal; sixteen sums stay in registers.
fn add_tiles(rows: &mut [f64], i: usize, left: &[f64], right: &[f64], side: usize) {
    for j in 0..=i {
        let (at, by) = (i * TILE, j * TILE);
        let mut sums = [[0.0f64; TILE]; TILE];
        let [s0, s1, s2, s3] = &mut sums;
        for (l, r) in left.chunks_exact(side).zip(right.chunks_exact(side)) {
            let ([a, b, c, d], [w, x, y, z]) = (&l[at..at + TILE], &r[by..by + TILE]) else {
                unreachable!("the slices are one tile long")
            };
            s0[0] += a * w;
            s0[1] += a * x;
            s0[2] += a * y;
            s0[3] += a * z;
            s1[0] += b * w;
            s1[1] += b * x;
            s1[2] += b * y;
            s1[3] += b * z;
            s2[0] += c * w;
            s2[1] += c * x;
            s2[2] += c * y;
            s2[3] += c * z;
            s3[0] += d * w;
            s3[1] += d * x;
            s3[2] += d * y;
            s3[3] += d * z;
        }
        for (row, sums) in rows.chunks_exact_mut(side).zip(sums) {
            for (value, sum) in row[by..by + TILE].iter_mut().zip(sums) {
                *value += sum;
            }
        }
    }
}

/// Replaces the lower triangle of a matrix by its Cholesky factor.
///
/// # Errors
/// [`NotPositiveDefinite`] if a pivot is not above 0.
///
/// # Panics
/// If the matrix is not square.
pub fn factorize(matrix: &mut [f64], side: usize) -> Result<(), NotPositiveDefinite> {
    assert_eq!(matrix.len(), side * side, "the matrix is square");
    for i in 0..side {
        let (above, row) = matrix.split_at_mut(i * side);
        for j in 0..i {
            let of_j = &above[j * side..][..=j];
            row[j] = (row[j] - dot(&row[..j], &of_j[..j])) / of_j[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if pivot.is_nan() || pivot <= 0.0 {
            return Err(NotPositiveDefinite { row: i, pivot });
        }
        row[i] = pivot.sqrt();
    }
    Ok(())
}

/// Replaces `b` by the solution of `L·Lᵀ·x = b`.
///
/// # Panics
/// If the lengths do not fit.
pub fn solve(factor: &[f64], b: &mut [f64]) {
    let side = b.len();
    assert_eq!(factor.len(), side * side, "the factor is square");
    for i in 0..side {
        let row = &factor[i * side..][..=i];
        b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
    }
    for i in (0..side).rev() {
        let row = &factor[i * side..][..=i];
        let x = b[i] / row[i];
        b[i] = x;
        for (value, l) in b[..i].iter_mut().zip(row) {
            *value -= l * x;
        }
    }
}

/// Returns the dot product, summed from left to right in four lanes; the lanes are part of the definition.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (ca, cb) = (a.chunks_exact(4), b.chunks_exact(4));
    let (ra, rb) = (ca.remainder(), cb.remainder());
    let [mut s, mut t, mut u, mut v] = [0.0; 4];
    for (x, y) in ca.zip(cb) {
        s += x[0] * y[0];
        t += x[1] * y[1];
        u += x[2] * y[2];
        v += x[3] * y[3];
    }
    let mut tail = 0.0;
    for (x, y) in ra.iter().zip(rb) {
        tail += x * y;
    }
    (s + t) + (u + v) + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_a_solution_put_into_its_equations_fulfils_them() {
        for (seed, side) in [(1u64, 4), (2, 8), (3, 24), (4, 64)] {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let rows: Vec<f64> = (0..3 * side).map(|_| rng.normal()).collect();
            let doubled: Vec<f64> = rows.iter().map(|x| 2.0 * x).collect();
            let mut matrix = vec![0.0; side * side];
            for i in 0..side {
                matrix[i * side + i] = 0.5;
            }
            add_gram(&mut matrix, &rows, side);
            add_products(&mut matrix, &doubled, &rows, side);
            // Three times the Gram matrix, plus a half, as written.
            let value = |i: usize, j: usize| {
                let diagonal = if i == j { 0.5 } else { 0.0 };
                let sum: f64 = rows.chunks(side).map(|r| r[i] * r[j]).sum();
                diagonal + 3.0 * sum
            };
            for i in 0..side {
                for j in 0..=i {
                    assert!((matrix[i * side + j] - value(i, j)).abs() < 1e-12);
                }
            }
            let b: Vec<f64> = (0..side).map(|_| rng.normal()).collect();
            let mut x = b.clone();
            factorize(&mut matrix, side).unwrap();
            solve(&matrix, &mut x);
            for (i, b) in b.iter().enumerate() {
                let found: f64 = (0..side).map(|j| value(i, j) * x[j]).sum();
                assert!((found - b).abs() < 1e-10, "side {side}: {found} for {b}");
            }
        }
    }

    #[test]
    fn a_matrix_without_a_factor_is_refused_with_its_row() {
        let mut matrix = [1.0, 0.0, 2.0, 1.0];
        assert_eq!(factorize(&mut matrix, 2).unwrap_err().row, 1);
        assert!(factorize(&mut [f64::NAN], 1).is_err());
    }
}
