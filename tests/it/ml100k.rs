//! Collaborative filtering on MovieLens 100k against independent implementations.
//!
//! Needs `AGORA_DATA`, a folder that holds `ml-100k/ml-100k.inter`; says so and passes where it is not set. The numbers
//! are those of `ml100k_loo.json` (made by `ml100k_oracle.py`) and, for BPR, of `bpr_adam.py`.

use agora::platform::models::bpr::{Bpr, BprConfig};
use agora::platform::models::ease::Ease;
use agora::platform::models::evaluation::{
    LeaveLastOneOut, RankingMetrics, TimedInteraction, evaluate,
};
use agora::platform::models::item_knn::{ItemKnn, ItemKnnConfig};
use agora::platform::models::popularity::Popularity;
use agora::platform::models::scorer::Scorer;
use std::path::Path;

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
/// Allowed difference of models without chance.
const EXACT: f64 = 1e-4;
/// HR@10 of BPR with Adam, mean of three seeds, and the allowed difference (science annex R1; one standard error over 943 users is .011).
const BPR_HIT_RATE_10: (f64, f64) = (0.1301, 0.010);

/// Number of users and items.
const SHAPE: (usize, usize) = (943, 1_682);

fn split() -> Option<LeaveLastOneOut> {
    let Some(folder) = std::env::var_os("AGORA_DATA") else {
        eprintln!("skipped: AGORA_DATA is not set");
        return None;
    };
    let path = Path::new(&folder).join("ml-100k/ml-100k.inter");
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
    Some(LeaveLastOneOut::split(SHAPE.0, SHAPE.1, &events).unwrap())
}

fn on_test(
    split: &LeaveLastOneOut,
    score: impl Fn(usize, &[u32], &mut [f32]) + Sync,
) -> RankingMetrics {
    evaluate(&split.train_and_validation, &split.test, score)
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
    let Some(split) = split() else { return };
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
    let Some(split) = split() else { return };
    let model = Popularity::fit(&split.train_and_validation);
    let metrics = on_test(&split, |_, met, out| model.score_history(met, out));
    assert_equals("popularity", metrics, POP);
}

#[test]
fn item_knn_on_movielens_equals_the_reference() {
    let Some(split) = split() else { return };
    let model = ItemKnn::fit(&split.train_and_validation, ItemKnnConfig::default()).unwrap();
    let metrics = on_test(&split, |_, met, out| model.score_history(met, out));
    assert_equals("item-kNN", metrics, ITEM_KNN_K100);
}

#[test]
fn ease_on_movielens_equals_the_reference() {
    let Some(split) = split() else { return };
    let model = Ease::fit(&split.train_and_validation, 250.0).unwrap();
    let metrics = on_test(&split, |_, met, out| model.score_history(met, out));
    assert_equals("EASE", metrics, EASE_LAMBDA_250);
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
    let Some(split) = split() else { return };
    let seeds = [1, 2, 3];
    let mut mean = 0.0;
    for seed in seeds {
        let config = BprConfig {
            seed,
            epochs: BPR_EPOCHS,
            ..BprConfig::default()
        };
        let model = Bpr::fit(&split.train_and_validation, config).unwrap();
        let metrics = on_test(&split, |user, _, out| model.score_user(user, out));
        eprintln!("BPR, seed {seed}: {metrics:?}");
        mean += metrics.hit_rate_10 / seeds.len() as f64;
        if seed == seeds[0] {
            let folded = on_test(&split, |_, met, out| model.score_history(met, out));
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
