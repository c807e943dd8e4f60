use std::ops::ControlFlow;
use std::sync::Arc;

use super::config::TwoTowerModelConfig;
use super::model::TwoTowerModel;
use super::rows::fold;
use crate::platform::models::interaction_log::{
    FeatureBlock, Interaction, InteractionLog, ItemFacts,
};
use crate::platform::models::model::{Model, Person};
use crate::sim::rng::{Purpose, RngStream};

const N_ITEMS: usize = 30;

fn small() -> TwoTowerModelConfig {
    TwoTowerModelConfig {
        dimensions: 8,
        hidden: 16,
        id_dimensions: 8,
        batch_size: 64,
        learning_rate: 0.01,
        epochs: 6,
        ..TwoTowerModelConfig::BASELINE
    }
}

/// Users of one of three kinds, who mostly meet items of their kind.
fn world(columns: usize) -> InteractionLog {
    let mut interactions = Vec::new();
    for user in 0..45u32 {
        let mut rng = RngStream::new(1, Purpose::Test, u64::from(user), 0);
        for time in 0..12 {
            let mut item = rng.below(N_ITEMS) as u32;
            if rng.chance(0.9) {
                item = item / 3 * 3 + user % 3;
            }
            interactions.push(Interaction {
                user,
                item,
                time,
                weight: 1.0,
            });
        }
    }
    interactions.sort_by_key(|i| i.time);
    let mut rng = RngStream::new(2, Purpose::Test, 0, 0);
    let blocks = vec![FeatureBlock {
        name: "text".to_owned(),
        columns: (0..columns).map(|c| c.to_string()).collect(),
        values: (0..N_ITEMS * columns)
            .map(|_| rng.normal() as f32)
            .collect(),
        present: Vec::new(),
    }];
    InteractionLog {
        n_users: 45,
        n_items: N_ITEMS,
        interactions,
        items: Arc::new(ItemFacts {
            blocks,
            ..ItemFacts::default()
        }),
        ..InteractionLog::default()
    }
}

fn fitted(config: TwoTowerModelConfig, log: &InteractionLog) -> TwoTowerModel {
    let mut model = TwoTowerModel::new(config, 7).unwrap();
    model.fit(log, &mut |_| ControlFlow::Continue(())).unwrap();
    model
}

fn scores(model: &TwoTowerModel, log: &InteractionLog) -> Vec<f32> {
    let pasts = log.by_user();
    let people: Vec<Person<'_>> = (0u32..)
        .zip(&pasts)
        .map(|(user, past)| Person {
            user: Some(user).filter(|u| u % 2 == 0),
            past,
            now: 0,
        })
        .collect();
    let mut scores = vec![0.0; people.len() * N_ITEMS];
    model.score(&people, &mut scores).unwrap();
    scores
}

#[test]
fn tastes_are_found_for_users_with_and_without_a_row() {
    let log = world(5);
    let model = fitted(small(), &log);
    let all = scores(&model, &log);
    // Share of the ten best items that are of the user's kind, for users with and without a row; chance is a third.
    let mut own = [0.0; 2];
    for (user, row) in all.chunks_exact(N_ITEMS).enumerate() {
        let mut items: Vec<usize> = (0..N_ITEMS).collect();
        items.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        let hits = items[..10].iter().filter(|i| **i % 3 == user % 3).count();
        own[user % 2] += hits as f64 / 10.0 / 22.5;
    }
    assert!(own[0] > 0.6 && own[1] > 0.6, "{own:?}");
}

#[test]
fn parts_of_an_explanation_add_up_to_the_score() {
    let log = world(100);
    let model = fitted(
        TwoTowerModelConfig {
            epochs: 1,
            ..small()
        },
        &log,
    );
    let pasts = log.by_user();
    for user in [None, Some(4)] {
        let person = Person {
            user,
            past: &pasts[4],
            now: 0,
        };
        let mut row = vec![0.0; N_ITEMS];
        model.score(&[person], &mut row).unwrap();
        for (item, score) in (0u32..).zip(row) {
            let parts = model.explain(&person, item).unwrap();
            let sum: f32 = parts.iter().map(|p| p.value).sum();
            let largest = parts.iter().map(|p| p.value.abs()).fold(0.0, f32::max);
            assert!(
                (sum - score).abs() <= 1e-4 * largest,
                "{sum} against {score}"
            );
        }
    }
}

#[test]
fn a_stored_model_scores_the_same_to_the_bit_and_threads_do_not_matter() {
    let log = world(5);
    let config = TwoTowerModelConfig {
        epochs: 2,
        ..small()
    };
    let on = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
        pool.unwrap().install(|| fitted(config.clone(), &log))
    };
    let (one, three) = (on(1), on(3));
    let stored = one.save().unwrap();
    assert_eq!(stored, three.save().unwrap());
    let mut again = TwoTowerModel::new(config, 7).unwrap();
    again.load(&stored, &log).unwrap();
    assert_eq!(scores(&again, &log), scores(&one, &log));
    let mut spoiled = stored;
    spoiled.remove("ids");
    assert!(again.load(&spoiled, &log).is_err());
}

#[test]
fn many_columns_are_folded_and_keep_products_on_average() {
    assert_eq!(fold(7, 64, 64), (7, 1.0));
    let places: Vec<(usize, f32)> = (0..640).map(|c| fold(c, 640, 64)).collect();
    let positive = places.iter().filter(|(_, sign)| *sign > 0.0).count();
    // Four deviations of 640 fair coins are 50.
    assert!(positive.abs_diff(320) < 51, "{positive}");
    assert!((0..64).all(|at| places.iter().any(|(p, _)| *p == at)));
}
