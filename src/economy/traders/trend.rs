//! The trend follower: it expects the price to go on as it went.

use super::view::{View, Wish};
use crate::economy::exchange::order::{Side, Terms};
use crate::sim::math;

/// Farthest a trend is carried on: half as much again, or two thirds.
const FARTHEST: f64 = 0.405_465_108_108_164_4;

/// A trend follower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrendFollower {
    /// How far back it looks, in prices of the view.
    pub lookback: usize,
    /// How far ahead it carries the trend, in the same unit.
    pub horizon: f64,
    /// Gain it wants, as a share.
    pub margin: f64,
    /// Units at once.
    pub quantity: u32,
}

impl TrendFollower {
    /// Returns the price it expects, in coins; `None` if it has not seen enough.
    ///
    /// # Source
    /// Chiarella and Iori (2002): p · exp(r̄ · horizon), where r̄ is the mean logarithmic return over the lookback.
    #[must_use]
    pub fn expects(&self, view: &View<'_>) -> Option<f64> {
        let now = *view.prices.last()?;
        let i = view.prices.len().checked_sub(self.lookback + 1)?;
        let then = view.prices[i];
        if !(now > 0.0 && then > 0.0 && self.lookback > 0) {
            return None;
        }
        let mean_return = math::ln(now / then) / self.lookback as f64;
        let ahead = (mean_return * self.horizon).clamp(-FARTHEST, FARTHEST);
        Some(now * math::exp(ahead))
    }

    /// Takes what it expects to gain on by its margin.
    #[must_use]
    pub fn decide(&self, view: &View<'_>) -> Option<Wish> {
        let expected = self.expects(view)?;
        Side::ALL.into_iter().find_map(|side| {
            let offered = view.best[side.other() as usize]?;
            let limit = match side {
                Side::Buy => expected * (1.0 - self.margin),
                Side::Sell => expected * (1.0 + self.margin),
            };
            let limit = view.on_grid(side, limit)?;
            side.takes(limit, offered).then_some(Wish {
                side,
                quantity: self.quantity.max(1),
                terms: Terms::ImmediateOrCancel(limit),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::units::Coins;

    const FOLLOWER: TrendFollower = TrendFollower {
        lookback: 2,
        horizon: 4.0,
        margin: 0.01,
        quantity: 3,
    };

    fn view(prices: &[f64]) -> View<'_> {
        View {
            tick_size: Coins::from_micros(10_000),
            best: [Some(Coins::from_whole(99)), Some(Coins::from_whole(101))],
            prices,
        }
    }

    #[test]
    fn a_rise_of_one_percent_a_step_is_carried_on() {
        // 100 → 102.01 in two steps: 1 % each; four steps on: 102.01 · 1.01⁴ = 106.152 015 060 1.
        let expected = FOLLOWER.expects(&view(&[50.0, 100.0, 101.0, 102.01]));
        assert!((expected.unwrap() - 106.152_015_060_1).abs() < 1e-9);
        assert_eq!(FOLLOWER.expects(&view(&[100.0, 101.0])), None);
        let wild = FOLLOWER.expects(&view(&[1.0, 10.0, 100.0]));
        assert!((wild.unwrap() - 150.0).abs() < 1e-9);
    }

    #[test]
    fn it_buys_into_a_rise_and_sells_into_a_fall() {
        let wish = FOLLOWER.decide(&view(&[98.0, 99.0, 100.0])).unwrap();
        assert_eq!((wish.side, wish.quantity), (Side::Buy, 3));
        let wish = FOLLOWER.decide(&view(&[102.0, 101.0, 100.0])).unwrap();
        assert_eq!(wish.side, Side::Sell);
        assert_eq!(FOLLOWER.decide(&view(&[100.0, 100.0, 100.0])), None);
    }
}
