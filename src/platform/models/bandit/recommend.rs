//! Bandits as models of attraction: one linear regression over people and items, and how unsure it is.
//!
//! Learns from impressions (reward 1 for what was engaged with) or, in logs without them, from engagements against as many
//! things drawn from what the person never met. Rows are taken in the order of time, each with what was known then.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::context::{Context, Profile};
use super::ridge::{Ridge, dot};
use crate::config;
use crate::platform::models::interaction_log::{InteractionLog, Outcome};
use crate::platform::models::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use crate::platform::models::params::{ModelError, Values, refuse_rest};
use crate::platform::models::random::check_length;
use crate::sim::config::ConfigPart;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

config! {
    /// LinUCB: expected reward, and a bonus for what is not known yet.
    pub struct LinUcbConfig {
        /// Deviations that are added to the expected reward; 0 explores nothing.
        alpha: f64 = 1.0, "deviations", 0.0..=100.0;
        /// Shrinks coefficients as this many rows of reward 0 would.
        ridge: f64 = 1.0, "rows", 0.000_001..=1_000_000.0;
        /// Things never met that are taken for declined, for each engagement of a log without impressions.
        negatives: u32 = 4, "things", 1..=1000;
    }
}

config! {
    /// Linear Thompson sampling: expected reward by coefficients that are drawn anew for everybody.
    pub struct ThompsonConfig {
        /// Scale of the draw, in deviations of the posterior; 0 explores nothing.
        scale: f64 = 1.0, "deviations", 0.0..=100.0;
        /// Shrinks coefficients as this many rows of reward 0 would.
        ridge: f64 = 1.0, "rows", 0.000_001..=1_000_000.0;
        /// Things never met that are taken for declined, for each engagement of a log without impressions.
        negatives: u32 = 4, "things", 1..=1000;
    }
}

/// What was learned: coefficients and the triangle L with A⁻¹ = LLᵀ, in the precision in which they are stored.
#[derive(Debug, Clone, Default)]
struct Learned {
    context: Context,
    theta: Vec<f32>,
    factor: Vec<f32>,
}

impl Learned {
    fn fit(
        log: &InteractionLog,
        ridge: f64,
        negatives: u32,
        seed: u64,
    ) -> Result<(Self, u64), ModelError> {
        if log.interactions.is_empty() && log.impressions.is_empty() {
            return Err(ModelError::NoPairs);
        }
        let mut context = Context::new(log);
        let mut regression = Ridge::new(context.n_features(), ridge)?;
        if log.impressions.is_empty() {
            learn_from_engagements(log, &mut context, &mut regression, negatives, seed)?;
        } else {
            learn_from_impressions(log, &mut context, &mut regression)?;
        }
        let factor = regression.factor().map_err(|e| ModelError::Value {
            what: "uncertainty of the regression".to_owned(),
            found: e.to_string(),
            allowed: "a positive definite matrix; a larger ridge helps".to_owned(),
        })?;
        let learned = Self {
            context,
            theta: regression.theta().iter().map(|x| *x as f32).collect(),
            factor: factor.iter().map(|x| *x as f32).collect(),
        };
        Ok((learned, regression.n_rows()))
    }

    fn n_items(&self) -> usize {
        self.context.counts().len()
    }

    fn profile(&self, person: &Person<'_>) -> Result<Profile, ModelError> {
        let mut profile = self.context.nobody();
        for met in person.past {
            check_item(met.item, self.n_items())?;
            self.context.meet(&mut profile, met.item);
        }
        Ok(profile)
    }

    /// Returns Lᵀx.
    fn spread(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        for (x, row) in x.iter().zip(self.factor.chunks_exact(y.len())) {
            for (y, l) in y.iter_mut().zip(row) {
                *y += x * f64::from(*l);
            }
        }
        y
    }

    fn parts(&self, x: &[f64], exploration: f64) -> Vec<Part> {
        let products = x.iter().zip(&self.theta);
        let named = self.context.names().into_iter().zip(products);
        let mut parts: Vec<Part> = named
            .filter(|(_, (x, _))| **x != 0.0)
            .map(|(about, (x, t))| Part {
                about,
                value: (x * f64::from(*t)) as f32,
            })
            .collect();
        parts.push(Part {
            about: About::Rest("exploration"),
            value: exploration as f32,
        });
        parts
    }

    fn mean(&self, x: &[f64]) -> f64 {
        x.iter()
            .zip(&self.theta)
            .map(|(x, t)| x * f64::from(*t))
            .sum()
    }

