//! The kernel against the plain loop, bit for bit, at every level.

use super::{Hit, Level, PackedItems};
use crate::sim::rng::{Purpose, RngStream};

/// Numbers of few different values, so that scores tie, or of many.
fn numbers(seed: u64, n: usize, coarse: bool) -> Vec<f32> {
    let mut rng = RngStream::new(seed, Purpose::Test, n as u64, 0);
    let draw = |rng: &mut RngStream| {
        if coarse {
            rng.below(3) as f32 - 1.0
        } else {
            rng.normal() as f32
        }
    };
    (0..n).map(|_| draw(&mut rng)).collect()
}

fn naive_score(user: &[f32], item: &[f32], bias: f32) -> f32 {
    user.iter().zip(item).fold(bias, |sum, (u, x)| sum + u * x)
}

fn naive_top(scores: &[f32], k: usize) -> Vec<Hit> {
    let mut hits: Vec<Hit> = (0u32..)
        .zip(scores)
        .map(|(item, score)| Hit {
            item,
            score: *score,
        })
        .filter(|h| h.score > f32::NEG_INFINITY)
        .collect();
    hits.sort_by(|a, b| {
        b.score
            .partial_cmp(&a.score)
            .unwrap()
            .then(a.item.cmp(&b.item))
    });
    hits.resize(k.max(hits.len()), Hit::NONE);
    hits.truncate(k);
    hits
}

fn bits(hits: &[Hit]) -> Vec<(u32, u32)> {
    hits.iter().map(|h| (h.item, h.score.to_bits())).collect()
}

#[test]
fn every_level_finds_what_the_plain_loop_finds_bit_for_bit() {
    let sizes = [
        (1, 1, 1, 1),
        (3, 5, 2, 9),
        (8, 16, 3, 16),
        (9, 17, 4, 3),
        (13, 100, 32, 10),
        (20, 1_000, 32, 10),
        (11, 1_023, 7, 64),
        (10, 1_025, 5, 65),
        (9, 2_500, 16, 10),
        (5, 2_500, 3, 88),
        (8, 40, 8, 1_000),
    ];
    for (case, (users, items, dims, k)) in sizes.into_iter().enumerate() {
        for coarse in [false, true] {
            let seed = case as u64;
            let u = numbers(seed, users * dims, coarse);
            let x = numbers(seed + 100, items * dims, coarse);
            let bias = numbers(seed + 200, items, coarse);
            let packed = PackedItems::pack(&x, dims).with_bias(&bias);
            let scores: Vec<Vec<f32>> = u
                .chunks_exact(dims)
                .map(|u| {
                    let rows = x.chunks_exact(dims).zip(&bias);
                    rows.map(|(x, b)| naive_score(u, x, *b)).collect()
                })
                .collect();
            let want: Vec<Hit> = scores.iter().flat_map(|s| naive_top(s, k)).collect();
            for level in Level::ALL {
                let mut found = vec![Hit::NONE; users * k];
                packed.top_k_at(level, &u, k, &mut found);
                assert_eq!(bits(&found), bits(&want), "case {case} {coarse} {level:?}");
                let mut one = vec![0.0; items];
                for (u, want) in u.chunks_exact(dims).zip(&scores) {
                    packed.scores_at(level, u, &mut one);
                    let same = one
                        .iter()
                        .zip(want)
                        .all(|(a, b)| a.to_bits() == b.to_bits());
                    assert!(same, "case {case} {coarse} {level:?}");
                }
            }
        }
    }
}

#[test]
fn what_is_no_number_is_never_found_and_hides_nothing() {
    let mut x: Vec<f32> = (0..200).map(|i| i as f32).collect();
    x[7] = f32::NAN;
    x[150] = f32::INFINITY;
    x[199] = f32::NEG_INFINITY;
    let packed = PackedItems::pack(&x, 1);
    for level in Level::ALL {
        let mut found = [Hit::NONE; 3];
        packed.top_k_at(level, &[1.0], 3, &mut found);
        assert_eq!(found.map(|h| h.item), [150, 198, 197], "{level:?}");
        let mut all = vec![Hit::NONE; 200];
        packed.top_k_at(level, &[1.0], 200, &mut all);
        assert_eq!(all.iter().filter(|h| **h == Hit::NONE).count(), 2);
    }
}

#[test]
fn nothing_is_found_where_there_is_nothing() {
    let packed = PackedItems::pack(&[], 4);
    let mut found = [Hit {
        item: 1,
        score: 1.0,
    }; 2];
    packed.top_k(&[0.0; 4], 2, &mut found);
    assert_eq!(found, [Hit::NONE; 2]);
    packed.scores(&[0.0; 4], &mut []);
    PackedItems::pack(&[1.0], 1).top_k(&[1.0], 0, &mut []);
}

#[test]
fn the_levels_of_this_machine_are_ordered() {
    assert!(Level::Portable.is_available());
    assert!(Level::best() >= Level::Portable);
    assert_eq!(Level::Portable.available(), Level::Portable);
}
