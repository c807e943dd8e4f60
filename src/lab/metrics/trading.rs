//! Trade in unique assets and land: how much, how soon, and what it was worth to those who traded.
//!
//! A trade's gain is by how much having the thing is better than nothing for the buyer, less the same for the seller, in utility and
//! by the truth, the mood in which it was chosen included. To the city it is nothing. The gain does not depend on the price. (In
//! coins a few people to whom coins mean little would outweigh everybody else: what one would pay grows exponentially with it.)

use serde::{Deserialize, Serialize};

use super::facts::Ending;
use super::statistics::hedonic::Hedonic;
use super::statistics::mobility::rank_correlation;
use crate::economy::exchange::materials::{Exchange, MaterialTrade};
use crate::economy::land::registry::LandSale;
use crate::economy::market::offers::OfferCounts;
use crate::economy::market::titles::{AssetMarket, AssetSale};
use crate::sim::math;
use crate::sim::units::TICKS_PER_DAY;
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::haggling::Goods;
use crate::society::avatars::likings::Likings;

/// Days whose sales make one level of the land price index.
const INDEX_DAYS: u32 = 7;

/// Sales below which land prices are not explained.
const FEWEST_SALES: usize = 30;

/// Sums over the sales of assets so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Trades {
    /// Sales counted.
    pub n: usize,
    /// Coins paid.
    pub volume: f64,
    /// Gains from trade, in utility.
    pub welfare: f64,
    /// Of these, where an avatar sold.
    pub resale_welfare: f64,
    /// Sales by avatars.
    pub n_resales: usize,
    /// Trades after which the thing was worth less to its owner than before.
    pub n_losses: usize,
    /// Days from being put up to being sold.
    pub days: f64,
    /// Bids.
    pub bids: u64,
}

/// The truth about people and things.
pub struct Truth<'a> {
    /// People.
    pub avatars: &'a Avatars,
    /// Things, and how people value them.
    pub goods: Goods<'a>,
    /// What was chosen, and how much it was liked.
    pub likings: &'a Likings,
}

impl Truth<'_> {
    /// Returns what a sale gained, in utility.
    #[must_use]
    pub fn gain(&self, sale: &AssetSale) -> f64 {
        // Who never chose it, such as whoever made it, likes it as a rule; nobody has to keep a thing.
        let as_a_rule = |who| {
            self.goods
                .as_a_rule(self.avatars.get(who), sale.item)
                .max(0.0)
        };
        let gives = |who| {
            self.likings
                .get(who, sale.item)
                .unwrap_or_else(|| as_a_rule(who))
        };
        gives(sale.buyer) - sale.seller.map_or(0.0, gives)
    }
}

impl Trades {
    /// Counts the sales that were not counted yet.
    pub fn count(&mut self, market: &AssetMarket, truth: &Truth<'_>) {
        for sale in &market.sales[self.n.min(market.sales.len())..] {
            let gain = truth.gain(sale);
            self.n += 1;
            self.volume += sale.price.as_f64();
            self.welfare += gain;
            if sale.seller.is_some() {
                self.n_resales += 1;
                self.resale_welfare += gain;
            }
            self.n_losses += usize::from(gain < 0.0);
            self.days += f64::from(sale.tick.since(sale.listed)) / f64::from(TICKS_PER_DAY);
            self.bids += u64::from(sale.n_bids);
        }
    }

    /// Puts the numbers of a run.
    pub fn put(&self, put: &mut impl FnMut(&str, Option<f64>)) {
        let mean = |sum: f64| (self.n > 0).then(|| sum / self.n as f64);
        put("asset_volume", Some(self.volume));
        put("asset_resales", Some(self.n_resales as f64));
        put("asset_days_to_sell", mean(self.days));
        put("asset_bids_per_sale", mean(self.bids as f64));
        put("trade_welfare", Some(self.welfare));
        put("trade_welfare_per_sale", mean(self.welfare));
        put("resale_welfare", Some(self.resale_welfare));
        put("trade_loss_share", mean(self.n_losses as f64));
    }
}

/// Puts the numbers of offers and bundles; "not observable" where the scenario has none.
pub fn put_offers(end: &Ending<'_>, put: &mut impl FnMut(&str, Option<f64>)) {
    let offers = end.offers.map(|o| o.counts);
    let count = |of: fn(&OfferCounts) -> u64| offers.as_ref().map(|c| of(c) as f64);
    put("asset_offers", count(|c| c.made));
    put("offers_taken", count(|c| c.taken));
    put("offers_refused", count(|c| c.refused));
    put("offers_lapsed", count(|c| c.lapsed));
    put("offer_volume", offers.map(|c| c.paid.as_f64()));
    let ended = |c: OfferCounts| c.taken + c.refused + c.lapsed + c.void;
    let share = |c: OfferCounts| (ended(c) > 0).then(|| c.taken as f64 / ended(c) as f64);
    put("offer_taken_share", offers.and_then(share));
    let bundles = end.bundles.map(|b| b.counts);
    put("bundles_listed", bundles.map(|c| c.listed as f64));
    put("bundles_sold", bundles.map(|c| c.sold as f64));
    put("bundle_assets", bundles.map(|c| c.assets as f64));
    put("bundle_volume", bundles.map(|c| c.paid.as_f64()));
}

