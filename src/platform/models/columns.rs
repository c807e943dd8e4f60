//! Which item stands in which column of a model, and back.

use serde::{Deserialize, Serialize};

use crate::sim::ids::ItemId;

/// No column.
const NONE: u32 = u32::MAX;

/// A numbering of some of the items.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Columns {
    items: Vec<ItemId>,
    of_item: Vec<u32>,
}

impl Columns {
    /// Numbers `items` in the order given.
    #[must_use]
    pub fn new(items: Vec<ItemId>) -> Self {
        let n = items.iter().map(|i| i.idx() + 1).max().unwrap_or(0);
        let mut of_item = vec![NONE; n];
        for (c, item) in items.iter().enumerate() {
            of_item[item.idx()] = c as u32;
        }
        Self { items, of_item }
    }

    /// Returns the column of an item.
    #[must_use]
    pub fn of(&self, item: u32) -> Option<u32> {
        self.of_item
            .get(item as usize)
            .copied()
            .filter(|c| *c != NONE)
    }

    /// Lists the items in order of their columns.
    #[must_use]
    pub fn items(&self) -> &[ItemId] {
        &self.items
    }
}
