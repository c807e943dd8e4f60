//! The fundamentalist: it has an opinion of what a thing is worth, and trades towards it.

use super::view::{View, Wish};
use crate::economy::exchange::order::{Side, Terms};
use crate::sim::rng::RngStream;

/// A fundamentalist.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fundamentalist {
    /// What it holds a unit to be worth, in coins.
    pub value: f64,
    /// Gain it wants, as a share of the value.
    pub margin: f64,
    /// Units for each tenth of the value by which a price is wrong beyond the margin.
    pub eagerness: f64,
    /// Most units at once.
    pub most: u32,
}

impl Fundamentalist {
    /// Takes what is cheap or sells into what is dear, the more the wronger the price; else it waits at its own price, on a side drawn by lot.
    ///
    /// `None` if its value is no price.
    ///
    /// # Source
    /// Demand linear in the mispricing: Day and Huang (1990); the resting quotes: Chiarella and Iori (2002).
    pub fn decide(&self, view: &View<'_>, rng: &mut RngStream) -> Option<Wish> {
        if !(self.value > 0.0 && self.value.is_finite()) {
            return None;
        }
        for side in Side::ALL {
            let Some(offered) = view.best[side.other() as usize] else {
                continue;
            };
            let Some(limit) = view.on_grid(side, self.limit(side)) else {
                continue;
            };
            if side.takes(limit, offered) {
                let wrong = (limit.as_f64() - offered.as_f64()).abs() / self.value;
                return Some(Wish {
                    side,
                    quantity: self.units(wrong),
                    terms: Terms::ImmediateOrCancel(limit),
                });
            }
        }
        let side = Side::ALL[rng.below(2)];
        let limit = view.on_grid(side, self.limit(side))?;
        Some(Wish {
            side,
            quantity: 1,
            terms: Terms::Limit(limit),
        })
    }

    /// Returns the worst price it trades at, in coins.
    fn limit(&self, side: Side) -> f64 {
        match side {
            Side::Buy => self.value * (1.0 - self.margin),
            Side::Sell => self.value * (1.0 + self.margin),
        }
    }

    fn units(&self, wrong: f64) -> u32 {
        let wanted = libm::ceil(self.eagerness * wrong * 10.0);
        (wanted.max(1.0) as u32).min(self.most.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;
    use crate::sim::units::Coins;

    const BELIEVER: Fundamentalist = Fundamentalist {
        value: 100.0,
        margin: 0.05,
        eagerness: 2.0,
        most: 5,
    };

    fn view(buy: i64, sell: i64) -> View<'static> {
        View {
            tick_size: Coins::from_whole(1),
            best: [Some(Coins::from_whole(buy)), Some(Coins::from_whole(sell))],
            prices: &[],
        }
    }

    #[test]
    fn it_buys_what_is_cheap_and_sells_what_is_dear_the_more_the_wronger() {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let mut decide = |buy, sell| BELIEVER.decide(&view(buy, sell), &mut rng).unwrap();
        // 95 − 80 is 15 % of the value: 2 units a tenth make 3.
        let wish = decide(70, 80);
        let limit = Coins::from_whole(95);
        assert_eq!((wish.side, wish.quantity), (Side::Buy, 3));
        assert_eq!(wish.terms, Terms::ImmediateOrCancel(limit));
        let wish = decide(150, 160);
        assert_eq!((wish.side, wish.quantity), (Side::Sell, 5));
        // Within the margin it waits.
        let wish = decide(98, 102);
        assert!(matches!(wish.terms, Terms::Limit(_)));
    }

    #[test]
    fn without_a_value_it_does_nothing() {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let lost = Fundamentalist { value, ..BELIEVER };
            assert_eq!(lost.decide(&view(1, 2), &mut rng), None);
        }
    }
}
