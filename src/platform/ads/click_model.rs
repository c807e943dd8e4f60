//! How likely an ad is clicked, by how well its topic matches what is known: learned online from shown and clicked.
//!
//! Counts in eight buckets of the match, with a prior, for display ads and rewarded videos apart, and for the two things the
//! match can be with: the observed interests of an avatar that consents, or the place it is in. Only looks of avatars that
//! consent to ads are learned from.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::state_hash::{StateHash, StateHasher};

/// Buckets of the match.
const BUCKETS: usize = 8;

/// Cells of a format.
pub(super) const N_CELLS: usize = 2 * BUCKETS;

/// What kind of ad a slot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// A picture among other things.
    Display = 0,
    /// A video that is rewarded when it was watched to the end.
    Rewarded = 1,
}

/// What an ad's topic is matched with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Basis {
    /// Observed interests.
    Interests = 0,
    /// What the place is about.
    Place = 1,
}

impl Format {
    /// Returns the usual share of looks that become clicks, before anything was learned.
    ///
    /// # Source
    /// Display ads are clicked between 0.1 and 1 % of the time, rewarded videos are the most answered format by an order of
    /// magnitude; the same ranges are judged by the scorecard.
    #[must_use]
    pub const fn usual_rate(self) -> f64 {
        match self {
            Self::Display => 0.004,
            Self::Rewarded => 0.08,
        }
    }

    /// Returns how many looks the prior is worth.
    const fn prior_looks(self) -> f64 {
        match self {
            Self::Display => 1_000.0,
            Self::Rewarded => 50.0,
        }
    }
}

impl Basis {
    /// Returns the prior rate at a match, relative to the usual: what fits is clicked more, a place says less than a person.
    fn lift(self, matching: f64) -> f64 {
        match self {
            Self::Interests => 0.5 + 2.0 * matching,
            Self::Place => 0.9 + 0.4 * matching,
        }
    }
}

/// A cell of the model: what is matched with, and how well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    basis: Basis,
    bucket: u8,
}

impl Cell {
    /// Returns the cell of a match in [0, 1].
    #[must_use]
    pub fn of(basis: Basis, matching: f32) -> Self {
        let bucket = (matching.clamp(0.0, 1.0) * BUCKETS as f32) as u8;
        Self {
            basis,
            bucket: bucket.min(BUCKETS as u8 - 1),
        }
    }

    /// Returns a number for the cell, for hashing.
    pub(super) const fn code(self) -> u32 {
        self.basis as u32 * BUCKETS as u32 + self.bucket as u32
    }
}

/// Looks and clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Counts {
    looks: u64,
    clicks: u64,
}

/// The counts of all cells.
#[derive(Resource, Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickModel {
    cells: [[[Counts; BUCKETS]; 2]; 2],
}

impl StateHash for ClickModel {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for c in self.cells.iter().flatten().flatten() {
            h.u64(c.looks);
            h.u64(c.clicks);
        }
        h.finish()
    }
}

impl ClickModel {
    /// Returns the probability that an ad in a cell is clicked.
    #[must_use]
    pub fn predict(&self, format: Format, cell: Cell) -> f64 {
        let c = self.cells[format as usize][cell.basis as usize][usize::from(cell.bucket)];
        let middle = (f64::from(cell.bucket) + 0.5) / BUCKETS as f64;
        let prior = format.usual_rate() * cell.basis.lift(middle);
        let weight = format.prior_looks();
        (c.clicks as f64 + weight * prior) / (c.looks as f64 + weight)
    }

    /// Learns that an ad in a cell was looked at.
    pub fn look(&mut self, format: Format, cell: Cell) {
        self.cells[format as usize][cell.basis as usize][usize::from(cell.bucket)].looks += 1;
    }

    /// Learns that an ad in a cell was clicked; its look is learned apart.
    pub fn click(&mut self, format: Format, cell: Cell) {
        self.cells[format as usize][cell.basis as usize][usize::from(cell.bucket)].clicks += 1;
    }

    /// Returns how many looks were learned from, in all cells of a format.
    #[must_use]
    pub fn n_looks(&self, format: Format) -> u64 {
        let cells = &self.cells[format as usize];
        cells.iter().flatten().map(|c| c.looks).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn predictions_come_to_the_true_rates() {
        let mut model = ClickModel::default();
        let rate = |bucket: usize| 0.002 + 0.001 * bucket as f64;
        let n = 400_000u32;
        for i in 0..n {
            let mut rng = RngStream::new(1, Purpose::Test, u64::from(i), 0);
            let matching = rng.uniform() as f32;
            let cell = Cell::of(Basis::Interests, matching);
            model.look(Format::Display, cell);
            if rng.chance(rate(usize::from(cell.bucket))) {
                model.click(Format::Display, cell);
            }
        }
        for bucket in 0..BUCKETS {
            let cell = Cell::of(Basis::Interests, (bucket as f32 + 0.5) / BUCKETS as f32);
            let p = model.predict(Format::Display, cell);
            // 50 000 looks: a standard error of √(.009/50 000) = .00042; the prior pulls by less than .0003.
            assert!((p - rate(bucket)).abs() < 0.0017, "bucket {bucket}: {p}");
        }
    }

    #[test]
    fn nothing_learned_leaves_the_prior_and_formats_do_not_mix() {
        let mut model = ClickModel::default();
        let cell = Cell::of(Basis::Place, 0.0);
        let before = model.predict(Format::Rewarded, cell);
        for _ in 0..1_000 {
            model.look(Format::Display, cell);
        }
        assert_eq!(model.predict(Format::Rewarded, cell), before);
        assert!(model.predict(Format::Display, cell) < 0.002);
    }

    #[test]
    fn a_match_lies_in_one_bucket_even_at_the_ends() {
        assert_eq!(Cell::of(Basis::Place, -1.0).bucket, 0);
        assert_eq!(Cell::of(Basis::Place, 1.0).bucket, 7);
        assert_eq!(Cell::of(Basis::Place, f32::NAN).bucket, 0);
    }
}
