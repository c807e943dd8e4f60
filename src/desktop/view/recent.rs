//! The last events, for whoever asks what happened lately.

use std::collections::VecDeque;

use super::subject::Subject;
use crate::events::behavior::{Event, EventKind};
use crate::events::bus::EventBus;
use crate::sim::ids::AvatarId;
use crate::sim::units::Tick;

/// Events remembered: the days of a small city, the last minutes of a metropolis.
pub const REMEMBERED: usize = 50_000;

/// The last events, oldest first, and how many of each kind are among them.
#[derive(Debug)]
pub struct Recent {
    ring: VecDeque<Event>,
    of_kind: Vec<u32>,
    room: usize,
    /// The tick that ran next when events were taken last.
    taken_at: Option<Tick>,
    /// Events since the run began.
    pub total: u64,
    /// Events of the last tick.
    pub in_last_tick: u64,
}

impl Default for Recent {
    fn default() -> Self {
        Self::with_room(REMEMBERED)
    }
}

impl Recent {
    /// Remembers this many.
    #[must_use]
    pub fn with_room(room: usize) -> Self {
        Self {
            ring: VecDeque::new(),
            of_kind: vec![0; EventKind::ALL.len()],
            room,
            taken_at: None,
            total: 0,
            in_last_tick: 0,
        }
    }

    /// Takes the events of the tick that just ran, once; costs what there are of them. `now` is the tick that runs next.
    pub fn collect(&mut self, bus: &EventBus, now: Tick) {
        if self.taken_at == Some(now) {
            return;
        }
        self.taken_at = Some(now);
        self.total = bus.total + bus.current.len() as u64;
        self.in_last_tick = bus.current.len() as u64;
        self.extend(&bus.current);
    }

    /// Adds events and forgets the oldest.
    pub fn extend(&mut self, events: &[Event]) {
        let kept = &events[events.len().saturating_sub(self.room)..];
        let excess = (self.ring.len() + kept.len()).saturating_sub(self.room);
        for old in self.ring.drain(..excess) {
            self.of_kind[old.kind as usize] -= 1;
        }
        for new in kept {
            self.of_kind[new.kind as usize] += 1;
        }
        self.ring.extend(kept);
    }

    /// Adds events that happened before all others, as far as there is room; the newest of them stay.
    pub fn precede(&mut self, older: &[Event]) {
        let room = self.room.saturating_sub(self.ring.len());
        for old in older.iter().rev().take(room) {
            self.of_kind[old.kind as usize] += 1;
            self.ring.push_front(*old);
        }
    }

    /// Says whether nothing more can be remembered without forgetting.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.ring.len() >= self.room
    }

    /// Returns how many of those remembered are of a kind.
    #[must_use]
    pub fn count(&self, kind: EventKind) -> u32 {
        self.of_kind[kind as usize]
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
    use crate::events::behavior::ThingKind;

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

    #[test]
    fn what_happened_before_goes_in_front_as_far_as_there_is_room() {
        let mut recent = Recent::with_room(4);
        recent.extend(&[talk(8, 0, 1), talk(9, 0, 1)]);
        recent.precede(&[talk(4, 0, 1), talk(5, 0, 1), talk(6, 0, 1)]);
        let ticks: Vec<u32> = recent.newest_first().map(|e| e.tick.0).collect();
        assert_eq!(ticks, [9, 8, 6, 5]);
        assert!(recent.is_full());
        assert_eq!(recent.count(EventKind::Talk), 4);
    }

    /// Room for fewer, so that a test fills it soon.
    const KEPT: usize = 20_000;

    fn bus_of(n: u32, kind: EventKind) -> EventBus {
        EventBus {
            current: (0..n)
                .map(|i| Event::new(Tick(1), AvatarId(i), kind))
                .collect(),
            ..EventBus::default()
        }
    }

    #[test]
    fn the_newest_stay_and_counts_follow_them() {
        let mut ring = Recent::with_room(KEPT);
        ring.collect(&bus_of(15_000, EventKind::Like), Tick(1));
        ring.collect(&bus_of(15_000, EventKind::Hide), Tick(2));
        assert_eq!(ring.len(), KEPT);
        assert_eq!(ring.count(EventKind::Like), 5_000);
        assert_eq!(ring.count(EventKind::Hide), 15_000);
        assert_eq!(ring.newest_first().next().unwrap().avatar, AvatarId(14_999));
        ring.collect(&bus_of(30_000, EventKind::Move), Tick(3));
        assert_eq!(ring.len(), KEPT);
        assert_eq!(ring.count(EventKind::Move), KEPT as u32);
        assert_eq!(ring.count(EventKind::Hide), 0);
    }

    #[test]
    fn the_same_tick_is_not_taken_twice() {
        let mut ring = Recent::with_room(KEPT);
        for _ in 0..2 {
            ring.collect(&bus_of(3, EventKind::Like), Tick(1));
        }
        assert_eq!(ring.len(), 3);
    }
}
