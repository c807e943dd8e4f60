//! Eight users against all items, a chunk of panels at a time.
//!
//! The scores of a chunk (32 KiB) stay in the nearest cache until its best are taken out; then the next chunk overwrites them.
//! What differs from level to level comes in as functions, so that everything here is written once and compiled for each.

use serde::{Deserialize, Serialize};

use super::packed::{Hit, PackedItems};
use super::select::{Candidates, floors};

/// Items in a panel.
pub(super) const LANES: usize = 16;

/// Users scored together: each row of items is read once for all of them.
pub(super) const GROUP: usize = 8;

/// Panels in a chunk; a bit each in a word.
pub(super) const CHUNK: usize = 64;

/// Sets of lanes over which a chunk's highest scores are kept: `SETS · LANES` disjoint sets of items a chunk.
pub(super) const SETS: usize = 4;

/// A number for each item of a panel: one line of the cache.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[repr(align(64))]
pub(super) struct Row(pub(super) [f32; LANES]);

/// The scores of a panel for a group of users.
pub(super) type Tile = [Row; GROUP];

/// The highest scores of a chunk in each set of items.
pub(super) type Highest = [Tile; SETS];

/// A group of users and what is asked for them.
pub(super) struct Block<'a> {
    /// The items.
    pub(super) items: &'a PackedItems,
    /// The users, dimension after dimension; places without a user hold anything.
    pub(super) users: &'a [[f32; GROUP]],
    /// How many items to find.
    pub(super) k: usize,
}

/// Memory used again from block to block.
pub(super) struct Scratch {
    scores: Vec<Tile>,
    candidates: Candidates,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            scores: vec![[Row([0.0; LANES]); GROUP]; CHUNK],
            candidates: Candidates::default(),
        }
    }
}

/// Finds the best of all items for each user of a block; `out` has `k` places for each user there is.
///
/// `tiles(block, first, scores, highest)` scores as many panels as `scores` has from `first` on and raises `highest[panel % SETS]`;
/// `count(highest, q, x)` is the number of sets whose highest score for user `q` is at least `x`.
/// `reach(scores, q, low, lanes)` has a bit for each panel with a score of at least `low` for user `q`, and puts into `lanes` which.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
pub(super) fn walk(
    block: &Block<'_>,
    scratch: &mut Scratch,
    out: &mut [Hit],
    tiles: impl Fn(&Block<'_>, usize, &mut [Tile], &mut Highest),
    count: impl Fn(&Highest, usize, f32) -> u32,
    reach: impl Fn(&[Tile], usize, f32, &mut [u16; CHUNK]) -> u64,
) {
    let k = block.k;
    let panels = block.items.starts.len();
    out.fill(Hit::NONE);
    for first in (0..panels).step_by(CHUNK) {
        let scores = &mut scratch.scores[..CHUNK.min(panels - first)];
        let mut highest = [[Row([f32::NEG_INFINITY; LANES]); GROUP]; SETS];
        tiles(block, first, scores, &mut highest);
        let low = if k <= SETS * LANES {
            floors(&highest, k, &count)
        } else {
            [f32::NEG_INFINITY; GROUP]
        };
        for (q, best) in out.chunks_exact_mut(k).enumerate() {
            let chunk = (&*scores, first * LANES);
            scratch.candidates.merge(chunk, q, low[q], best, &reach);
        }
    }
}

/// Scores all items panel by panel; `panel(rows, start, out)` scores one.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
pub(super) fn score_all(
    items: &PackedItems,
    out: &mut [f32],
    panel: impl Fn(&[Row], &Row, &mut Row),
) {
    let rows = items.rows.chunks_exact(items.dims);
    for ((rows, start), out) in rows.zip(&items.starts).zip(out.chunks_mut(LANES)) {
        let mut scores = Row([0.0; LANES]);
        panel(rows, start, &mut scores);
        out.copy_from_slice(&scores.0[..out.len()]);
    }
}
