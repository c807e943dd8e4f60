//! One tile in plain Rust; the compiler uses whatever vectors the program was compiled for.

use super::block::{Block, Highest, LANES, Row, SETS, Scratch, Tile, score_all, walk};
use super::packed::{Hit, PackedItems};
use super::select::{count, reach};

/// Scores a panel for `N` users at once.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
fn tile<const N: usize>(panel: &[Row], start: &Row, users: &[[f32; N]], out: &mut [Row; N]) {
    let mut sums = [*start; N];
    for (x, u) in panel.iter().zip(users) {
        for (sum, u) in sums.iter_mut().zip(u) {
            for (s, x) in sum.0.iter_mut().zip(&x.0) {
                *s += u * x;
            }
        }
    }
    *out = sums;
}

/// Scores one panel after another.
fn tiles(block: &Block<'_>, first: usize, scores: &mut [Tile], highest: &mut Highest) {
    let items = block.items;
    for (i, out) in scores.iter_mut().enumerate() {
        let panel = first + i;
        let rows = &items.rows[panel * items.dims..(panel + 1) * items.dims];
        tile(rows, &items.starts[panel], block.users, out);
        for (high, out) in highest[i % SETS].iter_mut().zip(out) {
            for (h, o) in high.0.iter_mut().zip(&out.0) {
                *h = if *o > *h { *o } else { *h };
            }
        }
    }
}

/// Returns a bit for each lane that is at least `low`.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
fn above(row: &Row, low: f32) -> u32 {
    (0..LANES).fold(0, |bits, l| bits | u32::from(row.0[l] >= low) << l)
}

/// Ranks for a block of users.
pub(super) fn top_k(block: &Block<'_>, scratch: &mut Scratch, out: &mut [Hit]) {
    walk(
        block,
        scratch,
        out,
        tiles,
        |highest, q, x| count(highest, q, x, above),
        |scores, q, low, lanes| reach(scores, q, low, lanes, above),
    );
}

/// Scores all items for a user.
pub(super) fn scores(items: &PackedItems, user: &[f32], out: &mut [f32]) {
    let (user, _) = user.as_chunks::<1>();
    score_all(items, out, |rows, start, out| {
        let mut one = [Row([0.0; LANES])];
        tile(rows, start, user, &mut one);
        *out = one[0];
    });
}
