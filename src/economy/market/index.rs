//! The price index: Fisher over a basket of goods, chained from day to day.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// Goods of the basket: game items, textbooks, assets, parcels.
pub const GOODS: usize = 4;

/// Days whose sales are compared at once; single days are too thin.
const WINDOW: usize = 7;

/// Sales of a good in a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sales {
    /// Units: what was sold, at what it cost when it was first offered, so that a week of better things is no inflation.
    pub units: f64,
    /// Coins.
    pub value: f64,
}

/// The index and the sales it is made from.
#[derive(Resource, Debug, Serialize, Deserialize)]
pub struct PriceIndex {
    today: [Sales; GOODS],
    days: Vec<[Sales; GOODS]>,
    /// Price level, 1 in the base week.
    pub level: f64,
}

impl Default for PriceIndex {
    fn default() -> Self {
        Self {
            today: Default::default(),
            days: Vec::new(),
            level: 1.0,
        }
    }
}

impl PriceIndex {
    /// Books a sale of something that cost `first` when it was first offered.
    pub fn book(&mut self, good: usize, price: Coins, first: Coins) {
        self.today[good].units += first.as_f64();
        self.today[good].value += price.as_f64();
    }

    /// Returns units and value sold today by good.
    #[must_use]
    pub fn today(&self) -> &[Sales; GOODS] {
        &self.today
    }

    /// Closes the day. The level is 1 in the week that ends with day `base_day`, and until then.
    pub fn close_day(&mut self, base_day: u32) {
        self.days.push(self.today);
        self.today = Default::default();
        let n = self.days.len();
        let base_end = (base_day as usize).max(WINDOW);
        if n < base_end + 1 {
            return;
        }
        let base = total(&self.days[base_end - WINDOW..base_end]);
        let now = total(&self.days[n - WINDOW..]);
        if let Some(f) = fisher(&base, &now) {
            self.level = f;
        }
    }
}

fn total(days: &[[Sales; GOODS]]) -> [Sales; GOODS] {
    let mut sum = [Sales::default(); GOODS];
    for day in days {
        for (s, d) in sum.iter_mut().zip(day) {
            s.units += d.units;
            s.value += d.value;
        }
    }
    sum
}

/// Returns Fisher's index, the geometric mean of Laspeyres' and Paasche's, over goods sold in both periods.
///
/// # Source
/// Fisher (1922).
#[must_use]
pub fn fisher(base: &[Sales], now: &[Sales]) -> Option<f64> {
    let (mut l_up, mut l_down, mut p_up, mut p_down) = (0.0, 0.0, 0.0, 0.0);
    for (b, n) in base.iter().zip(now) {
        if b.units <= 0.0 || n.units <= 0.0 {
            continue;
        }
        let (p0, p1) = (b.value / b.units, n.value / n.units);
        l_up += p1 * b.units;
        l_down += p0 * b.units;
        p_up += p1 * n.units;
        p_down += p0 * n.units;
    }
    (l_down > 0.0 && p_down > 0.0).then(|| ((l_up / l_down) * (p_up / p_down)).sqrt())
}

impl StateHash for PriceIndex {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.f64(self.level);
        h.u64(self.days.len() as u64);
        for s in &self.today {
            h.f64(s.units);
            h.f64(s.value);
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fisher_is_between_laspeyres_and_paasche() {
        // Prices 1, 2 → 2, 2; quantities 10, 5 → 6, 5. L = 30/20 = 1.5, P = 22/16 = 1.375.
        let base = [
            Sales {
                units: 10.0,
                value: 10.0,
            },
            Sales {
                units: 5.0,
                value: 10.0,
            },
        ];
        let now = [
            Sales {
                units: 6.0,
                value: 12.0,
            },
            Sales {
                units: 5.0,
                value: 10.0,
            },
        ];
        let f = fisher(&base, &now).unwrap();
        assert!((f - (1.5f64 * 1.375).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_week_of_dearer_things_at_their_old_prices_is_no_inflation() {
        let mut index = PriceIndex::default();
        for day in 0..20 {
            let price = Coins::from_whole(if day < 10 { 3 } else { 30 });
            index.book(2, price, price);
            index.close_day(7);
        }
        assert!((index.level - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_unchanged_market_has_level_one() {
        let mut index = PriceIndex::default();
        for _ in 0..20 {
            index.book(0, Coins::from_whole(3), Coins::from_whole(2));
            index.book(2, Coins::from_whole(30), Coins::from_whole(30));
            index.close_day(7);
        }
        assert!((index.level - 1.0).abs() < 1e-12);
    }
}
