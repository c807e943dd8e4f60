//! Who was offered what at random and what it did in the day after: what is learned from, and what is measured by.

use std::collections::{BTreeSet, VecDeque};

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::features::COLUMNS;
use super::uplift::{BonusModel, Judged};
use crate::platform::incentives::effect::{Effect, Side};
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::{Coins, Tick};

/// Sizes of bonus: a smaller and a larger one.
pub const SIZES: usize = 2;

/// Rows kept to learn from.
const MEMORY: usize = 40_000;

/// Not in the city.
pub const AWAY: u32 = u32::MAX;

/// Why an avatar was offered what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// A bonus, or none, was drawn, to learn from.
    Explored = 0,
    /// The arm chose it.
    Chosen = 1,
}

/// What an avatar was given for a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// Why.
    pub reason: Reason,
    /// Place of the size; `None` if the lot was to get nothing.
    pub size: Option<usize>,
    /// Probability with which it was sent once it was drawn or chosen.
    pub propensity: f64,
    /// Whether it was sent; what was chosen and withheld is what the others are measured by.
    pub is_sent: bool,
    /// The offer, if it was sent.
    pub offer: OfferId,
    /// What was known before.
    pub columns: [f64; COLUMNS],
    /// Minutes a day it was used to spend.
    pub usual: f64,
    /// Coins offered.
    pub amount: Coins,
    /// Minutes a visit must last for them.
    pub minutes: u32,
    /// Whether the condition was met, and the coins were paid.
    pub is_earned: bool,
}

/// What is followed of an avatar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// When its visit began, or [`AWAY`].
    pub since: u32,
    /// Minutes in the city since the day was opened, up to `since`.
    pub minutes: u32,
    /// Minutes in the city in all days that were closed.
    pub total: u32,
    /// What it was given for this day.
    pub given: Option<Given>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            since: AWAY,
            minutes: 0,
            total: 0,
            given: None,
        }
    }
}

impl RowHash for Account {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.since) << 32 | u64::from(self.minutes));
        h.u32(self.total);
        if let Some(g) = &self.given {
            h.u64(g.reason as u64 | u64::from(g.is_sent) << 1 | u64::from(g.is_earned) << 2);
            h.u64(g.size.map_or(u64::MAX, |s| s as u64));
            h.i64(g.amount.micros());
            h.u32(g.minutes);
            h.u64(g.offer.0);
        }
    }
}

/// A day of an avatar that was given something, or nothing, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// Who.
    pub avatar: AvatarId,
    /// Why.
    pub reason: Reason,
    /// What was known before.
    pub columns: [f64; COLUMNS],
    /// Place of the size that was sent, if one was.
    pub sent: Option<usize>,
    /// Minutes of the day.
    pub minutes: f64,
    /// Whether the bonus was earned.
    pub is_earned: bool,
}

/// What one reason for bonuses has come to.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Minutes of those to whom a bonus was sent.
    pub sent: Side,
    /// Minutes of those from whom it was withheld, or whose lot was nothing.
    pub withheld: Side,
    /// Coins paid.
    pub paid: Coins,
}

/// A closed day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BonusDay {
    /// Day on which it was opened.
    pub day: u32,
    /// Bonuses sent.
    pub sent: u32,
    /// Bonuses earned.
    pub earned: u32,
    /// Coins paid.
    pub paid: Coins,
    /// Whether a model chose.
    pub is_learned: bool,
}

