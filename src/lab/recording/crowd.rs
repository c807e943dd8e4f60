//! Who is in the city, where, and what each does: told as what changed since the tick before.
//!
//! What follows by itself is not told: somebody who was on the way and no longer is has arrived where it went. A chunk begins
//! with everybody, told as the change from an empty city, so that it can be read alone.

use super::wire::{Column, Fields, Out, WireError};
use crate::events::behavior::NO_SPACE;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::units::Tick;
use crate::society::avatars::avatar::{Activity, Avatars};

/// A way somebody is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip {
    /// Where to.
    pub to: SpaceId,
    /// When it arrives.
    pub arrives: Tick,
}

/// Somebody who is in the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub id: AvatarId,
    /// What it is doing.
    pub activity: Activity,
    /// Where it is, or from where it went; [`NO_SPACE`] at home.
    pub space: SpaceId,
    /// Where it is going, exactly while it travels.
    pub trip: Option<Trip>,
}

/// The activities by their code in a recording: append, never renumber.
const ACTIVITIES: [Activity; 8] = [
    Activity::Asleep,
    Activity::Idle,
    Activity::Waiting,
    Activity::Consuming,
    Activity::Traveling,
    Activity::Talking,
    Activity::Playing,
    Activity::Studying,
];

/// Bits of a state that hold the activity.
const ACTIVITY_BITS: u64 = 0b111;

/// Bit of a state that says that the place is told.
const IS_TOLD: u64 = 0b1000;

/// Field of the places, in the list before, of those who went to sleep.
pub(super) const SLEPT: u32 = 4;
/// Field of the places, in the list of those who stayed, of those who changed.
pub(super) const CHANGED: u32 = 5;
/// Field of the numbers of those who woke.
pub(super) const WOKE: u32 = 6;
/// Field of the states of those who changed and then of those who woke.
pub(super) const STATE: u32 = 7;
/// Field of the places that are told.
pub(super) const SPACE: u32 = 8;
/// Field of where those who travel go.
pub(super) const TO: u32 = 9;
/// Field of when they arrive.
pub(super) const ETA: u32 = 10;

/// Looks who is in the city.
pub(super) fn look(avatars: &Avatars) -> Vec<Seen> {
    avatars
        .awake
        .iter()
        .map(|id| {
            let a = avatars.get(*id);
            Seen {
                id: *id,
                activity: a.activity,
                space: a.space,
                trip: (a.activity == Activity::Traveling).then_some(Trip {
                    to: a.destination,
                    arrives: a.busy_until,
                }),
            }
        })
        .collect()
}

impl Seen {
    /// Somebody who has just come, before anything is known of it.
    const fn arriving(id: AvatarId) -> Self {
        Self {
            id,
            activity: Activity::Asleep,
            space: NO_SPACE,
            trip: None,
        }
    }

    /// Returns where it is if it does something else now.
    fn expected_space(&self) -> SpaceId {
        self.trip.map_or(self.space, |t| t.to)
    }
}

/// A place as a number that is small for nowhere.
const fn from_space(space: SpaceId) -> u64 {
    space.0.wrapping_add(1) as u64
}

const fn to_space(x: u32) -> SpaceId {
    SpaceId(x.wrapping_sub(1))
}

/// What is told of those who changed and woke.
#[derive(Default)]
struct States {
    state: Column,
    space: Column,
    to: Column,
    eta: Column,
}

impl States {
    fn tell(&mut self, before: &Seen, now: &Seen, tick: u32) {
        let is_told = now.space != before.expected_space();
        let told = if is_told { IS_TOLD } else { 0 };
        self.state.put(now.activity as u64 | told);
        if is_told {
            self.space.put(from_space(now.space));
        }
        if let Some(trip) = now.trip {
            self.to.put(from_space(trip.to));
            let eta = i64::from(trip.arrives.0) - i64::from(tick);
            self.eta.put_signed(eta);
        }
    }
}

