//! The circuit breaker: no trade leaves a band around the price of a while ago; one that would halts the book.
//!
//! The reference is the last price at least a window old, or the oldest known price if trading began later. After a halt
//! the history is forgotten: the first trade sets the reference anew. (Kept, it would halt a market for ever whose value has
//! truly jumped.) A call auction at the reopening can set it instead, see [`Breaker::reopen_at`].

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::sim::state_hash::StateHasher;
use crate::sim::units::{Coins, Tick};

/// Longest window, in ticks.
pub const LONGEST_WINDOW: u32 = 10_080;

/// When a book halts, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// Half the width of the band, in basis points of the reference, rounded down to a micro-coin.
    pub width_bps: u32,
    /// Age of the reference, in ticks; at most [`LONGEST_WINDOW`] counts.
    pub window_ticks: u32,
    /// Length of a halt, in ticks.
    pub halt_ticks: u32,
}

/// Watches the prices of one book.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Breaker {
    band: Option<Band>,
    now: Tick,
    /// Last price of each tick with trades; the first is the reference.
    closes: VecDeque<(Tick, Coins)>,
    /// Lowest to highest price allowed, were it not for a halt.
    allowed: RangeInclusive<Coins>,
    halted_until: Option<Tick>,
    n_halts: u32,
}

const ANY: RangeInclusive<Coins> = Coins::ZERO..=Coins::from_micros(i64::MAX);

impl Breaker {
    /// Makes a breaker; without a band it never halts.
    #[must_use]
    pub fn new(band: Option<Band>) -> Self {
        let band = band.map(|b| Band {
            window_ticks: b.window_ticks.min(LONGEST_WINDOW),
            ..b
        });
        // One price a tick of the window, the reference before it, and the one being added.
        let room = band.map_or(0, |b| b.window_ticks as usize + 2);
        Self {
            band,
            now: Tick(0),
            closes: VecDeque::with_capacity(room),
            allowed: ANY,
            halted_until: None,
            n_halts: 0,
        }
    }

    /// Moves on to `now`; the past is ignored.
    pub fn begin_tick(&mut self, now: Tick) {
        let Some(band) = self.band else { return };
        if now <= self.now {
            return;
        }
        self.now = now;
        if self.halted_until.is_some_and(|until| now >= until) {
            self.halted_until = None;
        }
        let before = self.closes.front().copied();
        while let Some(next) = self.closes.get(1)
            && next.0.after(band.window_ticks) <= now
        {
            self.closes.pop_front();
        }
        if self.closes.front().copied() != before {
            self.measure();
        }
    }

    /// Says whether a trade at `price` may take place.
    #[must_use]
    pub fn allows(&self, price: Coins) -> bool {
        self.halted_until.is_none() && self.allowed.contains(&price)
    }

    /// Returns the prices at which trades may take place when there is no halt.
    pub(super) fn allowed(&self) -> RangeInclusive<Coins> {
        self.allowed.clone()
    }

    /// Returns the same once there was a trade at `price`: it matters if that is the first.
    pub(super) fn allowed_after(&self, price: Coins) -> RangeInclusive<Coins> {
        if self.closes.is_empty() {
            self.around(Some(price))
        } else {
            self.allowed.clone()
        }
    }

    /// Notes a trade.
    pub fn note(&mut self, price: Coins) {
        if self.band.is_none() {
            return;
        }
        // The reference itself stays until the tick is over: a band that moved with each trade would be none.
        let is_alone = self.closes.len() == 1;
        match self.closes.back_mut() {
            Some(last) if last.0 == self.now && !is_alone => last.1 = price,
            None => {
                self.closes.push_back((self.now, price));
                self.measure();
            }
            Some(_) => self.closes.push_back((self.now, price)),
        }
    }

    /// Halts trading; returns the first tick with trading again.
    pub fn halt(&mut self) -> Tick {
        let ticks = self.band.map_or(0, |b| b.halt_ticks);
        let until = self.now.after(ticks.max(1));
        self.halted_until = Some(until);
        self.n_halts += 1;
        self.closes.clear();
        self.allowed = ANY;
        until
    }

