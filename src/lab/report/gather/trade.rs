//! Rows about trade.

use crate::economy::exchange::book::OrderBook;
use crate::economy::exchange::materials::{Exchange, NAMES};
use crate::economy::exchange::order::Side;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::facts::Ending;
use crate::lab::metrics::statistics::lorenz::lorenz;
use crate::lab::metrics::trading::explain_land;
use crate::lab::metrics::wealth;
use crate::lab::report::trade::{BookRow, DealRow, EffectRow, TradeRows};
use crate::sim::units::Coins;

/// Steps of the curve of wealth.
const LORENZ_STEPS: usize = 50;

/// Fills the rows.
pub(super) fn trade(book: &Book, end: &Ending<'_>) -> TradeRows {
    let land = explain_land(end);
    let effects = land.iter().flat_map(|l| &l.effects);
    TradeRows {
        hedonic: effects
            .filter(|e| !e.name.starts_with("period "))
            .map(|e| EffectRow {
                name: e.name.clone(),
                coefficient: e.coefficient,
                standard_error: e.standard_error,
                t: e.t,
                p: e.p,
            })
            .collect(),
        hedonic_r2: land.as_ref().map(|l| l.r_squared),
        hedonic_sales: land.as_ref().map_or(0, |l| l.n as u64),
        land_index: land.map(|l| l.price_index).unwrap_or_default(),
        lorenz: lorenz(&wealth::of_the_seen(end), LORENZ_STEPS)
            .into_iter()
            .map(|[x, y]| (x, y))
            .collect(),
        quintiles: wealth::moves(book, end).map_or_else(Vec::new, |t| t.shares),
        books: books(end.exchange),
        deals: deals(end),
    }
}

/// What became of offers and bundles.
fn deals(end: &Ending<'_>) -> Vec<DealRow> {
    let mut rows = Vec::new();
    let mut row = |what: &str, count: u64, coins: Option<Coins>| {
        rows.push(DealRow {
            what: what.to_owned(),
            count,
            coins: coins.map(Coins::as_f64),
        });
    };
    if let Some(offers) = end.offers {
        let c = &offers.counts;
        row("offers made", c.made, None);
        row("offers taken", c.taken, Some(c.paid));
        row("offers refused", c.refused, None);
        row("offers that lapsed", c.lapsed, None);
        row("offers raised", c.raised, None);
        row(
            "offers that came to nothing, as the asset went another way",
            c.void,
            None,
        );
        let held = offers.held().into_values().sum();
        row("offers that stand", offers.len() as u64, Some(held));
    }
    if let Some(bundles) = end.bundles {
        let c = &bundles.counts;
        row("bundles put up", c.listed, None);
        row("bundles sold", c.sold, Some(c.paid));
        row("assets sold in bundles", c.assets, Some(c.paid));
        row("bundles broken up", c.broken, None);
        row("bundles for sale", bundles.len() as u64, None);
    }
    rows
}

fn books(exchange: &Exchange) -> Vec<BookRow> {
    let depth = |book: &OrderBook, side| {
        book.depth(side)
            .map(|d| (d.price.as_f64(), d.quantity))
            .collect()
    };
    let rows = exchange.books.iter().enumerate();
    rows.map(|(m, book)| BookRow {
        material: NAMES[m].to_owned(),
        found_used: (exchange.found[m], exchange.used[m]),
        trades_units: (book.n_fills(), book.units_traded()),
        buy: depth(book, Side::Buy),
        sell: depth(book, Side::Sell),
        prices: exchange.prices[m].clone(),
    })
    .collect()
}
