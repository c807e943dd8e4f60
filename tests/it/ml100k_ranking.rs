//! Rankers on MovieLens 100k: is a rating 4 or more?
//!
//! Needs `AGORA_DATA`, a folder that holds `ml-100k/`; says so and passes where it is not set.
//!
//! Protocol of the reference: rows in random order, 8:1:1, learned on the first part, measured on the last, inputs one-hot
//! user and item, logistic regression with C = 1. Over eight such splits scikit-learn 1.9.1 gives AUC 0.7757 and log loss
//! 0.5622 (science annex A3: 0.7758 and 0.5622), with a deviation of 0.0025 and 0.0020 from split to split.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use agora::platform::models::calibration::platt::Platt;
use agora::platform::models::calibration::reliability::{BINS, Reliability};
use agora::platform::models::classification::{auc, log_loss};
use agora::platform::models::dcn::config::DcnConfig;
use agora::platform::models::dcn::model::Dcn;
use agora::platform::models::features::examples::{Sampling, examples};
use agora::platform::models::features::extractor::{Columns, Extractor};
use agora::platform::models::features::table::walk;
use agora::platform::models::interaction_log::{
    FeatureBlock, Impression, Interaction, InteractionLog, ItemFacts, Outcome,
};
use agora::platform::models::logistic::config::LogisticConfig;
use agora::platform::models::logistic::model::Logistic;
use agora::platform::models::model::{Model, Person};
use agora::platform::models::selection::select::{SelectionConfig, select};
use agora::sim::math;
use agora::sim::rng::mix;

/// Number of users and items.
const SHAPE: (usize, usize) = (943, 1_682);

/// AUC and log loss of `LogisticRegression(C=1, tol=1e-9)` on the splits of seeds 1, 2 and 3.
const ONE_HOT: [[f64; 2]; 3] = [
    [0.774_571_91, 0.563_397_13],
    [0.775_701_32, 0.563_409_3],
    [0.775_856_94, 0.561_434_13],
];
/// Allowed difference on the same split; the reference stops a little before the optimum.
const SAME_SPLIT: f64 = 2e-4;
/// AUC and log loss of the annex, and what the mean of three splits may differ from them: two standard errors.
const ANNEX: ([f64; 2], f64) = ([0.775_8, 0.562_2], 0.003);

#[derive(Clone, Copy)]
struct Rating {
    user: u32,
    item: u32,
    time: i64,
    liked: bool,
}

fn folder() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("AGORA_DATA") else {
        eprintln!("skipped: AGORA_DATA is not set");
        return None;
    };
    Some(Path::new(&folder).join("ml-100k"))
}

fn records(path: &Path) -> Vec<csv::StringRecord> {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_path(path)
        .unwrap();
    rows.records().map(|r| r.unwrap()).collect()
}

fn ratings(folder: &Path) -> Vec<Rating> {
    let rows = records(&folder.join("ml-100k.inter"));
    let all: Vec<_> = rows
        .iter()
        .map(|r| Rating {
            user: r[0].parse::<u32>().unwrap() - 1,
            item: r[1].parse::<u32>().unwrap() - 1,
            time: r[3].parse().unwrap(),
            liked: r[2].parse::<f64>().unwrap() >= 4.0,
        })
        .collect();
    assert_eq!(all.len(), 100_000);
    all
}

/// One column a word that occurs.
fn one_hot(name: &str, n: usize, words: &[(usize, String)]) -> FeatureBlock {
    let mut columns: Vec<String> = words.iter().map(|(_, w)| w.clone()).collect();
    columns.sort();
    columns.dedup();
    let mut values = vec![0.0; n * columns.len()];
    for (row, word) in words {
        let column = columns.binary_search(word).unwrap();
        values[row * columns.len() + column] = 1.0;
    }
    FeatureBlock {
        name: name.to_owned(),
        columns,
        values,
        present: Vec::new(),
    }
}

