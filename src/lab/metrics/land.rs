//! What sales of land were worth to both sides, by the truth.
//!
//! | metric | formula |
//! | --- | --- |
//! | `land_city_sales`, `land_owner_sales` | parcels sold by the city, and by owners |
//! | `land_buyer_surplus` | what each parcel is worth to its buyer, whatever was in its purse, less the price, summed |
//! | `land_seller_surplus` | of owners' sales, price less the fee less the least that the owner would have taken, summed |
//! | `land_gain` | what each parcel is worth to its buyer, less the least that its owner would have taken (to the city it is worth nothing), summed |
//! | `land_loss_share` | share of sales whose price is above what the parcel is worth to its buyer |
//! | `land_days_to_sell` | mean days from being put up to being sold |
//! | `land_price_dispersion` | deviation of the logarithm of prices around its regression on the logarithm of one more than footfall |
//!
//! What a parcel is worth to a buyer is footfall at the sale times what it believes each who passes to be worth, drawn when it chose
//! a parcel to bid for. Under one price for a district it may get another parcel than that, and its belief goes with it.

use std::collections::BTreeMap;

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::facts::Ending;
use super::trading::{correlation, priced};
use crate::economy::config::EconomyRules;
use crate::economy::controller::CentralBank;
use crate::economy::land::registry::{LandRegistry, LandSale};
use crate::economy::settle::ppm;
use crate::events::bus::{WishBus, WishKind};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::math;
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{Coins, TICKS_PER_DAY, Tick};
use crate::society::avatars::land_worth::land_worth;

/// A parcel that is for sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Ask {
    owner: Option<AvatarId>,
    least: Coins,
    since: Tick,
}

/// A bid of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Bid {
    parcel: ParcelId,
    most: Coins,
    chosen: Tick,
}

/// Sums over the sales of land so far.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LandDeeds {
    asks: BTreeMap<ParcelId, Ask>,
    bids: BTreeMap<AvatarId, Vec<Bid>>,
    fee_ppm: u32,
    /// Sales looked at, those of parcels whose asking was not seen included.
    pub n_seen: usize,
    /// Sales by the city, and by owners.
    pub sales: (u32, u32),
    /// Worth to buyers less prices.
    pub buyer_surplus: f64,
    /// Prices less fees less the least that owners would have taken.
    pub seller_surplus: f64,
    /// Worth to buyers less the least that owners would have taken.
    pub gain: f64,
    /// Sales above what the parcel is worth to the buyer.
    pub n_losses: u32,
    /// Days from being put up to being sold.
    pub days: f64,
}

impl LandDeeds {
    /// The tick at which a buyer chose the parcel it got, else the one for which it bid most; `None` if no bid of it was seen.
    fn chosen(&self, buyer: AvatarId, parcel: ParcelId) -> Option<Tick> {
        let bids = self.bids.get(&buyer)?;
        highest(bids.iter().filter(|b| b.parcel == parcel)).or_else(|| highest(bids.iter()))
    }

    /// Counts a sale of what is worth so much to its buyer.
    fn count(&mut self, sale: &LandSale, worth: f64) {
        let Some(ask) = self.asks.get(&sale.parcel).copied() else {
            return;
        };
        let price = sale.price.as_f64();
        self.buyer_surplus += worth - price;
        self.n_losses += u32::from(worth < price);
        self.days += f64::from(sale.tick.since(ask.since)) / f64::from(TICKS_PER_DAY);
        if ask.owner.is_some() {
            let fee = sale.price.scaled_ppm(self.fee_ppm).as_f64();
            let least = ask.least.as_f64();
            self.sales.1 += 1;
            self.seller_surplus += price - fee - least;
            self.gain += worth - least;
        } else {
            self.sales.0 += 1;
            self.gain += worth;
        }
    }

    /// Looks at what is for sale now; what was for sale before, by the same owner, keeps its time.
    fn look(&mut self, land: &LandRegistry, now: Tick) {
        let before = std::mem::take(&mut self.asks);
        for parcel in &land.on_sale {
            let lot = land.lot(*parcel);
            let Some(least) = lot.asking else { continue };
            let owner = lot.owner;
            let old = before.get(parcel).filter(|a| a.owner == owner);
            let since = old.map_or(now, |a| a.since);
            let ask = Ask {
                owner,
                least,
                since,
            };
            self.asks.insert(*parcel, ask);
        }
    }

    /// Puts the numbers of a run.
    pub fn put(&self, end: &Ending<'_>, put: &mut impl FnMut(&str, Option<f64>)) {
        let n = f64::from(self.sales.0 + self.sales.1);
        let mean = |sum: f64| (n > 0.0).then(|| sum / n);
        put("land_city_sales", Some(f64::from(self.sales.0)));
        put("land_owner_sales", Some(f64::from(self.sales.1)));
        put("land_buyer_surplus", Some(self.buyer_surplus));
        put("land_seller_surplus", Some(self.seller_surplus));
        put("land_gain", Some(self.gain));
        put("land_loss_share", mean(f64::from(self.n_losses)));
        put("land_days_to_sell", mean(self.days));
        let sales = priced(end);
        let price: Vec<f64> = sales.iter().map(|s| math::ln(s.price.as_f64())).collect();
        let footfall: Vec<f64> = sales
            .iter()
            .map(|s| math::ln(1.0 + f64::from(s.footfall)))
            .collect();
        put("land_price_dispersion", dispersion(&footfall, &price));
    }
}

/// The tick of the highest of some bids; of equal ones the first.
fn highest<'a>(bids: impl Iterator<Item = &'a Bid>) -> Option<Tick> {
    bids.max_by_key(|b| (b.most, std::cmp::Reverse(b.chosen)))
        .map(|b| b.chosen)
}

