//! Matrix products with one order of summation, shared out among threads by rows of the result.
//!
//! Every value is what it starts from plus the products from the first to the last. Wider vectors hold more sums, they do not split one, so that the
//! instructions chosen at run time leave every bit as it is.

use rayon::prelude::*;

/// Rows that one task computes.
const ROWS_PER_TASK: usize = 64;
/// Multiplications below which handing work to threads costs more than it saves.
const WORTH_A_TASK: usize = 1 << 17;

/// Returns `a · b`: `a` is `(n, k)`, `b` `(k, m)`, the result `(n, m)`, all row by row.
#[must_use]
pub fn product(a: &[f32], b: &[f32], k: usize) -> Vec<f32> {
    let (n, m) = (a.len() / k.max(1), b.len() / k.max(1));
    let mut out = vec![0.0; n * m];
    add_product(a, b, k, &mut out);
    out
}

/// Adds `a · b` to `out`: `a` is `(n, k)`, `b` `(k, m)`, `out` `(n, m)`.
///
/// # Panics
/// If the lengths do not fit.
pub fn add_product(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) {
    let m = b.len() / k.max(1);
    if m == 0 || out.is_empty() {
        return;
    }
    let n = out.len() / m;
    assert!(a.len() == n * k && b.len() == k * m && out.len() == n * m);
    if n <= ROWS_PER_TASK || n * k * m < WORTH_A_TASK {
        return add_here(a, b, k, out);
    }
    let parts = out.par_chunks_mut(ROWS_PER_TASK * m);
    parts
        .zip(a.par_chunks(ROWS_PER_TASK * k))
        .for_each(|(out, a)| add_here(a, b, k, out));
}

/// Adds `a · b` to `out` like [`add_product`], on the calling thread.
pub fn add_here(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "instructions chosen at run time")]
        // SAFETY: the processor was asked for them in the line above.
        return unsafe { avx2::add(a, b, k, out) };
    }
    add_portable(a, b, k, out);
}

fn add_portable(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) {
    let m = b.len() / k.max(1);
    if m > 0 {
        add_columns(a, b, (k, m), 0, out);
    }
}

/// Adds what falls in the columns from `from` on.
fn add_columns(a: &[f32], b: &[f32], (k, m): (usize, usize), from: usize, out: &mut [f32]) {
    for (row, x) in out.chunks_exact_mut(m).zip(a.chunks_exact(k)) {
        for (x, b) in x.iter().zip(b.chunks_exact(m)) {
            for (y, b) in row[from..].iter_mut().zip(&b[from..]) {
                *y += x * b;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{__m256, _mm256_add_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_setr_ps};

    use super::add_columns;

    /// Floats in a vector.
    const WIDTH: usize = 8;
    /// Columns of a tile: its running sums, of four rows, stay in registers.
    const TILE: usize = 2 * WIDTH;

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(x: &[f32]) -> __m256 {
        let x = &x[..WIDTH];
        _mm256_setr_ps(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7])
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn store(v: __m256, out: &mut [f32]) {
        #[expect(unsafe_code, reason = "there is no safe way from a vector to an array")]
        // SAFETY: both are 8 floats, and every bit pattern is a float.
        let values = unsafe { std::mem::transmute::<__m256, [f32; WIDTH]>(v) };
        out[..WIDTH].copy_from_slice(&values);
    }

    /// Adds `N` rows of the product in the columns of a tile; `a` is `(N, k)`, `out` begins at the tile.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn tile<const N: usize>(a: &[f32], b: &[f32], (k, m): (usize, usize), out: &mut [f32]) {
        let rows: [&[f32]; N] = std::array::from_fn(|r| &a[r * k..(r + 1) * k]);
        let mut low = [_mm256_set1_ps(0.0); N];
        let mut high = low;
        for r in 0..N {
            low[r] = load(&out[r * m..]);
            high[r] = load(&out[r * m + WIDTH..]);
        }
        for p in 0..k {
            let b = &b[p * m..p * m + TILE];
            let (b0, b1) = (load(b), load(&b[WIDTH..]));
            for r in 0..N {
                let x = _mm256_set1_ps(rows[r][p]);
                low[r] = _mm256_add_ps(low[r], _mm256_mul_ps(x, b0));
                high[r] = _mm256_add_ps(high[r], _mm256_mul_ps(x, b1));
            }
        }
        for r in 0..N {
            store(low[r], &mut out[r * m..]);
            store(high[r], &mut out[r * m + WIDTH..]);
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn add(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) {
        let m = b.len() / k.max(1);
        if m == 0 {
            return;
        }
        let n = out.len() / m;
        let full = m / TILE * TILE;
        for column in (0..full).step_by(TILE) {
            let mut row = 0;
            while row + 4 <= n {
                let out = &mut out[row * m + column..];
                tile::<4>(&a[row * k..], &b[column..], (k, m), out);
                row += 4;
            }
            while row < n {
                let out = &mut out[row * m + column..];
                tile::<1>(&a[row * k..], &b[column..], (k, m), out);
                row += 1;
            }
        }
        if full < m {
            add_columns(a, b, (k, m), full, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn products_are_those_of_the_naive_loop_to_the_bit() {
        let shapes = [
            (5, 7, 35),
            (4, 16, 16),
            (1, 3, 2),
            (3, 1, 49),
            (130, 64, 70),
        ];
        for (n, k, m) in shapes {
            let mut r = RngStream::new(3, Purpose::Test, n as u64, 0);
            let mut numbers =
                |n: usize| -> Vec<f32> { (0..n).map(|_| r.normal() as f32).collect() };
            let (a, b) = (numbers(n * k), numbers(k * m));
            let mut naive = vec![0.0f32; n * m];
            for i in 0..n {
                for j in 0..m {
                    for p in 0..k {
                        naive[i * m + j] += a[i * k + p] * b[p * m + j];
                    }
                }
            }
            assert_eq!(product(&a, &b, k), naive);
            let mut portable = vec![0.0; n * m];
            add_portable(&a, &b, k, &mut portable);
            assert_eq!(portable, naive);
        }
    }
}
