//! What the model must do: right gradients, planted structure found, popularity corrected, the same bits always.

use super::config::TwoTowerConfig;
use super::data::{
    Batch, ITEM_FEATURES, InVain, ItemInputs, ItemTensors, PROFILE_LENGTH, TrainingData,
    UserInputs, Vain,
};
use super::model::TwoTower;
use super::network::Network;
use super::pairwise::Pairwise;
use crate::platform::models::params::ModelError;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

/// A planted world: every user and every item has one of four tastes.
struct World {
    profiles: Vec<f32>,
    history_ids: Vec<u32>,
    history_offsets: Vec<usize>,
    ids: Vec<u32>,
    features: Vec<f32>,
    pairs: Vec<(u32, u32)>,
    held_out: Vec<u32>,
}

impl World {
    const TASTES: usize = 4;

    /// Users turn to items of their taste nine times out of ten, in proportion to a popularity that falls with the rank.
    /// Neither profiles nor features tell the taste of users and of every third item.
    fn new(n_users: usize, n_items: usize, skew: f64, seed: u64) -> Self {
        let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
        let popularity: Vec<f64> = (0..n_items)
            .map(|i| math::pow(1.0 + i as f64, -skew))
            .collect();
        let mut world = Self {
            profiles: vec![0.0; n_users * PROFILE_LENGTH],
            history_ids: Vec::new(),
            history_offsets: vec![0],
            ids: (0..n_items).map(|i| 10_000 + i as u32).collect(),
            features: vec![0.0; n_items * ITEM_FEATURES],
            pairs: Vec::new(),
            held_out: Vec::new(),
        };
        for i in 0..n_items {
            let row = &mut world.features[i * ITEM_FEATURES..][..ITEM_FEATURES];
            if i % 3 != 0 {
                row[i % Self::TASTES] = 1.0;
            }
            for x in &mut row[32..] {
                *x = (0.1 * r.normal()) as f32;
            }
        }
        for user in 0..n_users {
            let mut seen: Vec<usize> = Vec::new();
            while seen.len() < 16 {
                let is_own = r.chance(0.9);
                let weights: Vec<f64> = (0..n_items)
                    .map(|i| ((i % Self::TASTES == user % Self::TASTES) == is_own, i))
                    .map(|(fits, i)| {
                        f64::from(u8::from(fits && !seen.contains(&i))) * popularity[i]
                    })
                    .collect();
                if let Some(item) = r.weighted(&weights) {
                    seen.push(item);
                }
            }
            let last = seen.pop().unwrap();
            world.held_out.push(last as u32);
            for item in seen {
                world.pairs.push((user as u32, item as u32));
                world.history_ids.push(world.ids[item]);
            }
            world.history_offsets.push(world.history_ids.len());
            world.profiles[user * PROFILE_LENGTH + 5] = 1.0;
        }
        world
    }

    fn users(&self) -> UserInputs<'_> {
        UserInputs {
            profiles: &self.profiles,
            history_ids: &self.history_ids,
            history_offsets: &self.history_offsets,
        }
    }

    fn items(&self) -> ItemInputs<'_> {
        ItemInputs {
            ids: &self.ids,
            features: &self.features,
        }
    }

    fn data(&self) -> TrainingData<'_> {
        TrainingData {
            pairs: &self.pairs,
            users: self.users(),
            items: self.items(),
            vain: None,
        }
    }

    /// Scores of all items for a user.
    fn scores(model: &TwoTower, users: &[f32], items: &[f32], user: usize) -> Vec<f32> {
        let d = model.dimensions();
        let u = &users[user * d..][..d];
        items.chunks_exact(d).map(|v| math::dot(u, v)).collect()
    }

    /// Share of users whose held-out item is among the ten best-scored that they have not seen.
    fn hit_rate(&self, scores: impl Fn(usize) -> Vec<f32>) -> f64 {
        let mut hits = 0;
        for (user, target) in self.held_out.iter().enumerate() {
            let scores = scores(user);
            let seen = self.users().history(user);
            let target = *target as usize;
            let better = (0..scores.len()).filter(|i| {
                !seen.contains(&self.ids[*i])
                    && (scores[*i] > scores[target]
                        || (scores[*i] == scores[target] && *i < target))
            });
            hits += usize::from(better.count() < 10);
        }
        hits as f64 / self.held_out.len() as f64
    }
}

