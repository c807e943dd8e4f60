//! Kind `cold_start`: features at first, others' behaviour the more is known.
//!
//! `s = g·z(s_CF) + (1 − g)·z(s_CB)` with `g = n / (n + n0)`; z takes a person's scores of all items to mean 0 and deviation 1, because
//! the two are on different scales. n is the number of distinct items the person met, or the smaller of that and
//! the number of users that met the item, so that new items start cold too. CF is EASE, item-kNN or iALS with default
//! settings, CB is [`seed_content`](super::seed_content).

use crate::{config, config_choice};

use super::super::interaction_log::InteractionLog;
use super::super::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::ease::{EaseModel, EaseSettings};
use super::ials::{IalsModel, IalsSettings};
use super::item_knn::{ItemKnnModel, ItemKnnSettings};
use super::seed_content::{SeedContent, SeedContentSettings};
use super::serving::{Size, items_ascending, pairs_of};
use super::stored;

config_choice! {
    /// Which model learns from others' behaviour.
    pub enum WarmBase {
        /// Item-based neighbours.
        ItemKnn = "item_knn",
        /// The linear autoencoder.
        Ease = "ease",
        /// Factors by alternating least squares.
        Ials = "ials",
    }
}

config_choice! {
    /// What must be known before behaviour is trusted.
    pub enum Warmth {
        /// The person.
        Person = "person",
        /// The person and the item, whichever is known less.
        Both = "both",
    }
}

config! {
    /// Features at first, others' behaviour later.
    pub struct ColdStartSettings {
        /// Which model learns from others' behaviour.
        collaborative: WarmBase = WarmBase::Ease, "-";
        /// Items met at which both sides count the same.
        half_trusted_at: f64 = 5.0, "items", 0.001..=1_000_000.0;
        /// What must be known before behaviour is trusted.
        warmth: Warmth = Warmth::Person, "-";
    }
}

/// The blend as a model.
pub struct ColdStart {
    config: ColdStartSettings,
    collaborative: Box<dyn Model>,
    content: SeedContent,
    size: Size,
    /// Users of each item.
    counts: Vec<f32>,
}

const COLLABORATIVE: &str = "collaborative.";
const CONTENT: &str = "content.";

impl ColdStart {
    /// Makes one that has learned nothing.
    #[must_use]
    pub fn new(config: ColdStartSettings, seed: u64) -> Self {
        let collaborative: Box<dyn Model> = match config.collaborative {
            WarmBase::ItemKnn => Box::new(ItemKnnModel::new(ItemKnnSettings::BASELINE)),
            WarmBase::Ease => Box::new(EaseModel::new(EaseSettings::BASELINE)),
            WarmBase::Ials => Box::new(IalsModel::new(IalsSettings::BASELINE, seed)),
        };
        Self {
            config,
            collaborative,
            content: SeedContent::new(SeedContentSettings::BASELINE),
            size: Size::default(),
            counts: Vec::new(),
        }
    }

    /// Returns g for an item and somebody who met so many.
    fn trust(&self, n_met: usize, item: usize) -> f64 {
        let n = match self.config.warmth {
            Warmth::Person => n_met as f64,
            Warmth::Both => f64::from(self.counts[item]).min(n_met as f64),
        };
        n / (n + self.config.half_trusted_at)
    }
}

/// Where scores lie: their mean, and one over their deviation (0 if they are all the same).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    mean: f64,
    per_deviation: f64,
}

impl Spread {
    fn of(scores: &[f32]) -> Self {
        let n = scores.len().max(1) as f64;
        let mean = scores.iter().map(|s| f64::from(*s)).sum::<f64>() / n;
        let squares = scores
            .iter()
            .map(|s| (f64::from(*s) - mean) * (f64::from(*s) - mean));
        let deviation = (squares.sum::<f64>() / n).sqrt();
        // What is left of equal scores after rounding is no difference.
        let noise = f64::from(f32::EPSILON) * mean.abs();
        let per_deviation = if deviation > noise {
            1.0 / deviation
        } else {
            0.0
        };
        Self {
            mean,
            per_deviation,
        }
    }

    fn z(self, score: f32) -> f64 {
        (f64::from(score) - self.mean) * self.per_deviation
    }
}

fn blend(trust: f64, warm: f64, cold: f64) -> f64 {
    trust * warm + (1.0 - trust) * cold
}

