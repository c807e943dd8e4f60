//! Writes rows: the one place where features are computed.

use std::sync::Arc;

use crate::platform::models::interaction_log::{FeatureBlock, InteractionLog, ItemFacts};
use crate::platform::models::params::ModelError;
use crate::sim::math;

use super::crowd::Crowd;
use super::fading::{DAY, HALF_LIVES, days_between, hour_of, tamed};
use super::history::{BlockSpan, History, finite, leading_column, spans, unit};
use super::schema::{Group, Schema, Side};

/// Modalities with more columns than this enter rows by their cosines only: what one of hundreds of columns says alone
/// cannot be learned, nor read.
pub const WIDEST_BLOCK: usize = 64;

/// Days after which "never" and "long ago" are the same.
const LONGEST_WAIT: f32 = 365.0;

/// Engagements that a share of hours without any of its own is worth.
const PRIOR_HOURS: f32 = 4.0;

/// Hours before and after now that count as the same time of day.
const HOURS_AROUND: usize = 1;

/// Whether rows have columns at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// All that the facts of a log allow.
    All,
    /// None: for models that look at nothing but ids.
    None,
}

impl Columns {
    /// Returns whether rows have columns, as a setting says it.
    #[must_use]
    pub const fn when(are_used: bool) -> Self {
        if are_used { Self::All } else { Self::None }
    }
}

/// Fills a row from left to right.
struct Row<'a> {
    out: &'a mut [f32],
    at: usize,
}

impl<'a> Row<'a> {
    const fn new(out: &'a mut [f32]) -> Self {
        Self { out, at: 0 }
    }

    fn push(&mut self, x: f32) {
        self.out[self.at] = x;
        self.at += 1;
    }
}

/// Computes columns for users and items of a log.
#[derive(Debug, Clone)]
pub struct Extractor {
    schema: Schema,
    columns: Columns,
    items: Arc<ItemFacts>,
    users: Arc<Vec<FeatureBlock>>,
    n_users: usize,
    n_items: usize,
    spans: Vec<BlockSpan>,
    /// Features of all items scaled to length 1 by modality, `[n_items, width of all modalities]`.
    directions: Vec<f32>,
    /// The largest feature of every item in the first modality.
    leading: Vec<Option<usize>>,
}

fn check(block: &FeatureBlock, n: usize) -> Result<(), ModelError> {
    let expected = n * block.columns.len();
    let (found, what) = (block.values.len(), "values of a feature block");
    if found != expected {
        return Err(ModelError::Length {
            what,
            found,
            expected,
        });
    }
    let (found, what) = (block.present.len(), "presence of a feature block");
    if found != 0 && found != n {
        return Err(ModelError::Length {
            what,
            found,
            expected: n,
        });
    }
    Ok(())
}

impl Extractor {
    /// Takes up the facts of a log.
    ///
    /// # Errors
    /// [`ModelError::Length`] if a block of features or the birth dates have not one row an item or user.
    pub fn new(log: &InteractionLog, columns: Columns) -> Result<Self, ModelError> {
        for block in &log.items.blocks {
            check(block, log.n_items)?;
        }
        for block in log.users.iter() {
            check(block, log.n_users)?;
        }
        let born = log.items.born.len();
        if born != 0 && born != log.n_items {
            return Err(ModelError::Length {
                what: "birth dates of items",
                found: born,
                expected: log.n_items,
            });
        }
        let spans = spans(&log.items);
        let width: usize = spans.iter().map(|s| s.width).sum();
        let (mut directions, mut leading) = (Vec::new(), Vec::new());
        let mut schema = Schema::default();
        if columns == Columns::All {
            directions = vec![0.0; width * log.n_items];
            for (item, row) in directions.chunks_exact_mut(width.max(1)).enumerate() {
                for (span, block) in spans.iter().zip(&log.items.blocks) {
                    let own = &mut row[span.begin..span.begin + span.width];
                    if block.has(item) {
                        own.copy_from_slice(block.row(item));
                        for x in own.iter_mut() {
                            *x = finite(*x);
                        }
                        unit(own);
                    }
                }
            }
            if !spans.is_empty() {
                let all = 0..log.n_items as u32;
                leading = all.map(|i| leading_column(&log.items, 0, i)).collect();
            }
            schema = declare(&log.items, &log.users);
        }
        Ok(Self {
            schema,
            columns,
            items: Arc::clone(&log.items),
            users: Arc::clone(&log.users),
            n_users: log.n_users,
            n_items: log.n_items,
            spans,
            directions,
            leading,
        })
    }

