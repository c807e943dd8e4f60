//! The price levels of one side of a book.
//!
//! Levels lie in a list sorted from worst to best, so the best is the last: looking at it, opening a better one and closing it
//! cost a push or a pop. Most orders come and go near the best; one far behind it costs a binary search and a move of the
//! levels before it (16 bytes each).

use serde::{Deserialize, Serialize};

use super::arena::NONE;
use super::order::Side;
use crate::sim::units::Coins;

/// Levels looked at one by one before a binary search begins.
const NEAR: usize = 8;

/// A price and the queue of orders at it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Level {
    pub(super) price: Coins,
    /// Units open.
    pub(super) quantity: u64,
    /// First and last of the queue.
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) n_orders: u32,
}

/// One side of a book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ladder {
    side: Side,
    /// Rank of the price (higher is better) and the level, ascending.
    sorted: Vec<(i64, u32)>,
    levels: Vec<Level>,
    free: Vec<u32>,
}

impl Ladder {
    pub(super) fn new(side: Side) -> Self {
        Self {
            side,
            sorted: Vec::new(),
            levels: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Makes room for `n` levels at once.
    pub(super) fn reserve(&mut self, n: usize) {
        self.sorted.reserve(n);
        self.levels.reserve(n);
        self.free.reserve(n);
    }

    const fn rank(&self, price: Coins) -> i64 {
        match self.side {
            Side::Buy => price.micros(),
            Side::Sell => -price.micros(),
        }
    }

    /// Returns the best level.
    pub(super) fn best(&self) -> Option<u32> {
        self.sorted.last().map(|(_, level)| *level)
    }

    pub(super) fn get(&self, level: u32) -> &Level {
        &self.levels[level as usize]
    }

    pub(super) fn get_mut(&mut self, level: u32) -> &mut Level {
        &mut self.levels[level as usize]
    }

    /// Lists levels from the best on.
    pub(super) fn best_first(&self) -> impl Iterator<Item = &Level> + '_ {
        let levels = self.sorted.iter().rev();
        levels.map(|(_, level)| &self.levels[*level as usize])
    }

    /// Returns where a rank is, or where it belongs.
    fn place(&self, rank: i64) -> Result<usize, usize> {
        let n = self.sorted.len();
        let near = n.saturating_sub(NEAR);
        for i in (near..n).rev() {
            match self.sorted[i].0.cmp(&rank) {
                std::cmp::Ordering::Equal => return Ok(i),
                std::cmp::Ordering::Less => return Err(i + 1),
                std::cmp::Ordering::Greater => {}
            }
        }
        self.sorted[..near].binary_search_by_key(&rank, |e| e.0)
    }

    /// Returns the level of a price, opening it if there is none.
    pub(super) fn open(&mut self, price: Coins) -> u32 {
        let rank = self.rank(price);
        match self.place(rank) {
            Ok(i) => self.sorted[i].1,
            Err(i) => {
                let empty = Level {
                    price,
                    quantity: 0,
                    first: NONE,
                    last: NONE,
                    n_orders: 0,
                };
                let level = if let Some(level) = self.free.pop() {
                    self.levels[level as usize] = empty;
                    level
                } else {
                    self.levels.push(empty);
                    self.free.reserve(self.levels.capacity());
                    (self.levels.len() - 1) as u32
                };
                self.sorted.insert(i, (rank, level));
                level
            }
        }
    }

    /// Closes a level that has no orders any more.
    pub(super) fn close(&mut self, level: u32) {
        let rank = self.rank(self.levels[level as usize].price);
        if let Ok(i) = self.place(rank) {
            self.sorted.remove(i);
            self.free.push(level);
        }
    }
}