/// Everything about bonuses.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct BonusBook {
    /// One each, by [`AvatarId`].
    pub accounts: Table<Account>,
    /// When the running day was opened.
    pub opened: Option<Tick>,
    /// Who is in the city with a bonus to earn.
    pub visiting: BTreeSet<AvatarId>,
    /// What was tried, oldest first.
    pub tried: VecDeque<Tried>,
    /// What has been learned.
    pub model: Option<BonusModel>,
    /// How good that is.
    pub judged: Option<Judged>,
    /// What was explored and what was chosen have come to, see [`Reason`].
    pub totals: [Totals; 2],
    /// Bonuses sent and earned, by size.
    pub by_size: [(u32, u32); SIZES],
    /// Coins that could be spent so far.
    pub allowance: f64,
    /// Days closed.
    pub days: Vec<BonusDay>,
    /// Mean minutes a day of avatars that are never offered a bonus, and of all others, by avatar.
    pub whole: [Side; 2],
}

impl BonusBook {
    /// Makes accounts for avatars that joined.
    pub fn grow(&mut self, n_avatars: usize) {
        while self.accounts.len() < n_avatars {
            self.accounts.push(Account::default());
        }
    }

    /// Drops a day that nobody will close: bonuses were switched off while it ran.
    pub fn drop_day(&mut self) {
        self.opened = None;
        self.visiting.clear();
        for i in 0..self.accounts.len() {
            let a = self.accounts.row_mut(i);
            (a.since, a.minutes, a.given) = (AWAY, 0, None);
        }
    }

    /// Remembers a row, and forgets the oldest if there are too many.
    pub fn remember(&mut self, row: Tried) {
        if self.tried.len() == MEMORY {
            self.tried.pop_front();
        }
        self.tried.push_back(row);
    }

    /// Returns the coins paid so far.
    #[must_use]
    pub fn paid(&self) -> Coins {
        self.totals.iter().map(|t| t.paid).sum()
    }

    /// Returns the minutes that bonuses brought about, with the standard error; `None` before anything can be said.
    ///
    /// The effect on those to whom one was sent is that of the draw that sent or withheld it, of each reason apart.
    #[must_use]
    pub fn minutes_gained(&self) -> Option<Effect> {
        let (mut mean, mut variance, mut any) = (0.0, 0.0, false);
        for t in &self.totals {
            if t.sent.is_empty() {
                continue;
            }
            let e = Effect::of(&t.sent, &t.withheld)?;
            let n = t.sent.len() as f64;
            mean += n * e.mean;
            variance += (n * e.standard_error) * (n * e.standard_error);
            any = true;
        }
        any.then(|| Effect {
            mean,
            standard_error: variance.sqrt(),
        })
    }

    /// Returns the minutes gained for each coin paid.
    #[must_use]
    pub fn minutes_per_coin(&self) -> Option<Effect> {
        let paid = self.paid().as_f64();
        let e = self.minutes_gained().filter(|_| paid > 0.0)?;
        Some(Effect {
            mean: e.mean / paid,
            standard_error: e.standard_error / paid,
        })
    }
}

impl StateHash for BonusBook {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.accounts.digest());
        h.u64(self.opened.map_or(u64::MAX, |t| u64::from(t.0)));
        for id in &self.visiting {
            h.u32(id.0);
        }
        h.u64(self.tried.len() as u64);
        if let Some(model) = &self.model {
            model.hash_row(&mut h);
        }
        for t in &self.totals {
            t.sent.hash_row(&mut h);
            t.withheld.hash_row(&mut h);
            h.i64(t.paid.micros());
        }
        for (sent, earned) in &self.by_size {
            h.u64(u64::from(*sent) << 32 | u64::from(*earned));
        }
        h.f64(self.allowance);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_for_a_coin_are_those_of_the_draw() {
        let mut book = BonusBook::default();
        assert_eq!(book.minutes_per_coin(), None);
        let t = &mut book.totals[Reason::Chosen as usize];
        for y in [8.0, 12.0, 10.0] {
            t.sent.add(y, 0.0);
        }
        for y in [3.0, 5.0] {
            t.withheld.add(y, 0.0);
        }
        t.paid = Coins::from_whole(6);
        // Six minutes more each, three times, for six coins.
        assert!((book.minutes_per_coin().unwrap().mean - 3.0).abs() < 1e-12);
    }
}
