//! Unique assets: who owns each, at what price it is listed, what it last fetched, through whose hands it went.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::auctions::Auction;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};

/// The title to an asset.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Title {
    /// Who owns it; `None` is the city.
    pub owner: Option<AvatarId>,
    /// Asking price, if it is for sale.
    pub asking: Option<Coins>,
    /// What it last fetched; zero before its first sale.
    pub last_price: Coins,
    /// When it was listed or sold last.
    pub since: Tick,
    /// Sales so far.
    pub n_sales: u32,
}

/// How the price of a sale is split; the parts add up to the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// To the seller.
    pub seller: Coins,
    /// Fee.
    pub fee: Coins,
    /// To the creator.
    pub royalty: Coins,
}

/// Splits a price exactly: fee and royalty are rounded down, the royalty is at most what the fee leaves, the seller gets the rest.
#[must_use]
pub fn split(price: Coins, fee_ppm: u32, royalty_ppm: u32) -> Split {
    let fee = price.scaled_ppm(fee_ppm);
    let royalty = price.scaled_ppm(royalty_ppm).min(price - fee);
    Split {
        seller: price - fee - royalty,
        fee,
        royalty,
    }
}

/// A sale of an asset, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AssetSale {
    /// Which.
    pub item: ItemId,
    /// When.
    pub tick: Tick,
    /// Who sold it; `None` is the city.
    pub seller: Option<AvatarId>,
    /// Who bought it.
    pub buyer: AvatarId,
    /// What the buyer paid.
    pub price: Coins,
    /// What of it went where.
    pub split: Split,
    /// When it was put up for sale.
    pub listed: Tick,
    /// Bids that counted; 1 for a sale at a listed price.
    pub n_bids: u32,
}

/// All titles.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct AssetMarket {
    titles: BTreeMap<ItemId, Title>,
    digest: u64,
    /// Auctions that are open, by asset.
    pub auctions: BTreeMap<ItemId, Auction>,
    /// Every sale so far.
    pub sales: Vec<AssetSale>,
    /// Where in `sales` those of an asset are, in order.
    sales_of: BTreeMap<ItemId, Vec<u32>>,
    /// Sales so far.
    pub n_sales: u64,
}

impl AssetMarket {
    /// Returns the title to an asset.
    #[must_use]
    pub fn title(&self, item: ItemId) -> Option<&Title> {
        self.titles.get(&item)
    }

    /// Lists all titles by item.
    pub fn titles(&self) -> impl Iterator<Item = (ItemId, &Title)> + '_ {
        self.titles.iter().map(|(i, t)| (*i, t))
    }

    /// Returns the asking price, if the asset is for sale.
    #[must_use]
    pub fn asking(&self, item: ItemId) -> Option<Coins> {
        self.titles.get(&item).and_then(|t| t.asking)
    }

    /// Returns what an asset that first cost `first` is thought to cost: what is asked, or else what it last fetched.
    #[must_use]
    pub fn guide(&self, item: ItemId, first: Coins) -> Coins {
        let Some(title) = self.titles.get(&item) else {
            return first;
        };
        let last = title.last_price;
        let known = last.is_positive().then_some(last);
        title.asking.or(known).unwrap_or(first)
    }

    /// Takes a sale down.
    pub fn record(&mut self, sale: AssetSale) {
        let place = self.sales.len() as u32;
        self.sales_of.entry(sale.item).or_default().push(place);
        self.sales.push(sale);
        self.n_sales += 1;
    }

    /// Lists the sales of an asset, the first first: its provenance, owner by owner and price by price.
    pub fn provenance(&self, item: ItemId) -> impl Iterator<Item = &AssetSale> + '_ {
        let places = self.sales_of.get(&item).into_iter().flatten();
        places.map(|i| &self.sales[*i as usize])
    }

    /// Sets a title.
    pub fn set(&mut self, item: ItemId, title: Title) {
        if let Some(old) = self.titles.insert(item, title) {
            self.digest = self.digest.wrapping_sub(row_digest(item, &old));
        }
        self.digest = self.digest.wrapping_add(row_digest(item, &title));
    }
}

fn row_digest(item: ItemId, t: &Title) -> u64 {
    let mut h = StateHasher::default();
    h.u64(u64::from(item.0) << 32 | u64::from(t.owner.map_or(u32::MAX, |o| o.0)));
    h.i64(t.asking.map_or(-1, Coins::micros));
    h.i64(t.last_price.micros());
    h.u64(u64::from(t.since.0) << 32 | u64::from(t.n_sales));
    h.finish()
}

impl StateHash for AssetMarket {
    fn digest(&mut self) -> u64 {
        let titles = crate::sim::rng::mix(self.digest ^ self.n_sales);
        if self.auctions.is_empty() {
            return titles;
        }
        let mut h = StateHasher::default();
        h.u64(titles);
        for (item, auction) in &self.auctions {
            auction.hash(*item, &mut h);
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn the_parts_of_a_price_always_add_up_to_it() {
        let mut r = RngStream::new(1, Purpose::Test, 0, 0);
        for _ in 0..dose(10_000) {
            let price = Coins::from_micros(r.below(1_000_000_000) as i64);
            let (fee, royalty) = (r.below(1_000_001) as u32, r.below(1_000_001) as u32);
            let s = split(price, fee, royalty);
            assert_eq!(s.seller + s.fee + s.royalty, price);
            assert!(s.seller.micros() >= 0 && s.royalty.micros() >= 0);
        }
    }

    #[test]
    fn the_digest_follows_the_titles_and_not_their_history() {
        let title = |owner: u32| Title {
            owner: Some(AvatarId(owner)),
            asking: None,
            last_price: Coins::ZERO,
            since: Tick(0),
            n_sales: 0,
        };
        let (mut a, mut b) = (AssetMarket::default(), AssetMarket::default());
        a.set(ItemId(1), title(1));
        a.set(ItemId(1), title(2));
        b.set(ItemId(1), title(2));
        assert_eq!(a.digest(), b.digest());
        b.set(ItemId(1), title(3));
        assert_ne!(a.digest(), b.digest());
    }
}
