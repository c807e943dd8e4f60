//! The call auction: orders are collected, then one price clears them all.
//!
//! The price maximizes the volume; of such prices those that leave the smallest surplus of one side; of those the middle one,
//! rounded down to the grid. The longer side is served by price, then by time.

use super::order::Side;
use crate::sim::units::Coins;

/// An order of a call auction; earlier in the list is earlier in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOrder {
    /// Which way.
    pub side: Side,
    /// Worst price it accepts, in micro-coins per unit.
    pub limit: Coins,
    /// Units.
    pub quantity: u32,
}

/// What a call auction came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearing {
    /// The price everybody trades at.
    pub price: Coins,
    /// Units that change hands.
    pub volume: u64,
    /// Units wanted at the price less units offered.
    pub surplus: i64,
    /// Units each order trades, in the order of the list.
    pub filled: Vec<u32>,
}

/// Clears a call auction; `None` if no two orders meet. Prices lie on multiples of `tick_size`, which must be positive; an order between two multiples
/// counts at the one that is worse for the other side.
///
/// # Source
/// The three rules, in this order, are those of opening auctions on electronic exchanges (Economides and Schwartz 1995).
#[must_use]
pub fn clear(orders: &[CallOrder], tick_size: Coins) -> Option<Clearing> {
    let tick = tick_size.micros().max(1);
    // Limits in ticks: a buyer's rounded down, a seller's rounded up, so that nobody trades beyond its limit.
    let limits: Vec<i64> = orders
        .iter()
        .map(|o| match o.side {
            Side::Buy => o.limit.micros().div_euclid(tick),
            Side::Sell => -(-o.limit.micros()).div_euclid(tick),
        })
        .collect();
    let (price, volume, surplus) = best_price(orders, &limits)?;
    let mut filled = vec![0; orders.len()];
    for side in Side::ALL {
        serve(orders, &limits, side, price, volume, &mut filled);
    }
    Some(Clearing {
        price: Coins::from_micros(price * tick),
        volume,
        surplus,
        filled,
    })
}

/// Returns the price in ticks, the volume and the surplus.
fn best_price(orders: &[CallOrder], limits: &[i64]) -> Option<(i64, u64, i64)> {
    // Demand and supply change only at limits, so each limit stands for itself and for the gap above it.
    let mut steps: Vec<(i64, u64, u64)> = orders
        .iter()
        .zip(limits)
        .map(|(o, limit)| match o.side {
            Side::Buy => (*limit, u64::from(o.quantity), 0),
            Side::Sell => (*limit, 0, u64::from(o.quantity)),
        })
        .collect();
    steps.sort_unstable();
    steps.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
            kept.2 += next.2;
        }
        is_same
    });
    let mut demand: u64 = steps.iter().map(|s| s.1).sum();
    let mut supply = 0;
    // Best so far: volume, surplus, lowest and highest price with both. They are neighbors, since volume rises and then
    // falls with the price, and the surplus only falls.
    let mut best: Option<(u64, i64, i64, i64)> = None;
    let mut consider = |demand: u64, supply: u64, low: i64, high: i64| {
        let volume = demand.min(supply);
        let surplus = demand as i64 - supply as i64;
        if volume == 0 {
            return;
        }
        match &mut best {
            Some((v, s, _, top)) if *v == volume && s.abs() == surplus.abs() => *top = high,
            Some((v, s, ..)) if *v > volume || (*v == volume && s.abs() < surplus.abs()) => {}
            _ => best = Some((volume, surplus, low, high)),
        }
    };
    for (i, (price, buys, sells)) in steps.iter().enumerate() {
        supply += sells;
        consider(demand, supply, *price, *price);
        demand -= buys;
        if let Some(next) = steps.get(i + 1)
            && next.0 > price + 1
        {
            consider(demand, supply, price + 1, next.0 - 1);
        }
    }
    let (volume, _, low, high) = best?;
    let price = low + (high - low) / 2;
    let sum = |side, takes: &dyn Fn(i64) -> bool| -> i64 {
        let rows = orders.iter().zip(limits);
        rows.filter(|(o, limit)| o.side == side && takes(**limit))
            .map(|(o, _)| i64::from(o.quantity))
            .sum()
    };
    let surplus = sum(Side::Buy, &|l| l >= price) - sum(Side::Sell, &|l| l <= price);
    Some((price, volume, surplus))
}

