//! SASRec behind the trait of all models.

use rayon::prelude::*;

use super::config::SasRecConfig;
use super::network::Network;
use super::windows::{Batch, Rows, cut};
use crate::platform::models::hold_out::{HoldOut, Patience, check_index};
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::layers::dropout::Dropout;
use crate::platform::models::layers::products::product;
use crate::platform::models::model::{
    About, Epoch, FitReport, Model, Part, Person, Tensors, Watch,
};
use crate::platform::models::optimizer::AdamW;
use crate::platform::models::params::{ModelError, refuse_rest};
use crate::platform::models::random::check_length;
use crate::platform::models::samples::{Columns, shares};
use crate::platform::models::two_tower::dense::transposed;
use crate::sim::math;

/// Pieces and people that are laid side by side at a time: few enough that candle keeps to the calling thread.
const AT_A_TIME: usize = 4;

/// Self-attentive sequential recommendation: score(person, item) = hidden state after the last item · item embedding.
///
/// The newest items are looked at in their order; a person without a past gets the hidden state of the beginning.
///
/// # Source
/// Kang and McAuley (2018), with the cross-entropy over all items of Klenitskiy and Vasilev (2023) and the blocks of
/// RecBole's SASRec.
#[derive(Debug)]
pub struct SasRec {
    config: SasRecConfig,
    seed: u64,
    network: Option<Network>,
    n_users: usize,
    n_items: usize,
}

impl SasRec {
    /// Makes one that has learned nothing yet.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a setting is outside its range.
    pub fn new(config: SasRecConfig, seed: u64) -> Result<Self, ModelError> {
        config.validate()?;
        Ok(Self {
            config,
            seed,
            network: None,
            n_users: 0,
            n_items: 0,
        })
    }

    fn network(&self) -> Result<&Network, ModelError> {
        self.network.as_ref().ok_or(ModelError::NoPairs)
    }

    fn rows(&self, network: &Network, past: &[u32], into: &mut Rows) {
        let length = self.config.max_length as usize;
        into.push_history(past, network.beginning(), length);
    }

    /// Writes the scores of all items after each of the pasts.
    fn score_pasts(
        &self,
        network: &Network,
        pasts: &[Vec<u32>],
        scores: &mut [f32],
    ) -> Result<(), ModelError> {
        let d = self.config.dimensions as usize;
        let table = network.params.values(network.items);
        let items = transposed(&table[..self.n_items * d], d);
        let groups = scores.par_chunks_mut(AT_A_TIME * self.n_items.max(1));
        pasts
            .par_chunks(AT_A_TIME)
            .zip(groups)
            .try_for_each(|(pasts, scores)| {
                let mut rows = Rows::default();
                for past in pasts {
                    self.rows(network, past, &mut rows);
                }
                let all = network.hidden(&rows)?;
                let mut last = Vec::with_capacity(pasts.len() * d);
                for end in &rows.ends {
                    last.extend_from_slice(&all[(end - 1) * d..end * d]);
                }
                scores.copy_from_slice(&product(&last, &items, d, None));
                Ok(())
            })
    }

    fn pasts(&self, people: &[Person<'_>]) -> Result<Vec<Vec<u32>>, ModelError> {
        let one = |person: &Person<'_>| -> Result<Vec<u32>, ModelError> {
            if let Some(user) = person.user {
                check_index("user", user as usize, self.n_users)?;
            }
            let newest = self.config.max_length as usize;
            let past = &person.past[person.past.len().saturating_sub(newest)..];
            for i in past {
                check_index("item", i.item as usize, self.n_items)?;
            }
            Ok(past.iter().map(|i| i.item).collect())
        };
        people.iter().map(one).collect()
    }
}