    /// Writes scores: expected reward and what `bonus` adds for a person (by position) and the features of an item.
    fn score(
        &self,
        people: &[Person<'_>],
        scores: &mut [f32],
        bonus: impl Fn(usize, &[f64]) -> f64 + Sync,
    ) -> Result<(), ModelError> {
        check_length(people.len() * self.n_items(), scores.len())?;
        let rows = scores.par_chunks_mut(self.n_items().max(1));
        let all = rows.zip(people).enumerate();
        all.try_for_each(|(i, (row, person))| {
            let profile = self.profile(person)?;
            let mut x = Vec::new();
            for (item, score) in (0u32..).zip(row) {
                self.context.write(&profile, item, person.now, &mut x);
                *score = (self.mean(&x) + bonus(i, &x)) as f32;
            }
            Ok(())
        })
    }

    fn explain(
        &self,
        person: &Person<'_>,
        item: u32,
        bonus: impl Fn(&[f64]) -> f64,
    ) -> Result<Vec<Part>, ModelError> {
        check_item(item, self.n_items())?;
        let mut x = Vec::new();
        let profile = self.profile(person)?;
        self.context.write(&profile, item, person.now, &mut x);
        Ok(self.parts(&x, bonus(&x)))
    }

    fn save(&self) -> Tensors {
        let d = self.theta.len();
        let tensor = |shape: Vec<usize>, values: &[f32]| Values {
            shape,
            values: values.to_vec(),
        };
        [
            (
                "counts",
                tensor(vec![self.n_items()], self.context.counts()),
            ),
            ("factor", tensor(vec![d, d], &self.factor)),
            ("theta", tensor(vec![d], &self.theta)),
        ]
        .map(|(name, t)| (name.to_owned(), t))
        .into()
    }

    fn load(stored: &Tensors, log: &InteractionLog) -> Result<Self, ModelError> {
        let mut context = Context::new(log);
        let d = context.n_features();
        let mut stored = stored.clone();
        let mut take = |name: &str, shape: Vec<usize>| match stored.remove(name) {
            Some(t) if t.shape == shape && t.values.len() == shape.iter().product::<usize>() => {
                Ok(t.values)
            }
            found => Err(ModelError::StoredTensor {
                name: name.to_owned(),
                found: found.map_or("nothing".to_owned(), |t| format!("shape {:?}", t.shape)),
                expected: format!("shape {shape:?}"),
            }),
        };
        let counts = take("counts", vec![log.n_items])?;
        let factor = take("factor", vec![d, d])?;
        let theta = take("theta", vec![d])?;
        refuse_rest(&stored)?;
        context.set_counts(counts);
        Ok(Self {
            context,
            theta,
            factor,
        })
    }

    fn report(&self, n_rows: u64) -> FitReport {
        FitReport {
            n_rows,
            n_parameters: self.theta.len() as u64,
            curve: Vec::new(),
        }
    }
}

fn check_item(item: u32, n_items: usize) -> Result<(), ModelError> {
    if (item as usize) < n_items {
        return Ok(());
    }
    Err(ModelError::Index {
        what: "item",
        found: item as usize,
        below: n_items,
    })
}

fn check_row(user: u32, item: u32, log: &InteractionLog) -> Result<(), ModelError> {
    check_item(item, log.n_items)?;
    if (user as usize) < log.n_users {
        return Ok(());
    }
    Err(ModelError::Index {
        what: "user",
        found: user as usize,
        below: log.n_users,
    })
}

fn learn_from_impressions(
    log: &InteractionLog,
    context: &mut Context,
    regression: &mut Ridge,
) -> Result<(), ModelError> {
    let mut profiles = vec![context.nobody(); log.n_users];
    let mut met = log.interactions.iter().peekable();
    let mut x = Vec::new();
    for shown in &log.impressions {
        check_row(shown.user, shown.item, log)?;
        while let Some(i) = met.next_if(|i| i.time < shown.time) {
            check_row(i.user, i.item, log)?;
            context.meet(&mut profiles[i.user as usize], i.item);
            context.count(i.item);
        }
        let profile = &profiles[shown.user as usize];
        context.write(profile, shown.item, shown.time, &mut x);
        let reward = f64::from(u8::from(shown.outcome >= Outcome::Engage));
        regression.observe(&x, reward, 1.0);
    }
    for i in met {
        check_row(i.user, i.item, log)?;
        context.count(i.item);
    }
    Ok(())
}

fn learn_from_engagements(
    log: &InteractionLog,
    context: &mut Context,
    regression: &mut Ridge,
    negatives: u32,
    seed: u64,
) -> Result<(), ModelError> {
    /// Draws before giving up on somebody who met nearly everything.
    const MOST_DRAWS: u32 = 20;
    let mut all_met = vec![BTreeSet::new(); log.n_users];
    for i in &log.interactions {
        check_row(i.user, i.item, log)?;
        all_met[i.user as usize].insert(i.item);
    }
    let mut profiles = vec![context.nobody(); log.n_users];
    let mut x = Vec::new();
    for (row, i) in (0u64..).zip(&log.interactions) {
        let profile = &profiles[i.user as usize];
        context.write(profile, i.item, i.time, &mut x);
        regression.observe(&x, 1.0, f64::from(i.weight));
        let mut rng = RngStream::new(seed, Purpose::ModelBatch, row, 0);
        for _ in 0..negatives {
            let mut draws = (0..MOST_DRAWS).map(|_| rng.below(log.n_items) as u32);
            let unmet = draws.find(|item| !all_met[i.user as usize].contains(item));
            let Some(item) = unmet else { continue };
            context.write(profile, item, i.time, &mut x);
            regression.observe(&x, 0.0, f64::from(i.weight));
        }
        context.meet(&mut profiles[i.user as usize], i.item);
        context.count(i.item);
    }
    Ok(())
}

fn check_config(config: &impl ConfigPart, name: &str) -> Result<(), ModelError> {
    let mut violations = Vec::new();
    config.check(name, &mut violations);
    match violations.into_iter().next() {
        None => Ok(()),
        Some(v) => Err(ModelError::Value {
            what: v.key,
            found: v.value,
            allowed: v.allowed,
        }),
    }
}

/// LinUCB as a model: score = θ̂·x + α √(xᵀA⁻¹x).
///
/// # Source
/// Li et al. (2010), with the features of person and item shared by all items.
#[derive(Debug, Clone)]
pub struct LinUcb {
    config: LinUcbConfig,
    seed: u64,
    learned: Learned,
}

impl LinUcb {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: LinUcbConfig, seed: u64) -> Self {
        Self {
            config,
            seed,
            learned: Learned::default(),
        }
    }

