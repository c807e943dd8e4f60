//! What a book did, in the order in which it must be posted.
//!
//! | report | coins | units |
//! | --- | --- | --- |
//! | [`Report::Reserved`] | wallet → escrow of the owner, if it buys | holding → escrow, if it sells |
//! | [`Report::Traded`] | escrow of the buyer → wallet of the seller and fees: [`Fill::buyer_pays`] = [`Fill::seller_gets`] + [`Fill::house_gets`] | escrow of the seller → holding of the buyer |
//! | [`Report::Released`] | escrow → wallet of the owner, if it buys | escrow → holding, if it sells |
//!
//! Posted so, what an avatar has in escrow is at any time exactly what its open orders reserve
//! ([`Fees::reserve`](super::fees::Fees::reserve)), and never below zero in between. An incoming order reserves what its
//! fills pay and what its rest needs, no more, so price improvement never has to be paid back.

use super::order::{OrderId, Side};
use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, Tick};

/// What an order keeps in escrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Coins of a buyer.
    Coins(Coins),
    /// Units of a seller.
    Units(u32),
}

impl Held {
    /// Says whether it is nothing.
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        match self {
            Self::Coins(c) => c.micros() == 0,
            Self::Units(n) => n == 0,
        }
    }
}

/// Why something left escrow without a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The owner canceled the order.
    Canceled,
    /// The owner replaced the order, or made it smaller.
    Replaced,
    /// A newer order of the owner would have traded with it; it has ended.
    SelfTrade,
    /// Part of a filled buy order's fee that rounding, or a rebate, left over; the order may be open still.
    Spare,
}

/// A trade between a resting order and an incoming one, at the price of the resting one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// The order that was resting.
    pub maker: OrderId,
    /// The order that came in.
    pub taker: OrderId,
    /// Owner of the resting order.
    pub maker_owner: AvatarId,
    /// Owner of the incoming order.
    pub taker_owner: AvatarId,
    /// Side of the incoming order.
    pub taker_side: Side,
    /// Units.
    pub quantity: u32,
    /// Coins per unit.
    pub price: Coins,
    /// Fee of the resting order's owner; below zero if it is a rebate.
    pub maker_fee: Coins,
    /// Fee of the incoming order's owner.
    pub taker_fee: Coins,
}

impl Fill {
    /// Returns price times quantity.
    #[must_use]
    pub const fn notional(&self) -> Coins {
        Coins::from_micros(self.price.micros() * self.quantity as i64)
    }
    /// Returns who gets the units.
    #[must_use]
    pub const fn buyer(&self) -> AvatarId {
        match self.taker_side {
            Side::Buy => self.taker_owner,
            Side::Sell => self.maker_owner,
        }
    }
    /// Returns who gives the units.
    #[must_use]
    pub const fn seller(&self) -> AvatarId {
        match self.taker_side {
            Side::Buy => self.maker_owner,
            Side::Sell => self.taker_owner,
        }
    }
    /// Returns what leaves the buyer's escrow.
    #[must_use]
    pub fn buyer_pays(&self) -> Coins {
        self.notional() + self.fee_of(Side::Buy)
    }
    /// Returns what enters the seller's wallet.
    #[must_use]
    pub fn seller_gets(&self) -> Coins {
        self.notional() - self.fee_of(Side::Sell)
    }
    /// Returns what the exchange keeps; never below zero.
    #[must_use]
    pub fn house_gets(&self) -> Coins {
        self.maker_fee + self.taker_fee
    }
    fn fee_of(&self, side: Side) -> Coins {
        if self.taker_side == side {
            self.taker_fee
        } else {
            self.maker_fee
        }
    }
}

/// Something a book did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// An order put something aside; always before its fills.
    Reserved {
        /// Which.
        order: OrderId,
        /// Whose.
        owner: AvatarId,
        /// How much.
        held: Held,
    },
    /// Two orders traded.
    Traded(Fill),
    /// Something is free again.
    Released {
        /// Of which order.
        order: OrderId,
        /// Whose.
        owner: AvatarId,
        /// How much.
        held: Held,
        /// Why.
        why: Release,
    },
    /// A trade would have left the price band; nobody trades until then.
    Halted {
        /// Price of the trade that did not take place.
        price: Coins,
        /// First tick with trading again.
        until: Tick,
    },
}
