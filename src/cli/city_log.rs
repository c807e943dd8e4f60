//! A log to learn from, gathered from a city while it runs: what was shown, what came of it, and the words of things.
//!
//! Only what the platform may see: public cards, and behaviour of avatars that consented to recommendation.

use std::sync::Arc;

use bevy::ecs::world::World;

use crate::events::behavior::ThingKind;
use crate::events::bus::{EventBus, OfferBus};
use crate::lab::explain::names::Names;
use crate::platform::models::interaction_log::{
    Impression, Interaction, InteractionLog, ItemFacts,
};
use crate::platform::models::live::log::seconds;
use crate::platform::privacy::impressions::Impressions;
use crate::platform::privacy::observation::engagement_weight;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::schedule::Seed;
use crate::society::avatars::profile::{DataPurpose, Profiles};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::words;

/// What is gathered so far; unlike what the platform keeps to learn from, of the whole run.
#[derive(Debug, Default)]
pub(super) struct CityLog {
    impressions: Vec<Impression>,
    interactions: Vec<Interaction>,
    /// Where the tick's impressions are told from what nobody looked at, as the platform tells them.
    shown: Impressions,
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

fn consents(profiles: &Profiles, avatar: AvatarId) -> bool {
    let consent = profiles.get(avatar).consent;
    consent.allows(DataPurpose::Recommendation)
}

impl CityLog {
    /// Takes in what was served and what happened in the tick that was just run.
    pub(super) fn tick(&mut self, world: &World) {
        let profiles = world.resource::<Profiles>();
        let events = &world.resource::<EventBus>().current;
        for e in events {
            let weight = engagement_weight(e);
            if weight > 0.0 && e.thing.kind == ThingKind::Item && consents(profiles, e.avatar) {
                self.interactions.push(Interaction {
                    user: e.avatar.0,
                    item: e.thing.id,
                    time: seconds(e.tick),
                    weight,
                });
            }
        }
        let slates = &world.resource::<OfferBus>().slates;
        self.shown.observe(slates, events, profiles);
        self.impressions
            .extend(self.shown.take().map(|row| Impression {
                user: row.avatar.0,
                item: row.item.0,
                time: seconds(row.tick),
                position: row.position,
                propensity: row.propensity,
                outcome: row.outcome,
            }));
    }

    /// Makes the log.
    pub(super) fn finish(mut self, world: &World) -> InteractionLog {
        // Who withdrew consent meanwhile is forgotten.
        let profiles = world.resource::<Profiles>();
        self.impressions
            .retain(|i| consents(profiles, AvatarId(i.user)));
        self.interactions
            .retain(|i| consents(profiles, AvatarId(i.user)));
        let words = words_of_items(world);
        InteractionLog {
            n_users: profiles.table.len(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::interaction_log::Outcome;
    use crate::platform::privacy::observation::Observations;
    use crate::scenario::load::{Overrides, load};
    use crate::scenario::run::progress::Run;

    #[test]
    fn what_came_of_a_slate_is_what_the_platform_observes() {
        let changed = Overrides {
            sets: vec!["society.population.residents=150".to_owned()],
            ..Overrides::default()
        };
        let loaded = load("quickstart", &changed).unwrap();
        let mut run = Run::begin(&loaded, 1, None).unwrap();
        let mut log = CityLog::default();
        for _ in 0..1_440 {
            run.step().unwrap();
            log.tick(run.sim.world());
        }
        let world = run.sim.world();
        let log = log.finish(world);
        let observed = world.resource::<Observations>().impressions.rows();
        // The platform looks at a tick when the next one begins.
        assert!(!observed.is_empty() && observed.len() <= log.impressions.len());
        for (ours, theirs) in log.impressions.iter().zip(observed) {
            assert_eq!(
                (ours.user, ours.item, ours.time, ours.position, ours.outcome),
                (
                    theirs.avatar.0,
                    theirs.item.0,
                    seconds(theirs.tick),
                    theirs.position,
                    theirs.outcome
                )
            );
        }
        let mut last = log.impressions[observed.len()..].iter();
        let now = observed.back().map(|row| seconds(row.tick));
        assert!(last.all(|i| Some(i.time) > now));
        // Nearly all that somebody engages with was on a slate of that very tick.
        let engaged = log.impressions.iter();
        let engaged = engaged.filter(|i| i.outcome > Outcome::Ignore).count();
        let mut met: Vec<_> = log.interactions.iter().map(|i| (i.user, i.item)).collect();
        met.sort_unstable();
        met.dedup();
        assert!(20 * engaged >= 19 * met.len(), "{engaged} of {}", met.len());
    }
}
