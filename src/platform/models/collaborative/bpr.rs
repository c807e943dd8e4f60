//! Kind `bpr`: factors learned from pairs "met, not met" behind the trait of all models.
//!
//! A person who was trained on keeps its own factors until it met more than twice as much; everybody else is folded in from
//! its past. An explanation attributes a person's factors p to its items by ridge regression: `p = Σ_m a_m q_m + rest`,
//! so that `s_c = Σ_m a_m q_mᵀ q_c + restᵀ q_c` exactly. The rest is what the items met do not account for; how
//! the first part is shared out is a reading of the factors, not a record of how they were learned.

use std::ops::ControlFlow;

use crate::config;

use super::super::bpr::{Bpr, BprConfig, BprError};
use super::super::interaction_log::InteractionLog;
use super::super::model::{About, Epoch, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::debias;
use super::normal_equations::{add_gram, dot, factorize, refused, side_of, solve};
use super::serving::{Size, items_ascending, pairs_of};
use super::stored;

config! {
    /// Factors learned from pairs "met, not met".
    pub struct BprSettings {
        /// Factors per user and item.
        dimensions: u32 = 64, "values", 1..=512;
        /// Step size of Adam.
        learning_rate: f64 = 0.001, "-", 0.000_001..=1.0;
        /// Pairs per step.
        batch_size: u32 = 2048, "pairs", 1..=1_000_000;
        /// Passes over all pairs.
        epochs: u32 = 100, "epochs", 0..=10_000;
        /// Pull of the factors in a batch towards 0.
        regularization: f64 = 0.0, "-", 0.0..=1000.0;
        /// Whether pairs with popular items count less.
        debias: bool = false, "-";
        /// Power of popularity that is taken for the chance of being shown.
        debias_power: f64 = 0.5, "-", 0.0..=2.0;
    }
}

/// How many times as much as in training a person must have met to be folded in anew.
const GROWTH: usize = 2;

/// Ridge of an explanation, in mean squared lengths of the factors of the items met.
const EXPLAINING_RIDGE: f64 = 0.1;

/// Keeps the ridge above 0 where there is nothing to explain with.
const TINY: f64 = 1e-30;

/// BPR as a model.
#[derive(Debug, Clone)]
pub struct BprModel {
    config: BprConfig,
    /// Power of popularity that is taken for the chance of being shown; `None` if pairs count alike.
    debias: Option<f64>,
    size: Size,
    fitted: Option<Bpr>,
    /// Weights of the items; empty if pairs count alike.
    weights: Vec<f32>,
    /// Items that each user had met in training.
    met: Vec<u32>,
}

impl BprModel {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: BprSettings, seed: u64) -> Self {
        Self {
            config: BprConfig {
                dimensions: config.dimensions as usize,
                learning_rate: config.learning_rate as f32,
                batch: config.batch_size as usize,
                epochs: config.epochs as usize,
                regularization: config.regularization as f32,
                seed,
            },
            debias: config.debias.then_some(config.debias_power),
            size: Size::default(),
            fitted: None,
            weights: Vec::new(),
            met: Vec::new(),
        }
    }

    /// Returns the factors of a person.
    fn factors(&self, fitted: &Bpr, person: &Person<'_>) -> Vec<f32> {
        let items = items_ascending(person);
        let own = person.user.filter(|user| {
            // Folding in is thousands of draws; a few items more do not make another person.
            let met = self.met[*user as usize] as usize;
            met > 0 && !items.is_empty() && items.len() <= GROWTH * met
        });
        match own {
            Some(user) => fitted.user_factors(user as usize).to_vec(),
            None => fitted.fold_in(&items),
        }
    }
}

