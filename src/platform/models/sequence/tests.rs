use std::ops::ControlFlow;

use super::config::SasRecConfig;
use super::model::SasRec;
use super::network::Network;
use super::windows::{Batch, Rows, Window};
use crate::platform::models::interaction_log::{Interaction, InteractionLog};
use crate::platform::models::item_knn::{ItemKnn, ItemKnnConfig};
use crate::platform::models::layers::dropout::Dropout;
use crate::platform::models::model::{Model, Person};
use crate::platform::models::params::ModelError;
use crate::platform::models::samples::Columns;
use crate::platform::models::scorer::Scorer;
use crate::sim::rng::{Purpose, RngStream};

const N_ITEMS: u32 = 12;

fn small() -> SasRecConfig {
    SasRecConfig {
        dimensions: 16,
        blocks: 2,
        heads: 2,
        inner: 24,
        dropout: 0.1,
        max_length: 8,
        learning_rate: 0.01,
        batch_size: 8,
        epochs: 6,
        ..SasRecConfig::BASELINE
    }
}

/// What comes after an item, most of the time.
fn next(item: u32) -> u32 {
    (item * 5 + 3) % N_ITEMS
}

/// Walks in which every item is as common as any other, and only the last one says what comes next.
fn walks(seed: u64, n_users: u32, length: u32) -> InteractionLog {
    let mut interactions = Vec::new();
    for user in 0..n_users {
        let mut rng = RngStream::new(seed, Purpose::Test, u64::from(user), 0);
        let mut item = rng.below(N_ITEMS as usize) as u32;
        for at in 0..length {
            let time = i64::from(at);
            interactions.push(Interaction {
                user,
                item,
                time,
                weight: 1.0,
            });
            item = if rng.chance(0.8) {
                next(item)
            } else {
                rng.below(N_ITEMS as usize) as u32
            };
        }
    }
    interactions.sort_by_key(|i| i.time);
    InteractionLog {
        n_users: n_users as usize,
        n_items: N_ITEMS as usize,
        interactions,
        ..InteractionLog::default()
    }
}

fn fitted(config: SasRecConfig, log: &InteractionLog) -> SasRec {
    let mut model = SasRec::new(config, 7).unwrap();
    model.fit(log, &mut |_| ControlFlow::Continue(())).unwrap();
    model
}

fn scores(model: &SasRec, pasts: &[Vec<Interaction>]) -> Vec<f32> {
    let people: Vec<Person<'_>> = pasts
        .iter()
        .map(|past| Person {
            user: None,
            past,
            now: 0,
        })
        .collect();
    let mut scores = vec![0.0; pasts.len() * N_ITEMS as usize];
    model.score(&people, &mut scores).unwrap();
    scores
}

fn past(items: &[u32]) -> Vec<Interaction> {
    let row = |item: &u32| Interaction {
        user: 0,
        item: *item,
        time: 0,
        weight: 1.0,
    };
    items.iter().map(row).collect()
}

fn best(scores: &[f32]) -> u32 {
    let all = (0u32..).zip(scores);
    all.max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0
}

#[test]
fn a_later_item_never_changes_what_was_made_of_earlier_ones() {
    let network = Network::new(&small(), N_ITEMS as usize, 3).unwrap();
    let hidden = |seen: &[u32]| {
        let mut rows = Rows::default();
        rows.push(seen.iter().copied());
        network.hidden(&rows).unwrap()
    };
    let long = hidden(&[1, 5, 2, 9, 4]);
    let other = hidden(&[1, 5, 2, 7, 11]);
    let short = hidden(&[1, 5, 2]);
    let upto = 3 * 16;
    assert_eq!(long[..upto], other[..upto]);
    assert_eq!(long[..upto], short);
    assert_ne!(long[upto..], other[upto..]);
    // An earlier item does change what comes after.
    assert_ne!(hidden(&[8, 5, 2])[16..], short[16..]);
}