impl Model for SasRec {
    fn name(&self) -> &'static str {
        "sasrec"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let split = HoldOut::split(log, self.config.held_out_users as usize)?;
        let histories: Vec<Vec<u32>> = split
            .by_user
            .iter()
            .map(|rows| rows.iter().map(|i| i.item).collect())
            .collect();
        let n_rows: usize = histories.iter().map(Vec::len).sum();
        let shares = shares(histories.iter().flatten().copied(), log.n_items);
        let pasts: Vec<Vec<u32>> = split
            .held
            .iter()
            .map(|(user, _)| histories[*user as usize].clone())
            .collect();
        (self.n_users, self.n_items) = (log.n_users, log.n_items);
        let mut network = Network::new(&self.config, log.n_items, self.seed)?;
        let mut adam = AdamW::new(
            &network.params,
            self.config.learning_rate,
            self.config.weight_decay,
        );
        let mut report = FitReport {
            n_rows: n_rows as u64,
            n_parameters: network.n_parameters(),
            curve: Vec::new(),
        };
        let mut patience = Patience::default();
        let mut scores = vec![0.0f32; pasts.len() * log.n_items];
        for epoch in 0..self.config.epochs {
            let length = self.config.max_length as usize;
            let windows = cut(&histories, length, self.seed, epoch);
            let (mut sum, mut n) = (0.0f64, 0usize);
            for part in windows.chunks(self.config.batch_size as usize) {
                let parts: Vec<Batch> = part
                    .chunks(AT_A_TIME)
                    .map(|windows| Batch::gather(windows, &histories, network.beginning()))
                    .collect();
                let sought: Vec<u32> = parts.iter().flat_map(|b| &b.sought).copied().collect();
                let step = adam.step_count();
                let sampled = self.config.sampled_items as usize;
                let columns = Columns::draw(&sought, sampled, &shares, self.seed, step);
                let dropout = Dropout {
                    seed: self.seed,
                    step,
                    share: self.config.dropout,
                };
                let loss = network.loss(&parts, &columns, dropout)?;
                if !loss.value.is_finite() {
                    let loss = loss.value;
                    return Err(ModelError::Diverged { step, loss });
                }
                adam.step_plain(&mut network.params, &loss.gradients)?;
                sum += loss.value * sought.len() as f64;
                n += sought.len();
            }
            let held_out = if pasts.is_empty() {
                None
            } else {
                self.score_pasts(&network, &pasts, &mut scores)?;
                Some(split.ndcg_10(&mut scores))
            };
            let epoch = Epoch {
                epoch: epoch + 1,
                of: self.config.epochs,
                loss: sum / n.max(1) as f64,
                held_out,
            };
            report.curve.push(epoch);
            let enough = held_out.is_some_and(|metric| {
                patience.note(metric, self.config.patience, || network.params.tensors())
            });
            if watch(epoch).is_break() || enough {
                break;
            }
        }
        if let Some(mut best) = patience.best() {
            network.params.restore(&mut best)?;
        }
        self.network = Some(network);
        Ok(report)
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items, scores.len())?;
        self.score_pasts(self.network()?, &self.pasts(people)?, scores)
    }

    /// Splits a score by taking the items of the past away one after the other, the newest first.
    ///
    /// What an item adds is what the score loses when it goes, with everything newer already gone. These differences
    /// telescope: with the score of the beginning alone they add up to the score. The hidden states of all shorter
    /// pasts are rows of the same forward pass, since no row looks at later ones. An item that was met more than once has one
    /// part, the sum of its places.
    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let network = self.network()?;
        check_index("item", item as usize, self.n_items)?;
        let past = self.pasts(std::slice::from_ref(person))?.swap_remove(0);
        let mut rows = Rows::default();
        self.rows(network, &past, &mut rows);
        rows.push(std::iter::once(network.beginning()));
        let hidden = network.hidden(&rows)?;
        let d = self.config.dimensions as usize;
        let items = network.params.values(network.items);
        let embedding = &items[item as usize * d..][..d];
        let scores: Vec<f32> = hidden
            .chunks_exact(d)
            .map(|h| math::dot(h, embedding))
            .collect();
        let alone = scores[scores.len() - 1];
        let mut parts = vec![Part {
            about: About::Rest("beginning"),
            value: alone,
        }];
        // Rows that see an item; the sign of the beginning, if it is there, is the first.
        let first = scores.len() - 1 - past.len();
        let mut before = alone;
        for (met, score) in past.iter().zip(&scores[first..]) {
            let (about, value) = (About::Past(*met), score - before);
            before = *score;
            match parts.iter_mut().find(|p| p.about == about) {
                Some(part) => part.value += value,
                None => parts.push(Part { about, value }),
            }
        }
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let network = self.network.as_ref();
        Ok(network.map_or_else(Tensors::new, |n| n.params.tensors()))
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut stored = stored.clone();
        let mut network = Network::new(&self.config, log.n_items, self.seed)?;
        network.params.restore(&mut stored)?;
        refuse_rest(&stored)?;
        (self.n_users, self.n_items) = (log.n_users, log.n_items);
        self.network = Some(network);
        Ok(())
    }
}
