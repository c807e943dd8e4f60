//! The newest events, kept while the city runs.

use std::collections::VecDeque;

use crate::events::behavior::{Event, EventKind};
use crate::events::bus::EventBus;
use crate::sim::units::Tick;

/// Events kept.
pub(super) const KEPT: usize = 20_000;

/// The newest events, and how many of each kind are among them.
#[derive(Debug, Default)]
pub struct EventRing {
    events: VecDeque<Event>,
    of_kind: Vec<u32>,
    /// Events since the run began.
    pub total: u64,
    /// Events of the last tick.
    pub in_last_tick: u64,
    /// The tick that ran next when events were last taken; nothing is taken twice.
    taken_at: Option<Tick>,
}

impl EventRing {
    /// Takes the events of the tick that has just run.
    pub fn collect(&mut self, bus: &EventBus, now: Tick) {
        if self.taken_at == Some(now) {
            return;
        }
        self.taken_at = Some(now);
        self.total = bus.total + bus.current.len() as u64;
        self.in_last_tick = bus.current.len() as u64;
        self.add(&bus.current);
    }

    fn add(&mut self, new: &[Event]) {
        self.of_kind.resize(EventKind::ALL.len(), 0);
        let new = &new[new.len().saturating_sub(KEPT)..];
        let excess = (self.events.len() + new.len()).saturating_sub(KEPT);
        for old in self.events.drain(..excess) {
            if let Some(n) = self.of_kind.get_mut(old.kind as usize) {
                *n = n.saturating_sub(1);
            }
        }
        for e in new {
            if let Some(n) = self.of_kind.get_mut(e.kind as usize) {
                *n += 1;
            }
        }
        self.events.extend(new);
    }

    /// Lists the events, newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Event> + '_ {
        self.events.iter().rev()
    }

    /// Returns how many events are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Says whether nothing has happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Returns how many of the events kept are of a kind.
    #[must_use]
    pub fn count(&self, kind: EventKind) -> u32 {
        self.of_kind.get(kind as usize).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::AvatarId;

    fn tick(n: u32, kind: EventKind) -> EventBus {
        EventBus {
            current: (0..n)
                .map(|i| Event::new(Tick(1), AvatarId(i), kind))
                .collect(),
            ..EventBus::default()
        }
    }

    #[test]
    fn the_newest_stay_and_counts_follow_them() {
        let mut ring = EventRing::default();
        ring.collect(&tick(15_000, EventKind::Like), Tick(1));
        ring.collect(&tick(15_000, EventKind::Hide), Tick(2));
        assert_eq!(ring.len(), KEPT);
        assert_eq!(ring.count(EventKind::Like), 5_000);
        assert_eq!(ring.count(EventKind::Hide), 15_000);
        assert_eq!(ring.newest_first().next().unwrap().avatar, AvatarId(14_999));
        ring.collect(&tick(30_000, EventKind::Move), Tick(3));
        assert_eq!(ring.len(), KEPT);
        assert_eq!(ring.count(EventKind::Move), KEPT as u32);
        assert_eq!(ring.count(EventKind::Hide), 0);
    }

    #[test]
    fn the_same_tick_is_not_taken_twice() {
        let mut ring = EventRing::default();
        for _ in 0..2 {
            ring.collect(&tick(3, EventKind::Like), Tick(1));
        }
        assert_eq!(ring.len(), 3);
    }
}
