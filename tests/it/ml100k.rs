//! Collaborative filtering on MovieLens 100k against independent implementations.
//!
//! Needs `AGORA_DATA`, a folder that holds `ml-100k/ml-100k.inter`; says so and passes where it is not set. The numbers
//! are those of `ml100k_loo.json` (made by `ml100k_oracle.py`) and, for BPR, of `bpr_adam.py`.

use agora::platform::models::bpr::{Bpr, BprConfig};
use agora::platform::models::catalog;
use agora::platform::models::collaborative::ease::{EaseModel, EaseSettings};
use agora::platform::models::collaborative::item_knn::{ItemKnnModel, ItemKnnSettings};
use agora::platform::models::collaborative::rp3beta::{Rp3BetaModel, Rp3BetaSettings};
use agora::platform::models::evaluation::{
    LeaveLastOneOut, RankingMetrics, TimedInteraction, evaluate,
};
use agora::platform::models::interaction_log::{
    FeatureBlock, Interaction, InteractionLog, ItemFacts,
};
use agora::platform::models::model::{Model, Person};
use agora::platform::models::popularity::Popularity;
use agora::platform::models::scorer::Scorer;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// HR@10, NDCG@10, MRR@10, HR@20, coverage@10.
type Row = [f64; 5];

/// `Pop`.
const POP: Row = [
    0.085_896_076_352_067_86,
    0.044_912_560_002_852_35,
    0.032_581_763_705_835_81,
    0.126_193_001_060_445_4,
    0.054_102_259_215_219_974,
];
/// `fixed_ItemKNN_k100_cos`.
const ITEM_KNN_K100: Row = [
    0.117_709_437_963_944_85,
    0.064_269_591_340_164_41,
    0.048_275_513_811_038_73,
    0.186_638_388_123_011_67,
    0.272_889_417_360_285_4,
];
/// `fixed_EASE_lam250`.
const EASE_LAMBDA_250: Row = [
    0.139_978_791_092_258_75,
    0.072_759_446_361_788_63,
    0.052_598_932_821_626_35,
    0.232_237_539_766_702_03,
    0.293_103_448_275_862_04,
];
/// `rp3b` of `ml100k_oracle.py` on protocol A with α = 1, β = 0.6, k = 200.
const RP3_BETA: Row = [
    0.127_253_446_447_507_94,
    0.063_281_507_680_758_09,
    0.044_055_614_469_188_17,
    0.194_061_505_832_449_63,
    0.217_598_097_502_972_65,
];
/// HR@10 of iALS with 64 factors, λ = 10 and confidence 1, lowest and highest of the reference's four seeds, and the
/// allowed difference (science annex R1).
const IALS_HIT_RATE_10: (f64, f64, f64) = (0.1379, 0.1453, 0.008);
/// Allowed difference of models without chance.
const EXACT: f64 = 1e-4;
/// HR@10 of BPR with Adam, mean of three seeds, and the allowed difference (science annex R1; one standard error over 943 users is .011).
const BPR_HIT_RATE_10: (f64, f64) = (0.1301, 0.010);

/// Number of users and items.
const SHAPE: (usize, usize) = (943, 1_682);

/// MovieLens as it comes, and split.
struct MovieLens {
    split: LeaveLastOneOut,
    /// What the split trains and validates on, with times.
    log: InteractionLog,
    /// The same by user.
    by_user: Vec<Vec<Interaction>>,
}

fn read() -> Option<MovieLens> {
    let Some(folder) = std::env::var_os("AGORA_DATA") else {
        eprintln!("skipped: AGORA_DATA is not set");
        return None;
    };
    let folder = Path::new(&folder).join("ml-100k");
    let path = folder.join("ml-100k.inter");
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .from_path(path)
        .unwrap();
    let events: Vec<TimedInteraction> = rows
        .records()
        .map(|record| {
            let record = record.unwrap();
            // Ids run from 1 without a gap, so that the index is the id less one.
            TimedInteraction {
                user: record[0].parse::<u32>().unwrap() - 1,
                item: record[1].parse::<u32>().unwrap() - 1,
                time: record[3].parse().unwrap(),
            }
        })
        .collect();
    assert_eq!(events.len(), 100_000);
    let split = LeaveLastOneOut::split(SHAPE.0, SHAPE.1, &events).unwrap();
    let mut interactions: Vec<Interaction> = events
        .iter()
        .filter(|e| split.test[e.user as usize] != Some(e.item))
        .map(|e| Interaction {
            user: e.user,
            item: e.item,
            time: e.time,
            weight: 1.0,
        })
        .collect();
    interactions.sort_by_key(|i| i.time);
    let log = InteractionLog {
        n_users: SHAPE.0,
        n_items: SHAPE.1,
        interactions,
        items: Arc::new(genres(&folder)),
        ..InteractionLog::default()
    };
    let by_user = log.by_user();
    Some(MovieLens {
        split,
        log,
        by_user,
    })
}

