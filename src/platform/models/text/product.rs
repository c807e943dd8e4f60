//! Products of matrices with the same bits on every machine and with any number of threads.
//!
//! Every value of a product is summed from its first term to its last, without fused multiply-add, which not every processor
//! has. Vectors take neighbouring values of a row, threads take rows, so that neither changes an order of summation.
//! candle's own product is faster by what fused multiply-add gains, but its bits depend on the processor.

use rayon::prelude::*;

/// Columns of a tile: two vectors of the widest kind that is used.
const TILE: usize = 16;

/// Rows of a tile: with two vectors each, the sums fill half of the registers.
const ROWS: usize = 4;

/// Products of fewer terms than this are not worth a second thread.
const WORTH_THREADS: usize = 1 << 17;

/// Returns `a · b + bias`: `a` is `(n, k)`, `b` `(k, m)`, `bias` `m` values, the result `(n, m)`; row by row.
#[must_use]
pub fn product(a: &[f32], b: &[f32], k: usize, bias: Option<&[f32]>) -> Vec<f32> {
    let (k, m) = (k.max(1), b.len() / k.max(1));
    let n = a.len() / k;
    let mut out = vec![0.0f32; n * m];
    if n * m == 0 {
        return out;
    }
    if n * m * k < WORTH_THREADS {
        rows(a, b, k, bias, &mut out);
        return out;
    }
    let share = n.div_ceil(4 * rayon::current_num_threads()).next_multiple_of(ROWS);
    out.par_chunks_mut(share * m)
        .zip(a.par_chunks(share * k))
        .for_each(|(out, a)| rows(a, b, k, bias, out));
    out
}

/// Writes `a · b + bias` into `out` on this thread alone; see [`product`].
pub fn rows(a: &[f32], b: &[f32], k: usize, bias: Option<&[f32]>, out: &mut [f32]) {
    let m = b.len() / k.max(1);
    if m == 0 {
        return;
    }
    match bias {
        Some(bias) => out.chunks_exact_mut(m).for_each(|row| row.copy_from_slice(bias)),
        None => out.fill(0.0),
    }
    let full = m / TILE * TILE;
    #[cfg(target_arch = "x86_64")]
    let is_wide = is_x86_feature_detected!("avx2");
    for column in (0..full).step_by(TILE) {
        #[cfg(target_arch = "x86_64")]
        if is_wide {
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: the processor was asked for them.
            unsafe {
                wide::panel(a, b, k, m, column, out);
            }
            continue;
        }
        portable_panel(a, b, k, m, column, out);
    }
    if full < m {
        for (row, x) in out.chunks_exact_mut(m).zip(a.chunks_exact(k)) {
            for (x, b) in x.iter().zip(b.chunks_exact(m)) {
                for (y, b) in row[full..].iter_mut().zip(&b[full..]) {
                    *y += x * b;
                }
            }
        }
    }
}

