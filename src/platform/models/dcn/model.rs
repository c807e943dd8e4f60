//! The deep and cross network as a model of attraction.

use rayon::prelude::*;

use crate::platform::models::classification::auc;
use crate::platform::models::features::basis::{Basis, BasisSettings, Selection};
use crate::platform::models::features::examples::{Sampling, check_index};
use crate::platform::models::features::extractor::Columns;
use crate::platform::models::features::table::Table;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::model::{
    About, Epoch, FitReport, Model, Part, Person, Ranks, Tensors, Watch,
};
use crate::platform::models::optimizer::AdamW;
use crate::platform::models::params::{ModelError, refuse_rest};
use crate::platform::models::random::check_length;
use crate::platform::models::selection::table::SelectionTable;
use crate::platform::models::two_tower::mean_rows::MeanRows;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

use super::config::DcnConfig;
use super::network::{Batch, Dropout, Network};
use super::ranking::Ranking;
use super::weights::Weights;

/// Tell the draws of a fit apart.
const SHUFFLE: u32 = 0xDC01;
const UNSEEN_IDS: u32 = 0xDC02;
const DROPOUT: u32 = 0xDC03;

/// Rows that one task predicts.
const ROWS_PER_TASK: usize = 512;

/// What was learned.
#[derive(Debug)]
struct Fitted {
    basis: Basis,
    network: Network,
    ranking: Ranking,
    /// ln of the share of negatives that were learned from.
    shift: f32,
}

/// A deep and cross network: the score is the logit of engaging with an item that one has before one.
#[derive(Debug)]
pub struct Dcn {
    config: DcnConfig,
    seed: u64,
    fitted: Option<Fitted>,
    selection: Option<SelectionTable>,
}

impl Dcn {
    /// Makes one that has learned nothing.
    #[must_use]
    pub const fn new(config: DcnConfig, seed: u64) -> Self {
        Self {
            config,
            seed,
            fitted: None,
            selection: None,
        }
    }

    /// Returns which columns were kept by the last fit and why; `None` if columns were not selected.
    #[must_use]
    pub const fn selection(&self) -> Option<&SelectionTable> {
        self.selection.as_ref()
    }

    fn fitted(&self) -> Result<&Fitted, ModelError> {
        self.fitted.as_ref().ok_or(ModelError::NoPairs)
    }

    fn check(&self) -> Result<(), ModelError> {
        if self.config.columns || self.config.id_dimensions > 0 {
            return Ok(());
        }
        Err(ModelError::Value {
            what: "id_dimensions without columns".to_owned(),
            found: "0".to_owned(),
            allowed: "1 or more, or columns".to_owned(),
        })
    }

    fn train(
        &self,
        table: &Table,
        shape: (usize, usize),
        watch: &mut Watch<'_>,
    ) -> Result<(Network, Vec<Epoch>), ModelError> {
        let config = &self.config;
        let (n, width) = (table.examples.len(), table.schema.len());
        let n_held_out = (n as f64 * config.held_out) as usize;
        let n_rows = n - n_held_out;
        let taken = table.examples[..n_rows]
            .iter()
            .filter(|e| e.engaged)
            .count() as f64;
        let odds = (taken + 0.5) / (n_rows as f64 - taken + 0.5);
        let n_ids = shape.0 + shape.1;
        let bias = math::ln(odds) as f32;
        let mut network = Network::new(config, self.seed, width, n_ids, bias)?;
        forget_unseen(&mut network, &table.examples[..n_rows], shape)?;
        let mut optimizer = AdamW::new(&network.params, config.learning_rate, config.weight_decay);
        let mut order: Vec<usize> = (0..n_rows).collect();
        let mut gradient = Vec::new();
        let mut curve: Vec<Epoch> = Vec::new();
        let mut best: Option<(f64, Network)> = None;
        let mut worse = 0;
        for epoch in 1..=config.epochs {
            shuffle(&mut order, self.seed, epoch);
            let mut loss = 0.0;
            for rows in order.chunks(config.batch_size as usize) {
                let step = optimizer.step_count();
                let batch = self.batch(table, rows, shape.0, step);
                let stream = u64::from(step);
                let mut dropout = Dropout {
                    share: config.dropout,
                    rng: RngStream::new(self.seed, Purpose::ModelBatch, stream, DROPOUT),
                };
                let found = network.loss(&batch, &mut dropout)?;
                let own = f64::from(found.value.to_scalar::<f32>()?);
                if !own.is_finite() {
                    return Err(ModelError::Diverged { step, loss: own });
                }
                loss += own * rows.len() as f64 / n_rows as f64;
                let at = network.ids;
                gradient.clear();
                gradient.resize(at.map_or(0, |p| network.params.values(p).len()), 0.0);
                let gradients = found.backward(&batch, &mut gradient)?;
                let for_ids = at.map(|p| (p, gradient.as_slice()));
                optimizer.step(&mut network.params, &gradients, for_ids)?;
            }
            let held_out = (n_held_out > 0)
                .then(|| held_out(&Weights::of(&network, width, shape.0), table, n_rows));
            curve.push(Epoch {
                epoch,
                of: config.epochs,
                loss,
                held_out,
            });
            if let Some(found) = held_out {
                if best.as_ref().is_none_or(|(b, _)| found > *b) {
                    best = Some((found, network.copy()?));
                    worse = 0;
                } else {
                    worse += 1;
                }
            }
            let ends = curve.last().is_some_and(|e| watch(*e).is_break());
            if ends || worse >= config.patience {
                break;
            }
        }
        let network = best.map_or(network, |(_, best)| best);
        Ok((network, curve))
    }

