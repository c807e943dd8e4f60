//! What a trader sees of a market, and what it may wish.

use crate::economy::exchange::book::OrderBook;
use crate::economy::exchange::order::{HIGHEST_PRICE, Request, Side, Terms};
use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, MICROS_PER_COIN};

/// A market as everybody sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View<'a> {
    /// Step between prices.
    pub tick_size: Coins,
    /// Best price of each side, by [`Side`].
    pub best: [Option<Coins>; 2],
    /// Prices so far at equal distances in time, the latest last, in coins per unit.
    pub prices: &'a [f64],
}

impl<'a> View<'a> {
    /// Looks at a book.
    #[must_use]
    pub fn of(book: &OrderBook, prices: &'a [f64]) -> Self {
        Self {
            tick_size: book.rules().tick_size,
            best: Side::ALL.map(|side| book.best(side)),
            prices,
        }
    }

    /// Returns the price a thing has now, in coins: midway between the best two, else the last, else the only quote.
    #[must_use]
    pub fn price(&self) -> Option<f64> {
        let [buy, sell] = self.best.map(|p| p.map(Coins::as_f64));
        match (buy, sell) {
            (Some(buy), Some(sell)) => Some(f64::midpoint(buy, sell)),
            _ => self.prices.last().copied().or(buy).or(sell),
        }
    }

    /// Returns the price of the grid nearest to `coins` that is no worse for a trader of this side: a buyer's rounded down, a
    /// seller's rounded up. `None` if there is none on the grid.
    #[must_use]
    pub fn on_grid(&self, side: Side, coins: f64) -> Option<Coins> {
        let tick = self.tick_size.micros().max(1);
        // A hair's breadth keeps 0.3 / 0.1 on its own tick.
        let ticks = coins * MICROS_PER_COIN as f64 / tick as f64;
        let rounded = match side {
            Side::Buy => libm::floor(ticks * (1.0 + 1e-12)),
            Side::Sell => libm::ceil(ticks * (1.0 - 1e-12)).max(1.0),
        };
        let highest = HIGHEST_PRICE.micros() / tick;
        (rounded >= 1.0 && rounded <= highest as f64)
            .then(|| Coins::from_micros(rounded as i64 * tick))
    }
}

/// What a trader wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Which way.
    pub side: Side,
    /// Units, at least 1.
    pub quantity: u32,
    /// How.
    pub terms: Terms,
}

impl Wish {
    /// Makes an order of it.
    #[must_use]
    pub const fn of(self, owner: AvatarId) -> Request {
        Request {
            owner,
            side: self.side,
            quantity: self.quantity,
            terms: self.terms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_rounded_in_favor_of_its_trader() {
        let view = View {
            tick_size: Coins::from_micros(100_000),
            best: [None, None],
            prices: &[],
        };
        let grid = |side, x| view.on_grid(side, x).map(Coins::micros);
        assert_eq!(grid(Side::Buy, 0.39), Some(300_000));
        assert_eq!(grid(Side::Sell, 0.31), Some(400_000));
        assert_eq!(grid(Side::Buy, 0.1 + 0.2), Some(300_000));
        assert_eq!(grid(Side::Sell, 0.1 + 0.2), Some(300_000));
        assert_eq!(grid(Side::Buy, 0.05), None);
        assert_eq!(grid(Side::Sell, -3.0), Some(100_000));
        assert_eq!(grid(Side::Buy, f64::NAN), None);
        assert_eq!(grid(Side::Sell, 1e9), None);
    }

    #[test]
    fn the_price_is_midway_or_the_last_one() {
        let view = |buy: Option<i64>, sell: Option<i64>, prices| View {
            tick_size: Coins::from_micros(1),
            best: [buy.map(Coins::from_whole), sell.map(Coins::from_whole)],
            prices,
        };
        assert_eq!(view(Some(2), Some(5), &[9.0]).price(), Some(3.5));
        assert_eq!(view(Some(2), None, &[9.0]).price(), Some(9.0));
        assert_eq!(view(None, Some(5), &[]).price(), Some(5.0));
        assert_eq!(view(None, None, &[]).price(), None);
    }
}
