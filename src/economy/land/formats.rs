//! How the bids of a day become owners and prices, by format.
//!
//! A bidder hands in the most a parcel is worth to it. In sealed second-price and ascending sales that is also what it bids; under
//! a first price it bids less, by how many rivals it has come to expect.

use super::auction::{LandBid, clear};
use crate::economy::config::{LandConfig, LandFormat};
use crate::economy::sale::english::ascend;
use crate::economy::sale::sealed::{first_price, shaded_bid};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::units::Coins;

/// A parcel that changes hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Award {
    /// Which.
    pub parcel: ParcelId,
    /// To whom.
    pub winner: AvatarId,
    /// What it pays.
    pub price: Coins,
    /// What the parcel it bid for is worth to it.
    pub most: Coins,
}

/// A parcel for sale and the bids for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Which.
    pub parcel: ParcelId,
    /// Lowest price.
    pub reserve: Coins,
    /// What it is worth to those who bid.
    pub bids: Vec<LandBid>,
}

/// Sells a parcel on its own; `n_bidders` is how many a bidder expects to meet, itself included.
#[must_use]
pub fn sell(lot: &Offered, rules: &LandConfig, n_bidders: u32) -> Option<Award> {
    let (bids, reserve) = (&lot.bids, lot.reserve);
    let (winner, price) = match rules.format {
        LandFormat::Vickrey | LandFormat::Uniform => clear(bids, reserve)?,
        LandFormat::English => ascend(bids, reserve, Coins::from_f64(rules.increment))?,
        LandFormat::FirstPrice => {
            let shaded: Vec<LandBid> = bids
                .iter()
                .map(|b| {
                    let worth = b.most.as_f64();
                    let bid = shaded_bid(worth, n_bidders, reserve.as_f64(), f64::MAX);
                    // Rounding must not push a bid below the reserve or above the worth.
                    let most = if b.most < reserve {
                        b.most
                    } else {
                        Coins::from_f64(bid).clamp(reserve, b.most)
                    };
                    LandBid {
                        bidder: b.bidder,
                        most,
                    }
                })
                .collect();
            first_price(&shaded, reserve)?
        }
    };
    let own = bids.iter().filter(|b| b.bidder == winner);
    Some(Award {
        parcel: lot.parcel,
        winner,
        price,
        most: own.map(|b| b.most).max().unwrap_or(price),
    })
}

