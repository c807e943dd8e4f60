//! Kind `decayed_popularity`: engagements with an item, each fading with time.
//!
//! `s_c(t) = Σ_e w_e · 2^(−(t − t_e)/h)` over the engagements up to t. What comes after `now` does not count, so that a
//! model may be asked about the past without knowing its future.

use crate::config;
use crate::sim::math;

use super::super::interaction_log::{Interaction, InteractionLog};
use super::super::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::serving::{Size, matrix_of};
use super::stored;

config! {
    /// Popularity that fades.
    pub struct DecayedPopularityConfig {
        /// Time after which an engagement counts half.
        half_life_days: f64 = 7.0, "days", 0.01..=100_000.0;
    }
}

const DAY: f64 = 86_400.0;

/// Fading counts as a model: for every item, what its count was right after each engagement.
#[derive(Debug, Clone)]
pub struct DecayedPopularityModel {
    config: DecayedPopularityConfig,
    size: Size,
    /// Where each item's engagements begin; one more entry than items.
    begins: Vec<usize>,
    /// When they were, by item, oldest first.
    times: Vec<i64>,
    /// The faded count right after each.
    counts: Vec<f32>,
}

impl DecayedPopularityModel {
    /// Makes one that has counted nothing.
    #[must_use]
    pub fn new(config: DecayedPopularityConfig) -> Self {
        Self {
            config,
            size: Size::default(),
            begins: vec![0],
            times: Vec::new(),
            counts: Vec::new(),
        }
    }

    fn kept(&self, seconds: i64) -> f64 {
        math::pow(0.5, seconds as f64 / DAY / self.config.half_life_days)
    }

    fn count(&self, item: usize, now: i64) -> f32 {
        let span = self.begins[item]..self.begins[item + 1];
        let times = &self.times[span.clone()];
        match times.partition_point(|t| *t <= now) {
            0 => 0.0,
            n => {
                let last = f64::from(self.counts[span.start + n - 1]);
                (last * self.kept(now.saturating_sub(times[n - 1]))) as f32
            }
        }
    }
}

impl Model for DecayedPopularityModel {
    fn name(&self) -> &'static str {
        "decayed_popularity"
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        matrix_of(log)?;
        let mut rows: Vec<&Interaction> = log.interactions.iter().collect();
        rows.sort_by_key(|i| (i.item, i.time));
        let mut begins = vec![0; log.n_items + 1];
        for i in &rows {
            begins[i.item as usize + 1] += 1;
        }
        for item in 0..log.n_items {
            begins[item + 1] += begins[item];
        }
        let mut counts = Vec::with_capacity(rows.len());
        for of_item in rows.chunk_by(|a, b| a.item == b.item) {
            let (mut count, mut before) = (0.0, of_item[0].time);
            for i in of_item {
                count = count * self.kept(i.time.saturating_sub(before)) + f64::from(i.weight);
                before = i.time;
                counts.push(count as f32);
            }
        }
        self.size = Size::of(log);
        self.begins = begins;
        self.times = rows.iter().map(|i| i.time).collect();
        self.counts = counts;
        Ok(FitReport {
            n_rows: self.times.len() as u64,
            n_parameters: self.counts.len() as u64,
            curve: Vec::new(),
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |person, row| {
            for (item, score) in row.iter_mut().enumerate() {
                *score = self.count(item, person.now);
            }
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let value = self.count(item as usize, person.now);
        let about = About::Popularity;
        Ok(vec![Part { about, value }])
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        let n = self.counts.len();
        let lengths = self.begins.windows(2).map(|w| w[1] - w[0]);
        let lengths = stored::small("engagements of an item", lengths)?;
        stored::put(&mut tensors, "lengths", &[self.size.n_items], lengths);
        let times = stored::large("time", self.times.iter().copied())?;
        stored::put(&mut tensors, "times", &[n, 2], times);
        stored::put(&mut tensors, "counts", &[n], self.counts.clone());
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let lengths = stored::take_small(&mut rest, "lengths", Some(log.n_items), usize::MAX)?;
        let mut begins = vec![0];
        begins.extend(lengths.iter().scan(0, |sum, n| {
            *sum += n;
            Some(*sum)
        }));
        let n = begins[log.n_items];
        let times = stored::take_finite(&mut rest, "times", &[Some(n), Some(2)])?;
        let counts = stored::take_finite(&mut rest, "counts", &[Some(n)])?;
        refuse_rest(&rest)?;
        self.size = Size::of(log);
        self.begins = begins;
        self.times = stored::join_large(&times);
        self.counts = counts;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    #[test]
    fn half_is_left_after_the_half_life_and_the_future_does_not_count() {
        let row = |item, days: i64, weight| Interaction {
            user: 0,
            item,
            time: days * 86_400,
            weight,
        };
        let log = InteractionLog {
            n_users: 1,
            n_items: 3,
            interactions: vec![row(0, 0, 2.0), row(2, 7, 1.0), row(0, 7, 1.0)],
            ..InteractionLog::default()
        };
        let mut model = DecayedPopularityModel::new(DecayedPopularityConfig::BASELINE);
        model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
        let at = |days: i64| {
            let mut scores = [9.0; 3];
            let now = days * 86_400;
            let person = Person {
                user: None,
                past: &[],
                now,
            };
            model.score(&[person], &mut scores).unwrap();
            scores
        };
        assert_eq!(at(-1), [0.0, 0.0, 0.0]);
        assert_eq!(at(0), [2.0, 0.0, 0.0]);
        assert_eq!(at(7), [2.0, 0.0, 1.0]);
        assert_eq!(at(14), [1.0, 0.0, 0.5]);
    }
}
