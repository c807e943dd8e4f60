//! The two-tower model behind the trait of all models.
//!
//! A pair is learned from with the user's past as it was then. Features of all blocks are folded into the columns that the item
//! tower has; the profile of a user is the normalised sum of those of its items. A user that was fitted on has a row of its
//! own in the table of ids, which stands in its history as one more item.

use rayon::prelude::*;

use super::fusion::modalities::wanted;
use super::hold_out::{HoldOut, Patience, check_index};
use super::interaction_log::InteractionLog;
use super::layers::products::product;
use super::model::{About, Epoch, FitReport, Model, Part, Person, Tensors, Watch};
use super::params::{ModelError, read_tensors, write_tensors};
use super::random::check_length;
use super::two_tower::config::TwoTowerConfig;
use super::two_tower::data::{ITEM_FEATURES, ItemInputs, PROFILE_LENGTH, TrainingData, UserInputs};
use super::two_tower::dense::transposed;
use super::two_tower::model::TwoTower;
use crate::config;
use crate::sim::config::ConfigPart;
use crate::sim::math;
use crate::sim::rng::mix;

/// Pairs whose pasts are alive at a time while learning.
const PAIRS_AT_A_TIME: usize = 1 << 17;
/// Largest table of ids.
const MOST_IDS: usize = 1_000_000;

config! {
    /// Retrieval by two towers on logs.
    pub struct TwoTowerModelConfig {
        /// Length of an embedding that a tower returns.
        dimensions: u32 = 64, "values", 1..=1024;
        /// Width of the hidden layer of a tower.
        hidden: u32 = 128, "values", 1..=4096;
        /// Length of the learned embedding of an item's or user's id.
        id_dimensions: u32 = 64, "values", 1..=1024;
        /// Most recent items of a history that are averaged.
        history_length: u32 = 50, "items", 1..=1000;
        /// Whether a user has a learned embedding beside the history.
        user_ids: bool = true, "-";
        /// Divisor of the cosine similarity.
        temperature: f64 = 0.1, "-", 0.01..=1.0;
        /// Whether the loss corrects for popular items being drawn more often as negatives.
        corrects_popularity: bool = true, "-";
        /// Pairs in a training batch; each item of it is a negative for the other pairs.
        batch_size: u32 = 1024, "pairs", 2..=4096;
        /// Learning rate of AdamW.
        learning_rate: f64 = 0.001, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.1, "-", 0.0..=1.0;
        /// Most passes over as many pairs as there are.
        epochs: u32 = 60, "passes", 1..=10_000;
        /// Passes without a better NDCG@10 on the held-out items after which learning ends.
        patience: u32 = 5, "passes", 1..=10_000;
        /// Users of whom the last item is held out to decide when to stop; 0 learns from everything for all passes.
        held_out_users: u32 = 1000, "users", 0..=1_000_000;
    }
}

/// Facts about items as the towers take them.
#[derive(Debug, Clone, PartialEq, Default)]
struct Items {
    /// `(n_items, ITEM_FEATURES)`
    features: Vec<f32>,
    /// `(n_items, PROFILE_LENGTH)`
    topics: Vec<f32>,
    ids: Vec<u32>,
}

/// Rows of the user tower.
#[derive(Debug, Clone, Default)]
struct Users {
    profiles: Vec<f32>,
    history: Vec<u32>,
    offsets: Vec<usize>,
}

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

    fn push(&self, items: &Items, user: Option<u32>, past: &[u32], into: &mut Users) {
        if into.offsets.is_empty() {
            into.offsets.push(0);
        }
        let from = into.profiles.len();
        into.profiles.resize(from + PROFILE_LENGTH, 0.0);
        let profile = &mut into.profiles[from..];
        for item in past {
            let topics = &items.topics[*item as usize * PROFILE_LENGTH..][..PROFILE_LENGTH];
            for (p, t) in profile.iter_mut().zip(topics) {
                *p += t;
            }
        }
        unit(profile);
        into.history.extend_from_slice(past);
        if let (Some(user), true) = (user, self.config.user_ids) {
            into.history.push(self.n_items as u32 + user);
        }
        into.offsets.push(into.history.len());
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
            .for_each(|(scores, places)| scores.copy_from_slice(&product(places, &items, d)));
        Ok(())
    }
}

