//! An order book: the rules it is founded on, and what it shows.
//!
//! A book belongs to one item. It holds orders, not balances: what it reserves, trades and releases goes to the caller as
//! [`Report`](super::report::Report)s. Placing, canceling and replacing are in `matching`.
//!
//! **Invariants.** The best buy price is below the best sell price. Of two orders at a price the earlier trades first. A trade takes
//! place at the price of the order that was there. What the reports leave in escrow is what the open orders reserve.

use serde::{Deserialize, Serialize};

use super::arena::Arena;
use super::breaker::{Band, Breaker};
use super::fees::Fees;
use super::ladder::Ladder;
use super::order::{HIGHEST_PRICE, OrderId, Side};
use super::report::Held;
use crate::config_choice;
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};

config_choice! {
    /// What happens when an order would trade with one of the same owner.
    pub enum SelfTrade {
        /// The rest of the incoming order is dropped.
        CancelNewest = "cancel_newest",
        /// The resting order is canceled, the incoming one goes on.
        CancelOldest = "cancel_oldest",
        /// They trade; for studies of wash trading.
        Allow = "allow",
    }
}

/// Rules of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Step between prices; every price is a multiple of it.
    pub tick_size: Coins,
    /// Fees.
    pub fees: Fees,
    /// Self-trade prevention.
    pub self_trade: SelfTrade,
    /// The circuit breaker; `None` for none.
    pub band: Option<Band>,
}

/// Why a book cannot be founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FoundingError {
    /// The grid of prices is impossible.
    #[error("tick size {0} is not from 0.000001 to {HIGHEST_PRICE}")]
    TickSize(Coins),
}

/// An order that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its id.
    pub order: OrderId,
    /// Whose.
    pub owner: AvatarId,
    /// Which way.
    pub side: Side,
    /// Coins per unit.
    pub price: Coins,
    /// Units still to trade.
    pub open: u32,
    /// Whether it may never take.
    pub is_post_only: bool,
}

/// What waits at a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Coins per unit.
    pub price: Coins,
    /// Units.
    pub quantity: u64,
    /// Orders.
    pub n_orders: u32,
}

/// Buy and sell orders for one item.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderBook {
    pub(super) rules: Rules,
    pub(super) arena: Arena,
    /// Buy and sell, by [`Side`].
    pub(super) ladders: [Ladder; 2],
    pub(super) breaker: Breaker,
    pub(super) arrivals: u64,
    pub(super) last_price: Option<Coins>,
    pub(super) n_fills: u64,
    pub(super) units_traded: u64,
    pub(super) n_open: usize,
}

impl OrderBook {
    /// Founds an empty book.
    ///
    /// # Errors
    /// [`FoundingError`] if the tick size is not positive or above the highest price.
    pub fn new(rules: Rules) -> Result<Self, FoundingError> {
        if !rules.tick_size.is_positive() || rules.tick_size > HIGHEST_PRICE {
            return Err(FoundingError::TickSize(rules.tick_size));
        }
        Ok(Self {
            rules,
            arena: Arena::default(),
            ladders: Side::ALL.map(Ladder::new),
            breaker: Breaker::new(rules.band),
            arrivals: 0,
            last_price: None,
            n_fills: 0,
            units_traded: 0,
            n_open: 0,
        })
    }

    /// Makes room for that many open orders and price levels, so that operations within it allocate nothing.
    pub fn reserve(&mut self, n_orders: usize, n_levels: usize) {
        self.arena.reserve(n_orders);
        for ladder in &mut self.ladders {
            ladder.reserve(n_levels);
        }
    }

    /// Moves the circuit breaker on to `now`; the past is ignored.
    pub fn begin_tick(&mut self, now: Tick) {
        self.breaker.begin_tick(now);
    }

    /// Ends a halt and sets the price the band lies around, for instance that of a call auction.
    pub fn reopen_at(&mut self, price: Coins) {
        self.breaker.reopen_at(price);
    }

    /// Returns the rules.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Returns the circuit breaker.
    #[must_use]
    pub fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Returns the price of the last trade.
    #[must_use]
    pub fn last_price(&self) -> Option<Coins> {
        self.last_price
    }

    /// Returns how many trades there were.
    #[must_use]
    pub fn n_fills(&self) -> u64 {
        self.n_fills
    }

    /// Returns how many units changed hands.
    #[must_use]
    pub fn units_traded(&self) -> u64 {
        self.units_traded
    }

    /// Returns how many orders wait.
    #[must_use]
    pub fn n_open(&self) -> usize {
        self.n_open
    }

    /// Returns the best price of a side.
    #[must_use]
    pub fn best(&self, side: Side) -> Option<Coins> {
        let ladder = &self.ladders[side as usize];
        ladder.best().map(|level| ladder.get(level).price)
    }

    /// Returns the price midway between the best two, in coins, for metrics and for choices.
    #[must_use]
    pub fn midpoint(&self) -> Option<f64> {
        let (buy, sell) = (self.best(Side::Buy)?, self.best(Side::Sell)?);
        Some(f64::midpoint(buy.as_f64(), sell.as_f64()))
    }

    /// Lists what waits on a side, from the best price on.
    pub fn depth(&self, side: Side) -> impl Iterator<Item = Depth> + '_ {
        self.ladders[side as usize].best_first().map(|l| Depth {
            price: l.price,
            quantity: l.quantity,
            n_orders: l.n_orders,
        })
    }

    /// Lists the orders that wait on a side, in the order in which they would trade.
    pub fn orders(&self, side: Side) -> impl Iterator<Item = OpenOrder> + '_ {
        let levels = self.ladders[side as usize].best_first();
        levels.flat_map(move |level| {
            let mut next = level.first;
            (0..level.n_orders).map(move |_| {
                let slot = next;
                next = self.arena.get(slot).after;
                self.shown(slot)
            })
        })
    }

    /// Returns an order that waits.
    #[must_use]
    pub fn order(&self, order: OrderId) -> Option<OpenOrder> {
        self.arena.find(order).map(|slot| self.shown(slot))
    }

    /// Returns what an order that waits keeps in escrow.
    #[must_use]
    pub fn held(&self, order: OrderId) -> Option<Held> {
        let o = self.order(order)?;
        Some(self.rules.fees.reserve(o.side, o.price, o.open))
    }

    fn shown(&self, slot: u32) -> OpenOrder {
        let row = self.arena.get(slot);
        OpenOrder {
            order: self.arena.id(slot),
            owner: row.owner,
            side: row.side,
            price: row.price,
            open: row.open,
            is_post_only: row.is_post_only,
        }
    }
}

impl StateHash for OrderBook {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.arena.digest());
        h.u64(self.arrivals);
        h.u64(self.n_fills);
        h.u64(self.units_traded);
        h.i64(self.last_price.map_or(-1, Coins::micros));
        h.i64(self.rules.tick_size.micros());
        for rate in self.rules.fees.rates() {
            h.i64(rate);
        }
        self.breaker.hash(&mut h);
        h.finish()
    }
}