fn small() -> TwoTowerConfig {
    TwoTowerConfig {
        dimensions: 16,
        hidden: 32,
        id_dimensions: 16,
        id_rows: 256,
        batch_size: 128,
        learning_rate: 0.01,
        ..TwoTowerConfig::BASELINE
    }
}

/// Compares the gradients of a small network with finite differences; `impression_weight` adds items shown in vain.
fn check_gradients(impression_weight: f64) {
    let config = TwoTowerConfig {
        dimensions: 4,
        hidden: 6,
        id_dimensions: 3,
        id_rows: 11,
        history_length: 3,
        temperature: 0.5,
        impression_weight,
        ..TwoTowerConfig::BASELINE
    };
    let world = World::new(8, 24, 0.5, 1);
    let data = world.data();
    let mut network = Network::new(&config, 2).unwrap();
    // Far from the kink of the ReLU, where differences are not gradients: half of the units are on, half are off.
    for biases in [network.user.b1, network.item.b1] {
        let spread = |v: &mut [f32]| (0..).zip(v).for_each(|(i, x)| *x = [2.0, -2.0][i % 2]);
        network.params.update(biases, spread).unwrap();
    }
    let pairs: Vec<_> = (0..12).map(|i| (i % 8, (i * 5) % 23)).collect();
    let mut batch = Batch::of_pairs(&config, &data, &data.log_popularity(), &pairs).unwrap();
    if impression_weight > 0.0 {
        let others = (0..12).map(|i| (i * 7 + 1) % 23);
        batch.vain = Some(Vain {
            items: ItemTensors::gather(&config, &data.items, others).unwrap(),
            loss: Pairwise {
                temperature: 0.5,
                weights: (0..12u8).map(|i| f32::from(i % 3)).collect(),
            },
            weight: impression_weight,
        });
    }
    let loss = |network: &Network| {
        let loss = network.loss(&batch).unwrap();
        f64::from(loss.value.to_scalar::<f32>().unwrap())
    };
    let mut table = vec![0.0f32; network.params.values(network.ids).len()];
    let gradients = network
        .loss(&batch)
        .unwrap()
        .backward(&batch, &mut table)
        .unwrap();
    let h = 4e-3f32;
    let mut largest = 0.0f64;
    for position in 0..network.params.len() {
        let gradient = match network.params.variable(position) {
            None => table.clone(),
            Some(var) => {
                let gradient = gradients.get(var).unwrap();
                gradient.flatten_all().unwrap().to_vec1::<f32>().unwrap()
            }
        };
        for at in (0..gradient.len()).step_by(gradient.len().div_ceil(6)) {
            let mut shifted = |by: f32| {
                network.params.update(position, |v| v[at] += by).unwrap();
                loss(&network)
            };
            let (up, down) = (shifted(h), shifted(-2.0 * h));
            shifted(h);
            let expected = (up - down) / (2.0 * f64::from(h));
            let error = (expected - f64::from(gradient[at])).abs();
            largest = largest.max(error / (0.05 + expected.abs()));
            assert!(
                error < 3e-3 * (0.05 + expected.abs()) + 3e-4,
                "{} at {at}: {} against {expected}",
                network.params.name(position),
                gradient[at]
            );
        }
    }
    assert!(largest < 2e-2, "largest relative error {largest}");
}

#[test]
fn gradients_agree_with_finite_differences() {
    check_gradients(0.0);
}

#[test]
fn gradients_against_what_was_shown_in_vain_agree_with_finite_differences() {
    check_gradients(1.5);
}

