//! Bundles: several assets of one owner, sold together at one price.
//!
//! An asset is in at most one bundle, and while it is, it is for sale in no other way. The price of a bundle falls to its assets in
//! proportion to what their owner would have asked for each alone; fee and royalty are those of each asset's part.
//!
//! It is state only where the scenario has bundles: other cities do not have it.
//!
//! # Source
//! Adams and Yellen (1976): what one likes less another likes more, so that a bundle is worth about the same to both.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::shares::divide;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};

/// An asset of a bundle, and what its owner would have asked for it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Which.
    pub item: ItemId,
    /// What would have been asked.
    pub alone: Coins,
}

/// Assets that are for sale together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// Whose.
    pub owner: AvatarId,
    /// What is in it, by item.
    pub members: Vec<Member>,
    /// What is asked for all of it.
    pub price: Coins,
    /// When it was put up.
    pub since: Tick,
    /// When it is broken up.
    pub until: Tick,
}

impl Bundle {
    /// Returns what of `price` falls to each member, in their order; the parts add up to the price.
    #[must_use]
    pub fn parts(&self, price: Coins) -> Vec<Coins> {
        let alone: Vec<Coins> = self.members.iter().map(|m| m.alone).collect();
        share_out(price, &alone)
    }
}

/// Divides a price in proportion to weights that are not negative, to the micro-coin, by [largest remainders](divide). Without any
/// weight all weigh the same.
fn share_out(price: Coins, weights: &[Coins]) -> Vec<Coins> {
    let whole = |c: &Coins| u64::try_from(c.micros()).unwrap_or(0);
    let mut all: Vec<u64> = weights.iter().map(whole).collect();
    if all.iter().all(|w| *w == 0) {
        all.fill(1);
    }
    let parts = divide(whole(&price), &all);
    let coins = |part: u64| Coins::from_micros(part.cast_signed());
    parts.into_iter().map(coins).collect()
}

/// What became of bundles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleCounts {
    /// Put up.
    pub listed: u64,
    /// Sold.
    pub sold: u64,
    /// Broken up, as nobody bought them.
    pub broken: u64,
    /// Assets sold in bundles.
    pub assets: u64,
    /// Coins paid for bundles.
    pub paid: Coins,
}

/// All bundles that are for sale.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct AssetBundles {
    open: BTreeMap<u32, Bundle>,
    of: BTreeMap<ItemId, u32>,
    /// What became of the others.
    pub counts: BundleCounts,
}

impl AssetBundles {
    /// Says whether an asset is in a bundle.
    #[must_use]
    pub fn has(&self, item: ItemId) -> bool {
        self.of.contains_key(&item)
    }

    /// Returns a bundle by its number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Bundle> {
        self.open.get(&number)
    }

    /// Lists the bundles by their numbers.
    pub fn open(&self) -> impl Iterator<Item = (u32, &Bundle)> + '_ {
        self.open.iter().map(|(n, b)| (*n, b))
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Puts a bundle up, if it has at least two assets and none of them is in a bundle; says whether it did.
    pub fn put_up(&mut self, bundle: Bundle) -> bool {
        let mut items: Vec<ItemId> = bundle.members.iter().map(|m| m.item).collect();
        items.sort_unstable();
        items.dedup();
        let is_whole = items.len() == bundle.members.len() && items.len() >= 2;
        if !is_whole || items.iter().any(|i| self.has(*i)) {
            return false;
        }
        // Every bundle ever put up counts, so that a number is never used twice.
        let number = self.counts.listed as u32;
        self.counts.listed += 1;
        self.of.extend(items.into_iter().map(|i| (i, number)));
        self.open.insert(number, bundle);
        true
    }

    /// Takes a bundle off the list.
    pub fn remove(&mut self, number: u32) -> Option<Bundle> {
        let bundle = self.open.remove(&number)?;
        for m in &bundle.members {
            self.of.remove(&m.item);
        }
        Some(bundle)
    }

    /// Lowers every price to a share of it, in parts per million, and breaks those up whose time is over.
    pub fn age(&mut self, now: Tick, kept_ppm: u32) {
        let over = self.open.iter().filter(|(_, b)| b.until <= now);
        let over: Vec<u32> = over.map(|(n, _)| *n).collect();
        for number in over {
            self.remove(number);
            self.counts.broken += 1;
        }
        for bundle in self.open.values_mut() {
            if bundle.since < now {
                let lower = bundle.price.scaled_ppm(kept_ppm);
                bundle.price = lower.max(Coins::from_micros(1));
            }
        }
    }
}

