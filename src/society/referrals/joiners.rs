//! Who joined by whose invitation, who is about to, and which of them are nobody new.
//!
//! The platform sees who was invited by whom when somebody joins; whether a newcomer is a second account of who invited it,
//! and whether it would have come without what is promised, only the lab can know.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::events::bus::RewardKind;
use crate::events::referral::ReferralTerms;
use crate::sim::ids::AvatarId;
use crate::sim::sparse::SparseTable;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Time that an owner gives the platform to pay for a second account before it takes the coins for lost.
const PATIENCE: u32 = 2 * TICKS_PER_DAY;

/// Most minutes of a visit, as of anybody's.
const LONGEST_VISIT: u32 = 960;

/// Why somebody joined by invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// A friend asked it, and would have without any coins.
    Anyway = 0,
    /// A friend asked it, or it came, because of what is promised.
    Moved = 1,
    /// It is a second account of who invited it.
    Second = 2,
}

/// Somebody who joined by invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// By whose.
    pub by: AvatarId,
    /// Why.
    pub how: How,
}

/// A second account, and how much of what is asked for it has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Second {
    /// What was promised when it was opened.
    pub terms: ReferralTerms,
    /// Days on which it came.
    pub days: u32,
    /// The last of them; `u32::MAX` before the first.
    pub last_day: u32,
    /// Minutes it stayed.
    pub minutes: u32,
    /// When it was done.
    pub done: Option<Tick>,
}

impl Second {
    /// Returns the minutes of one of its visits: no more than what the days that are asked for must have each; where that is more than a
    /// visit can last, it comes on more days.
    #[must_use]
    pub const fn visit_minutes(&self) -> u32 {
        let days = if self.terms.days > 0 {
            self.terms.days
        } else {
            1
        };
        let minutes = self.terms.minutes.div_ceil(days);
        if minutes == 0 {
            1
        } else if minutes > LONGEST_VISIT {
            LONGEST_VISIT
        } else {
            minutes
        }
    }
}

/// A row of who joined by invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Joiner {
    joined: Joined,
    second: Option<Second>,
}

impl RowHash for Joiner {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.joined.by.0) << 32 | self.joined.how as u64);
        if let Some(s) = &self.second {
            h.u64(u64::from(s.days) << 32 | u64::from(s.last_day));
            h.u64(u64::from(s.minutes) << 32 | u64::from(s.done.map_or(u32::MAX, |t| t.0)));
            let mut terms = s.terms;
            h.u64(terms.digest());
        }
    }
}

/// A row of who opened second accounts, or was paid for inviting somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Inviter {
    /// Its second accounts, in the order in which they were opened.
    seconds: Vec<AvatarId>,
    /// How often it was paid.
    n_paid: u32,
}

impl RowHash for Inviter {
    fn hash_row(&self, h: &mut StateHasher) {
        // Which are its second accounts follows from their rows.
        h.u64((self.seconds.len() as u64) << 32 | u64::from(self.n_paid));
    }
}

/// Everybody who joined by invitation.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Referrals {
    joiners: SparseTable<Joiner>,
    inviters: SparseTable<Inviter>,
    /// Who is about to join, by when, in the order in which it was decided.
    coming: BTreeMap<Tick, Vec<Joined>>,
}

