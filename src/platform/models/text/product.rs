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

/// Products of fewer terms than this are not worth a second thread: a tenth of a millisecond, some times what waking one costs.
const WORTH_THREADS: usize = 1 << 22;

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
    let b = Panels::of(b, k, m);
    let share = n
        .div_ceil(2 * rayon::current_num_threads())
        .next_multiple_of(ROWS);
    out.par_chunks_mut(share * m)
        .zip(a.par_chunks(share * k))
        .for_each(|(out, a)| b.multiply(a, bias, out));
    out
}

/// Writes `a · b + bias` into `out` on this thread alone; see [`product`].
pub fn rows(a: &[f32], b: &[f32], k: usize, bias: Option<&[f32]>, out: &mut [f32]) {
    let (k, m) = (k.max(1), b.len() / k.max(1));
    if m > 0 {
        Panels::of(b, k, m).multiply(a, bias, out);
    }
}

/// The right side of a product, cut into panels of columns that lie in one piece; the last one is filled up with zeros.
struct Panels {
    cut: Vec<[f32; TILE]>,
    k: usize,
    m: usize,
}

impl Panels {
    fn of(b: &[f32], k: usize, m: usize) -> Self {
        let mut panels = Vec::with_capacity(m.div_ceil(TILE) * k);
        for column in (0..m).step_by(TILE) {
            let width = TILE.min(m - column);
            for row in b.chunks_exact(m) {
                let mut part = [0.0; TILE];
                part[..width].copy_from_slice(&row[column..column + width]);
                panels.push(part);
            }
        }
        Self { cut: panels, k, m }
    }

    fn multiply(&self, a: &[f32], bias: Option<&[f32]>, out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: the processor was asked for them.
            unsafe {
                wide::multiply(self, a, bias, out);
            }
            return;
        }
        self.walk(a, bias, out, portable_tile);
    }

    /// Goes through tiles of rows and columns; `tile` adds the products of a panel and some rows to what a tile begins with.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "takes on the instructions of its caller"
    )]
    fn walk(
        &self,
        a: &[f32],
        bias: Option<&[f32]>,
        out: &mut [f32],
        tile: impl Fn(&[[f32; TILE]], &[[f32; ROWS]], &mut [[f32; TILE]; ROWS]),
    ) {
        let (k, m) = (self.k, self.m);
        let mut packed = vec![[0.0f32; ROWS]; k];
        for (out, a) in out.chunks_mut(ROWS * m).zip(a.chunks(ROWS * k)) {
            for (r, row) in a.chunks_exact(k).enumerate() {
                for (p, x) in packed.iter_mut().zip(row) {
                    p[r] = *x;
                }
            }
            for (panel, column) in self.cut.chunks_exact(k).zip((0..m).step_by(TILE)) {
                let width = TILE.min(m - column);
                let mut sums = [[0.0f32; TILE]; ROWS];
                if let Some(bias) = bias {
                    for sum in &mut sums {
                        sum[..width].copy_from_slice(&bias[column..column + width]);
                    }
                }
                tile(panel, &packed, &mut sums);
                for (sum, row) in sums.iter().zip(out.chunks_exact_mut(m)) {
                    row[column..column + width].copy_from_slice(&sum[..width]);
                }
            }
        }
    }
}

fn portable_tile(panel: &[[f32; TILE]], x: &[[f32; ROWS]], sums: &mut [[f32; TILE]; ROWS]) {
    for (b, x) in panel.iter().zip(x) {
        for (sum, x) in sums.iter_mut().zip(x) {
            for (s, b) in sum.iter_mut().zip(b) {
                *s += x * b;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{__m256, _mm256_add_ps, _mm256_mul_ps, _mm256_set1_ps};

    use super::{Panels, ROWS, TILE};

    /// A row of a tile as two vectors.
    type Two = [__m256; 2];

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(x: &[f32; TILE]) -> Two {
        #[expect(unsafe_code, reason = "there is no safe way from an array to a vector")]
        // SAFETY: both are 16 floats, and every bit pattern is a float.
        unsafe {
            std::mem::transmute::<[f32; TILE], Two>(*x)
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn store(v: Two) -> [f32; TILE] {
        #[expect(unsafe_code, reason = "there is no safe way from a vector to an array")]
        // SAFETY: both are 16 floats, and every bit pattern is a float.
        unsafe {
            std::mem::transmute::<Two, [f32; TILE]>(v)
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn multiply(b: &Panels, a: &[f32], bias: Option<&[f32]>, out: &mut [f32]) {
        b.walk(a, bias, out, |panel, x, sums| tile(panel, x, sums));
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn tile(panel: &[[f32; TILE]], x: &[[f32; ROWS]], out: &mut [[f32; TILE]; ROWS]) {
        let [a, b, c, d] = out;
        let (mut a2, mut b2, mut c2, mut d2) = (load(a), load(b), load(c), load(d));
        for (y, [x0, x1, x2, x3]) in panel.iter().zip(x) {
            let y = load(y);
            a2 = add(a2, *x0, y);
            b2 = add(b2, *x1, y);
            c2 = add(c2, *x2, y);
            d2 = add(d2, *x3, y);
        }
        *out = [store(a2), store(b2), store(c2), store(d2)];
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn add(sum: Two, x: f32, y: Two) -> Two {
        let x = _mm256_set1_ps(x);
        [
            _mm256_add_ps(sum[0], _mm256_mul_ps(x, y[0])),
            _mm256_add_ps(sum[1], _mm256_mul_ps(x, y[1])),
        ]
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
            for (j, start) in bias.iter().enumerate() {
                let terms = x.iter().zip(b.iter().skip(j).step_by(m));
                out.push(terms.fold(*start, |sum, (x, b)| sum + x * b));
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
            Panels::of(&b, k, m).walk(&a, Some(&bias), &mut portable, portable_tile);
            assert_eq!(portable, naive(&a, &b, k, &bias));
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