    fn bonus(&self, x: &[f64]) -> f64 {
        let spread = self.learned.spread(x);
        self.config.alpha * libm::sqrt(spread.iter().map(|y| y * y).sum())
    }
}

impl Model for LinUcb {
    fn name(&self) -> &'static str {
        "lin_ucb"
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        let c = &self.config;
        check_config(c, "lin_ucb")?;
        let (learned, n_rows) = Learned::fit(log, c.ridge, c.negatives, self.seed)?;
        self.learned = learned;
        Ok(self.learned.report(n_rows))
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.learned.score(people, scores, |_, x| self.bonus(x))
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.learned.explain(person, item, |x| self.bonus(x))
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        Ok(self.learned.save())
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        self.learned = Learned::load(stored, log)?;
        Ok(())
    }
}

/// Linear Thompson sampling as a model: score = θ̃·x with θ̃ ~ N(θ̂, v² A⁻¹), drawn once for a person and a length of its past.
///
/// # Source
/// Agrawal and Goyal (2013).
#[derive(Debug, Clone)]
pub struct Thompson {
    config: ThompsonConfig,
    seed: u64,
    learned: Learned,
}

impl Thompson {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: ThompsonConfig, seed: u64) -> Self {
        Self {
            config,
            seed,
            learned: Learned::default(),
        }
    }

    /// Returns v L z: how far the person's coefficients are from the expected ones.
    fn draw(&self, person: &Person<'_>) -> Vec<f64> {
        let who = person.user.map_or(u64::MAX, u64::from);
        let met = u32::try_from(person.past.len()).unwrap_or(u32::MAX);
        let mut rng = RngStream::new(self.seed, Purpose::Exploration, who, met);
        let d = self.learned.theta.len();
        let z: Vec<f32> = (0..d).map(|_| rng.normal() as f32).collect();
        let rows = self.learned.factor.chunks_exact(d.max(1));
        rows.map(|row| self.config.scale * f64::from(math::dot(row, &z)))
            .collect()
    }
}

impl Model for Thompson {
    fn name(&self) -> &'static str {
        "thompson"
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        let c = &self.config;
        check_config(c, "thompson")?;
        let (learned, n_rows) = Learned::fit(log, c.ridge, c.negatives, self.seed)?;
        self.learned = learned;
        Ok(self.learned.report(n_rows))
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        let draws: Vec<Vec<f64>> = people.iter().map(|p| self.draw(p)).collect();
        self.learned.score(people, scores, |i, x| dot(&draws[i], x))
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        let draw = self.draw(person);
        self.learned.explain(person, item, |x| dot(&draw, x))
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        Ok(self.learned.save())
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        self.learned = Learned::load(stored, log)?;
        Ok(())
    }
}
