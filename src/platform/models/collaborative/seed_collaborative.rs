//! Kind `seed_collaborative`: the mission's formula from others' behaviour, with a predicted r.
//!
//! `w_i(c) = r̂_ic / (r̄_c + ε)^p / √(A_i + ε)`, see [`seed_formulas`]. r̂ is the implicit
//! score of item-kNN or EASE (in its own unit; EASE's may be negative), r̄_c the share of users that met c, and A_i the
//! [attention](super::attention) level. A_i is one number a person: it moves no place on the person's own list.

use crate::{config, config_choice};

use super::super::interaction_log::InteractionLog;
use super::super::model::{FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::ModelError;
use super::super::seed_formulas;
use super::attention::{self, AttentionConfig};
use super::ease::{EaseModel, EaseSettings};
use super::item_knn::{ItemKnnModel, ItemKnnSettings};
use super::serving::{Size, pairs_of};
use super::stored;

config_choice! {
    /// Which model predicts r.
    pub enum SeedBase {
        /// Item-based neighbours.
        ItemKnn = "item_knn",
        /// The linear autoencoder.
        Ease = "ease",
    }
}

config! {
    /// The mission's formula from others' behaviour.
    pub struct SeedCollaborativeSettings {
        /// Which model predicts what a person would give to an item.
        base: SeedBase = SeedBase::ItemKnn, "-";
        /// Neighbours kept per item, where the base is item_knn.
        neighbors: u32 = 100, "items", 1..=1_000_000;
        /// Ridge, where the base is ease.
        lambda: f64 = 250.0, "co-occurrences", 0.000_001..=1_000_000_000.0;
        /// Power of popularity that is divided by; the mission's formula has a root, so a half.
        popularity_exponent: f64 = 0.5, "-", 0.0..=2.0;
        /// Keeps both roots away from 0.
        epsilon: f64 = 0.01, "-", 0.000_000_001..=1.0;
        /// Time after which an engagement counts half for the attention level.
        half_life_days: f64 = 7.0, "days", 0.01..=100_000.0;
        /// Time a day that somebody could give to the platform.
        available_hours: f64 = 4.0, "hours", 0.01..=24.0;
        /// Time that an engagement of weight 1 takes.
        engagement_minutes: f64 = 1.0, "minutes", 0.001..=1440.0;
    }
}

/// The formula as a model.
pub struct SeedCollaborative {
    config: SeedCollaborativeSettings,
    base: Box<dyn Model>,
    size: Size,
    /// Share of users that met each item.
    shares: Vec<f32>,
    /// Attention level of the population.
    attention: f32,
}

impl SeedCollaborative {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: SeedCollaborativeSettings) -> Self {
        let base: Box<dyn Model> = match config.base {
            SeedBase::ItemKnn => Box::new(ItemKnnModel::new(ItemKnnSettings {
                neighbors: config.neighbors,
                ..ItemKnnSettings::BASELINE
            })),
            SeedBase::Ease => Box::new(EaseModel::new(EaseSettings {
                lambda: config.lambda,
                ..EaseSettings::BASELINE
            })),
        };
        Self {
            config,
            base,
            size: Size::default(),
            shares: Vec::new(),
            attention: 0.0,
        }
    }

    const fn counting(&self) -> AttentionConfig {
        AttentionConfig {
            half_life_days: self.config.half_life_days,
            available_hours: self.config.available_hours,
            engagement_minutes: self.config.engagement_minutes,
        }
    }

    /// Puts a predicted r into the formula; linear in it.
    fn weigh(&self, r: f32, item: usize, attention: f64) -> f32 {
        seed_formulas::collaborative(
            f64::from(r),
            f64::from(self.shares[item]),
            attention,
            self.config.epsilon,
            self.config.popularity_exponent,
        ) as f32
    }

    fn attention_of(&self, person: &Person<'_>) -> f64 {
        attention::of_person(person.past, person.now, self.attention, self.counting())
    }
}

impl Model for SeedCollaborative {
    fn name(&self) -> &'static str {
        "seed_collaborative"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let x = pairs_of(log)?;
        let report = self.base.fit(log, watch)?;
        let n_users = log.n_users.max(1) as f64;
        let share = |count: &u32| (f64::from(*count) / n_users) as f32;
        self.shares = x.item_counts().iter().map(share).collect();
        self.attention = attention::of_population(log, self.counting());
        self.size = Size::of(log);
        Ok(FitReport {
            n_parameters: report.n_parameters + log.n_items as u64 + 1,
            ..report
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.base.score(people, scores)?;
        self.size.score_each(people, scores, |person, row| {
            let attention = self.attention_of(person);
            for (item, score) in row.iter_mut().enumerate() {
                *score = self.weigh(*score, item, attention);
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let mut parts = self.base.explain(person, item)?;
        let attention = self.attention_of(person);
        for part in &mut parts {
            part.value = self.weigh(part.value, item as usize, attention);
        }
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = self.base.save()?;
        let n = self.shares.len();
        stored::put(&mut tensors, "shares", &[n], self.shares.clone());
        stored::put(&mut tensors, "attention", &[1], vec![self.attention]);
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let shares = stored::take_finite(&mut rest, "shares", &[Some(log.n_items)])?;
        let attention = stored::take_finite(&mut rest, "attention", &[Some(1)])?;
        self.base.load(&rest, log)?;
        self.shares = shares;
        self.attention = attention[0];
        self.size = Size::of(log);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample_log::sample_log;
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn a_score_is_the_formula_put_together_by_hand() {
        let log = sample_log(3);
        for (base, name) in [(SeedBase::ItemKnn, "item_knn"), (SeedBase::Ease, "ease")] {
            let mut model = SeedCollaborative::new(SeedCollaborativeSettings {
                base,
                popularity_exponent: 0.25,
                ..SeedCollaborativeSettings::BASELINE
            });
            model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
            assert_eq!(model.base.name(), name);
            let past = &log.by_user()[7];
            let person = Person {
                user: Some(7),
                past,
                now: log.end(),
            };
            let (mut r, mut w) = (vec![0.0; log.n_items], vec![0.0; log.n_items]);
            model.base.score(&[person], &mut r).unwrap();
            model.score(&[person], &mut w).unwrap();
            let counts = log.matrix().unwrap().item_counts();
            let level = attention::of_person(past, log.end(), model.attention, model.counting());
            assert!(level > 0.0 && level < 1.0);
            for item in 0..log.n_items {
                let share = f64::from(counts[item]) / log.n_users as f64;
                let expected =
                    f64::from(r[item]) / (share + 0.01).powf(0.25) / (level + 0.01).sqrt();
                let found = f64::from(w[item]);
                assert!((found - expected).abs() < 1e-5 * (1.0 + expected.abs()));
            }
        }
    }
}