/// Sells the parcels of a district at one price: the bids from the highest meet the reserves from the lowest, as long as the bid
/// is no less. The price is the highest of the bids that lost and the reserves that were met. Everybody gets one parcel: the one
/// it bid for if it is sold and free, in order of bids, else the first that is.
#[must_use]
pub fn sell_district(lots: &[Offered]) -> Vec<Award> {
    let mut demand: Vec<(LandBid, ParcelId)> = lots
        .iter()
        .flat_map(|l| l.bids.iter().map(|b| (*b, l.parcel)))
        .collect();
    demand.sort_by_key(|(b, parcel)| (-b.most, b.bidder, *parcel));
    let mut seen = std::collections::BTreeSet::new();
    demand.retain(|(b, _)| seen.insert(b.bidder));
    let mut supply: Vec<(Coins, ParcelId)> = lots
        .iter()
        .filter(|l| !l.bids.is_empty())
        .map(|l| (l.reserve, l.parcel))
        .collect();
    supply.sort_unstable();
    let meets = demand.iter().zip(&supply);
    let k = meets.take_while(|(d, s)| d.0.most >= s.0).count();
    if k == 0 {
        return Vec::new();
    }
    let lost = demand.get(k).map_or(Coins::ZERO, |(b, _)| b.most);
    let price = lost.max(supply[k - 1].0);
    let mut free: Vec<ParcelId> = supply[..k].iter().map(|s| s.1).collect();
    let mut take = |wanted: &dyn Fn(&ParcelId) -> bool| {
        let at = free.iter().position(wanted)?;
        Some(free.remove(at))
    };
    let won = &demand[..k];
    let first: Vec<Option<ParcelId>> = won.iter().map(|(_, p)| take(&|f| f == p)).collect();
    let rest = won.iter().zip(first);
    rest.filter_map(|((bid, _), got)| {
        Some(Award {
            parcel: got.or_else(|| take(&|_| true))?,
            winner: bid.bidder,
            price,
            most: bid.most,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn coins(n: i64) -> Coins {
        Coins::from_whole(n)
    }

    fn lot(parcel: u32, reserve: i64, bids: &[(u32, i64)]) -> Offered {
        Offered {
            parcel: ParcelId(parcel),
            reserve: coins(reserve),
            bids: bids
                .iter()
                .map(|(who, most)| LandBid {
                    bidder: AvatarId(*who),
                    most: coins(*most),
                })
                .collect(),
        }
    }

    fn under(format: LandFormat) -> LandConfig {
        LandConfig {
            format,
            increment: 1.0,
            ..LandConfig::BASELINE
        }
    }

    #[test]
    fn every_format_gives_the_parcel_to_whom_it_is_worth_most_at_a_price_of_its_own() {
        let lot = lot(3, 2, &[(1, 10), (2, 7), (3, 1)]);
        let price = |format| {
            let award = sell(&lot, &under(format), 2).unwrap();
            assert_eq!((award.winner, award.most), (AvatarId(1), coins(10)));
            award.price
        };
        assert_eq!(price(LandFormat::Vickrey), coins(7));
        assert_eq!(price(LandFormat::English), coins(8));
        // 10 − (10² − 2²) / 20.
        assert_eq!(price(LandFormat::FirstPrice), Coins::from_f64(5.2));
    }

    #[test]
    fn a_district_has_one_price_which_everybody_who_wins_would_pay() {
        let lots = [
            lot(0, 2, &[(1, 10), (2, 7)]),
            lot(1, 3, &[(3, 6)]),
            lot(2, 5, &[(4, 4)]),
        ];
        // Bids 10, 7, 6, 4 meet reserves 2, 3, 5: all three are sold, 4 lost, 5 is the highest reserve met.
        let awards = sell_district(&lots);
        let got: Vec<_> = awards
            .iter()
            .map(|a| (a.winner.0, a.parcel.0, a.price))
            .collect();
        assert_eq!(got, [(1, 0, coins(5)), (2, 2, coins(5)), (3, 1, coins(5))]);
    }

    #[test]
    fn prop_a_price_is_between_the_reserve_and_what_the_parcel_is_worth() {
        for case in 0..dose(2_000) {
            let mut rng = RngStream::new(9, Purpose::Test, case, 0);
            let lots: Vec<Offered> = (0..4)
                .map(|p| {
                    let n = rng.below(5);
                    let reserve = rng.below(20) as i64;
                    let bids: Vec<(u32, i64)> = (0..n)
                        .map(|_| (rng.below(9) as u32, rng.below(40) as i64))
                        .collect();
                    lot(p, reserve, &bids)
                })
                .collect();
            for format in [
                LandFormat::Vickrey,
                LandFormat::English,
                LandFormat::FirstPrice,
            ] {
                for l in &lots {
                    if let Some(a) = sell(l, &under(format), 3) {
                        assert!(a.price >= l.reserve && a.price <= a.most, "{a:?}");
                    }
                }
            }
            let awards = sell_district(&lots);
            let mut parcels: Vec<u32> = awards.iter().map(|a| a.parcel.0).collect();
            let mut people: Vec<u32> = awards.iter().map(|a| a.winner.0).collect();
            parcels.sort_unstable();
            people.sort_unstable();
            parcels.dedup();
            people.dedup();
            assert_eq!((parcels.len(), people.len()), (awards.len(), awards.len()));
            for a in &awards {
                let l = &lots[a.parcel.0 as usize];
                assert!(a.price >= l.reserve && a.price <= a.most);
                assert_eq!(a.price, awards[0].price);
            }
        }
    }
}