impl Referrals {
    /// Lists who joined by invitation, by id.
    pub fn joined(&self) -> impl Iterator<Item = (AvatarId, Joined)> + '_ {
        self.joiners.iter().map(|(id, j)| (id, j.joined))
    }

    fn second(&self, id: AvatarId) -> Option<&Second> {
        self.joiners.get(id)?.second.as_ref()
    }

    fn seconds_of(&self, owner: AvatarId) -> impl Iterator<Item = (AvatarId, &Second)> + '_ {
        let row = self.inviters.get(owner);
        let seconds = row.into_iter().flat_map(|o| &o.seconds);
        seconds.filter_map(|id| Some((*id, self.second(*id)?)))
    }

    /// Says whether an avatar is a second account.
    #[must_use]
    pub fn is_second(&self, id: AvatarId) -> bool {
        self.second(id).is_some()
    }

    /// Returns the minutes of the next visit of a second account, 0 if it stays away from now on; `None` for everybody else.
    #[must_use]
    pub fn visit_of(&self, id: AvatarId) -> Option<u32> {
        let second = self.second(id)?;
        Some(match second.done {
            None => second.visit_minutes(),
            Some(_) => 0,
        })
    }

    /// Lets somebody join later.
    pub fn expect(&mut self, at: Tick, joined: Joined) {
        self.coming.entry(at).or_default().push(joined);
    }

    /// Takes out those who join now.
    pub fn arrive(&mut self, now: Tick) -> Vec<Joined> {
        let mut due = Vec::new();
        while let Some(next) = self.coming.first_entry()
            && *next.key() <= now
        {
            due.extend(next.remove());
        }
        due
    }

    /// Takes down that somebody has joined; of a second account, under what terms.
    pub fn join(&mut self, id: AvatarId, joined: Joined, terms: ReferralTerms) {
        let second = (joined.how == How::Second).then_some(Second {
            terms,
            days: 0,
            last_day: u32::MAX,
            minutes: 0,
            done: None,
        });
        self.joiners.insert(id, Joiner { joined, second });
        if second.is_some() {
            self.inviters.row_mut(joined.by).seconds.push(id);
        }
    }

    /// Ends a visit of a second account, which began on `day`.
    pub fn end_visit(&mut self, id: AvatarId, day: u32, minutes: u32, now: Tick) {
        let joiner = self.joiners.get_mut(id);
        let Some(second) = joiner.and_then(|j| j.second.as_mut()) else {
            return;
        };
        if second.last_day != day {
            second.days += 1;
            second.last_day = day;
        }
        second.minutes += minutes;
        if second.done.is_none() && second.terms.are_met(second.days, second.minutes) {
            second.done = Some(now);
        }
    }

    /// Lists the second accounts of an owner that have more to do and were not there on `day`.
    #[must_use]
    pub fn to_visit(&self, owner: AvatarId, day: u32) -> Vec<AvatarId> {
        let waits = |s: &Second| s.done.is_none() && s.last_day != day;
        let seconds = self.seconds_of(owner).filter(|(_, s)| waits(s));
        seconds.map(|(id, _)| id).collect()
    }

    /// Says whether an owner has an account with more to do.
    #[must_use]
    pub fn is_busy(&self, owner: AvatarId) -> bool {
        self.seconds_of(owner).any(|(_, s)| s.done.is_none())
    }

    /// Returns how many accounts an avatar has opened beside its own.
    #[must_use]
    pub fn n_accounts(&self, owner: AvatarId) -> u32 {
        let row = self.inviters.get(owner);
        row.map_or(0, |o| o.seconds.len() as u32)
    }

    /// Returns how often an avatar was paid for inviting somebody.
    #[must_use]
    pub fn n_paid(&self, id: AvatarId) -> u32 {
        self.inviters.get(id).map_or(0, |i| i.n_paid)
    }

    /// Returns the chance of being paid for a second account as its owner believes: of those that were done long enough ago, how
    /// many it was paid for, one that was paid for added to both. Coins for true newcomers are not told apart from them.
    #[must_use]
    pub fn believed(&self, owner: AvatarId, now: Tick) -> f64 {
        let settled = |s: &Second| s.done.is_some_and(|at| now.since(at) >= PATIENCE);
        let seconds = self.seconds_of(owner).filter(|(_, s)| settled(s));
        let n = seconds.count() as u32;
        f64::from(self.n_paid(owner).min(n) + 1) / f64::from(n + 1)
    }

    /// Takes down a reward, and returns to whom a second account hands it over.
    pub fn credit(&mut self, id: AvatarId, kind: RewardKind) -> Option<AvatarId> {
        if kind == RewardKind::Referral {
            self.inviters.row_mut(id).n_paid += 1;
        }
        let joiner = self.joiners.get(id)?;
        let is_welcome = kind == RewardKind::Welcome && joiner.second.is_some();
        is_welcome.then_some(joiner.joined.by)
    }
}

