//! Two towers, learned from every pair of a log with the user's past as it was then.
//!
//! A user that was fitted on has a row of its own in the table of ids, which stands in its history as one more item.

use rayon::prelude::*;

use super::config::TwoTowerModelConfig;
use super::rows::{Items, Users};
use crate::platform::models::hold_out::{HoldOut, Patience, check_index};
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::layers::products::product;
use crate::platform::models::model::{
    About, Epoch, FitReport, Model, Part, Person, Tensors, Watch,
};
use crate::platform::models::params::{ModelError, read_tensors, write_tensors};
use crate::platform::models::random::check_length;
use crate::platform::models::two_tower::config::TwoTowerConfig;
use crate::platform::models::two_tower::data::{ITEM_FEATURES, PROFILE_LENGTH, TrainingData};
use crate::platform::models::two_tower::dense::transposed;
use crate::platform::models::two_tower::model::TwoTower;
use crate::sim::config::ConfigPart;
use crate::sim::math;

/// Pairs whose pasts are alive at a time while learning.
const PAIRS_AT_A_TIME: usize = 1 << 17;
/// Largest table of ids.
const MOST_IDS: usize = 1_000_000;

/// What was learned, with the places of all items.
#[derive(Debug)]
struct Learned {
    model: TwoTower,
    items: Items,
    /// `(n_items, d)`
    places: Vec<f32>,
}

/// Two towers: score(person, item) = cosine of their places, over the temperature.
///
/// # Source
/// Yi et al. (2019).
#[derive(Debug)]
pub struct TwoTowerModel {
    config: TwoTowerModelConfig,
    seed: u64,
    n_users: usize,
    n_items: usize,
    learned: Option<Learned>,
}

impl TwoTowerModel {
    /// Makes one that has learned nothing yet.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a setting is outside its range.
    pub fn new(config: TwoTowerModelConfig, seed: u64) -> Result<Self, ModelError> {
        let mut violations = Vec::new();
        config.check("two_tower", &mut violations);
        if let Some(v) = violations.into_iter().next() {
            let (what, found, allowed) = (v.key, v.value, v.allowed);
            return Err(ModelError::Value {
                what,
                found,
                allowed,
            });
        }
        Ok(Self {
            config,
            seed,
            n_users: 0,
            n_items: 0,
            learned: None,
        })
    }

    fn towers(&self) -> TwoTowerConfig {
        let c = &self.config;
        let ids = (self.n_items + self.n_users).clamp(1, MOST_IDS);
        TwoTowerConfig {
            dimensions: c.dimensions,
            hidden: c.hidden,
            id_dimensions: c.id_dimensions,
            id_rows: ids as u32,
            // The user's own row beside the items.
            history_length: (c.history_length + u32::from(c.user_ids)).min(1000),
            temperature: c.temperature,
            corrects_popularity: c.corrects_popularity,
            batch_size: c.batch_size,
            // Logs from elsewhere seldom tell what lay beside what was taken.
            impression_weight: 0.0,
            learning_rate: c.learning_rate,
            weight_decay: c.weight_decay,
        }
    }

    /// Returns the newest items that a past is looked at for.
    fn newest<'a, T>(&self, past: &'a [T]) -> &'a [T] {
        &past[past
            .len()
            .saturating_sub(self.config.history_length as usize)..]
    }

    /// Returns a user's row in the table of ids, after those of the items.
    fn own(&self, user: Option<u32>) -> Option<u32> {
        user.filter(|_| self.config.user_ids)
            .map(|user| self.n_items as u32 + user)
    }

    fn learned(&self) -> Result<&Learned, ModelError> {
        self.learned.as_ref().ok_or(ModelError::NoPairs)
    }

    fn past(&self, person: &Person<'_>) -> Result<Vec<u32>, ModelError> {
        if let Some(user) = person.user {
            check_index("user", user as usize, self.n_users)?;
        }
        let past = self.newest(person.past);
        for i in past {
            check_index("item", i.item as usize, self.n_items)?;
        }
        Ok(past.iter().map(|i| i.item).collect())
    }

    /// Writes the scores of all items for users with their pasts.
    fn score_users(
        &self,
        learned: &Learned,
        users: &Users,
        scores: &mut [f32],
    ) -> Result<(), ModelError> {
        let d = self.config.dimensions as usize;
        let mut places = learned.model.embed_users(&users.inputs())?;
        let scale = (1.0 / self.config.temperature) as f32;
        for p in &mut places {
            *p *= scale;
        }
        let items = transposed(&learned.places, d);
        let tasks = scores.par_chunks_mut(64 * self.n_items.max(1));
        tasks
            .zip(places.par_chunks(64 * d))
            .for_each(|(scores, places)| scores.copy_from_slice(&product(places, &items, d, None)));
        Ok(())
    }
}

