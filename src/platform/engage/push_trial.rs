//! What pushes and withheld pushes led to: who came within a day, who opted out, at which hour.
//!
//! Which of the pushes that were due is withheld is drawn, so that those who got one and those who did not differ in
//! nothing else (Johnson, Lewis and Nubbemeyer 2017, "Ghost ads").

use std::collections::VecDeque;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::push_budget::PushBucket;
use super::push_hour::{HourAnswers, Response};
use super::push_value::{Answer, OptOutHazard};
use crate::events::behavior::{Event, EventKind};
use crate::platform::incentives::bonus::features::COLUMNS;
use crate::platform::incentives::effect::{Effect, Side};
use crate::platform::incentives::meta_learner::UpliftModel;
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Columns of what is known before a push: those of a bonus, and pushes since the last visit.
pub const PUSH_COLUMNS: usize = COLUMNS + 1;

/// Rows kept to learn from.
const MEMORY: usize = 40_000;

/// A push, sent or withheld, whose day is not over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// To whom.
    pub avatar: AvatarId,
    /// When.
    pub at: Tick,
    /// Hour of its own day.
    pub local_hour: u32,
    /// Whether it was sent.
    pub is_sent: bool,
    /// What was known before.
    pub columns: [f64; PUSH_COLUMNS],
    /// Sessions a day it was used to begin.
    pub usual: f64,
    /// Pushes since its last visit, before this one.
    pub n_lately: u32,
    /// Whether it was opened.
    pub is_opened: bool,
    /// Whether it was answered by switching pushes off.
    pub opted_out: bool,
}

/// A push whose day is over.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TriedPush {
    /// What was known before.
    pub columns: [f64; PUSH_COLUMNS],
    /// Whether it was sent.
    pub is_sent: bool,
    /// Whether the avatar came within a day.
    pub came: bool,
}

/// What is followed of an avatar.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Followed {
    /// Its pushes by hour.
    pub hours: HourAnswers,
    /// What is left of its budget.
    pub bucket: PushBucket,
    /// When it last came; 0 for never.
    pub came: Tick,
    /// When it last left; 0 for never.
    pub left: Tick,
    /// Whether it is in the city.
    pub is_here: bool,
    /// Pushes since it last came.
    pub n_lately: u32,
}

impl RowHash for Followed {
    fn hash_row(&self, h: &mut StateHasher) {
        self.hours.hash_row(h);
        self.bucket.hash_row(h);
        h.u64(u64::from(self.came.0) << 32 | u64::from(self.left.0));
        h.u64(u64::from(self.n_lately) << 1 | u64::from(self.is_here));
    }
}

/// Counts of an hour of the avatars' own day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HourCounts {
    /// Pushes sent, and those after which the avatar came within a day.
    pub sent: (u64, u64),
    /// Pushes withheld, and those after which it came.
    pub withheld: (u64, u64),
    /// Pushes after which it opted out.
    pub opt_outs: u64,
}

/// Everything about what pushes led to.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct PushTrials {
    /// One each, by [`AvatarId`].
    pub followed: Table<Followed>,
    pending: VecDeque<Pending>,
    /// What was tried, oldest first.
    pub tried: VecDeque<TriedPush>,
    /// Whether those came to whom one was sent.
    pub sent: Side,
    /// Whether those came from whom it was withheld.
    pub withheld: Side,
    /// By hour of the avatar's own day.
    pub by_hour: [HourCounts; 24],
    /// Everybody's answers by hour.
    pub everybody: HourAnswers,
    /// How likely a push is to be the last.
    pub hazard: OptOutHazard,
    /// What has been learned.
    pub model: Option<UpliftModel>,
}

impl PushTrials {
    /// Makes rows for avatars that joined.
    pub fn grow(&mut self, n_avatars: usize) {
        while self.followed.len() < n_avatars {
            self.followed.push(Followed::default());
        }
    }

    /// Takes in an event.
    pub fn follow(&mut self, e: &Event) {
        match e.kind {
            EventKind::SessionStart => {
                let f = self.followed.row_mut(e.avatar.idx());
                f.came = e.tick;
                f.is_here = true;
                f.n_lately = 0;
            }
            EventKind::SessionEnd => {
                let f = self.followed.row_mut(e.avatar.idx());
                f.left = e.tick;
                f.is_here = false;
            }
            EventKind::PushOpen | EventKind::PushOptOut => {
                let of_it = |p: &&mut Pending| p.avatar == e.avatar && p.is_sent;
                if let Some(p) = self.pending.iter_mut().rev().find(of_it) {
                    p.is_opened |= e.kind == EventKind::PushOpen;
                    p.opted_out |= e.kind == EventKind::PushOptOut;
                }
            }
            _ => {}
        }
    }