impl Users {
    fn inputs(&self) -> UserInputs<'_> {
        UserInputs {
            profiles: &self.profiles,
            history_ids: &self.history,
            history_offsets: &self.offsets,
        }
    }
}

impl Items {
    fn of(log: &InteractionLog) -> Result<Self, ModelError> {
        let blocks = wanted(&log.items, log.n_items, |_| true)?;
        let n_columns: usize = blocks.iter().map(|b| b.width).sum();
        let mut items = Self {
            features: vec![0.0; log.n_items * ITEM_FEATURES],
            topics: vec![0.0; log.n_items * PROFILE_LENGTH],
            ids: (0..log.n_items as u32).collect(),
        };
        for (width, table) in [
            (ITEM_FEATURES, &mut items.features),
            (PROFILE_LENGTH, &mut items.topics),
        ] {
            for (item, into) in table.chunks_exact_mut(width).enumerate() {
                let mut column = 0;
                for b in &blocks {
                    for v in &b.values[item * b.width..][..b.width] {
                        let (at, sign) = fold(column, n_columns, width);
                        into[at] += sign * v;
                        column += 1;
                    }
                }
                unit(into);
            }
        }
        Ok(items)
    }

    fn inputs(&self) -> ItemInputs<'_> {
        ItemInputs {
            ids: &self.ids,
            features: &self.features,
        }
    }
}

/// Returns where a column goes and with which sign: its own place if there is one for all, else one picked by a hash.
///
/// # Source
/// Weinberger et al. (2009) for the signs, which keep products unbiased.
fn fold(column: usize, n_columns: usize, width: usize) -> (usize, f32) {
    if n_columns <= width {
        return (column, 1.0);
    }
    let bits = mix(column as u64 + 1);
    let sign = if bits >> 63 == 0 { 1.0 } else { -1.0 };
    ((bits % width as u64) as usize, sign)
}

