//! Observations as a log: what was consented to, with the public facts about the items.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::platform::models::columns::Columns;
use crate::platform::models::interaction_log::{
    FeatureBlock, Impression, Interaction, InteractionLog, ItemFacts,
};
use crate::platform::privacy::observation::{Observations, Observed};
use crate::sim::ids::ItemId;
use crate::sim::units::Tick;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::TOPIC_DIM;

/// Modalities of an item's media, in the order in which they are stored.
const MODALITIES: [&str; 4] = ["text", "picture", "sound", "motion"];

/// Seconds of a tick.
const SECS: i64 = 60;

/// Returns a tick on the clock of the log.
#[must_use]
pub const fn seconds(tick: Tick) -> i64 {
    tick.0 as i64 * SECS
}

/// Collects what is publicly known of items: tags and media, and when they were published.
#[must_use]
pub fn facts(items: &[ItemId], catalogue: &Catalogue) -> ItemFacts {
    let tags = FeatureBlock {
        name: "tags".to_owned(),
        columns: (0..TOPIC_DIM).map(|t| format!("topic {t}")).collect(),
        values: items
            .iter()
            .flat_map(|i| catalogue.tags(*i).iter().copied())
            .collect(),
        present: Vec::new(),
    };
    let d = items
        .first()
        .map_or(0, |i| catalogue.media(*i).len() / MODALITIES.len());
    let media = MODALITIES.iter().enumerate().map(|(m, name)| FeatureBlock {
        name: (*name).to_owned(),
        columns: (0..d).map(|k| format!("{name} {k}")).collect(),
        values: items
            .iter()
            .flat_map(|i| catalogue.media(*i)[m * d..][..d].iter().copied())
            .collect(),
        present: Vec::new(),
    });
    ItemFacts {
        blocks: std::iter::once(tags).chain(media).collect(),
        words: Vec::new(),
        born: items
            .iter()
            .map(|i| seconds(catalogue.card(*i).born))
            .collect(),
    }
}

/// Makes a log of everything observed about these items; users are avatars by number.
#[must_use]
pub fn log_of(
    columns: &Columns,
    observations: &Observations,
    catalogue: &Catalogue,
) -> InteractionLog {
    let interactions = observations.pairs.iter().filter_map(|p| {
        Some(Interaction {
            user: p.avatar.0,
            item: columns.of(p.item.0)?,
            time: seconds(p.tick),
            weight: 1.0,
        })
    });
    let impressions = observations.impressions.rows().iter().filter_map(|r| {
        Some(Impression {
            user: r.avatar.0,
            item: columns.of(r.item.0)?,
            time: seconds(r.tick),
            position: r.position,
            propensity: r.propensity,
            outcome: r.outcome,
        })
    });
    InteractionLog {
        n_users: observations.table.len(),
        n_items: columns.items().len(),
        interactions: interactions.collect(),
        impressions: impressions.collect(),
        items: Arc::new(facts(columns.items(), catalogue)),
        users: Arc::default(),
    }
}

/// Returns the past of an avatar in a model's columns, oldest first.
#[must_use]
pub fn past_of(user: u32, observed: &Observed, columns: &Columns) -> Vec<Interaction> {
    let met: &VecDeque<u32> = &observed.history;
    met.iter()
        .zip(&observed.met_at)
        .filter_map(|(item, at)| {
            Some(Interaction {
                user,
                item: columns.of(*item)?,
                time: seconds(*at),
                weight: 1.0,
            })
        })
        .collect()
}