    fn batch(&self, table: &Table, rows: &[usize], n_users: usize, step: u32) -> Batch {
        let stream = u64::from(step);
        let mut rng = RngStream::new(self.seed, Purpose::ModelBatch, stream, UNSEEN_IDS);
        let (mut users, mut items) = (MeanRows::default(), MeanRows::default());
        let mut columns = Vec::with_capacity(rows.len() * table.schema.len());
        let mut outcomes = Vec::with_capacity(rows.len());
        let hidden = self.config.id_dropout;
        for row in rows {
            let e = &table.examples[*row];
            columns.extend(table.row(*row));
            outcomes.push(f32::from(u8::from(e.engaged)));
            let (u, i) = (e.user, n_users as u32 + e.item);
            users.push(Some(u).filter(|_| !rng.chance(hidden)).into_iter());
            items.push(Some(i).filter(|_| !rng.chance(hidden)).into_iter());
        }
        Batch {
            columns,
            users,
            items,
            outcomes,
        }
    }

    fn take_up(&mut self, basis: Basis, network: Network) {
        let schema = basis.schema();
        let weights = Weights::of(&network, schema.len(), basis.shape().0);
        let ranking = Ranking::new(weights, schema);
        let shift = math::ln(basis.rate()) as f32;
        self.fitted = Some(Fitted {
            basis,
            network,
            ranking,
            shift,
        });
    }
}

/// Sets the embeddings of users and items without a row to 0: what was drawn for them says nothing.
fn forget_unseen(
    network: &mut Network,
    examples: &[crate::platform::models::features::examples::Example],
    shape: (usize, usize),
) -> Result<(), ModelError> {
    let Some(at) = network.ids else {
        return Ok(());
    };
    let mut seen = vec![false; shape.0 + shape.1];
    for e in examples {
        seen[e.user as usize] = true;
        seen[shape.0 + e.item as usize] = true;
    }
    let k = network.id_dimensions;
    network.params.update(at, |values| {
        for (row, seen) in values.chunks_exact_mut(k).zip(seen) {
            if !seen {
                row.fill(0.0);
            }
        }
    })
}

fn shuffle(order: &mut [usize], seed: u64, epoch: u32) {
    let mut rng = RngStream::new(seed, Purpose::ModelBatch, u64::from(epoch), SHUFFLE);
    for i in (1..order.len()).rev() {
        order.swap(i, rng.below(i + 1));
    }
}