#[test]
fn what_was_shown_in_vain_tells_liking_from_being_shown() {
    // Everybody takes the first item three times and passes it over three times; the third is taken once, beside the first, and
    // never passed over.
    let mut world = World::new(60, 40, 0.0, 13);
    world.pairs.clear();
    let (mut vain, mut offsets) = (Vec::new(), vec![0]);
    for user in 0..60 {
        for (own, beside) in [(0, 1), (0, 1), (0, 1), (2, 0), (1, 0), (1, 0)] {
            world.pairs.push((user, own));
            vain.push(beside);
            offsets.push(vain.len());
        }
    }
    let ranks_liked_first = |impression_weight| {
        let config = TwoTowerConfig {
            impression_weight,
            ..small()
        };
        let mut model = TwoTower::new(&config, 7).unwrap();
        let data = TrainingData {
            vain: Some(InVain {
                items: &vain,
                offsets: &offsets,
            }),
            ..world.data()
        };
        model.fit(&data, 60).unwrap();
        let users = model.embed_users(&world.users()).unwrap();
        let items = model.embed_items(&world.items()).unwrap();
        let scores = (0..60).map(|user| World::scores(&model, &users, &items, user));
        scores.filter(|s| s[2] > s[0]).count()
    };
    let (without, with) = (ranks_liked_first(0.0), ranks_liked_first(10.0));
    assert!(
        without < 6 && with > 54,
        "the liked one is first for {without} of 60 without, {with} with"
    );
}

#[test]
fn planted_tastes_are_found_beyond_popularity() {
    let world = World::new(300, 200, 0.4, 3);
    let mut model = TwoTower::new(&small(), 7).unwrap();
    let report = model.fit(&world.data(), 200).unwrap();
    assert!(report.loss_last < report.loss_first, "{report:?}");
    let users = model.embed_users(&world.users()).unwrap();
    let items = model.embed_items(&world.items()).unwrap();
    let hit_rate = world.hit_rate(|user| World::scores(&model, &users, &items, user));
    let mut counts = vec![0.0f32; world.ids.len()];
    for (_, item) in &world.pairs {
        counts[*item as usize] += 1.0;
    }
    let popular = world.hit_rate(|_| counts.clone());
    assert!(
        hit_rate > 2.0 * popular,
        "hit rate at 10: {hit_rate} against {popular} of popularity"
    );
}

#[test]
fn correction_ranks_popular_items_better() {
    let world = World::new(300, 200, 1.2, 4);
    let mean_rank = |corrects_popularity| {
        let config = TwoTowerConfig {
            corrects_popularity,
            ..small()
        };
        let mut model = TwoTower::new(&config, 7).unwrap();
        model.fit(&world.data(), 100).unwrap();
        let users = model.embed_users(&world.users()).unwrap();
        let items = model.embed_items(&world.items()).unwrap();
        let mut sum = 0;
        for user in 0..world.held_out.len() {
            let scores = World::scores(&model, &users, &items, user);
            // The most popular item of the user's own taste.
            let popular = user % World::TASTES;
            sum += 1 + scores.iter().filter(|s| **s > scores[popular]).count();
        }
        sum as f64 / world.held_out.len() as f64
    };
    let (with, without) = (mean_rank(true), mean_rank(false));
    assert!(
        with < without,
        "mean rank {with} with, {without} without correction"
    );
}

#[test]
fn bits_do_not_depend_on_threads_or_on_how_training_is_cut() {
    let world = World::new(60, 80, 0.5, 5);
    let config = TwoTowerConfig::BASELINE;
    let run = |threads: usize, cuts: &[u32]| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut model = TwoTower::new(&config, 11).unwrap();
            for steps in cuts {
                model.fit(&world.data(), *steps).unwrap();
            }
            let users = model.embed_users(&world.users()).unwrap();
            (model.digest(), users)
        })
    };
    let expected = run(1, &[6]);
    assert_eq!(run(1, &[6]), expected);
    assert_eq!(run(2, &[6]), expected);
    assert_eq!(run(4, &[2, 4]), expected);
    assert_ne!(run(1, &[5]).0, expected.0);
}

