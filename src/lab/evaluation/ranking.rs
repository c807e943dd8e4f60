//! Full rankings: of all items a person has not met, the best by score.
//!
//! The rank of an item is one, plus the items with a higher score, plus those with an equal score and a smaller index.
//! Items already met are not listed, and neither is what has no score (not a number, or −∞).

use rayon::prelude::*;

use super::split::Case;
use crate::platform::models::model::{Model, Person};
use crate::platform::models::params::ModelError;

/// Scores held at a time by one thread; 16 MiB.
const SCORES_AT_ONCE: usize = 4 << 20;

/// Most people asked about at a time.
const MOST_PEOPLE: usize = 128;

/// Ranks for every case the `k` best items it has not seen, best first.
///
/// People are spread over threads in batches; the lists are those of one thread.
///
/// # Errors
/// That of the first batch for which the model refuses to score.
pub fn rank(
    model: &dyn Model,
    cases: &[Case],
    n_items: usize,
    k: usize,
) -> Result<Vec<Vec<u32>>, ModelError> {
    let batch = (SCORES_AT_ONCE / n_items.max(1)).clamp(1, MOST_PEOPLE);
    let ranked: Vec<Result<Vec<Vec<u32>>, ModelError>> = cases
        .par_chunks(batch)
        .map(|cases| rank_batch(model, cases, n_items, k))
        .collect();
    let mut lists = Vec::with_capacity(cases.len());
    for batch in ranked {
        lists.extend(batch?);
    }
    Ok(lists)
}

fn rank_batch(
    model: &dyn Model,
    cases: &[Case],
    n_items: usize,
    k: usize,
) -> Result<Vec<Vec<u32>>, ModelError> {
    let people: Vec<Person<'_>> = cases
        .iter()
        .map(|c| Person {
            user: (!c.is_new).then_some(c.user),
            past: &c.past,
            now: c.now,
        })
        .collect();
    let mut scores = vec![0.0; people.len() * n_items];
    model.score(&people, &mut scores)?;
    let rows = scores.chunks_mut(n_items.max(1));
    Ok(cases
        .iter()
        .zip(rows)
        .map(|(case, row)| {
            for item in &case.seen {
                row[*item as usize] = f32::NEG_INFINITY;
            }
            best(k, row)
        })
        .collect())
}

/// Returns the `k` best items, best first; of equal scores the smaller index is first.
#[must_use]
pub fn best(k: usize, scores: &[f32]) -> Vec<u32> {
    // A comparison with what is not a number is false.
    let mut items: Vec<u32> = (0u32..)
        .zip(scores)
        .filter(|(_, s)| **s > f32::NEG_INFINITY)
        .map(|(item, _)| item)
        .collect();
    let by_rank = |a: &u32, b: &u32| {
        let (x, y) = (scores[*a as usize], scores[*b as usize]);
        y.partial_cmp(&x)
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(a.cmp(b))
    };
    if k < items.len() {
        if k > 0 {
            items.select_nth_unstable_by(k - 1, by_rank);
        }
        items.truncate(k);
    }
    items.sort_unstable_by(by_rank);
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::evaluation::first;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_best_is_the_head_of_a_stable_sort_and_agrees_with_leave_last_one_out() {
        for id in 0..100 {
            let mut rng = RngStream::new(1, Purpose::Test, id, 0);
            let n = rng.below(60);
            // Few distinct values, so that ties are common.
            let scores: Vec<f32> = (0..n)
                .map(|_| match rng.below(8) {
                    0 => f32::NEG_INFINITY,
                    s => s as f32 - 4.0,
                })
                .collect();
            let mut sorted: Vec<u32> = (0..n as u32)
                .filter(|i| scores[*i as usize].is_finite())
                .collect();
            sorted.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]));
            for k in [0, 1, 5, 100] {
                assert_eq!(best(k, &scores), sorted[..k.min(sorted.len())], "case {id}");
            }
            assert_eq!(best(10, &scores), first(10, &scores), "case {id}");
        }
    }

    #[test]
    fn what_has_no_score_is_not_listed_and_zeros_of_both_signs_are_equal() {
        assert_eq!(
            best(5, &[f32::NAN, 0.0, -0.0, 1.0, f32::NEG_INFINITY]),
            [3, 1, 2]
        );
        assert!(best(3, &[f32::NAN; 4]).is_empty());
    }
}
