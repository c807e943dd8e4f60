use std::ops::ControlFlow;

use super::config::DcnConfig;
use super::model::Dcn;
use super::network::{Batch, Dropout, Network};
use super::ranking::Ranking;
use super::weights::{Affine, Weights};
use crate::platform::models::features::schema::{Group, Schema, Side};
use crate::platform::models::features::tests::city;
use crate::platform::models::model::{Model, Person};
use crate::platform::models::two_tower::mean_rows::MeanRows;
use crate::sim::rng::{Purpose, RngStream};

fn small() -> DcnConfig {
    DcnConfig {
        hidden: 6,
        id_dimensions: 2,
        batch_size: 32,
        epochs: 3,
        ..DcnConfig::BASELINE
    }
}

fn no_dropout() -> Dropout {
    Dropout {
        share: 0.0,
        rng: RngStream::new(0, Purpose::Test, 0, 0),
    }
}

#[test]
fn a_cross_layer_is_the_one_by_hand() {
    let zeros = |n, m| Affine {
        w: vec![0.0; n * m],
        b: vec![0.0; m],
    };
    let weights = Weights {
        width: 2,
        id_dimensions: 0,
        ids: Vec::new(),
        n_users: 0,
        // x W + b with W = [[1, 2], [3, 4]] and b = [0.5, −1].
        cross: vec![Affine {
            w: vec![1.0, 2.0, 3.0, 4.0],
            b: vec![0.5, -1.0],
        }],
        deep: [zeros(2, 1), zeros(1, 1)],
        out: Affine {
            w: vec![1.0, 10.0, 0.0],
            b: vec![0.25],
        },
    };
    // x = [2, −1]: x W + b = [−0.5, −1]; x0 ⊙ that + x = [1, 0]; 1 · 1 + 10 · 0 + 0.25.
    assert_eq!(weights.logits(&[2.0, -1.0]), [1.25]);
}

fn numbers(n: usize, key: u64) -> Vec<f32> {
    let mut r = RngStream::new(9, Purpose::Test, key, 0);
    (0..n).map(|_| r.normal() as f32).collect()
}

