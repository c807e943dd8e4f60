//! Zero intelligence: a price at random, with a budget or without.
//!
//! What such traders bring about is owed to the rules of the market and not to their wits, so they are the base line of every
//! comparison of market rules.

use crate::economy::exchange::order::Side;
use crate::sim::rng::RngStream;
use crate::sim::units::Coins;

/// Whether a trader minds its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mind {
    /// Never bids more than a unit is worth to it, nor asks less than it costs (ZI-C).
    Constrained,
    /// Quotes anything (ZI-U).
    Unconstrained,
}

/// Draws a price uniformly from those of the grid a trader may quote: from one tick to `highest`; with a budget, a buyer's up to
/// what the unit is worth to it, a seller's from what it costs. `None` if there is none.
///
/// # Source
/// Gode and Sunder (1993).
pub fn quote(
    mind: Mind,
    side: Side,
    worth: Coins,
    highest: Coins,
    tick_size: Coins,
    rng: &mut RngStream,
) -> Option<Coins> {
    let tick = tick_size.micros().max(1);
    let (mut low, mut high) = (1, highest.micros().div_euclid(tick));
    if mind == Mind::Constrained {
        match side {
            Side::Buy => high = high.min(worth.micros().div_euclid(tick)),
            // A cost between two ticks is covered by the upper one.
            Side::Sell => low = low.max(-(-worth.micros()).div_euclid(tick)),
        }
    }
    let n = usize::try_from(high - low + 1).ok().filter(|n| *n > 0)?;
    Some(Coins::from_micros((low + rng.below(n) as i64) * tick))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn a_budget_is_never_exceeded_and_every_price_within_it_occurs() {
        let coins = |n| Coins::from_micros(n);
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let mut draw = |mind, side| {
            let mut seen: Vec<i64> = (0..400)
                .filter_map(|_| quote(mind, side, coins(53), coins(100), coins(10), &mut rng))
                .map(Coins::micros)
                .collect();
            seen.sort_unstable();
            seen.dedup();
            seen
        };
        let tens = |from: i64, to: i64| -> Vec<i64> { (from..=to).map(|k| k * 10).collect() };
        assert_eq!(draw(Mind::Constrained, Side::Buy), tens(1, 5));
        assert_eq!(draw(Mind::Constrained, Side::Sell), tens(6, 10));
        assert_eq!(draw(Mind::Unconstrained, Side::Buy), tens(1, 10));
    }

    #[test]
    fn what_costs_more_than_the_highest_price_is_not_offered() {
        let coins = |n| Coins::from_whole(n);
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let mut try_it = |side, worth| {
            let mind = Mind::Constrained;
            quote(mind, side, coins(worth), coins(9), coins(1), &mut rng)
        };
        assert_eq!(try_it(Side::Sell, 10), None);
        assert_eq!(try_it(Side::Buy, 0), None);
        assert_eq!(try_it(Side::Sell, 9), Some(coins(9)));
    }
}
