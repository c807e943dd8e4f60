//! One tile with vectors of 8 floats: half a panel × eight users, eight sums in registers.

use std::arch::x86_64::{
    __m256, _CMP_GE_OQ, _mm256_add_ps, _mm256_cmp_ps, _mm256_max_ps, _mm256_movemask_ps,
    _mm256_mul_ps, _mm256_set1_ps, _mm256_setr_ps,
};

use super::block::{Block, Highest, LANES, Row, SETS, Scratch, Tile, score_all, walk};
use super::packed::{Hit, PackedItems};

/// Floats in a vector.
const WIDTH: usize = 8;

/// Loads half a row, from lane `at` on.
#[target_feature(enable = "avx2")]
#[inline]
fn load(x: &Row, at: usize) -> __m256 {
    let x = &x.0[at..at + WIDTH];
    _mm256_setr_ps(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7])
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(v: __m256, out: &mut Row, at: usize) {
    #[expect(unsafe_code, reason = "there is no safe way from a vector to an array")]
    // SAFETY: both are 8 floats, and every bit pattern is a float.
    let half = unsafe { std::mem::transmute::<__m256, [f32; WIDTH]>(v) };
    out.0[at..at + WIDTH].copy_from_slice(&half);
}

/// Scores half a panel, from lane `at` on, for `N` users.
#[target_feature(enable = "avx2")]
#[inline]
fn tile<const N: usize>(panel: &[Row], start: &Row, at: usize, users: &[[f32; N]]) -> [__m256; N] {
    let mut sums = [load(start, at); N];
    for (x, u) in panel.iter().zip(users) {
        let x = load(x, at);
        for (sum, u) in sums.iter_mut().zip(u) {
            *sum = _mm256_add_ps(*sum, _mm256_mul_ps(_mm256_set1_ps(*u), x));
        }
    }
    sums
}

#[target_feature(enable = "avx2")]
#[inline]
fn tiles(block: &Block<'_>, first: usize, scores: &mut [Tile], highest: &mut Highest) {
    let items = block.items;
    for (i, out) in scores.iter_mut().enumerate() {
        let panel = &items.rows[(first + i) * items.dims..][..items.dims];
        let start = &items.starts[first + i];
        for at in [0, WIDTH] {
            let sums = tile(panel, start, at, block.users);
            for ((sum, out), high) in sums.into_iter().zip(&mut *out).zip(&mut highest[i % SETS]) {
                store(_mm256_max_ps(sum, load(high, at)), high, at);
                store(sum, out, at);
            }
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn above(row: &Row, low: f32) -> u32 {
    let low = _mm256_set1_ps(low);
    let half = |at| _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(load(row, at), low)) as u32;
    half(0) | half(WIDTH) << WIDTH
}

/// Ranks for a block of users.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn top_k(block: &Block<'_>, scratch: &mut Scratch, out: &mut [Hit]) {
    walk(
        block,
        scratch,
        out,
        |b, first, scores, highest| tiles(b, first, scores, highest),
        |row, low| above(row, low),
    );
}

/// Scores all items for a user.
#[target_feature(enable = "avx2")]
pub(super) fn scores(items: &PackedItems, user: &[f32], out: &mut [f32]) {
    let (user, _) = user.as_chunks::<1>();
    score_all(items, out, |rows, start, out| {
        for at in [0, WIDTH] {
            let [sum] = tile(rows, start, at, user);
            store(sum, out, at);
        }
    });
}

const _: () = assert!(LANES == 2 * WIDTH, "a row is two vectors");
