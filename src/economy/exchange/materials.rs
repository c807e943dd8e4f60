//! Materials: the fungible items of the city, who has how many, and their order books.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::book::OrderBook;
use super::config::ExchangeConfig;
use super::order::{OrderId, Side};
use super::report::Held;
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};

/// How many materials there are.
pub const MATERIALS: usize = 3;

/// Their names.
pub const NAMES: [&str; MATERIALS] = ["timber", "stone", "glass"];

/// Prices kept of each material, an hour apart.
const PRICES_KEPT: usize = 24 * 14;

/// Units of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Store {
    /// To use or sell.
    pub free: [u32; MATERIALS],
    /// In escrow for open orders.
    pub held: [u32; MATERIALS],
}

/// A trade that took place, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MaterialTrade {
    /// When.
    pub tick: Tick,
    /// Of which material.
    pub material: u8,
    /// Coins per unit.
    pub price: Coins,
    /// Units.
    pub quantity: u32,
    /// What the units are worth to the buyer if it means to use them, in coins; zero to those who buy to sell.
    pub use_value: f64,
}

/// Order books, stores and what happened.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Exchange {
    /// Books by material; none where the exchange is off.
    pub books: Vec<OrderBook>,
    stores: BTreeMap<AvatarId, Store>,
    /// Open orders by owner and material, with the tick they were placed.
    pub(super) open: BTreeMap<(AvatarId, u8), Vec<(OrderId, Tick)>>,
    /// What the next units of a material are worth to somebody who would use them, the best first, in coins.
    pub(super) wants: BTreeMap<(AvatarId, u8), Vec<f64>>,
    /// Price by material at which what is there would be wanted, the last unit just so, in coins; 0 where there is more than is wanted.
    pub values: [f64; MATERIALS],
    /// The material a building on a parcel takes, by parcel.
    pub(in crate::economy) material_of: Vec<u8>,
    /// Prices by material, an hour apart, the latest last.
    pub prices: [Vec<f64>; MATERIALS],
    /// Every trade so far.
    pub trades: Vec<MaterialTrade>,
    /// Units found by material.
    pub found: [u64; MATERIALS],
    /// Units used by material.
    pub used: [u64; MATERIALS],
    /// Sum over hours and books of the relative spread, and how many.
    pub spreads: (f64, u64),
}

impl Exchange {
    /// Opens the books.
    #[must_use]
    pub fn new(config: &ExchangeConfig) -> Self {
        let rules = config.enabled.then(|| config.sound_rules()).flatten();
        let books = rules
            .into_iter()
            .flat_map(|r| (0..MATERIALS).filter_map(move |_| OrderBook::new(r).ok()));
        Self {
            books: books.collect(),
            ..Self::default()
        }
    }

    /// Says whether there is trade at all.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.books.is_empty()
    }

    /// Returns somebody's store.
    #[must_use]
    pub fn store(&self, who: AvatarId) -> Store {
        self.stores.get(&who).copied().unwrap_or_default()
    }

    /// Changes somebody's store.
    pub(super) fn store_mut(&mut self, who: AvatarId) -> &mut Store {
        self.stores.entry(who).or_default()
    }

    /// Lists everybody who ever had a unit.
    pub fn stores(&self) -> impl Iterator<Item = (AvatarId, &Store)> + '_ {
        self.stores.iter().map(|(a, s)| (*a, s))
    }

    /// Takes units of a material out of somebody's store to be used; says whether they were there.
    pub(in crate::economy) fn take(&mut self, who: AvatarId, material: usize, n: u32) -> bool {
        let store = self.store_mut(who);
        let enough = store.free[material] >= n;
        if enough {
            store.free[material] -= n;
            self.used[material] += u64::from(n);
        }
        enough
    }

    /// Returns what open orders keep in escrow, by owner: coins, and units by material.
    #[must_use]
    pub fn reserved(&self) -> BTreeMap<AvatarId, (Coins, [u32; MATERIALS])> {
        let mut sums: BTreeMap<AvatarId, (Coins, [u32; MATERIALS])> = BTreeMap::new();
        for (m, book) in self.books.iter().enumerate() {
            for order in Side::ALL.into_iter().flat_map(|side| book.orders(side)) {
                let sum = sums.entry(order.owner).or_default();
                match book.held(order.order) {
                    Some(Held::Coins(c)) => sum.0 += c,
                    Some(Held::Units(n)) => sum.1[m] += n,
                    None => {}
                }
            }
        }
        sums
    }

    /// Takes prices and spreads down, once an hour.
    pub(super) fn note_hour(&mut self) {
        for (book, prices) in self.books.iter().zip(&mut self.prices) {
            if let Some(p) = book.last_price() {
                prices.push(p.as_f64());
                if prices.len() > PRICES_KEPT {
                    prices.remove(0);
                }
            }
            if let (Some(buy), Some(sell), Some(mid)) =
                (book.best(Side::Buy), book.best(Side::Sell), book.midpoint())
            {
                self.spreads.0 += (sell - buy).as_f64() / mid;
                self.spreads.1 += 1;
            }
        }
    }
}

impl StateHash for Exchange {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for book in &mut self.books {
            h.u64(book.digest());
        }
        if !self.books.is_empty() {
            for (who, s) in &self.stores {
                h.u32(who.0);
                for n in s.free.iter().chain(&s.held) {
                    h.u32(*n);
                }
            }
            h.u64(self.trades.len() as u64);
            for ((who, m), orders) in &self.open {
                for (_, at) in orders {
                    h.u64(u64::from(who.0) << 32 | u64::from(at.0));
                    h.u64(u64::from(*m));
                }
            }
            for x in self.values.iter().chain(self.prices.iter().flatten()) {
                h.f64(*x);
            }
            for ((who, m), worths) in &self.wants {
                h.u64(u64::from(who.0) << 8 | u64::from(*m));
                for w in worths {
                    h.f64(*w);
                }
            }
        }
        h.finish()
    }
}