    /// Returns what the columns are.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the facts about items.
    #[must_use]
    pub fn facts(&self) -> &ItemFacts {
        &self.items
    }

    /// Returns the number of users and items.
    #[must_use]
    pub const fn shape(&self) -> (usize, usize) {
        (self.n_users, self.n_items)
    }

    /// Returns the length of a vector of tastes: the columns of all modalities.
    #[must_use]
    pub fn width_of_tastes(&self) -> usize {
        self.spans.iter().map(|s| s.width).sum()
    }

    /// Writes somebody's interests as directions, for [`write_cross`](Self::write_cross).
    pub fn write_tastes(&self, history: &History, tastes: &mut [f32]) {
        history.write_tastes(&self.spans, tastes);
    }

    /// Writes the columns of [`Side::User`]; `who` is `None` for a newcomer.
    ///
    /// # Panics
    /// If `out` has not as many places as the side has columns.
    pub fn write_user(
        &self,
        history: &History,
        crowd: &Crowd,
        who: Option<u32>,
        now: i64,
        out: &mut [f32],
    ) {
        if self.columns == Columns::None {
            return;
        }
        let mut row = Row::new(out);
        let waited = history.last.map_or(LONGEST_WAIT, |t| days_between(t, now));
        row.push(tamed(waited.min(LONGEST_WAIT)));
        row.push(f32::from(u8::from(history.last.is_none())));
        for n in history.counts.at(now) {
            row.push(tamed(n));
        }
        row.push(tamed(history.weights.at(now)[2]));
        row.push(tamed(history.met.len() as f32));
        let own = who.and_then(|u| crowd.people.get(u as usize));
        for rate in own.copied().unwrap_or_default().rates(&crowd.all) {
            row.push(rate);
        }
        write_hours(&history.hours, now, &mut row);
        for (at, (block, span)) in self.items.blocks.iter().zip(&self.spans).enumerate() {
            if span.width <= WIDEST_BLOCK {
                let total = history.interest_weights[at];
                let scale = if total > 1e-12 { 1.0 / total } else { 0.0 };
                for s in &history.interests[span.begin..span.begin + block.columns.len()] {
                    row.push(s * scale);
                }
            }
        }
        for block in self.users.iter() {
            let known = who.map(|u| u as usize).filter(|u| block.has(*u));
            for at in 0..block.columns.len() {
                row.push(known.map_or(0.0, |u| finite(block.row(u)[at])));
            }
        }
        debug_assert_eq!(row.at, row.out.len());
    }

    /// Writes the columns of [`Side::Context`]; `position` counts from 0.
    ///
    /// # Panics
    /// If `out` has not as many places as the side has columns.
    pub fn write_context(&self, now: i64, position: u8, out: &mut [f32]) {
        if self.columns == Columns::None {
            return;
        }
        let mut row = Row::new(out);
        for period in [DAY, 7 * DAY] {
            let share = now.rem_euclid(period) as f64 / period as f64;
            let angle = std::f64::consts::TAU * share;
            row.push(math::sin(angle) as f32);
            row.push(math::cos(angle) as f32);
        }
        row.push(tamed(f32::from(position)));
        debug_assert_eq!(row.at, row.out.len());
    }

