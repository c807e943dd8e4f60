//! Scoring items by their words: how close an item's text is to those of the recent past.
//!
//! Reading every pair of user and item together, as the [classifier](super::classifier) does, costs a pass of the network a
//! pair: far too much for thousands of items. Here every item is read once, by itself. What is learned from the log is how much
//! each dimension of the vectors matters for being engaged with:
//!
//! score(u, i) = (1/n) Σ_p Σ_d w_d · x_pd · x_id, over the n most recent items p of the past,
//!
//! with x the centred vectors of length 1 and w starting at 1, so that an unfitted score is the mean cosine. The score is a sum
//! over the past, and so is its explanation.
//!
//! # Source
//! Pairwise learning as in Rendle et al. (2009); centring against the common direction of such vectors as in Mu and
//! Viswanath (2018).

use std::ops::ControlFlow;
use std::sync::Arc;

use super::encoder::{Encoder, unit};
use super::folder::FolderError;
use crate::config;
use crate::platform::models::interaction_log::{InteractionLog, ItemFacts};
use crate::platform::models::model::{
    About, Epoch, FitReport, Model, Part, Person, Tensors, Watch,
};
use crate::platform::models::params::{ModelError, Values, refuse_rest};
use crate::platform::models::random::check_length;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

config! {
    /// Scoring items by how close their words are to those of the recent past.
    pub struct TextPairConfig {
        /// Most recent items of the past that are looked at.
        history_length: u32 = 20, "items", 1..=1000;
        /// Passes over the engagements in which the weights of dimensions are learned; 0 leaves the mean cosine.
        epochs: u32 = 5, "passes", 0..=1000;
        /// Learning rate of the weights.
        learning_rate: f64 = 0.5, "-", 0.000_001..=100.0;
        /// What pulls the weights back to 1.
        pull: f64 = 0.001, "-", 0.0..=10.0;
    }
}

/// Names of what is stored.
const NAMES: [&str; 2] = ["text_pair.centre", "text_pair.weights"];

/// The model.
pub struct TextPair {
    config: TextPairConfig,
    seed: u64,
    encoder: Arc<Encoder>,
    n_items: usize,
    /// Mean of the items' vectors.
    centre: Vec<f32>,
    /// Weight of each dimension.
    weights: Vec<f32>,
    /// Centred vectors of the items, `(n_items, dimensions)`; of zeros for an item without words.
    items: Vec<f32>,
}

fn refused(e: FolderError) -> ModelError {
    match e {
        FolderError::Model(e) => e,
        other => ModelError::Value {
            what: "text encoder".to_owned(),
            found: other.to_string(),
            allowed: "one that can be read".to_owned(),
        },
    }
}

impl TextPair {
    /// Makes one on the encoder of the city's language.
    ///
    /// # Errors
    /// [`ModelError`] if that encoder cannot be read.
    pub fn new(config: TextPairConfig, seed: u64) -> Result<Self, ModelError> {
        let encoder = Encoder::of_city(seed).map_err(refused)?;
        Ok(Self::on(Arc::new(encoder), config, seed))
    }

    /// Makes one on any encoder, a fine-tuned one for instance.
    #[must_use]
    pub fn on(encoder: Arc<Encoder>, config: TextPairConfig, seed: u64) -> Self {
        let d = encoder.dimensions();
        Self {
            config,
            seed,
            encoder,
            n_items: 0,
            centre: vec![0.0; d],
            weights: vec![1.0; d],
            items: Vec::new(),
        }
    }

    fn read(&self, facts: &ItemFacts, n_items: usize) -> Result<Vec<f32>, ModelError> {
        let texts: Vec<String> = (0..n_items as u32)
            .map(|item| facts.words_of(item).replace('\n', ". "))
            .collect();
        let all = self.encoder.embed(texts.iter().map(String::as_str));
        let mut all = all.map_err(refused)?;
        let d = self.encoder.dimensions();
        for (row, text) in all.chunks_exact_mut(d).zip(&texts) {
            if text.trim().is_empty() {
                row.fill(0.0);
            }
        }
        Ok(all)
    }

    /// Takes the centre off the vectors and scales them to length 1.
    fn place(&mut self, mut vectors: Vec<f32>) {
        for row in vectors.chunks_exact_mut(self.centre.len()) {
            if row.iter().any(|x| *x != 0.0) {
                row.iter_mut().zip(&self.centre).for_each(|(x, c)| *x -= c);
                unit(row);
            }
        }
        self.items = vectors;
    }

    fn row(&self, item: u32) -> &[f32] {
        let d = self.centre.len();
        &self.items[item as usize * d..][..d]
    }