/// Scales to length 1, unless all is 0.
fn unit(row: &mut [f32]) {
    let norm = math::dot(row, row).sqrt();
    if norm > 0.0 {
        for x in row {
            *x /= norm;
        }
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
            self.push(&items, Some(*user), past, &mut held);
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
                // Every part is a fair sample: every so manieth example.
                let (users, pairs) = match gathered.take() {
                    Some(kept) if parts == 1 => kept,
                    _ => {
                        let mut users = Users::default();
                        let mut pairs = Vec::new();
                        for (user, place) in examples.iter().skip(part).step_by(parts) {
                            let history = &histories[*user as usize];
                            pairs.push((pairs.len() as u32, history[*place]));
                            let past = self.newest(&history[..*place]);
                            self.push(&learned.items, Some(*user), past, &mut users);
                        }
                        (users, pairs)
                    }
                };
                let data = TrainingData {
                    pairs: &pairs,
                    users: users.inputs(),
                    items: learned.items.inputs(),
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
            self.push(&learned.items, person.user, &self.past(person)?, &mut users);
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
            self.push(&learned.items, person.user, &past[..n], &mut users);
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

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::Arc;

    use super::super::interaction_log::{FeatureBlock, Interaction, ItemFacts};
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    const N_ITEMS: usize = 30;

    fn small() -> TwoTowerModelConfig {
        TwoTowerModelConfig {
            dimensions: 8,
            hidden: 16,
            id_dimensions: 8,
            batch_size: 64,
            learning_rate: 0.01,
            epochs: 6,
            ..TwoTowerModelConfig::BASELINE
        }
    }

    /// Users of one of three kinds, who mostly meet items of their kind.
    fn world(columns: usize) -> InteractionLog {
        let mut interactions = Vec::new();
        for user in 0..45u32 {
            let mut rng = RngStream::new(1, Purpose::Test, u64::from(user), 0);
            for time in 0..12 {
                let mut item = rng.below(N_ITEMS) as u32;
                if rng.chance(0.9) {
                    item = item / 3 * 3 + user % 3;
                }
                interactions.push(Interaction {
                    user,
                    item,
                    time,
                    weight: 1.0,
                });
            }
        }
        interactions.sort_by_key(|i| i.time);
        let mut rng = RngStream::new(2, Purpose::Test, 0, 0);
        let blocks = vec![FeatureBlock {
            name: "text".to_owned(),
            columns: (0..columns).map(|c| c.to_string()).collect(),
            values: (0..N_ITEMS * columns)
                .map(|_| rng.normal() as f32)
                .collect(),
            present: Vec::new(),
        }];
        InteractionLog {
            n_users: 45,
            n_items: N_ITEMS,
            interactions,
            items: Arc::new(ItemFacts {
                blocks,
                ..ItemFacts::default()
            }),
            ..InteractionLog::default()
        }
    }

    fn fitted(config: TwoTowerModelConfig, log: &InteractionLog) -> TwoTowerModel {
        let mut model = TwoTowerModel::new(config, 7).unwrap();
        model.fit(log, &mut |_| ControlFlow::Continue(())).unwrap();
        model
    }

    fn scores(model: &TwoTowerModel, log: &InteractionLog) -> Vec<f32> {
        let pasts = log.by_user();
        let people: Vec<Person<'_>> = (0u32..)
            .zip(&pasts)
            .map(|(user, past)| Person {
                user: Some(user).filter(|u| u % 2 == 0),
                past,
                now: 0,
            })
            .collect();
        let mut scores = vec![0.0; people.len() * N_ITEMS];
        model.score(&people, &mut scores).unwrap();
        scores
    }

    #[test]
    fn tastes_are_found_for_users_with_and_without_a_row() {
        let log = world(5);
        let model = fitted(small(), &log);
        let all = scores(&model, &log);
        for row in all.chunks_exact(N_ITEMS).enumerate().map(|(user, row)| {
            let mut items: Vec<usize> = (0..N_ITEMS).collect();
            items.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
            items[..10].iter().filter(|i| **i % 3 == user % 3).count()
        }) {
            // Chance is 3.3 of 10.
            assert!(row >= 6, "{row} of 10");
        }
    }

    #[test]
    fn parts_of_an_explanation_add_up_to_the_score() {
        let log = world(100);
        let model = fitted(
            TwoTowerModelConfig {
                epochs: 1,
                ..small()
            },
            &log,
        );
        let pasts = log.by_user();
        for user in [None, Some(4)] {
            let person = Person {
                user,
                past: &pasts[4],
                now: 0,
            };
            let mut row = vec![0.0; N_ITEMS];
            model.score(&[person], &mut row).unwrap();
            for (item, score) in (0u32..).zip(row) {
                let parts = model.explain(&person, item).unwrap();
                let sum: f32 = parts.iter().map(|p| p.value).sum();
                let largest = parts.iter().map(|p| p.value.abs()).fold(0.0, f32::max);
                assert!(
                    (sum - score).abs() <= 1e-4 * largest,
                    "{sum} against {score}"
                );
            }
        }
    }

    #[test]
    fn a_stored_model_scores_the_same_to_the_bit_and_threads_do_not_matter() {
        let log = world(5);
        let config = TwoTowerModelConfig {
            epochs: 2,
            ..small()
        };
        let on = |n: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
            pool.unwrap().install(|| fitted(config.clone(), &log))
        };
        let (one, three) = (on(1), on(3));
        let stored = one.save().unwrap();
        assert_eq!(stored, three.save().unwrap());
        let mut again = TwoTowerModel::new(config, 7).unwrap();
        again.load(&stored, &log).unwrap();
        assert_eq!(scores(&again, &log), scores(&one, &log));
        let mut spoiled = stored;
        spoiled.remove("ids");
        assert!(again.load(&spoiled, &log).is_err());
    }

    #[test]
    fn many_columns_are_folded_and_keep_products_on_average() {
        assert_eq!(fold(7, 64, 64), (7, 1.0));
        let places: Vec<(usize, f32)> = (0..640).map(|c| fold(c, 640, 64)).collect();
        let positive = places.iter().filter(|(_, sign)| *sign > 0.0).count();
        // Four deviations of 640 fair coins are 50.
        assert!(positive.abs_diff(320) < 51, "{positive}");
        assert!((0..64).all(|at| places.iter().any(|(p, _)| *p == at)));
    }
}
