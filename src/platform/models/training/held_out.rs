//! How well a model guesses the next items of held-out people: the number that candidates are compared by.

use super::super::evaluation::first;
use super::super::model::{Model, Person};
use super::super::params::ModelError;
use super::folds::HeldOut;
use crate::sim::math;

/// Length of the lists that are compared.
const LIST: usize = 10;

/// People scored at once.
const BATCH: usize = 256;

/// Returns the mean NDCG@10 over people, 0 if there is nobody to judge by.
///
/// A person's relevant items are its distinct next items that it has not met; items it has met are not listed. The gain is 1
/// for a relevant item at rank r, discounted by log₂(r + 1), over the best that is possible for so many relevant items.
/// People without a new next item are left out. Scores that are no number rank last.
///
/// # Errors
/// Those of [`Model::score`].
///
/// # Source
/// Järvelin and Kekäläinen (2002), with binary gains.
pub fn ndcg_10(model: &dyn Model, held_out: &[HeldOut], n_items: usize) -> Result<f64, ModelError> {
    let discount: Vec<f64> = (0..LIST)
        .map(|r| 1.0 / math::log2(r as f64 + 2.0))
        .collect();
    let mut scores = Vec::new();
    let (mut sum, mut n) = (0.0, 0u32);
    for batch in held_out.chunks(BATCH) {
        let people: Vec<Person<'_>> = batch
            .iter()
            .map(|h| Person {
                user: h.is_known.then_some(h.person),
                past: &h.past,
                now: h.next.first().map_or(0, |r| r.time),
            })
            .collect();
        scores.clear();
        scores.resize(people.len() * n_items, 0.0);
        model.score(&people, &mut scores)?;
        for (h, row) in batch.iter().zip(scores.chunks_mut(n_items.max(1))) {
            for s in row.iter_mut().filter(|s| s.is_nan()) {
                *s = f32::NEG_INFINITY;
            }
            for met in &h.past {
                row[met.item as usize] = f32::NEG_INFINITY;
            }
            let met = |item: u32| h.past.iter().any(|p| p.item == item);
            let next = h.next.iter().map(|r| r.item).filter(|item| !met(*item));
            let relevant: std::collections::BTreeSet<u32> = next.collect();
            if relevant.is_empty() {
                continue;
            }
            let listed = first(LIST, row);
            let hits = listed.iter().zip(&discount);
            let gain: f64 = hits
                .filter(|(i, _)| relevant.contains(i))
                .map(|(_, d)| d)
                .sum();
            let best: f64 = discount.iter().take(relevant.len()).sum();
            sum += gain / best;
            n += 1;
        }
    }
    Ok(sum / f64::from(n.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::interaction_log::{Interaction, InteractionLog};
    use crate::platform::models::model::{FitReport, Part, Tensors, Watch};

    /// Gives every person the same scores.
    struct Fixed(Vec<f32>);

    impl Model for Fixed {
        fn name(&self) -> &'static str {
            "fixed"
        }
        fn fit(&mut self, _: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
            Ok(FitReport::default())
        }
        fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
            for row in scores.chunks_mut(self.0.len()).take(people.len()) {
                row.copy_from_slice(&self.0);
            }
            Ok(())
        }
        fn explain(&self, _: &Person<'_>, _: u32) -> Result<Vec<Part>, ModelError> {
            Ok(Vec::new())
        }
        fn save(&self) -> Result<Tensors, ModelError> {
            Ok(Tensors::new())
        }
        fn load(&mut self, _: &Tensors, _: &InteractionLog) -> Result<(), ModelError> {
            Ok(())
        }
    }

    fn person(person: u32, past: &[u32], next: &[u32]) -> HeldOut {
        let row = |item: &u32| Interaction {
            user: person,
            item: *item,
            time: 0,
            weight: 1.0,
        };
        HeldOut {
            person,
            is_known: true,
            past: past.iter().map(row).collect(),
            next: next.iter().map(row).collect(),
        }
    }

    #[test]
    fn gains_are_those_computed_by_hand() {
        // Ranked 0, 1, 2, …: item i has score 20 − i.
        let model = Fixed((0..20u8).map(|i| f32::from(20 - i)).collect());
        let one =
            |past: &[u32], next: &[u32]| ndcg_10(&model, &[person(0, past, next)], 20).unwrap();
        assert_eq!(one(&[], &[0]), 1.0);
        assert_eq!(one(&[], &[9]), 1.0 / math::log2(11.0));
        assert_eq!(one(&[], &[10]), 0.0);
        // Without item 0, item 10 moves up to rank 10.
        assert_eq!(one(&[0], &[10]), 1.0 / math::log2(11.0));
        // Items 0 and 2 are relevant: (1 + 1/2) / (1 + 1/log₂ 3); scikit-learn's ndcg_score(k=10) agrees.
        assert!((one(&[], &[2, 0, 2]) - 0.919_720_789).abs() < 1e-9);
        // An item that was met is not to be guessed again; this person is left out.
        let both = [person(0, &[], &[0]), person(1, &[3], &[3])];
        assert_eq!(ndcg_10(&model, &both, 20).unwrap(), 1.0);
        assert_eq!(ndcg_10(&model, &[], 20).unwrap(), 0.0);
    }

    #[test]
    fn scores_that_are_no_number_gain_nothing() {
        let model = Fixed(vec![f32::NAN; 20]);
        assert_eq!(ndcg_10(&model, &[person(0, &[], &[0])], 20).unwrap(), 0.0);
    }
}
