//! Holds: items that far more people hide or report than usual are not offered for a while.
//!
//! Runs in [`SimSystems::Guard`](crate::sim::schedule::SimSystems), on the events of the previous tick; the shelves, refreshed
//! every hour, leave out what is held. Counts by item name nobody, so that they need no consent.

use std::collections::BTreeMap;

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::config::IntegrityConfig;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::platform::config::PlatformRules;
use crate::sim::ids::ItemId;
use crate::sim::schedule::SimClock;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Hides among uses that count before anything was observed, so that the first hide of a city is no scandal.
const PRIOR: Complaints = Complaints {
    uses: 1_000,
    hides: 10,
};

/// What was seen of an item, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaints {
    /// Times it was looked at, played or studied.
    pub uses: u32,
    /// Times it was hidden or reported.
    pub hides: u32,
}

impl RowHash for Complaints {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.uses) << 32 | u64::from(self.hides));
    }
}

impl Complaints {
    /// Returns by how many standard errors the hides exceed `share` of the uses; 0 without uses.
    #[must_use]
    pub fn excess(&self, share: f64) -> f64 {
        let n = f64::from(self.uses);
        let error = (n * share * (1.0 - share)).sqrt();
        if error > 0.0 {
            (f64::from(self.hides) - n * share) / error
        } else {
            0.0
        }
    }
}

/// What is held until when, and on what evidence.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Holds {
    items: Table<Complaints>,
    uses: u64,
    hides: u64,
    held: BTreeMap<ItemId, Tick>,
    /// Holds so far.
    pub n_holds: u64,
}

impl Holds {
    /// Says whether an item is held.
    #[must_use]
    pub fn is_held(&self, item: ItemId) -> bool {
        self.held.contains_key(&item)
    }

    /// Lists what is held, by item, and until when.
    pub fn held(&self) -> impl Iterator<Item = (ItemId, Tick)> + '_ {
        self.held.iter().map(|(item, until)| (*item, *until))
    }

    /// Returns what was seen of each item since it was last judged, by [`ItemId`]; newer items are missing at the end.
    #[must_use]
    pub fn complaints(&self) -> &[Complaints] {
        self.items.rows()
    }

    /// Returns uses and hides of all items so far.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        (self.uses, self.hides)
    }

    /// Returns how many items are held.
    #[must_use]
    pub fn n_held(&self) -> usize {
        self.held.len()
    }

    /// Returns the usual share of hides.
    #[must_use]
    pub fn usual(&self) -> f64 {
        (self.hides + u64::from(PRIOR.hides)) as f64 / (self.uses + u64::from(PRIOR.uses)) as f64
    }

    /// Counts an event, and holds the item it complains about if the evidence is enough.
    pub fn count(&mut self, event: &Event, config: &IntegrityConfig) {
        if event.thing.kind != ThingKind::Item {
            return;
        }
        let is_complaint = match event.kind {
            EventKind::Consume | EventKind::Play | EventKind::Study => false,
            EventKind::Hide | EventKind::Report => true,
            _ => return,
        };
        let item = ItemId(event.thing.id);
        while self.items.len() <= item.idx() {
            self.items.push(Complaints::default());
        }
        let row = self.items.row_mut(item.idx());
        if !is_complaint {
            row.uses += 1;
            self.uses += 1;
            return;
        }
        row.hides += 1;
        let row = *row;
        self.hides += 1;
        let allowed = (config.hide_ratio * self.usual()).min(1.0);
        let is_bad = row.uses >= config.fewest_uses && row.excess(allowed) >= config.evidence;
        if is_bad && !self.is_held(item) {
            let ticks = (config.hold_days * f64::from(TICKS_PER_DAY))
                .round()
                .max(1.0) as u32;
            self.held.insert(item, event.tick.after(ticks));
            self.n_holds += 1;
        }
    }

    /// Lets go what was held long enough; it is judged anew.
    pub fn release(&mut self, now: Tick) {
        let items = &mut self.items;
        self.held.retain(|item, until| {
            let stays = *until > now;
            if !stays {
                *items.row_mut(item.idx()) = Complaints::default();
            }
            stays
        });
    }
}

impl StateHash for Holds {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.items.digest());
        h.u64(self.uses);
        h.u64(self.hides);
        for (item, until) in &self.held {
            h.u64(u64::from(item.0) << 32 | u64::from(until.0));
        }
        h.u64(self.n_holds);
        h.finish()
    }
}

/// Counts complaints, holds what has too many and lets go what was held long enough.
pub fn hold_items(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    mut holds: ResMut<Holds>,
) {
    let config = &rules.0.integrity;
    if !config.holds {
        return;
    }
    if !holds.held.is_empty() {
        holds.release(clock.now);
    }
    for event in &events.previous {
        holds.count(event, config);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::AvatarId;

    /// Everybody uses items 0 to 9 alike; one use in so many of each is followed by a hide.
    fn watch(holds: &mut Holds, rounds: u32, one_in: impl Fn(u32) -> u32) {
        let config = IntegrityConfig::BASELINE;
        for round in 0..rounds {
            for item in 0..10 {
                let event = |kind| {
                    Event::new(Tick(round), AvatarId(round), kind).thing(ThingKind::Item, item)
                };
                holds.count(&event(EventKind::Consume), &config);
                if round.is_multiple_of(one_in(item)) {
                    holds.count(&event(EventKind::Hide), &config);
                }
            }
        }
    }

    #[test]
    fn what_far_more_people_hide_is_held_and_nothing_else() {
        let mut holds = Holds::default();
        watch(&mut holds, 1_000, |item| if item == 3 { 5 } else { 100 });
        assert!(holds.is_held(ItemId(3)));
        assert_eq!((holds.held.len(), holds.n_holds), (1, 1));
    }

    #[test]
    fn where_everything_is_hidden_alike_nothing_is_held() {
        let mut holds = Holds::default();
        watch(&mut holds, 1_000, |_| 20);
        assert!(holds.held.is_empty());
    }

    #[test]
    fn a_hold_ends_and_the_item_is_judged_anew() {
        let mut holds = Holds::default();
        watch(&mut holds, 1_000, |item| if item == 3 { 5 } else { 100 });
        let until = holds.held[&ItemId(3)];
        holds.release(Tick(until.0 - 1));
        assert!(holds.is_held(ItemId(3)));
        holds.release(until);
        assert!(!holds.is_held(ItemId(3)));
        assert_eq!(*holds.items.row(3), Complaints::default());
    }
}
