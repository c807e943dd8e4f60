//! The book as one would explain it: a list of orders, searched anew for the best each time. For tests.

use super::book::{Rules, SelfTrade};
use super::order::{DropCause, Fate, Request, Side, Terms};
use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, Tick};

/// An order that waits, named by the number of the request that brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) name: usize,
    pub(super) owner: AvatarId,
    pub(super) side: Side,
    pub(super) price: i64,
    pub(super) open: u32,
    pub(super) is_post_only: bool,
    arrival: u64,
}

/// A trade: maker, taker, units, price, maker's fee, taker's fee.
pub(super) type Trade = (usize, usize, u32, i64, i64, i64);

/// A list of orders.
#[derive(Debug, Clone)]
pub(super) struct NaiveBook {
    rules: Rules,
    pub(super) orders: Vec<Waiting>,
    arrivals: u64,
    now: u32,
    halted_until: u32,
    /// Trades since trading last began, by tick and price.
    history: Vec<(u32, i64)>,
}

/// Returns `n · bps / 10 000`, rounded down.
fn fee(n: i64, bps: i64) -> i64 {
    let wide = i128::from(n) * i128::from(bps);
    (wide / 10_000) as i64
}

impl NaiveBook {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            orders: Vec::new(),
            arrivals: 0,
            now: 0,
            halted_until: 0,
            history: Vec::new(),
        }
    }

    pub(super) fn begin_tick(&mut self, now: Tick) {
        self.now = now.0;
        // What came before the reference does not matter any more; without this, long streams take too long.
        let window = self.rules.band.map_or(0, |b| b.window_ticks);
        let is_old = |h: &(u32, i64)| h.0 + window <= now.0;
        if let Some(reference) = self.history.iter().rposition(is_old) {
            self.history.drain(..reference);
        }
    }

    pub(super) fn is_halted(&self) -> bool {
        self.now < self.halted_until
    }

    fn bps(&self) -> [i64; 2] {
        self.rules.fees.rates()
    }

    fn allows(&self, price: i64) -> bool {
        let Some(band) = self.rules.band else {
            return true;
        };
        let old = |t: u32| t + band.window_ticks <= self.now;
        let last_old = self.history.iter().rev().find(|h| old(h.0));
        let Some((_, reference)) = last_old.or(self.history.first()) else {
            return true;
        };
        (price - reference).abs() <= fee(*reference, i64::from(band.width_bps))
    }

    /// Returns the position of the order of a side that trades next.
    fn best(&self, side: Side) -> Option<usize> {
        let rank = |o: &Waiting| match side {
            Side::Buy => (-o.price, o.arrival),
            Side::Sell => (o.price, o.arrival),
        };
        let rows = self.orders.iter().enumerate();
        rows.filter(|(_, o)| o.side == side)
            .min_by_key(|(_, o)| rank(o))
            .map(|(i, _)| i)
    }

    fn would_take(&self, side: Side, price: i64) -> bool {
        self.best(side.other())
            .is_some_and(|i| crosses(side, price, self.orders[i].price))
    }

    /// Places an order; `None` if it is refused.
    pub(super) fn place(
        &mut self,
        name: usize,
        request: &Request,
        trades: &mut Vec<Trade>,
    ) -> Option<(u32, u32, Fate)> {
        if self.is_halted() {
            return None;
        }
        let (side, owner) = (request.side, request.owner);
        let limit = match request.terms.limit() {
            Some(p) => p.micros(),
            None if side == Side::Buy => i64::MAX,
            None => 0,
        };
        if matches!(request.terms, Terms::PostOnly(_)) && self.would_take(side, limit) {
            return None;
        }
        let is_all_or_nothing = matches!(request.terms, Terms::FillOrKill(_));
        let before = is_all_or_nothing.then(|| (self.clone(), trades.len()));
        let mut open = request.quantity;
        let mut stop = None;
        while open > 0 {
            let Some(i) = self.best(side.other()) else {
                break;
            };
            let maker = self.orders[i];
            if !crosses(side, limit, maker.price) {
                break;
            }
            if !self.allows(maker.price) {
                let halt_ticks = self.rules.band.map_or(0, |b| b.halt_ticks);
                self.halted_until = self.now + halt_ticks;
                self.history.clear();
                stop = Some(DropCause::Halted);
                break;
            }
            if maker.owner == owner && self.rules.self_trade == SelfTrade::CancelNewest {
                stop = Some(DropCause::SelfTrade);
                break;
            }
            if maker.owner == owner && self.rules.self_trade == SelfTrade::CancelOldest {
                self.orders.remove(i);
                continue;
            }
            let part = open.min(maker.open);
            let n = maker.price * i64::from(part);
            let [m, t] = self.bps();
            trades.push((maker.name, name, part, maker.price, fee(n, m), fee(n, t)));
            self.history.push((self.now, maker.price));
            open -= part;
            self.orders[i].open -= part;
            if self.orders[i].open == 0 {
                self.orders.remove(i);
            }
        }
        let filled = request.quantity - open;
        if open == 0 {
            return Some((filled, 0, Fate::Filled));
        }
        if let Some((book, n_trades)) = before {
            *self = book;
            trades.truncate(n_trades);
            return Some((0, 0, Fate::Dropped(DropCause::Killed)));
        }
        if let Some(cause) = stop {
            return Some((filled, 0, Fate::Dropped(cause)));
        }
        if !matches!(request.terms, Terms::Limit(_) | Terms::PostOnly(_)) {
            return Some((filled, 0, Fate::Dropped(DropCause::Unmatched)));
        }
        self.orders.push(Waiting {
            name,
            owner,
            side,
            price: limit,
            open,
            is_post_only: matches!(request.terms, Terms::PostOnly(_)),
            arrival: self.arrivals,
        });
        self.arrivals += 1;
        Some((filled, open, Fate::Rests))
    }

    pub(super) fn cancel(&mut self, name: usize) -> bool {
        let before = self.orders.len();
        self.orders.retain(|o| o.name != name);
        self.orders.len() < before
    }

    pub(super) fn replace(
        &mut self,
        name: usize,
        price: Coins,
        quantity: u32,
        trades: &mut Vec<Trade>,
    ) -> Option<(u32, u32, Fate)> {
        let i = self.orders.iter().position(|o| o.name == name)?;
        let old = self.orders[i];
        if old.price == price.micros() && quantity <= old.open {
            self.orders[i].open = quantity;
            return Some((0, quantity, Fate::Rests));
        }
        let terms = if old.is_post_only {
            Terms::PostOnly(price)
        } else {
            Terms::Limit(price)
        };
        let kept = self.orders.remove(i);
        let placed = self.place(
            name,
            &Request {
                owner: old.owner,
                side: old.side,
                quantity,
                terms,
            },
            trades,
        );
        if placed.is_none() {
            self.orders.insert(i, kept);
        }
        placed
    }

    /// Lists a side in the order in which it would trade.
    pub(super) fn queue(&self, side: Side) -> Vec<Waiting> {
        let mut all: Vec<Waiting> = self.orders.clone();
        all.retain(|o| o.side == side);
        match side {
            Side::Buy => all.sort_by_key(|o| (-o.price, o.arrival)),
            Side::Sell => all.sort_by_key(|o| (o.price, o.arrival)),
        }
        all
    }

    /// Returns what an order must have in escrow: coins if it buys, units if it sells.
    pub(super) fn escrow(&self, o: &Waiting) -> i64 {
        let n = o.price * i64::from(o.open);
        match o.side {
            Side::Buy => n + fee(n, self.bps()[0].max(0)),
            Side::Sell => i64::from(o.open),
        }
    }
}

fn crosses(side: Side, limit: i64, price: i64) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}
