//! One tile with vectors of 16 floats: two panels × eight users, sixteen sums in registers.

use std::arch::x86_64::{
    __m512, _CMP_GE_OQ, _mm512_add_ps, _mm512_cmp_ps_mask, _mm512_max_ps, _mm512_mul_ps,
    _mm512_set1_ps, _mm512_setr_ps,
};

use super::block::{Block, Highest, Row, SETS, Scratch, Tile, score_all, walk};
use super::packed::{Hit, PackedItems};
use super::select::{count, reach};

#[target_feature(enable = "avx512f")]
#[inline]
fn load(x: &Row) -> __m512 {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = x.0;
    _mm512_setr_ps(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(v: __m512) -> Row {
    #[expect(unsafe_code, reason = "there is no safe way from a vector to an array")]
    // SAFETY: both are 16 floats with the alignment of a vector, and every bit pattern is a float.
    unsafe {
        std::mem::transmute::<__m512, Row>(v)
    }
}

/// Scores `P` panels, `panels[i]` beginning with `starts[i]`, for `N` users.
#[target_feature(enable = "avx512f")]
#[inline]
fn tile<const P: usize, const N: usize>(
    panels: [&[Row]; P],
    starts: [&Row; P],
    users: &[[f32; N]],
) -> [[__m512; N]; P] {
    let mut sums = [[_mm512_set1_ps(0.0); N]; P];
    for (sums, start) in sums.iter_mut().zip(starts) {
        *sums = [load(start); N];
    }
    let mut panels = panels;
    for panel in &mut panels {
        *panel = &panel[..users.len()];
    }
    for (d, u) in users.iter().enumerate() {
        for (sums, panel) in sums.iter_mut().zip(panels) {
            let x = load(&panel[d]);
            for (sum, u) in sums.iter_mut().zip(u) {
                *sum = _mm512_add_ps(*sum, _mm512_mul_ps(_mm512_set1_ps(*u), x));
            }
        }
    }
    sums
}

#[target_feature(enable = "avx512f")]
#[inline]
fn tiles(block: &Block<'_>, first: usize, scores: &mut [Tile], highest: &mut Highest) {
    let items = block.items;
    let panel = |i: usize| &items.rows[(first + i) * items.dims..][..items.dims];
    let start = |i: usize| &items.starts[first + i];
    let keep = |sums: [__m512; 8], out: &mut Tile, high: &mut Tile| {
        for ((sum, out), high) in sums.into_iter().zip(out).zip(high) {
            *high = store(_mm512_max_ps(sum, load(high)));
            *out = store(sum);
        }
    };
    let mut pairs = scores.chunks_exact_mut(2);
    let mut i = 0;
    for pair in &mut pairs {
        let [a, b] = tile(
            [panel(i), panel(i + 1)],
            [start(i), start(i + 1)],
            block.users,
        );
        keep(a, &mut pair[0], &mut highest[i % SETS]);
        keep(b, &mut pair[1], &mut highest[(i + 1) % SETS]);
        i += 2;
    }
    for out in pairs.into_remainder() {
        let [sums] = tile([panel(i)], [start(i)], block.users);
        keep(sums, out, &mut highest[i % SETS]);
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn above(row: &Row, low: f32) -> u32 {
    u32::from(_mm512_cmp_ps_mask::<_CMP_GE_OQ>(
        load(row),
        _mm512_set1_ps(low),
    ))
}

/// Ranks for a block of users.
#[target_feature(enable = "avx512f,popcnt")]
pub(super) fn top_k(block: &Block<'_>, scratch: &mut Scratch, out: &mut [Hit]) {
    walk(
        block,
        scratch,
        out,
        |b, first, scores, highest| tiles(b, first, scores, highest),
        |highest, q, x| count(highest, q, x, |row, x| above(row, x)),
        |scores, q, low, lanes| reach(scores, q, low, lanes, |row, low| above(row, low)),
    );
}

/// Scores all items for a user.
#[target_feature(enable = "avx512f")]
pub(super) fn scores(items: &PackedItems, user: &[f32], out: &mut [f32]) {
    let (user, _) = user.as_chunks::<1>();
    score_all(items, out, |rows, start, out| {
        let [[sum]] = tile([rows], [start], user);
        *out = store(sum);
    });
}