/// Gives `volume` units to a side, by price and then by time.
fn serve(
    orders: &[CallOrder],
    limits: &[i64],
    side: Side,
    price: i64,
    volume: u64,
    filled: &mut [u32],
) {
    let rank = |limit: i64| match side {
        Side::Buy => -limit,
        Side::Sell => limit,
    };
    let mut queue: Vec<(i64, usize)> = (0..orders.len())
        .filter(|i| orders[*i].side == side && rank(limits[*i]) <= rank(price))
        .map(|i| (rank(limits[i]), i))
        .collect();
    queue.sort_unstable();
    let mut left = volume;
    for (_, i) in queue {
        let part = u64::from(orders[i].quantity).min(left);
        filled[i] = part as u32;
        left -= part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn order(side: Side, limit: i64, quantity: u32) -> CallOrder {
        CallOrder {
            side,
            limit: Coins::from_micros(limit),
            quantity,
        }
    }

    const TICK: Coins = Coins::from_micros(1);

    #[test]
    fn volume_then_surplus_then_the_middle() {
        // At 101 to 104 ten units trade and nothing is left over; the middle of 101 and 104 is 102 (rounded down).
        let orders = [
            order(Side::Buy, 105, 10),
            order(Side::Buy, 100, 5),
            order(Side::Sell, 100, 10),
            order(Side::Sell, 105, 5),
        ];
        let c = clear(&orders, TICK).unwrap();
        assert_eq!((c.price.micros(), c.volume, c.surplus), (102, 10, 0));
        assert_eq!(c.filled, [10, 0, 10, 0]);
    }

    #[test]
    fn the_longer_side_is_served_by_price_then_by_time() {
        let orders = [
            order(Side::Buy, 100, 4),
            order(Side::Buy, 101, 4),
            order(Side::Buy, 100, 4),
            order(Side::Sell, 90, 6),
        ];
        let c = clear(&orders, TICK).unwrap();
        // At 100: demand 12, supply 6. At 101: demand 4. So 6 units at 91 to 100; the surplus is 6 at each of them: the middle is 95.
        assert_eq!((c.price.micros(), c.volume, c.surplus), (95, 6, 6));
        assert_eq!(c.filled, [2, 4, 0, 6]);
    }

    #[test]
    fn orders_that_do_not_meet_clear_nothing() {
        let orders = [order(Side::Buy, 99, 4), order(Side::Sell, 100, 6)];
        assert_eq!(clear(&orders, TICK), None);
        // On a grid of 10, a buyer at 99 and a seller at 91 have no price in common.
        let orders = [order(Side::Buy, 99, 4), order(Side::Sell, 91, 6)];
        assert_eq!(clear(&orders, Coins::from_micros(10)), None);
        assert_eq!(clear(&[], TICK), None);
    }

    #[test]
    fn prop_no_price_of_the_grid_is_better() {
        for id in 0..600 {
            let mut rng = RngStream::new(5, Purpose::Test, id, 0);
            let tick = 1 + rng.below(3) as i64;
            let orders: Vec<CallOrder> = (0..=rng.below(14))
                .map(|_| {
                    let side = Side::ALL[rng.below(2)];
                    order(side, 3 + rng.below(40) as i64, 1 + rng.below(6) as u32)
                })
                .collect();
            let at = |p: i64| {
                let sum = |side: Side| -> i64 {
                    let rows = orders.iter().filter(|o| o.side == side);
                    rows.filter(|o| side.takes(o.limit, Coins::from_micros(p)))
                        .map(|o| i64::from(o.quantity))
                        .sum()
                };
                let (d, s) = (sum(Side::Buy), sum(Side::Sell));
                (d.min(s), d - s)
            };
            // All prices of the grid that are best by brute force.
            let key = |p: i64| (-at(p).0, at(p).1.abs());
            let grid: Vec<i64> = (0..60).map(|k| k * tick).collect();
            let best = grid.iter().map(|p| key(*p)).min().unwrap();
            let all: Vec<i64> = grid.into_iter().filter(|p| key(*p) == best).collect();
            let Some(c) = clear(&orders, Coins::from_micros(tick)) else {
                assert_eq!(best.0, 0, "case {id}");
                continue;
            };
            let (first, last) = (all[0] / tick, all[all.len() - 1] / tick);
            assert_eq!(c.price.micros(), (first + (last - first) / 2) * tick);
            assert_eq!((c.volume as i64, c.surplus), at(c.price.micros()));
            for side in Side::ALL {
                let rows = orders.iter().zip(&c.filled);
                let rows: Vec<_> = rows.filter(|(o, _)| o.side == side).collect();
                let units: u64 = rows.iter().map(|(_, f)| u64::from(**f)).sum();
                assert_eq!(units, c.volume, "case {id}");
                for (o, f) in rows {
                    assert!(*f <= o.quantity);
                    assert!(*f == 0 || side.takes(o.limit, c.price), "case {id}");
                }
            }
        }
    }
}
