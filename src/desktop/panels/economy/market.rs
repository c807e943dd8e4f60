//! Rows about what is listed and what was traded.

use super::watch::EconomyWatch;
use crate::desktop::view::sight::City;
use crate::economy::land::registry::LandRegistry;
use crate::economy::market::bundles::AssetBundles;
use crate::economy::market::index::PriceIndex;
use crate::economy::market::offers::AssetOffers;
use crate::economy::market::shop::Shop;
use crate::economy::market::titles::{AssetMarket, AssetSale};
use crate::lab::explain::names::Names;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::units::{Coins, Tick};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;

/// Points of a depth curve beyond which it is thinned.
const MOST_STEPS: usize = 200;

/// Offers, and bundles, that are listed.
pub(super) const MOST_DEALS: usize = 30;

/// Things for sale of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingRow {
    /// What, and by whom.
    pub name: &'static str,
    /// How many.
    pub count: u64,
    /// Lowest price asked, in coins.
    pub cheapest: Option<f64>,
    /// Price in the middle, in coins.
    pub median: Option<f64>,
    /// What all together cost, in coins.
    pub value: f64,
}

/// Prices asked, and how many things could be had at or below each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Depth {
    /// Whose listings.
    pub name: &'static str,
    /// Price in coins, and things listed at or below it.
    pub count: Vec<[f64; 2]>,
    /// Price in coins, and coins that all of these together cost.
    pub value: Vec<[f64; 2]>,
}

/// An asset that changed hands.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeRow {
    /// When.
    pub tick: Tick,
    /// What.
    pub item: ItemId,
    /// What it is called.
    pub title: String,
    /// Who bought.
    pub buyer: AvatarId,
    /// Who sold; `None` is the city.
    pub seller: Option<AvatarId>,
    /// What was paid, in coins.
    pub price: f64,
    /// What of it went to the creator, in coins.
    pub royalty: f64,
}

/// An offer for an asset, or a bundle of assets.
#[derive(Debug, Clone, PartialEq)]
pub struct DealRow {
    /// Who offers, or who sells.
    pub who: AvatarId,
    /// What: the asset, or the first of the bundle.
    pub item: ItemId,
    /// What it is called.
    pub title: String,
    /// What is offered, or asked for the whole bundle, in coins.
    pub price: f64,
    /// What is asked for the asset, in coins; `None` if it is not for sale or is a bundle.
    pub asked: Option<f64>,
    /// When it ends.
    pub until: Tick,
}

/// Rows about the market.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MarketRows {
    /// Whether anything is sold at all.
    pub enabled: bool,
    /// Things for sale, by kind and seller.
    pub listings: Vec<ListingRow>,
    /// The ask side of the asset market.
    pub depth: Vec<Depth>,
    /// The newest trades, newest first.
    pub trades: Vec<TradeRow>,
    /// Offers for assets that stand, the highest first; at most thirty.
    pub offers: Vec<DealRow>,
    /// Bundles that are for sale, the newest first; at most thirty.
    pub bundles: Vec<DealRow>,
    /// How many offers stand and how many bundles are for sale; `None` where the scenario has none.
    pub deals: (Option<u64>, Option<u64>),
    /// Sales of assets so far.
    pub asset_sales: u64,
    /// Coins taken today for game items, textbooks, assets and parcels.
    pub taken_today: [f64; 4],
}

/// Fills the rows.
pub(super) fn fill(watch: &EconomyWatch, city: &City<'_>) -> MarketRows {
    let market = city.get::<AssetMarket>();
    let land = city.get::<LandRegistry>();
    // The city's, first sales by whoever made it, resales.
    let mut asks: [Vec<f64>; 3] = Default::default();
    for (_, t) in market.titles() {
        if let Some(price) = t.asking {
            let side = match (t.owner, t.n_sales) {
                (None, _) => 0,
                (Some(_), 0) => 1,
                (Some(_), _) => 2,
            };
            asks[side].push(price.as_f64());
        }
    }
    let mut parcels: [Vec<f64>; 2] = Default::default();
    for parcel in &land.on_sale {
        if let Some(lot) = land.lots.rows().get(parcel.idx())
            && let Some(price) = lot.asking
        {
            parcels[usize::from(lot.owner.is_some())].push(price.as_f64());
        }
    }
    let [goods, books] = [ItemKind::GameItem, ItemKind::Textbook].map(|kind| shelf(city, kind));
    let [city_parcels, owner_parcels] = parcels;
    let depth = ["city", "creators", "resale"]
        .iter()
        .zip(&mut asks)
        .map(|(name, prices)| depth(name, prices))
        .filter(|d| !d.count.is_empty())
        .collect();
    let [from_city, from_creators, resales] = asks;
    let today = city.get::<PriceIndex>().today();
    let mut taken_today = [0.0; 4];
    for (t, sales) in taken_today.iter_mut().zip(today) {
        *t = sales.value;
    }
    let names = Names::of_world(city.world());
    MarketRows {
        enabled: city.scenario.economy.market.enabled,
        listings: [
            ("game items in shops", goods),
            ("textbooks in shops", books),
            ("assets of the city", from_city),
            ("assets of their creators", from_creators),
            ("assets for resale", resales),
            ("parcels of the city", city_parcels),
            ("parcels of owners", owner_parcels),
        ]
        .into_iter()
        .map(|(name, prices)| listing(name, prices))
        .collect(),
        depth,
        trades: watch
            .trades
            .iter()
            .rev()
            .map(|t| trade(t, &names))
            .collect(),
        offers: offers(city, &names),
        bundles: bundles(city, &names),
        deals: (
            city.world()
                .get_resource::<AssetOffers>()
                .map(|o| o.len() as u64),
            city.world()
                .get_resource::<AssetBundles>()
                .map(|b| b.len() as u64),
        ),
        asset_sales: market.n_sales,
        taken_today,
    }
}

