//! Fees in basis points of what changes hands, and what an open order reserves for them.
//!
//! A fee is rounded down to a whole micro-coin for each fill. Rounding down is what keeps escrow sound: ⌊a⌋ + ⌊b⌋ ≤ ⌊a + b⌋, so
//! what was reserved for an order covers the fees of any way of filling it in parts.

use serde::{Deserialize, Serialize};

use super::order::Side;
use super::report::Held;
use crate::sim::units::Coins;

/// Basis points in a whole.
const WHOLE: i64 = 10_000;

/// Highest fee, in basis points.
pub const HIGHEST_FEE_BPS: u32 = 5_000;

/// Why a fee schedule is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeeError {
    /// A fee is too high.
    #[error("fee of {0} basis points is not from 0 to {HIGHEST_FEE_BPS}")]
    TooHigh(u32),
    /// The exchange would pay more than it takes.
    #[error(
        "maker rebate of {rebate} basis points exceeds the taker fee of {taker} (the exchange would pay)"
    )]
    Rebate {
        /// The rebate.
        rebate: u32,
        /// The taker's fee.
        taker: u32,
    },
}

/// What makers and takers pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fees {
    maker_bps: i64,
    taker_bps: i64,
}

impl Fees {
    /// No fees.
    pub const NONE: Self = Self {
        maker_bps: 0,
        taker_bps: 0,
    };

    /// Makes a schedule in basis points; a maker's fee below zero is a rebate, paid from the taker's fee.
    ///
    /// # Errors
    /// [`FeeError`] if a fee exceeds [`HIGHEST_FEE_BPS`] or a rebate exceeds the taker's fee.
    pub fn new(maker_bps: i32, taker_bps: u32) -> Result<Self, FeeError> {
        let rebate = maker_bps.min(0).unsigned_abs();
        for fee in [maker_bps.max(0).unsigned_abs(), taker_bps] {
            if fee > HIGHEST_FEE_BPS {
                return Err(FeeError::TooHigh(fee));
            }
        }
        if rebate > taker_bps {
            return Err(FeeError::Rebate {
                rebate,
                taker: taker_bps,
            });
        }
        Ok(Self {
            maker_bps: i64::from(maker_bps),
            taker_bps: i64::from(taker_bps),
        })
    }

    /// Returns the fee of a resting order for a trade of `notional`: rounded down, and a rebate towards zero.
    #[must_use]
    pub const fn of_maker(self, notional: Coins) -> Coins {
        share(notional, self.maker_bps)
    }

    /// Returns the fee of an incoming order for a trade of `notional`, rounded down.
    #[must_use]
    pub const fn of_taker(self, notional: Coins) -> Coins {
        share(notional, self.taker_bps)
    }

    /// Returns what an order resting with `open` units at `price` keeps in escrow.
    ///
    /// A buyer keeps the price and the maker's fee (a rebate counts as no fee); a seller keeps the units, its fee comes out of what it gets.
    #[must_use]
    pub const fn reserve(self, side: Side, price: Coins, open: u32) -> Held {
        match side {
            Side::Buy => Held::Coins(bid_reserve(price, open, self.maker_bps)),
            Side::Sell => Held::Units(open),
        }
    }

    /// Returns what an order can need at most, whether it takes or waits.
    #[must_use]
    pub const fn most(self, side: Side, price: Coins, quantity: u32) -> Held {
        let higher = if self.maker_bps > self.taker_bps {
            self.maker_bps
        } else {
            self.taker_bps
        };
        match side {
            Side::Buy => Held::Coins(bid_reserve(price, quantity, higher)),
            Side::Sell => Held::Units(quantity),
        }
    }

    /// Returns the coins a resting buy order keeps in escrow.
    pub(super) const fn of_bid(self, price: Coins, open: u32) -> Coins {
        bid_reserve(price, open, self.maker_bps)
    }

    /// Returns both rates, the maker's first, for hashes.
    pub(super) const fn rates(self) -> [i64; 2] {
        [self.maker_bps, self.taker_bps]
    }
}

const fn bid_reserve(price: Coins, open: u32, bps: i64) -> Coins {
    let notional = Coins::from_micros(price.micros() * open as i64);
    let fee = if bps > 0 {
        share(notional, bps).micros()
    } else {
        0
    };
    Coins::from_micros(notional.micros() + fee)
}

/// Returns `notional · bps / 10 000` rounded towards zero. Split in two, so that nothing overflows and nothing is lost.
const fn share(notional: Coins, bps: i64) -> Coins {
    let n = notional.micros();
    Coins::from_micros(n / WHOLE * bps + n % WHOLE * bps / WHOLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn a_fee_is_the_exact_share_rounded_down_and_a_rebate_rounded_towards_zero() {
        let fees = Fees::new(-25, 40).unwrap();
        // 1 234 567 · 0.0040 = 4 938.268; · 0.0025 = 3 086.4175.
        let n = Coins::from_micros(1_234_567);
        assert_eq!(fees.of_taker(n).micros(), 4_938);
        assert_eq!(fees.of_maker(n).micros(), -3_086);
        assert_eq!(
            fees.reserve(Side::Buy, Coins::from_micros(7), 3),
            Held::Coins(Coins::from_micros(21))
        );
        assert_eq!(
            Fees::new(-41, 40).unwrap_err().to_string(),
            "maker rebate of 41 basis points exceeds the taker fee of 40 (the exchange would pay)"
        );
        assert_eq!(Fees::new(5_001, 0), Err(FeeError::TooHigh(5_001)));
    }

    #[test]
    fn prop_a_reserve_covers_any_way_of_filling_it() {
        let mut rng = RngStream::new(4, Purpose::Test, 0, 0);
        for _ in 0..20_000 {
            let bps = rng.below(5_001);
            let fees = Fees::new(bps as i32, bps as u32).unwrap();
            let price = Coins::from_micros(1 + rng.below(2_000_000) as i64);
            let quantity = 1 + rng.below(1_000) as u32;
            let wide = i128::from(price.micros()) * i128::from(quantity);
            let exact = wide + wide * bps as i128 / 10_000;
            let mut held = fees.of_bid(price, quantity);
            assert_eq!(i128::from(held.micros()), exact);
            let mut open = quantity;
            while open > 0 {
                let part = 1 + rng.below(open as usize) as u32;
                let notional = Coins::from_micros(price.micros() * i64::from(part));
                held = held - notional - fees.of_maker(notional);
                open -= part;
                assert!(held >= fees.of_bid(price, open), "{open} of {quantity}");
            }
        }
    }
}
