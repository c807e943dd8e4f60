//! All rows of the economy panel together.

use super::exchange::{self, ExchangeRows};
use super::land::{self, LandRows};
use super::market::{self, MarketRows};
use super::money::{self, MoneyRows};
use super::watch::EconomyWatch;
use super::wealth::{self, WealthRows};
use crate::desktop::view::sight::City;

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EconomyView {
    /// Whether there is a city.
    pub is_there: bool,
    /// Money and prices.
    pub money: MoneyRows,
    /// The market.
    pub market: MarketRows,
    /// The exchange.
    pub exchange: ExchangeRows,
    /// Wealth.
    pub wealth: WealthRows,
    /// Land.
    pub land: LandRows,
    /// Policy changes: day and text.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn fill(watch: &EconomyWatch, city: &City<'_>) -> EconomyView {
    EconomyView {
        is_there: true,
        money: money::fill(watch, city),
        market: market::fill(watch, city),
        exchange: exchange::fill(city),
        wealth: wealth::fill(city),
        land: land::fill(city),
        marks: city.mark_texts(),
    }
}
