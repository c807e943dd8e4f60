//! Who joined by whose invitation, what it has done since, and what became of the bonus.

use std::collections::VecDeque;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::events::referral::ReferralTerms;
use crate::platform::integrity::referral_score::Seen;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::sparse::SparseTable;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};

/// What became of a bonus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The newcomer has not stayed for long enough yet.
    Open,
    /// It has; the bonus waits to be looked at, or for coins.
    Due,
    /// It is held for review.
    Held {
        /// Until when.
        until: Tick,
    },
    /// It was paid.
    Paid {
        /// When.
        at: Tick,
    },
    /// Who invited had been paid as often as it can be.
    Capped,
    /// The review found the newcomer as suspicious as before.
    Refused,
}

impl Stage {
    fn code(self) -> u64 {
        match self {
            Self::Open => 0,
            Self::Due => 1,
            Self::Held { until } => 2 | u64::from(until.0) << 8,
            Self::Paid { at } => 3 | u64::from(at.0) << 8,
            Self::Capped => 4,
            Self::Refused => 5,
        }
    }
}

/// A newcomer who joined by invitation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Referral {
    /// Who invited it.
    pub inviter: AvatarId,
    /// The number of what is promised for it, which is the cause of the payments.
    pub offer: OfferId,
    /// What is promised.
    pub terms: ReferralTerms,
    /// When it joined.
    pub joined: Tick,
    /// Days on which it came.
    pub days: u32,
    /// The last of them; `u32::MAX` before the first.
    pub last_day: u32,
    /// Minutes of its visits that are over.
    pub minutes: u32,
    /// What was seen of it beside, if it consents.
    pub seen: Seen,
    /// What became of the bonus.
    pub stage: Stage,
    /// The score by which it was held; `None` if it never was.
    pub held_by: Option<f64>,
}

impl Referral {
    /// Says whether the newcomer has kept its side of the promise.
    #[must_use]
    pub fn has_stayed(&self) -> bool {
        self.stage != Stage::Open
    }
}

impl RowHash for Referral {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u32(self.inviter.0);
        h.u64(self.offer.0);
        let mut terms = self.terms;
        h.u64(terms.digest());
        h.u64(u64::from(self.days) << 32 | u64::from(self.last_day));
        h.u64(u64::from(self.minutes) << 32 | u64::from(self.joined.0));
        self.seen.hash_into(h);
        h.u64(self.stage.code());
        h.f64(self.held_by.unwrap_or(-1.0));
    }
}

/// Who invited somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Inviter {
    /// Its newcomers, in the order in which they joined.
    pub newcomers: Vec<AvatarId>,
    /// How often it was paid.
    pub n_paid: u32,
    /// When its last visit ended, as far as that was seen.
    pub left: Option<Tick>,
}

impl RowHash for Inviter {
    fn hash_row(&self, h: &mut StateHasher) {
        // Which are its newcomers follows from their rows.
        h.u64(self.newcomers.len() as u64);
        h.u32(self.n_paid);
        h.u32(self.left.map_or(u32::MAX, |t| t.0));
    }
}

/// Everything about referral bonuses.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct ReferralBook {
    /// Newcomers.
    pub all: SparseTable<Referral>,
    /// Who invited them.
    pub inviters: SparseTable<Inviter>,
    /// Whose bonus is due, in the order in which they came due.
    pub due: VecDeque<AvatarId>,
    /// Whose bonus is held, in the order in which they were held.
    pub held: Vec<AvatarId>,
    /// Coins that may be spent now.
    pub spendable: Coins,
}

impl ReferralBook {
    /// Takes down that somebody joined by invitation under a promise.
    pub fn open(
        &mut self,
        id: AvatarId,
        inviter: AvatarId,
        offer: OfferId,
        terms: ReferralTerms,
        joined: Tick,
    ) {
        let referral = Referral {
            inviter,
            offer,
            terms,
            joined,
            days: 0,
            last_day: u32::MAX,
            minutes: 0,
            seen: Seen::default(),
            stage: Stage::Open,
            held_by: None,
        };
        self.all.insert(id, referral);
        self.inviters.row_mut(inviter).newcomers.push(id);
    }

    /// Counts the beginning of a visit; a visit counts for its day.
    ///
    /// Returns what was seen of a newcomer so far, and when the last visit of who invited it ended; `None` for everybody else.
    pub fn begin_visit(&mut self, id: AvatarId, day: u32) -> Option<(&mut Seen, Option<Tick>)> {
        let r = self.all.get_mut(id)?;
        if r.last_day != day {
            r.days += 1;
            r.last_day = day;
        }
        let left = self.inviters.get(r.inviter).and_then(|i| i.left);
        Some((&mut r.seen, left))
    }

    /// Counts the end of a visit; a newcomer that has stayed by then is due.
    ///
    /// Returns what was seen of a newcomer so far; `None` for everybody else.
    pub fn end_visit(&mut self, id: AvatarId, minutes: u32) -> Option<&mut Seen> {
        let r = self.all.get_mut(id)?;
        r.minutes = r.minutes.saturating_add(minutes);
        if r.stage == Stage::Open && r.terms.are_met(r.days, r.minutes) {
            r.stage = Stage::Due;
            self.due.push_back(id);
        }
        Some(&mut r.seen)
    }

    /// Returns how often an avatar was paid for inviting somebody.
    #[must_use]
    pub fn n_paid(&self, inviter: AvatarId) -> u32 {
        self.inviters.get(inviter).map_or(0, |i| i.n_paid)
    }
}

impl StateHash for ReferralBook {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.all.digest());
        h.u64(self.inviters.digest());
        for id in self.due.iter().chain(&self.held) {
            h.u32(id.0);
        }
        h.u64(self.due.len() as u64);
        h.i64(self.spendable.micros());
        h.finish()
    }
}
