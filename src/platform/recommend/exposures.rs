//! Exposures: what was shown to everybody last, so that the same things are not shown at once again.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::rng::mix;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

/// Exposures remembered by avatar.
pub(super) const REMEMBERED: usize = 16;

/// What was shown to an avatar last.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Shown {
    items: [u32; REMEMBERED],
    next: u8,
}

impl RowHash for Shown {
    fn hash_row(&self, h: &mut StateHasher) {
        for pair in self.items.chunks(2) {
            h.u64(u64::from(pair[0]) << 32 | u64::from(pair[1]));
        }
        h.u32(u32::from(self.next));
    }
}

impl Shown {
    /// Says whether an item is among them.
    pub(super) fn contains(&self, item: u32) -> bool {
        // Items are remembered one up, so that an empty place is no item.
        self.items.contains(&(item + 1))
    }

    /// Remembers an item and forgets the oldest.
    pub(super) fn push(&mut self, item: u32) {
        self.items[usize::from(self.next)] = item + 1;
        self.next = (self.next + 1) % REMEMBERED as u8;
    }
}

/// What was shown to everybody last.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Exposures {
    pub(super) table: Table<Shown>,
    /// Slates served so far.
    pub n_slates: u64,
}

impl StateHash for Exposures {
    fn digest(&mut self) -> u64 {
        self.table.digest() ^ mix(self.n_slates)
    }
}