/// The area under the curve over the rows from `first` on.
fn held_out(weights: &Weights, table: &Table, first: usize) -> f64 {
    let rows: Vec<usize> = (first..table.examples.len()).collect();
    let scores: Vec<f64> = rows
        .par_chunks(ROWS_PER_TASK)
        .map(|rows| {
            let d = weights.inputs();
            let mut x0 = vec![0.0; rows.len() * d];
            for (row, x0) in rows.iter().zip(x0.chunks_exact_mut(d)) {
                let e = &table.examples[*row];
                weights.write_inputs(table.row(*row), Some(e.user), e.item, x0);
            }
            weights.logits(&x0)
        })
        .flatten_iter()
        .map(f64::from)
        .collect();
    let outcomes: Vec<bool> = table.examples[first..].iter().map(|e| e.engaged).collect();
    auc(&scores, &outcomes)
}

impl Ranks for Dcn {
    fn rank(
        &self,
        person: &Person<'_>,
        items: &[u32],
        scores: &mut [f32],
    ) -> Result<(), ModelError> {
        let fitted = self.fitted()?;
        let (basis, ranking) = (&fitted.basis, &fitted.ranking);
        check_length(items.len(), scores.len())?;
        basis.check_items(items)?;
        let who = basis.onlooker(person)?;
        let added = ranking.some_items(&basis.rows_of(items, person.now), items);
        let cross = |at: u32, row: &mut [f32]| basis.write_cross(&who, items[at as usize], row);
        ranking.rank(&who.columns, who.user, &added, cross, scores);
        for score in scores {
            *score += fitted.shift;
        }
        Ok(())
    }
}

impl Model for Dcn {
    fn name(&self) -> &'static str {
        "dcn"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        self.check()?;
        let settings = BasisSettings {
            columns: Columns::when(self.config.columns),
            selection: Selection::when(self.config.selects_columns),
            sampling: Sampling {
                negatives: self.config.negatives,
                at_most: self.config.rows_at_most,
                seed: self.seed,
            },
        };
        let (basis, table, selection) = Basis::learn(log, &settings)?;
        let (network, curve) = self.train(&table, basis.shape(), watch)?;
        let params = &network.params;
        let sizes = (0..params.len()).map(|p| params.values(p).len() as u64);
        let report = FitReport {
            n_rows: table.examples.len() as u64,
            n_parameters: sizes.sum(),
            curve,
        };
        self.selection = selection;
        self.take_up(basis, network);
        Ok(report)
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        let fitted = self.fitted()?;
        let (basis, ranking) = (&fitted.basis, &fitted.ranking);
        let n_items = basis.shape().1;
        check_length(people.len() * n_items, scores.len())?;
        basis.for_each_person(
            people,
            scores,
            |rows| ranking.items(rows, n_items),
            |who, items, out| {
                let cross = |item, row: &mut [f32]| basis.write_cross(who, item, row);
                ranking.rank(&who.columns, who.user, items, cross, out);
                for score in out {
                    *score += fitted.shift;
                }
            },
        )
    }

    fn ranks(&self) -> Option<&dyn Ranks> {
        Some(self)
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let fitted = self.fitted()?;
        let basis = &fitted.basis;
        check_index("item", item, basis.shape().1)?;
        let (row, user) = basis.row(person, item)?;
        let weights = fitted.ranking.weights();
        let mut x0 = vec![0.0; weights.inputs()];
        weights.write_inputs(&row, user, item, &mut x0);
        let found = weights.attribute(&x0);
        let mut parts = vec![Part {
            about: About::Bias,
            value: (found.base + f64::from(fitted.shift)) as f32,
        }];
        let k = weights.id_dimensions;
        let (columns, ids) = found.shares.split_at(weights.width);
        for (name, own) in [("user_id", &ids[..k]), ("item_id", &ids[k..])] {
            if k > 0 {
                let about = About::Feature(name.to_owned());
                let value = own.iter().sum::<f64>() as f32;
                parts.push(Part { about, value });
            }
        }
        parts.extend(basis.schema().add_up(columns));
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let fitted = self.fitted()?;
        let mut tensors = fitted.network.params.tensors();
        fitted.basis.save(&mut tensors);
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        self.check()?;
        let mut from = stored.clone();
        let basis = Basis::take(&mut from, log, Columns::when(self.config.columns))?;
        let n_ids = log.n_users + log.n_items;
        let width = basis.schema().len();
        let mut network = Network::new(&self.config, self.seed, width, n_ids, 0.0)?;
        network.params.restore(&mut from)?;
        refuse_rest(&from)?;
        self.selection = None;
        self.take_up(basis, network);
        Ok(())
    }
}
