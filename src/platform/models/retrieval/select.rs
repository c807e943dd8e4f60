//! The best of a chunk by threshold: a bound first, then only what reaches it.
//!
//! Taking scores one by one into a sorted list of ten costs some sixty unforeseeable branches in a thousand items. Instead the
//! items of a chunk are seen as 64 disjoint sets whose highest scores are known from scoring. At least `k` items reach the
//! `k`-th highest of those, so nothing below it can be among the `k` best, and little more than `k` items reach it.

use super::block::{CHUNK, GROUP, Highest, LANES, Row, Tile};
use super::packed::Hit;

/// Halvings of the interval in which the bound is sought; a looser bound costs time, never exactness.
const HALVINGS: usize = 8;

/// Candidates ranked against each other at once.
const FEW: usize = 16;

/// Returns for each user a number that at least `k` of its `highest` reach: the `k`-th highest, or a little less.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
pub(super) fn floors(
    highest: &Highest,
    k: usize,
    count: impl Fn(&Highest, usize, f32) -> u32,
) -> [f32; GROUP] {
    let (mut low, mut high) = ([0.0; GROUP], [0.0; GROUP]);
    for q in 0..GROUP {
        let (mut most, mut least) = (highest[0][q].0, highest[0][q].0);
        for set in &highest[1..] {
            for l in 0..LANES {
                let x = set[q].0[l];
                most[l] = if x > most[l] { x } else { most[l] };
                least[l] = if x < least[l] { x } else { least[l] };
            }
        }
        let mut width = LANES / 2;
        while width > 0 {
            for l in 0..width {
                let (a, b) = (most[l + width], least[l + width]);
                most[l] = if a > most[l] { a } else { most[l] };
                least[l] = if b < least[l] { b } else { least[l] };
            }
            width /= 2;
        }
        (low[q], high[q]) = (least[0], most[0]);
    }
    // All sets reach `low`. Should it be −∞ (sets without items), the middle is no number, nothing reaches it, and −∞ stays.
    for _ in 0..HALVINGS {
        let (mut middle, mut n) = ([0.0; GROUP], [0; GROUP]);
        for q in 0..GROUP {
            middle[q] = low[q] + (high[q] - low[q]) * 0.5;
        }
        for q in 0..GROUP {
            n[q] = count(highest, q, middle[q]);
        }
        for q in 0..GROUP {
            let enough = n[q] as usize >= k;
            low[q] = if enough { middle[q] } else { low[q] };
            high[q] = if enough { high[q] } else { middle[q] };
        }
    }
    low
}

/// Counts the sets of user `q` whose highest score is at least `x`.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
pub(super) fn count(highest: &Highest, q: usize, x: f32, above: impl Fn(&Row, f32) -> u32) -> u32 {
    highest.iter().map(|s| above(&s[q], x).count_ones()).sum()
}

/// Finds which lanes of each panel are at least `low` for user `q`, and returns which panels have any.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
pub(super) fn reach(
    scores: &[Tile],
    q: usize,
    low: f32,
    lanes: &mut [u16; CHUNK],
    above: impl Fn(&Row, f32) -> u32,
) -> u64 {
    let mut panels = 0;
    for (p, (tile, lanes)) in scores.iter().zip(lanes).enumerate() {
        *lanes = above(&tile[q], low) as u16;
        panels |= u64::from(*lanes != 0) << p;
    }
    panels
}

/// Items that may be among the best of a user, in the order of items.
#[derive(Default)]
pub(super) struct Candidates(Vec<Hit>);

impl Candidates {
    /// Merges what user `q` finds in a chunk (its scores and its first item) into `best`; nothing below `low` is wanted.
    #[expect(
        clippy::inline_always,
        reason = "compiled anew for each level, with its instructions"
    )]
    #[inline(always)]
    pub(super) fn merge(
        &mut self,
        (scores, first): (&[Tile], usize),
        q: usize,
        low: f32,
        best: &mut [Hit],
        reach: impl Fn(&[Tile], usize, f32, &mut [u16; CHUNK]) -> u64,
    ) {
        let last = best[best.len() - 1];
        // Later items lose ties against those found before. Nothing is below the smallest number but −∞ and not-a-number.
        let low = if last == Hit::NONE {
            low.max(f32::MIN)
        } else {
            low.max(last.score.next_up())
        };
        let mut lanes = [0u16; CHUNK];
        let mut panels = reach(scores, q, low, &mut lanes);
        if panels == 0 {
            return;
        }
        self.0.clear();
        self.0.extend(best.iter().filter(|h| **h != Hit::NONE));
        while panels != 0 {
            let p = panels.trailing_zeros() as usize;
            panels &= panels - 1;
            let mut bits = u32::from(lanes[p]);
            while bits != 0 {
                let l = bits.trailing_zeros() as usize % LANES;
                bits &= bits - 1;
                self.0.push(Hit {
                    item: (first + p * LANES + l) as u32,
                    score: scores[p][q].0[l],
                });
            }
        }
        if self.0.len() <= FEW && best.len() <= FEW {
            rank_few(&self.0, best);
        } else {
            rank_many(&mut self.0, best);
        }
    }
}

/// Ranks by counting for each how many come before it: no branch depends on the scores.
#[expect(
    clippy::inline_always,
    reason = "compiled anew for each level, with its instructions"
)]
#[inline(always)]
fn rank_few(candidates: &[Hit], best: &mut [Hit]) {
    let mut hits = [Hit::NONE; FEW];
    hits[..candidates.len()].copy_from_slice(candidates);
    let mut scores = [f32::NEG_INFINITY; FEW];
    for (score, hit) in scores.iter_mut().zip(&hits) {
        *score = hit.score;
    }
    let mut ranks = [0u32; FEW];
    for (j, other) in scores.iter().enumerate() {
        for (i, (rank, own)) in ranks.iter_mut().zip(&scores).enumerate() {
            *rank += u32::from(other > own) | (u32::from(other == own) & u32::from(j < i));
        }
    }
    let mut ranked = [Hit::NONE; FEW];
    for (rank, hit) in ranks.iter().zip(hits) {
        ranked[*rank as usize % FEW] = hit;
    }
    best.copy_from_slice(&ranked[..best.len()]);
}

/// Ranks by sorting, after what is surely too low is gone.
fn rank_many(candidates: &mut Vec<Hit>, best: &mut [Hit]) {
    let order = |a: &Hit, b: &Hit| {
        let by_score = b.score.partial_cmp(&a.score);
        by_score
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(a.item.cmp(&b.item))
    };
    let k = best.len();
    if candidates.len() > k {
        candidates.select_nth_unstable_by(k - 1, order);
        candidates.truncate(k);
    }
    candidates.sort_unstable_by(order);
    best[..candidates.len()].copy_from_slice(candidates);
}