fn offers(city: &City<'_>, names: &Names<'_>) -> Vec<DealRow> {
    let Some(book) = city.world().get_resource::<AssetOffers>() else {
        return Vec::new();
    };
    let market = city.get::<AssetMarket>();
    let mut all: Vec<_> = book
        .items()
        .flat_map(|item| book.of(item).map(move |o| (item, o)))
        .collect();
    all.sort_by_key(|(item, o)| (-o.amount, *item, o.wish.avatar));
    all.truncate(MOST_DEALS);
    all.into_iter()
        .map(|(item, o)| DealRow {
            who: o.wish.avatar,
            item,
            title: names.item(item),
            price: o.amount.as_f64(),
            asked: market.asking(item).map(Coins::as_f64),
            until: o.until,
        })
        .collect()
}

fn bundles(city: &City<'_>, names: &Names<'_>) -> Vec<DealRow> {
    let Some(list) = city.world().get_resource::<AssetBundles>() else {
        return Vec::new();
    };
    let mut all: Vec<_> = list.open().collect();
    all.reverse();
    all.truncate(MOST_DEALS);
    all.into_iter()
        .filter_map(|(_, b)| {
            let first = b.members.first()?;
            let more = b.members.len() - 1;
            Some(DealRow {
                who: b.owner,
                item: first.item,
                title: format!("{} and {more} more", names.item(first.item)),
                price: b.price.as_f64(),
                asked: None,
                until: b.until,
            })
        })
        .collect()
}

fn shelf(city: &City<'_>, kind: ItemKind) -> Vec<f64> {
    let shop = city.get::<Shop>();
    let live = city.get::<Catalogue>().live(kind).iter();
    live.filter_map(|item| shop.price(*item))
        .map(Coins::as_f64)
        .collect()
}

fn listing(name: &'static str, mut prices: Vec<f64>) -> ListingRow {
    prices.sort_unstable_by(f64::total_cmp);
    ListingRow {
        name,
        count: prices.len() as u64,
        cheapest: prices.first().copied(),
        median: prices.get(prices.len() / 2).copied(),
        value: prices.iter().sum(),
    }
}

fn depth(name: &'static str, prices: &mut [f64]) -> Depth {
    prices.sort_unstable_by(f64::total_cmp);
    let every = prices.len().div_ceil(MOST_STEPS).max(1);
    let mut depth = Depth {
        name,
        ..Depth::default()
    };
    let mut sum = 0.0;
    for (i, price) in prices.iter().enumerate() {
        sum += price;
        let n = i + 1;
        let is_last_at_price = prices.get(n).is_none_or(|next| next > price);
        if is_last_at_price && (n % every == 0 || n == prices.len() || every == 1) {
            depth.count.push([*price, n as f64]);
            depth.value.push([*price, sum]);
        }
    }
    depth
}

fn trade(t: &AssetSale, names: &Names<'_>) -> TradeRow {
    TradeRow {
        tick: t.tick,
        item: t.item,
        title: names.item(t.item),
        buyer: t.buyer,
        seller: t.seller,
        price: t.price.as_f64(),
        royalty: t.split.royalty.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_what_costs_at_most_a_price() {
        let d = depth("city", &mut [3.0, 1.0, 1.0, 2.0]);
        assert_eq!(d.count, [[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]);
        assert_eq!(d.value, [[1.0, 2.0], [2.0, 4.0], [3.0, 7.0]]);
        assert!(depth("city", &mut []).count.is_empty());
    }

    #[test]
    fn long_depth_curves_are_thinned_and_end_at_all() {
        let mut prices: Vec<f64> = (0..5_000).map(f64::from).collect();
        let d = depth("city", &mut prices);
        assert!(d.count.len() <= MOST_STEPS + 1);
        assert_eq!(d.count.last(), Some(&[4_999.0, 5_000.0]));
    }
}
