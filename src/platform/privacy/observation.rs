//! Observations: the only door from events to models.
//!
//! Events of an avatar that has not consented to recommendation never get behind this file. What gets in is
//! minimised: a short history, a decayed profile over public topics, an attention level, and a bounded log of
//! (avatar, item) pairs to train on.

use std::collections::VecDeque;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::impressions::Impressions;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::Tick;
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// Topics of a public profile; the catalogue's tags count below this.
pub const PROFILE_DIM: usize = 32;

/// Items remembered by avatar, newest last.
pub const HISTORY: usize = 24;

/// Items of an avatar's past kept with each pair.
pub const PAST: usize = 12;

/// An empty place in a past.
pub const NO_ITEM: u32 = u32::MAX;

/// Pairs kept for training.
const TRAINING_WINDOW: usize = 200_000;

/// Half-life of a profile, in ticks (a week).
const PROFILE_HALF_LIFE: f64 = 7.0 * 1_440.0;

/// What the platform has observed of one avatar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Decayed weight of each public topic in what it engaged with.
    pub profile: [f32; PROFILE_DIM],
    /// Items it engaged with, oldest first.
    pub history: VecDeque<u32>,
    /// When it first engaged with each of them.
    pub met_at: VecDeque<Tick>,
    /// Items it asked not to see.
    pub hidden: VecDeque<u32>,
    /// When the profile was last brought up to date.
    pub as_of: Tick,
    /// Engaged seconds, decayed like the profile.
    pub engaged_secs: f32,
    /// Seconds its sessions lasted, decayed like the profile.
    pub available_secs: f32,
    /// Typical length of its sessions, in minutes; 0 before the first has ended.
    pub session_minutes: f32,
    /// Sessions begun by local hour of the avatar's day.
    pub active_hours: [u16; 24],
    /// When it was last seen.
    pub last_seen: Tick,
    /// Ads it was shown, decayed.
    pub ads_seen: f32,
    /// Coins it spent.
    pub spent_micros: i64,
}

impl Default for Observed {
    fn default() -> Self {
        Self {
            profile: [0.0; PROFILE_DIM],
            history: VecDeque::new(),
            met_at: VecDeque::new(),
            hidden: VecDeque::new(),
            as_of: Tick(0),
            engaged_secs: 0.0,
            available_secs: 0.0,
            session_minutes: 0.0,
            active_hours: [0; 24],
            last_seen: Tick(0),
            ads_seen: 0.0,
            spent_micros: 0,
        }
    }
}

impl RowHash for Observed {
    fn hash_row(&self, h: &mut StateHasher) {
        h.f32s(&self.profile);
        for item in self.history.iter().chain(&self.hidden) {
            h.u32(*item);
        }
        h.u64(u64::from(self.as_of.0) << 32 | u64::from(self.last_seen.0));
        h.f32s(&[
            self.engaged_secs,
            self.available_secs,
            self.ads_seen,
            self.session_minutes,
        ]);
        for n in &self.active_hours {
            h.u32(u32::from(*n));
        }
        h.i64(self.spent_micros);
    }
}

impl Observed {
    fn decay_to(&mut self, now: Tick) {
        let ticks = now.since(self.as_of);
        if ticks > 0 {
            let keep = math::pow(0.5, f64::from(ticks) / PROFILE_HALF_LIFE) as f32;
            for x in &mut self.profile {
                *x *= keep;
            }
            self.engaged_secs *= keep;
            self.available_secs *= keep;
            self.ads_seen *= keep;
            self.as_of = now;
        }
    }

    /// Returns the share of its time in the city that the avatar gave to what was offered (A_i), with a prior of two hours at `prior`.
    #[must_use]
    pub fn attention(&self, prior: f32) -> f32 {
        const PRIOR_SECS: f32 = 7_200.0;
        ((self.engaged_secs + PRIOR_SECS * prior) / (self.available_secs + PRIOR_SECS))
            .clamp(0.05, 1.0)
    }

    /// Says whether it engaged with an item lately or asked not to see it.
    #[must_use]
    pub fn knows(&self, item: u32) -> bool {
        self.history.contains(&item) || self.hidden.contains(&item)
    }
}

/// A pair to train on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Who.
    pub avatar: AvatarId,
    /// Engaged with what.
    pub item: ItemId,
    /// When.
    pub tick: Tick,
    /// What it had engaged with before, newest last; [`NO_ITEM`] where there was nothing.
    pub past: [u32; PAST],
}

/// How much an event of a kind says about interest; 0 for what says nothing.
#[must_use]
pub fn engagement_weight(event: &Event) -> f32 {
    match event.kind {
        EventKind::Consume => 0.3 + 0.7 * (event.dwell_secs as f32 / 120.0).min(1.0),
        EventKind::Like
        | EventKind::Play
        | EventKind::Study
        | EventKind::Enroll
        | EventKind::Bid => 1.0,
        EventKind::Buy | EventKind::CourseDone => 1.5,
        EventKind::Rate => (event.value - 2.5).max(0.0) * 0.6,
        _ => 0.0,
    }
}

/// All observations.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Observations {
    /// One row each, by [`AvatarId`]; empty for who did not consent.
    pub table: Table<Observed>,
    /// The newest pairs, oldest first.
    pub pairs: VecDeque<Pair>,
    /// What was shown and what came of it.
    pub impressions: Impressions,
    /// Pairs ever observed.
    pub n_pairs: u64,
    /// Events refused for lack of consent.
    pub n_refused: u64,
}

impl Observations {
    /// Returns what was observed of an avatar.
    #[must_use]
    pub fn of(&self, id: AvatarId) -> &Observed {
        self.table.row(id.idx())
    }