impl Model for BprModel {
    fn name(&self) -> &'static str {
        "bpr"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let x = pairs_of(log)?;
        let weights = self
            .debias
            .map(|gamma| debias::weights(&x.item_counts(), gamma))
            .unwrap_or_default();
        let of = self.config.epochs as u32;
        let mut curve: Vec<Epoch> = Vec::new();
        let after = |epoch, loss, _: &Bpr| -> ControlFlow<()> {
            let epoch = Epoch {
                epoch: epoch as u32,
                of,
                loss,
                held_out: None,
            };
            curve.push(epoch);
            watch(epoch)
        };
        let fitted = Bpr::fit_weighted(&x, weights.clone(), self.config, after).map_err(outside)?;
        if let Some(e) = curve.iter().find(|e| !e.loss.is_finite()) {
            let (step, loss) = (e.epoch, e.loss);
            return Err(ModelError::Diverged { step, loss });
        }
        let n_parameters = fitted.factors().len() as u64;
        self.fitted = Some(fitted);
        self.weights = weights;
        self.met = (0..log.n_users)
            .map(|u| x.of_user(u).len() as u32)
            .collect();
        self.size = Size::of(log);
        Ok(FitReport {
            n_rows: x.len() as u64,
            n_parameters,
            curve,
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |person, row| {
            if let Some(fitted) = &self.fitted {
                fitted.score_factors(&self.factors(fitted, person), row);
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let Some(fitted) = &self.fitted else {
            return Ok(Vec::new());
        };
        let (d, met) = (self.config.dimensions, items_ascending(person));
        let side = side_of(d);
        let padded = |row: &[f32]| -> Vec<f64> {
            let values = row.iter().map(|v| f64::from(*v));
            values.chain(std::iter::repeat_n(0.0, side - d)).collect()
        };
        let p = padded(&self.factors(fitted, person));
        let q = padded(fitted.item_factors(item));
        let rows: Vec<Vec<f64>> = met
            .iter()
            .map(|m| padded(fitted.item_factors(*m)))
            .collect();
        let table = rows.concat();

        // a_m = q_mᵀ (Σ q qᵀ + ρI)⁻¹ p
        let mean_square = dot(&table, &table) / met.len().max(1) as f64;
        let mut matrix = vec![0.0; side * side];
        add_gram(&mut matrix, &table, side);
        for i in 0..side {
            matrix[i * side + i] += (EXPLAINING_RIDGE * mean_square).max(TINY);
        }
        let mut direction = p.clone();
        factorize(&mut matrix, side).map_err(refused)?;
        solve(&matrix, &mut direction);
        let (mut parts, mut rest) = (Vec::with_capacity(met.len() + 1), dot(&p, &q));
        for (m, of_m) in met.iter().zip(&rows) {
            let value = dot(of_m, &direction) * dot(of_m, &q);
            rest -= value;
            parts.push(Part {
                about: About::Past(*m),
                value: value as f32,
            });
        }
        parts.push(Part {
            about: About::Rest("taste"),
            value: rest as f32,
        });
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        let factors = self.fitted.as_ref().map_or(&[][..], Bpr::factors);
        let shape = [
            factors.len() / self.config.dimensions,
            self.config.dimensions,
        ];
        stored::put(&mut tensors, "factors", &shape, factors.to_vec());
        let met = self.met.iter().map(|n| *n as f32).collect();
        stored::put(&mut tensors, "met", &[self.met.len()], met);
        if self.debias.is_some() {
            let n = self.weights.len();
            stored::put(&mut tensors, "weights", &[n], self.weights.clone());
        }
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let (users, items) = (log.n_users, log.n_items);
        let shape = [Some(users + items), Some(self.config.dimensions)];
        let factors = stored::take_finite(&mut rest, "factors", &shape)?;
        let met = stored::take_finite(&mut rest, "met", &[Some(users)])?;
        let weights = match self.debias {
            Some(_) => stored::take_finite(&mut rest, "weights", &[Some(items)])?,
            None => Vec::new(),
        };
        refuse_rest(&rest)?;
        self.met = met.into_iter().map(|n| n as u32).collect();
        self.fitted = Some(Bpr::from_factors(
            self.config,
            users,
            factors,
            weights.clone(),
        ));
        self.weights = weights;
        self.size = Size::of(log);
        Ok(())
    }
}

fn outside(e: BprError) -> ModelError {
    let (what, found, allowed) = match e {
        BprError::Size { dimensions, batch } => (
            "dimensions and batch size",
            format!("{dimensions} and {batch}"),
            "at least 1 each",
        ),
        BprError::LearningRate(rate) => ("learning rate", rate.to_string(), "above 0 and finite"),
        BprError::Regularization(pull) => {
            ("regularization", pull.to_string(), "at least 0 and finite")
        }
    };
    ModelError::Value {
        what: what.to_owned(),
        found,
        allowed: allowed.to_owned(),
    }
}
