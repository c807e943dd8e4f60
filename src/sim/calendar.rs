//! The calendar of wake-ups: a timing wheel, so that sleeping avatars cost nothing.
//!
//! Every id has at most one wake-up. Moving one is O(1): the old entry stays in its slot and is recognised as
//! stale when the slot comes up. What lies beyond the wheel waits in buckets of one turn each.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::rng::mix;
use super::state_hash::StateHash;
use super::units::Tick;

/// Slots of the wheel: ticks it can look ahead.
const SLOTS: u32 = 4_096;

/// No wake-up.
const NEVER: u32 = u32::MAX;

/// Who wakes when.
#[derive(Resource, Serialize, Deserialize)]
pub struct Calendar {
    now: u32,
    at: Vec<u32>,
    wheel: Vec<Vec<u32>>,
    later: BTreeMap<u32, Vec<u32>>,
    digest: u64,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            now: 0,
            at: Vec::new(),
            wheel: vec![Vec::new(); SLOTS as usize],
            later: BTreeMap::new(),
            digest: 0,
        }
    }
}

fn entry_digest(id: u32, at: u32) -> u64 {
    mix(u64::from(id) << 32 | u64::from(at))
}

impl Calendar {
    /// Sets the wake-up of `id`, in place of any it had; what is due or past wakes at the next call of [`Calendar::wake`].
    pub fn schedule(&mut self, id: u32, at: Tick) {
        let idx = id as usize;
        if self.at.len() <= idx {
            self.at.resize(idx + 1, NEVER);
        }
        let at = at.0.clamp(self.now, NEVER - 1);
        if self.at[idx] == at {
            return;
        }
        self.cancel(id);
        self.at[idx] = at;
        self.digest = self.digest.wrapping_add(entry_digest(id, at));
        self.insert(id, at);
    }

    /// Takes the wake-up of `id` away.
    pub fn cancel(&mut self, id: u32) {
        if let Some(at) = self.at.get_mut(id as usize)
            && *at != NEVER
        {
            self.digest = self.digest.wrapping_sub(entry_digest(id, *at));
            *at = NEVER;
        }
    }

    /// Returns when `id` wakes.
    #[must_use]
    pub fn next(&self, id: u32) -> Option<Tick> {
        self.at
            .get(id as usize)
            .filter(|at| **at != NEVER)
            .map(|at| Tick(*at))
    }

    fn insert(&mut self, id: u32, at: u32) {
        if at - self.now < SLOTS {
            self.wheel[(at % SLOTS) as usize].push(id);
        } else {
            self.later.entry(at / SLOTS).or_default().push(id);
        }
    }

    /// Moves to `now` and adds to `due` everybody whose wake-up has come, in id order.
    pub fn wake(&mut self, now: Tick, due: &mut Vec<u32>) {
        let from = due.len();
        while self.now <= now.0 {
            let tick = self.now;
            // Turns whose wake-ups come within reach of the wheel move into it.
            let reach = tick.div_ceil(SLOTS);
            while let Some((turn, _)) = self.later.first_key_value()
                && *turn <= reach
            {
                let (_, ids) = self.later.pop_first().unwrap_or_default();
                for id in ids {
                    let at = self.at[id as usize];
                    if at == NEVER || at < tick {
                        continue;
                    }
                    if at - tick < SLOTS {
                        self.wheel[(at % SLOTS) as usize].push(id);
                    } else {
                        self.later
                            .entry(at / SLOTS + u32::from(at / SLOTS <= reach))
                            .or_default()
                            .push(id);
                    }
                }
            }
            let slot = std::mem::take(&mut self.wheel[(tick % SLOTS) as usize]);
            for id in &slot {
                if self.at[*id as usize] == tick {
                    self.cancel(*id);
                    due.push(*id);
                }
            }
            let mut slot = slot;
            slot.clear();
            self.wheel[(tick % SLOTS) as usize] = slot;
            self.now += 1;
        }
        due[from..].sort_unstable();
        // The same id may stand twice in a slot: moved away and back.
        let mut kept = from;
        for i in from..due.len() {
            if i == from || due[i] != due[i - 1] {
                due[kept] = due[i];
                kept += 1;
            }
        }
        due.truncate(kept);
    }
}

impl StateHash for Calendar {
    fn digest(&mut self) -> u64 {
        mix(self.digest ^ u64::from(self.now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_wheel_equals_a_sorted_map() {
        for seed in 0..20 {
            let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
            let mut wheel = Calendar::default();
            let mut reference: BTreeMap<u32, u32> = BTreeMap::new();
            let mut due = Vec::new();
            for now in 0..12_000u32 {
                for _ in 0..r.below(3) {
                    let id = r.below(50) as u32;
                    let ahead = if r.chance(0.2) {
                        r.below(20_000)
                    } else {
                        r.below(300)
                    };
                    let at = now + ahead as u32;
                    wheel.schedule(id, Tick(at));
                    reference.insert(id, at);
                }
                if r.chance(0.1) {
                    let id = r.below(50) as u32;
                    wheel.cancel(id);
                    reference.remove(&id);
                }
                due.clear();
                wheel.wake(Tick(now), &mut due);
                let expected: Vec<u32> = reference
                    .iter()
                    .filter(|(_, at)| **at <= now)
                    .map(|(id, _)| *id)
                    .collect();
                reference.retain(|_, at| *at > now);
                assert_eq!(due, expected, "seed {seed} tick {now}");
            }
        }
    }

    #[test]
    fn digest_does_not_depend_on_the_order_of_scheduling() {
        let (mut a, mut b) = (Calendar::default(), Calendar::default());
        a.schedule(1, Tick(10));
        a.schedule(2, Tick(9_000));
        b.schedule(2, Tick(5));
        b.schedule(2, Tick(9_000));
        b.schedule(1, Tick(10));
        assert_eq!(a.digest(), b.digest());
        b.cancel(1);
        assert_ne!(a.digest(), b.digest());
    }
}