fn portable_panel(a: &[f32], b: &[f32], k: usize, m: usize, column: usize, out: &mut [f32]) {
    for (row, x) in out.chunks_exact_mut(m).zip(a.chunks_exact(k)) {
        let y = &mut row[column..column + TILE];
        let mut sums = [0.0f32; TILE];
        sums.copy_from_slice(y);
        for (x, b) in x.iter().zip(b.chunks_exact(m)) {
            for (s, b) in sums.iter_mut().zip(&b[column..column + TILE]) {
                *s += x * b;
            }
        }
        y.copy_from_slice(&sums);
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{__m256, _mm256_add_ps, _mm256_mul_ps, _mm256_set1_ps};

    use super::{ROWS, TILE};

    const WIDTH: usize = 8;

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(x: &[f32]) -> __m256 {
        let mut eight = [0.0f32; WIDTH];
        eight.copy_from_slice(&x[..WIDTH]);
        #[expect(unsafe_code, reason = "there is no safe way from an array to a vector")]
        // SAFETY: both are 8 floats, and every bit pattern is a float.
        unsafe {
            std::mem::transmute::<[f32; WIDTH], __m256>(eight)
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn store(v: __m256, out: &mut [f32]) {
        #[expect(unsafe_code, reason = "there is no safe way from a vector to an array")]
        // SAFETY: both are 8 floats, and every bit pattern is a float.
        let eight = unsafe { std::mem::transmute::<__m256, [f32; WIDTH]>(v) };
        out[..WIDTH].copy_from_slice(&eight);
    }

    /// Adds the products of all rows for the columns of one tile.
    #[target_feature(enable = "avx2")]
    pub(super) fn panel(a: &[f32], b: &[f32], k: usize, m: usize, column: usize, out: &mut [f32]) {
        let mut tiles = out.chunks_exact_mut(ROWS * m);
        let mut inputs = a.chunks_exact(ROWS * k);
        for (out, x) in tiles.by_ref().zip(inputs.by_ref()) {
            let x: [&[f32]; ROWS] = std::array::from_fn(|r| &x[r * k..(r + 1) * k]);
            tile::<ROWS>(x, b, m, column, out);
        }
        let rest = tiles.into_remainder().chunks_exact_mut(m);
        for (out, x) in rest.zip(inputs.remainder().chunks_exact(k)) {
            tile::<1>([x], b, m, column, out);
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn tile<const R: usize>(x: [&[f32]; R], b: &[f32], m: usize, column: usize, out: &mut [f32]) {
        let zero = _mm256_set1_ps(0.0);
        let mut sums = [[zero; 2]; R];
        for (r, sum) in sums.iter_mut().enumerate() {
            let y = &out[r * m + column..][..TILE];
            *sum = [load(y), load(&y[WIDTH..])];
        }
        for (p, b) in b.chunks_exact(m).enumerate() {
            let b = &b[column..column + TILE];
            let (low, high) = (load(b), load(&b[WIDTH..]));
            for (sum, x) in sums.iter_mut().zip(&x) {
                let x = _mm256_set1_ps(x[p]);
                sum[0] = _mm256_add_ps(sum[0], _mm256_mul_ps(x, low));
                sum[1] = _mm256_add_ps(sum[1], _mm256_mul_ps(x, high));
            }
        }
        for (r, sum) in sums.into_iter().enumerate() {
            let y = &mut out[r * m + column..][..TILE];
            store(sum[0], y);
            store(sum[1], &mut y[WIDTH..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn numbers(n: usize, key: u64) -> Vec<f32> {
        let mut r = RngStream::new(3, Purpose::Test, key, 0);
        (0..n).map(|_| r.normal() as f32).collect()
    }

    fn naive(a: &[f32], b: &[f32], k: usize, bias: &[f32]) -> Vec<f32> {
        let m = bias.len();
        let mut out = Vec::new();
        for x in a.chunks_exact(k) {
            for j in 0..m {
                let terms = x.iter().zip(b.iter().skip(j).step_by(m));
                out.push(terms.fold(bias[j], |sum, (x, b)| sum + x * b));
            }
        }
        out
    }

    #[test]
    fn products_are_those_of_the_naive_loop_to_the_bit() {
        for (n, k, m) in [(5, 7, 35), (4, 16, 16), (1, 3, 2), (3, 1, 49), (90, 65, 50)] {
            let (a, b, bias) = (numbers(n * k, 1), numbers(k * m, 2), numbers(m, 3));
            assert_eq!(product(&a, &b, k, Some(&bias)), naive(&a, &b, k, &bias));
            let mut portable = vec![0.0; n * m];
            portable.chunks_exact_mut(m).for_each(|r| r.copy_from_slice(&bias));
            let full = m / TILE * TILE;
            for column in (0..full).step_by(TILE) {
                portable_panel(&a, &b, k, m, column, &mut portable);
            }
            let expected = naive(&a, &b, k, &bias);
            for (x, y) in portable.chunks_exact(m).zip(expected.chunks_exact(m)) {
                assert_eq!(x[..full], y[..full]);
            }
        }
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_threads() {
        let (a, b) = (numbers(301 * 48, 4), numbers(48 * 64, 5));
        let of = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| product(&a, &b, 48, None))
        };
        let one = of(1);
        assert!([2, 3, 8].into_iter().all(|threads| of(threads) == one));
        assert_eq!(product(&[], &b, 48, None), Vec::<f32>::new());
    }
}