/// Reads which of nineteen genres every film belongs to.
fn genres(folder: &Path) -> ItemFacts {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b'\t')
        .quoting(false)
        .from_path(folder.join("ml-100k.item"))
        .unwrap();
    let mut of_items = vec![String::new(); SHAPE.1];
    for record in rows.records() {
        let record = record.unwrap();
        record[3].clone_into(&mut of_items[record[0].parse::<usize>().unwrap() - 1]);
    }
    let words = of_items.iter().flat_map(|genres| genres.split(' '));
    let columns: std::collections::BTreeSet<&str> = words.collect();
    let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
    assert_eq!(columns.len(), 19);
    let has = |genres: &str, column: &str| genres.split(' ').any(|g| g == column);
    let values = of_items
        .iter()
        .flat_map(|genres| columns.iter().map(|c| f32::from(has(genres, c))))
        .collect();
    ItemFacts {
        blocks: vec![FeatureBlock {
            name: "genres".to_owned(),
            columns,
            values,
            present: Vec::new(),
        }],
        ..ItemFacts::default()
    }
}

impl MovieLens {
    /// Evaluates whatever fills scores for a user and what it met.
    fn on_test(&self, score: impl Fn(usize, &[u32], &mut [f32]) + Sync) -> RankingMetrics {
        evaluate(&self.split.train_and_validation, &self.split.test, score)
    }

    /// Evaluates by way of the trait of all models.
    fn on_test_by_trait(&self, model: &dyn Model) -> RankingMetrics {
        self.on_test(|user, _, out| {
            let person = Person {
                user: Some(user as u32),
                past: &self.by_user[user],
                now: self.log.end(),
            };
            model.score(&[person], out).unwrap();
        })
    }

    /// Makes a kind of the catalog and fits it.
    fn fit(&self, name: &str, settings: &str, seed: u64) -> Box<dyn Model> {
        let settings = settings.parse().unwrap();
        let mut model = catalog::find(name).unwrap().make(&settings, seed).unwrap();
        self.learn(&mut *model);
        model
    }

    fn learn(&self, model: &mut dyn Model) {
        let mut go_on = |_| ControlFlow::Continue(());
        model.fit(&self.log, &mut go_on).unwrap();
    }
}

fn assert_equals(name: &str, metrics: RankingMetrics, expected: Row) {
    eprintln!("{name}: {metrics:?}");
    let found = [
        metrics.hit_rate_10,
        metrics.ndcg_10,
        metrics.mrr_10,
        metrics.hit_rate_20,
        metrics.coverage_10,
    ];
    assert_eq!(metrics.n_users, SHAPE.0);
    for (found, expected) in found.into_iter().zip(expected) {
        assert!(
            (found - expected).abs() < EXACT,
            "{name}: {found} instead of {expected} in {metrics:?}"
        );
    }
}

#[test]
fn movielens_is_split_as_by_the_reference() {
    let Some(data) = read() else { return };
    let split = &data.split;
    let checksum = |held_out: &[Option<u32>]| -> u64 {
        (1u64..)
            .zip(held_out)
            .map(|(user, item)| user * u64::from(item.unwrap()))
            .sum()
    };
    assert_eq!(split.train.len(), 98_114);
    assert_eq!(split.train_and_validation.len(), 98_114 + 943);
    assert_eq!(checksum(&split.test), 217_695_796);
    assert_eq!(checksum(&split.validation), 213_828_647);
}

#[test]
fn popularity_on_movielens_equals_the_reference() {
    let Some(data) = read() else { return };
    let model = Popularity::fit(&data.split.train_and_validation);
    let metrics = data.on_test(|_, met, out| model.score_history(met, out));
    assert_equals("popularity", metrics, POP);
    let by_trait = data.on_test_by_trait(&*data.fit("popularity", "", 1));
    assert_eq!(by_trait, metrics);
    // An engagement that hardly fades is a count.
    let model = data.fit("decayed_popularity", "half_life_days = 100000.0", 1);
    let metrics = data.on_test_by_trait(&*model);
    assert!((metrics.hit_rate_10 - POP[0]).abs() < 0.005, "{metrics:?}");
}

#[test]
fn item_knn_on_movielens_equals_the_reference() {
    let Some(data) = read() else { return };
    let mut model = ItemKnnModel::new(ItemKnnSettings::BASELINE);
    data.learn(&mut model);
    let raw = model.weights().unwrap();
    let metrics = data.on_test(|_, met, out| raw.score_history(met, out));
    assert_equals("item-kNN", metrics, ITEM_KNN_K100);
    assert_eq!(data.on_test_by_trait(&model), metrics);
}