    /// Lists the most recent items of a past, newest first.
    fn recent(&self, person: &Person<'_>) -> Result<Vec<u32>, ModelError> {
        let mut items = person.items();
        if let Some(found) = items.iter().find(|i| **i as usize >= self.n_items) {
            return Err(ModelError::Index {
                what: "item of the past",
                found: *found as usize,
                below: self.n_items,
            });
        }
        items.reverse();
        items.truncate(self.config.history_length as usize);
        Ok(items)
    }

    fn mean(&self, items: &[u32]) -> Vec<f32> {
        let mut mean = vec![0.0f32; self.centre.len()];
        for item in items {
            mean.iter_mut()
                .zip(self.row(*item))
                .for_each(|(m, x)| *m += x);
        }
        let scale = 1.0 / items.len().max(1) as f32;
        for m in &mut mean {
            *m *= scale;
        }
        mean
    }

    /// Learns from one engagement: the item met should score above one drawn from all. Returns the loss before.
    fn learn(&mut self, past: &[u32], met: u32, drawn: u32) -> f64 {
        let user = self.mean(past);
        let (up, down) = (self.row(met), self.row(drawn));
        let x: Vec<f32> = (0..user.len())
            .map(|d| user[d] * (up[d] - down[d]))
            .collect();
        let margin = f64::from(math::dot(&self.weights, &x));
        let slope = math::sigmoid(-margin);
        let (rate, pull) = (self.config.learning_rate, self.config.pull);
        for (w, x) in self.weights.iter_mut().zip(&x) {
            let step = slope * f64::from(*x) - pull * f64::from(*w - 1.0);
            *w += (rate * step) as f32;
        }
        -math::ln(math::sigmoid(margin).max(f64::MIN_POSITIVE))
    }
}

