//! Matrix products with one order of summation, shared out among threads by rows of the result.
//!
//! Every value is what it starts from plus the products from the first to the last, without fused multiply-add, which not every
//! processor has. Wider vectors hold more sums, they do not split one, so that the instructions chosen at run time leave every
//! bit as it is. candle's own product is faster by what fused multiply-add gains, but its bits depend on the processor.

use rayon::prelude::*;

use super::panels::{Panels, ROWS};

/// Rows from which on it pays to pack the right side first.
const WORTH_PACKING: usize = 8;
/// Multiplications below which handing work to threads costs more than it saves: some times what waking one takes.
const WORTH_THREADS: usize = 1 << 20;

/// Returns a table of `n` rows that all are the bias, or zero.
fn begin(n: usize, m: usize, bias: Option<&[f32]>) -> Vec<f32> {
    let mut out = vec![0.0; n * m];
    if let Some(bias) = bias {
        for row in out.chunks_exact_mut(m.max(1)) {
            row.copy_from_slice(bias);
        }
    }
    out
}

/// Returns `a · b + bias`: `a` is `(n, k)`, `b` `(k, m)`, `bias` `m` values, the result `(n, m)`, all row by row.
#[must_use]
pub fn product(a: &[f32], b: &[f32], k: usize, bias: Option<&[f32]>) -> Vec<f32> {
    let mut out = begin(a.len() / k.max(1), b.len() / k.max(1), bias);
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
    if n < WORTH_PACKING || n * k * m < WORTH_THREADS {
        return add_here(a, b, k, out);
    }
    let panels = Panels::of(b, k, m);
    let share = n
        .div_ceil(2 * rayon::current_num_threads())
        .next_multiple_of(ROWS);
    out.par_chunks_mut(share * m)
        .zip(a.par_chunks(share * k))
        .for_each(|(out, a)| panels.add(a, out));
}

/// Returns `a · b + bias` like [`product`], on the calling thread.
#[must_use]
pub fn product_here(a: &[f32], b: &[f32], k: usize, bias: Option<&[f32]>) -> Vec<f32> {
    let mut out = begin(a.len() / k.max(1), b.len() / k.max(1), bias);
    add_here(a, b, k, &mut out);
    out
}

/// Adds `a · b` to `out` like [`add_product`], on the calling thread.
pub fn add_here(a: &[f32], b: &[f32], k: usize, out: &mut [f32]) {
    let m = b.len() / k.max(1);
    if m == 0 {
        return;
    }
    if out.len() / m >= WORTH_PACKING {
        return Panels::of(b, k, m).add(a, out);
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        #[expect(unsafe_code, reason = "instructions chosen at run time")]
        // SAFETY: the processor was asked for them in the line above.
        return unsafe { add_few_wide(a, b, (k, m), out) };
    }
    add_few(a, b, (k, m), out);
}

/// Adds a product of a few rows, whose right side is walked through once a row.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "takes on the instructions of its caller"
)]
fn add_few(a: &[f32], b: &[f32], (k, m): (usize, usize), out: &mut [f32]) {
    for (row, x) in out.chunks_exact_mut(m).zip(a.chunks_exact(k)) {
        for (x, b) in x.iter().zip(b.chunks_exact(m)) {
            for (y, b) in row.iter_mut().zip(b) {
                *y += x * b;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn add_few_wide(a: &[f32], b: &[f32], size: (usize, usize), out: &mut [f32]) {
    add_few(a, b, size, out);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    /// Rows, terms and columns of products.
    pub(in super::super) const SHAPES: [(usize, usize, usize); 7] = [
        (5, 7, 35),
        (4, 16, 16),
        (1, 3, 2),
        (3, 1, 49),
        (130, 64, 70),
        (90, 65, 50),
        (9, 4, 3),
    ];

    pub(in super::super) fn numbers(n: usize, key: u64) -> Vec<f32> {
        let mut r = RngStream::new(3, Purpose::Test, key, 0);
        (0..n).map(|_| r.normal() as f32).collect()
    }

    pub(in super::super) fn naive(a: &[f32], b: &[f32], k: usize, begin: &[f32]) -> Vec<f32> {
        let m = b.len() / k;
        let mut out = begin.to_vec();
        for (i, out) in out.iter_mut().enumerate() {
            for p in 0..k {
                *out += a[i / m * k + p] * b[p * m + i % m];
            }
        }
        out
    }

    #[test]
    fn products_are_those_of_the_naive_loop_to_the_bit() {
        for (n, k, m) in SHAPES {
            let (a, b, bias) = (numbers(n * k, 1), numbers(k * m, 2), numbers(m, 3));
            let expected = naive(&a, &b, k, &begin(n, m, Some(&bias)));
            assert_eq!(product(&a, &b, k, Some(&bias)), expected);
            assert_eq!(product_here(&a, &b, k, Some(&bias)), expected);
            let expected = naive(&a, &b, k, &begin(n, m, None));
            assert_eq!(product(&a, &b, k, None), expected);
            let mut portable = vec![0.0; n * m];
            add_few(&a, &b, (k, m), &mut portable);
            assert_eq!(portable, expected);
        }
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_threads() {
        let (a, b) = (numbers(1501 * 48, 4), numbers(48 * 64, 5));
        let of = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap().install(|| product(&a, &b, 48, None))
        };
        let one = of(1);
        assert!([2, 3, 8].into_iter().all(|threads| of(threads) == one));
        assert_eq!(product(&[], &b, 48, None), Vec::<f32>::new());
    }
}