fn facts(folder: &Path) -> (Arc<ItemFacts>, Arc<Vec<FeatureBlock>>) {
    let index = |id: &str| id.parse::<usize>().unwrap() - 1;
    let mut genres = Vec::new();
    for r in &records(&folder.join("ml-100k.item")) {
        let all = r[3].split_whitespace().map(str::to_owned);
        genres.extend(all.map(|g| (index(&r[0]), g)));
    }
    let users = records(&folder.join("ml-100k.user"));
    let word = |f: fn(&csv::StringRecord) -> String| -> Vec<(usize, String)> {
        users.iter().map(|r| (index(&r[0]), f(r))).collect()
    };
    let decade = |r: &csv::StringRecord| format!("{}0s", r[1].parse::<u32>().unwrap() / 10);
    let users = vec![
        one_hot("age", SHAPE.0, &word(decade)),
        one_hot("gender", SHAPE.0, &word(|r| r[2].to_owned())),
        one_hot("occupation", SHAPE.0, &word(|r| r[3].to_owned())),
    ];
    let items = ItemFacts {
        blocks: vec![one_hot("genres", SHAPE.1, &genres)],
        words: Vec::new(),
        born: Vec::new(),
    };
    (Arc::new(items), Arc::new(users))
}

/// Every rating is an impression; those of 4 or more are engagements.
fn log(folder: &Path, mut rows: Vec<Rating>) -> InteractionLog {
    rows.sort_by_key(|r| r.time);
    let (items, users) = facts(folder);
    InteractionLog {
        n_users: SHAPE.0,
        n_items: SHAPE.1,
        interactions: liked(&rows),
        impressions: rows
            .iter()
            .map(|r| Impression {
                user: r.user,
                item: r.item,
                time: r.time,
                position: 0,
                propensity: 1.0,
                outcome: if r.liked {
                    Outcome::Engage
                } else {
                    Outcome::View
                },
            })
            .collect(),
        items,
        users,
    }
}

fn liked(rows: &[Rating]) -> Vec<Interaction> {
    let all = rows.iter().filter(|r| r.liked);
    all.map(|r| Interaction {
        user: r.user,
        item: r.item,
        time: r.time,
        weight: 1.0,
    })
    .collect()
}

/// Test rows that somebody is scored for at once, before the next ones are part of its past.
const ROWS_AT_ONCE: usize = 10;

/// Learns, and scores test rows (by time): of every user [`ROWS_AT_ONCE`] at a time, as of the first of them.
fn logits(model: &mut dyn Model, log: &InteractionLog, test: &[Rating]) -> Vec<f64> {
    model
        .fit(log, &mut |epoch| {
            eprintln!("  {epoch:?}");
            ControlFlow::Continue(())
        })
        .unwrap();
    let mut found = vec![0.0; test.len()];
    let mut scores = vec![0.0; SHAPE.1];
    for (user, mut past) in log.by_user().into_iter().enumerate() {
        let own: Vec<usize> = (0..test.len())
            .filter(|r| test[*r].user as usize == user)
            .collect();
        for rows in own.chunks(ROWS_AT_ONCE) {
            let person = Person {
                user: Some(user as u32),
                past: &past,
                now: test[rows[0]].time,
            };
            model.score(&[person], &mut scores).unwrap();
            for row in rows {
                found[*row] = f64::from(scores[test[*row].item as usize]);
            }
            let known: Vec<Rating> = rows.iter().map(|r| test[*r]).collect();
            past.extend(liked(&known));
        }
    }
    found
}

fn measured(name: &str, logits: &[f64], outcomes: &[bool]) -> [f64; 2] {
    let p: Vec<f64> = logits.iter().map(|z| math::sigmoid(*z)).collect();
    let found = Reliability::of(&p, outcomes, BINS).unwrap();
    let result = [auc(logits, outcomes), log_loss(&p, outcomes)];
    let error = found.expected_error;
    eprintln!(
        "{name}: AUC {:.5}, log loss {:.5}, ECE {error:.4}",
        result[0], result[1]
    );
    result
}

/// Rows 0 to 79 999 of a random order, and the last 10 000.
fn random_split(all: &[Rating], seed: u64) -> (Vec<Rating>, Vec<Rating>) {
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|i| mix(*i as u64 + seed * 1_000_003));
    let rows = |part: &[usize]| part.iter().map(|i| all[*i]).collect::<Vec<_>>();
    let mut test = rows(&order[90_000..]);
    test.sort_by_key(|r| r.time);
    (rows(&order[..80_000]), test)
}

