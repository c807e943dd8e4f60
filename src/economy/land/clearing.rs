//! Closes the land sales of a day: bids become owners, coins change hands.

use std::collections::BTreeMap;

use super::auction::LandBid;
use super::formats::{Award, Offered, sell, sell_district};
use super::registry::{LandRegistry, LandSale};
use crate::economy::config::LandFormat;
use crate::economy::ledger::{Account, Currency};
use crate::economy::purpose::Purpose;
use crate::economy::settle::Desk;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::sim::units::Coins;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::CityMap;

/// Sales from which bidders learn how many rivals to expect.
const REMEMBERED: usize = 100;

/// Bidders expected where nothing is known: itself and one other.
const FEWEST_BIDDERS: u32 = 2;

/// Sells what was bid for.
pub(in crate::economy) fn clear_land(desk: &mut Desk<'_>, map: &CityMap, field: &FootfallField) {
    let rules = desk.rules.0.land.clone();
    let expected = expected_bidders(&desk.land);
    let bids = std::mem::take(&mut desk.land.bids);
    if rules.format == LandFormat::Uniform {
        let mut districts: BTreeMap<u8, Vec<Offered>> = BTreeMap::new();
        for (parcel, bids) in bids {
            if let Some(lot) = offered(desk, parcel, &bids) {
                districts.entry(map.district(parcel)).or_default().push(lot);
            }
        }
        for lots in districts.into_values() {
            for award in sell_district(&lots) {
                let n = lots.iter().find(|l| l.parcel == award.parcel);
                hand_over(desk, &award, n.map_or(0, |l| n_bidders(&l.bids)), field);
            }
        }
        return;
    }
    for (parcel, bids) in bids {
        // Wallets may have changed with the parcel before.
        let Some(lot) = offered(desk, parcel, &bids) else {
            continue;
        };
        if let Some(award) = sell(&lot, &rules, expected) {
            hand_over(desk, &award, n_bidders(&lot.bids), field);
        }
    }
}

/// How many people bid, however often.
fn n_bidders(bids: &[LandBid]) -> usize {
    let who: std::collections::BTreeSet<_> = bids.iter().map(|b| b.bidder).collect();
    who.len()
}

/// The mean number of bidders of the last sales, rounded.
fn expected_bidders(land: &LandRegistry) -> u32 {
    let last = &land.sales[land.sales.len().saturating_sub(REMEMBERED)..];
    let sum: u32 = last.iter().map(|s| s.n_bids).sum();
    let n = last.len().max(1) as u32;
    ((sum + n / 2) / n).max(FEWEST_BIDDERS)
}

/// Returns a parcel that is for sale with the bids that count: those that are no longer covered, and the owner's own, fall out.
fn offered(
    desk: &Desk<'_>,
    parcel: crate::sim::ids::ParcelId,
    bids: &[LandBid],
) -> Option<Offered> {
    let lot = *desk.land.lot(parcel);
    let standing = bids.iter().filter(|b| {
        let wallet = Account::Wallet(b.bidder);
        Some(b.bidder) != lot.owner && desk.ledger.balance(Currency::Coins, wallet) >= b.most
    });
    Some(Offered {
        parcel,
        reserve: lot.asking?,
        bids: standing.copied().collect(),
    })
}

fn hand_over(desk: &mut Desk<'_>, award: &Award, n_bids: usize, field: &FootfallField) {
    let Award {
        parcel,
        winner,
        price,
        most,
    } = *award;
    let (now, lot) = (desk.clock.now, *desk.land.lot(parcel));
    let buyer = Account::Wallet(winner);
    let fee = match lot.owner {
        Some(_) => price.scaled_ppm(desk.fee_ppm()),
        None => Coins::ZERO,
    };
    let seller = lot.owner.map_or(Account::Treasury, Account::Wallet);
    // At one price for a district cover was looked at before the parcels of other districts were paid.
    let covers = desk.ledger.balance(Currency::Coins, buyer) >= price;
    // There somebody may win a parcel of its own, too.
    if lot.owner == Some(winner)
        || !covers
        || !desk.pay(buyer, seller, price - fee, Purpose::ParcelSale, None)
    {
        return;
    }
    desk.pay(buyer, Account::Burn, fee, Purpose::MarketFee, None);
    desk.land.convey(parcel, Some(winner), price, now);
    desk.land.sales.push(LandSale {
        parcel,
        price,
        tick: now,
        footfall: field.at(parcel) as f32,
        n_bids: n_bids as u32,
        most,
    });
    desk.index.book(3, price, Coins::from_whole(1));
    desk.events.push(
        Event::new(now, winner, EventKind::ParcelBuy)
            .thing(ThingKind::Parcel, parcel.0)
            .costing(price),
    );
}