#[test]
fn rp3beta_on_movielens_equals_the_reference() {
    let Some(data) = read() else { return };
    let mut model = Rp3BetaModel::new(Rp3BetaSettings::BASELINE);
    data.learn(&mut model);
    let raw = model.weights().unwrap();
    let metrics = data.on_test(|_, met, out| raw.score_history(met, out));
    assert_equals("RP3β", metrics, RP3_BETA);
    assert_eq!(data.on_test_by_trait(&model), metrics);
}

#[test]
fn ease_on_movielens_equals_the_reference() {
    let Some(data) = read() else { return };
    let mut model = EaseModel::new(EaseSettings::BASELINE);
    data.learn(&mut model);
    let raw = model.weights().unwrap();
    let metrics = data.on_test(|_, met, out| raw.score_history(met, out));
    assert_equals("EASE", metrics, EASE_LAMBDA_250);
    assert_eq!(data.on_test_by_trait(&model), metrics);
}

#[test]
fn ials_on_movielens_is_in_the_range_of_the_reference() {
    let Some(data) = read() else { return };
    let (lowest, highest, allowed) = IALS_HIT_RATE_10;
    for seed in [1, 2] {
        let metrics = data.on_test_by_trait(&*data.fit("ials", "", seed));
        eprintln!("iALS, seed {seed}: {metrics:?}");
        let found = metrics.hit_rate_10;
        assert!(
            found > lowest - allowed && found < highest + allowed,
            "{metrics:?}"
        );
    }
}

/// The mission's formulas have no reference; they must do what they are for.
#[test]
fn the_formulas_of_the_mission_trade_hits_for_coverage_and_beat_chance_by_genres_alone() {
    let Some(data) = read() else { return };
    let mut before = ITEM_KNN_K100[4];
    for exponent in ["0.25", "0.5"] {
        let settings = format!("popularity_exponent = {exponent}");
        let metrics = data.on_test_by_trait(&*data.fit("seed_collaborative", &settings, 1));
        eprintln!("seed formula, exponent {exponent}: {metrics:?}");
        assert!(metrics.coverage_10 > before, "{exponent}: {metrics:?}");
        before = metrics.coverage_10;
    }
    let random = data.on_test_by_trait(&*data.fit("random", "", 1));
    let content = data.on_test_by_trait(&*data.fit("seed_content", "", 1));
    eprintln!("random: {random:?}");
    eprintln!("genres: {content:?}");
    assert!(random.hit_rate_20 < 0.03, "{random:?}");
    assert!(content.hit_rate_20 > random.hit_rate_20, "{content:?}");
    let blended = data.fit("cold_start", "collaborative = \"item_knn\"", 1);
    let blended = data.on_test_by_trait(&*blended);
    eprintln!("item-kNN and genres: {blended:?}");
    assert!(blended.hit_rate_10 > content.hit_rate_10, "{blended:?}");
}

/// Mean of the epochs at which the reference stopped early on validation: 79, 63 and 71 for its seeds 1, 2 and 3.
const BPR_EPOCHS: usize = 71;

/// Learns as long as the reference did on average, three seeds, and compares means as the reference reports one.
///
/// The stop is not searched for here. The reference's rule (15 epochs without a better validation NDCG@10) is noisy:
/// under it our seeds 1, 2 and 3 stopped after 33, 49 and 119 epochs with a test HR@10 of 0.1135, 0.1188 and 0.1421
/// (mean 0.1248, inside the band; no single one is). At equal epochs the validation curves of both agree.
#[test]
fn bpr_on_movielens_has_the_mean_hit_rate_of_the_reference() {
    let Some(data) = read() else { return };
    let seeds = [1, 2, 3];
    let mut mean = 0.0;
    for seed in seeds {
        let config = BprConfig {
            seed,
            epochs: BPR_EPOCHS,
            ..BprConfig::default()
        };
        let model = Bpr::fit(&data.split.train_and_validation, config).unwrap();
        let metrics = data.on_test(|user, _, out| model.score_user(user, out));
        eprintln!("BPR, seed {seed}: {metrics:?}");
        mean += metrics.hit_rate_10 / seeds.len() as f64;
        if seed == seeds[0] {
            let folded = data.on_test(|_, met, out| model.score_history(met, out));
            eprintln!("BPR, users folded in from their history: {folded:?}");
            assert!(folded.hit_rate_10 > POP[0], "{folded:?}");
        }
    }
    let (expected, allowed) = BPR_HIT_RATE_10;
    assert!(
        (mean - expected).abs() < allowed,
        "mean HR@10 {mean} instead of {expected}"
    );
}

#[test]
fn bpr_behind_the_trait_is_the_same_on_movielens() {
    let Some(data) = read() else { return };
    let config = BprConfig {
        seed: 4,
        epochs: 2,
        ..BprConfig::default()
    };
    let model = Bpr::fit(&data.split.train_and_validation, config).unwrap();
    let metrics = data.on_test(|user, _, out| model.score_user(user, out));
    let by_trait = data.fit("bpr", "epochs = 2", 4);
    assert_eq!(data.on_test_by_trait(&*by_trait), metrics);
}
