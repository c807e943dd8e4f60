//! What a ranker stands on: the columns, the crowd as it was after the fit, and how columns were scaled.

use rayon::prelude::*;

use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::model::{Person, Tensors};
use crate::platform::models::params::{ModelError, Values};
use crate::platform::models::selection::select::{SelectionConfig, select};
use crate::platform::models::selection::table::SelectionTable;

use super::crowd::{Crowd, take};
use super::examples::{Sampling, check_index, examples};
use super::extractor::{Columns, Extractor};
use super::history::History;
use super::schema::{Schema, Side};
use super::standard::Standard;
use super::table::{Table, walk};

/// What to learn from a log, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasisSettings {
    /// Which columns rows have.
    pub columns: Columns,
    /// Whether columns that tell nothing, or what another one tells, are left out.
    pub selection: Selection,
    /// What examples are learned from.
    pub sampling: Sampling,
}

/// Whether columns are selected before a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// All columns stay.
    Off,
    /// See [`select`].
    On,
}

impl Selection {
    /// Returns whether they are, as a setting says it.
    #[must_use]
    pub const fn when(selects: bool) -> Self {
        if selects { Self::On } else { Self::Off }
    }
}

/// Columns, crowd and scales.
#[derive(Debug, Clone)]
pub struct Basis {
    extractor: Extractor,
    crowd: Crowd,
    standard: Standard,
    /// When the crowd was settled.
    end: i64,
    rate: f64,
}

/// Somebody about to be scored: its past in sums, and its own columns.
#[derive(Debug, Clone)]
pub struct Onlooker {
    history: History,
    tastes: Vec<f32>,
    now: i64,
    /// Row in the log; `None` for a newcomer.
    pub user: Option<u32>,
    /// The columns of user and context, scaled.
    pub columns: Vec<f32>,
}

impl Basis {
    /// Learns from a log; returns the scaled rows as well, and what was selected.
    ///
    /// # Errors
    /// Those of [`Extractor::new`] and [`examples`].
    pub fn learn(
        log: &InteractionLog,
        settings: &BasisSettings,
    ) -> Result<(Self, Table, Option<SelectionTable>), ModelError> {
        let found = examples(log, &settings.sampling)?;
        let extractor = Extractor::new(log, settings.columns)?;
        let (mut table, crowd) = walk(&extractor, log, found.rows);
        let mut standard = Standard::of(&table);
        let selected = match settings.selection {
            Selection::Off => None,
            Selection::On => Some(select(&table, &SelectionConfig::BASELINE)?),
        };
        if let Some(selected) = &selected {
            for (at, column) in selected.columns.iter().enumerate() {
                if !column.is_kept() {
                    standard.leave_out(at);
                }
            }
        }
        for row in table.values.chunks_exact_mut(table.schema.len().max(1)) {
            standard.apply(0, row);
        }
        let basis = Self {
            extractor,
            crowd,
            standard,
            end: log.end(),
            rate: f64::from(found.rate as f32),
        };
        Ok((basis, table, selected))
    }