fn batch(n: usize, width: usize) -> Batch {
    let (mut users, mut items) = (MeanRows::default(), MeanRows::default());
    for i in 0..n as u32 {
        users.push(std::iter::once(i % 3));
        items.push((i % 4 != 0).then_some(3 + i % 4).into_iter());
    }
    Batch {
        columns: numbers(n * width, 1),
        users,
        items,
        outcomes: (0..n).map(|i| (i % 2) as f32).collect(),
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    let (n, width) = (12, 4);
    let config = DcnConfig {
        cross_layers: 3,
        ..small()
    };
    let mut network = Network::new(&config, 4, width, 7, 0.1).unwrap();
    let ids = network.ids.unwrap();
    network
        .params
        .update(ids, |v| v.copy_from_slice(&numbers(14, 2)))
        .unwrap();
    let batch = batch(n, width);
    let loss = |network: &Network| {
        let found = network.loss(&batch, &mut no_dropout()).unwrap();
        f64::from(found.value.to_scalar::<f32>().unwrap())
    };
    let mut table = vec![0.0; 14];
    let found = network.loss(&batch, &mut no_dropout()).unwrap();
    let gradients = found.backward(&batch, &mut table).unwrap();
    for position in 0..network.params.len() {
        let own = match network.params.variable(position) {
            Some(var) => {
                let g = gradients.get(var).unwrap();
                g.flatten_all().unwrap().to_vec1::<f32>().unwrap()
            }
            None => table.clone(),
        };
        // Every fifth value of large tables is enough.
        for at in (0..own.len()).step_by(if own.len() > 40 { 5 } else { 1 }) {
            let step = 2e-3f32;
            let mut move_by = |by: f32| {
                network.params.update(position, |v| v[at] += by).unwrap();
                loss(&network)
            };
            let up = move_by(step);
            let down = move_by(-2.0 * step);
            move_by(step);
            let expected = (up - down) / f64::from(2.0 * step);
            let g = f64::from(own[at]);
            let name = network.params.name(position);
            assert!(
                (g - expected).abs() < 2e-3 + 0.02 * expected.abs(),
                "{name}[{at}]: {g} against {expected}"
            );
        }
    }
}

#[test]
fn plain_rust_agrees_with_tensors() {
    let (n, width) = (12, 4);
    let network = Network::new(&small(), 4, width, 7, 0.1).unwrap();
    let mut batch = batch(n, width);
    // Every item is seen here: plain rows always have one.
    batch.items = MeanRows::default();
    (0..n as u32).for_each(|i| batch.items.push(std::iter::once(3 + i % 4)));
    let weights = Weights::of(&network, width, 3);
    let mut sum = 0.0;
    for i in 0..n {
        let mut x0 = vec![0.0; weights.inputs()];
        let (user, item) = (Some(i as u32 % 3), i as u32 % 4);
        weights.write_inputs(&batch.columns[i * width..][..width], user, item, &mut x0);
        let z = f64::from(weights.logits(&x0)[0]);
        sum += (1.0 + z.exp()).ln() - f64::from(batch.outcomes[i]) * z;
    }
    let loss = network.loss(&batch, &mut no_dropout()).unwrap();
    let loss = f64::from(loss.value.to_scalar::<f32>().unwrap());
    assert!((loss - sum / n as f64).abs() < 1e-5);
}

fn wide(cross_layers: u32, seed: u64) -> (Weights, Schema) {
    let mut schema = Schema::default();
    for (side, n) in [
        (Side::User, 3),
        (Side::Context, 2),
        (Side::Item, 4),
        (Side::Cross, 3),
    ] {
        for c in 0..n {
            schema.push(side, Group::Profile, format!("{side:?}{c}"), "-");
        }
    }
    let config = DcnConfig {
        cross_layers,
        ..small()
    };
    let network = Network::new(&config, seed, schema.len(), 8, 0.3).unwrap();
    let mut weights = Weights::of(&network, schema.len(), 3);
    weights.ids = numbers(16, 3);
    let mut r = RngStream::new(seed, Purpose::Test, 1, 0);
    let layers = weights.cross.iter_mut().chain(&mut weights.deep);
    layers.for_each(|l| l.b.iter_mut().for_each(|b| *b = 0.5 * r.normal() as f32));
    (weights, schema)
}

#[test]
fn ranking_agrees_with_one_row_at_a_time() {
    for cross_layers in 1..=4 {
        let (weights, schema) = wide(cross_layers, 5);
        let (columns, rows) = (numbers(5, 10), numbers(5 * 4, 11));
        let shared = numbers(5 * 3, 12);
        let ranking = Ranking::new(weights.clone(), &schema);
        let items = ranking.items(&rows, 5);
        for user in [Some(2), None] {
            let mut scores = vec![0.0; 5];
            let cross = |item: u32, out: &mut [f32]| {
                out.copy_from_slice(&shared[item as usize * 3..][..3]);
            };
            ranking.rank(&columns, user, &items, cross, &mut scores);
            for (item, score) in scores.iter().enumerate() {
                let parts = [
                    &columns[..],
                    &rows[item * 4..][..4],
                    &shared[item * 3..][..3],
                ];
                let mut x0 = vec![0.0; weights.inputs()];
                weights.write_inputs(&parts.concat(), user, item as u32, &mut x0);
                let expected = weights.logits(&x0)[0];
                let near = 1e-4 * (1.0 + expected.abs());
                assert!((score - expected).abs() < near, "{score} {expected}");
            }
        }
    }
}

#[test]
fn prop_attributions_add_up_exactly() {
    for seed in 0..20 {
        let (weights, _) = wide(1 + seed as u32 % 4, seed);
        let x0 = numbers(weights.inputs(), 100 + seed);
        let found = weights.attribute(&x0);
        let logit = f64::from(weights.logits(&x0)[0]);
        let sum = found.base + found.shares.iter().sum::<f64>();
        let largest = found.shares.iter().fold(1.0f64, |m, s| m.max(s.abs()));
        assert!((sum - logit).abs() < 1e-5 * largest, "{sum} {logit}");
        let nothing = weights.attribute(&vec![0.0; x0.len()]);
        assert!(nothing.shares.iter().all(|s| *s == 0.0));
        let base = f64::from(weights.logits(&vec![0.0; x0.len()])[0]);
        assert!((nothing.base - base).abs() < 1e-5);
    }
}

fn fitted(
    log: &crate::platform::models::interaction_log::InteractionLog,
    config: DcnConfig,
) -> Dcn {
    let mut model = Dcn::new(config, 5);
    let report = model.fit(log, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(report.curve.iter().all(|e| e.loss.is_finite()));
    model
}

#[test]
fn explanations_add_up_and_a_stored_model_scores_the_same_bits() {
    let variants = [
        (true, small()),
        (
            false,
            DcnConfig {
                id_dimensions: 0,
                ..small()
            },
        ),
        (
            false,
            DcnConfig {
                columns: false,
                held_out: 0.0,
                ..small()
            },
        ),
        (
            true,
            DcnConfig {
                selects_columns: true,
                ..small()
            },
        ),
    ];
    for (impressions, config) in variants {
        let mut log = city(1, 150);
        if !impressions {
            log.impressions.clear();
        }
        let model = fitted(&log, config.clone());
        let histories = log.by_user();
        let person = |user: Option<u32>, now| Person {
            user,
            past: user.map_or(&[][..], |u| &histories[u as usize]),
            now,
        };
        let people = [
            person(Some(3), log.end()),
            person(None, log.end() + 9_000),
            person(Some(0), log.end()),
        ];
        let mut scores = vec![0.0; 3 * log.n_items];
        model.score(&people, &mut scores).unwrap();
        for (who, row) in people.iter().zip(scores.chunks_exact(log.n_items)) {
            for (item, score) in row.iter().enumerate() {
                let parts = model.explain(who, item as u32).unwrap();
                let sum: f32 = parts.iter().map(|p| p.value).sum();
                let largest = parts.iter().fold(1.0f32, |m, p| m.max(p.value.abs()));
                assert!((sum - score).abs() < 1e-4 * largest, "{sum} {score}");
            }
        }
        let mut again = Dcn::new(config.clone(), 99);
        again.load(&model.save().unwrap(), &log).unwrap();
        let mut same = vec![0.0; scores.len()];
        again.score(&people, &mut same).unwrap();
        assert_eq!(scores, same);
        assert_eq!(fitted(&log, config).save().unwrap(), model.save().unwrap());
        assert!(model.score(&people[..1], &mut same).is_err());
        assert!(model.explain(&people[0], 11).is_err());
    }
}

#[test]
fn a_product_of_columns_is_learned_where_a_line_cannot() {
    use crate::platform::models::interaction_log::{FeatureBlock, Impression, Outcome};
    use std::sync::Arc;
    let mut log = city(2, 0);
    let (n_users, n_items) = (40, 30);
    let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
    let block = |name: &str, n: usize| FeatureBlock {
        name: name.to_owned(),
        columns: vec!["side".to_owned()],
        values: (0..n).map(sign).collect(),
        present: Vec::new(),
    };
    (log.n_users, log.n_items) = (n_users, n_items);
    log.users = Arc::new(vec![block("camp", n_users)]);
    let mut facts = (*log.items).clone();
    facts.blocks = vec![block("kind", n_items)];
    log.items = Arc::new(facts);
    let mut r = RngStream::new(1, Purpose::Test, 0, 0);
    for time in 0..3_000 {
        let (user, item) = (r.below(n_users), r.below(n_items));
        let agrees = sign(user) == sign(item);
        log.impressions.push(Impression {
            user: user as u32,
            item: item as u32,
            time,
            position: 0,
            propensity: 1.0,
            outcome: if r.chance(if agrees { 0.9 } else { 0.1 }) {
                Outcome::Engage
            } else {
                Outcome::Ignore
            },
        });
    }
    let config = DcnConfig {
        id_dimensions: 0,
        batch_size: 64,
        learning_rate: 0.01,
        epochs: 4,
        ..small()
    };
    let model = fitted(&log, config);
    let mut scores = vec![0.0; n_items];
    for user in [0u32, 1] {
        let person = Person {
            user: Some(user),
            past: &[],
            now: log.end(),
        };
        model.score(&[person], &mut scores).unwrap();
        let mean = |side: usize| {
            let own = scores.iter().skip(side).step_by(2);
            own.sum::<f32>() / (n_items as f32 / 2.0)
        };
        let margin = mean(user as usize) - mean(1 - user as usize);
        // ln(0.9 / 0.1) on either side of even odds would be 4.4.
        assert!(margin > 2.5, "user {user}: {margin}");
    }
}

#[test]
fn a_network_without_inputs_and_an_empty_log_are_refused() {
    let config = DcnConfig {
        columns: false,
        id_dimensions: 0,
        ..small()
    };
    let go_on = &mut |_| ControlFlow::Continue(());
    assert!(Dcn::new(config, 1).fit(&city(1, 20), go_on).is_err());
    assert!(Dcn::new(small(), 1).fit(&city(1, 0), go_on).is_err());
    assert!(Dcn::new(small(), 1).save().is_err());
}
