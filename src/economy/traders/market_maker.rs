//! The market maker: it quotes both sides around a price that leans against its inventory.

use super::view::{View, Wish};
use crate::economy::exchange::order::{Side, Terms};
use crate::sim::math;
use crate::sim::units::Coins;

/// A market maker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarketMaker {
    /// Risk aversion γ, per coin; above 0.
    pub risk_aversion: f64,
    /// Deviation σ of the price over a tick, in coins.
    pub volatility: f64,
    /// Ticks T − t it means to hold what it has.
    pub horizon_ticks: f64,
    /// How fast takers grow fewer with the distance from the middle: k, per coin; above 0.
    pub decay: f64,
    /// Units of a quote.
    pub quantity: u32,
    /// Inventory at which it stops quoting the side that would add to it, in units.
    pub most: u32,
}

impl MarketMaker {
    /// Returns the prices it would buy and sell at, in coins.
    ///
    /// # Source
    /// Avellaneda and Stoikov (2008): around r = s − q γ σ² (T − t), a spread of γ σ² (T − t) + (2/γ) ln(1 + γ/k).
    #[must_use]
    pub fn prices(&self, middle: f64, inventory: i64) -> [f64; 2] {
        let risk = self.risk_aversion * self.volatility * self.volatility * self.horizon_ticks;
        let center = middle - inventory as f64 * risk;
        let gain = math::ln(1.0 + self.risk_aversion / self.decay) / self.risk_aversion;
        let half = risk / 2.0 + gain;
        [center - half, center + half]
    }

    /// Says what it wants to have in the book, by [`Side`]; whatever it had there before should be canceled first.
    ///
    /// Quotes never take: one that would is put one tick behind the other side's best.
    #[must_use]
    pub fn decide(&self, view: &View<'_>, inventory: i64) -> [Option<Wish>; 2] {
        let Some(middle) = view.price() else {
            return [None, None];
        };
        let wanted = self.prices(middle, inventory);
        let tick = view.tick_size.as_f64();
        Side::ALL.map(|side| {
            let adds = match side {
                Side::Buy => inventory,
                Side::Sell => -inventory,
            };
            let room = i64::from(self.most) - adds;
            let quantity = i64::from(self.quantity).min(room);
            let across = view.best[side.other() as usize].map(Coins::as_f64);
            let price = match (side, across) {
                (Side::Buy, Some(p)) => wanted[0].min(p - tick),
                (Side::Sell, Some(p)) => wanted[1].max(p + tick),
                (_, None) => wanted[side as usize],
            };
            let price = view.on_grid(side, price)?;
            (quantity > 0).then_some(Wish {
                side,
                quantity: quantity as u32,
                terms: Terms::PostOnly(price),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameters of the paper's example.
    const MAKER: MarketMaker = MarketMaker {
        risk_aversion: 0.1,
        volatility: 2.0,
        horizon_ticks: 1.0,
        decay: 1.5,
        quantity: 2,
        most: 5,
    };

    #[test]
    fn prices_match_the_formula_of_the_paper() {
        // γ = 0.1, σ = 2, k = 1.5, T − t = 1: spread 0.4 + 20 ln(1 + 0.1/1.5) = 1.690 770 422 8; a unit held moves the center by 0.4.
        let [buy, sell] = MAKER.prices(100.0, 0);
        assert!((sell - buy - 1.690_770_422_8).abs() < 1e-9);
        assert!((f64::midpoint(buy, sell) - 100.0).abs() < 1e-12);
        let [buy, sell] = MAKER.prices(100.0, 3);
        assert!((f64::midpoint(buy, sell) - 98.8).abs() < 1e-12);
    }

    #[test]
    fn it_stops_adding_to_a_full_inventory_and_never_takes() {
        let view = View {
            tick_size: Coins::from_micros(100_000),
            best: [Some(Coins::from_whole(99)), Some(Coins::from_whole(101))],
            prices: &[],
        };
        let [buy, sell] = MAKER.decide(&view, 4);
        assert_eq!(buy.map(|w| w.quantity), Some(1));
        assert_eq!(sell.map(|w| w.quantity), Some(2));
        // Long of 4 it would sell at 99.25 at the lowest, which is above the best buyer.
        let terms = Terms::PostOnly(Coins::from_micros(99_300_000));
        assert_eq!(sell.map(|w| w.terms), Some(terms));
        assert_eq!(MAKER.decide(&view, 5)[0], None);
        assert_eq!(MAKER.decide(&view, -5)[1], None);
        // Short of 30 it would buy far above the best seller, and goes one tick behind it.
        let terms = Terms::PostOnly(Coins::from_micros(100_900_000));
        assert_eq!(MAKER.decide(&view, -30)[0].map(|w| w.terms), Some(terms));
    }
}