    /// Makes rows for avatars that joined.
    pub fn grow(&mut self, n_avatars: usize) {
        while self.table.len() < n_avatars {
            self.table.push(Observed::default());
        }
    }

    /// Lets events in, those of avatars that consented; `topics` gives the public topics of an item.
    pub fn observe<'a>(
        &mut self,
        events: &[Event],
        profiles: &Profiles,
        topics: impl Fn(ItemId) -> &'a [f32],
    ) {
        self.grow(profiles.table.len());
        for event in events {
            let profile = profiles.get(event.avatar);
            if !profile.consent.allows(DataPurpose::Recommendation) {
                self.n_refused += 1;
                continue;
            }
            let row = self.table.row_mut(event.avatar.idx());
            row.decay_to(event.tick);
            // What is done outside says nothing of when it was here.
            if event.kind != EventKind::AdConvert {
                row.last_seen = event.tick;
            }
            match event.kind {
                EventKind::SessionStart => {
                    let hour = (event.tick.hour().cast_signed() + i32::from(profile.timezone))
                        .rem_euclid(24);
                    let slot = &mut row.active_hours[hour as usize];
                    *slot = slot.saturating_add(1);
                }
                EventKind::SessionEnd => {
                    row.available_secs += event.dwell_secs as f32;
                    let minutes = event.dwell_secs as f32 / 60.0;
                    row.session_minutes = if row.session_minutes == 0.0 {
                        minutes
                    } else {
                        0.8 * row.session_minutes + 0.2 * minutes
                    };
                }
                EventKind::AdImpression => row.ads_seen += 1.0,
                EventKind::Hide | EventKind::Report if event.thing.kind == ThingKind::Item => {
                    remember(&mut row.hidden, event.thing.id);
                }
                _ => {}
            }
            if event.amount.is_positive() && event.kind == EventKind::Buy {
                row.spent_micros += event.amount.micros();
            }
            let weight = engagement_weight(event);
            if weight <= 0.0 || event.thing.kind != ThingKind::Item {
                continue;
            }
            row.engaged_secs += event.dwell_secs as f32;
            for (p, t) in row.profile.iter_mut().zip(topics(ItemId(event.thing.id))) {
                *p += weight * t;
            }
            if !row.history.contains(&event.thing.id) {
                let mut past = [NO_ITEM; PAST];
                let skip = row.history.len().saturating_sub(PAST);
                for (p, item) in past.iter_mut().zip(row.history.iter().skip(skip)) {
                    *p = *item;
                }
                remember(&mut row.history, event.thing.id);
                remember(&mut row.met_at, event.tick);
                self.n_pairs += 1;
                self.pairs.push_back(Pair {
                    avatar: event.avatar,
                    item: ItemId(event.thing.id),
                    tick: event.tick,
                    past,
                });
                if self.pairs.len() > TRAINING_WINDOW {
                    self.pairs.pop_front();
                }
            }
        }
    }

    /// Forgets everything about an avatar: it withdrew its consent.
    pub fn forget(&mut self, id: AvatarId) {
        *self.table.row_mut(id.idx()) = Observed::default();
        self.pairs.retain(|p| p.avatar != id);
        self.impressions.forget(id);
    }
}

fn remember<T>(list: &mut VecDeque<T>, item: T) {
    if list.len() == HISTORY {
        list.pop_front();
    }
    list.push_back(item);
}

impl StateHash for Observations {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.table.digest());
        h.u64(self.n_pairs);
        h.u64(self.n_refused);
        self.impressions.add_to(&mut h);
        h.u64(self.pairs.len() as u64);
        if let Some(p) = self.pairs.back() {
            h.u64(u64::from(p.avatar.0) << 32 | u64::from(p.item.0));
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::profile::{Consent, Profile};

    fn profiles(consents: &[Consent]) -> Profiles {
        let mut p = Profiles::default();
        for consent in consents {
            p.table.push(Profile {
                joined: Tick(0),
                consent: *consent,
                push_allowed: false,
                timezone: 0,
                is_minor: false,
            });
        }
        p
    }

    fn likes(avatar: u32, item: u32) -> Event {
        Event::new(Tick(5), AvatarId(avatar), EventKind::Like).thing(ThingKind::Item, item)
    }

    #[test]
    fn nothing_of_an_avatar_that_did_not_consent_reaches_the_models() {
        let p = profiles(&[Consent::NOTHING.with(DataPurpose::Ads), Consent::ALL]);
        let mut o = Observations::default();
        let topics = [1.0f32; PROFILE_DIM];
        o.observe(&[likes(0, 7), likes(1, 7)], &p, |_| &topics);
        assert_eq!(*o.of(AvatarId(0)), Observed::default());
        assert!(o.pairs.iter().all(|pair| pair.avatar == AvatarId(1)));
        assert_eq!((o.n_refused, o.pairs.len()), (1, 1));
    }

    #[test]
    fn forgetting_leaves_no_trace() {
        let p = profiles(&[Consent::ALL]);
        let mut o = Observations::default();
        let topics = [1.0f32; PROFILE_DIM];
        o.observe(&[likes(0, 7)], &p, |_| &topics);
        o.forget(AvatarId(0));
        assert_eq!(*o.of(AvatarId(0)), Observed::default());
        assert!(o.pairs.is_empty());
    }

    #[test]
    fn attention_is_the_share_of_time_given_to_what_was_offered() {
        let mut row = Observed {
            engaged_secs: 36_000.0,
            available_secs: 72_000.0,
            ..Observed::default()
        };
        assert!((row.attention(0.5) - 0.5).abs() < 1e-6);
        row.engaged_secs = 0.0;
        assert!(row.attention(0.5) < 0.06);
    }
}
