use std::ops::ControlFlow;
use std::sync::Arc;

use super::ablation::{Subset, ablate};
use super::config::{FusionConfig, Gate};
use super::model::{Fusion, without};
use super::network::{Input, Inputs, Network};
use crate::platform::models::hold_out::HoldOut;
use crate::platform::models::interaction_log::{
    FeatureBlock, Interaction, InteractionLog, ItemFacts,
};
use crate::platform::models::layers::softmax::CorrectedSoftmax;
use crate::platform::models::model::{About, Model, Person};
use crate::platform::models::params::ModelError;
use crate::platform::models::two_tower::dense::transposed;
use crate::platform::models::two_tower::mean_rows::MeanRows;
use crate::sim::rng::{Purpose, RngStream};

const N_ITEMS: usize = 40;
const N_USERS: usize = 60;

fn small() -> FusionConfig {
    FusionConfig {
        dimensions: 16,
        hidden: 16,
        learning_rate: 0.01,
        batch_size: 64,
        epochs: 8,
        ..FusionConfig::BASELINE
    }
}

/// Users like one of four kinds of items; the text tells the kind by half, the picture the other half, the sound nothing.
fn world(seed: u64) -> InteractionLog {
    let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
    let mut interactions = Vec::new();
    for user in 0..N_USERS as u32 {
        let taste = user as usize % 4;
        for time in 0..12 {
            let of_taste = rng.chance(0.85);
            let mut item = rng.below(N_ITEMS);
            while of_taste && item % 4 != taste {
                item = rng.below(N_ITEMS);
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
    let mut block = |name: &str, tells: &dyn Fn(usize) -> f32| {
        let values = (0..N_ITEMS)
            .flat_map(|i| {
                [
                    tells(i % 4) + 0.1 * rng.normal() as f32,
                    rng.normal() as f32,
                ]
            })
            .collect();
        FeatureBlock {
            name: name.to_owned(),
            columns: vec!["tells".to_owned(), "noise".to_owned()],
            values,
            present: Vec::new(),
        }
    };
    let blocks = vec![
        block("text", &|kind| if kind < 2 { 1.0 } else { -1.0 }),
        block("picture", &|kind| if kind % 2 == 0 { 1.0 } else { -1.0 }),
        block("sound", &|_| 0.0),
    ];
    InteractionLog {
        n_users: N_USERS,
        n_items: N_ITEMS,
        interactions,
        items: Arc::new(ItemFacts {
            blocks,
            ..ItemFacts::default()
        }),
        ..InteractionLog::default()
    }
}

fn fitted(config: FusionConfig, log: &InteractionLog) -> Fusion {
    let mut model = Fusion::new(config, 7).unwrap();
    model.fit(log, &mut |_| ControlFlow::Continue(())).unwrap();
    model
}

/// Scores for all users, known by their past alone.
fn scores(model: &dyn Model, log: &InteractionLog) -> Vec<f32> {
    let pasts = log.by_user();
    let people: Vec<Person<'_>> = pasts
        .iter()
        .map(|past| Person {
            user: None,
            past,
            now: 0,
        })
        .collect();
    let mut scores = vec![0.0; people.len() * log.n_items];
    model.score(&people, &mut scores).unwrap();
    scores
}

/// Share of the ten best items that are of the user's kind; 0.25 by chance.
fn taste(model: &dyn Model, log: &InteractionLog) -> f64 {
    let all = scores(model, log);
    let mut share = 0.0;
    for (user, row) in all.chunks_exact(N_ITEMS).enumerate() {
        let mut items: Vec<usize> = (0..N_ITEMS).collect();
        items.sort_by(|a, b| row[*b].total_cmp(&row[*a]));
        let own = items[..10].iter().filter(|i| **i % 4 == user % 4).count();
        share += own as f64 / 10.0 / N_USERS as f64;
    }
    share
}

/// Gradients of all parameters against central differences of a loss that passes through every part.
#[test]
fn gradients_agree_with_finite_differences() {
    for gate in [Gate::Mean, Gate::Gated] {
        let config = FusionConfig {
            gate,
            dimensions: 5,
            hidden: 4,
            ..small()
        };
        let log = world(1);
        let features: Vec<_> = log.items.blocks[..2]
            .iter()
            .map(|b| super::modalities::Features::of(b, N_ITEMS).unwrap())
            .collect();
        let mut network = Network::new(&config, &features, Some(N_ITEMS), 3, 5).unwrap();
        for p in 0..network.params.len() {
            let mut rng = RngStream::new(1, Purpose::Test, p as u64, 0);
            let change = |v: &mut [f32]| v.iter_mut().for_each(|x| *x += 0.4 * rng.normal() as f32);
            network.params.update(p, change).unwrap();
        }
        let items = [3u32, 8, 20, 11];
        let values = |f: &super::modalities::Features| {
            let rows = items.iter();
            Input::Features(
                rows.flat_map(|i| f.values[*i as usize * 2..][..2].to_vec())
                    .collect(),
            )
        };
        let inputs = Inputs {
            values: vec![
                values(&features[0]),
                values(&features[1]),
                Input::Rows(items.to_vec()),
            ],
            present: vec![
                true, true, true, true, false, true, true, true, false, false, true, false,
            ],
        };
        let mut sets = MeanRows::default();
        sets.push([0, 1].into_iter());
        sets.push([2].into_iter());
        sets.push([3, 3, 0].into_iter());
        let people = [Some(0), Some(2), None];
        let softmax = CorrectedSoftmax {
            scale: 1.0,
            own: vec![2, 0, 1],
            correction: Vec::new(),
        };
        let d = 5;
        let loss = |network: &Network| {
            let fused = network.fuse(&inputs);
            let means = sets.of(&fused.items, d).unwrap();
            let users = network.users(&means, &people);
            let y = transposed(&fused.items, d);
            let (loss, of_users, of_items) = softmax.both(&users, &fused.items, &y, d);
            (loss, of_users, of_items, fused, means)
        };
        let (_, of_users, mut of_items, fused, means) = loss(&network);
        let mut gradients = network.no_gradients();
        let of_means = network.users_back(&means, &people, &of_users, &mut gradients);
        sets.scatter(&of_means, &mut of_items);
        network.fuse_back(&inputs, &fused, &of_items, &mut gradients);
        let step = 2e-3f32;
        for (p, gradient) in gradients.iter().enumerate() {
            let n = network.params.values(p).len();
            for at in (0..n).step_by(1 + n / 9) {
                let mut at_distance = |by: f32| {
                    network.params.update(p, |v| v[at] += by).unwrap();
                    let value = loss(&network).0;
                    network.params.update(p, |v| v[at] -= by).unwrap();
                    f64::from(value)
                };
                let slope = (at_distance(step) - at_distance(-step)) / f64::from(2.0 * step);
                // The loss is a mean over three rows, the gradients are of its sum.
                let found = f64::from(gradient[at]) / 3.0;
                let name = network.params.name(p);
                assert!(
                    (found - slope).abs() < 2e-3 + 0.02 * slope.abs(),
                    "{gate:?} {name}[{at}]: {found} against {slope}"
                );
            }
        }
    }
}

#[test]
fn content_alone_tells_the_kind_and_the_gate_may_be_a_mean() {
    let log = world(1);
    for gate in [Gate::Mean, Gate::Gated] {
        let config = FusionConfig {
            gate,
            behaviour: false,
            user_ids: false,
            ..small()
        };
        let share = taste(&fitted(config, &log), &log);
        assert!(share > 0.7, "{gate:?}: {share}");
    }
}

#[test]
fn a_missing_modality_costs_something_but_not_everything() {
    let log = world(1);
    let config = FusionConfig {
        user_ids: false,
        ..small()
    };
    let model = fitted(config.clone(), &log);
    let whole = taste(&model, &log);
    let stored = model.save().unwrap();
    let mut poorer = whole;
    let mut facts = Arc::clone(&log.items);
    for name in ["text", "picture", "sound"] {
        facts = without(&facts, name);
        let log = InteractionLog {
            items: Arc::clone(&facts),
            ..log.clone()
        };
        let mut model = Fusion::new(config.clone(), 7).unwrap();
        model.load(&stored, &log).unwrap();
        poorer = taste(&model, &log);
        assert!(poorer > 0.5, "without {name}: {poorer}");
    }
    // Chance is 0.25.
    assert!(whole > 0.7 && poorer <= whole + 0.05, "{whole} {poorer}");
}

#[test]
fn an_item_that_nobody_met_is_placed_by_its_content() {
    let mut log = world(1);
    log.interactions.retain(|i| i.item >= 8);
    let config = FusionConfig {
        user_ids: false,
        ..small()
    };
    let model = fitted(config, &log);
    let all = scores(&model, &log);
    // Among the eight cold items, two of each kind, those of the user's kind come first.
    let mut own_first = 0;
    for (user, row) in all.chunks_exact(N_ITEMS).enumerate() {
        let best = (0..8).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
        own_first += usize::from(best % 4 == user % 4);
    }
    assert!(own_first > N_USERS / 2, "{own_first} of {N_USERS}");
}

#[test]
fn the_ablation_finds_what_tells_and_what_does_not() {
    let log = world(1);
    let config = FusionConfig {
        behaviour: false,
        user_ids: false,
        epochs: 4,
        ..small()
    };
    let mut metric = |model: &dyn Model| Ok(taste(model, &log));
    let table = ablate(&config, 7, &log, &mut metric).unwrap();
    let of = |subset: Subset| table.iter().find(|r| r.subset == subset).unwrap().metric;
    assert_eq!(table.len(), 7);
    let (text, sound) = ("text".to_owned(), "sound".to_owned());
    assert!(of(Subset::Only(text.clone())) > of(Subset::Only(sound.clone())) + 0.1);
    assert!(of(Subset::Without(sound)) > of(Subset::Without(text)) + 0.1);
    assert_eq!(table[0].modalities, ["text", "picture", "sound"]);
}

#[test]
fn parts_of_an_explanation_are_modalities_and_add_up_to_the_score() {
    let log = world(1);
    let config = FusionConfig {
        epochs: 2,
        ..small()
    };
    let model = fitted(config, &log);
    let pasts = log.by_user();
    let person = Person {
        user: Some(5),
        past: &pasts[5],
        now: 0,
    };
    let mut row = vec![0.0; N_ITEMS];
    model.score(&[person], &mut row).unwrap();
    for (item, score) in (0u32..).zip(row) {
        let parts = model.explain(&person, item).unwrap();
        let all = parts.iter().all(|p| matches!(p.about, About::Modality(_)));
        assert!(all && parts.len() == 4);
        let sum: f32 = parts.iter().map(|p| p.value).sum();
        let largest = parts.iter().map(|p| p.value.abs()).fold(0.0, f32::max);
        assert!((sum - score).abs() <= 1e-4 * largest.max(1e-3));
    }
}

#[test]
fn a_stored_model_scores_the_same_and_threads_do_not_matter() {
    let log = world(1);
    let config = FusionConfig {
        epochs: 2,
        sampled_items: 10,
        ..small()
    };
    let on = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
        pool.unwrap().install(|| fitted(config.clone(), &log))
    };
    let (one, three) = (on(1), on(3));
    let stored = one.save().unwrap();
    assert_eq!(stored, three.save().unwrap());
    let mut again = Fusion::new(config, 99).unwrap();
    again.load(&stored, &log).unwrap();
    assert_eq!(scores(&again, &log), scores(&one, &log));
    let split = HoldOut::split(&log, 9).unwrap();
    assert_eq!(split.held.len(), 9);
}

#[test]
fn no_modality_at_all_is_refused() {
    let log = world(1);
    let mut model = Fusion::with_modalities(small(), 1, Vec::new()).unwrap();
    let error = model.fit(&log, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(error, Err(ModelError::Value { .. })));
}
