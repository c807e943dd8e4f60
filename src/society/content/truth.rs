//! What is true of an item and hidden from the platform: its real topics and its quality.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::item::TOPIC_DIM;
use crate::sim::ids::ItemId;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

/// The truth about one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemTruth {
    /// Its topics, a unit vector.
    pub topics: [f32; TOPIC_DIM],
    /// How good it is, whatever one likes; mean about 0.
    pub quality: f32,
}

impl RowHash for ItemTruth {
    fn hash_row(&self, h: &mut StateHasher) {
        h.f32s(&self.topics);
        h.f32(self.quality);
    }
}

/// The truth about all items, by [`ItemId`].
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct ItemTruths {
    /// One row each.
    pub table: Table<ItemTruth>,
}

impl ItemTruths {
    /// Returns the truth about an item.
    #[must_use]
    pub fn get(&self, id: ItemId) -> &ItemTruth {
        self.table.row(id.idx())
    }
}

impl StateHash for ItemTruths {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}