/// Deviation of `y` around its regression on `x`, which is that of `y` times √(1 − r²); `None` for fewer than three.
fn dispersion(x: &[f64], y: &[f64]) -> Option<f64> {
    if y.len() < 3 {
        return None;
    }
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let square: f64 = y.iter().map(|v| (v - mean) * (v - mean)).sum();
    // Where footfall does not vary it explains nothing.
    let r = correlation(x, y).unwrap_or(0.0);
    Some(libm::sqrt(square / (n - 1.0) * (1.0 - r * r).max(0.0)))
}

/// Follows what is for sale, what is bid and what is sold; at midnight the bids of the day are cleared.
pub fn follow_land(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<EconomyRules>,
    bank: Res<CentralBank>,
    wishes: Res<WishBus>,
    land: Res<LandRegistry>,
    mut deeds: ResMut<LandDeeds>,
) {
    let (now, deeds) = (clock.now, &mut *deeds);
    let mut changed = now.minute_of_day() == 0;
    for wish in &wishes.wishes {
        match wish.kind {
            WishKind::BuyParcel(parcel, most) => {
                let bid = Bid {
                    parcel,
                    most,
                    chosen: now,
                };
                deeds.bids.entry(wish.avatar).or_default().push(bid);
            }
            WishKind::ListParcel(..) => changed = true,
            _ => {}
        }
    }
    for sale in &land.sales[deeds.n_seen.min(land.sales.len())..] {
        deeds.n_seen += 1;
        // Nothing else happens to a parcel in the tick in which it is sold.
        let Some(buyer) = land.lot(sale.parcel).owner else {
            continue;
        };
        let footfall = f64::from(sale.footfall);
        let worth = deeds
            .chosen(buyer, sale.parcel)
            .map_or(sale.most.as_f64(), |at| {
                land_worth(seed.0, buyer, at, footfall)
            });
        deeds.count(sale, worth);
        changed = true;
    }
    if now.minute_of_day() == 0 {
        deeds.bids.clear();
    }
    if changed {
        deeds.look(&land, now);
    }
    // Sales come before the bank moves in a tick: they pay what was the fee in the tick before.
    let config = &rules.0;
    deeds.fee_ppm = ppm(bank.fee(config.market.fee, &config.controller));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(owner: Option<u32>, least: i64) -> Ask {
        Ask {
            owner: owner.map(AvatarId),
            least: Coins::from_whole(least),
            since: Tick(0),
        }
    }

    fn sale(parcel: u32, price: i64) -> LandSale {
        LandSale {
            parcel: ParcelId(parcel),
            price: Coins::from_whole(price),
            tick: Tick(2 * TICKS_PER_DAY),
            footfall: 10.0,
            n_bids: 2,
            most: Coins::from_whole(price),
        }
    }

    #[test]
    fn surpluses_by_hand() {
        let mut deeds = LandDeeds {
            fee_ppm: 100_000,
            ..LandDeeds::default()
        };
        deeds.asks.insert(ParcelId(1), ask(None, 2));
        deeds.asks.insert(ParcelId(2), ask(Some(5), 4));
        // The city sells for 10 what is worth 15; an owner who would have taken 4 sells for 20, less a tenth, what is worth 18.
        deeds.count(&sale(1, 10), 15.0);
        deeds.count(&sale(2, 20), 18.0);
        // Never seen for sale.
        deeds.count(&sale(3, 20), 99.0);
        assert_eq!(deeds.sales, (1, 1));
        assert!((deeds.buyer_surplus - (5.0 - 2.0)).abs() < 1e-9);
        assert!((deeds.seller_surplus - 14.0).abs() < 1e-9);
        assert!((deeds.gain - (15.0 + 14.0)).abs() < 1e-9);
        assert_eq!((deeds.n_losses, deeds.days), (1, 4.0));
    }

    #[test]
    fn a_buyer_is_known_by_its_bid_for_what_it_got_else_by_its_highest() {
        let bid = |parcel, most, chosen| Bid {
            parcel: ParcelId(parcel),
            most: Coins::from_whole(most),
            chosen: Tick(chosen),
        };
        let mut deeds = LandDeeds::default();
        let bids = vec![bid(1, 9, 10), bid(2, 3, 20), bid(2, 4, 30), bid(3, 9, 40)];
        deeds.bids.insert(AvatarId(7), bids);
        assert_eq!(deeds.chosen(AvatarId(7), ParcelId(2)), Some(Tick(30)));
        // Of equal bids the first.
        assert_eq!(deeds.chosen(AvatarId(7), ParcelId(8)), Some(Tick(10)));
        assert_eq!(deeds.chosen(AvatarId(8), ParcelId(2)), None);
    }

    #[test]
    fn dispersion_is_what_footfall_leaves_unexplained() {
        // On a line nothing is left; around a level all of it is: deviation of 1, 2, 3 is 1.
        let line = dispersion(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]).unwrap();
        assert!(line.abs() < 1e-6, "{line}");
        let level = dispersion(&[5.0, 5.0, 5.0], &[1.0, 2.0, 3.0]).unwrap();
        assert!((level - 1.0).abs() < 1e-12, "{level}");
        // Residuals of 0, 3, 0 on 1, 2, 3 are −1, 2, −1: √(6 / 2).
        let bent = dispersion(&[1.0, 2.0, 3.0], &[0.0, 3.0, 0.0]).unwrap();
        assert!((bent - libm::sqrt(3.0)).abs() < 1e-12, "{bent}");
        assert_eq!(dispersion(&[1.0, 2.0], &[1.0, 2.0]), None);
    }
}
