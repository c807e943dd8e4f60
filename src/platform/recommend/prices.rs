//! Prices on what is scarce: exposure of items, seats in spaces. Dual ascent, one step an hour (P2 of science annex A1).
//!
//! `μ ← [μ + η·(load − κ)/κ]₊`. Whoever allocates subtracts μ from the attraction of what it would take up, so that
//! crowded things give way to the next best where the loss is smallest.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::config::{AllocationKind, RecommendConfig};
use crate::platform::models::ranker::ITEM_SURFACES;
use crate::sim::state_hash::{StateHash, StateHasher};

/// Step of the ascent.
const STEP: f64 = 0.05;

/// Highest price, in attraction.
const HIGHEST: f64 = 1.0;

/// Exposure of the items of one shelf since the last step.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ShelfLoad {
    total: u64,
    /// Items that were shown or have a price.
    active: Vec<u32>,
}

/// Prices of exposure by item and of seats by space, and what a minute of attention is worth.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct AttentionPrices {
    of_item: Vec<f32>,
    load: Vec<u32>,
    of_space: Vec<f32>,
    space_load: Vec<u32>,
    shelves: [ShelfLoad; ITEM_SURFACES],
    /// Sum of λ, the attraction bought by the last minute, over all allocations so far; and how many.
    pub minutes: (f64, u64),
}

impl AttentionPrices {
    /// Returns the price of an exposure of an item.
    #[must_use]
    pub fn of_item(&self, item: u32) -> f32 {
        self.of_item.get(item as usize).copied().unwrap_or(0.0)
    }

    /// Returns the price of sending somebody to a space.
    #[must_use]
    pub fn of_space(&self, space: u32) -> f32 {
        self.of_space.get(space as usize).copied().unwrap_or(0.0)
    }

    /// Counts an exposure of an item of a shelf.
    pub fn expose(&mut self, shelf: usize, item: u32) {
        let i = item as usize;
        if self.load.len() <= i {
            self.load.resize(i + 1, 0);
            self.of_item.resize(i + 1, 0.0);
        }
        if self.load[i] == 0 && self.of_item[i] == 0.0 {
            self.shelves[shelf].active.push(item);
        }
        self.load[i] += 1;
        self.shelves[shelf].total += 1;
    }

    /// Counts an exposure of a space with so many seats free; only allocation by prices makes it dearer.
    pub fn seat(&mut self, space: u32, free: u32, config: &RecommendConfig) {
        if config.allocation != AllocationKind::Prices {
            return;
        }
        let i = space as usize;
        if self.space_load.len() <= i {
            self.space_load.resize(i + 1, 0);
            self.of_space.resize(i + 1, 0.0);
        }
        self.space_load[i] += 1;
        let over = f64::from(self.space_load[i]) / f64::from(free.max(1));
        if over > 1.0 {
            let step = STEP * (over - 1.0).min(1.0);
            self.of_space[i] = (f64::from(self.of_space[i]) + step).min(HIGHEST) as f32;
        }
    }

    /// Takes one step of the ascent with the load since the last; `sizes` is how many items each shelf holds.
    pub fn update(&mut self, config: &RecommendConfig, sizes: [usize; ITEM_SURFACES]) {
        let priced = config.allocation == AllocationKind::Prices;
        for (shelf, size) in self.shelves.iter_mut().zip(sizes) {
            let equal_share = shelf.total as f64 / size.max(1) as f64;
            let capacity = (config.exposure_cap * equal_share).max(1.0);
            let mut kept = Vec::with_capacity(shelf.active.len());
            for item in std::mem::take(&mut shelf.active) {
                let i = item as usize;
                let load = f64::from(std::mem::take(&mut self.load[i]));
                let step = STEP * ((load - capacity) / capacity).clamp(-1.0, 2.0);
                let price = (f64::from(self.of_item[i]) + step).clamp(0.0, HIGHEST);
                self.of_item[i] = if priced { price as f32 } else { 0.0 };
                if self.of_item[i] > 0.0 {
                    kept.push(item);
                }
            }
            shelf.active = kept;
            shelf.total = 0;
        }
        for (price, load) in self.of_space.iter_mut().zip(&mut self.space_load) {
            if *load == 0 || !priced {
                *price = (f64::from(*price) - STEP).max(0.0) as f32;
            }
            *load = 0;
        }
    }
}

impl StateHash for AttentionPrices {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for shelf in &self.shelves {
            h.u64(shelf.total);
            for i in &shelf.active {
                h.u64(u64::from(*i) << 32 | u64::from(self.of_item[*i as usize].to_bits()));
                h.u32(self.load[*i as usize]);
            }
        }
        h.f32s(&self.of_space);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A feed of a thousand items and nothing else.
    const SIZES: [usize; ITEM_SURFACES] = [1_000, 0, 0, 0, 0];

    #[test]
    fn the_price_of_a_crowded_item_rises_until_the_crowd_is_gone() {
        let config = RecommendConfig::BASELINE;
        let mut p = AttentionPrices::default();
        let mut last = 0.0;
        for _ in 0..5 {
            for i in 0..1_000 {
                p.expose(0, if i < 500 { 7 } else { 100 + i });
            }
            p.update(&config, SIZES);
            assert!(p.of_item(7) > last);
            last = p.of_item(7);
        }
        assert_eq!(p.of_item(600), 0.0);
        for _ in 0..20 {
            p.expose(0, 3);
            p.update(&config, SIZES);
        }
        assert_eq!(p.of_item(7), 0.0);
    }

    #[test]
    fn nothing_is_priced_when_prices_are_off() {
        let config = RecommendConfig::NULL;
        let mut p = AttentionPrices::default();
        for _ in 0..500 {
            p.expose(0, 1);
        }
        for _ in 0..50 {
            p.seat(2, 10, &config);
        }
        assert_eq!(p.of_space(2), 0.0);
        p.update(&config, SIZES);
        assert_eq!(p.of_item(1), 0.0);
    }
}
