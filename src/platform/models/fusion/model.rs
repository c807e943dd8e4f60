//! Multimodal fusion behind the trait of all models.

use std::sync::Arc;

use rayon::prelude::*;

use super::config::FusionConfig;
use super::modalities::{BEHAVIOUR, Features, wanted};
use super::network::{Fused, Input, Inputs, Network};
use crate::platform::models::hold_out::{HoldOut, Patience, check_index};
use crate::platform::models::interaction_log::{Interaction, InteractionLog, ItemFacts};
use crate::platform::models::layers::dropout::Dropout;
use crate::platform::models::layers::products::product;
use crate::platform::models::layers::softmax::CorrectedSoftmax;
use crate::platform::models::model::{
    About, Epoch, FitReport, Model, Part, Person, Tensors, Watch,
};
use crate::platform::models::optimizer::AdamW;
use crate::platform::models::params::{ModelError, Values, refuse_rest};
use crate::platform::models::random::check_length;
use crate::platform::models::samples::{Columns, shares};
use crate::platform::models::two_tower::dense::transposed;
use crate::platform::models::two_tower::mean_rows::MeanRows;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

/// Name under which it is saved which items were met.
const MET: &str = "met";
/// People that one task scores.
const PEOPLE_PER_TASK: usize = 64;
/// Places of masks.
const USER_MASK: u64 = 0;

/// Everything that a fit or a load leaves behind.
#[derive(Debug)]
struct Learned {
    network: Network,
    features: Vec<Features>,
    /// Factor of each block of features.
    scales: Vec<f32>,
    /// Which items somebody met; only those have a vector from behaviour.
    met: Vec<bool>,
    fused: Fused,
}

/// Fuses the modalities of an item into one vector; score(person, item) = user · fused item.
///
/// The user is the mean of the fused items of the past, through a matrix, plus a row of its own. An item that lacks a modality is
/// fused from the others; while learning, modalities are left out at random so that this is nothing new.
///
/// # Source
/// Arevalo et al. (2017) for the gate; Neverova et al. (2015) for dropping modalities; Kabbur, Ning and Karypis (2013)
/// for the user as the mean of its items.
#[derive(Debug)]
pub struct Fusion {
    config: FusionConfig,
    seed: u64,
    /// Modalities that are looked at; nothing for those of the configuration.
    only: Option<Vec<String>>,
    n_users: usize,
    n_items: usize,
    learned: Option<Learned>,
}

/// A row to learn from.
#[derive(Debug, Clone, Copy)]
struct Example {
    user: u32,
    /// Place in the user's history of the item sought.
    place: usize,
}

impl Fusion {
    /// Makes one that has learned nothing yet.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a setting is outside its range.
    pub fn new(config: FusionConfig, seed: u64) -> Result<Self, ModelError> {
        config.validate()?;
        Ok(Self {
            config,
            seed,
            only: None,
            n_users: 0,
            n_items: 0,
            learned: None,
        })
    }

    /// Makes one that looks at the modalities of these names only, if the configuration allows them.
    ///
    /// # Errors
    /// Those of [`Fusion::new`].
    pub fn with_modalities(
        config: FusionConfig,
        seed: u64,
        names: Vec<String>,
    ) -> Result<Self, ModelError> {
        let mut model = Self::new(config, seed)?;
        model.only = Some(names);
        Ok(model)
    }

    fn looks_at(&self, name: &str) -> bool {
        let chosen = self.only.as_ref();
        self.config.looks_at(name) && chosen.is_none_or(|only| only.iter().any(|n| n == name))
    }

    /// Lists the modalities that would be looked at in a log with these facts.
    #[must_use]
    pub fn modalities(&self, facts: &ItemFacts) -> Vec<String> {
        let blocks = facts.blocks.iter().filter(|b| !b.columns.is_empty());
        let names = blocks.map(|b| b.name.clone());
        let all = names.chain(std::iter::once(BEHAVIOUR.to_owned()));
        all.filter(|name| self.looks_at(name)).collect()
    }

