//! Whom the difference of two runs concerned: who did something else in the one than in the other.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::error::RunError;
use crate::events::behavior::Event;
use crate::events::log::reader::{days, read_day};
use crate::sim::state_hash::StateHasher;
use crate::sim::units::TICKS_PER_DAY;

/// A group of avatars.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Group {
    /// How many there are in either run.
    pub avatars: u64,
    /// Of these, those who did something else in the one run than in the other.
    pub affected: u64,
    /// The share of these.
    pub share: f64,
}

impl Group {
    /// Counts everybody who did anything in either of two runs, and those who did something else.
    #[must_use]
    pub fn of_deeds(a: &Hashes, b: &Hashes) -> Self {
        let mut group = Self::default();
        for (avatar, deeds) in a {
            group.add(b.get(avatar) != Some(deeds));
        }
        for _ in b.keys().filter(|avatar| !a.contains_key(*avatar)) {
            group.add(true);
        }
        group
    }

    fn add(&mut self, is_affected: bool) {
        self.avatars += 1;
        self.affected += u64::from(is_affected);
        self.share = self.affected as f64 / self.avatars as f64;
    }
}

/// Who did something else in the one run than in the other, by the days that both have logged.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Affected {
    /// Everybody who did anything.
    pub everybody: Group,
    /// Those who were there when the city was founded.
    pub residents: Group,
    /// Those who arrived before the runs parted.
    pub arrived_before: Group,
    /// Those who arrived since.
    pub arrived_since: Group,
    /// How many were affected for the first time, by day; days before the runs parted are left out.
    pub newly_by_day: BTreeMap<u32, u64>,
}

/// Hashes of what each avatar did over some time, in the order in which it did it; by number.
pub type Hashes = BTreeMap<u32, u64>;

/// What each avatar did since somebody began to take it down.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    of: BTreeMap<u32, StateHasher>,
}

impl Deeds {
    /// Adds events, in their order. Numbers of offers are no deeds: one offer more renumbers all that come after it.
    pub fn add(&mut self, events: &[Event]) {
        for e in events {
            add_deed(self.of.entry(e.avatar.0).or_default(), e);
        }
    }

    /// Returns the hashes of those who did anything.
    #[must_use]
    pub fn hashes(&self) -> Hashes {
        let all = self.of.iter();
        all.map(|(avatar, h)| (*avatar, h.finish())).collect()
    }
}

fn add_deed(h: &mut StateHasher, e: &Event) {
    h.u64(u64::from(e.tick.0) << 32 | u64::from(e.thing.id));
    h.u64(
        u64::from(e.kind.code()) << 24
            | u64::from(e.thing.kind.code()) << 16
            | u64::from(e.surface.code()) << 8
            | u64::from(e.position),
    );
    h.u64(u64::from(e.space.0) << 32 | u64::from(e.dwell_secs));
    h.i64(e.amount.micros());
    h.f32(e.value);
}

fn deeds(events: &[Event]) -> Hashes {
    let mut deeds = Deeds::default();
    deeds.add(events);
    deeds.hashes()
}

/// Finds who did something else.
pub(super) fn affected(
    runs: [&Path; 2],
    from: Option<u32>,
    residents: u32,
) -> Result<Affected, RunError> {
    let [a, b] = runs;
    let logged = days(b)?;
    let common: Vec<u32> = days(a)?
        .into_iter()
        .filter(|d| logged.contains(d))
        .collect();
    let first_day = from.map(|tick| tick / TICKS_PER_DAY);
    let mut met: BTreeMap<u32, u32> = BTreeMap::new();
    let mut since: BTreeMap<u32, u32> = BTreeMap::new();
    for day in common {
        let (x, y) = match first_day {
            Some(first) if day >= first => (deeds(&read_day(a, day)?), deeds(&read_day(b, day)?)),
            // Before the runs part both logs say the same.
            _ => {
                let x = deeds(&read_day(a, day)?);
                (x.clone(), x)
            }
        };
        for avatar in x.keys().chain(y.keys()) {
            met.entry(*avatar).or_insert(day);
            if x.get(avatar) != y.get(avatar) {
                since.entry(*avatar).or_insert(day);
            }
        }
    }
    let mut found = Affected::default();
    for (avatar, met_on) in &met {
        let affected_on = since.get(avatar);
        let is_affected = affected_on.is_some();
        found.everybody.add(is_affected);
        let group = if *avatar < residents {
            &mut found.residents
        } else if first_day.is_none_or(|first| *met_on < first) {
            &mut found.arrived_before
        } else {
            &mut found.arrived_since
        };
        group.add(is_affected);
        if let Some(day) = affected_on {
            *found.newly_by_day.entry(*day).or_default() += 1;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::EventKind;
    use crate::sim::ids::{AvatarId, OfferId};
    use crate::sim::units::Tick;

    #[test]
    fn deeds_do_not_know_the_numbers_of_offers_but_everything_else() {
        let mut e = Event::new(Tick(5), AvatarId(3), EventKind::Like);
        let before = deeds(&[e]);
        e.offer = OfferId(99);
        assert_eq!(deeds(&[e]), before);
        e.dwell_secs += 1;
        assert_ne!(deeds(&[e]), before);
        assert_ne!(deeds(&[e, e]), deeds(&[e]));
    }

    #[test]
    fn who_did_anything_in_one_run_only_is_affected() {
        let of = |pairs: &[(u32, u64)]| pairs.iter().copied().collect::<Hashes>();
        let group = Group::of_deeds(
            &of(&[(1, 5), (2, 5), (3, 5)]),
            &of(&[(1, 5), (3, 6), (9, 1)]),
        );
        assert_eq!((group.avatars, group.affected), (4, 3));
        assert_eq!(group.share, 0.75);
        assert_eq!(Group::of_deeds(&of(&[]), &of(&[])), Group::default());
    }
}
