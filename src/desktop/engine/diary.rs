//! What happened on the day of a recording that is shown: events, and who came where.
//!
//! Playing adds to its end. What happened before the moment one has gone to is read backwards, an hour at a time, while
//! nothing else is due.

use std::ops::Range;

use crate::desktop::view::recent::Recent;
use crate::events::behavior::{Event, NO_SPACE};
use crate::lab::recording::{Picture, Recording, RecordingError, Seen};
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

/// What happened today, as far as it was read.
#[derive(Default)]
pub(super) struct Diary {
    /// Its events.
    pub(super) recent: Recent,
    /// Who came to each space.
    pub(super) visits: Vec<u32>,
    /// From which tick on it was read.
    begins: u32,
    /// Whether no more can be read backwards.
    is_given_up: bool,
    /// Where those who are awake are, to see who comes.
    places: Vec<(AvatarId, SpaceId)>,
}

impl Diary {
    /// Begins anew: the next tick to be added is this one; who was awake before it has come before.
    pub(super) fn begin(&mut self, tick: u32, before: &[Seen]) {
        *self = Self {
            begins: tick,
            places: places(before),
            ..Self::default()
        };
    }

    /// Returns since when it was read.
    pub(super) const fn begins(&self) -> Tick {
        Tick(self.begins)
    }

    /// Adds the tick after those it has.
    pub(super) fn add(&mut self, picture: &Picture, deeds: &[Event]) {
        if picture.tick.minute_of_day() == 0 {
            self.visits.clear();
        }
        count_visits(&mut self.visits, &self.places, &picture.awake);
        self.places = places(&picture.awake);
        self.recent.extend(deeds);
        self.recent.in_last_tick = deeds.len() as u64;
        self.recent.total = u64::try_from(picture.counters.events).unwrap_or(0);
    }

    /// Returns the ticks to be read next so that the day of `ran` is whole; `None` if it is.
    pub(super) fn missing(&self, ran: Tick, first: u32) -> Option<Range<u32>> {
        let midnight = (ran.day() * TICKS_PER_DAY).max(first);
        let end = self.begins;
        (end > midnight && !self.is_given_up).then(|| {
            let hour = (end - 1) / TICKS_PER_HOUR * TICKS_PER_HOUR;
            hour.max(midnight)..end
        })
    }

    /// Reads ticks that come right before those it has.
    pub(super) fn read_back(
        &mut self,
        recording: &mut Recording,
        ticks: Range<u32>,
    ) -> Result<(), RecordingError> {
        let mut events = Vec::new();
        let mut before = match ticks.start.checked_sub(1) {
            Some(t) if recording.ticks().contains(&t) => places(&recording.at(t)?.awake),
            _ => Vec::new(),
        };
        let mut visits = Vec::new();
        for tick in ticks.clone() {
            let picture = recording.at(tick)?;
            count_visits(&mut visits, &before, &picture.awake);
            before = places(&picture.awake);
            if !self.recent.is_full() {
                let mut deeds = recording.deeds(tick..tick + 1)?;
                place_deeds(&mut deeds, &picture.awake);
                events.extend(deeds);
            }
        }
        self.recent.precede(&events);
        if self.visits.len() < visits.len() {
            self.visits.resize(visits.len(), 0);
        }
        for (n, more) in self.visits.iter_mut().zip(visits) {
            *n += more;
        }
        self.begins = ticks.start;
        Ok(())
    }

    /// Gives up reading backwards, as where the file is damaged.
    pub(super) const fn give_up(&mut self) {
        self.is_given_up = true;
    }
}

fn places(awake: &[Seen]) -> Vec<(AvatarId, SpaceId)> {
    awake.iter().map(|s| (s.id, s.space)).collect()
}

/// Counts those who are in a space in which they were not before; both lists are by id.
fn count_visits(visits: &mut Vec<u32>, before: &[(AvatarId, SpaceId)], awake: &[Seen]) {
    let mut before = before.iter().peekable();
    for s in awake {
        while before.next_if(|(id, _)| *id < s.id).is_some() {}
        let was = before.peek().filter(|(id, _)| *id == s.id).map(|b| b.1);
        if s.space == NO_SPACE || was == Some(s.space) {
            continue;
        }
        let i = s.space.idx();
        // A recording names at most so many spaces as it has registered; anything else is not counted.
        if i < 1 << 20 {
            if visits.len() <= i {
                visits.resize(i + 1, 0);
            }
            visits[i] += 1;
        }
    }
}

/// Says of events that name no place where they happened: where whoever did them is.
pub(super) fn place_deeds(deeds: &mut [Event], awake: &[Seen]) {
    for e in deeds {
        if e.space == NO_SPACE
            && let Ok(i) = awake.binary_search_by_key(&e.avatar, |s| s.id)
        {
            e.space = awake[i].space;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::EventKind;
    use crate::society::avatars::avatar::Activity;

    fn seen(id: u32, space: u32) -> Seen {
        Seen {
            id: AvatarId(id),
            activity: Activity::Idle,
            space: SpaceId(space),
            trip: None,
        }
    }

    #[test]
    fn who_comes_to_a_space_is_counted_once_while_it_stays() {
        let mut diary = Diary::default();
        diary.begin(600, &[]);
        let mut picture = Picture {
            tick: Tick(600),
            awake: vec![seen(1, 4), seen(3, 0)],
            ..Picture::default()
        };
        diary.add(&picture, &[]);
        picture.tick = Tick(601);
        picture.awake = vec![seen(1, 4), seen(2, 4), seen(3, 4)];
        diary.add(&picture, &[]);
        assert_eq!(diary.visits, [1, 0, 0, 0, 3]);
        picture.tick = Tick(1_440);
        picture.awake = vec![seen(1, 4)];
        diary.add(&picture, &[]);
        assert!(diary.visits.iter().all(|n| *n == 0), "a new day began");
    }

    #[test]
    fn a_day_is_read_backwards_hour_by_hour_to_midnight() {
        let mut diary = Diary::default();
        diary.begin(1_440 + 150, &[]);
        let ran = Tick(1_440 + 150);
        assert_eq!(diary.missing(ran, 0), Some(1_440 + 120..1_440 + 150));
        diary.begin(1_440 + 120, &[]);
        assert_eq!(diary.missing(ran, 0), Some(1_440 + 60..1_440 + 120));
        assert_eq!(diary.missing(ran, 1_500), Some(1_500..1_560));
        diary.begin(1_440, &[]);
        assert_eq!(diary.missing(ran, 0), None);
    }

    #[test]
    fn events_happen_where_whoever_does_them_is() {
        let mut deeds = [
            Event::new(Tick(1), AvatarId(3), EventKind::Like),
            Event::new(Tick(1), AvatarId(3), EventKind::LiveAttend).at(SpaceId(9)),
            Event::new(Tick(1), AvatarId(8), EventKind::Like),
        ];
        place_deeds(&mut deeds, &[seen(3, 4)]);
        assert_eq!(deeds.map(|e| e.space), [SpaceId(4), SpaceId(9), NO_SPACE]);
    }
}
