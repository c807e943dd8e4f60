//! A log that was imported, as models take it.
//!
//! People and items are numbered as they stand in the log: by their ids where all are integers, by the order of their
//! texts otherwise. Times become seconds, ratings weights, genres a block of columns, titles words.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::source::Found;
use crate::platform::models::interaction_log::{
    FeatureBlock, Interaction, InteractionLog, ItemFacts,
};
use crate::scenario::import::log::{Log, LogItem};

/// Most genres that get a column; rarer ones are left out.
const MOST_GENRES: usize = 256;

/// Seconds since 1970 stay below this until the year 5138; what is larger is counted in thousandths, millionths or billionths.
const LARGEST_SECONDS: f64 = 1e11;

/// Smallest weight, for the lowest rating of a scale that reaches 0 or below.
const LEAST_WEIGHT: f32 = 0.1;

/// Converts a log.
pub(super) fn convert(log: &Log) -> Found {
    let mut notes = log.skipped.sentences();
    let divisor = unit(log);
    if divisor > 1.0 {
        notes.push(format!(
            "times are so large that they were taken as 1/{divisor} of a second"
        ));
    }
    if !log.has_times {
        notes.push("the log has no times: its rows were taken to be in order".to_owned());
    }
    let weigh = weights(log);
    let rows = log.interactions.iter().map(|i| Interaction {
        user: i.user,
        item: i.item,
        time: (i.time / divisor).floor() as i64,
        weight: weigh(i.rating),
    });
    let mut blocks = Vec::new();
    blocks.extend(genres(&log.items, &mut notes));
    let has_titles = log.items.iter().any(|i| i.title != i.id);
    let words = if has_titles {
        log.items.iter().map(words_of).collect()
    } else {
        Vec::new()
    };
    Found {
        log: InteractionLog {
            n_users: log.users.len(),
            n_items: log.items.len(),
            interactions: rows.collect(),
            impressions: Vec::new(),
            items: Arc::new(ItemFacts {
                blocks,
                words,
                born: Vec::new(),
            }),
            users: Arc::new(Vec::new()),
        },
        users: log.users.clone(),
        items: log.items.iter().map(|i| i.id.clone()).collect(),
        has_times: log.has_times,
        consent: "that of whoever gave the log; Agora cannot tell what its people agreed to"
            .to_owned(),
        notes,
    }
}

/// How many of the log's units of time make a second.
fn unit(log: &Log) -> f64 {
    let largest = log
        .interactions
        .iter()
        .map(|i| i.time.abs())
        .fold(0.0, f64::max);
    let mut divisor = 1.0;
    while largest / divisor > LARGEST_SECONDS && divisor < 1e9 {
        divisor *= 1e3;
    }
    divisor
}

/// Returns what a rating weighs: 1 on average, in proportion where all ratings are above 0.
fn weights(log: &Log) -> impl Fn(f32) -> f32 + use<> {
    let all = || log.interactions.iter().map(|i| i.rating);
    let (low, high) = (
        all().fold(f32::INFINITY, f32::min),
        all().fold(f32::NEG_INFINITY, f32::max),
    );
    let is_flat = !log.has_ratings || high <= low;
    let scaled = move |r: f32| {
        if low > 0.0 {
            r
        } else {
            LEAST_WEIGHT + (1.0 - LEAST_WEIGHT) * (r - low) / (high - low)
        }
    };
    let n = log.interactions.len().max(1) as f64;
    let mean = if is_flat {
        1.0
    } else {
        (all().map(|r| f64::from(scaled(r))).sum::<f64>() / n) as f32
    };
    move |r| if is_flat { 1.0 } else { scaled(r) / mean }
}

fn words_of(item: &LogItem) -> String {
    if item.title == item.id {
        String::new()
    } else {
        item.title.clone()
    }
}

