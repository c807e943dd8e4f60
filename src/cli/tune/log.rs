//! From a path to the log that models learn from.

use std::path::Path;
use std::sync::Arc;

use crate::cli::CommandError;
use crate::platform::models::interaction_log::{Interaction, InteractionLog, ItemFacts};
use crate::scenario::import::columns::ColumnMap;
use crate::scenario::import::log::Log;
use crate::scenario::import::source::{Reading, read};

/// Rows a person must have, as for `agora import`.
const LEAST_ROWS: u32 = 5;

/// Reads a log.
pub(super) fn load(path: &Path, map: Option<&str>) -> Result<InteractionLog, CommandError> {
    let reading = Reading {
        format: None,
        map: map.map_or_else(|| Ok(ColumnMap::default()), ColumnMap::parse)?,
        min_interactions: LEAST_ROWS,
    };
    Ok(of(&read(path, &reading, &mut |_, _| {})?))
}

/// Every row is an engagement of the same weight: what was rated low was met all the same.
fn of(log: &Log) -> InteractionLog {
    let rows = log.interactions.iter().map(|i| Interaction {
        user: i.user,
        item: i.item,
        time: i.time as i64,
        weight: 1.0,
    });
    let words = log.items.iter().map(|i| {
        let mut words = vec![i.title.as_str()];
        words.extend(i.genres.iter().map(String::as_str));
        words.join(" ")
    });
    InteractionLog {
        n_users: log.users.len(),
        n_items: log.items.len(),
        interactions: rows.collect(),
        impressions: Vec::new(),
        items: Arc::new(ItemFacts {
            words: words.collect(),
            ..ItemFacts::default()
        }),
        users: Arc::default(),
    }
}