    /// Returns what the columns are.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        self.extractor.schema()
    }

    /// Returns the number of users and items.
    #[must_use]
    pub const fn shape(&self) -> (usize, usize) {
        self.extractor.shape()
    }

    /// Returns how columns were scaled.
    #[must_use]
    pub const fn standard(&self) -> &Standard {
        &self.standard
    }

    /// Returns the share of negatives that were learned from, see [`Examples::rate`](super::examples::Examples::rate).
    #[must_use]
    pub const fn rate(&self) -> f64 {
        self.rate
    }

    /// Looks at a person; engagements after its `now` are not looked at.
    ///
    /// # Errors
    /// [`ModelError::Index`] for an unknown user or item.
    pub fn onlooker(&self, person: &Person<'_>) -> Result<Onlooker, ModelError> {
        let (n_users, n_items) = self.shape();
        if let Some(user) = person.user {
            check_index("user", user, n_users)?;
        }
        let facts = self.extractor.facts();
        let mut history = History::new(facts);
        for i in person.past {
            check_index("item", i.item, n_items)?;
            if i.time <= person.now && !self.schema().is_empty() {
                history.add(facts, i);
            }
        }
        let mut tastes = vec![0.0; self.extractor.width_of_tastes()];
        self.extractor.write_tastes(&history, &mut tastes);
        let user = self.schema().span(Side::User).len();
        let mut columns = vec![0.0; self.schema().span(Side::Context).end];
        let (now, who) = (person.now, person.user);
        let (own, context) = columns.split_at_mut(user);
        self.extractor
            .write_user(&history, &self.crowd, who, now, own);
        self.extractor.write_context(now, 0, context);
        self.standard.apply(0, &mut columns);
        Ok(Onlooker {
            history,
            tastes,
            now,
            user: who,
            columns,
        })
    }

    /// Returns the scaled columns of all items at a time, `[n_items, columns of an item]`.
    #[must_use]
    pub fn item_rows(&self, now: i64) -> Vec<f32> {
        let all: Vec<u32> = (0..self.shape().1 as u32).collect();
        self.rows_of(&all, now)
    }

    /// Returns the scaled columns of some items at a time, in their order.
    ///
    /// # Panics
    /// If there is no such item.
    #[must_use]
    pub fn rows_of(&self, items: &[u32], now: i64) -> Vec<f32> {
        let span = self.schema().span(Side::Item);
        let mut rows = vec![0.0; items.len() * span.len()];
        let places = rows.chunks_exact_mut(span.len().max(1));
        for (item, row) in items.iter().zip(places) {
            self.extractor.write_item(&self.crowd, *item, now, row);
            self.standard.apply(span.start, row);
        }
        rows
    }

    /// Refuses items outside the log.
    ///
    /// # Errors
    /// [`ModelError::Index`] names the first.
    pub fn check_items(&self, items: &[u32]) -> Result<(), ModelError> {
        let n_items = self.shape().1;
        items
            .iter()
            .try_for_each(|item| check_index("item", *item, n_items))
    }

    /// Returns the scaled row of a person and an item, and the person's own row in the log.
    ///
    /// # Errors
    /// [`ModelError::Index`] for an unknown user or item.
    pub fn row(
        &self,
        person: &Person<'_>,
        item: u32,
    ) -> Result<(Vec<f32>, Option<u32>), ModelError> {
        check_index("item", item, self.shape().1)?;
        let who = self.onlooker(person)?;
        let mut row = vec![0.0; self.schema().len()];
        row[..who.columns.len()].copy_from_slice(&who.columns);
        let span = self.schema().span(Side::Item);
        let own = &mut row[span.clone()];
        self.extractor.write_item(&self.crowd, item, who.now, own);
        self.standard.apply(span.start, own);
        self.write_cross(&who, item, &mut row[span.end..]);
        Ok((row, who.user))
    }

    /// Writes the scaled columns that a person and an item have in common.
    ///
    /// # Panics
    /// If `out` has not as many places as there are such columns, or there is no such item.
    pub fn write_cross(&self, who: &Onlooker, item: u32, out: &mut [f32]) {
        let (history, crowd) = (&who.history, &self.crowd);
        self.extractor
            .write_cross(history, &who.tastes, crowd, item, who.now, out);
        self.standard
            .apply(self.schema().span(Side::Cross).start, out);
    }

    /// Calls `rank` for every person, in parallel, with the scaled item rows of its time and its row of `scores`.
    ///
    /// The rows of items are computed once for people of the same time.
    ///
    /// # Errors
    /// Those of [`onlooker`](Self::onlooker).
    pub fn for_each_person<T: Send + Sync>(
        &self,
        people: &[Person<'_>],
        scores: &mut [f32],
        prepare: impl Fn(&[f32]) -> T + Sync,
        rank: impl Fn(&Onlooker, &T, &mut [f32]) + Sync,
    ) -> Result<(), ModelError> {
        let n_items = self.shape().1;
        let rows = scores.chunks_exact_mut(n_items.max(1));
        let mut jobs: Vec<_> = people.iter().zip(rows).collect();
        jobs.sort_by_key(|(person, _)| person.now);
        let times = jobs.chunk_by_mut(|a, b| a.0.now == b.0.now);
        let one = |group: &mut [(&Person<'_>, &mut [f32])]| -> Result<(), ModelError> {
            let shared = prepare(&self.item_rows(group[0].0.now));
            group.par_iter_mut().try_for_each(|(person, row)| {
                rank(&self.onlooker(person)?, &shared, row);
                Ok(())
            })
        };
        let mut times: Vec<_> = times.collect();
        times.par_iter_mut().try_for_each(|group| one(group))
    }

    /// Adds all of it to what is stored.
    pub fn save(&self, into: &mut Tensors) {
        self.crowd.save(self.end, into);
        self.standard.save(into);
        let (shape, values) = (vec![1], vec![self.rate as f32]);
        into.insert("rate".to_owned(), Values { shape, values });
    }

    /// Takes all of it out of what was stored; `log` gives the facts.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if a tensor is missing or has another shape; those of [`Extractor::new`].
    pub fn take(
        from: &mut Tensors,
        log: &InteractionLog,
        columns: Columns,
    ) -> Result<Self, ModelError> {
        let extractor = Extractor::new(log, columns)?;
        let (crowd, end) = Crowd::take(from, log.n_users, log.n_items)?;
        let standard = Standard::take(from, extractor.schema().len())?;
        let rate = f64::from(take(from, "rate", &[1])?[0]);
        Ok(Self {
            extractor,
            crowd,
            standard,
            end,
            rate,
        })
    }
}
