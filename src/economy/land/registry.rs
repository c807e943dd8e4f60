//! The land registry: every parcel has one owner, a last price, and perhaps a building and an auction.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::auction::LandBid;
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::{Coins, Tick};

/// A parcel in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lot {
    /// Whether it is land at all: roads and the plaza are not.
    pub is_land: bool,
    /// Who owns it; `None` is the city.
    pub owner: Option<AvatarId>,
    /// Reserve price of its auction, if it is for sale.
    pub asking: Option<Coins>,
    /// What it last fetched; zero before its first sale.
    pub last_price: Coins,
    /// Since when its owner has it.
    pub since: Tick,
    /// Whether there is a building on it.
    pub is_built: bool,
    /// Who rents it; `None` if its owner uses it.
    pub tenant: Option<AvatarId>,
    /// Sales so far.
    pub n_sales: u16,
}

impl RowHash for Lot {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.owner.map_or(u32::MAX, |o| o.0)) << 32 | u64::from(self.since.0));
        h.i64(self.asking.map_or(-1, Coins::micros));
        h.i64(self.last_price.micros());
        h.u32(self.tenant.map_or(u32::MAX, |t| t.0));
        h.u64(
            u64::from(self.is_land) | u64::from(self.is_built) << 1 | u64::from(self.n_sales) << 8,
        );
    }
}

/// A sale that took place, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LandSale {
    /// Which parcel.
    pub parcel: ParcelId,
    /// At what price.
    pub price: Coins,
    /// When.
    pub tick: Tick,
    /// People passing it a day, as seen at the sale.
    pub footfall: f32,
    /// People who bid.
    pub n_bids: u32,
    /// What it is worth to the buyer, as it said.
    pub most: Coins,
}

/// All parcels, what is for sale, and the bids of the day.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct LandRegistry {
    /// One row each, by parcel.
    pub lots: Table<Lot>,
    /// Parcels for sale, by id.
    pub on_sale: Vec<ParcelId>,
    /// Sealed bids of today.
    pub bids: BTreeMap<ParcelId, Vec<LandBid>>,
    /// Every sale so far.
    pub sales: Vec<LandSale>,
}

impl LandRegistry {
    /// Returns a parcel's row.
    #[must_use]
    pub fn lot(&self, parcel: ParcelId) -> &Lot {
        self.lots.row(parcel.idx())
    }

    /// Puts a parcel up for auction.
    pub fn list(&mut self, parcel: ParcelId, reserve: Coins) {
        let lot = self.lots.row_mut(parcel.idx());
        if lot.asking.is_none() {
            let at = self.on_sale.partition_point(|p| *p < parcel);
            self.on_sale.insert(at, parcel);
        }
        lot.asking = Some(reserve);
    }

    /// Takes a parcel off the market.
    pub fn unlist(&mut self, parcel: ParcelId) {
        let lot = self.lots.row_mut(parcel.idx());
        if lot.asking.take().is_some()
            && let Ok(at) = self.on_sale.binary_search(&parcel)
        {
            self.on_sale.remove(at);
        }
    }

    /// Hands a parcel to a new owner.
    pub fn convey(&mut self, parcel: ParcelId, to: Option<AvatarId>, price: Coins, now: Tick) {
        self.unlist(parcel);
        let lot = self.lots.row_mut(parcel.idx());
        lot.owner = to;
        lot.since = now;
        if price.is_positive() {
            lot.last_price = price;
            lot.n_sales = lot.n_sales.saturating_add(1);
        }
    }

    /// Takes a bid.
    pub fn bid(&mut self, parcel: ParcelId, bid: LandBid) {
        if self.lot(parcel).asking.is_some() {
            self.bids.entry(parcel).or_default().push(bid);
        }
    }
}

impl StateHash for LandRegistry {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.lots.digest());
        for p in &self.on_sale {
            h.u32(p.0);
        }
        for (p, bids) in &self.bids {
            for b in bids {
                h.u64(u64::from(p.0) << 32 | u64::from(b.bidder.0));
                h.i64(b.most.micros());
            }
        }
        h.u64(self.sales.len() as u64);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sold_is_no_longer_for_sale() {
        let mut r = LandRegistry::default();
        for _ in 0..3 {
            r.lots.push(Lot {
                is_land: true,
                owner: None,
                asking: None,
                last_price: Coins::ZERO,
                since: Tick(0),
                is_built: false,
                tenant: None,
                n_sales: 0,
            });
        }
        r.list(ParcelId(2), Coins::from_whole(1));
        r.list(ParcelId(0), Coins::from_whole(1));
        assert_eq!(r.on_sale, [ParcelId(0), ParcelId(2)]);
        r.convey(
            ParcelId(2),
            Some(AvatarId(7)),
            Coins::from_whole(5),
            Tick(9),
        );
        assert_eq!(r.on_sale, [ParcelId(0)]);
        assert_eq!(r.lot(ParcelId(2)).owner, Some(AvatarId(7)));
        r.bid(
            ParcelId(2),
            LandBid {
                bidder: AvatarId(1),
                most: Coins::from_whole(9),
            },
        );
        assert!(r.bids.is_empty());
    }
}
