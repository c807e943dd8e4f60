//! What all kinds do alike: refuse what does not fit, score person by person, and say no when nothing was learned.

use rayon::prelude::*;

use super::super::interaction_log::InteractionLog;
use super::super::interactions::{Interactions, InteractionsError};
use super::super::model::Person;
use super::super::params::ModelError;
use super::super::random::check_length;

/// Returns who met what, and checks that every weight of the log can be counted with.
pub(super) fn matrix_of(log: &InteractionLog) -> Result<Interactions, ModelError> {
    if let Some(i) = log
        .interactions
        .iter()
        .find(|i| !(i.weight > 0.0 && i.weight.is_finite()))
    {
        return Err(ModelError::Value {
            what: "weight of an interaction".to_owned(),
            found: i.weight.to_string(),
            allowed: "above 0 and finite".to_owned(),
        });
    }
    log.matrix().map_err(|e| match e {
        InteractionsError::User { user, n_users } => ModelError::Index {
            what: "user",
            found: user as usize,
            below: n_users,
        },
        InteractionsError::Item { item, n_items } => ModelError::Index {
            what: "item",
            found: item as usize,
            below: n_items,
        },
    })
}

/// Returns who met what, and refuses a log in which nobody met anything.
pub(super) fn pairs_of(log: &InteractionLog) -> Result<Interactions, ModelError> {
    let x = matrix_of(log)?;
    if x.is_empty() {
        return Err(ModelError::NoPairs);
    }
    Ok(x)
}

/// Numbers of users and items of a fitted model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Size {
    pub(super) n_users: usize,
    pub(super) n_items: usize,
}

impl Size {
    pub(super) const fn of(log: &InteractionLog) -> Self {
        Self {
            n_users: log.n_users,
            n_items: log.n_items,
        }
    }

    /// Refuses a person that names an unknown user or item.
    pub(super) fn check(self, person: &Person<'_>) -> Result<(), ModelError> {
        if let Some(user) = person.user {
            check_index("user", user, self.n_users)?;
        }
        person
            .past
            .iter()
            .try_for_each(|i| check_index("item", i.item, self.n_items))
    }

    /// Fills one row of scores a person, several persons at once.
    pub(super) fn score_each(
        self,
        people: &[Person<'_>],
        scores: &mut [f32],
        score: impl Fn(&Person<'_>, &mut [f32]) -> Result<(), ModelError> + Sync,
    ) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items, scores.len())?;
        people.iter().try_for_each(|p| self.check(p))?;
        let rows = scores.par_chunks_mut(self.n_items.max(1));
        let results: Vec<_> = people
            .par_iter()
            .zip(rows)
            .map(|(person, row)| score(person, row))
            .collect();
        // The first in order, so that an error does not depend on threads either.
        results.into_iter().collect()
    }

    /// Refuses a person or an item that is unknown.
    pub(super) fn check_both(self, person: &Person<'_>, item: u32) -> Result<(), ModelError> {
        self.check(person)?;
        check_index("item", item, self.n_items)
    }
}

fn check_index(what: &'static str, found: u32, below: usize) -> Result<(), ModelError> {
    let found = found as usize;
    if found < below {
        return Ok(());
    }
    Err(ModelError::Index { what, found, below })
}

/// Lists the distinct items of a past, ascending: models that know no order get the same sums for any order.
pub(super) fn items_ascending(person: &Person<'_>) -> Vec<u32> {
    let mut items: Vec<u32> = person.past.iter().map(|i| i.item).collect();
    items.sort_unstable();
    items.dedup();
    items
}
