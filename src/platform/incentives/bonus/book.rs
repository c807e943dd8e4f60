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

impl Given {
    /// Returns the coins paid for it so far.
    #[must_use]
    pub const fn paid(&self) -> Coins {
        if self.is_earned {
            self.amount
        } else {
            Coins::ZERO
        }
    }
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

impl Totals {
    /// Returns the minutes more of an avatar to whom a bonus was sent; `None` where a side has fewer than two rows.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        Effect::of(&self.sent, &self.withheld)
    }

    /// Returns the minutes that all of its bonuses brought about.
    #[must_use]
    pub fn gained(&self) -> Option<Effect> {
        self.effect().map(|e| e.times(self.sent.len() as f64))
    }

    /// Returns the minutes gained for each coin paid; `None` before any was.
    #[must_use]
    pub fn per_coin(&self) -> Option<Effect> {
        let paid = self.paid.as_f64();
        self.gained().filter(|_| paid > 0.0).map(|e| e.per(paid))
    }
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

impl BonusDay {
    /// Counts what an avatar was given, as far as a bonus was sent.
    pub(super) fn count(&mut self, given: &Given) {
        if given.is_sent && given.size.is_some() {
            self.sent += 1;
            self.earned += u32::from(given.is_earned);
            self.paid += given.paid();
        }
    }
}

/// The day of bonuses that is still open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunningDay {
    /// What was sent, earned and paid so far.
    pub day: BonusDay,
    /// Bonuses chosen and withheld by lot.
    pub withheld: u32,
    /// Avatars whose lot was to get nothing.
    pub nothing: u32,
    /// Coins of bonuses that can still be earned.
    pub open: Coins,
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
            let e = t.gained()?;
            mean += e.mean;
            variance += e.standard_error * e.standard_error;
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
        self.minutes_gained()
            .filter(|_| paid > 0.0)
            .map(|e| e.per(paid))
    }

    /// Returns the coins that can be spent on the open day: what could be spent so far and was not paid on closed days, no
    /// more than two days' worth, with `a_day` coins for a day.
    #[must_use]
    pub fn to_spend(&self, a_day: f64) -> f64 {
        (self.allowance - self.paid().as_f64()).clamp(0.0, 2.0 * a_day)
    }

    /// Counts what was given on the day that is open; `None` if none is. Looks at every account.
    #[must_use]
    pub fn running_day(&self) -> Option<RunningDay> {
        let mut running = RunningDay {
            day: BonusDay {
                day: self.opened?.day(),
                sent: 0,
                earned: 0,
                paid: Coins::ZERO,
                is_learned: self.model.is_some(),
            },
            withheld: 0,
            nothing: 0,
            open: Coins::ZERO,
        };
        for given in self.accounts.rows().iter().filter_map(|a| a.given.as_ref()) {
            running.day.count(given);
            match (given.size, given.is_sent) {
                (None, _) => running.nothing += 1,
                (Some(_), false) => running.withheld += 1,
                (Some(_), true) if !given.is_earned => running.open += given.amount,
                (Some(_), true) => {}
            }
        }
        Some(running)
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
    use crate::events::behavior::NO_OFFER;
    use crate::sim::units::TICKS_PER_DAY;

    fn given(size: Option<usize>, is_sent: bool, is_earned: bool) -> Given {
        Given {
            reason: Reason::Chosen,
            size,
            propensity: 0.8,
            is_sent,
            offer: NO_OFFER,
            columns: [0.0; COLUMNS],
            usual: 0.0,
            amount: Coins::from_whole(if is_sent { 2 } else { 0 }),
            minutes: 10,
            is_earned,
        }
    }

    #[test]
    fn the_open_day_is_what_the_accounts_hold() {
        let mut book = BonusBook::default();
        assert_eq!(book.running_day(), None);
        book.opened = Some(Tick(3 * TICKS_PER_DAY + 480));
        for g in [
            Some(given(Some(0), true, true)),
            Some(given(Some(0), true, false)),
            Some(given(Some(1), false, false)),
            Some(given(None, false, false)),
            None,
        ] {
            let account = Account {
                given: g,
                ..Account::default()
            };
            book.accounts.push(account);
        }
        let running = book.running_day().unwrap();
        let day = running.day;
        assert_eq!((day.day, day.sent, day.earned), (3, 2, 1));
        assert_eq!((running.withheld, running.nothing), (1, 1));
        // One of two coins was paid, the other can still be earned.
        assert_eq!(day.paid, Coins::from_whole(2));
        assert_eq!(running.open, Coins::from_whole(2));
    }

    #[test]
    fn no_more_than_two_days_worth_can_be_spent_and_no_less_than_nothing() {
        let mut book = BonusBook {
            allowance: 50.0,
            ..BonusBook::default()
        };
        book.totals[Reason::Explored as usize].paid = Coins::from_whole(20);
        assert_eq!(book.to_spend(20.0), 30.0);
        assert_eq!(book.to_spend(10.0), 20.0);
        book.totals[Reason::Chosen as usize].paid = Coins::from_whole(40);
        assert_eq!(book.to_spend(20.0), 0.0);
    }

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
        let of_chosen = t.per_coin().unwrap();
        assert!((of_chosen.mean - 3.0).abs() < 1e-12);
        let of_all = book.minutes_per_coin().unwrap();
        assert!((of_all.mean - of_chosen.mean).abs() < 1e-12);
        assert!((of_all.standard_error - of_chosen.standard_error).abs() < 1e-12);
        assert_eq!(book.totals[Reason::Explored as usize].per_coin(), None);
    }
}
