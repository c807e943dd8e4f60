//! Determinism in a small dose; `agora selftest determinism` is the full one.

use agora::cli::selftest::determinism::{compare, found, lockstep, march, scenario};
use agora::cli::selftest::{city, golden};

/// Chained state hashes of the golden cities: `agora selftest golden` prints them, in debug as in release.
///
/// Where a change of them is intended, copy what it prints; where it is not, something is no longer deterministic.
const GOLDEN: [(&str, &str); 2] = [
    ("item_knn", "839f72c235cd28f0"),
    ("two_tower", "853ab742206e8e52"),
];

#[test]
fn every_state_hash_is_equal_at_any_number_of_threads() {
    let seeds: Vec<u64> = (1..=50).collect();
    let shown = compare(&seeds, 200, &[2, 4]).unwrap();
    eprintln!("{}", shown.line());
    assert!(shown.divergences.is_empty(), "{}", shown.line());
    assert_eq!(shown.hashes, 50 * 200 * 2);
    // The city is about: what is compared are not hashes of sleep.
    assert!(shown.fewest_slates > 1_000, "{shown:?}");
    assert!(shown.most_awake >= 128, "no loop is shared: {shown:?}");
}

#[test]
fn every_state_hash_is_equal_over_the_end_of_a_day() {
    let city = city::small(150, 2, 5, "two_tower").unwrap().scenario;
    let shown = lockstep(&city, 1_560, &[2]).unwrap();
    assert!(shown.divergences.is_empty(), "{}", shown.line());
    assert!(shown.slates > 100, "{shown:?}");
}

#[test]
fn a_divergence_is_named_by_seed_threads_tick_and_component() {
    let city = scenario(1).unwrap();
    let mut other = city.clone();
    // Live events are planned at their hour; until then both cities are the same.
    other.platform.engage.live_event_hour = 2;
    let others = vec![(2, found(&other, 2).unwrap())];
    let shown = march(city.seed, 200, found(&city, 1).unwrap(), others);
    let [d] = &shown.divergences[..] else {
        panic!("{shown:?}")
    };
    assert_eq!((d.seed, d.threads), (1, 2));
    assert!((1..200).contains(&d.tick), "{d:?}");
    assert!(d.components.contains(&"offers".to_owned()), "{d:?}");
    assert!(!d.components.contains(&"clock".to_owned()), "{d:?}");
    assert!(shown.line().contains(&format!(
        "seed 1 on 2 threads differs first after tick {} in ",
        d.tick
    )));
}

#[test]
fn the_same_seed_gives_the_same_city_and_another_gives_another() {
    let hash = |seed: u64| {
        let mut city = scenario(1).unwrap();
        city.seed = seed;
        let mut sim = found(&city, 1).unwrap();
        for _ in 0..60 {
            sim.step();
        }
        sim.state_hash()
    };
    assert_eq!(hash(1), hash(1));
    assert_ne!(hash(1), hash(2));
}

#[test]
fn golden_hashes_are_what_they_were() {
    let found = golden::all().unwrap();
    let expected: Vec<(&str, &str)> = GOLDEN.to_vec();
    let found: Vec<(&str, &str)> = found.iter().map(|(n, h)| (*n, h.as_str())).collect();
    assert_eq!(
        found, expected,
        "if this change is intended, copy what `agora selftest golden` prints into GOLDEN"
    );
}
