//! What was shown to whom and what came of it, with consent: what rankers, bandits and text models learn from.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::events::behavior::{Event, EventKind, NO_POSITION, ThingKind};
use crate::events::offer::Slate;
use crate::platform::models::interaction_log::Outcome;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::state_hash::StateHasher;
use crate::sim::units::Tick;
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// Rows kept for training.
pub const WINDOW: usize = 200_000;

/// Seconds of attention from which somebody engaged and did not just look.
const ENGAGED_SECS: u32 = 60;

/// Stars from which a rating says that it was good.
const GOOD_STARS: f32 = 4.0;

/// An item on a slate that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// To whom.
    pub avatar: AvatarId,
    /// What.
    pub item: ItemId,
    /// When.
    pub tick: Tick,
    /// Place on the slate, from 0.
    pub position: u8,
    /// Probability with which it was put there.
    pub propensity: f32,
    /// What came of it.
    pub outcome: Outcome,
}

/// The newest impressions, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Impressions {
    rows: VecDeque<Shown>,
    n: u64,
    answered: Vec<(u64, u8, Outcome)>,
}

/// Says what an event tells about the thing it answers.
fn outcome(e: &Event) -> Outcome {
    match e.kind {
        EventKind::Buy | EventKind::Enroll | EventKind::CourseDone => Outcome::Convert,
        EventKind::Like | EventKind::Achievement | EventKind::Bid => Outcome::Engage,
        EventKind::Rate if e.value >= GOOD_STARS => Outcome::Engage,
        EventKind::Consume | EventKind::Play | EventKind::Study if e.dwell_secs >= ENGAGED_SECS => {
            Outcome::Engage
        }
        EventKind::Consume | EventKind::Play | EventKind::Study | EventKind::Rate => Outcome::View,
        _ => Outcome::Ignore,
    }
}

impl Impressions {
    /// Lets in what was shown on slates (ascending by avatar) and answered by events; slates nobody answered were not seen.
    pub fn observe(&mut self, slates: &[Slate], events: &[Event], profiles: &Profiles) {
        self.answered.clear();
        for e in events {
            let is_answer = e.kind == EventKind::Pass
                || (e.position != NO_POSITION && e.thing.kind == ThingKind::Item);
            if is_answer {
                self.answered.push((e.offer.0, e.position, outcome(e)));
            }
        }
        self.answered.sort_unstable();
        for slate in slates {
            let answers = self.answered.iter();
            let of_slate = self.answered.partition_point(|a| a.0 < slate.offer.0);
            let answers = answers.skip(of_slate).take_while(|a| a.0 == slate.offer.0);
            let consents = || {
                let profile = profiles.get(slate.avatar);
                profile.consent.allows(DataPurpose::Recommendation)
            };
            if answers.clone().next().is_none() || !consents() {
                continue;
            }
            for (position, slot) in (0u8..).zip(&slate.slots) {
                if slot.thing.kind != ThingKind::Item {
                    continue;
                }
                // Sorted, so that the last one is the strongest.
                let outcome = answers.clone().filter(|a| a.1 == position).last();
                let row = Shown {
                    avatar: slate.avatar,
                    item: ItemId(slot.thing.id),
                    tick: slate.tick,
                    position,
                    propensity: slot.propensity,
                    outcome: outcome.map_or(Outcome::Ignore, |a| a.2),
                };
                if self.rows.len() == WINDOW {
                    self.rows.pop_front();
                }
                self.rows.push_back(row);
                self.n += 1;
            }
        }
    }

    /// Lists what was shown, oldest first.
    #[must_use]
    pub const fn rows(&self) -> &VecDeque<Shown> {
        &self.rows
    }

    /// Lists what was shown to somebody at a tick in vain.
    pub fn in_vain(&self, avatar: AvatarId, tick: Tick) -> impl Iterator<Item = ItemId> {
        // Let in tick by tick, by avatar within.
        let first = (self.rows).partition_point(|r| (r.tick, r.avatar) < (tick, avatar));
        let rows = self.rows.range(first..);
        rows.take_while(move |r| (r.tick, r.avatar) == (tick, avatar))
            .filter(|r| r.outcome == Outcome::Ignore)
            .map(|r| r.item)
    }

    /// Takes all rows out, oldest first.
    pub fn take(&mut self) -> impl Iterator<Item = Shown> {
        self.rows.drain(..)
    }

    /// Forgets everything about an avatar.
    pub fn forget(&mut self, id: AvatarId) {
        self.rows.retain(|r| r.avatar != id);
    }