#[test]
fn what_lies_beside_a_history_does_not_matter() {
    let network = Network::new(&small(), N_ITEMS as usize, 3).unwrap();
    let mut alone = Rows::default();
    alone.push([3, 4, 5].into_iter());
    let alone = network.hidden(&alone).unwrap();
    let mut beside = Rows::default();
    beside.push([7, 7, 1, 2, 3, 4].into_iter());
    beside.push([3, 4, 5].into_iter());
    beside.push([0].into_iter());
    let beside = network.hidden(&beside).unwrap();
    assert_eq!(beside[6 * 16..9 * 16], alone);
}

/// Gradients against central differences, with dropout on: its masks are decided by the step, so the loss is smooth.
#[test]
fn gradients_agree_with_finite_differences() {
    let config = SasRecConfig {
        dimensions: 4,
        heads: 2,
        inner: 6,
        max_length: 4,
        ..small()
    };
    let mut network = Network::new(&config, 7, 5).unwrap();
    // Larger weights than at the start, so that nothing is near a straight line.
    for p in 0..network.params.len() {
        let mut rng = RngStream::new(1, Purpose::Test, p as u64, 0);
        let change = |v: &mut [f32]| v.iter_mut().for_each(|x| *x += 0.4 * rng.normal() as f32);
        network.params.update(p, change).unwrap();
    }
    let histories = vec![vec![1, 2, 3, 1], vec![4, 0, 6], vec![2, 2, 5, 6]];
    let window = |user, begin, end| Window { user, begin, end };
    let gather = |w: &[Window]| Batch::gather(w, &histories, network.beginning());
    let parts = [
        gather(&[window(0, 0, 4), window(1, 1, 3)]),
        gather(&[window(2, 0, 3)]),
    ];
    let columns = Columns {
        items: Some(vec![0, 1, 2, 3, 4, 6]),
        log_inclusion: vec![-0.1, -0.2, -0.3, -0.4, -0.5, -0.6],
    };
    let dropout = Dropout {
        seed: 9,
        step: 2,
        share: 0.3,
    };
    let loss = network.loss(&parts, &columns, dropout).unwrap();
    let (mut checked, step) = (0, 4e-3f32);
    for p in 0..network.params.len() {
        let n = network.params.values(p).len();
        assert_eq!(loss.gradients[p].len(), n, "{}", network.params.name(p));
        for at in (0..n).step_by(1 + n / 5) {
            let mut at_distance = |by: f32| {
                network.params.update(p, |v| v[at] += by).unwrap();
                let value = network.loss(&parts, &columns, dropout).unwrap().value;
                network.params.update(p, |v| v[at] -= by).unwrap();
                value
            };
            let slope = (at_distance(step) - at_distance(-step)) / f64::from(2.0 * step);
            let found = f64::from(loss.gradients[p][at]);
            let name = network.params.name(p);
            assert!(
                (found - slope).abs() < 2e-3 + 0.02 * slope.abs(),
                "{name}[{at}]: {found} against {slope}"
            );
            checked += 1;
        }
    }
    assert!(checked > 100);
}

#[test]
fn what_comes_next_is_learned_where_only_the_order_tells() {
    let log = walks(1, 60, 24);
    let model = fitted(small(), &log);
    let pasts: Vec<Vec<Interaction>> = walks(2, 80, 6).by_user();
    let found = scores(&model, &pasts);
    let knn = ItemKnn::fit(&log.matrix().unwrap(), ItemKnnConfig::default()).unwrap();
    let (mut hits, mut knn_hits) = (0, 0);
    for (past, row) in pasts.iter().zip(found.chunks_exact(N_ITEMS as usize)) {
        let sought = next(past[past.len() - 1].item);
        hits += u32::from(best(row) == sought);
        let mut met: Vec<u32> = past.iter().map(|i| i.item).collect();
        met.sort_unstable();
        met.dedup();
        let mut row = vec![0.0; N_ITEMS as usize];
        knn.score_history(&met, &mut row);
        knn_hits += u32::from(best(&row) == sought);
    }
    assert!(hits >= 72, "{hits} of 80");
    assert!(knn_hits <= 30, "{knn_hits} of 80");
}

