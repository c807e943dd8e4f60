//! Kind `ials`: factors by alternating least squares behind the trait of all models.
//!
//! `c_ui = (1 + α·r_ui) · w_i` with r_ui the summed weights of the user's engagements with the item, and w_i = 1 unless
//! [debiased](super::debias). The library `implicit` calls α·r the confidence; its 1 is α = 0 here.

use std::ops::ControlFlow;

use crate::config;

use super::super::interaction_log::{Interaction, InteractionLog};
use super::super::model::{About, Epoch, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::debias;
use super::implicit_als::{ImplicitAls, ImplicitAlsConfig, Met};
use super::serving::{Size, pairs_of};
use super::stored;

config! {
    /// Factors by alternating least squares.
    pub struct IalsSettings {
        /// Factors per user and item.
        dimensions: u32 = 64, "values", 1..=512;
        /// Pull of all factors towards 0.
        regularization: f64 = 10.0, "-", 0.000_001..=1_000_000.0;
        /// Confidence that is added for each unit of an engagement's weight; 0 trusts what was met as much as what was not.
        confidence: f64 = 0.0, "1/weight", 0.0..=10_000.0;
        /// Times both sides are solved.
        iterations: u32 = 15, "iterations", 1..=1000;
        /// Whether engagements with popular items weigh less.
        debias: bool = false, "-";
        /// Power of popularity that is taken for the chance of being shown.
        debias_power: f64 = 0.5, "-", 0.0..=2.0;
        /// Power of an item's popularity by which its score is multiplied; 0 leaves scores as they are, less takes popularity out.
        popularity_power: f64 = 0.0, "-", -2.0..=2.0;
    }
}

/// iALS as a model.
#[derive(Debug, Clone)]
pub struct IalsModel {
    config: IalsSettings,
    seed: u64,
    size: Size,
    fitted: Option<ImplicitAls>,
    /// Weight of every item's engagements.
    weights: Vec<f32>,
    /// What each item's score is multiplied by.
    boosts: Vec<f32>,
}

impl IalsModel {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: IalsSettings, seed: u64) -> Self {
        Self {
            config,
            seed,
            size: Size::default(),
            fitted: None,
            weights: Vec::new(),
            boosts: Vec::new(),
        }
    }

    /// Returns the distinct items of a past, ascending, with their confidences.
    fn met(&self, past: &[Interaction]) -> Met {
        met(past, self.config.confidence, &self.weights)
    }
}

fn met(past: &[Interaction], alpha: f64, weights: &[f32]) -> Met {
    let mut rows: Vec<(u32, f64)> = past.iter().map(|i| (i.item, f64::from(i.weight))).collect();
    // Stable, so that weights of an item are added in the order of the past.
    rows.sort_by_key(|(item, _)| *item);
    rows.chunk_by(|a, b| a.0 == b.0)
        .map(|same| {
            let item = same[0].0;
            let r: f64 = same.iter().map(|(_, weight)| weight).sum();
            (item, (1.0 + alpha * r) * f64::from(weights[item as usize]))
        })
        .collect()
}

impl Model for IalsModel {
    fn name(&self) -> &'static str {
        "ials"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let x = pairs_of(log)?;
        let counts = x.item_counts();
        let weights = if self.config.debias {
            debias::weights(&counts, self.config.debias_power)
        } else {
            vec![1.0; log.n_items]
        };
        let users: Vec<Met> = log
            .by_user()
            .iter()
            .map(|past| met(past, self.config.confidence, &weights))
            .collect();
        let config = ImplicitAlsConfig {
            dimensions: self.config.dimensions as usize,
            regularization: self.config.regularization,
            iterations: self.config.iterations as usize,
            seed: self.seed,
        };
        let mut curve = Vec::new();
        let after = |iteration, loss| -> ControlFlow<()> {
            let epoch = Epoch {
                epoch: iteration as u32,
                of: config.iterations as u32,
                loss,
                held_out: None,
            };
            curve.push(epoch);
            watch(epoch)
        };
        let fitted = ImplicitAls::fit(log.n_items, &users, config, after)?;
        self.fitted = Some(fitted);
        self.weights = weights;
        self.boosts = debias::boosts(&counts, self.config.popularity_power);
        self.size = Size::of(log);
        Ok(FitReport {
            n_rows: x.len() as u64,
            n_parameters: ((log.n_users + log.n_items) * config.dimensions) as u64,
            curve,
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |person, row| {
            if let Some(fitted) = &self.fitted {
                fitted.score(&self.met(person.past), row)?;
            }
            for (score, boost) in row.iter_mut().zip(&self.boosts) {
                *score *= boost;
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let Some(fitted) = &self.fitted else {
            return Ok(Vec::new());
        };
        let boost = f64::from(self.boosts[item as usize]);
        let parts = fitted.explain(&self.met(person.past), item)?;
        let part = |(met, value)| Part {
            about: About::Past(met),
            value: (value * boost) as f32,
        };
        Ok(parts.into_iter().map(part).collect())
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        let (n, d) = (self.size.n_items, self.config.dimensions as usize);
        let factors = self.fitted.as_ref().map(ImplicitAls::factors);
        stored::put(&mut tensors, "items", &[n, d], factors.unwrap_or_default());
        stored::put(&mut tensors, "weights", &[n], self.weights.clone());
        stored::put(&mut tensors, "boosts", &[n], self.boosts.clone());
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let (n, d) = (log.n_items, self.config.dimensions as usize);
        let factors = stored::take_finite(&mut rest, "items", &[Some(n), Some(d)])?;
        let weights = stored::take_finite(&mut rest, "weights", &[Some(n)])?;
        let boosts = stored::take_finite(&mut rest, "boosts", &[Some(n)])?;
        refuse_rest(&rest)?;
        let lambda = self.config.regularization;
        self.fitted = Some(ImplicitAls::from_factors(&factors, d, lambda)?);
        self.weights = weights;
        self.boosts = boosts;
        self.size = Size::of(log);
        Ok(())
    }
}
