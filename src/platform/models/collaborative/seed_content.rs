//! Kind `seed_content`: the mission's formula from features.
//!
//! `w_i(c) = A_i · f_iᵀ f_c / (|f_i| |f_c|)`, see [`seed_formulas`]. f_c are the item's feature
//! blocks side by side, every column less its mean over the items that have it, every block of an item scaled to
//! length 1 (zeros where an item lacks it), so that no modality counts more for being wider or louder. f_i is the sum
//! of the features of what was engaged with, each times its weight, on top of the population's mean profile: who has
//! done nothing yet is taken to like what is liked on the whole.

use crate::config;

use super::super::interaction_log::{FeatureBlock, InteractionLog};
use super::super::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::super::seed_formulas;
use super::attention::{self, AttentionConfig};
use super::serving::{Size, matrix_of};
use super::stored;

config! {
    /// The mission's formula from features.
    pub struct SeedContentSettings {
        /// How many engagements of weight 1 the population's mean profile stands for in a person's interests.
        prior_weight: f64 = 1.0, "engagements", 0.0..=1_000_000.0;
        /// Time after which an engagement counts half for the attention level.
        half_life_days: f64 = 7.0, "days", 0.01..=100_000.0;
        /// Time a day that somebody could give to the platform.
        available_hours: f64 = 4.0, "hours", 0.01..=24.0;
        /// Time that an engagement of weight 1 takes.
        engagement_minutes: f64 = 1.0, "minutes", 0.001..=1440.0;
    }
}

/// Features of all items, ready to be compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContentTable {
    /// `block.column` of every column.
    pub columns: Vec<String>,
    /// Row-major, `[n_items, columns.len()]`.
    pub values: Vec<f32>,
}

impl ContentTable {
    /// Puts the blocks of all items side by side, centered and scaled.
    ///
    /// # Errors
    /// [`ModelError::Value`] if there is no block or a value is not finite, [`ModelError::Length`] if a block does not
    /// fit the number of items.
    pub fn of(log: &InteractionLog) -> Result<Self, ModelError> {
        let blocks = &log.items.blocks;
        if blocks.iter().all(|b| b.columns.is_empty()) {
            return Err(ModelError::Value {
                what: "number of feature blocks of the items".to_owned(),
                found: blocks.len().to_string(),
                allowed: "at least 1 with at least one column".to_owned(),
            });
        }
        let columns: Vec<String> = blocks
            .iter()
            .flat_map(|b| b.columns.iter().map(|c| format!("{}.{c}", b.name)))
            .collect();
        let width = columns.len();
        let mut values = vec![0.0; log.n_items * width];
        let mut begin = 0;
        for block in blocks {
            let d = block.columns.len();
            let means = means(block, log.n_items)?;
            for item in (0..log.n_items).filter(|item| block.has(*item)) {
                let row = block.row(item).iter().zip(&means);
                let centered: Vec<f64> = row.map(|(v, mean)| f64::from(*v) - mean).collect();
                let norm = centered.iter().map(|v| v * v).sum::<f64>().sqrt();
                let to = &mut values[item * width + begin..][..d];
                for (to, v) in to.iter_mut().zip(centered) {
                    *to = if norm > 0.0 { (v / norm) as f32 } else { 0.0 };
                }
            }
            begin += d;
        }
        Ok(Self { columns, values })
    }

    /// Returns the features of an item.
    ///
    /// # Panics
    /// If there is no such item.
    #[must_use]
    pub fn row(&self, item: usize) -> &[f32] {
        let d = self.columns.len();
        &self.values[item * d..][..d]
    }
}

