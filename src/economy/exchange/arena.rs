//! Open orders, in place: a row each, rows of ended orders used again, a digest that rehashes only what changed.

use serde::{Deserialize, Serialize};

use super::order::{OrderId, Side};
use crate::sim::ids::AvatarId;
use crate::sim::rng::mix;
use crate::sim::state_hash::StateHasher;
use crate::sim::units::Coins;

/// No row.
pub(super) const NONE: u32 = u32::MAX;

/// An order, and its neighbors in the queue of its level.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) price: Coins,
    /// Numbers orders by when they got their place in the queue.
    pub(super) arrival: u64,
    pub(super) owner: AvatarId,
    /// Units still to trade; 0 if the row is free.
    pub(super) open: u32,
    pub(super) level: u32,
    pub(super) before: u32,
    pub(super) after: u32,
    generation: u32,
    pub(super) side: Side,
    /// Whether it may never take, not even when it is replaced.
    pub(super) is_post_only: bool,
    is_touched: bool,
}

/// All orders of a book.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Arena {
    rows: Vec<Row>,
    free: Vec<u32>,
    digests: Vec<u64>,
    touched: Vec<u32>,
    sum: u64,
}

impl Arena {
    /// Makes room for `n` orders at once, so that none of the first `n` allocates.
    pub(super) fn reserve(&mut self, n: usize) {
        self.rows.reserve(n);
        self.free.reserve(n);
        self.digests.reserve(n);
        self.touched.reserve(n);
    }

    /// Takes a row for an order that has not entered a queue yet.
    pub(super) fn open(&mut self, owner: AvatarId, side: Side) -> u32 {
        if let Some(slot) = self.free.pop() {
            let row = &mut self.rows[slot as usize];
            row.owner = owner;
            row.side = side;
            return slot;
        }
        let slot = u32::try_from(self.rows.len()).expect("fewer than 2^32 orders are open");
        self.rows.push(Row {
            price: Coins::ZERO,
            arrival: 0,
            owner,
            open: 0,
            level: NONE,
            before: NONE,
            after: NONE,
            generation: 0,
            side,
            is_post_only: false,
            is_touched: false,
        });
        self.digests.push(0);
        // Every row may be touched or free at once: room for that is made here, and not in the middle of a match.
        let n = self.rows.capacity();
        self.free.reserve(n - self.free.len());
        self.touched.reserve(n - self.touched.len());
        slot
    }

    /// Ends an order: its id is unknown from now on.
    pub(super) fn close(&mut self, slot: u32) {
        let row = self.get_mut(slot);
        row.open = 0;
        row.generation = row.generation.wrapping_add(1);
        self.free.push(slot);
    }

    pub(super) fn id(&self, slot: u32) -> OrderId {
        OrderId::new(slot, self.rows[slot as usize].generation)
    }

    /// Finds the row of an order that waits in the book.
    pub(super) fn find(&self, id: OrderId) -> Option<u32> {
        let row = self.rows.get(id.slot() as usize)?;
        (row.generation == id.generation() && row.open > 0).then_some(id.slot())
    }

    pub(super) fn get(&self, slot: u32) -> &Row {
        &self.rows[slot as usize]
    }

    /// Returns a row whose owner, price or quantity changes.
    pub(super) fn get_mut(&mut self, slot: u32) -> &mut Row {
        let row = &mut self.rows[slot as usize];
        if !row.is_touched {
            row.is_touched = true;
            self.touched.push(slot);
        }
        row
    }

    /// Returns a row whose neighbors change; they follow from prices and arrivals, so they are not hashed.
    pub(super) fn links(&mut self, slot: u32) -> &mut Row {
        &mut self.rows[slot as usize]
    }

    /// Returns a hash of all open orders.
    pub(super) fn digest(&mut self) -> u64 {
        for slot in self.touched.drain(..) {
            let i = slot as usize;
            let row = &mut self.rows[i];
            row.is_touched = false;
            let mut h = StateHasher::default();
            h.u64(u64::from(slot) << 32 | u64::from(row.generation));
            if row.open > 0 {
                h.u64(u64::from(row.owner.0) << 32 | u64::from(row.open));
                h.i64(row.price.micros());
                h.u64(row.arrival);
                h.u64(row.side as u64 | u64::from(row.is_post_only) << 1);
            }
            let new = h.finish();
            self.sum = self.sum.wrapping_sub(self.digests[i]).wrapping_add(new);
            self.digests[i] = new;
        }
        mix(self.sum ^ self.rows.len() as u64)
    }
}