#[test]
fn plain_forward_agrees_with_tensors() {
    let world = World::new(400, 300, 0.5, 6);
    let mut model = TwoTower::new(&small(), 3).unwrap();
    model.fit(&world.data(), 10).unwrap();
    let near = |a: Vec<f32>, b: Vec<f32>| {
        assert_eq!(a.len(), b.len());
        let worst = a.iter().zip(&b).map(|(x, y)| (x - y).abs());
        let worst = worst.fold(0.0, f32::max);
        assert!(worst < 1e-4, "largest difference {worst}");
    };
    let (users, items) = (world.users(), world.items());
    near(
        model.embed_users(&users).unwrap(),
        model.embed_users_with_tensors(&users).unwrap(),
    );
    near(
        model.embed_items(&items).unwrap(),
        model.embed_items_with_tensors(&items).unwrap(),
    );
    let newcomer = UserInputs {
        profiles: &[0.0; PROFILE_LENGTH],
        history_ids: &[],
        history_offsets: &[0, 0],
    };
    near(
        model.embed_users(&newcomer).unwrap(),
        model.embed_users_with_tensors(&newcomer).unwrap(),
    );
}

#[test]
fn a_loaded_model_goes_on_as_if_it_had_not_stopped() {
    let world = World::new(40, 60, 0.5, 8);
    let mut model = TwoTower::new(&small(), 5).unwrap();
    model.fit(&world.data(), 5).unwrap();
    let bytes = model.save().unwrap();
    let mut loaded = TwoTower::load(&small(), 5, &bytes).unwrap();
    assert_eq!(loaded.digest(), model.digest());
    assert_eq!(loaded.step_count(), 5);
    let reports = (
        model.fit(&world.data(), 3).unwrap(),
        loaded.fit(&world.data(), 3).unwrap(),
    );
    assert_eq!(reports.0, reports.1);
    assert_eq!(loaded.digest(), model.digest());
    assert!(TwoTower::load(&TwoTowerConfig::BASELINE, 5, &bytes).is_err());
}

#[test]
fn data_that_do_not_fit_are_refused() {
    let world = World::new(4, 40, 0.5, 9);
    let mut model = TwoTower::new(&small(), 5).unwrap();
    let data = world.data();
    let before = model.digest();
    let none = TrainingData { pairs: &[], ..data };
    assert!(matches!(model.fit(&none, 1), Err(ModelError::NoPairs)));
    let outside = TrainingData {
        pairs: &[(0, 40)],
        ..data
    };
    assert!(matches!(
        model.fit(&outside, 1),
        Err(ModelError::Index { .. })
    ));
    let n = data.pairs.len();
    let vain = |items, offsets| TrainingData {
        vain: Some(InVain { items, offsets }),
        ..data
    };
    let (whole, few) = (vec![0; n + 1], vec![0; n]);
    assert!(vain(&[], &whole).validate().is_ok());
    let mut to_one = whole.clone();
    to_one[n] = 1;
    let mut back = to_one.clone();
    back[1] = 2;
    for (items, offsets) in [
        (&[][..], &few),
        (&[0, 1], &to_one),
        (&[40], &to_one),
        (&[0], &back),
    ] {
        assert!(
            vain(items, offsets).validate().is_err(),
            "{items:?} {offsets:?}"
        );
    }
    let short = ItemInputs {
        features: &world.features[1..],
        ..data.items
    };
    assert!(matches!(
        model.embed_items(&short),
        Err(ModelError::Length { .. })
    ));
    assert_eq!(model.digest(), before);
    let wrong = TwoTowerConfig {
        temperature: 0.0,
        ..small()
    };
    assert!(matches!(
        TwoTower::new(&wrong, 1),
        Err(ModelError::Value { .. })
    ));
}