/// Explains the logarithm of land prices by where a parcel lies and who passes; periods are weeks.
#[must_use]
pub fn explain_land(end: &Ending<'_>) -> Option<Hedonic> {
    let sales = priced(end);
    if sales.len() < FEWEST_SALES {
        return None;
    }
    let column =
        |f: &dyn Fn(&LandSale) -> f64| -> Vec<f64> { sales.iter().map(|s| f(s)).collect() };
    let footfall = column(&|s| math::ln(1.0 + f64::from(s.footfall)));
    let center = column(&|s| math::ln(1.0 + end.map.to_center(s.parcel)));
    let road = column(&|s| end.map.to_road(s.parcel));
    let prices = column(&|s| s.price.as_f64());
    let periods: Vec<u32> = sales.iter().map(|s| s.tick.day() / INDEX_DAYS).collect();
    let properties: [(&str, &[f64]); 3] = [
        ("ln(1 + footfall)", &footfall),
        ("ln(1 + distance to the center)", &center),
        ("distance to a road", &road),
    ];
    Hedonic::fit(&prices, &properties, Some(&periods)).ok()
}

/// Lists the sales that had a price.
pub(super) fn priced<'a>(end: &'a Ending<'_>) -> Vec<&'a LandSale> {
    let sales = end.land.sales.iter();
    sales.filter(|s| s.price.is_positive()).collect()
}

/// Puts the numbers of land.
pub fn put_land(end: &Ending<'_>, put: &mut impl FnMut(&str, Option<f64>)) {
    let sales = priced(end);
    let price: Vec<f64> = sales.iter().map(|s| math::ln(s.price.as_f64())).collect();
    let footfall: Vec<f64> = sales
        .iter()
        .map(|s| math::ln(1.0 + f64::from(s.footfall)))
        .collect();
    let enough = sales.len() >= FEWEST_SALES;
    let correlated = enough.then(|| correlation(&footfall, &price)).flatten();
    put("land_footfall_correlation", correlated);
    let ranked = enough
        .then(|| rank_correlation(&footfall, &price))
        .flatten();
    put("land_footfall_rank_correlation", ranked);
    let fit = explain_land(end);
    put("land_hedonic_r2", fit.as_ref().map(|f| f.r_squared));
    let elasticity = fit.as_ref().and_then(|f| f.effect("ln(1 + footfall)"));
    put(
        "land_footfall_elasticity",
        elasticity.map(|e| e.coefficient),
    );
    let level = fit.as_ref().and_then(|f| f.price_index.last());
    put("land_price_index", level.map(|l| l.1));
    let sum = |f: &dyn Fn(&LandSale) -> f64| sales.iter().map(|s| f(s)).sum::<f64>();
    put("land_revenue", Some(sum(&|s| s.price.as_f64())));
    put("land_welfare", Some(sum(&|s| s.most.as_f64())));
    let built = end.land.lots.rows().iter().filter(|l| l.is_built).count();
    put("land_built", Some(built as f64));
}

/// Puts the numbers of the exchange; "not observable" where there is none.
///
/// The surplus is what was bought to be used is worth to its buyers, in coins: what the finders would have made of it is nothing.
pub fn put_exchange(exchange: &Exchange, put: &mut impl FnMut(&str, Option<f64>)) {
    let trades = exchange.trades.iter();
    let sum = |f: &dyn Fn(&MaterialTrade) -> f64| trades.clone().map(f).sum::<f64>();
    let open = exchange.is_open();
    let when = |value: f64| open.then_some(value);
    put("exchange_trades", when(exchange.trades.len() as f64));
    let volume = sum(&|t| t.price.as_f64() * f64::from(t.quantity));
    put("exchange_volume", when(volume));
    put("exchange_surplus", when(sum(&|t| t.use_value)));
    let (spread, n) = exchange.spreads;
    put("exchange_spread", (n > 0).then(|| spread / n as f64));
    let halts: u32 = exchange.books.iter().map(|b| b.breaker().n_halts()).sum();
    put("exchange_halts", when(f64::from(halts)));
    put(
        "materials_found",
        when(exchange.found.iter().sum::<u64>() as f64),
    );
    put(
        "materials_used",
        when(exchange.used.iter().sum::<u64>() as f64),
    );
    let returns: Vec<f64> = exchange
        .prices
        .iter()
        .flat_map(|p| p.windows(2).map(|w| math::ln(w[1] / w[0])))
        .collect();
    let n = returns.len() as f64;
    let square = returns.iter().map(|r| r * r).sum::<f64>();
    put(
        "exchange_volatility",
        (n > 0.0).then(|| libm::sqrt(square / n)),
    );
}

/// Pearson's correlation; `None` if one of the two does not vary.
pub(super) fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n;
    let (mx, my) = (mean(x), mean(y));
    let sum = |a: &[f64], ma: f64, b: &[f64], mb: f64| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum()
    };
    let scale = libm::sqrt(sum(x, mx, x, mx) * sum(y, my, y, my));
    (scale > 0.0).then(|| sum(x, mx, y, my) / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_matches_numpy() {
        // numpy 2.4.6: corrcoef([1, 2, 4, 7], [3, 1, 6, 8])[0, 1]
        let r = correlation(&[1.0, 2.0, 4.0, 7.0], &[3.0, 1.0, 6.0, 8.0]).unwrap();
        assert!((r - 0.891_484_988_320_418_6).abs() < 1e-12, "{r}");
        assert_eq!(correlation(&[1.0, 1.0], &[3.0, 4.0]), None);
    }
}
