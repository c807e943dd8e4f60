//! What is known of somebody from its past, kept up one engagement at a time.

use crate::platform::models::interaction_log::{Interaction, ItemFacts};
use crate::sim::math;

use super::fading::{FadingCounts, hour_of, left_after};

/// Half-life of interests, in days: tastes outlast popularity, but not seasons.
const INTEREST_HALF_LIFE: i64 = 14;

/// Where the features of a modality lie in vectors that hold those of all modalities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockSpan {
    /// First place.
    pub begin: usize,
    /// Number of places.
    pub width: usize,
}

/// Lists where the features of every modality lie.
#[must_use]
pub fn spans(facts: &ItemFacts) -> Vec<BlockSpan> {
    let mut begin = 0;
    let one = |b: &crate::platform::models::interaction_log::FeatureBlock| {
        let width = b.columns.len();
        let span = BlockSpan { begin, width };
        begin += width;
        span
    };
    facts.blocks.iter().map(one).collect()
}

/// Returns the number, or 0 if it is none.
pub(super) const fn finite(x: f32) -> f32 {
    if x.is_finite() { x } else { 0.0 }
}

/// Returns the place of the largest feature of an item in a block; `None` if all are 0 or below, or missing.
pub(super) fn leading_column(facts: &ItemFacts, block: usize, item: u32) -> Option<usize> {
    let block = &facts.blocks[block];
    if !block.has(item as usize) {
        return None;
    }
    let mut best = (None, 0.0);
    for (at, x) in block.row(item as usize).iter().enumerate() {
        if *x > best.1 {
            best = (Some(at), *x);
        }
    }
    best.0
}

/// The past of one user, in sums.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Engagements.
    pub(super) counts: FadingCounts,
    /// Weights of engagements.
    pub(super) weights: FadingCounts,
    /// Time of the last engagement.
    pub(super) last: Option<i64>,
    /// Distinct items, ascending.
    pub(super) met: Vec<u32>,
    /// Engagements by hour of the day.
    pub(super) hours: [f32; 24],
    /// Weighted sum of the features of items, all modalities one after the other, faded to `last`.
    pub(super) interests: Vec<f32>,
    /// Sum of the weights in `interests` by modality.
    pub(super) interest_weights: Vec<f32>,
    /// When something was last met of which this column of the first modality is the largest.
    pub(super) similar: Vec<Option<i64>>,
}

impl History {
    /// Makes an empty past.
    #[must_use]
    pub fn new(facts: &ItemFacts) -> Self {
        let width = facts.blocks.iter().map(|b| b.columns.len()).sum();
        let first = facts.blocks.first().map_or(0, |b| b.columns.len());
        Self {
            counts: FadingCounts::default(),
            weights: FadingCounts::default(),
            last: None,
            met: Vec::new(),
            hours: [0.0; 24],
            interests: vec![0.0; width],
            interest_weights: vec![0.0; facts.blocks.len()],
            similar: vec![None; first],
        }
    }

    /// Adds an engagement, which must not be older than those before it.
    pub fn add(&mut self, facts: &ItemFacts, engagement: &Interaction) {
        let Interaction {
            item, time, weight, ..
        } = *engagement;
        let weight = finite(weight).max(0.0);
        self.counts.add(1.0, time);
        self.weights.add(weight, time);
        self.hours[hour_of(time)] += 1.0;
        if let Err(at) = self.met.binary_search(&item) {
            self.met.insert(at, item);
        }
        let elapsed = self.last.map_or(0, |last| time.saturating_sub(last));
        let left = left_after(elapsed, INTEREST_HALF_LIFE);
        let mut begin = 0;
        for (block, total) in facts.blocks.iter().zip(&mut self.interest_weights) {
            let own = &mut self.interests[begin..begin + block.columns.len()];
            begin += block.columns.len();
            *total *= left;
            for s in own.iter_mut() {
                *s *= left;
            }
            if block.has(item as usize) {
                *total += weight;
                for (s, x) in own.iter_mut().zip(block.row(item as usize)) {
                    *s += weight * finite(*x);
                }
            }
        }
        if !facts.blocks.is_empty()
            && let Some(column) = leading_column(facts, 0, item)
        {
            self.similar[column] = Some(time);
        }
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    /// Writes the interests as unit vectors, one a modality; zeros where there are none.
    pub fn write_tastes(&self, spans: &[BlockSpan], tastes: &mut [f32]) {
        tastes.copy_from_slice(&self.interests);
        for span in spans {
            unit(&mut tastes[span.begin..span.begin + span.width]);
        }
    }
}

/// Scales a vector to length 1; a vector without length becomes zeros.
pub(super) fn unit(v: &mut [f32]) {
    let length = math::dot(v, v).sqrt();
    let scale = if length > 1e-12 && length.is_finite() {
        1.0 / length
    } else {
        0.0
    };
    for x in v {
        *x *= scale;
    }
}
