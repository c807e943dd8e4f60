//! One tile with vectors of 8 floats: a panel × four users, eight sums in registers.
//!
//! For each dimension two vectors of items and four numbers of users are loaded for eight multiplications. Half a panel × eight users
//! has as many sums, loads nine times, and was a sixth slower.

use std::arch::x86_64::{
    __m256, _CMP_GE_OQ, _mm256_add_ps, _mm256_castps_si256, _mm256_cmp_ps, _mm256_max_ps,
    _mm256_movemask_epi8, _mm256_mul_ps, _mm256_packs_epi16, _mm256_packs_epi32,
    _mm256_permutevar8x32_epi32, _mm256_set1_ps, _mm256_setr_epi32, _mm256_setr_ps,
};

use super::block::{
    Block, CHUNK, GROUP, Highest, LANES, Row, SETS, Scratch, Tile, score_all, walk,
};
use super::packed::{Hit, PackedItems};

/// Floats in a vector.
const WIDTH: usize = 8;

/// Users whose sums fit the registers.
const FEW: usize = 4;

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

/// Scores a panel for `N` users of a group: those of its `part`-th part.
#[target_feature(enable = "avx2")]
#[inline]
fn tile<const N: usize, const G: usize>(
    panel: &[Row],
    start: &Row,
    users: &[[f32; G]],
    part: usize,
) -> [[__m256; 2]; N] {
    let mut sums = [[load(start, 0), load(start, WIDTH)]; N];
    for (x, u) in panel.iter().zip(users) {
        let x = [load(x, 0), load(x, WIDTH)];
        for (sums, u) in sums.iter_mut().zip(&u.as_chunks::<N>().0[part]) {
            let u = _mm256_set1_ps(*u);
            for (sum, x) in sums.iter_mut().zip(x) {
                *sum = _mm256_add_ps(*sum, _mm256_mul_ps(u, x));
            }
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
        let high = &mut highest[i % SETS];
        let parts = out.as_chunks_mut::<FEW>().0.iter_mut();
        let parts = parts.zip(high.as_chunks_mut::<FEW>().0).enumerate();
        for (part, (out, high)) in parts {
            let sums = tile::<FEW, GROUP>(panel, start, block.users, part);
            for (sums, (out, high)) in sums.into_iter().zip(out.iter_mut().zip(high)) {
                for (sum, at) in sums.into_iter().zip([0, WIDTH]) {
                    store(_mm256_max_ps(sum, load(high, at)), high, at);
                    store(sum, out, at);
                }
            }
        }
    }
}

/// Compares 32 scores with `low`: a bit for each that is at least that.
#[target_feature(enable = "avx2")]
#[inline]
fn above(rows: [&Row; 2], low: __m256) -> u32 {
    let half = |r: &Row, at| _mm256_castps_si256(_mm256_cmp_ps::<_CMP_GE_OQ>(load(r, at), low));
    let [a, b] = rows.map(|r| _mm256_packs_epi32(half(r, 0), half(r, WIDTH)));
    // Packing goes by halves of a vector; here fours of lanes are put in order again.
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    let bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b), order);
    _mm256_movemask_epi8(bytes) as u32
}

#[target_feature(enable = "avx2,popcnt")]
#[inline]
fn count(highest: &Highest, q: usize, x: f32) -> u32 {
    let x = _mm256_set1_ps(x);
    let [a, b, c, d] = highest;
    above([&a[q], &b[q]], x).count_ones() + above([&c[q], &d[q]], x).count_ones()
}

#[target_feature(enable = "avx2")]
#[inline]
fn reach(scores: &[Tile], q: usize, low: f32, lanes: &mut [u16; CHUNK]) -> u64 {
    let low = _mm256_set1_ps(low);
    let (pairs, last) = scores.as_chunks::<2>();
    for ([a, b], lanes) in pairs.iter().zip(lanes.as_chunks_mut::<2>().0) {
        let bits = above([&a[q], &b[q]], low);
        *lanes = [bits as u16, (bits >> LANES) as u16];
    }
    if let [one] = last {
        lanes[scores.len() - 1] = above([&one[q]; 2], low) as u16;
    }
    let any = |lanes: &[u16]| {
        let bits = lanes.iter().enumerate();
        bits.fold(0u32, |any, (p, l)| any | u32::from(*l != 0) << p)
    };
    let (few, more) = lanes.split_at(CHUNK / 2);
    u64::from(any(few)) | u64::from(any(more)) << (CHUNK / 2)
}

/// Ranks for a block of users.
#[target_feature(enable = "avx2,popcnt")]
pub(super) fn top_k(block: &Block<'_>, scratch: &mut Scratch, out: &mut [Hit]) {
    walk(
        block,
        scratch,
        out,
        |b, first, scores, highest| tiles(b, first, scores, highest),
        |h, q, x| count(h, q, x),
        |s, q, low, lanes| reach(s, q, low, lanes),
    );
}

/// Scores all items for a user.
#[target_feature(enable = "avx2")]
pub(super) fn scores(items: &PackedItems, user: &[f32], out: &mut [f32]) {
    let (user, _) = user.as_chunks::<1>();
    score_all(items, out, |rows, start, out| {
        let [[a, b]] = tile::<1, 1>(rows, start, user, 0);
        store(a, out, 0);
        store(b, out, WIDTH);
    });
}

const _: () = assert!(LANES == 2 * WIDTH, "a row is two vectors");
const _: () = assert!(
    GROUP.is_multiple_of(FEW) && SETS == 4,
    "users by fours, sets by twos"
);
