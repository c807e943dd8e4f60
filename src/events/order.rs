//! Orders: what can be asked of an order book, and why it is refused.

use serde::{Deserialize, Serialize};

use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, Tick};

/// Highest price of a unit. Times [`MOST_UNITS`] and the highest fee it still fits 64 bits.
pub const HIGHEST_PRICE: Coins = Coins::from_whole(1_000_000);

/// Most units in one order.
pub const MOST_UNITS: u32 = 1_000_000;

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Coins for units.
    Buy = 0,
    /// Units for coins.
    Sell = 1,
}

impl Side {
    /// Both, buying first.
    pub const ALL: [Self; 2] = [Self::Buy, Self::Sell];

    /// Returns the other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Says whether an order of this side with this limit takes a resting order at `price`.
    #[must_use]
    pub const fn takes(self, limit: Coins, price: Coins) -> bool {
        match self {
            Self::Buy => limit.micros() >= price.micros(),
            Self::Sell => limit.micros() <= price.micros(),
        }
    }
}

/// Names an order of one book: its place in the book and how often that place was used before.
///
/// The same stream of requests gives the same ids. An id stays unknown once its order has ended, until its place was
/// used 2³² times more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OrderId(u64);

impl OrderId {
    pub(crate) const fn new(slot: u32, generation: u32) -> Self {
        Self((generation as u64) << 32 | slot as u64)
    }
    pub(crate) const fn slot(self) -> u32 {
        self.0 as u32
    }
    pub(crate) const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
    /// Returns the id as a number, for logs and hashes.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for OrderId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.slot(), self.generation())
    }
}

/// How an order trades. A price is in micro-coins per unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Terms {
    /// Takes what is no worse than the price; the rest waits.
    Limit(Coins),
    /// Waits, or is refused if it would take.
    PostOnly(Coins),
    /// Takes what is no worse than the price; the rest is dropped.
    ImmediateOrCancel(Coins),
    /// Takes all of it, no worse than the price, or does nothing.
    FillOrKill(Coins),
    /// Takes at any price; the rest is dropped.
    Market,
}

impl Terms {
    /// Returns the worst price it accepts.
    #[must_use]
    pub const fn limit(self) -> Option<Coins> {
        match self {
            Self::Limit(p)
            | Self::PostOnly(p)
            | Self::ImmediateOrCancel(p)
            | Self::FillOrKill(p) => Some(p),
            Self::Market => None,
        }
    }

    /// Says whether what is not filled at once stays in the book.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Limit(_) | Self::PostOnly(_))
    }
}

/// An order on its way into the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Whose.
    pub owner: AvatarId,
    /// Which way.
    pub side: Side,
    /// Units, at least 1.
    pub quantity: u32,
    /// How.
    pub terms: Terms,
}

/// Why what an order did not fill is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropCause {
    /// Nobody offers more at its price.
    Unmatched,
    /// Not all of it could be filled, and it was all or nothing.
    Killed,
    /// It met an order of its own owner.
    SelfTrade,
    /// It reached the end of the price band, which halts the book.
    Halted,
}

/// What became of an order when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// All of it traded.
    Filled,
    /// The rest waits in the book.
    Rests,
    /// The rest is gone.
    Dropped(DropCause),
}

/// What placing an order came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its id; only a resting order can still be named by it.
    pub order: OrderId,
    /// Units traded at once.
    pub filled: u32,
    /// Units now waiting.
    pub open: u32,
    /// What became of it.
    pub fate: Fate,
}

/// Why a request was refused. The book is then as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The price is not on the grid.
    #[error("price {price} is not a multiple of {tick_size} from {tick_size} to {HIGHEST_PRICE}")]
    Price {
        /// Asked for.
        price: Coins,
        /// The book's.
        tick_size: Coins,
    },
    /// The quantity is out of range.
    #[error("quantity {0} is not from 1 to {MOST_UNITS}")]
    Quantity(u32),
    /// A post-only order would take.
    #[error("post-only order at {price} would take the order at {best}")]
    WouldTake {
        /// Its price.
        price: Coins,
        /// Best price of the other side.
        best: Coins,
    },
    /// Trading is halted.
    #[error("trading is halted until {0}")]
    Halted(Tick),
    /// No such order is open.
    #[error("order {0} is not open")]
    Unknown(OrderId),
    /// It is somebody else's order.
    #[error("order {order} belongs to avatar {owner}, not to {by}")]
    Foreign {
        /// Which.
        order: OrderId,
        /// Whose.
        owner: AvatarId,
        /// Who asked.
        by: AvatarId,
    },
}
