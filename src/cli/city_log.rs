//! A log to learn from, gathered from a city while it runs: what was shown, what came of it, and the words of things.
//!
//! Only what the platform may see: public cards, and behaviour of avatars that consented to recommendation.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy::ecs::world::World;

use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::lab::explain::names::Names;
use crate::platform::models::interaction_log::{
    Impression, Interaction, InteractionLog, ItemFacts, Outcome,
};
use crate::platform::privacy::observation::engagement_weight;
use crate::sim::ids::ItemId;
use crate::sim::schedule::Seed;
use crate::society::avatars::profile::{DataPurpose, Profiles};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::words;

/// Seconds in a tick.
const TICK_SECS: i64 = 60;
/// Seconds after which looking at something is more than looking at it.
const LONG_SECS: u32 = 120;
/// Stars from which on a rating is praise.
const PRAISE: f32 = 4.0;

/// What is gathered so far.
#[derive(Debug, Default)]
pub(super) struct CityLog {
    impressions: Vec<Impression>,
    interactions: Vec<Interaction>,
    /// Row of the newest impression of an item, by avatar and item.
    newest: BTreeMap<(u32, u32), usize>,
}

/// Returns the words of all items ever published: the title, and on a second line the description.
pub(super) fn words_of_items(world: &World) -> Vec<String> {
    let (catalogue, names) = (world.resource::<Catalogue>(), Names::of_world(world));
    let seed = world.resource::<Seed>().0;
    (0..catalogue.len())
        .map(|i| {
            let id = ItemId::from_idx(i);
            let title = names.title(id);
            if catalogue.imported_titles.is_empty() {
                let description = words::description(seed, id, catalogue.tags(id));
                format!("{title}\n{description}")
            } else {
                title
            }
        })
        .collect()
}

/// Returns what an event says came of an impression.
fn outcome(e: &Event) -> Outcome {
    match e.kind {
        EventKind::Buy | EventKind::Enroll | EventKind::CourseDone => Outcome::Convert,
        EventKind::Like => Outcome::Engage,
        EventKind::Rate if e.value >= PRAISE => Outcome::Engage,
        EventKind::Consume | EventKind::Play | EventKind::Study if e.dwell_secs >= LONG_SECS => {
            Outcome::Engage
        }
        EventKind::Consume | EventKind::Play | EventKind::Study => Outcome::View,
        _ => Outcome::Ignore,
    }
}

impl CityLog {
    /// Takes in what happened and what was served in the tick that was just run.
    pub(super) fn tick(&mut self, world: &World) {
        let profiles = world.resource::<Profiles>();
        let consents = |avatar| {
            let consent = profiles.get(avatar).consent;
            consent.allows(DataPurpose::Recommendation)
        };
        for e in &world.resource::<EventBus>().current {
            if e.thing.kind != ThingKind::Item || !consents(e.avatar) {
                continue;
            }
            if let Some(row) = self.newest.get(&(e.avatar.0, e.thing.id)) {
                let shown = &mut self.impressions[*row];
                shown.outcome = shown.outcome.max(outcome(e));
            }
            let weight = engagement_weight(e);
            if weight > 0.0 {
                self.interactions.push(Interaction {
                    user: e.avatar.0,
                    item: e.thing.id,
                    time: i64::from(e.tick.0) * TICK_SECS,
                    weight,
                });
            }
        }
        for slate in &world.resource::<OfferBus>().slates {
            if !consents(slate.avatar) {
                continue;
            }
            for (position, slot) in (0u8..).zip(&slate.slots) {
                if slot.thing.kind != ThingKind::Item {
                    continue;
                }
                let key = (slate.avatar.0, slot.thing.id);
                self.newest.insert(key, self.impressions.len());
                self.impressions.push(Impression {
                    user: slate.avatar.0,
                    item: slot.thing.id,
                    time: i64::from(slate.tick.0) * TICK_SECS,
                    position,
                    propensity: slot.propensity,
                    outcome: Outcome::Ignore,
                });
            }
        }
    }

    /// Makes the log.
    pub(super) fn finish(self, world: &World) -> InteractionLog {
        let words = words_of_items(world);
        InteractionLog {
            n_users: world.resource::<Profiles>().table.len(),
            n_items: words.len(),
            interactions: self.interactions,
            impressions: self.impressions,
            items: Arc::new(ItemFacts {
                words,
                ..ItemFacts::default()
            }),
            users: Arc::default(),
        }
    }
}
