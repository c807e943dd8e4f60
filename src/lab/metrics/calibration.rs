//! Calibration: whether things are taken as often as the platform predicted when it showed them.
//!
//! A slot counts by the probability that its place is looked at, 1/√(position + 1), as it does when the calibration is
//! learned: attraction is about things that are looked at. Predictions are those with which a slate was shown, before its
//! answer was known.

use serde::{Deserialize, Serialize};

use crate::events::behavior::{Event, NO_POSITION};
use crate::events::offer::Slate;
use crate::platform::models::calibration::Calibrator;
use crate::platform::models::learn::takes;
use crate::sim::rng::mix;

/// Upper edges of the bins of predicted attraction: narrow where slots are, for of a slate one thing is taken at most.
pub const EDGES: [f64; 10] = [0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0];

/// One slate in so many is counted, which is enough for ten bins and costs little.
const SAMPLED: u64 = 4;

/// Slots of similar predicted attraction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BinCounts {
    /// Slots.
    pub slots: u64,
    /// Sum of the probabilities that they are looked at.
    pub looked: f64,
    /// Sum of predicted attractions of what is looked at.
    pub predicted: f64,
    /// Sum over what was taken.
    pub taken: f64,
}

impl BinCounts {
    /// Returns mean prediction and taken share; `None` if it is empty.
    #[must_use]
    pub fn means(&self) -> Option<(f64, f64)> {
        (self.slots > 0).then(|| (self.predicted / self.looked, self.taken / self.looked))
    }
}

/// The slots of one surface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct CalibrationCounts {
    /// By predicted attraction, see [`EDGES`].
    pub bins: [BinCounts; EDGES.len()],
}

impl CalibrationCounts {
    /// Counts a slot: what was predicted in [0, 1], at which position from 0, and whether it was taken.
    pub fn count(&mut self, predicted: f64, position: usize, is_taken: bool) {
        let at = EDGES.partition_point(|edge| *edge < predicted);
        let looked = 1.0 / (position as f64 + 1.0).sqrt();
        let bin = &mut self.bins[at.min(EDGES.len() - 1)];
        bin.slots += 1;
        bin.looked += looked;
        bin.predicted += looked * predicted;
        bin.taken += if is_taken { looked } else { 0.0 };
    }

    /// Returns the expected calibration error, Σ w_b/w |taken_b − predicted_b|; `None` if nothing was counted.
    #[must_use]
    pub fn expected_error(&self) -> Option<f64> {
        let looked: f64 = self.bins.iter().map(|b| b.looked).sum();
        let gaps: f64 = self
            .bins
            .iter()
            .map(|b| (b.taken - b.predicted).abs())
            .sum();
        (looked > 0.0).then(|| gaps / looked)
    }
}

/// Counts the slots of sampled slates and what was taken of them, by surface; slates stand in order of their avatars.
pub fn count_slates(
    slates: &[Slate],
    events: &[Event],
    calibrators: &[Calibrator],
    counts: &mut [CalibrationCounts],
) {
    if slates.is_empty() {
        return;
    }
    let mut taken = vec![NO_POSITION; slates.len()];
    for e in events.iter().filter(|e| takes(e)) {
        if let Ok(i) = slates.binary_search_by_key(&e.avatar, |s| s.avatar)
            && slates[i].offer == e.offer
        {
            taken[i] = e.position;
        }
    }
    let is_sampled = |s: &Slate| mix(s.offer.0).is_multiple_of(SAMPLED);
    for (slate, taken) in slates.iter().zip(&taken).filter(|(s, _)| is_sampled(s)) {
        let surface = slate.surface as usize;
        let (Some(calibrator), Some(counts)) = (calibrators.get(surface), counts.get_mut(surface))
        else {
            continue;
        };
        for (k, slot) in slate.slots.iter().enumerate() {
            let predicted = calibrator.probability(f64::from(slot.score));
            counts.count(predicted, k, usize::from(*taken) == k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::{EventKind, Surface, Thing, ThingKind};
    use crate::events::offer::{Slot, Source};
    use crate::sim::ids::{AvatarId, OfferId};
    use crate::sim::units::{Coins, Tick};

    #[test]
    fn bins_and_their_error_are_those_by_hand() {
        let mut counts = CalibrationCounts::default();
        assert_eq!(counts.expected_error(), None);
        counts.count(0.25, 0, true);
        counts.count(0.25, 3, false);
        counts.count(0.01, 0, false);
        counts.count(1.0, 0, true);
        let slots: Vec<u64> = counts.bins.iter().map(|b| b.slots).collect();
        assert_eq!(slots, [1, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
        // Looked at with 1 and ½: predicted 0.25, taken 1 of 1.5.
        let (predicted, taken) = counts.bins[7].means().unwrap();
        assert!((predicted - 0.25).abs() < 1e-12);
        assert!((taken - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(counts.bins[1].means(), None);
        // (0.01 + |1 − 0.375| + 0) / 3.5
        assert!((counts.expected_error().unwrap() - 0.635 / 3.5).abs() < 1e-12);
    }

    #[test]
    fn the_slot_that_was_taken_counts_as_taken_and_other_surfaces_stay_empty() {
        let thing = Thing::new(ThingKind::Item, 1);
        let slot = |score| Slot {
            thing,
            score,
            propensity: 1.0,
            source: Source::Model,
            price: Coins::ZERO,
        };
        let slates: Vec<Slate> = (0..400)
            .map(|i| Slate {
                offer: OfferId(i),
                avatar: AvatarId(i as u32),
                tick: Tick(1),
                surface: Surface::Games,
                model: 0,
                slots: vec![slot(0.5), slot(0.1)],
                ad: None,
                ads_below: Vec::new(),
            })
            .collect();
        let event = |i: u64, offer| {
            Event::new(Tick(1), AvatarId(i as u32), EventKind::Play)
                .thing(ThingKind::Item, 1)
                .answering(Surface::Games, 1, OfferId(offer))
        };
        let events: Vec<Event> = (0..400)
            // Half of them answer something older.
            .map(|i| event(i, if i < 200 { i } else { i + 1_000 }))
            .collect();
        let mut counts = [CalibrationCounts::default(); 10];
        count_slates(&slates, &events, &[Calibrator::default(); 10], &mut counts);
        let games = &counts[Surface::Games as usize];
        let slots: u64 = games.bins.iter().map(|b| b.slots).sum();
        // A quarter of 400 slates with two slots each, within six deviations.
        assert!((100..300).contains(&slots), "{slots}");
        let taken: f64 = games.bins.iter().map(|b| b.taken).sum();
        let looked: f64 = games.bins.iter().map(|b| b.looked).sum();
        // The second place weighs 0.707 of 1.707, and half of them were taken.
        assert!((0.1..0.32).contains(&(taken / looked)), "{taken} {looked}");
        assert_eq!(counts[Surface::Feed as usize], CalibrationCounts::default());
    }
}
