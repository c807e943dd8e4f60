//! The last events, for whoever asks what happened lately.

use std::collections::VecDeque;

use super::sight::City;
use super::subject::Subject;
use crate::events::behavior::Event;
use crate::events::bus::EventBus;
use crate::sim::ids::AvatarId;
use crate::sim::units::Tick;

/// Events remembered: the days of a small city, the last minutes of a metropolis.
pub const REMEMBERED: usize = 50_000;

/// The last events, oldest first; what a panel collects that shows them.
#[derive(Debug, Default)]
pub struct Recent {
    ring: VecDeque<Event>,
    /// The tick that ran next when events were taken last.
    taken_at: Option<Tick>,
    /// Events ever taken.
    pub total: u64,
}

impl Recent {
    /// Takes the events of the tick that just ran; costs what there are of them.
    pub fn take(&mut self, city: &City<'_>) {
        let now = city.now();
        match self.taken_at {
            Some(at) if at == now => return,
            // Time went back: what was then the future has not happened.
            Some(at) if at > now => self.ring.retain(|e| e.tick < now),
            _ => {}
        }
        self.taken_at = Some(now);
        self.extend(&city.get::<EventBus>().current);
    }

    /// Adds events and forgets the oldest.
    pub fn extend(&mut self, events: &[Event]) {
        let kept = &events[events.len().saturating_sub(REMEMBERED)..];
        let excess = (self.ring.len() + kept.len()).saturating_sub(REMEMBERED);
        self.ring.drain(..excess.min(self.ring.len()));
        self.ring.extend(kept);
        self.total += events.len() as u64;
    }

    /// Lists all, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Event> {
        self.ring.iter().rev()
    }

    /// Lists what an avatar did and what others did to it, newest first.
    pub fn of_avatar(&self, id: AvatarId) -> impl Iterator<Item = &Event> {
        self.newest_first()
            .filter(move |e| e.avatar == id || Subject::of(e.thing) == Some(Subject::Avatar(id)))
    }

    /// Lists what was done to a thing, newest first.
    pub fn about(&self, subject: Subject) -> impl Iterator<Item = &Event> {
        self.newest_first()
            .filter(move |e| Subject::of(e.thing) == Some(subject))
    }

    /// Returns the tick of the oldest event remembered.
    #[must_use]
    pub fn since(&self) -> Option<Tick> {
        self.ring.front().map(|e| e.tick)
    }

    /// Returns how many are remembered.
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
    use crate::events::behavior::{EventKind, ThingKind};

    fn talk(tick: u32, who: u32, with: u32) -> Event {
        Event::new(Tick(tick), AvatarId(who), EventKind::Talk).thing(ThingKind::Avatar, with)
    }

    #[test]
    fn the_oldest_is_forgotten_and_both_sides_remember_a_talk() {
        let mut recent = Recent::default();
        recent.extend(&[talk(1, 0, 1), talk(2, 2, 0), talk(3, 2, 1)]);
        let mine: Vec<u32> = recent.of_avatar(AvatarId(0)).map(|e| e.tick.0).collect();
        assert_eq!(mine, [2, 1]);
        let to_one = recent.about(Subject::Avatar(AvatarId(1))).count();
        assert_eq!((to_one, recent.since()), (2, Some(Tick(1))));
        let many: Vec<Event> = (0..REMEMBERED as u32 + 5)
            .map(|t| talk(9 + t, 3, 4))
            .collect();
        recent.extend(&many);
        assert_eq!(recent.len(), REMEMBERED);
        assert_eq!(recent.since(), Some(Tick(14)));
        recent.extend(&[talk(99, 0, 1)]);
        assert_eq!(recent.len(), REMEMBERED);
    }
}