#[test]
fn a_sample_of_the_items_learns_the_same_order() {
    let log = walks(1, 60, 24);
    let config = SasRecConfig {
        sampled_items: 4,
        ..small()
    };
    let model = fitted(config, &log);
    let hits = (0..N_ITEMS)
        .filter(|item| best(&scores(&model, &[past(&[next(*item), *item])])) == next(*item))
        .count();
    assert!(hits >= 10, "{hits} of 12");
}

#[test]
fn a_stored_model_scores_the_same_to_the_bit() {
    let log = walks(1, 10, 9);
    let config = SasRecConfig {
        epochs: 2,
        ..small()
    };
    let model = fitted(config.clone(), &log);
    let mut again = SasRec::new(config, 99).unwrap();
    let stored = model.save().unwrap();
    again.load(&stored, &log).unwrap();
    let pasts = [past(&[1, 2, 3]), past(&[]), past(&[4; 30])];
    assert_eq!(scores(&again, &pasts), scores(&model, &pasts));
    assert_eq!(again.save().unwrap(), stored);
    let mut spoiled = stored.clone();
    spoiled.remove("places");
    assert!(again.load(&spoiled, &log).is_err());
}

#[test]
fn bits_do_not_depend_on_threads() {
    let log = walks(1, 20, 17);
    let config = SasRecConfig {
        epochs: 2,
        dropout: 0.5,
        ..small()
    };
    let on = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
        pool.unwrap()
            .install(|| fitted(config.clone(), &log).save().unwrap())
    };
    let one = on(1);
    assert_eq!(one, on(3));
    assert_eq!(one, on(1));
}

#[test]
fn parts_of_an_explanation_add_up_to_the_score() {
    let log = walks(1, 20, 17);
    let model = fitted(
        SasRecConfig {
            epochs: 2,
            ..small()
        },
        &log,
    );
    for items in [
        &[][..],
        &[3],
        &[1, 2, 1, 4],
        &[5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ] {
        let past = past(items);
        let all = scores(&model, std::slice::from_ref(&past));
        let person = Person {
            user: None,
            past: &past,
            now: 0,
        };
        for item in 0..N_ITEMS {
            let parts = model.explain(&person, item).unwrap();
            let sum: f32 = parts.iter().map(|p| p.value).sum();
            let largest = parts.iter().map(|p| p.value.abs()).fold(0.0, f32::max);
            let score = all[item as usize];
            assert!(
                (sum - score).abs() <= 1e-4 * largest,
                "{sum} against {score}"
            );
        }
    }
}

#[test]
fn learning_stops_when_told_and_when_nothing_gets_better() {
    let log = walks(1, 20, 9);
    let mut model = SasRec::new(small(), 7).unwrap();
    let report = model.fit(&log, &mut |e| {
        if e.epoch == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(report.unwrap().curve.len(), 2);
    let config = SasRecConfig {
        patience: 1,
        learning_rate: 1e-6,
        epochs: 50,
        ..small()
    };
    let mut model = SasRec::new(config, 7).unwrap();
    let report = model.fit(&log, &mut |_| ControlFlow::Continue(()));
    assert!(report.unwrap().curve.len() < 50);
}

#[test]
fn what_cannot_be_learned_from_or_scored_is_refused() {
    let config = SasRecConfig {
        dimensions: 16,
        heads: 3,
        ..small()
    };
    assert!(matches!(
        SasRec::new(config, 1),
        Err(ModelError::Value { .. })
    ));
    let mut model = SasRec::new(small(), 1).unwrap();
    let nothing = InteractionLog::default();
    let go = &mut |_| ControlFlow::Continue(());
    assert!(matches!(model.fit(&nothing, go), Err(ModelError::NoPairs)));
    let log = walks(1, 5, 5);
    let model = fitted(
        SasRecConfig {
            epochs: 1,
            ..small()
        },
        &log,
    );
    let unknown = past(&[99]);
    let person = Person {
        user: None,
        past: &unknown,
        now: 0,
    };
    let mut row = vec![0.0; N_ITEMS as usize];
    assert!(model.score(&[person], &mut row).is_err());
    assert!(model.score(&[person], &mut row[1..]).is_err());
}
