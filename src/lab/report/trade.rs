//! Rows about trade: what explains land prices, order books, who has how much.

use serde::{Deserialize, Serialize};

/// Everything about trade that a report shows; empty in files of older versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TradeRows {
    /// What each property of a parcel does to the logarithm of its price; empty with too few sales.
    pub hedonic: Vec<EffectRow>,
    /// Share of the variance of the logarithm of land prices that is explained.
    pub hedonic_r2: Option<f64>,
    /// Sales explained.
    pub hedonic_sales: u64,
    /// Price level of land of equal quality by week, that of the first week with sales being 1.
    pub land_index: Vec<(u32, f64)>,
    /// Lorenz curve: share of people, the poorest first, and the share of all wealth they have.
    pub lorenz: Vec<(f64, f64)>,
    /// Of those in each fifth of wealth after the first week, the share in each fifth at the end, the poorest first; empty in
    /// shorter runs.
    pub quintiles: Vec<Vec<f64>>,
    /// Materials and their order books; empty where the exchange is off.
    pub books: Vec<BookRow>,
    /// What became of offers for assets and of bundles; empty where the scenario has neither, and in files of older versions.
    #[serde(default)]
    pub deals: Vec<DealRow>,
}

/// What became of offers or bundles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DealRow {
    /// `offers` or `bundles`, and what became of them.
    pub what: String,
    /// How many.
    pub count: u64,
    /// Coins paid by them, or set aside for them; `None` where none is.
    pub coins: Option<f64>,
}

/// What a property does to the logarithm of a price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectRow {
    /// The property.
    pub name: String,
    /// Change for one unit more.
    pub coefficient: f64,
    /// HC1 standard error.
    pub standard_error: f64,
    /// Coefficient over standard error.
    pub t: f64,
    /// Two-sided p value.
    pub p: f64,
}

/// An order book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BookRow {
    /// Of which material.
    pub material: String,
    /// Units found, and used.
    pub found_used: (u64, u64),
    /// Trades, and units traded.
    pub trades_units: (u64, u64),
    /// What waits to be bought: price in coins and units, the best first.
    pub buy: Vec<(f64, u64)>,
    /// What waits to be sold: price in coins and units, the best first.
    pub sell: Vec<(f64, u64)>,
    /// Prices an hour apart, the latest last.
    pub prices: Vec<f64>,
}