impl Model for TextPair {
    fn name(&self) -> &'static str {
        "text_pair"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        if log.n_items == 0 || log.items.words.is_empty() {
            return Err(ModelError::NoPairs);
        }
        for i in &log.interactions {
            if i.item as usize >= log.n_items || i.user as usize >= log.n_users {
                return Err(ModelError::Index {
                    what: "item of an interaction",
                    found: i.item as usize,
                    below: log.n_items,
                });
            }
        }
        self.n_items = log.n_items;
        self.weights.fill(1.0);
        let vectors = self.read(&log.items, log.n_items)?;
        self.centre.fill(0.0);
        for row in vectors.chunks_exact(self.centre.len()) {
            self.centre.iter_mut().zip(row).for_each(|(c, x)| *c += x);
        }
        let scale = 1.0 / log.n_items as f32;
        for c in &mut self.centre {
            *c *= scale;
        }
        self.place(vectors);
        let mut curve = Vec::new();
        let by_user = log.by_user();
        for epoch in 0..self.config.epochs {
            let mut stream = RngStream::new(self.seed, Purpose::ModelBatch, 0, epoch);
            let (mut sum, mut n) = (0.0, 0u64);
            for met in &by_user {
                let mut past: Vec<u32> = Vec::new();
                for i in met {
                    if past.contains(&i.item) {
                        continue;
                    }
                    if !past.is_empty() {
                        let drawn = stream.below(log.n_items) as u32;
                        let from = past
                            .len()
                            .saturating_sub(self.config.history_length as usize);
                        sum += self.learn(&past[from..], i.item, drawn);
                        n += 1;
                    }
                    past.push(i.item);
                }
            }
            let told = Epoch {
                epoch: epoch + 1,
                of: self.config.epochs,
                loss: sum / n.max(1) as f64,
                held_out: None,
            };
            if !told.loss.is_finite() {
                let (step, loss) = (epoch, told.loss);
                return Err(ModelError::Diverged { step, loss });
            }
            curve.push(told);
            if watch(told) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(FitReport {
            n_rows: log.interactions.len() as u64,
            n_parameters: self.weights.len() as u64,
            curve,
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items, scores.len())?;
        for (person, row) in people.iter().zip(scores.chunks_mut(self.n_items.max(1))) {
            let mut user = self.mean(&self.recent(person)?);
            user.iter_mut()
                .zip(&self.weights)
                .for_each(|(u, w)| *u *= w);
            let items = self.items.chunks_exact(user.len());
            row.iter_mut()
                .zip(items)
                .for_each(|(s, x)| *s = math::dot(&user, x));
        }
        Ok(())
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        if item as usize >= self.n_items {
            return Err(ModelError::Index {
                what: "item",
                found: item as usize,
                below: self.n_items,
            });
        }
        let past = self.recent(person)?;
        let weighed = self.row(item).iter().zip(&self.weights);
        let weighed: Vec<f32> = weighed.map(|(x, w)| x * w).collect();
        let share = 1.0 / past.len().max(1) as f32;
        let part = |p: &u32| Part {
            about: About::Past(*p),
            value: math::dot(self.row(*p), &weighed) * share,
        };
        Ok(past.iter().map(part).collect())
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let values = [&self.centre, &self.weights].map(|values| Values {
            shape: vec![values.len()],
            values: values.clone(),
        });
        let names = NAMES.map(str::to_owned);
        Ok(names.into_iter().zip(values).collect())
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut stored = stored.clone();
        let d = self.centre.len();
        let mut take = |name: &str| match stored.remove(name) {
            Some(t) if t.shape == [d] && t.values.len() == d => Ok(t.values),
            found => Err(ModelError::StoredTensor {
                name: name.to_owned(),
                found: found.map_or("nothing".to_owned(), |t| format!("shape {:?}", t.shape)),
                expected: format!("shape [{d}]"),
            }),
        };
        let (centre, weights) = (take(NAMES[0])?, take(NAMES[1])?);
        refuse_rest(&stored)?;
        let vectors = self.read(&log.items, log.n_items)?;
        (self.centre, self.weights, self.n_items) = (centre, weights, log.n_items);
        self.place(vectors);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::interaction_log::Interaction;

    /// Users of two kinds and items of two kinds, told apart by their words alone.
    fn log() -> InteractionLog {
        let words = ["chess rook bishop", "sea boat wave"];
        let mut r = RngStream::new(1, Purpose::Test, 0, 0);
        let text = |kind: usize, r: &mut RngStream| {
            let all: Vec<&str> = words[kind].split(' ').collect();
            format!("{}\n{}", all[r.below(3)], all[r.below(3)])
        };
        let texts: Vec<String> = (0..40).map(|i| text(i % 2, &mut r)).collect();
        let interactions = (0..200)
            .map(|time| {
                let user = r.below(20) as u32;
                Interaction {
                    user,
                    item: 2 * r.below(15) as u32 + user % 2,
                    time,
                    weight: 1.0,
                }
            })
            .collect();
        InteractionLog {
            n_users: 20,
            n_items: 40,
            interactions,
            items: Arc::new(ItemFacts {
                words: texts,
                ..ItemFacts::default()
            }),
            ..InteractionLog::default()
        }
    }

    fn model() -> TextPair {
        let encoder = Encoder::untrained(["chess rook bishop sea boat wave"], 1, 16, 80, 3);
        TextPair::on(Arc::new(encoder.unwrap()), TextPairConfig::BASELINE, 3)
    }

    fn go(_: Epoch) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn items_nobody_met_are_ranked_by_their_words() {
        let log = log();
        let mut model = model();
        let report = model.fit(&log, &mut go).unwrap();
        assert!(report.curve[4].loss < report.curve[0].loss, "{report:?}");
        let past = log.by_user();
        let mut scores = vec![0.0; 40];
        let mut right = 0;
        for (user, past) in past.iter().enumerate() {
            let person = Person {
                user: Some(user as u32),
                past,
                now: 200,
            };
            model.score(&[person], &mut scores).unwrap();
            // Items from 30 on were never met.
            let mean = |kind: usize| {
                (30..40)
                    .filter(|i| i % 2 == kind)
                    .map(|i| scores[i])
                    .sum::<f32>()
            };
            right += usize::from(mean(user % 2) > mean(1 - user % 2));
        }
        assert!(right >= 19, "{right} of 20");
    }

    #[test]
    fn parts_add_up_and_a_loaded_model_scores_the_same() {
        let log = log();
        let mut model = model();
        model.fit(&log, &mut go).unwrap();
        let past = log.by_user();
        let people: Vec<Person<'_>> = past
            .iter()
            .map(|past| Person {
                user: None,
                past,
                now: 0,
            })
            .chain([Person {
                user: None,
                past: &[],
                now: 0,
            }])
            .collect();
        let mut scores = vec![0.0; people.len() * 40];
        model.score(&people, &mut scores).unwrap();
        for (person, row) in people.iter().zip(scores.chunks_exact(40)) {
            for item in [0u32, 7, 39] {
                let parts = model.explain(person, item).unwrap();
                let sum: f32 = parts.iter().map(|p| p.value).sum();
                assert!((sum - row[item as usize]).abs() < 1e-5);
            }
        }
        let mut again = self::model();
        again.load(&model.save().unwrap(), &log).unwrap();
        let mut same = vec![1.0; scores.len()];
        again.score(&people, &mut same).unwrap();
        assert_eq!(same, scores);
        assert!(model.explain(&people[0], 40).is_err());
        assert!(model.score(&people, &mut same[1..]).is_err());
        assert!(again.load(&Tensors::new(), &log).is_err());
        let without = InteractionLog {
            items: Arc::default(),
            ..log
        };
        assert!(matches!(
            model.fit(&without, &mut go),
            Err(ModelError::NoPairs)
        ));
    }
}
