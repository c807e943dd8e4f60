//! Rows about materials and their order books.

use crate::desktop::view::sight::City;
use crate::economy::exchange::book::OrderBook;
use crate::economy::exchange::materials::{Exchange, NAMES};
use crate::economy::exchange::order::Side;
use crate::sim::units::{Coins, Tick};

/// Trades listed.
const TRADES: usize = 30;

/// An order book.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BookRows {
    /// Of which material.
    pub name: &'static str,
    /// Price in coins, and units wanted at or above it; the best first.
    pub wanted: Vec<[f64; 2]>,
    /// Price in coins, and units offered at or below it; the best first.
    pub offered: Vec<[f64; 2]>,
    /// Price of the last trade, in coins.
    pub last: Option<f64>,
    /// Best prices, in coins: of buyers, of sellers.
    pub best: [Option<f64>; 2],
    /// Units traded, found and used so far.
    pub units: [u64; 3],
    /// Prices by hour, in coins.
    pub prices: Vec<f64>,
}

/// A trade.
#[derive(Debug, Clone, PartialEq)]
pub struct MaterialTradeRow {
    /// When.
    pub tick: Tick,
    /// Of what.
    pub name: &'static str,
    /// Units.
    pub units: u32,
    /// Coins per unit.
    pub price: f64,
    /// What the units are worth to their buyer, in coins; zero to those who mean to sell.
    pub use_value: f64,
}

/// Rows about the exchange; all empty where there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExchangeRows {
    /// Books by material.
    pub books: Vec<BookRows>,
    /// The newest trades, newest first.
    pub trades: Vec<MaterialTradeRow>,
    /// Trades so far.
    pub n_trades: u64,
}

/// Fills the rows.
pub(super) fn fill(city: &City<'_>) -> ExchangeRows {
    let exchange = city.get::<Exchange>();
    let books = exchange.books.iter().enumerate();
    ExchangeRows {
        books: books
            .map(|(m, book)| BookRows {
                name: NAMES[m],
                wanted: depth(book, Side::Buy),
                offered: depth(book, Side::Sell),
                last: book.last_price().map(Coins::as_f64),
                best: Side::ALL.map(|s| book.best(s).map(Coins::as_f64)),
                units: [book.units_traded(), exchange.found[m], exchange.used[m]],
                prices: exchange.prices[m].clone(),
            })
            .collect(),
        trades: exchange
            .trades
            .iter()
            .rev()
            .take(TRADES)
            .map(|t| MaterialTradeRow {
                tick: t.tick,
                name: NAMES[usize::from(t.material)],
                units: t.quantity,
                price: t.price.as_f64(),
                use_value: t.use_value,
            })
            .collect(),
        n_trades: exchange.trades.len() as u64,
    }
}

fn depth(book: &OrderBook, side: Side) -> Vec<[f64; 2]> {
    let mut all = 0;
    book.depth(side)
        .map(|d| {
            all += d.quantity;
            [d.price.as_f64(), all as f64]
        })
        .collect()
}