/// Returns the mean of every column over the items that have the block.
fn means(block: &FeatureBlock, n_items: usize) -> Result<Vec<f64>, ModelError> {
    let d = block.columns.len();
    if block.values.len() != n_items * d {
        return Err(ModelError::Length {
            what: "values of a feature block",
            found: block.values.len(),
            expected: n_items * d,
        });
    }
    if let Some(v) = block.values.iter().find(|v| !v.is_finite()) {
        return Err(ModelError::Value {
            what: format!("value of feature block {}", block.name),
            found: v.to_string(),
            allowed: "finite numbers".to_owned(),
        });
    }
    let (mut sums, mut n) = (vec![0.0; d], 0.0);
    for item in (0..n_items).filter(|item| block.has(*item)) {
        for (sum, v) in sums.iter_mut().zip(block.row(item)) {
            *sum += f64::from(*v);
        }
        n += 1.0;
    }
    Ok(sums.into_iter().map(|s| s / f64::max(n, 1.0)).collect())
}

/// The formula as a model.
#[derive(Debug, Clone)]
pub struct SeedContent {
    config: SeedContentSettings,
    size: Size,
    table: ContentTable,
    /// Mean features of all engagements, weighted.
    of_population: Vec<f32>,
    /// Attention level of the population.
    attention: f32,
}