    /// Adds how many there were and the newest.
    pub fn add_to(&self, h: &mut StateHasher) {
        h.u64(self.n);
        h.u64(self.rows.len() as u64);
        if let Some(r) = self.rows.back() {
            h.u64(u64::from(r.avatar.0) << 32 | u64::from(r.item.0));
            h.u32(u32::from(r.position) << 8 | r.outcome as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::{Surface, Thing};
    use crate::events::offer::{Slot, Source};
    use crate::sim::ids::OfferId;
    use crate::sim::units::Coins;
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

    fn slate(offer: u64, avatar: u32, items: &[u32]) -> Slate {
        let slot = |item: &u32| Slot {
            thing: Thing {
                kind: ThingKind::Item,
                id: *item,
            },
            score: 0.0,
            propensity: 0.5,
            source: Source::Model,
            price: Coins::ZERO,
        };
        Slate {
            offer: OfferId(offer),
            avatar: AvatarId(avatar),
            tick: Tick(9),
            surface: Surface::Feed,
            model: 0,
            slots: items.iter().map(slot).collect(),
            ad: None,
            ads_below: Vec::new(),
        }
    }

    fn answer(kind: EventKind, offer: u64, avatar: u32, item: u32, position: u8) -> Event {
        Event::new(Tick(9), AvatarId(avatar), kind)
            .thing(ThingKind::Item, item)
            .answering(Surface::Feed, position, OfferId(offer))
    }

    #[test]
    fn the_strongest_answer_counts_and_what_was_passed_over_was_ignored() {
        let mut all = Impressions::default();
        let slates = [slate(1, 0, &[10, 11, 12]), slate(2, 1, &[10, 11])];
        let events = [
            answer(EventKind::Consume, 1, 0, 11, 1).lasting(30),
            answer(EventKind::Like, 1, 0, 11, 1),
        ];
        all.observe(&slates, &events, &profiles(&[Consent::ALL; 2]));
        let outcomes: Vec<_> = all.rows().iter().map(|r| (r.item.0, r.outcome)).collect();
        // The second slate was never answered, so that nobody saw it.
        assert_eq!(
            outcomes,
            [
                (10, Outcome::Ignore),
                (11, Outcome::Engage),
                (12, Outcome::Ignore)
            ]
        );
    }

    #[test]
    fn what_was_in_vain_is_found_by_avatar_and_tick() {
        let mut all = Impressions::default();
        let two = [slate(1, 0, &[10, 11, 12]), slate(2, 1, &[13, 14])];
        let answers = [
            answer(EventKind::Like, 1, 0, 11, 1),
            answer(EventKind::Like, 2, 1, 13, 0),
        ];
        all.observe(&two, &answers, &profiles(&[Consent::ALL; 2]));
        let mut later = slate(3, 0, &[15, 16]);
        later.tick = Tick(10);
        let passed = [answer(EventKind::Pass, 3, 0, 15, 0)];
        all.observe(&[later], &passed, &profiles(&[Consent::ALL; 2]));
        let of = |avatar, tick| -> Vec<u32> {
            let items = all.in_vain(AvatarId(avatar), Tick(tick));
            items.map(|i| i.0).collect()
        };
        assert_eq!(of(0, 9), [10, 12]);
        assert_eq!(of(1, 9), [14]);
        assert_eq!(of(0, 10), [15, 16]);
        assert!(of(1, 10).is_empty() && of(0, 8).is_empty() && of(2, 9).is_empty());
    }

    #[test]
    fn a_glance_is_a_view_and_a_purchase_converts() {
        let (glance, long) = (
            answer(EventKind::Consume, 1, 0, 10, 0).lasting(59),
            answer(EventKind::Consume, 1, 0, 10, 0).lasting(60),
        );
        assert_eq!(outcome(&glance), Outcome::View);
        assert_eq!(outcome(&long), Outcome::Engage);
        assert_eq!(
            outcome(&answer(EventKind::Buy, 1, 0, 10, 0)),
            Outcome::Convert
        );
        let rated = |stars| outcome(&answer(EventKind::Rate, 1, 0, 10, 0).valued(stars));
        assert_eq!((rated(3.0), rated(4.0)), (Outcome::View, Outcome::Engage));
    }

    #[test]
    fn nothing_is_kept_of_who_did_not_consent_and_forgetting_leaves_no_trace() {
        let mut all = Impressions::default();
        let slates = [slate(1, 0, &[10]), slate(2, 1, &[11])];
        let events = [
            answer(EventKind::Like, 1, 0, 10, 0),
            answer(EventKind::Like, 2, 1, 11, 0),
        ];
        let consents = [Consent::NOTHING.with(DataPurpose::Ads), Consent::ALL];
        all.observe(&slates, &events, &profiles(&consents));
        assert!(all.rows().iter().all(|r| r.avatar == AvatarId(1)));
        assert_eq!(all.rows().len(), 1);
        all.forget(AvatarId(1));
        assert!(all.rows().is_empty());
    }
}
