//! Random transfers between wallets, mint and burn: what is measured, and what proves that the books balance.

use super::{Account, Currency, Ledger};
use crate::economy::purpose::Purpose;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::rng::mix;
use crate::sim::units::Coins;

/// One in so many transfers mints, one burns.
const EDGE: u64 = 16;

/// Coins each wallet has at the beginning.
const START: i64 = 1_000;

/// Largest transfer, in micro-coins.
const MOST: u64 = 50_000_000;

/// Transfers at random, one after the other.
#[derive(Debug)]
pub struct Transfers {
    /// The books.
    pub ledger: Ledger,
    wallets: u64,
    seed: u64,
    next: u64,
    /// Transfers refused because the wallet had too little.
    pub refused: u64,
    /// Transfers after which the books did not balance.
    pub violations: u64,
}

impl Transfers {
    /// Opens `wallets` wallets with some coins each.
    #[must_use]
    pub fn new(wallets: u32, seed: u64) -> Self {
        let mut ledger = Ledger::default();
        ledger.open_avatars(wallets as usize);
        let mut new = Self {
            ledger,
            wallets: u64::from(wallets),
            seed,
            next: 0,
            refused: 0,
            violations: 0,
        };
        for i in 0..wallets {
            let to = Account::Wallet(AvatarId(i));
            new.one(Account::Mint, to, Coins::from_whole(START), Purpose::Grant);
        }
        new
    }

    fn one(&mut self, from: Account, to: Account, amount: Coins, purpose: Purpose) {
        let cause = OfferId(self.next);
        let moved = self
            .ledger
            .transfer(Currency::Coins, from, to, amount, purpose, cause);
        self.refused += u64::from(moved.is_err());
        self.violations += u64::from(!self.ledger.is_balanced());
    }

    /// Makes `n` more transfers; the books are checked after each.
    pub fn run(&mut self, n: u64) {
        for _ in 0..n {
            let bits = mix(self.seed ^ mix(self.next));
            let more = mix(bits);
            // The upper halves of products are numbers below the bound.
            let below = |x: u64, n: u64| ((u128::from(x) * u128::from(n)) >> 64) as u64;
            let wallet = |x| Account::Wallet(AvatarId(below(x, self.wallets) as u32));
            let amount = Coins::from_micros(below(mix(more), MOST).cast_signed());
            let (from, to, purpose) = match bits % EDGE {
                0 => (Account::Mint, wallet(more), Purpose::QuestReward),
                1 => (wallet(more), Account::Burn, Purpose::ItemSale),
                _ => (wallet(bits), wallet(more), Purpose::Gift),
            };
            self.one(from, to, amount, purpose);
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_transfers_are_repeatable_and_balance() {
        let run = |parts: &[u64]| {
            let mut t = Transfers::new(50, 3);
            for n in parts {
                t.run(*n);
            }
            assert!(t.ledger.audit() && t.violations == 0);
            (t.ledger.books(Currency::Coins), t.refused)
        };
        let whole = run(&[20_000]);
        assert_eq!(whole, run(&[1, 12_345, 7_654]));
        assert!(whole.1 > 0 && whole.0.burned.is_positive());
    }
}