    /// Writes the columns of [`Side::Item`].
    ///
    /// # Panics
    /// If `out` has not as many places as the side has columns, or there is no such item.
    pub fn write_item(&self, crowd: &Crowd, item: u32, now: i64, out: &mut [f32]) {
        if self.columns == Columns::None {
            return;
        }
        let state = &crowd.items[item as usize];
        let mut row = Row::new(out);
        for n in state.counts.at(now) {
            row.push(tamed(n));
        }
        row.push((state.weight + 1.0) / (state.n + 1.0));
        let born = self.items.born.get(item as usize).copied();
        let age = born.or(state.first).map_or(0.0, |t| days_between(t, now));
        row.push(tamed(age));
        for rate in state.answers.rates(&crowd.all) {
            row.push(rate);
        }
        row.push(share_around(&state.hours, now));
        for (block, span) in self.items.blocks.iter().zip(&self.spans) {
            let has = block.has(item as usize);
            if span.width <= WIDEST_BLOCK {
                for x in block.row(item as usize) {
                    row.push(if has { finite(*x) } else { 0.0 });
                }
            }
            if !block.present.is_empty() {
                row.push(f32::from(u8::from(has)));
            }
        }
        debug_assert_eq!(row.at, row.out.len());
    }

    /// Writes the columns of [`Side::Cross`]; `tastes` are those of the history, see [`write_tastes`](Self::write_tastes).
    ///
    /// # Panics
    /// If `out` has not as many places as the side has columns, or there is no such item.
    pub fn write_cross(
        &self,
        history: &History,
        tastes: &[f32],
        crowd: &Crowd,
        item: u32,
        now: i64,
        out: &mut [f32],
    ) {
        if self.columns == Columns::None {
            return;
        }
        let mut row = Row::new(out);
        let directions = &self.directions[item as usize * tastes.len()..][..tastes.len()];
        for span in &self.spans {
            let own = span.begin..span.begin + span.width;
            row.push(math::dot(&tastes[own.clone()], &directions[own]));
        }
        if !self.spans.is_empty() {
            let last = self.leading[item as usize].and_then(|c| history.similar[c]);
            let waited = last.map_or(LONGEST_WAIT, |t| days_between(t, now));
            row.push(tamed(waited.min(LONGEST_WAIT)));
        }
        let met = history.met.binary_search(&item).is_ok();
        row.push(f32::from(u8::from(met)));
        let (a, b) = (&history.hours, &crowd.items[item as usize].hours);
        let lengths = (math::dot(a, a) * math::dot(b, b)).sqrt();
        let matched = if lengths > 0.0 {
            math::dot(a, b) / lengths
        } else {
            0.0
        };
        row.push(matched);
        debug_assert_eq!(row.at, row.out.len());
    }
}

/// The share of the hours around now, against that of somebody who is equally active around the clock.
fn share_around(hours: &[f32; 24], now: i64) -> f32 {
    let here = hour_of(now);
    let total: f32 = hours.iter().sum();
    let width = 2 * HOURS_AROUND + 1;
    let near: f32 = (0..width)
        .map(|d| hours[(here + 24 + d - HOURS_AROUND) % 24])
        .sum();
    let even = width as f32 / 24.0;
    (near + PRIOR_HOURS * even) / ((total + PRIOR_HOURS) * even)
}

/// Peak (as sine and cosine of the clock), concentration, shares of night, morning, afternoon and evening, and of now.
///
/// The concentration is the length of the mean direction on the clock, 0 for hours that are all alike, 1 for a single one.
fn write_hours(hours: &[f32; 24], now: i64, row: &mut Row<'_>) {
    let total: f32 = hours.iter().sum();
    let (mut x, mut y) = (0.0f64, 0.0f64);
    for (hour, n) in hours.iter().enumerate() {
        if *n > 0.0 {
            let angle = std::f64::consts::TAU * (hour as f64 + 0.5) / 24.0;
            x += f64::from(*n) * math::cos(angle);
            y += f64::from(*n) * math::sin(angle);
        }
    }
    let length = (x * x + y * y).sqrt();
    // Shorter than this, the direction is what rounding left.
    let known = length > 1e-9 * f64::from(total).max(1.0);
    let scale = if known { 1.0 / length } else { 0.0 };
    row.push((y * scale) as f32);
    row.push((x * scale) as f32);
    row.push(if known {
        (length / f64::from(total)) as f32
    } else {
        0.0
    });
    for part in hours.chunks_exact(6) {
        let own: f32 = part.iter().sum();
        row.push((own + PRIOR_HOURS / 4.0) / (total + PRIOR_HOURS));
    }
    row.push(share_around(hours, now));
}