/// Writes what changed between two ticks; both lists are in the order of ids.
pub(super) fn write(before: &[Seen], now: &[Seen], tick: u32, out: &mut Out) {
    let (mut slept, mut changed, mut woke) =
        (Column::default(), Column::default(), Column::default());
    let (mut changes, mut newcomers) = (Vec::new(), Vec::new());
    let (mut i, mut kept) = (0, 0usize);
    let (mut last_slept, mut last_changed) = (0, 0);
    for row in now {
        while before.get(i).is_some_and(|b| b.id < row.id) {
            slept.put((i - last_slept) as u64);
            last_slept = i + 1;
            i += 1;
        }
        match before.get(i) {
            Some(b) if b.id == row.id => {
                if b != row {
                    changed.put((kept - last_changed) as u64);
                    last_changed = kept + 1;
                    changes.push((*b, *row));
                }
                kept += 1;
                i += 1;
            }
            _ => newcomers.push(*row),
        }
    }
    for j in i..before.len() {
        slept.put((j - last_slept) as u64);
        last_slept = j + 1;
    }
    let mut states = States::default();
    for (b, row) in &changes {
        states.tell(b, row, tick);
    }
    let mut next = 0;
    for row in &newcomers {
        woke.put(u64::from(row.id.0) - next);
        next = u64::from(row.id.0) + 1;
        states.tell(&Seen::arriving(row.id), row, tick);
    }
    for (field, column) in [
        (SLEPT, &slept),
        (CHANGED, &changed),
        (WOKE, &woke),
        (STATE, &states.state),
        (SPACE, &states.space),
        (TO, &states.to),
        (ETA, &states.eta),
    ] {
        out.column(field, column);
    }
}

/// Reads who is in the city after a tick, from who was there before it.
pub(super) fn read(
    fields: &Fields<'_>,
    before: &[Seen],
    tick: u32,
) -> Result<Vec<Seen>, WireError> {
    let mut slept = fields.column(SLEPT)?;
    let mut kept: Vec<Seen> = Vec::with_capacity(before.len());
    let mut from = 0;
    while !slept.is_done() {
        let gap = slept.next()?;
        let at = moved_on(from, gap, before.len()).ok_or_else(|| slept.wrong(gap))?;
        kept.extend_from_slice(&before[from..at]);
        from = at + 1;
    }
    kept.extend_from_slice(before.get(from..).unwrap_or_default());
    let mut state = fields.column(STATE)?;
    let mut space = fields.column(SPACE)?;
    let mut to = fields.column(TO)?;
    let mut eta = fields.column(ETA)?;
    let mut hear = |row: &mut Seen| -> Result<(), WireError> {
        let told = state.next()?;
        let expected = row.expected_space();
        if told > ACTIVITY_BITS | IS_TOLD {
            return Err(state.wrong(told));
        }
        row.activity = ACTIVITIES[(told & ACTIVITY_BITS) as usize];
        row.space = if told & IS_TOLD == 0 {
            expected
        } else {
            to_space(space.next32()?)
        };
        row.trip = if row.activity == Activity::Traveling {
            Some(Trip {
                to: to_space(to.next32()?),
                arrives: Tick(eta.next_from(tick)?),
            })
        } else {
            None
        };
        Ok(())
    };
    let mut changed = fields.column(CHANGED)?;
    let mut from = 0;
    while !changed.is_done() {
        let gap = changed.next()?;
        let at = moved_on(from, gap, kept.len()).ok_or_else(|| changed.wrong(gap))?;
        hear(&mut kept[at])?;
        from = at + 1;
    }
    let mut woke = fields.column(WOKE)?;
    let mut newcomers = Vec::new();
    let mut last = None;
    while !woke.is_done() {
        let id = woke.next_id(last)?;
        last = Some(id);
        let mut row = Seen::arriving(AvatarId(id));
        hear(&mut row)?;
        newcomers.push(row);
    }
    for column in [&state, &space, &to, &eta] {
        column.end()?;
    }
    merge(&kept, &newcomers).ok_or_else(|| woke.wrong(u64::from(last.unwrap_or(0))))
}

/// Moves on within a list of so many.
fn moved_on(from: usize, gap: u64, len: usize) -> Option<usize> {
    let at = from.checked_add(usize::try_from(gap).ok()?)?;
    (at < len).then_some(at)
}

