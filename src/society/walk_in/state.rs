//! Who is taken over, the choice that waits for each, and the slate that is kept open.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::choice::Choice;
use crate::events::offer::Slate;
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Tick;
use crate::society::avatars::decide::Decision;

/// Ticks an avatar that is free or looks at a slate waits for a choice; then it decides once by itself.
///
/// A forgotten avatar thus neither hangs before a slate nor stays for ever: it goes on at an hour a decision, and leaves when
/// the time it meant to stay is over. It never leaves out of boredom while it is taken over.
pub const PATIENCE: u32 = 60;

/// Why a choice came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Refusal {
    /// The slate has fewer slots.
    NoSuchSlot,
    /// The slate carries no ad.
    NoAd,
    /// A slate came in between.
    SlateIsOpen,
    /// The slate was gone.
    NoSlate,
    /// Nobody is here to talk with.
    NobodyHere,
    /// No place for it is open and has room.
    NoPlace,
    /// The space is closed at this hour.
    Closed,
    /// The space is full.
    Full,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoSuchSlot => "the slate has no such slot",
            Self::NoAd => "the slate carries no ad",
            Self::SlateIsOpen => "a slate is open",
            Self::NoSlate => "no slate is open",
            Self::NobodyHere => "nobody is here to talk with",
            Self::NoPlace => "no place for it is open and has room",
            Self::Closed => "the space is closed at this hour",
            Self::Full => "the space is full",
        })
    }
}

/// A choice that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub tick: Tick,
    /// Which.
    pub choice: Choice,
    /// Why.
    pub why: Refusal,
}

/// What is kept of an avatar that is taken over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WalkIn {
    /// The choice it has not followed yet.
    pub choice: Option<Choice>,
    /// The slate it keeps looking at.
    pub open: Option<Slate>,
    /// Since when it has been waiting for a choice.
    pub waiting_since: Option<Tick>,
    /// The last choice that came to nothing, until the next is made.
    pub note: Option<Note>,
}

impl WalkIn {
    /// Says whether it has waited long enough to decide by itself.
    #[must_use]
    pub fn is_out_of_patience(&self, now: Tick) -> bool {
        self.waiting_since
            .is_some_and(|since| now.since(since) >= PATIENCE)
    }
}

/// All avatars that are taken over.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WalkIns {
    taken: BTreeMap<AvatarId, WalkIn>,
}

impl WalkIns {
    /// Returns what is kept of an avatar, if it is taken over.
    #[must_use]
    pub fn of(&self, id: AvatarId) -> Option<&WalkIn> {
        self.taken.get(&id)
    }

    /// Lists who is taken over, in id order.
    pub fn iter(&self) -> impl Iterator<Item = AvatarId> + '_ {
        self.taken.keys().copied()
    }

    /// Returns what is kept of an avatar for writing, if it is taken over.
    pub(super) fn of_mut(&mut self, id: AvatarId) -> Option<&mut WalkIn> {
        self.taken.get_mut(&id)
    }

    /// Takes an avatar over; says whether it was not yet.
    pub(super) fn take(&mut self, id: AvatarId) -> bool {
        let is_new = !self.taken.contains_key(&id);
        self.taken.entry(id).or_default();
        is_new
    }

    /// Lets an avatar go; says whether it was taken over.
    pub(super) fn release(&mut self, id: AvatarId) -> bool {
        self.taken.remove(&id).is_some()
    }

    /// Takes the slate an avatar keeps open out of its hands.
    pub(in crate::society) fn close_slate(&mut self, id: AvatarId) -> Option<Slate> {
        self.taken.get_mut(&id).and_then(|w| w.open.take())
    }

    /// Remembers what became of a tick in which an avatar decided this; `slates` are those served in it.
    pub(in crate::society) fn settle(
        &mut self,
        id: AvatarId,
        decision: &Decision,
        now: Tick,
        slates: &[Slate],
    ) {
        let Some(w) = self.taken.get_mut(&id) else {
            return;
        };
        match decision {
            Decision::Busy => {}
            Decision::Wait | Decision::Refuse(_) => {
                if let Ok(i) = slates.binary_search_by_key(&id, |s| s.avatar) {
                    w.open = Some(slates[i].clone());
                }
                if let (Decision::Refuse(why), Some(choice)) = (decision, w.choice.take()) {
                    w.waiting_since = None;
                    w.note = Some(Note {
                        tick: now,
                        choice,
                        why: *why,
                    });
                }
                w.waiting_since.get_or_insert(now);
            }
            // On the way to where the choice can be followed.
            Decision::Go(..) if !matches!(w.choice, Some(Choice::Go { .. })) => {
                (w.open, w.waiting_since) = (None, None);
            }
            Decision::Go(..)
            | Decision::Leave
            | Decision::Ask(..)
            | Decision::Talk { .. }
            | Decision::Lesson { .. }
            | Decision::Publish
            | Decision::Browse
            | Decision::Answer(_) => {
                (w.choice, w.open, w.waiting_since) = (None, None, None);
            }
        }
    }
}