impl StateHash for Referrals {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.joiners.digest());
        h.u64(self.inviters.digest());
        for (at, coming) in &self.coming {
            for j in coming {
                h.u64(u64::from(at.0) << 32 | u64::from(j.by.0));
                h.u32(j.how as u32);
            }
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::units::Coins;

    const TERMS: ReferralTerms = ReferralTerms {
        amount: Coins::from_whole(4),
        to_newcomer: Coins::from_whole(1),
        days: 3,
        minutes: 10,
        cap: 5,
    };

    /// Avatar 7 has opened account 9.
    fn opened() -> Referrals {
        let mut r = Referrals::default();
        let by = AvatarId(7);
        let how = How::Second;
        r.join(AvatarId(9), Joined { by, how }, TERMS);
        assert_eq!(r.n_accounts(by), 1);
        r
    }

    #[test]
    fn a_second_account_does_what_is_asked_for_and_no_more() {
        let (mut r, owner, id) = (opened(), AvatarId(7), AvatarId(9));
        // Ten minutes over three days: four a day.
        assert_eq!(r.visit_of(id), Some(4));
        assert_eq!(r.visit_of(owner), None);
        for day in 0..2 {
            assert_eq!(r.to_visit(owner, day), [id]);
            r.end_visit(id, day, 4, Tick(1_440 * day));
            assert!(r.to_visit(owner, day).is_empty(), "once a day is enough");
            assert!(r.is_busy(owner));
        }
        // A second visit on one day adds minutes and no day.
        r.end_visit(id, 1, 4, Tick(1_500));
        assert!(r.is_busy(owner));
        r.end_visit(id, 2, 1, Tick(2_900));
        assert_eq!(r.visit_of(id), Some(0));
        assert!(!r.is_busy(owner) && r.to_visit(owner, 3).is_empty());
    }

    #[test]
    fn who_is_expected_arrives_in_time_and_in_the_order_of_decisions() {
        let mut r = Referrals::default();
        let by = |id| Joined {
            by: AvatarId(id),
            how: How::Anyway,
        };
        for (at, id) in [(9, 1), (5, 2), (9, 3), (5, 4)] {
            r.expect(Tick(at), by(id));
        }
        let before = r.digest();
        assert_eq!(r.arrive(Tick(4)), []);
        assert_eq!(r.arrive(Tick(5)), [by(2), by(4)]);
        assert_ne!(r.digest(), before);
        assert_eq!(r.arrive(Tick(9)), [by(1), by(3)]);
    }

    #[test]
    fn whoever_was_not_paid_believes_less() {
        let (mut r, owner, id) = (opened(), AvatarId(7), AvatarId(9));
        assert_eq!(r.believed(owner, Tick(0)), 1.0);
        for day in 0..3 {
            r.end_visit(id, day, 4, Tick(100));
        }
        assert_eq!(r.believed(owner, Tick(99 + PATIENCE)), 1.0);
        assert_eq!(r.believed(owner, Tick(100 + PATIENCE)), 0.5);
        assert_eq!(r.credit(owner, RewardKind::Referral), None);
        assert_eq!(r.believed(owner, Tick(100 + PATIENCE)), 1.0);
    }

    #[test]
    fn only_a_second_account_hands_its_coins_over() {
        let mut r = opened();
        let friend = Joined {
            by: AvatarId(7),
            how: How::Moved,
        };
        r.join(AvatarId(11), friend, TERMS);
        assert_eq!(
            r.credit(AvatarId(9), RewardKind::Welcome),
            Some(AvatarId(7))
        );
        assert_eq!(r.credit(AvatarId(11), RewardKind::Welcome), None);
        assert_eq!(r.credit(AvatarId(9), RewardKind::Login), None);
        assert_eq!(r.n_paid(AvatarId(7)), 0);
    }
}
