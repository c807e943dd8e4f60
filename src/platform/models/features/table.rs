//! The rows of examples, each as the world was known at its moment.

use crate::platform::models::interaction_log::InteractionLog;

use super::crowd::Crowd;
use super::examples::Example;
use super::extractor::Extractor;
use super::fading::DAY;
use super::history::History;
use super::schema::{Schema, Side};

/// Rows to learn from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What the columns are.
    pub schema: Schema,
    /// Row-major, `[examples.len(), schema.len()]`.
    pub values: Vec<f32>,
    /// What every row is about, oldest first.
    pub examples: Vec<Example>,
}

impl Table {
    /// Returns a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, at: usize) -> &[f32] {
        let width = self.schema.len();
        &self.values[at * width..(at + 1) * width]
    }

    /// Returns the values of a column, one a row.
    pub fn column(&self, at: usize) -> impl Iterator<Item = f32> + '_ {
        let width = self.schema.len();
        (0..self.examples.len()).map(move |row| self.values[row * width + at])
    }
}

/// Longest time for which the crowd stands still, in seconds.
const LONGEST_REFRESH: i64 = DAY;

/// Times that the crowd is brought up to date in a log that is shorter.
const REFRESHES: i64 = 20;

/// Returns the time up to which the crowd is known at a moment.
///
/// A model in service knows a person to the moment but the crowd only up to its fit, hours ago. It is trained alike:
/// the crowd stands still for a day (or a twentieth of a shorter log) and is then brought up to date.
pub(super) fn known_crowd(log: &InteractionLog, time: i64) -> i64 {
    let first = log.interactions.first().map(|i| i.time);
    let shown = log.impressions.first().map(|i| i.time);
    let begin = first.into_iter().chain(shown).min().unwrap_or(0);
    let length = log.end().saturating_sub(begin);
    let period = (length / REFRESHES).clamp(1, LONGEST_REFRESH);
    let since = time.saturating_sub(begin);
    time.saturating_sub(since.rem_euclid(period))
}

/// Walks through a log in order of time and writes the row of every example, which must be in that order too.
///
/// Returns the rows, and the crowd as it stands after the last row of the log.
#[must_use]
pub fn walk(extractor: &Extractor, log: &InteractionLog, examples: Vec<Example>) -> (Table, Crowd) {
    let schema = extractor.schema().clone();
    let width = schema.len();
    let [user, context, item, cross] = Side::ALL.map(|side| schema.span(side));
    let mut values = vec![0.0; examples.len() * width];
    let mut walk = Walk::new(extractor, log);
    let mut tastes = vec![0.0; extractor.width_of_tastes()];
    let nobody = History::new(extractor.facts());
    let mut done = None;
    if width > 0 {
        for (e, row) in examples.iter().zip(values.chunks_exact_mut(width)) {
            walk.advance(e.known as usize, known_crowd(log, e.time));
            let history = walk.people[e.user as usize].as_deref();
            let history = history.unwrap_or(&nobody);
            // The examples of a slate and of an engagement share their user and moment.
            if done != Some((e.user, e.known)) {
                extractor.write_tastes(history, &mut tastes);
                done = Some((e.user, e.known));
            }
            let (now, crowd) = (e.time, &walk.crowd);
            let who = Some(e.user);
            extractor.write_user(history, crowd, who, now, &mut row[user.clone()]);
            extractor.write_context(now, e.position, &mut row[context.clone()]);
            extractor.write_item(crowd, e.item, now, &mut row[item.clone()]);
            let into = &mut row[cross.clone()];
            extractor.write_cross(history, &tastes, crowd, e.item, now, into);
        }
    }
    walk.finish();
    let table = Table {
        schema,
        values,
        examples,
    };
    (table, walk.crowd)
}

/// How far a walk through a log has come, and what is known there.
struct Walk<'a> {
    extractor: &'a Extractor,
    log: &'a InteractionLog,
    /// Engagements that people, and that the crowd, have taken in.
    n_own: usize,
    n_engagements: usize,
    n_impressions: usize,
    people: Vec<Option<Box<History>>>,
    crowd: Crowd,
}

impl<'a> Walk<'a> {
    fn new(extractor: &'a Extractor, log: &'a InteractionLog) -> Self {
        Self {
            extractor,
            log,
            n_own: 0,
            n_engagements: 0,
            n_impressions: 0,
            people: vec![None; log.n_users],
            crowd: Crowd::new(log.n_users, log.n_items),
        }
    }

    /// Takes in the first `known` engagements for people, and what was before `time` for the crowd.
    fn advance(&mut self, known: usize, time: i64) {
        while self.n_own < known {
            let i = &self.log.interactions[self.n_own];
            let facts = self.extractor.facts();
            let own = &mut self.people[i.user as usize];
            own.get_or_insert_with(|| Box::new(History::new(facts)))
                .add(facts, i);
            self.n_own += 1;
        }
        while let Some(i) = self.log.interactions.get(self.n_engagements)
            && i.time < time
        {
            self.crowd.add(i);
            self.n_engagements += 1;
        }
        while let Some(i) = self.log.impressions.get(self.n_impressions)
            && i.time < time
        {
            self.crowd.show(i);
            self.n_impressions += 1;
        }
    }

    /// Takes in the rest, for the crowd only.
    fn finish(&mut self) {
        for i in &self.log.interactions[self.n_engagements..] {
            self.crowd.add(i);
        }
        for i in &self.log.impressions[self.n_impressions..] {
            self.crowd.show(i);
        }
        self.crowd.settle(self.log.end());
    }
}