    /// Sets the reference after a halt, for instance to the price of a call auction.
    pub fn reopen_at(&mut self, price: Coins) {
        self.halted_until = None;
        self.closes.clear();
        self.note(price);
    }

    /// Returns the end of the halt, if trading is halted.
    #[must_use]
    pub fn halted_until(&self) -> Option<Tick> {
        self.halted_until
    }

    /// Returns the price the band lies around, if there is one.
    #[must_use]
    pub fn reference(&self) -> Option<Coins> {
        self.closes.front().map(|c| c.1)
    }

    /// Returns how often trading was halted.
    #[must_use]
    pub fn n_halts(&self) -> u32 {
        self.n_halts
    }

    fn measure(&mut self) {
        self.allowed = self.around(self.reference());
    }

    fn around(&self, reference: Option<Coins>) -> RangeInclusive<Coins> {
        let (Some(band), Some(reference)) = (self.band, reference) else {
            return ANY;
        };
        let width = reference.scaled_ppm(band.width_bps.saturating_mul(100));
        reference - width..=reference + width
    }

    pub(super) fn hash(&self, h: &mut StateHasher) {
        h.u32(self.now.0);
        h.u32(self.halted_until.map_or(u32::MAX, |t| t.0));
        h.u32(self.n_halts);
        for (tick, price) in &self.closes {
            h.u32(tick.0);
            h.i64(price.micros());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAND: Band = Band {
        width_bps: 1_000,
        window_ticks: 10,
        halt_ticks: 3,
    };

    fn at(micros: i64) -> Coins {
        Coins::from_micros(micros)
    }

    #[test]
    fn the_band_lies_around_the_price_of_a_window_ago() {
        let mut b = Breaker::new(Some(BAND));
        b.note(at(1_000));
        assert!(b.allows(at(1_100)) && b.allows(at(900)));
        assert!(!b.allows(at(1_101)) && !b.allows(at(899)));
        b.begin_tick(Tick(5));
        b.note(at(1_100));
        b.begin_tick(Tick(14));
        assert_eq!(b.reference(), Some(at(1_000)));
        b.begin_tick(Tick(15));
        assert_eq!(b.reference(), Some(at(1_100)));
        assert!(b.allows(at(1_210)) && !b.allows(at(1_211)));
    }

    #[test]
    fn the_band_does_not_walk_with_the_trades_of_a_tick() {
        let mut b = Breaker::new(Some(BAND));
        for price in [1_000, 1_050, 1_100] {
            assert!(b.allows(at(price)));
            b.note(at(price));
        }
        assert!(!b.allows(at(1_101)));
    }

    #[test]
    fn a_halt_ends_after_its_ticks_and_forgets_the_reference() {
        let mut b = Breaker::new(Some(BAND));
        b.note(at(1_000));
        assert_eq!(b.halt(), Tick(3));
        assert!(!b.allows(at(1_000)));
        b.begin_tick(Tick(2));
        assert_eq!(b.halted_until(), Some(Tick(3)));
        b.begin_tick(Tick(3));
        assert!(b.allows(at(5_000)));
        b.reopen_at(at(2_000));
        assert!(!b.allows(at(5_000)) && b.allows(at(2_200)));
    }

    #[test]
    fn without_a_band_nothing_is_remembered() {
        let mut b = Breaker::new(None);
        b.note(at(1_000));
        assert!(b.reference().is_none() && b.allows(at(i64::MAX)));
    }

    #[test]
    fn memory_is_bounded_by_the_window() {
        let mut b = Breaker::new(Some(BAND));
        let room = b.closes.capacity();
        for t in 0..1_000 {
            b.begin_tick(Tick(t));
            b.note(at(1_000));
        }
        assert_eq!(b.closes.capacity(), room);
    }
}