/// One column a genre, by name; 1 where an item has it.
fn genres(items: &[LogItem], notes: &mut Vec<String>) -> Option<FeatureBlock> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for genre in items.iter().flat_map(|i| &i.genres) {
        *counts.entry(genre).or_default() += 1;
    }
    if counts.is_empty() {
        return None;
    }
    let mut by_count: Vec<(&str, u32)> = counts.iter().map(|(g, n)| (*g, *n)).collect();
    by_count.sort_by_key(|(genre, n)| (std::cmp::Reverse(*n), *genre));
    if by_count.len() > MOST_GENRES {
        notes.push(format!(
            "of {} genres the {MOST_GENRES} most frequent are used",
            by_count.len()
        ));
        by_count.truncate(MOST_GENRES);
    }
    let mut columns: Vec<&str> = by_count.into_iter().map(|(g, _)| g).collect();
    columns.sort_unstable();
    let mut values = vec![0.0; items.len() * columns.len()];
    for (row, item) in values.chunks_mut(columns.len()).zip(items) {
        for genre in &item.genres {
            if let Ok(c) = columns.binary_search(&genre.as_str()) {
                row[c] = 1.0;
            }
        }
    }
    let present = items.iter().map(|i| !i.genres.is_empty()).collect();
    Some(FeatureBlock {
        name: "genres".to_owned(),
        columns: columns.into_iter().map(str::to_owned).collect(),
        values,
        present,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::import::log::LogBuilder;
    use std::path::Path;

    fn found(rows: &[(&str, &str, f32, f64)], has_ratings: bool) -> Found {
        let mut b = LogBuilder::new(Path::new("x"));
        for (user, item, rating, time) in rows {
            let at = b.item(item).unwrap();
            b.describe(at, &format!("Title of {item}"), vec![format!("g{item}")]);
            b.add(user, at, *rating, *time).unwrap();
        }
        b.has_times = true;
        b.has_ratings = has_ratings;
        convert(&b.finish(1).unwrap())
    }

    #[test]
    fn integers_are_numbered_by_size_and_rows_stand_by_time() {
        let f = found(
            &[
                ("10", "30", 4.0, 9.0),
                ("9", "4", 2.0, 5.0),
                ("10", "4", 3.0, 7.0),
            ],
            true,
        );
        assert_eq!(
            (f.users.as_slice(), f.items.as_slice()),
            (
                ["9".to_owned(), "10".to_owned()].as_slice(),
                ["4".to_owned(), "30".to_owned()].as_slice(),
            )
        );
        let rows: Vec<(u32, u32, i64)> = f
            .log
            .interactions
            .iter()
            .map(|i| (i.user, i.item, i.time))
            .collect();
        assert_eq!(rows, [(0, 0, 5), (1, 0, 7), (1, 1, 9)]);
        let weights: Vec<f32> = f.log.interactions.iter().map(|i| i.weight).collect();
        assert_eq!(weights, [2.0 / 3.0, 1.0, 4.0 / 3.0]);
        let genres = f.log.items.block("genres").unwrap();
        assert_eq!(genres.columns, ["g30", "g4"]);
        assert_eq!(genres.row(0), [0.0, 1.0]);
        assert_eq!(f.log.items.words_of(1), "Title of 30");
    }

    #[test]
    fn weights_are_above_0_whatever_the_scale_and_1_without_ratings() {
        let rows = [
            ("a", "x", -2.0, 0.0),
            ("a", "y", 2.0, 0.0),
            ("b", "x", 0.0, 0.0),
        ];
        let f = found(&rows, true);
        let mean = f.log.interactions.iter().map(|i| i.weight).sum::<f32>() / 3.0;
        assert!((mean - 1.0).abs() < 1e-6);
        assert!(f.log.interactions.iter().all(|i| i.weight > 0.0));
        let f = found(&rows, false);
        assert!(f.log.interactions.iter().all(|i| i.weight == 1.0));
        let same = [("a", "x", 3.0, 0.0), ("b", "x", 3.0, 0.0)];
        assert!(
            found(&same, true)
                .log
                .interactions
                .iter()
                .all(|i| i.weight == 1.0)
        );
    }

    #[test]
    fn milliseconds_become_seconds_and_it_is_said() {
        let f = found(
            &[
                ("a", "x", 1.0, 1_500_000_000_500.0),
                ("a", "y", 1.0, 1_500_000_001_000.0),
            ],
            false,
        );
        let times: Vec<i64> = f.log.interactions.iter().map(|i| i.time).collect();
        assert_eq!(times, [1_500_000_000, 1_500_000_001]);
        assert_eq!(f.notes.len(), 1);
        let f = found(&[("a", "x", 1.0, 1_500_000_000.0)], false);
        assert!(f.notes.is_empty());
    }
}
