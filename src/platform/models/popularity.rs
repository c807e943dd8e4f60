//! Popularity: the score that knows nothing about anybody, plain or fading with time.

use super::interactions::Interactions;
use super::scorer::Scorer;
use crate::sim::math;
use crate::sim::units::Tick;

/// A half-life that is not a positive number of ticks.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("half-life of {0} ticks must be above 0 and finite")]
pub struct HalfLifeError(pub f64);

/// Counts of meetings, each worth half as much after every half-life.
///
/// # Source
/// `s_c = Σ_e 2^(−(t − t_e)/h)` over the events e of the content.
#[derive(Debug, Clone, PartialEq)]
pub struct DecayedPopularity {
    half_life_ticks: f64,
    /// An item's count as it was at the tick beside it.
    counts: Vec<(f64, Tick)>,
}

impl DecayedPopularity {
    /// Starts with nothing counted.
    ///
    /// # Errors
    /// [`HalfLifeError`] if the half-life is not above 0 and finite.
    pub fn new(n_items: usize, half_life_ticks: f64) -> Result<Self, HalfLifeError> {
        if !(half_life_ticks > 0.0 && half_life_ticks.is_finite()) {
            return Err(HalfLifeError(half_life_ticks));
        }
        Ok(Self {
            half_life_ticks,
            counts: vec![(0.0, Tick::default()); n_items],
        })
    }

    /// Counts a meeting of weight `weight` (1 for a plain one); events may come late, in any order.
    ///
    /// # Panics
    /// If the item is unknown.
    pub fn observe(&mut self, item: u32, weight: f64, at: Tick) {
        let (count, last) = self.counts[item as usize];
        self.counts[item as usize] = if at >= last {
            (count * self.remaining(last, at) + weight, at)
        } else {
            (count + weight * self.remaining(at, last), last)
        };
    }

    /// Takes note of items that have appeared since; a smaller number changes nothing.
    pub fn grow(&mut self, n_items: usize) {
        if n_items > self.counts.len() {
            self.counts.resize(n_items, (0.0, Tick::default()));
        }
    }

    /// Returns what every item's meetings are worth at `now`, which is not before any event counted.
    pub fn at(&self, now: Tick) -> Popularity {
        Popularity {
            scores: self
                .counts
                .iter()
                .map(|(count, last)| (count * self.remaining(*last, now)) as f32)
                .collect(),
        }
    }

    /// The part that remains at `to` of what was worth 1 at `from`.
    fn remaining(&self, from: Tick, to: Tick) -> f64 {
        let age = f64::from(to.0.saturating_sub(from.0));
        math::pow(2.0, -age / self.half_life_ticks)
    }
}

/// One score an item, the same for everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Popularity {
    scores: Vec<f32>,
}

impl Popularity {
    /// Counts the users of each item.
    pub fn fit(interactions: &Interactions) -> Self {
        Self {
            scores: interactions
                .item_counts()
                .iter()
                .map(|c| *c as f32)
                .collect(),
        }
    }

    /// Returns the score of every item.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}

impl Scorer for Popularity {
    fn n_items(&self) -> usize {
        self.scores.len()
    }

    fn score_history(&self, _history: &[u32], scores: &mut [f32]) {
        scores.copy_from_slice(&self.scores);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meeting_is_worth_half_after_one_half_life() {
        let mut p = DecayedPopularity::new(2, 100.0).unwrap();
        p.observe(1, 1.0, Tick(50));
        p.observe(1, 1.0, Tick(150));
        assert_eq!(p.at(Tick(150)).scores(), [0.0, 1.5]);
        assert_eq!(p.at(Tick(250)).scores(), [0.0, 0.75]);
    }

    #[test]
    fn late_events_count_as_if_they_had_come_in_order() {
        let events = [(0u32, 3u32), (0, 90), (0, 40), (0, 41)];
        let mut late = DecayedPopularity::new(1, 33.0).unwrap();
        for (item, tick) in events {
            late.observe(item, 1.0, Tick(tick));
        }
        let expected: f64 = events
            .iter()
            .map(|(_, t)| math::pow(2.0, -f64::from(100 - t) / 33.0))
            .sum();
        assert!((f64::from(late.at(Tick(100)).scores()[0]) - expected).abs() < 1e-6);
    }

    #[test]
    fn a_half_life_of_nothing_is_refused() {
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(DecayedPopularity::new(1, wrong).is_err());
        }
    }

    #[test]
    fn plain_popularity_is_the_number_of_users() {
        let x = Interactions::from_pairs(3, 3, [(0, 1), (1, 1), (2, 0)]).unwrap();
        let mut scores = [0.0; 3];
        Popularity::fit(&x).score_history(&[1], &mut scores);
        assert_eq!(scores, [1.0, 2.0, 0.0]);
    }
}
