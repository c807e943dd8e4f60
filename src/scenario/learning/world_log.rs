//! The past of an imported world, as models take it.
//!
//! Only what the platform of that world would know is used: public tags, titles, and who met what.

use std::path::Path;
use std::sync::Arc;

use super::source::{Found, LearningError};
use crate::events::behavior::EventKind;
use crate::platform::models::interaction_log::{
    FeatureBlock, Interaction, InteractionLog, ItemFacts,
};
use crate::scenario::import::read;
use crate::scenario::import::world::{NOTE, Note};

/// Stars of an average rating; it weighs 1.
const USUAL_STARS: f32 = 3.5;

/// Reads the past of a world; its rows stand by time and have none themselves.
pub(super) fn read(folder: &Path) -> Result<Found, LearningError> {
    let bad = |cause: String| LearningError::unusable(folder, cause);
    read::digest(folder).map_err(bad)?;
    let planted = read::plantings(folder, u32::MAX).map_err(bad)?;
    let note = std::fs::read(folder.join(NOTE)).map_err(|e| bad(format!("{NOTE}: {e}")))?;
    let note: Note = serde_json::from_slice(&note).map_err(|e| bad(format!("{NOTE}: {e}")))?;
    let rows = planted.past.iter().map(|e| Interaction {
        user: e.avatar.0,
        item: e.thing.id,
        time: 0,
        weight: if e.kind == EventKind::Rate {
            (e.value / USUAL_STARS).max(0.1)
        } else {
            1.0
        },
    });
    let n_tags = note.topics.len();
    let values = planted
        .items
        .iter()
        .flat_map(|i| i.tags.iter().take(n_tags));
    let tags = FeatureBlock {
        name: "genres".to_owned(),
        columns: note.topics.clone(),
        values: values.copied().collect(),
        present: Vec::new(),
    };
    let numbered = |n: usize| (0..n).map(|i| i.to_string()).collect();
    Ok(Found {
        log: InteractionLog {
            n_users: planted.avatars.len(),
            n_items: planted.items.len(),
            interactions: rows.collect(),
            impressions: Vec::new(),
            items: Arc::new(ItemFacts {
                blocks: vec![tags],
                words: planted.items.iter().map(|i| i.title.clone()).collect(),
                born: Vec::new(),
            }),
            users: Arc::new(Vec::new()),
        },
        users: numbered(planted.avatars.len()),
        items: numbered(planted.items.len()),
        has_times: false,
        consent: "that of whoever gave the log this world was made from".to_owned(),
        notes: vec![
            "the past of an imported world is in order of time and has no times".to_owned(),
        ],
    })
}
