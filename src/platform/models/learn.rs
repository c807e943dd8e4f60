//! Learning on a cadence: shelves every hour, the model every so many hours, calibration with every answer.

use bevy::ecs::prelude::*;

use super::live::challenger::Challenger;
use super::live::train::{Fitted, train};
use super::live::watch::DriftWatch;
use super::ranker::{ITEM_SURFACES, Learned, Ranker};
use super::registry::shadow::Verdict;
use super::tower_index;
use crate::economy::market::showcase::Showcase;
use crate::events::behavior::{Event, EventKind, NO_POSITION, Surface, ThingKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::platform::config::PlatformRules;
use crate::platform::integrity::holds::Holds;
use crate::platform::privacy::observation::{Observations, engagement_weight};
use crate::platform::recommend::config::ModelKind;
use crate::platform::recommend::prices::AttentionPrices;
use crate::sim::ids::ItemId;
use crate::sim::math;
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{TICKS_PER_HOUR, Tick};
use crate::sim::workers::Workers;
use crate::society::avatars::profile::Profiles;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;

/// The item surfaces, in the order of the shelves.
pub const SHELVES: [Surface; ITEM_SURFACES] = [
    Surface::Feed,
    Surface::Games,
    Surface::GameItems,
    Surface::Assets,
    Surface::Courses,
];

/// Returns the shelf of an item surface.
#[must_use]
pub fn shelf_of(surface: Surface) -> Option<usize> {
    SHELVES.iter().position(|s| *s == surface)
}

/// Lets consented events of the previous tick in.
pub fn observe(
    events: Res<EventBus>,
    offers: Res<OfferBus>,
    profiles: Res<Profiles>,
    catalogue: Res<Catalogue>,
    rules: Res<PlatformRules>,
    mut observations: ResMut<Observations>,
    mut ranker: ResMut<Ranker>,
    mut drift: ResMut<DriftWatch>,
) {
    let slates = &offers.previous_slates;
    observations
        .impressions
        .observe(slates, &events.previous, &profiles);
    for e in &events.previous {
        // Counts by topic name nobody, so that they need no consent.
        if engagement_weight(e) > 0.0 && e.thing.kind == ThingKind::Item {
            drift.engage(catalogue.tags(ItemId(e.thing.id)));
        }
    }
    take_in(
        &events.previous,
        &profiles,
        &catalogue,
        rules.0.recommend.popularity_half_life_days,
        &mut observations,
        &mut ranker,
    );
}

/// Lets events in: what was consented to as observations, and counts by item.
pub fn take_in(
    events: &[Event],
    profiles: &Profiles,
    catalogue: &Catalogue,
    half_life: f64,
    observations: &mut Observations,
    ranker: &mut Ranker,
) {
    observations.observe(events, profiles, |item| catalogue.tags(item).as_slice());
    for e in events {
        let weight = engagement_weight(e);
        if weight > 0.0 && e.thing.kind == ThingKind::Item {
            // Counts by item name nobody, so that they need no consent.
            ranker
                .popularity
                .count(e.thing.id as usize, weight, e.tick, half_life);
        }
    }
}

/// Whether an event takes the slot of the slate it answers.
#[must_use]
pub fn takes(e: &Event) -> bool {
    e.position != NO_POSITION
        && matches!(
            e.kind,
            EventKind::Consume | EventKind::Play | EventKind::TieRequest | EventKind::CommunityJoin
        )
}

/// Learns how scores translate into choices from the slates answered in the previous tick.
pub fn calibrate(
    events: Res<EventBus>,
    offers: Res<OfferBus>,
    mut ranker: ResMut<Ranker>,
    mut drift: ResMut<DriftWatch>,
) {
    let slates = &offers.previous_slates;
    if slates.is_empty() {
        return;
    }
    let mut taken = vec![NO_POSITION; slates.len()];
    for e in events.previous.iter().filter(|e| takes(e)) {
        if let Ok(i) = slates.binary_search_by_key(&e.avatar, |s| s.avatar)
            && slates[i].offer == e.offer
        {
            taken[i] = e.position;
        }
    }
    for (slate, taken) in slates.iter().zip(&taken) {
        let calibrator = &mut ranker.calibrators[slate.surface as usize];
        let is_of_items = shelf_of(slate.surface).is_some();
        for (k, slot) in slate.slots.iter().enumerate() {
            let looked = 1.0 / (k as f64 + 1.0).sqrt();
            let (score, is_taken) = (f64::from(slot.score), usize::from(*taken) == k);
            if is_of_items {
                drift.predict(log_loss(calibrator.probability(score), is_taken));
            }
            calibrator.learn(score, looked, is_taken);
        }
        if is_of_items {
            drift.answer(*taken != NO_POSITION, slate.tick);
        }
    }
}

/// Returns how surprising an answer is, in nats.
fn log_loss(p: f64, is_taken: bool) -> f64 {
    let p = if is_taken { p } else { 1.0 - p };
    -math::ln(p.max(1e-6))
}

/// Refreshes the shelves every hour and trains the model on its cadence.
pub fn learn(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    workers: Res<Workers>,
    catalogue: Res<Catalogue>,
    assets: Showcase<'_>,
    observations: Res<Observations>,
    holds: Res<Holds>,
    mut ranker: ResMut<Ranker>,
    mut prices: ResMut<AttentionPrices>,
    mut drift: ResMut<DriftWatch>,
) {
    if !clock.now.0.is_multiple_of(TICKS_PER_HOUR) {
        return;
    }
    let config = &rules.0.recommend;
    let ranker = &mut *ranker;
    for (shelf, surface) in ranker.shelves.iter_mut().zip(SHELVES) {
        shelf.refresh(
            surface,
            &catalogue,
            &ranker.popularity,
            clock.now,
            config.popularity_half_life_days,
            |item| {
                let is_asset = catalogue.card(item).kind == ItemKind::Asset;
                !holds.is_held(item) && (!is_asset || assets.is_open(item))
            },
        );
    }
    match &mut ranker.learned {
        Learned::Tower(index) => index.place_items(&ranker.shelves, &catalogue),
        Learned::Served(served) => served.place_items(&ranker.shelves),
        Learned::Nothing | Learned::Knn(..) | Learned::Ease(..) => {}
    }
    let sizes = std::array::from_fn(|i| ranker.shelves[i].items.len());
    prices.update(config, sizes);
    workers.install(|| settle_challenger(ranker, &observations, seed.0, clock.now));
    drift.close_hour(clock.now);
    let hours = clock.now.0 / TICKS_PER_HOUR;
    // Hours after a training there is little to learn that it did not know: alarms wait, and a cadence that is longer does.
    let rests = |hours: u32| {
        let last = ranker.registry.cards().last();
        last.is_some_and(|card| clock.now < card.trained_at.after(hours * TICKS_PER_HOUR))
    };
    let (rest, cadence) = (config.refresh_rest_hours, config.retrain_hours);
    let is_scheduled = hours.is_multiple_of(cadence) && !rests(rest.min(cadence));
    let rests = rests(rest);
    let is_alarmed = (is_scheduled || !rests) && drift.take_refresh() && config.refresh_on_drift;
    if !(is_scheduled || is_alarmed) || observations.pairs.len() < 50 {
        return;
    }
    let learned = match config.model {
        ModelKind::ItemKnn | ModelKind::Ease | ModelKind::SeedCollaborative => {
            workers.install(|| Ranker::fit_neighbours(config, &observations, &catalogue))
        }
        ModelKind::TwoTower => {
            let (seed, now) = (seed.0, clock.now);
            let trained = workers.install(|| {
                let towers = &rules.0.models.two_tower;
                tower_index::train(ranker, config, towers, seed, now, &observations, &catalogue)
            });
            // A model that diverged is dropped; the live one goes on serving.
            match trained {
                Ok(Some(index)) => Learned::Tower(Box::new(index)),
                Ok(None) => return,
                Err(e) => {
                    ranker.trainee = None;
                    ranker.failure = Some((clock.now, e.to_string()));
                    return;
                }
            }
        }
        ModelKind::Random | ModelKind::Popularity | ModelKind::SeedContent => return,
        other => {
            let Some(name) = other.in_catalog() else {
                return;
            };
            let models = &rules.0.models;
            let settings = models.settings(name);
            // After an alarm the live model is known to be of yesterday: held-out behaviour decides at once.
            let has_shadow = config.shadow_hours > 0 && !is_alarmed;
            let (seed, now) = (seed.0, clock.now);
            let trained = workers.install(|| {
                train(
                    ranker,
                    name,
                    &settings,
                    has_shadow,
                    seed,
                    now,
                    &observations,
                    &catalogue,
                )
            });
            // A model that could not learn is dropped; the live one goes on serving.
            match trained {
                Ok(Fitted::Live(served)) => {
                    // Whoever waited was to replace a model that is no longer live.
                    ranker.challenger = None;
                    Learned::Served(served)
                }
                Ok(Fitted::Challenger(served)) => {
                    let until = now.after(config.shadow_hours * TICKS_PER_HOUR);
                    let shadow = models.shadow.clone();
                    ranker.challenger = Some(Challenger::new(*served, shadow, now, until));
                    return;
                }
                Ok(Fitted::Nothing) => return,
                Err(e) => {
                    ranker.failure = Some((clock.now, e.to_string()));
                    return;
                }
            }
        }
    };
    if matches!(learned, Learned::Nothing) {
        return;
    }
    ranker.adopt(learned);
}

/// Lets the challenger rank what was chosen in the last hour, and when its time has come, take over or go.
fn settle_challenger(ranker: &mut Ranker, observations: &Observations, seed: u64, now: Tick) {
    let Some(mut challenger) = ranker.challenger.take() else {
        return;
    };
    let Learned::Served(live) = &ranker.learned else {
        return;
    };
    challenger.watch(live, observations, now);
    if now < challenger.until {
        ranker.challenger = Some(challenger);
    } else if challenger.judge(seed).verdict == Verdict::Promote {
        let served = &challenger.served;
        ranker.registry.promote(served.name(), served.digest());
        challenger.served.place_items(&ranker.shelves);
        ranker.adopt(Learned::Served(Box::new(challenger.served)));
    }
}
