//! Scores drawn at random: what every other model has to beat.

use crate::config;
use crate::sim::rng::{Purpose, RngStream};

use super::interaction_log::InteractionLog;
use super::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use super::params::{ModelError, refuse_rest};

config! {
    /// Scores drawn at random have nothing to set.
    pub struct RandomConfig {}
}

/// One number an item and person, drawn from the seed.
#[derive(Debug, Clone)]
pub struct Random {
    seed: u64,
    n_items: usize,
}

impl Random {
    /// Makes one for no items yet.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, n_items: 0 }
    }

    fn draw(&self, person: &Person<'_>, scores: &mut [f32]) {
        let who = person.user.map_or(u64::MAX, u64::from);
        let mut rng = RngStream::new(self.seed, Purpose::Candidates, who, 0);
        for s in scores {
            *s = rng.uniform() as f32;
        }
    }
}

impl Model for Random {
    fn name(&self) -> &'static str {
        "random"
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        self.n_items = log.n_items;
        Ok(FitReport::default())
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items, scores.len())?;
        let rows = scores.chunks_mut(self.n_items.max(1));
        for (person, row) in people.iter().zip(rows) {
            self.draw(person, row);
        }
        Ok(())
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let mut scores = vec![0.0; self.n_items];
        self.draw(person, &mut scores);
        let value = *scores.get(item as usize).ok_or(ModelError::Index {
            what: "item",
            found: item as usize,
            below: self.n_items,
        })?;
        let about = About::Rest("luck");
        Ok(vec![Part { about, value }])
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        Ok(Tensors::new())
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        refuse_rest(stored)?;
        self.n_items = log.n_items;
        Ok(())
    }
}

/// Refuses scores of another length than people times items.
pub(super) fn check_length(expected: usize, found: usize) -> Result<(), ModelError> {
    if expected == found {
        return Ok(());
    }
    Err(ModelError::Length {
        what: "scores",
        found,
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn the_same_seed_draws_the_same_and_an_explanation_is_the_score() {
        let log = InteractionLog {
            n_users: 2,
            n_items: 5,
            ..InteractionLog::default()
        };
        let mut model = Random::new(7);
        model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
        let person = |user| Person {
            user: Some(user),
            past: &[],
            now: 0,
        };
        let mut scores = vec![0.0; 10];
        model.score(&[person(0), person(1)], &mut scores).unwrap();
        assert_ne!(scores[..5], scores[5..]);
        let parts = model.explain(&person(1), 3).unwrap();
        assert_eq!(parts[0].value, scores[8]);
        let mut again = Random::new(7);
        again.load(&model.save().unwrap(), &log).unwrap();
        let mut same = vec![0.0; 10];
        again.score(&[person(0), person(1)], &mut same).unwrap();
        assert_eq!(scores, same);
        assert!(model.score(&[person(0)], &mut same).is_err());
    }
}
