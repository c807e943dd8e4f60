//! The city's shops: a fixed supply a day, and prices that grope for what clears it (Walras).

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::ItemId;
use crate::sim::math;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// Lowest and highest price a shop asks, as multiples of the first.
const BOUNDS: (f64, f64) = (0.05, 1_000.0);

/// What is on the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Shelf {
    first: Coins,
    price: Coins,
    stock: f64,
    sold: u32,
    refused: u32,
}

/// All shelves, by item.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Shop {
    shelves: Vec<Option<Shelf>>,
}

impl Shop {
    /// Puts an item on the shelf.
    pub fn stock(&mut self, item: ItemId, price: Coins, units: f64) {
        if self.shelves.len() <= item.idx() {
            self.shelves.resize(item.idx() + 1, None);
        }
        self.shelves[item.idx()] = Some(Shelf {
            first: price,
            price,
            stock: units,
            sold: 0,
            refused: 0,
        });
    }

    /// Returns the price of an item the city sells.
    #[must_use]
    pub fn price(&self, item: ItemId) -> Option<Coins> {
        self.shelves
            .get(item.idx())
            .copied()
            .flatten()
            .map(|s| s.price)
    }

    /// Returns what an item the city sells cost at first.
    #[must_use]
    pub fn first_price(&self, item: ItemId) -> Option<Coins> {
        self.shelves
            .get(item.idx())
            .copied()
            .flatten()
            .map(|s| s.first)
    }

    /// Takes a unit off the shelf; says whether there was one.
    pub fn take(&mut self, item: ItemId) -> bool {
        let Some(Some(s)) = self.shelves.get_mut(item.idx()) else {
            return false;
        };
        if s.stock >= 1.0 {
            s.stock -= 1.0;
            s.sold += 1;
            true
        } else {
            s.refused += 1;
            false
        }
    }

    /// Closes the day: restocks, and moves each price up if customers were refused, down if units are left.
    /// Returns what changed.
    pub fn close_day(&mut self, supply: f64, step: f64) -> Vec<(ItemId, Coins)> {
        let mut changed = Vec::new();
        for (i, shelf) in self.shelves.iter_mut().enumerate() {
            let Some(s) = shelf else { continue };
            let demand = f64::from(s.sold + s.refused);
            let pressure = math::tanh((demand - supply) / supply.max(0.25));
            let price = s.price.as_f64() * math::exp(step * pressure);
            let first = s.first.as_f64();
            s.price = Coins::from_f64(price.clamp(BOUNDS.0 * first, BOUNDS.1 * first));
            s.stock = (s.stock + supply).min(3.0 * supply.max(1.0));
            s.sold = 0;
            s.refused = 0;
            changed.push((ItemId::from_idx(i), s.price));
        }
        changed
    }
}

impl StateHash for Shop {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for s in self.shelves.iter().flatten() {
            h.i64(s.price.micros());
            h.f64(s.stock);
            h.u64(u64::from(s.sold) << 32 | u64::from(s.refused));
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_rise_while_demand_exceeds_supply_and_fall_otherwise() {
        let mut shop = Shop::default();
        shop.stock(ItemId(2), Coins::from_whole(10), 3.0);
        for _ in 0..9 {
            shop.take(ItemId(2));
        }
        shop.close_day(3.0, 0.1);
        let high = shop.price(ItemId(2)).unwrap();
        assert!(high > Coins::from_whole(10));
        shop.close_day(3.0, 0.1);
        assert!(shop.price(ItemId(2)).unwrap() < high);
        assert_eq!(shop.price(ItemId(0)), None);
    }

    #[test]
    fn nothing_is_sold_from_an_empty_shelf() {
        let mut shop = Shop::default();
        shop.stock(ItemId(0), Coins::from_whole(1), 1.0);
        assert!(shop.take(ItemId(0)));
        assert!(!shop.take(ItemId(0)));
    }
}
