//! What a platform observed in a run, as models take it.
//!
//! Rows are engagements with items of avatars that let their behaviour be used for recommendation; what belongs to
//! others is left out here, whatever the event log holds. Slates are there if the run logged them (`lab.log_offers`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::run_facts::{ITEMS, ItemFact, PEOPLE, PersonFact, read_items, read_people};
use super::source::{Found, LearningError};
use crate::events::behavior::{Event, EventKind, NO_OFFER, ThingKind};
use crate::events::log::offers::{OfferRow, read_offers};
use crate::events::log::reader;
use crate::platform::models::interaction_log::{
    FeatureBlock, Impression, Interaction, InteractionLog, ItemFacts, Outcome,
};
use crate::platform::privacy::observation::engagement_weight;
use crate::scenario::import::table::Progress;
use crate::society::content::item::ItemKind;
use crate::society::content::media::{MODALITY_DIM, N_MODALITIES};
use crate::society::content::words::topic_name;

/// Seconds of a tick.
const TICK_SECONDS: i64 = 60;

/// Names of the modalities, in the order of an item's features.
const MODALITIES: [&str; N_MODALITIES] = ["text", "picture", "sound", "motion"];

/// Stars from which a rating is engagement.
const ENGAGED_STARS: f32 = 3.0;

/// No user: whoever did not consent.
const NOBODY: u32 = u32::MAX;

/// Reads a run folder.
pub(super) fn read(run: &Path, progress: Progress<'_>) -> Result<Found, LearningError> {
    for file in [ITEMS, PEOPLE] {
        if !run.join(file).is_file() {
            return Err(LearningError::unusable(
                run,
                format!(
                    "has no {file}: the run was killed, or made by an older version; run it again"
                ),
            ));
        }
    }
    let (items, people) = (read_items(run)?, read_people(run)?);
    let mut index = vec![NOBODY; people.len()];
    let mut users: Vec<PersonFact> = Vec::new();
    for person in people.iter().filter(|p| p.recommendation) {
        index[person.avatar as usize] = users.len() as u32;
        users.push(*person);
    }
    let days = reader::days(run)?;
    let mut gathered = Gathered {
        index: &index,
        n_items: items.len(),
        rows: Vec::new(),
        answers: BTreeMap::new(),
        n_refused: 0,
    };
    let mut offers = Vec::new();
    let mut n_with_offers = 0;
    for (at, day) in days.iter().enumerate() {
        progress("reading", at as f64 / days.len() as f64);
        gathered.add(&reader::read_day(run, *day)?);
        let path = run
            .join("events")
            .join(format!("day={day:03}"))
            .join("offers.parquet");
        if path.is_file() {
            n_with_offers += 1;
            offers.extend(read_offers(&path)?);
        }
    }
    let mut notes = Vec::new();
    if n_with_offers == 0 {
        notes.push(
            "the run did not log its slates (lab.log_offers), so that nothing is known of what was shown in vain"
                .to_owned(),
        );
    }
    if gathered.n_refused > 0 {
        notes.push(format!(
            "{} engagements of avatars that did not consent to recommendation were left out",
            gathered.n_refused
        ));
    }
    let impressions = gathered.impressions(&offers);
    let mut interactions = gathered.rows;
    interactions.sort_by_key(|i| i.time);
    let name = |id: u32| id.to_string();
    Ok(Found {
        users: users.iter().map(|p| name(p.avatar)).collect(),
        items: items.iter().map(|i| name(i.item)).collect(),
        log: InteractionLog {
            n_users: users.len(),
            n_items: items.len(),
            interactions,
            impressions,
            items: Arc::new(facts(&items)),
            users: Arc::new(vec![profile(&users)]),
        },
        has_times: true,
        consent: format!(
            "avatars that consented to recommendation by the end of the run: {} of {}",
            users.len(),
            people.len()
        ),
        notes,
    })
}

/// What is read of the events.
struct Gathered<'a> {
    /// User of every avatar.
    index: &'a [u32],
    n_items: usize,
    rows: Vec<Interaction>,
    /// What came of an item of an offer.
    answers: BTreeMap<(u64, u32), Outcome>,
    n_refused: u64,
}

