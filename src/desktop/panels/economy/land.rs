//! Rows about parcels.

use crate::desktop::view::sight::City;
use crate::economy::land::registry::{LandRegistry, Lot};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::units::Coins;
use crate::society::spaces::field::FootfallField;

/// Parcels listed.
const TOP: usize = 20;

/// Auctions listed.
const AUCTIONS: usize = 100;

/// A day of land sales.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LandDay {
    /// Day.
    pub day: u32,
    /// Parcels sold.
    pub sales: u64,
    /// Price in the middle, in coins; `None` if nothing was sold.
    pub median: Option<f64>,
}

/// A parcel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParcelRow {
    /// Which.
    pub parcel: ParcelId,
    /// Who owns it; `None` is the city.
    pub owner: Option<AvatarId>,
    /// Who rents it.
    pub tenant: Option<AvatarId>,
    /// What it last fetched, in coins; `None` before its first sale.
    pub last_price: Option<f64>,
    /// Reserve price, in coins, if it is for sale.
    pub reserve: Option<f64>,
    /// Sealed bids of today.
    pub bids: u32,
    /// People who pass it a day.
    pub footfall: f64,
    /// Sales so far.
    pub sales: u32,
    /// Whether there is a building on it.
    pub is_built: bool,
}

/// Rows about land.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LandRows {
    /// Whether land is sold at all.
    pub enabled: bool,
    /// Parcels that are land.
    pub parcels: u64,
    /// Of these, owned by avatars.
    pub owned: u64,
    /// Of these, let.
    pub let_out: u64,
    /// Of these, built on.
    pub built: u64,
    /// Days since the first sale.
    pub days: Vec<LandDay>,
    /// The dearest, dearest first.
    pub top: Vec<ParcelRow>,
    /// Parcels for sale: those with bids first, most bids first.
    pub auctions: Vec<ParcelRow>,
    /// Auctions that are not listed.
    pub more_auctions: u64,
}

/// Fills the rows.
pub(super) fn fill(city: &City<'_>) -> LandRows {
    let land = city.get::<LandRegistry>();
    let field = city.get::<FootfallField>();
    let lots = land.lots.rows();
    let mut rows = LandRows {
        enabled: city.scenario.economy.land.enabled,
        days: days(land),
        ..LandRows::default()
    };
    let mut sold: Vec<(i64, usize)> = Vec::new();
    for (i, lot) in lots.iter().enumerate().filter(|(_, l)| l.is_land) {
        rows.parcels += 1;
        rows.owned += u64::from(lot.owner.is_some());
        rows.let_out += u64::from(lot.tenant.is_some());
        rows.built += u64::from(lot.is_built);
        if lot.last_price.is_positive() {
            sold.push((-lot.last_price.micros(), i));
        }
    }
    let row = |i: usize, lot: &Lot| {
        let parcel = ParcelId::from_idx(i);
        ParcelRow {
            parcel,
            owner: lot.owner,
            tenant: lot.tenant,
            last_price: lot
                .last_price
                .is_positive()
                .then(|| lot.last_price.as_f64()),
            reserve: lot.asking.map(Coins::as_f64),
            bids: land.bids.get(&parcel).map_or(0, |b| b.len() as u32),
            footfall: field.at(parcel),
            sales: u32::from(lot.n_sales),
            is_built: lot.is_built,
        }
    };
    if sold.len() > TOP {
        sold.select_nth_unstable(TOP);
        sold.truncate(TOP);
    }
    sold.sort_unstable();
    rows.top = sold
        .iter()
        .filter_map(|(_, i)| Some(row(*i, lots.get(*i)?)))
        .collect();
    let mut on_sale: Vec<(u32, ParcelId)> = land
        .on_sale
        .iter()
        .map(|p| (land.bids.get(p).map_or(0, |b| b.len() as u32), *p))
        .collect();
    on_sale.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    rows.more_auctions = on_sale.len().saturating_sub(AUCTIONS) as u64;
    let first = on_sale.iter().take(AUCTIONS);
    rows.auctions = first
        .filter_map(|(_, p)| Some(row(p.idx(), lots.get(p.idx())?)))
        .collect();
    rows
}

fn days(land: &LandRegistry) -> Vec<LandDay> {
    let mut by_day: std::collections::BTreeMap<u32, Vec<f64>> = std::collections::BTreeMap::new();
    for sale in &land.sales {
        by_day
            .entry(sale.tick.day())
            .or_default()
            .push(sale.price.as_f64());
    }
    let (Some(first), Some(last)) = (
        by_day.keys().next().copied(),
        by_day.keys().next_back().copied(),
    ) else {
        return Vec::new();
    };
    (first..=last)
        .map(|day| {
            let mut prices = by_day.remove(&day).unwrap_or_default();
            prices.sort_unstable_by(f64::total_cmp);
            LandDay {
                day,
                sales: prices.len() as u64,
                median: prices.get(prices.len() / 2).copied(),
            }
        })
        .collect()
}