fn declare(items: &ItemFacts, users: &[FeatureBlock]) -> Schema {
    let mut s = Schema::default();
    let narrow = || {
        let all = items.blocks.iter();
        all.filter(|b| b.columns.len() <= WIDEST_BLOCK)
    };
    let modality = |b: &FeatureBlock| Group::Modality(b.name.clone());
    let mut user = |group: Group, name: &str, unit: &str| {
        s.push(Side::User, group, format!("user.{name}"), unit);
    };
    user(Group::Activity, "recency", "ln(1+days)");
    user(Group::Activity, "is_new", "0 or 1");
    for days in HALF_LIVES {
        user(
            Group::Activity,
            &format!("frequency_{days}d"),
            "ln(1+engagements)",
        );
    }
    user(Group::Activity, "weight_28d", "ln(1+weight)");
    user(Group::Activity, "breadth", "ln(1+items)");
    for word in ["view", "engage", "convert"] {
        user(Group::Activity, &format!("{word}_rate"), "per impression");
    }
    for name in ["peak_sin", "peak_cos", "concentration"] {
        user(Group::Hours, &format!("hours.{name}"), "-");
    }
    for name in ["night", "morning", "afternoon", "evening"] {
        user(Group::Hours, &format!("hours.{name}"), "share");
    }
    user(Group::Hours, "hours.now", "times the even share");
    for block in narrow() {
        for column in &block.columns {
            user(
                modality(block),
                &format!("interest.{}.{column}", block.name),
                "mean",
            );
        }
    }
    for block in users {
        for column in &block.columns {
            user(Group::Profile, &format!("{}.{column}", block.name), "-");
        }
    }
    let mut context = |group: Group, name: &str, unit: &str| {
        s.push(Side::Context, group, format!("context.{name}"), unit);
    };
    for name in ["hour_sin", "hour_cos", "weekday_sin", "weekday_cos"] {
        context(Group::Hours, name, "-");
    }
    context(Group::Position, "position", "ln(1+places)");
    let mut item = |group: Group, name: &str, unit: &str| {
        s.push(Side::Item, group, format!("item.{name}"), unit);
    };
    for days in HALF_LIVES {
        item(
            Group::Popularity,
            &format!("popularity_{days}d"),
            "ln(1+engagements)",
        );
    }
    item(Group::Popularity, "mean_weight", "weight");
    item(Group::Age, "age", "ln(1+days)");
    for word in ["view", "engage", "convert"] {
        item(Group::Response, &format!("{word}_rate"), "per impression");
    }
    item(Group::Hours, "hours.now", "times the even share");
    for block in &items.blocks {
        if block.columns.len() <= WIDEST_BLOCK {
            for column in &block.columns {
                item(modality(block), &format!("{}.{column}", block.name), "-");
            }
        }
        if !block.present.is_empty() {
            item(
                modality(block),
                &format!("{}.is_present", block.name),
                "0 or 1",
            );
        }
    }
    let mut cross = |group: Group, name: &str, unit: &str| {
        s.push(Side::Cross, group, format!("cross.{name}"), unit);
    };
    for block in &items.blocks {
        cross(modality(block), &format!("cosine.{}", block.name), "-");
    }
    if !items.blocks.is_empty() {
        cross(Group::Acquaintance, "since_similar", "ln(1+days)");
    }
    cross(Group::Acquaintance, "met", "0 or 1");
    cross(Group::Hours, "hours.match", "cosine");
    s
}
