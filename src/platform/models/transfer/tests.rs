use std::ops::ControlFlow;

use super::config::TransferConfig;
use super::emcdr::Emcdr;
use super::mapping::Mapping;
use super::report::{Method, SHARES, bootstrap, compare};
use super::shared::SharedTower;
use crate::platform::models::interaction_log::{Interaction, InteractionLog};
use crate::platform::models::params::ModelError;
use crate::sim::rng::{Purpose, RngStream};

const N_USERS: u32 = 160;
const N_ITEMS: usize = 40;
const KINDS: usize = 4;

fn small() -> TransferConfig {
    TransferConfig {
        dimensions: 8,
        epochs: 12,
        learning_rate: 0.03,
        resamples: 200,
        ..TransferConfig::BASELINE
    }
}

/// A domain in which a user of a kind mostly meets items of that kind.
fn domain(key: u64, kind_of: impl Fn(u32) -> usize, per_user: i64) -> InteractionLog {
    let mut interactions = Vec::new();
    for user in 0..N_USERS {
        let mut rng = RngStream::new(key, Purpose::Test, u64::from(user), 0);
        for time in 0..per_user {
            let mut item = rng.below(N_ITEMS);
            if rng.chance(0.9) {
                item = item / KINDS * KINDS + kind_of(user);
            }
            interactions.push(Interaction {
                user,
                item: item as u32,
                time,
                weight: 1.0,
            });
        }
    }
    interactions.sort_by_key(|i| i.time);
    InteractionLog {
        n_users: N_USERS as usize,
        n_items: N_ITEMS,
        interactions,
        ..InteractionLog::default()
    }
}

fn kind(user: u32) -> usize {
    user as usize % KINDS
}

/// A kind that says nothing about [`kind`].
fn other(user: u32) -> usize {
    user as usize / KINDS % KINDS
}

#[test]
fn the_mapping_is_ridge_regression_in_closed_form() {
    // x = 0, 1, 2 and y = 1, 2, 6: means 1 and 3, Σ(x−1)² = 2, Σ(x−1)(y−3) = 5. With λ = 0.5 the slope is 5 / 2.5 = 2
    // and the intercept 3 − 2 = 1.
    let m = Mapping::fit((&[0.0, 1.0, 2.0], 1), (&[1.0, 2.0, 6.0], 1), 0.5).unwrap();
    assert!((m.weights()[0] - 2.0).abs() < 1e-12 && (m.weights()[1] - 1.0).abs() < 1e-12);
    assert_eq!(m.of(&[3.0]), [7.0]);
    assert!(Mapping::fit((&[0.0], 1), (&[1.0, 2.0], 1), 0.5).is_err());
    assert!(Mapping::fit((&[0.0], 1), (&[1.0], 1), 0.0).is_err());
    let nothing = Mapping::fit((&[], 2), (&[], 3), 1.0).unwrap();
    assert_eq!(nothing.of(&[5.0, 7.0]), [0.0; 3]);
}

#[test]
fn prop_at_the_solution_the_gradient_of_the_ridge_loss_is_zero() {
    for seed in 0..10 {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        let mut rows = |n: usize| -> Vec<f32> { (0..n).map(|_| rng.normal() as f32).collect() };
        let (x, y) = (rows(30 * 4), rows(30 * 3));
        let ridge = 0.7;
        let m = Mapping::fit((&x, 4), (&y, 3), ridge).unwrap();
        let mut gradient: Vec<f64> = m.weights().iter().map(|w| ridge * w).collect();
        for j in 0..3 {
            gradient[4 * 3 + j] = 0.0;
        }
        for (x, y) in x.chunks_exact(4).zip(y.chunks_exact(3)) {
            for j in 0..3 {
                let along = |i: usize| f64::from(x[i]) * m.weights()[i * 3 + j];
                let found = (0..4).map(along).sum::<f64>() + m.weights()[12 + j];
                let error = found - f64::from(y[j]);
                for i in 0..4 {
                    gradient[i * 3 + j] += error * f64::from(x[i]);
                }
                gradient[12 + j] += error;
            }
        }
        assert!(gradient.iter().all(|g| g.abs() < 1e-9), "{gradient:?}");
    }
}