fn ids_only() -> Logistic {
    let config = LogisticConfig {
        columns: false,
        ..LogisticConfig::BASELINE
    };
    Logistic::new(config, 1)
}

#[test]
fn one_hot_logistic_regression_on_movielens_equals_the_reference() {
    let Some(folder) = folder() else { return };
    let all = ratings(&folder);
    let mut mean = [0.0; 2];
    for (seed, expected) in (1..).zip(ONE_HOT) {
        let (train, test) = random_split(&all, seed);
        let outcomes: Vec<bool> = test.iter().map(|r| r.liked).collect();
        let z = logits(&mut ids_only(), &log(&folder, train), &test);
        let found = measured("one-hot LR", &z, &outcomes);
        for ((f, e), m) in found.iter().zip(expected).zip(&mut mean) {
            assert!(
                (f - e).abs() < SAME_SPLIT,
                "{found:?} instead of {expected:?}"
            );
            *m += f / ONE_HOT.len() as f64;
        }
    }
    for (m, e) in mean.iter().zip(ANNEX.0) {
        assert!((m - e).abs() < ANNEX.1, "{mean:?}");
    }
}

#[test]
fn products_of_embeddings_order_better_than_one_hot_on_movielens() {
    let Some(folder) = folder() else { return };
    let (train, test) = random_split(&ratings(&folder), 1);
    let outcomes: Vec<bool> = test.iter().map(|r| r.liked).collect();
    let config = DcnConfig {
        columns: false,
        held_out: 0.0,
        epochs: 12,
        ..DcnConfig::BASELINE
    };
    let mut model = Dcn::new(config, 1);
    let z = logits(&mut model, &log(&folder, train), &test);
    let found = measured("DCN on ids", &z, &outcomes);
    assert!(found[0] > ONE_HOT[0][0] + 0.002, "{found:?}");
    assert!(found[1] < ONE_HOT[0][1] + 0.003, "{found:?}");
}

/// The last tenth by time, of which most users are new.
///
/// Nobody's id is looked at: what was learned of other people has to do.
#[test]
fn columns_alone_foresee_the_future_of_movielens() {
    let Some(folder) = folder() else { return };
    let mut all = ratings(&folder);
    all.sort_by_key(|r| r.time);
    let test = all.split_off(90_000);
    let train = log(&folder, all);
    let outcomes: Vec<bool> = test.iter().map(|r| r.liked).collect();
    let config = LogisticConfig {
        ids: false,
        ..LogisticConfig::BASELINE
    };
    let z = logits(&mut Logistic::new(config, 1), &train, &test);
    let found = measured("LR on columns, future", &z, &outcomes);
    assert!(found[0] > 0.68, "{found:?}");
    // Half of the future calibrates the other half; a rising line changes no order.
    let half = z.len() / 2;
    let platt = Platt::fit(&z[..half], &outcomes[..half]).unwrap();
    let scaled: Vec<f64> = z[half..]
        .iter()
        .map(|z| platt.slope * z + platt.intercept)
        .collect();
    let before = measured("second half", &z[half..], &outcomes[half..]);
    let after = measured("second half, Platt", &scaled, &outcomes[half..]);
    assert!((before[0] - after[0]).abs() < 1e-9);
}

#[test]
fn selection_on_movielens_keeps_what_is_known_to_matter() {
    let Some(folder) = folder() else { return };
    let train = log(&folder, ratings(&folder));
    let extractor = Extractor::new(&train, Columns::All).unwrap();
    let sampling = Sampling {
        negatives: 1,
        at_most: 100_000,
        seed: 1,
    };
    let rows = examples(&train, &sampling).unwrap().rows;
    let (table, _) = walk(&extractor, &train, rows);
    let found = select(&table, &SelectionConfig::BASELINE).unwrap();
    eprintln!("{found}");
    assert_eq!(found.by_information()[0].name, "item.engage_rate");
    let kept: Vec<_> = found.kept().collect();
    // Nobody rates twice, and one gender is what the other is not.
    assert!(!kept.contains(&"cross.met") && !kept.contains(&"context.position"));
    assert!(kept.contains(&"user.gender.F") != kept.contains(&"user.gender.M"));
}