impl Gathered<'_> {
    fn user(&self, avatar: u32) -> Option<u32> {
        let user = self.index.get(avatar as usize).copied();
        user.filter(|u| *u != NOBODY)
    }

    /// Adds events by time.
    fn add(&mut self, events: &[Event]) {
        let mut open: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        let mut now = u32::MAX;
        for e in events {
            if e.thing.kind != ThingKind::Item || e.thing.id as usize >= self.n_items {
                continue;
            }
            let weight = engagement_weight(e);
            let Some(user) = self.user(e.avatar.0) else {
                self.n_refused += u64::from(weight > 0.0);
                continue;
            };
            let outcome = outcome(e);
            if outcome != Outcome::Ignore && e.offer != NO_OFFER {
                let answer = self
                    .answers
                    .entry((e.offer.0, e.thing.id))
                    .or_insert(outcome);
                *answer = (*answer).max(outcome);
            }
            if weight <= 0.0 {
                continue;
            }
            if e.tick.0 != now {
                now = e.tick.0;
                open.clear();
            }
            // Watching, liking and rating in one minute are one engagement.
            let key = (user, e.thing.id);
            if let Some(at) = open.get(&key) {
                self.rows[*at].weight += weight;
                continue;
            }
            open.insert(key, self.rows.len());
            self.rows.push(Interaction {
                user,
                item: e.thing.id,
                time: i64::from(e.tick.0) * TICK_SECONDS,
                weight,
            });
        }
    }

    fn impressions(&self, offers: &[OfferRow]) -> Vec<Impression> {
        let mut shown: Vec<Impression> = offers
            .iter()
            .filter(|o| o.thing.kind == ThingKind::Item && (o.thing.id as usize) < self.n_items)
            .filter_map(|o| {
                let answer = self.answers.get(&(o.offer, o.thing.id));
                Some(Impression {
                    user: self.user(o.avatar)?,
                    item: o.thing.id,
                    time: i64::from(o.tick) * TICK_SECONDS,
                    position: o.position,
                    propensity: o.propensity,
                    outcome: answer.copied().unwrap_or(Outcome::Ignore),
                })
            })
            .collect();
        shown.sort_by_key(|i| i.time);
        shown
    }
}

/// What an event says came of an item.
fn outcome(e: &Event) -> Outcome {
    match e.kind {
        EventKind::Consume => Outcome::View,
        EventKind::Rate if e.value < ENGAGED_STARS => Outcome::View,
        EventKind::Like | EventKind::Rate | EventKind::Play | EventKind::Study => Outcome::Engage,
        EventKind::Enroll | EventKind::Buy | EventKind::CourseDone => Outcome::Convert,
        _ => Outcome::Ignore,
    }
}

fn facts(items: &[ItemFact]) -> ItemFacts {
    let block = |name: &str, columns: Vec<String>, values: Vec<f32>| FeatureBlock {
        name: name.to_owned(),
        columns,
        values,
        present: Vec::new(),
    };
    let n_tags = items.first().map_or(0, |i| i.tags.len());
    let mut blocks = vec![block(
        "tags",
        (0..n_tags).map(topic_name).collect(),
        items.iter().flat_map(|i| &i.tags).copied().collect(),
    )];
    for (m, name) in MODALITIES.iter().enumerate() {
        let of = |i: &ItemFact| i.media[m * MODALITY_DIM..(m + 1) * MODALITY_DIM].to_vec();
        let columns = (1..=MODALITY_DIM).map(|c| format!("{name} {c}"));
        blocks.push(block(
            name,
            columns.collect(),
            items.iter().flat_map(of).collect(),
        ));
    }
    let kinds = ItemKind::ALL;
    let is = |i: &ItemFact| {
        let kind = i.kind;
        kinds
            .iter()
            .map(move |k| f32::from(u8::from(k.code() == kind)))
    };
    blocks.push(block(
        "kind",
        kinds.iter().map(|k| k.word().to_owned()).collect(),
        items.iter().flat_map(is).collect(),
    ));
    ItemFacts {
        blocks,
        words: items.iter().map(|i| i.words.clone()).collect(),
        born: items
            .iter()
            .map(|i| i64::from(i.born) * TICK_SECONDS)
            .collect(),
    }
}

fn profile(users: &[PersonFact]) -> FeatureBlock {
    FeatureBlock {
        name: "profile".to_owned(),
        columns: vec!["half days east".to_owned()],
        values: users.iter().map(|p| f32::from(p.timezone) / 12.0).collect(),
        present: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::Surface;
    use crate::sim::ids::{AvatarId, OfferId};
    use crate::sim::units::Tick;

    fn event(tick: u32, avatar: u32, kind: EventKind) -> Event {
        Event::new(Tick(tick), AvatarId(avatar), kind)
            .thing(ThingKind::Item, 2)
            .answering(Surface::Feed, 0, OfferId(7))
    }

    #[test]
    fn one_minute_with_an_item_is_one_row_and_those_who_did_not_consent_have_none() {
        let index = [0, NOBODY];
        let mut g = Gathered {
            index: &index,
            n_items: 3,
            rows: Vec::new(),
            answers: BTreeMap::new(),
            n_refused: 0,
        };
        g.add(&[
            event(5, 0, EventKind::Consume).lasting(120),
            event(5, 1, EventKind::Consume).lasting(120),
            event(5, 0, EventKind::Like),
            event(5, 0, EventKind::Hide),
            event(6, 0, EventKind::Like),
        ]);
        let rows: Vec<(i64, f32)> = g.rows.iter().map(|i| (i.time, i.weight)).collect();
        assert_eq!(rows, [(300, 2.0), (360, 1.0)]);
        assert_eq!(g.n_refused, 1);
        let offer = |avatar, thing| OfferRow {
            tick: 5,
            offer: 7,
            avatar,
            position: 1,
            thing: crate::events::behavior::Thing::new(ThingKind::Item, thing),
            propensity: 0.5,
        };
        let shown = g.impressions(&[offer(0, 2), offer(0, 1), offer(1, 2), offer(0, 99)]);
        let outcomes: Vec<Outcome> = shown.iter().map(|i| i.outcome).collect();
        assert_eq!(outcomes, [Outcome::Engage, Outcome::Ignore]);
    }
}