impl Model for TwoTowerModel {
    fn name(&self) -> &'static str {
        "two_tower"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let split = HoldOut::split(log, self.config.held_out_users as usize)?;
        (self.n_users, self.n_items) = (log.n_users, log.n_items);
        let items = Items::of(log)?;
        let histories: Vec<Vec<u32>> = split
            .by_user
            .iter()
            .map(|rows| rows.iter().map(|i| i.item).collect())
            .collect();
        let examples: Vec<(u32, usize)> = (0u32..)
            .zip(&histories)
            .flat_map(|(user, h)| (0..h.len()).map(move |place| (user, place)))
            .collect();
        let mut held = Users::default();
        for (user, _) in &split.held {
            let past = self.newest(&histories[*user as usize]);
            held.push(&items, self.own(Some(*user)), past);
        }
        let mut learned = Learned {
            model: TwoTower::new(&self.towers(), self.seed)?,
            items,
            places: Vec::new(),
        };
        let ids = u64::from(self.config.id_dimensions);
        let (d, h) = (
            u64::from(self.config.dimensions),
            u64::from(self.config.hidden),
        );
        let inputs = (PROFILE_LENGTH + ITEM_FEATURES) as u64 + 2 * ids;
        let mut report = FitReport {
            n_rows: examples.len() as u64,
            n_parameters: u64::from(self.towers().id_rows) * ids + inputs * h + 2 * (h + h * d + d),
            curve: Vec::new(),
        };
        let mut patience = Patience::default();
        let mut scores = vec![0.0f32; split.held.len() * log.n_items];
        let parts = examples.len().div_ceil(PAIRS_AT_A_TIME);
        let mut gathered: Option<(Users, Vec<(u32, u32)>)> = None;
        for epoch in 0..self.config.epochs {
            let mut loss = 0.0;
            for part in 0..parts {
                // Every part is a fair sample: every n-th example.
                let (users, pairs) = match gathered.take() {
                    Some(kept) if parts == 1 => kept,
                    _ => {
                        let mut users = Users::default();
                        let mut pairs = Vec::new();
                        for (user, place) in examples.iter().skip(part).step_by(parts) {
                            let history = &histories[*user as usize];
                            pairs.push((pairs.len() as u32, history[*place]));
                            let past = self.newest(&history[..*place]);
                            users.push(&learned.items, self.own(Some(*user)), past);
                        }
                        (users, pairs)
                    }
                };
                let data = TrainingData {
                    pairs: &pairs,
                    users: users.inputs(),
                    items: learned.items.inputs(),
                    vain: None,
                };
                let steps = pairs.len().div_ceil(self.config.batch_size as usize);
                loss += learned.model.fit(&data, steps as u32)?.loss_last / parts as f64;
                gathered = Some((users, pairs));
            }
            let held_out = if split.held.is_empty() {
                None
            } else {
                learned.places = learned.model.embed_items(&learned.items.inputs())?;
                self.score_users(&learned, &held, &mut scores)?;
                Some(split.ndcg_10(&mut scores))
            };
            let epoch = Epoch {
                epoch: epoch + 1,
                of: self.config.epochs,
                loss,
                held_out,
            };
            report.curve.push(epoch);
            let model = &learned.model;
            let enough = held_out
                .is_some_and(|metric| patience.note(metric, self.config.patience, || model.copy()));
            if watch(epoch).is_break() || enough {
                break;
            }
        }
        if let Some(best) = patience.best() {
            learned.model = best?;
        }
        learned.places = learned.model.embed_items(&learned.items.inputs())?;
        self.learned = Some(learned);
        Ok(report)
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items, scores.len())?;
        if people.is_empty() {
            return Ok(());
        }
        let learned = self.learned()?;
        let mut users = Users::default();
        for person in people {
            users.push(&learned.items, self.own(person.user), &self.past(person)?);
        }
        self.score_users(learned, &users, scores)
    }

    /// Splits a score by taking the items of the past away one after the other, the newest first.
    ///
    /// The user's place bends, so that no past item has a share of its own; what one adds is what the score loses when
    /// it goes with everything newer already gone. These differences telescope: with the score of nobody's past they add up to
    /// the score. An item that was met more than once has one part.
    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let learned = self.learned()?;
        check_index("item", item as usize, self.n_items)?;
        let past = self.past(person)?;
        let mut users = Users::default();
        for n in 0..=past.len() {
            users.push(&learned.items, self.own(person.user), &past[..n]);
        }
        let places = learned.model.embed_users(&users.inputs())?;
        let d = self.config.dimensions as usize;
        let place = &learned.places[item as usize * d..][..d];
        let scale = (1.0 / self.config.temperature) as f32;
        let mut scores = places.chunks_exact(d).map(|u| scale * math::dot(u, place));
        let mut before = scores.next().unwrap_or(0.0);
        let mut parts = vec![Part {
            about: About::Rest("without a past"),
            value: before,
        }];
        for (met, score) in past.iter().zip(scores) {
            let (about, value) = (About::Past(*met), score - before);
            before = score;
            match parts.iter_mut().find(|p| p.about == about) {
                Some(part) => part.value += value,
                None => parts.push(Part { about, value }),
            }
        }
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        match &self.learned {
            Some(learned) => read_tensors(&learned.model.save()?),
            None => Ok(Tensors::new()),
        }
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut fresh = Self::new(self.config.clone(), self.seed)?;
        (fresh.n_users, fresh.n_items) = (log.n_users, log.n_items);
        let bytes = write_tensors(stored)?;
        let model = TwoTower::load(&fresh.towers(), self.seed, &bytes)?;
        let items = Items::of(log)?;
        let places = model.embed_items(&items.inputs())?;
        fresh.learned = Some(Learned {
            model,
            items,
            places,
        });
        *self = fresh;
        Ok(())
    }
}
