//! A product whose right side is packed first: worth it for many rows.
//!
//! Vectors take neighbouring values of a row and rows are taken in fours, so that neither changes an order of summation.

/// Columns of a tile: two vectors of the widest kind that is used.
const TILE: usize = 16;

/// Rows of a tile: with two vectors each, the sums fill half of the registers.
pub(super) const ROWS: usize = 4;

/// The right side of a product, cut into panels of columns that lie in one piece; the last one is filled up with zeros.
pub(super) struct Panels {
    cut: Vec<[f32; TILE]>,
    k: usize,
    m: usize,
}

impl Panels {
    /// Cuts `b`, which is `(k, m)`, row by row.
    pub(super) fn of(b: &[f32], k: usize, m: usize) -> Self {
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

    /// Adds `a · b` to `out`; `a` is `(n, k)`, `out` `(n, m)`.
    pub(super) fn add(&self, a: &[f32], out: &mut [f32]) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: the processor was asked for them.
            unsafe {
                wide::add_all(self, a, out);
            }
            return;
        }
        self.walk(a, out, portable_tile);
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
                for (sum, row) in sums.iter_mut().zip(out.chunks_exact(m)) {
                    sum[..width].copy_from_slice(&row[column..column + width]);
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
    pub(super) fn add_all(b: &Panels, a: &[f32], out: &mut [f32]) {
        b.walk(a, out, |panel, x, sums| tile(panel, x, sums));
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
    use crate::platform::models::layers::products::tests::{SHAPES, naive, numbers};

    #[test]
    fn panels_add_what_the_naive_loop_adds_to_the_bit() {
        for (n, k, m) in SHAPES {
            let (a, b, begin) = (numbers(n * k, 1), numbers(k * m, 2), numbers(n * m, 3));
            let expected = naive(&a, &b, k, &begin);
            let (mut found, mut portable) = (begin.clone(), begin);
            let panels = Panels::of(&b, k, m);
            panels.add(&a, &mut found);
            panels.walk(&a, &mut portable, portable_tile);
            assert_eq!(found, expected);
            assert_eq!(portable, expected);
        }
    }
}
