//! The ring of the last offers with their reasons.

use std::collections::VecDeque;

use bevy::ecs::prelude::Resource;

use super::ad::{AdOutcome, AdTrace};
use super::reach::{InvitationTrace, PushTrace, RewardTrace, Rule, Withheld};
use super::slate::{SlateTrace, Watch};
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::units::Tick;

/// Offers remembered unless something else is asked for.
pub const USUAL_CAPACITY: usize = 20_000;

/// Why an offer was made.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// A slate.
    Slate(Box<SlateTrace>),
    /// An ad in a slate, or on a billboard.
    Ad(Box<AdTrace>),
    /// A push.
    Push(Box<PushTrace>),
    /// An invitation.
    Invitation(InvitationTrace),
    /// A reward.
    Reward(RewardTrace),
}

/// An offer with its reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Its number.
    pub offer: OfferId,
    /// To whom.
    pub avatar: AvatarId,
    /// When.
    pub tick: Tick,
    /// Why.
    pub why: Why,
}

/// The last offers, oldest first, in the order of their numbers.
///
/// Off until replaced by [`Traces::on`]. Systems record; only the lab and the window read.
#[derive(Resource, Debug, Default)]
pub struct Traces {
    capacity: usize,
    ring: VecDeque<Trace>,
    withheld: VecDeque<Withheld>,
}

impl Traces {
    /// Remembers the last `capacity` offers, and as many that were withheld; 0 is off.
    #[must_use]
    pub fn on(capacity: usize) -> Self {
        Self {
            capacity,
            ..Self::default()
        }
    }

    /// Says whether anything is remembered.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.capacity > 0
    }

    /// Says the same to who takes down a decision.
    #[must_use]
    pub const fn watch(&self) -> Watch {
        if self.is_on() { Watch::On } else { Watch::Off }
    }

    /// Records an offer, among the others by its number. Numbers grow, but a bonus is recorded only when it is earned, under the number
    /// with which it was promised.
    pub fn record(&mut self, offer: OfferId, avatar: AvatarId, tick: Tick, why: Why) {
        if !self.is_on() {
            return;
        }
        if self.ring.len() == self.capacity {
            self.ring.pop_front();
        }
        let at = match self.ring.back() {
            Some(last) if last.offer > offer => self.ring.partition_point(|t| t.offer < offer),
            _ => self.ring.len(),
        };
        let trace = Trace {
            offer,
            avatar,
            tick,
            why,
        };
        self.ring.insert(at, trace);
    }

    /// Records that nothing was offered, and by which rule.
    pub fn withhold(&mut self, avatar: AvatarId, tick: Tick, rule: Rule) {
        if !self.is_on() {
            return;
        }
        if self.withheld.len() == self.capacity {
            self.withheld.pop_front();
        }
        self.withheld.push_back(Withheld { avatar, tick, rule });
    }

    /// Records what became of the ad slot of a slate.
    pub fn settle_ad(&mut self, slate: OfferId, outcome: AdOutcome) {
        if let Some(at) = self.find(slate)
            && let Why::Slate(s) = &mut self.ring[at].why
        {
            s.ad = outcome;
        }
    }

    fn find(&self, offer: OfferId) -> Option<usize> {
        self.ring.binary_search_by_key(&offer, |t| t.offer).ok()
    }

    /// Returns an offer by its number; `None` if it is not remembered.
    #[must_use]
    pub fn get(&self, offer: OfferId) -> Option<&Trace> {
        self.find(offer).map(|at| &self.ring[at])
    }

    /// Lists all offers, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Trace> {
        self.ring.iter().rev()
    }

    /// Lists the offers of an avatar, newest first.
    pub fn of(&self, avatar: AvatarId) -> impl Iterator<Item = &Trace> {
        self.newest_first().filter(move |t| t.avatar == avatar)
    }

    /// Lists what an avatar was not offered, newest first.
    pub fn withheld_from(&self, avatar: AvatarId) -> impl Iterator<Item = &Withheld> {
        let all = self.withheld.iter().rev();
        all.filter(move |w| w.avatar == avatar)
    }

    /// Returns how many offers are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Says whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::bus::RewardKind;
    use crate::sim::units::Coins;

    fn reward() -> Why {
        Why::Reward(RewardTrace {
            kind: RewardKind::Login,
            amount: Coins::from_whole(1),
            base: 1.0,
            streak: 1,
            chance: 1.0,
        })
    }

    fn filled(mut traces: Traces, n: u64) -> Traces {
        for i in 0..n {
            // Numbers have gaps: not every number is an offer that is recorded.
            traces.record(OfferId(3 * i), AvatarId(i as u32 % 2), Tick(0), reward());
            traces.withhold(AvatarId(0), Tick(i as u32), Rule::PushLimit);
        }
        traces
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let t = filled(Traces::on(3), 5);
        assert_eq!(t.len(), 3);
        assert!(t.get(OfferId(3)).is_none());
        assert!(t.get(OfferId(7)).is_none());
        assert_eq!(t.get(OfferId(6)).map(|t| t.avatar), Some(AvatarId(0)));
        assert_eq!(t.withheld_from(AvatarId(0)).count(), 3);
    }

    #[test]
    fn what_was_promised_earlier_is_found_and_hides_nothing() {
        let mut t = filled(Traces::on(10), 4);
        t.record(OfferId(4), AvatarId(7), Tick(9), reward());
        t.record(OfferId(12), AvatarId(0), Tick(9), reward());
        for offer in [0, 3, 4, 6, 9, 12] {
            let found = t.get(OfferId(offer)).map(|t| t.offer.0);
            assert_eq!(found, Some(offer));
        }
        assert_eq!(t.get(OfferId(4)).map(|t| t.avatar), Some(AvatarId(7)));
    }

    #[test]
    fn an_avatar_finds_its_own_offers_newest_first() {
        let t = filled(Traces::on(10), 5);
        let own: Vec<u64> = t.of(AvatarId(0)).map(|t| t.offer.0).collect();
        assert_eq!(own, [12, 6, 0]);
    }

    #[test]
    fn nothing_is_remembered_while_it_is_off() {
        let t = filled(Traces::default(), 5);
        assert!(t.is_empty() && t.withheld_from(AvatarId(0)).next().is_none());
    }
}