impl Model for ColdStart {
    fn name(&self) -> &'static str {
        "cold_start"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let counts = pairs_of(log)?.item_counts();
        let content = self.content.fit(log, watch)?;
        let report = self.collaborative.fit(log, watch)?;
        self.counts = counts.iter().map(|n| *n as f32).collect();
        self.size = Size::of(log);
        Ok(FitReport {
            n_parameters: report.n_parameters + content.n_parameters,
            ..report
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |person, row| {
            let mut cold = vec![0.0; row.len()];
            self.collaborative.score(&[*person], row)?;
            self.content.score(&[*person], &mut cold)?;
            let (of_warm, of_cold) = (Spread::of(row), Spread::of(&cold));
            let n_met = items_ascending(person).len();
            for (item, (score, cold)) in row.iter_mut().zip(cold).enumerate() {
                let trust = self.trust(n_met, item);
                *score = blend(trust, of_warm.z(*score), of_cold.z(cold)) as f32;
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let trust = self.trust(items_ascending(person).len(), item as usize);
        let (mut parts, mut bias) = (Vec::new(), 0.0);
        let sides: [(&dyn Model, f64); 2] =
            [(&*self.collaborative, trust), (&self.content, 1.0 - trust)];
        for (model, share) in sides {
            let mut scores = vec![0.0; self.size.n_items];
            model.score(&[*person], &mut scores)?;
            let spread = Spread::of(&scores);
            let scale = share * spread.per_deviation;
            bias -= scale * spread.mean;
            let scaled = |part: Part| Part {
                about: part.about,
                value: (scale * f64::from(part.value)) as f32,
            };
            parts.extend(model.explain(person, item)?.into_iter().map(scaled));
        }
        let (about, value) = (About::Bias, bias as f32);
        parts.push(Part { about, value });
        Ok(parts)
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        let n = self.counts.len();
        stored::put(&mut tensors, "counts", &[n], self.counts.clone());
        let sides: [(&str, &dyn Model); 2] = [
            (COLLABORATIVE, &*self.collaborative),
            (CONTENT, &self.content),
        ];
        for (prefix, model) in sides {
            let own = model.save()?.into_iter();
            tensors.extend(own.map(|(name, t)| (format!("{prefix}{name}"), t)));
        }
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let counts = stored::take_finite(&mut rest, "counts", &[Some(log.n_items)])?;
        let warm = take_prefixed(&mut rest, COLLABORATIVE);
        let cold = take_prefixed(&mut rest, CONTENT);
        refuse_rest(&rest)?;
        self.collaborative.load(&warm, log)?;
        self.content.load(&cold, log)?;
        self.counts = counts;
        self.size = Size::of(log);
        Ok(())
    }
}

/// Takes all tensors whose names begin so, under their names without it.
fn take_prefixed(stored: &mut Tensors, prefix: &str) -> Tensors {
    let taken = stored.extract_if(.., |name, _| name.starts_with(prefix));
    taken
        .map(|(name, t)| (name[prefix.len()..].to_owned(), t))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::sample_log::{N_COLD, hold_out_last, sample_log};
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn a_blend_is_that_worked_by_hand() {
        // (1, 2, 3, 4): mean 5/2, deviation √5/2; (0, 4, 4, 0): mean 2, deviation 2.
        let (warm, cold) = (
            Spread::of(&[1.0, 2.0, 3.0, 4.0]),
            Spread::of(&[0.0, 4.0, 4.0, 0.0]),
        );
        assert!((warm.z(4.0) - 3.0 / 5f64.sqrt()).abs() < 1e-12);
        assert_eq!((cold.z(4.0), cold.z(0.0)), (1.0, -1.0));
        assert_eq!(Spread::of(&[0.1; 7]).z(0.1), 0.0);
        let model = ColdStart::new(ColdStartSettings::BASELINE, 1);
        // Fifteen items met, n0 = 5: three quarters.
        assert_eq!(
            (model.trust(0, 0), model.trust(5, 0), model.trust(15, 0)),
            (0.0, 0.5, 0.75)
        );
        let found = blend(model.trust(15, 0), warm.z(4.0), cold.z(0.0));
        assert!((found - (0.75 * 3.0 / 5f64.sqrt() - 0.25)).abs() < 1e-12);
    }

    #[test]
    fn a_newcomer_is_scored_by_content_and_a_cold_item_only_where_both_must_be_warm() {
        let (log, _) = hold_out_last(&sample_log(4));
        let fitted = |warmth| {
            let config = ColdStartSettings {
                warmth,
                ..ColdStartSettings::BASELINE
            };
            let mut model = ColdStart::new(config, 1);
            model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
            model
        };
        let (by_person, by_both) = (fitted(Warmth::Person), fitted(Warmth::Both));
        let score = |model: &dyn Model, past: &[_]| {
            let mut scores = vec![0.0; log.n_items];
            let person = Person {
                user: None,
                past,
                now: log.end(),
            };
            model.score(&[person], &mut scores).unwrap();
            scores
        };
        let content = score(&by_person.content, &[]);
        let spread = Spread::of(&content);
        let expected: Vec<f32> = content.iter().map(|s| spread.z(*s) as f32).collect();
        assert_eq!(score(&by_person, &[]), expected);

        let past = &log.by_user()[11];
        let content = score(&by_person.content, past);
        let spread = Spread::of(&content);
        let cold = content.iter().enumerate().skip(log.n_items - N_COLD);
        for (item, own) in cold {
            let expected = spread.z(*own) as f32;
            assert_eq!(score(&by_both, past)[item], expected);
            assert_ne!(score(&by_person, past)[item], expected);
        }
    }
}