/// Merges two lists in the order of ids; nothing if somebody is in both.
fn merge(kept: &[Seen], newcomers: &[Seen]) -> Option<Vec<Seen>> {
    let mut all = Vec::with_capacity(kept.len() + newcomers.len());
    let mut i = 0;
    for row in newcomers {
        while kept.get(i).is_some_and(|k| k.id < row.id) {
            all.push(kept[i]);
            i += 1;
        }
        if kept.get(i).is_some_and(|k| k.id == row.id) {
            return None;
        }
        all.push(*row);
    }
    all.extend_from_slice(&kept[i..]);
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn activities_are_numbered_as_they_are_declared() {
        for (i, a) in ACTIVITIES.iter().enumerate() {
            assert_eq!(*a as usize, i);
        }
    }

    /// A crowd in which everybody does something else every now and then.
    fn wander(crowd: &[Seen], tick: u32, rng: &mut RngStream) -> Vec<Seen> {
        let mut next = Vec::new();
        for id in 0..60u32 {
            let was = crowd.iter().find(|s| s.id.0 == id);
            let is_in = match was {
                Some(_) => rng.below(10) > 0,
                None => rng.below(6) == 0,
            };
            if !is_in {
                continue;
            }
            let mut row = was.copied().unwrap_or(Seen::arriving(AvatarId(id)));
            if was.is_none() || rng.below(3) == 0 {
                row.activity = ACTIVITIES[1 + rng.below(7)];
                if rng.below(2) == 0 {
                    row.space = SpaceId(rng.below(300) as u32);
                }
                row.trip = (row.activity == Activity::Traveling).then(|| Trip {
                    to: SpaceId(rng.below(300) as u32),
                    arrives: Tick(tick + rng.below(20) as u32),
                });
            }
            next.push(row);
        }
        next
    }

    #[test]
    fn a_crowd_reads_back_tick_by_tick_and_from_nothing() {
        let mut rng = RngStream::new(5, Purpose::Map, 1, 1);
        let mut live: Vec<Seen> = Vec::new();
        let mut read_back: Vec<Seen> = Vec::new();
        for tick in 0..300 {
            let now = wander(&live, tick, &mut rng);
            let mut out = Out::default();
            write(&live, &now, tick, &mut out);
            let bytes = out.finish();
            read_back = read(&Fields::read(&bytes).unwrap(), &read_back, tick).unwrap();
            assert_eq!(read_back, now, "tick {tick}");
            let mut whole = Out::default();
            write(&[], &now, tick, &mut whole);
            let bytes = whole.finish();
            let again = read(&Fields::read(&bytes).unwrap(), &[], tick).unwrap();
            assert_eq!(again, now, "whole at tick {tick}");
            live = now;
        }
        assert!(live.len() > 5, "the crowd is too thin to prove anything");
    }

    #[test]
    fn what_follows_by_itself_is_not_told() {
        let id = AvatarId(4);
        let trip = Some(Trip {
            to: SpaceId(9),
            arrives: Tick(12),
        });
        let walks = Seen {
            id,
            activity: Activity::Traveling,
            space: SpaceId(2),
            trip,
        };
        let there = Seen {
            id,
            activity: Activity::Idle,
            space: SpaceId(9),
            trip: None,
        };
        let mut out = Out::default();
        write(&[walks], &[there], 12, &mut out);
        // Which of them, and what it does now: two fields of one byte each.
        assert_eq!(out.finish().len(), 6);
        let mut out = Out::default();
        write(&[there], &[there], 13, &mut out);
        assert!(out.finish().is_empty());
    }

    #[test]
    fn a_message_that_tells_nonsense_is_refused() {
        let row = Seen {
            activity: Activity::Idle,
            ..Seen::arriving(AvatarId(7))
        };
        let refuse = |field: u32, numbers: &[u64]| {
            let mut out = Out::default();
            out.numbers(field, numbers.iter().copied());
            let bytes = out.finish();
            read(&Fields::read(&bytes).unwrap(), &[row], 3).unwrap_err()
        };
        assert_eq!(refuse(SLEPT, &[1]), WireError::Value(SLEPT, 1));
        assert_eq!(refuse(CHANGED, &[0]), WireError::Short(STATE));
        assert_eq!(refuse(STATE, &[1]), WireError::Long(STATE));
        assert_eq!(refuse(WOKE, &[u64::MAX]), WireError::Value(WOKE, u64::MAX));
    }
}