#[test]
fn the_interval_is_that_of_a_mean() {
    // 200 values of ±1 with mean 0.1: the standard error is √(0.99 / 200) = 0.0704.
    let values: Vec<f64> = (0..200).map(|i| if i < 110 { 1.0 } else { -1.0 }).collect();
    let i = bootstrap(&values, 2000, 1);
    assert!((i.mean - 0.1).abs() < 1e-12);
    assert!((i.low - (0.1 - 1.96 * 0.0704)).abs() < 0.02, "{i:?}");
    assert!((i.high - (0.1 + 1.96 * 0.0704)).abs() < 0.02, "{i:?}");
    assert_eq!(bootstrap(&[0.5; 9], 50, 1).low, 0.5);
    assert_eq!(bootstrap(&[], 50, 1).high, 0.0);
}

#[test]
fn related_tastes_help_most_where_the_target_tells_least() {
    let (source, target) = (domain(1, kind, 20), domain(2, kind, 20));
    let gains = compare(
        &source,
        &target,
        Method::SharedTower,
        &[SHARES[0], SHARES[3]],
        &small(),
        3,
    )
    .unwrap();
    let (little, much) = (gains[0], gains[1]);
    assert!(little.n_rows < 60 && little.n_users == N_USERS as usize);
    assert!(little.helps(), "{little:?}");
    assert!(little.difference.mean > much.difference.mean, "{gains:?}");
}

#[test]
fn unrelated_tastes_never_seem_to_help() {
    let (source, target) = (domain(1, other, 40), domain(2, kind, 12));
    for method in [Method::SharedTower, Method::Emcdr] {
        let gains = compare(&source, &target, method, &[0.5], &small(), 3).unwrap();
        assert!(!gains[0].helps(), "{method:?} {gains:?}");
        if method == Method::Emcdr {
            assert!(gains[0].is_negative_transfer(), "{gains:?}");
        }
    }
}

#[test]
fn a_user_without_a_target_is_placed_by_its_source() {
    let source = domain(1, kind, 20);
    let mut target = domain(2, kind, 20);
    target.interactions.retain(|i| i.user >= 40);
    let model = Emcdr::fit(&source, &target, &small(), 3).unwrap();
    let mut scores = vec![0.0; N_ITEMS];
    let mut own = 0;
    for user in 0..40 {
        model.score(user, &mut scores).unwrap();
        let best = (0..N_ITEMS).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        own += usize::from(best.unwrap() % KINDS == kind(user));
    }
    // Chance is 10.
    assert!(own >= 30, "{own} of 40");
    assert!(model.score(N_USERS, &mut scores).is_err());
    assert!(model.score(0, &mut scores[1..]).is_err());
}

#[test]
fn own_factors_are_trusted_as_engagements_come() {
    let (source, target) = (domain(1, kind, 9), domain(2, kind, 5));
    let config = TransferConfig {
        trust: 0.0,
        ..small()
    };
    let alone = Emcdr::fit(&source, &target, &config, 3).unwrap();
    let much = TransferConfig {
        trust: 10_000.0,
        ..small()
    };
    let mapped = Emcdr::fit(&source, &target, &much, 3).unwrap();
    let (a, m) = (alone.user(7).unwrap(), mapped.user(7).unwrap());
    assert_ne!(a, m);
    let half = TransferConfig {
        trust: target.matrix().unwrap().of_user(7).len() as f64,
        ..small()
    };
    let half = Emcdr::fit(&source, &target, &half, 3).unwrap();
    for ((h, a), m) in half.user(7).unwrap().iter().zip(&a).zip(&m) {
        assert!((h - 0.5 * (a + m)).abs() < 1e-3, "{h} {a} {m}");
    }
}

#[test]
fn threads_do_not_matter_and_a_watch_ends_the_fit() {
    let (source, target) = (domain(1, kind, 9), domain(2, kind, 9));
    let config = TransferConfig {
        sampled_items: 10,
        epochs: 3,
        ..small()
    };
    let on = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
        pool.unwrap().install(|| {
            let go = &mut |_| ControlFlow::Continue(());
            let (model, _) = SharedTower::fit(&source, &target, &config, 3, go).unwrap();
            model.params().digest()
        })
    };
    assert_eq!(on(1), on(3));
    let stop = &mut |_| ControlFlow::Break(());
    let (_, report) = SharedTower::fit(&source, &target, &config, 3, stop).unwrap();
    assert_eq!(report.curve.len(), 1);
}

#[test]
fn domains_of_other_users_are_refused() {
    let source = domain(1, kind, 5);
    let target = InteractionLog {
        n_users: 3,
        ..domain(2, kind, 5)
    };
    let error = Emcdr::fit(&source, &target, &small(), 3);
    assert!(matches!(error, Err(ModelError::Length { .. })));
}