impl StateHash for WalkIns {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for (id, w) in &self.taken {
            h.u32(id.0);
            h.u64(w.choice.map_or(0, Choice::code));
            h.u64(w.waiting_since.map_or(u64::MAX, |t| u64::from(t.0)));
            if let Some(slate) = &w.open {
                h.u64(slate.offer.0);
                h.u64(slate.slots.len() as u64);
            }
            if let Some(n) = &w.note {
                h.u64(u64::from(n.tick.0) << 8 | n.why as u64);
                h.u64(n.choice.code());
            }
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::Surface;
    use crate::sim::ids::{OfferId, SpaceId};

    const ID: AvatarId = AvatarId(4);

    fn slate(tick: u32) -> Slate {
        Slate {
            offer: OfferId(u64::from(tick)),
            avatar: ID,
            tick: Tick(tick),
            surface: Surface::Feed,
            model: 0,
            slots: Vec::new(),
            ad: None,
            ads_below: Vec::new(),
        }
    }

    fn taken(choice: Option<Choice>) -> WalkIns {
        let mut w = WalkIns::default();
        assert!(w.take(ID) && !w.take(ID));
        w.of_mut(ID).unwrap().choice = choice;
        w
    }

    #[test]
    fn a_slate_is_kept_while_it_waits_and_gone_once_it_decided() {
        let mut w = taken(None);
        let before = w.digest();
        w.settle(ID, &Decision::Wait, Tick(5), &[slate(5)]);
        assert_ne!(w.digest(), before);
        w.settle(ID, &Decision::Wait, Tick(6), &[]);
        let kept = w.of(ID).unwrap();
        assert_eq!(kept.open, Some(slate(5)));
        assert!(!kept.is_out_of_patience(Tick(4 + PATIENCE)));
        assert!(kept.is_out_of_patience(Tick(5 + PATIENCE)));
        w.settle(ID, &Decision::Browse, Tick(7), &[]);
        assert_eq!(w, taken(None));
    }

    #[test]
    fn a_choice_outlives_the_way_to_it_but_not_a_refusal() {
        let mut w = taken(Some(Choice::Play));
        w.settle(ID, &Decision::Go(SpaceId(2), None), Tick(1), &[]);
        w.settle(ID, &Decision::Busy, Tick(2), &[]);
        assert_eq!(w.of(ID).unwrap().choice, Some(Choice::Play));
        w.settle(ID, &Decision::Refuse(Refusal::NoPlace), Tick(3), &[]);
        let refused = w.of(ID).unwrap();
        assert_eq!(
            (refused.choice, refused.waiting_since),
            (None, Some(Tick(3)))
        );
        assert_eq!(
            refused.note.map(|n| (n.choice, n.why)),
            Some((Choice::Play, Refusal::NoPlace))
        );
        let mut w = taken(Some(Choice::Go { space: SpaceId(2) }));
        w.settle(ID, &Decision::Go(SpaceId(2), None), Tick(1), &[]);
        assert_eq!(w.of(ID).unwrap().choice, None);
    }

    #[test]
    fn nothing_is_kept_of_who_is_not_taken_over() {
        let mut w = WalkIns::default();
        w.settle(ID, &Decision::Wait, Tick(5), &[slate(5)]);
        assert_eq!((w.of(ID), w.iter().count()), (None, 0));
        assert!(!w.release(ID));
    }
}