    fn empty(&self, log: &InteractionLog) -> Result<Learned, ModelError> {
        let features = wanted(&log.items, log.n_items, |name| self.looks_at(name))?;
        let behaviour = self.looks_at(BEHAVIOUR).then_some(log.n_items);
        if features.is_empty() && behaviour.is_none() {
            return Err(ModelError::Value {
                what: "modalities".to_owned(),
                found: "none".to_owned(),
                allowed: "at least one that the log has, or behaviour".to_owned(),
            });
        }
        let network = Network::new(&self.config, &features, behaviour, log.n_users, self.seed)?;
        Ok(Learned {
            network,
            scales: features.iter().map(Features::scale).collect(),
            features,
            met: vec![false; log.n_items],
            fused: Fused::default(),
        })
    }

    fn learned(&self) -> Result<&Learned, ModelError> {
        self.learned.as_ref().ok_or(ModelError::NoPairs)
    }

    fn past<'a>(&self, person: &Person<'a>) -> Result<&'a [Interaction], ModelError> {
        if let Some(user) = person.user {
            check_index("user", user as usize, self.n_users)?;
        }
        let most = self.config.history_length as usize;
        let past = &person.past[person.past.len().saturating_sub(most)..];
        for i in past {
            check_index("item", i.item as usize, self.n_items)?;
        }
        Ok(past)
    }

    /// Returns the vectors of people, `(n, d)`.
    fn users(&self, learned: &Learned, people: &[Person<'_>]) -> Result<Vec<f32>, ModelError> {
        let mut means = MeanRows::default();
        for person in people {
            means.push(self.past(person)?.iter().map(|i| i.item));
        }
        let means = means.of(&learned.fused.items, self.config.dimensions as usize)?;
        let rows: Vec<Option<u32>> = people.iter().map(|p| p.user).collect();
        Ok(learned.network.users(&means, &rows))
    }

    fn score_with(
        &self,
        learned: &Learned,
        people: &[Person<'_>],
        scores: &mut [f32],
    ) -> Result<(), ModelError> {
        let d = self.config.dimensions as usize;
        let items = transposed(&learned.fused.items, d);
        let tasks = scores.par_chunks_mut(PEOPLE_PER_TASK * self.n_items.max(1));
        tasks
            .zip(people.par_chunks(PEOPLE_PER_TASK))
            .try_for_each(|(scores, people)| {
                let users = self.users(learned, people)?;
                scores.copy_from_slice(&product(&users, &items, d, None));
                Ok(())
            })
    }

    /// Takes one step; returns the loss.
    fn step(
        &self,
        learned: &mut Learned,
        adam: &mut AdamW,
        histories: &[Vec<u32>],
        batch: &[Example],
        shares: &[f64],
    ) -> Result<f64, ModelError> {
        let d = self.config.dimensions as usize;
        let (seed, step) = (self.seed, adam.step_count());
        let most = self.config.history_length as usize;
        let sought: Vec<u32> = batch
            .iter()
            .map(|e| histories[e.user as usize][e.place])
            .collect();
        let sampled = self.config.sampled_items as usize;
        let columns = Columns::draw(&sought, sampled, shares, seed, step);
        let pasts = || {
            batch.iter().map(|e| {
                let from = e.place.saturating_sub(most);
                &histories[e.user as usize][from..e.place]
            })
        };
        // The items of this step, columns first, each once.
        let mut rows: Vec<u32> = match &columns.items {
            Some(items) => items.clone(),
            None => (0..self.n_items as u32).collect(),
        };
        let n_columns = rows.len();
        let mut row_of = vec![u32::MAX; self.n_items];
        for (at, item) in (0u32..).zip(&rows) {
            row_of[*item as usize] = at;
        }
        for item in pasts().flatten() {
            if row_of[*item as usize] == u32::MAX {
                row_of[*item as usize] = rows.len() as u32;
                rows.push(*item);
            }
        }
        let masks = Dropout {
            seed,
            step,
            share: self.config.modality_dropout,
        };
        let inputs = learned.inputs(&rows, masks);
        let fused = learned.network.fuse(&inputs);
        let mut sets = MeanRows::default();
        for past in pasts() {
            sets.push(past.iter().map(|item| row_of[*item as usize]));
        }
        let means = sets.of(&fused.items, d)?;
        let people: Vec<Option<u32>> = batch.iter().map(|e| Some(e.user)).collect();
        let mut users = learned.network.users(&means, &people);
        let dropout = Dropout {
            share: self.config.dropout,
            ..masks
        };
        let mask = dropout.mask(USER_MASK, users.len());
        for (u, m) in users.iter_mut().zip(&mask) {
            *u *= m;
        }
        let softmax = CorrectedSoftmax {
            scale: 1.0,
            own: sought.iter().map(|item| columns.of(*item)).collect(),
            correction: columns.log_inclusion,
        };
        let y = &fused.items[..n_columns * d];
        let (loss, mut of_users, of_columns) = softmax.both(&users, y, &transposed(y, d), d);
        if !loss.is_finite() {
            let loss = f64::from(loss);
            return Err(ModelError::Diverged { step, loss });
        }
        let share = 1.0 / batch.len() as f32;
        for (g, m) in of_users.iter_mut().zip(mask) {
            *g *= share * m;
        }
        let mut of_items = vec![0.0f32; fused.items.len()];
        for (i, g) in of_items.iter_mut().zip(of_columns) {
            *i = share * g;
        }
        let mut gradients = learned.network.no_gradients();
        let network = &learned.network;
        let of_means = network.users_back(&means, &people, &of_users, &mut gradients);
        sets.scatter(&of_means, &mut of_items);
        network.fuse_back(&inputs, &fused, &of_items, &mut gradients);
        adam.step_plain(&mut learned.network.params, &gradients)?;
        Ok(f64::from(loss))
    }
}

impl Learned {
    /// Gathers items; with `masks`, leaves modalities out at random, but never all that an item has.
    fn inputs(&self, items: &[u32], masks: Dropout) -> Inputs {
        let n_modalities = self.network.names.len();
        let mut inputs = Inputs {
            values: Vec::with_capacity(n_modalities),
            present: vec![false; items.len() * n_modalities],
        };
        for (m, (f, scale)) in self.features.iter().zip(&self.scales).enumerate() {
            let row = |item: &u32| f.values[*item as usize * f.width..][..f.width].iter();
            let values = items.iter().flat_map(row).map(|v| v * scale).collect();
            inputs.values.push(Input::Features(values));
            for (at, item) in items.iter().enumerate() {
                inputs.present[at * n_modalities + m] = f.present[*item as usize];
            }
        }
        if self.network.table.is_some() {
            inputs.values.push(Input::Rows(items.to_vec()));
            let m = n_modalities - 1;
            for (at, item) in items.iter().enumerate() {
                inputs.present[at * n_modalities + m] = self.met[*item as usize];
            }
        }
        if masks.is_on() {
            let keep = masks.mask(USER_MASK + 1, inputs.present.len());
            let rows = inputs.present.chunks_exact_mut(n_modalities);
            for (present, keep) in rows.zip(keep.chunks_exact(n_modalities)) {
                let stays = |(p, k): (&bool, &f32)| *p && *k > 0.0;
                if present.iter().zip(keep).any(stays) {
                    for (p, k) in present.iter_mut().zip(keep) {
                        *p = stays((p, k));
                    }
                }
            }
        }
        inputs
    }

    /// Fuses all items anew.
    fn refresh(&mut self) {
        let all: Vec<u32> = (0..self.met.len() as u32).collect();
        self.fused = self.network.fuse(&self.inputs(&all, Dropout::none()));
    }

    fn tensors(&self) -> Tensors {
        let mut tensors = self.network.params.tensors();
        let met = self.met.iter().map(|m| f32::from(u8::from(*m))).collect();
        let mut add = |name: String, values: Vec<f32>| {
            let shape = vec![values.len()];
            tensors.insert(name, Values { shape, values });
        };
        add(MET.to_owned(), met);
        for (f, scale) in self.features.iter().zip(&self.scales) {
            add(scale_name(f), vec![*scale]);
        }
        tensors
    }
}

fn scale_name(f: &Features) -> String {
    format!("{}.scale", f.name)
}

fn take(stored: &mut Tensors, name: &str, n: usize) -> Result<Vec<f32>, ModelError> {
    match stored.remove(name) {
        Some(t) if t.values.len() == n => Ok(t.values),
        found => Err(ModelError::StoredTensor {
            name: name.to_owned(),
            found: found.map_or("nothing".to_owned(), |t| format!("shape {:?}", t.shape)),
            expected: format!("{n} values"),
        }),
    }
}

impl Model for Fusion {
    fn name(&self) -> &'static str {
        "fusion"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let split = HoldOut::split(log, self.config.held_out_users as usize)?;
        (self.n_users, self.n_items) = (log.n_users, log.n_items);
        let mut learned = self.empty(log)?;
        let histories: Vec<Vec<u32>> = split
            .by_user
            .iter()
            .map(|rows| rows.iter().map(|i| i.item).collect())
            .collect();
        for item in histories.iter().flatten() {
            learned.met[*item as usize] = true;
        }
        let shares = shares(histories.iter().flatten().copied(), log.n_items);
        let mut examples: Vec<Example> = (0u32..)
            .zip(&histories)
            .flat_map(|(user, h)| (0..h.len()).map(move |place| Example { user, place }))
            .collect();
        let people: Vec<Person<'_>> = split
            .held
            .iter()
            .map(|(user, _)| Person {
                user: Some(*user),
                past: split.past(*user),
                now: log.end(),
            })
            .collect();
        let (rate, decay) = (self.config.learning_rate, self.config.weight_decay);
        let mut adam = AdamW::new(&learned.network.params, rate, decay);
        let mut report = FitReport {
            n_rows: examples.len() as u64,
            n_parameters: learned.network.n_parameters(),
            curve: Vec::new(),
        };
        let mut patience = Patience::default();
        let mut scores = vec![0.0f32; people.len() * log.n_items];
        for epoch in 0..self.config.epochs {
            let mut rng = RngStream::new(self.seed, Purpose::ModelBatch, 0, epoch);
            for last in (1..examples.len()).rev() {
                examples.swap(last, rng.below(last + 1));
            }
            let mut sum = 0.0;
            for batch in examples.chunks(self.config.batch_size as usize) {
                let loss = self.step(&mut learned, &mut adam, &histories, batch, &shares)?;
                sum += loss * batch.len() as f64;
            }
            learned.refresh();
            let held_out = if people.is_empty() {
                None
            } else {
                self.score_with(&learned, &people, &mut scores)?;
                Some(split.ndcg_10(&mut scores))
            };
            let epoch = Epoch {
                epoch: epoch + 1,
                of: self.config.epochs,
                loss: sum / examples.len().max(1) as f64,
                held_out,
            };
            report.curve.push(epoch);
            let params = &learned.network.params;
            let enough = held_out.is_some_and(|metric| {
                patience.note(metric, self.config.patience, || params.tensors())
            });
            if watch(epoch).is_break() || enough {
                break;
            }
        }
        if let Some(mut best) = patience.best() {
            learned.network.params.restore(&mut best)?;
        }
        learned.refresh();
        self.learned = Some(learned);
        Ok(report)
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items, scores.len())?;
        self.score_with(self.learned()?, people, scores)
    }

    /// Splits a score by the modalities of the item: user · Σ_m a_m h_m = Σ_m a_m (user · h_m).
    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let learned = self.learned()?;
        check_index("item", item as usize, self.n_items)?;
        let user = self.users(learned, std::slice::from_ref(person))?;
        let d = self.config.dimensions as usize;
        let (names, at) = (&learned.network.names, item as usize);
        let weights = &learned.fused.weights[at * names.len()..][..names.len()];
        let parts = names.iter().zip(&learned.fused.encoded).zip(weights);
        Ok(parts
            .filter(|(_, w)| **w > 0.0)
            .map(|((name, encoded), w)| Part {
                about: About::Modality(name.clone()),
                value: w * math::dot(&user, &encoded[at * d..][..d]),
            })
            .collect())
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let learned = self.learned.as_ref();
        Ok(learned.map_or_else(Tensors::new, Learned::tensors))
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut stored = stored.clone();
        let mut learned = self.empty(log)?;
        learned.network.params.restore(&mut stored)?;
        let met = take(&mut stored, MET, log.n_items)?;
        learned.met = met.into_iter().map(|m| m > 0.0).collect();
        let names: Vec<String> = learned.features.iter().map(scale_name).collect();
        for (scale, name) in learned.scales.iter_mut().zip(names) {
            *scale = take(&mut stored, &name, 1)?[0];
        }
        refuse_rest(&stored)?;
        learned.refresh();
        (self.n_users, self.n_items) = (log.n_users, log.n_items);
        self.learned = Some(learned);
        Ok(())
    }
}

/// Facts in which a modality is there for no item, for asking what a model does without it.
#[must_use]
pub fn without(facts: &ItemFacts, name: &str) -> Arc<ItemFacts> {
    let mut facts = facts.clone();
    for block in facts.blocks.iter_mut().filter(|b| b.name == name) {
        let n = block.values.len() / block.columns.len().max(1);
        block.present = vec![false; n];
    }
    Arc::new(facts)
}