impl StateHash for AssetBundles {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        let c = &self.counts;
        for n in [c.listed, c.sold, c.broken, c.assets] {
            h.u64(n);
        }
        h.i64(c.paid.micros());
        for (number, b) in &self.open {
            h.u64(u64::from(*number) << 32 | u64::from(b.owner.0));
            h.u64(u64::from(b.since.0) << 32 | u64::from(b.until.0));
            h.i64(b.price.micros());
            for m in &b.members {
                h.u32(m.item.0);
                h.i64(m.alone.micros());
            }
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn micros(list: &[i64]) -> Vec<Coins> {
        list.iter().map(|m| Coins::from_micros(*m)).collect()
    }

    #[test]
    fn what_is_left_goes_to_the_largest_remainders() {
        // 100 in 1 : 1 : 1 is 33⅓ each; in 1 : 2 : 4 it is 14.29, 28.57 and 57.14, so that the second gets the last one.
        let hundred = Coins::from_micros(100);
        assert_eq!(
            share_out(hundred, &micros(&[1, 1, 1])),
            micros(&[34, 33, 33])
        );
        assert_eq!(
            share_out(hundred, &micros(&[1, 2, 4])),
            micros(&[14, 29, 57])
        );
        assert_eq!(share_out(hundred, &micros(&[0, 0])), micros(&[50, 50]));
        assert!(share_out(hundred, &[]).is_empty());
    }

    #[test]
    fn prop_the_parts_add_up_and_are_within_one_of_their_proportion() {
        for case in 0..dose(3_000) {
            let mut rng = RngStream::new(3, Purpose::Test, case, 0);
            let n = 1 + rng.below(8);
            let draw = |rng: &mut RngStream| Coins::from_micros(rng.below(1_000_000_000) as i64);
            let weights: Vec<Coins> = (0..n).map(|_| draw(&mut rng)).collect();
            let price = draw(&mut rng);
            let parts = share_out(price, &weights);
            assert_eq!(parts.iter().copied().sum::<Coins>(), price);
            let all: i64 = weights.iter().map(|w| w.micros()).sum();
            for (part, w) in parts.iter().zip(&weights) {
                let exact = price.micros() as f64 * w.micros() as f64 / (all.max(1)) as f64;
                assert!(part.micros() >= 0);
                assert!(all == 0 || (part.micros() as f64 - exact).abs() < 1.001);
            }
        }
    }

    fn bundle(items: &[u32]) -> Bundle {
        let member = |i: &u32| Member {
            item: ItemId(*i),
            alone: Coins::from_whole(1),
        };
        Bundle {
            owner: AvatarId(1),
            members: items.iter().map(member).collect(),
            price: Coins::from_whole(10),
            since: Tick(0),
            until: Tick(100),
        }
    }

    #[test]
    fn an_asset_is_in_one_bundle_at_most() {
        let mut all = AssetBundles::default();
        assert!(all.put_up(bundle(&[1, 2])));
        for refused in [&[2, 3][..], &[4], &[5, 5], &[]] {
            assert!(!all.put_up(bundle(refused)), "{refused:?}");
        }
        assert!(all.has(ItemId(1)) && !all.has(ItemId(3)) && !all.has(ItemId(5)));
        assert!(all.remove(0).is_some() && all.remove(0).is_none());
        assert!(!all.has(ItemId(1)) && all.put_up(bundle(&[2, 3])));
        assert_eq!(all.open().map(|(n, _)| n).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn bundles_get_cheaper_and_end() {
        let mut all = AssetBundles::default();
        all.put_up(bundle(&[1, 2]));
        all.age(Tick(0), 900_000);
        assert_eq!(all.get(0).unwrap().price, Coins::from_whole(10));
        all.age(Tick(50), 900_000);
        assert_eq!(all.get(0).unwrap().price, Coins::from_whole(9));
        all.age(Tick(100), 900_000);
        assert!(all.is_empty() && all.counts.broken == 1 && !all.has(ItemId(1)));
    }
}