impl SeedContent {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: SeedContentSettings) -> Self {
        Self {
            config,
            size: Size::default(),
            table: ContentTable::default(),
            of_population: Vec::new(),
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

    /// Returns the interests of a person.
    fn profile(&self, person: &Person<'_>) -> Vec<f64> {
        let prior = self.of_population.iter();
        let mut profile: Vec<f64> = prior
            .map(|p| self.config.prior_weight * f64::from(*p))
            .collect();
        for i in person.past {
            add_features(&self.table, i.item, f64::from(i.weight), &mut profile);
        }
        profile
    }

    fn attention_of(&self, person: &Person<'_>) -> f64 {
        attention::of_person(person.past, person.now, self.attention, self.counting())
    }
}

fn add_features(table: &ContentTable, item: u32, weight: f64, to: &mut [f64]) {
    for (p, f) in to.iter_mut().zip(table.row(item as usize)) {
        *p += weight * f64::from(*f);
    }
}

impl Model for SeedContent {
    fn name(&self) -> &'static str {
        "seed_content"
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        matrix_of(log)?;
        let table = ContentTable::of(log)?;
        let (mut sums, mut weight) = (vec![0.0; table.columns.len()], 0.0);
        for i in &log.interactions {
            add_features(&table, i.item, f64::from(i.weight), &mut sums);
            weight += f64::from(i.weight);
        }
        let weight = if weight > 0.0 { weight } else { 1.0 };
        self.of_population = sums.into_iter().map(|s| (s / weight) as f32).collect();
        self.attention = attention::of_population(log, self.counting());
        self.table = table;
        self.size = Size::of(log);
        Ok(FitReport {
            n_rows: log.interactions.len() as u64,
            n_parameters: self.of_population.len() as u64 + 1,
            curve: Vec::new(),
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |person, row| {
            let (profile, attention) = (self.profile(person), self.attention_of(person));
            let mut features = vec![0.0; profile.len()];
            for (item, score) in row.iter_mut().enumerate() {
                for (to, f) in features.iter_mut().zip(self.table.row(item)) {
                    *to = f64::from(*f);
                }
                *score = seed_formulas::content(&profile, &features, attention) as f32;
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let (profile, features) = (self.profile(person), self.table.row(item as usize));
        let squared: f64 = profile.iter().map(|p| p * p).sum();
        let own: f64 = features.iter().map(|f| f64::from(*f) * f64::from(*f)).sum();
        let norms = squared.sqrt() * own.sqrt();
        if norms == 0.0 {
            return Ok(Vec::new());
        }
        let scale = self.attention_of(person) / norms;
        let columns = self.table.columns.iter().zip(&profile).zip(features);
        Ok(columns
            .map(|((name, p), f)| Part {
                about: About::Feature(name.clone()),
                value: (scale * p * f64::from(*f)) as f32,
            })
            .filter(|part| part.value != 0.0)
            .collect())
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        let n = self.of_population.len();
        stored::put(&mut tensors, "profile", &[n], self.of_population.clone());
        stored::put(&mut tensors, "attention", &[1], vec![self.attention]);
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let table = ContentTable::of(log)?;
        let profile = stored::take_finite(&mut rest, "profile", &[Some(table.columns.len())])?;
        let attention = stored::take_finite(&mut rest, "attention", &[Some(1)])?;
        refuse_rest(&rest)?;
        self.of_population = profile;
        self.attention = attention[0];
        self.table = table;
        self.size = Size::of(log);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::interaction_log::{Interaction, ItemFacts};
    use super::*;
    use std::ops::ControlFlow;
    use std::sync::Arc;

    /// Items at (0, 0), (2, 0), (2, 3) and one without features; mean (4/3, 1).
    fn log() -> InteractionLog {
        let block = FeatureBlock {
            name: "text".to_owned(),
            columns: vec!["a".to_owned(), "b".to_owned()],
            values: vec![0.0, 0.0, 2.0, 0.0, 2.0, 3.0, 9.0, 9.0],
            present: vec![true, true, true, false],
        };
        let row = |user, item, weight| Interaction {
            user,
            item,
            time: 0,
            weight,
        };
        InteractionLog {
            n_users: 2,
            n_items: 4,
            interactions: vec![row(0, 0, 1.0), row(1, 2, 3.0)],
            items: Arc::new(ItemFacts {
                blocks: vec![block],
                ..ItemFacts::default()
            }),
            ..InteractionLog::default()
        }
    }

    #[test]
    fn features_are_centered_and_scaled_and_scores_those_worked_by_hand() {
        let log = log();
        let table = ContentTable::of(&log).unwrap();
        assert_eq!(table.columns, ["text.a", "text.b"]);
        // Item 0: (−4/3, −1) has length 5/3. Item 2: (2/3, 2) has length √40/3.
        let near = |a: f32, b: f64| (f64::from(a) - b).abs() < 1e-6;
        assert!(near(table.row(0)[0], -0.8) && near(table.row(0)[1], -0.6));
        let (x, y) = (2.0 / 40f64.sqrt(), 6.0 / 40f64.sqrt());
        assert!(near(table.row(2)[0], x) && near(table.row(2)[1], y));
        assert_eq!(table.row(3), [0.0, 0.0]);

        let mut model = SeedContent::new(SeedContentSettings {
            prior_weight: 2.0,
            ..SeedContentSettings::BASELINE
        });
        model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
        // f_i of user 0: item 0, and twice the mean (1·f_0 + 3·f_2)/4.
        let f = [1.5 * -0.8 + 1.5 * x, 1.5 * -0.6 + 1.5 * y];
        let cosine = (f[0] * -0.8 + f[1] * -0.6) / (f[0] * f[0] + f[1] * f[1]).sqrt();
        let past = &log.by_user()[0];
        let person = Person {
            user: Some(0),
            past,
            now: 0,
        };
        let mut scores = [9.0; 4];
        model.score(&[person], &mut scores).unwrap();
        // Both users gave a minute, counted once each, of four hours.
        let level = of_both(60.0 / 14_400.0);
        assert!(near(scores[0], level * cosine), "{scores:?}");
        assert_eq!(scores[3], 0.0);
        let parts = model.explain(&person, 0).unwrap();
        assert_eq!(parts[1].about, About::Feature("text.b".to_owned()));
    }

    /// The posterior of who gave as much as everybody on the whole.
    fn of_both(level: f64) -> f64 {
        (7_200.0 * level + 60.0) / (7_200.0 + 14_400.0)
    }

    #[test]
    fn a_log_without_features_is_refused() {
        let mut model = SeedContent::new(SeedContentSettings::BASELINE);
        let mut bare = log();
        bare.items = Arc::default();
        let error = model.fit(&bare, &mut |_| ControlFlow::Continue(()));
        assert!(error.unwrap_err().to_string().contains("feature blocks"));
        let mut short = log();
        Arc::make_mut(&mut short.items).blocks[0].values.pop();
        let error = model.fit(&short, &mut |_| ControlFlow::Continue(()));
        assert!(matches!(error, Err(ModelError::Length { .. })));
    }
}
