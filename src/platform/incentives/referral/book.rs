//! Who joined by whose invitation, what it has done since, and what became of the bonus.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::events::referral::ReferralTerms;
use crate::platform::integrity::referral_score::Seen;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::state_hash::{StateHash, StateHasher};
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

/// Everything about referral bonuses.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct ReferralBook {
    /// Newcomers by id.
    pub all: BTreeMap<AvatarId, Referral>,
    /// Whose bonus is due, in the order in which they came due.
    pub due: Vec<AvatarId>,
    /// Whose bonus is held, in the order in which they were held.
    pub held: Vec<AvatarId>,
    /// Newcomers of each inviter, in the order in which they joined.
    pub invited: BTreeMap<AvatarId, Vec<AvatarId>>,
    /// How often each inviter was paid.
    pub paid_of: BTreeMap<AvatarId, u32>,
    /// Ends of the last visits of those who consent, by avatar; 0 for none.
    pub ends: Vec<u32>,
    /// Coins that may be spent now.
    pub spendable: Coins,
    /// Coins paid so far.
    pub paid: Coins,
    /// Bonuses held so far.
    pub n_holds: u64,
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
        self.invited.entry(inviter).or_default().push(id);
    }

    /// Counts the beginning of a visit; a visit counts for its day.
    pub fn begin_visit(&mut self, id: AvatarId, day: u32) {
        if let Some(r) = self.all.get_mut(&id)
            && r.last_day != day
        {
            r.days += 1;
            r.last_day = day;
        }
    }

    /// Counts the end of a visit; a newcomer that has stayed by then is due.
    pub fn end_visit(&mut self, id: AvatarId, minutes: u32) {
        let Some(r) = self.all.get_mut(&id) else {
            return;
        };
        r.minutes = r.minutes.saturating_add(minutes);
        if r.stage == Stage::Open && r.terms.are_met(r.days, r.minutes) {
            r.stage = Stage::Due;
            self.due.push(id);
        }
    }

    /// Returns when the last visit of an avatar ended, if it consents to be known.
    #[must_use]
    pub fn end_of(&self, id: AvatarId) -> Option<Tick> {
        let end = self.ends.get(id.idx()).copied().filter(|t| *t > 0);
        end.map(Tick)
    }

    /// Returns how often an avatar was paid for inviting somebody.
    #[must_use]
    pub fn n_paid(&self, inviter: AvatarId) -> u32 {
        self.paid_of.get(&inviter).copied().unwrap_or(0)
    }
}

impl StateHash for ReferralBook {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for (id, r) in &self.all {
            h.u64(u64::from(id.0) << 32 | u64::from(r.inviter.0));
            h.u64(r.offer.0);
            let mut terms = r.terms;
            h.u64(terms.digest());
            h.u64(u64::from(r.days) << 32 | u64::from(r.last_day));
            h.u64(u64::from(r.minutes) << 32 | u64::from(r.joined.0));
            r.seen.hash_into(&mut h);
            h.u64(r.stage.code());
            h.f64(r.held_by.unwrap_or(-1.0));
        }
        for id in self.due.iter().chain(&self.held) {
            h.u32(id.0);
        }
        h.u64(self.due.len() as u64);
        for (id, n) in &self.paid_of {
            h.u64(u64::from(id.0) << 32 | u64::from(*n));
        }
        for end in &self.ends {
            h.u32(*end);
        }
        h.i64(self.spendable.micros());
        h.i64(self.paid.micros());
        h.u64(self.n_holds);
        h.finish()
    }
}