    /// Takes down a push that was sent or withheld.
    pub fn begin(&mut self, push: Pending) {
        if push.is_sent {
            self.followed.row_mut(push.avatar.idx()).n_lately += 1;
        }
        self.pending.push_back(push);
    }

    /// Takes down what pushes led to whose day is over.
    pub fn settle(&mut self, now: Tick) {
        while let Some(p) = self
            .pending
            .pop_front_if(|p| now.since(p.at) > TICKS_PER_DAY)
        {
            let f = self.followed.row_mut(p.avatar.idx());
            let came = f.came > p.at;
            let side = if p.is_sent {
                &mut self.sent
            } else {
                &mut self.withheld
            };
            side.add(f64::from(u8::from(came)), p.usual);
            let counts = &mut self.by_hour[p.local_hour as usize % 24];
            let cell = if p.is_sent {
                &mut counts.sent
            } else {
                &mut counts.withheld
            };
            cell.0 += 1;
            cell.1 += u64::from(came);
            if p.is_sent {
                let response = if p.is_opened {
                    Response::Came
                } else {
                    Response::StayedAway
                };
                f.hours.observe(p.local_hour, response);
                self.everybody.observe(p.local_hour, response);
                let answer = if p.opted_out {
                    Answer::OptedOut
                } else {
                    Answer::Kept
                };
                self.hazard.observe(p.n_lately, answer);
                counts.opt_outs += u64::from(p.opted_out);
            }
            if self.tried.len() == MEMORY {
                self.tried.pop_front();
            }
            self.tried.push_back(TriedPush {
                columns: p.columns,
                is_sent: p.is_sent,
                came,
            });
        }
    }

    /// Returns how much more likely an avatar came within a day for being pushed.
    #[must_use]
    pub fn effect(&self) -> Option<Effect> {
        Effect::of(&self.sent, &self.withheld)
    }

    /// Returns the returns within a day that pushes brought about.
    #[must_use]
    pub fn returns(&self) -> Option<Effect> {
        self.effect().map(|e| e.times(self.sent.len() as f64))
    }
}

impl StateHash for PushTrials {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.followed.digest());
        for p in &self.pending {
            h.u64(u64::from(p.avatar.0) << 32 | u64::from(p.at.0));
            h.u64(u64::from(p.is_sent) | u64::from(p.is_opened) << 1 | u64::from(p.opted_out) << 2);
        }
        self.sent.hash_row(&mut h);
        self.withheld.hash_row(&mut h);
        self.everybody.hash_row(&mut h);
        self.hazard.hash_row(&mut h);
        h.u64(self.tried.len() as u64);
        if let Some(model) = &self.model {
            model.hash_row(&mut h);
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(avatar: u32, at: u32, is_sent: bool) -> Pending {
        Pending {
            avatar: AvatarId(avatar),
            at: Tick(at),
            local_hour: 18,
            is_sent,
            columns: [0.0; PUSH_COLUMNS],
            usual: 0.0,
            n_lately: 0,
            is_opened: false,
            opted_out: false,
        }
    }

    #[test]
    fn a_push_is_settled_after_a_day_by_who_came() {
        let mut trials = PushTrials::default();
        trials.grow(4);
        for (avatar, is_sent) in [(0, true), (1, true), (2, false), (3, false)] {
            trials.begin(push(avatar, 100, is_sent));
        }
        let event = |avatar, tick, kind| Event::new(Tick(tick), AvatarId(avatar), kind);
        trials.follow(&event(0, 100, EventKind::PushOpen));
        trials.follow(&event(0, 101, EventKind::SessionStart));
        trials.follow(&event(1, 100, EventKind::PushOptOut));
        trials.follow(&event(3, 700, EventKind::SessionStart));
        trials.settle(Tick(100 + TICKS_PER_DAY));
        assert!(trials.tried.is_empty(), "the day is not over");
        trials.settle(Tick(101 + TICKS_PER_DAY));
        let hour = trials.by_hour[18];
        assert_eq!((hour.sent, hour.withheld), ((2, 1), (2, 1)));
        assert_eq!(hour.opt_outs, 1);
        assert_eq!(trials.effect().unwrap().mean, 0.0);
        assert_eq!(trials.followed.row(1).n_lately, 1);
    }
}
