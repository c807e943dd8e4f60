//! The state of a workload, in columns.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::events::behavior::Event;
use crate::platform::models::retrieval::{Hit, PackedItems};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream, mix};
use crate::sim::state_hash::{StateHash, StateHasher};

/// Scales a vector to unit length; one of length 0 stays.
pub(super) fn normalise(row: &mut [f32]) {
    let norm = math::dot(row, row).sqrt();
    if norm > 0.0 {
        let inverse = 1.0 / norm;
        for x in row {
            *x *= inverse;
        }
    }
}

/// Draws `n` directions uniformly; streams are numbered from `first` on.
fn directions(seed: u64, first: u64, n: usize, dims: usize) -> Vec<f32> {
    let mut rows = Vec::with_capacity(n * dims);
    for id in 0..n {
        let mut rng = RngStream::new(seed, Purpose::Workload, first + id as u64, 0);
        let start = rows.len();
        rows.extend((0..dims).map(|_| rng.normal() as f32));
        normalise(&mut rows[start..]);
    }
    rows
}

fn row_digest(id: usize, row: &[f32]) -> u64 {
    let mut h = StateHasher::default();
    h.u64(id as u64);
    h.f32s(row);
    h.finish()
}

/// The items: they never change.
#[derive(Resource, Serialize, Deserialize)]
pub struct Items {
    /// Vectors of unit length, items × dims.
    pub rows: Vec<f32>,
    /// The same times the steepness, so that scores are logits.
    pub packed: PackedItems,
    digest: u64,
}

impl Items {
    /// Draws the items of a seed.
    #[must_use]
    pub fn draw(seed: u64, n: usize, dims: usize, steepness: f32) -> Self {
        // Users are numbered below 2³², items above.
        let rows = directions(seed, 1 << 32, n, dims);
        let steep: Vec<f32> = rows.iter().map(|x| x * steepness).collect();
        Self {
            packed: PackedItems::pack(&steep, dims),
            digest: row_digest(n, &rows),
            rows,
        }
    }

    /// Returns the vector of an item.
    #[must_use]
    pub fn row(&self, item: u32) -> &[f32] {
        let dims = self.packed.dims();
        &self.rows[item as usize * dims..][..dims]
    }
}

impl StateHash for Items {
    fn digest(&mut self) -> u64 {
        self.digest
    }
}

/// The users' vectors, with the digest of each row as it last changed.
#[derive(Resource, Serialize, Deserialize)]
pub struct Users {
    /// Vectors of unit length, users × dims.
    pub rows: Vec<f32>,
    pub(super) digests: Vec<u64>,
    pub(super) sum: u64,
}

impl Users {
    /// Draws the users of a seed.
    #[must_use]
    pub fn draw(seed: u64, n: usize, dims: usize) -> Self {
        Self::of(directions(seed, 0, n, dims), dims)
    }

    /// Takes rows as they are.
    pub(super) fn of(rows: Vec<f32>, dims: usize) -> Self {
        let digests: Vec<u64> = rows
            .chunks_exact(dims)
            .enumerate()
            .map(|(id, row)| row_digest(id, row))
            .collect();
        let sum = digests.iter().fold(0u64, |sum, d| sum.wrapping_add(*d));
        Self { rows, digests, sum }
    }

    /// Returns how many users there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Says whether there are no users.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }
}

/// Refreshes the digest of a row that changed; returns what that adds to the sum.
pub(super) fn rehash(id: usize, row: &[f32], digest: &mut u64) -> u64 {
    let new = row_digest(id, row);
    let change = new.wrapping_sub(*digest);
    *digest = new;
    change
}

impl StateHash for Users {
    fn digest(&mut self) -> u64 {
        mix(self.sum ^ self.len() as u64)
    }
}

/// The best items of every user, users × slate, as scored in the running tick.
#[derive(Resource, Default)]
pub struct Scored {
    /// Best first.
    pub hits: Vec<Hit>,
}

/// What is offered in the running tick, users × slate.
#[derive(Resource, Default)]
pub struct Slates {
    /// Best first; [`Hit::NONE`] where items ran out.
    pub hits: Vec<Hit>,
}

/// What was chosen in the running tick, an event a user.
///
/// [`EventKind::Consume`](crate::events::behavior::EventKind::Consume) of an item or
/// [`EventKind::Pass`](crate::events::behavior::EventKind::Pass); `value` is the logit of what was chosen.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Choices {
    /// In the order of users.
    pub events: Vec<Event>,
    pub(super) digest: u64,
    /// How many chose an item.
    pub taken: u64,
    /// Sum of the logits of the items chosen.
    pub logits: f64,
}

impl StateHash for Choices {
    fn digest(&mut self) -> u64 {
        self.digest
    }
}

/// Hashes an event of a workload: the columns in which two of them can differ.
pub(super) fn event_digest(event: &Event) -> u64 {
    let mut h = StateHasher::default();
    h.u64(u64::from(event.tick.0) << 32 | u64::from(event.avatar.0));
    h.u64(
        u64::from(event.thing.id)
            | u64::from(event.kind.code()) << 32
            | u64::from(event.position) << 40,
    );
    h.f32(event.value);
    h.finish()
}

/// What the workload counts; nobody in the loop reads it.
#[derive(Resource, Default)]
pub struct Tally {
    /// Choices made, that of nothing included.
    pub events: u64,
    /// Items chosen.
    pub taken: u64,
    /// Sum of their logits.
    pub logits: f64,
}
