//! The solvers against each other, against enumeration, and against the reference instance.

use super::ascent::{self, Ascent};
use super::problem::{Certificate, Problem, ProblemError, Solution};
use super::reference::{BUDGETS, CAPACITIES, CONTENT_PRICES, MINUTES, USER_PRICES, WORTH};
use super::simplex;
use crate::platform::recommend::minutes::fill;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::workers::Workers;

fn reference(capacities: Vec<f64>) -> Problem {
    Problem::new(
        WORTH.to_vec(),
        MINUTES.to_vec(),
        BUDGETS.to_vec(),
        capacities,
    )
    .unwrap()
}

/// Draws an instance; `room` is the capacity of all contents as a share of all minutes.
fn draw(seed: u64, avatars: usize, contents: usize, room: f64) -> Problem {
    let mut rng = RngStream::new(seed, Purpose::Test, avatars as u64, contents as u32);
    let n = avatars * contents;
    let worth = (0..n)
        .map(|j| rng.gamma(2.0) / ((j % contents + 1) as f64).sqrt() - 0.1)
        .collect();
    let minutes = (0..n).map(|_| rng.range(0.5, 3.0)).collect();
    let budgets: Vec<f64> = (0..avatars).map(|_| rng.range(0.5, 8.0)).collect();
    let each = room * budgets.iter().sum::<f64>() / contents as f64;
    let capacities = (0..contents).map(|_| each * rng.range(0.5, 1.5)).collect();
    Problem::new(worth, minutes, budgets, capacities).unwrap()
}

/// P1 avatar by avatar, as the running city fills minutes.
fn by_knapsacks(problem: &Problem) -> Solution {
    let (mut shares, mut of_avatars) = (Vec::new(), Vec::new());
    for i in 0..problem.avatars() {
        let (share, price) = fill(problem.worth(i), problem.minutes(i), problem.budgets()[i]);
        shares.extend(share);
        of_avatars.push(price);
    }
    Solution {
        shares,
        of_avatars,
        of_contents: vec![0.0; problem.contents()],
    }
}

/// The best of all vertices of one avatar's problem: everything whole or absent, but for one that fills what is left.
fn by_enumeration(worth: &[f64], minutes: &[f64], budget: f64) -> f64 {
    let m = worth.len();
    let mut best = 0.0f64;
    for whole in 0u32..1 << m {
        let chosen = |c: usize| whole >> c & 1 == 1;
        let sum = |of: &[f64]| (0..m).filter(|c| chosen(*c)).map(|c| of[c]).sum::<f64>();
        let left = budget - sum(minutes);
        if left < 0.0 {
            continue;
        }
        let part = (0..m)
            .filter(|c| !chosen(*c))
            .map(|c| worth[c] * (left / minutes[c]).min(1.0))
            .fold(0.0, f64::max);
        best = best.max(sum(worth) + part);
    }
    best
}

fn assert_optimal(problem: &Problem, solution: &Solution, what: &str) {
    let c = Certificate::of(problem, solution);
    assert!(c.infeasibility <= 1e-9, "{what}: {c:?}");
    assert!(c.lowest_price >= 0.0, "{what}: {c:?}");
    assert!(c.slackness <= 1e-7, "{what}: {c:?}");
    assert!((c.bound - c.value).abs() <= 1e-7, "{what}: {c:?}");
}

#[test]
fn the_reference_instance_has_its_reference_values_and_prices() {
    let free = reference(vec![f64::INFINITY; CAPACITIES.len()]);
    let knapsacks = by_knapsacks(&free);
    assert_optimal(&free, &knapsacks, "knapsacks");
    assert!((free.value(&knapsacks.shares) - 36.931_044_221_250_47).abs() < 1e-9);
    let linear = simplex::solve(&free);
    assert_optimal(&free, &linear, "simplex without capacities");
    assert!((free.value(&linear.shares) - 36.931_044_221_250_47).abs() < 1e-9);

    let scarce = reference(CAPACITIES.to_vec());
    let exact = simplex::solve(&scarce);
    assert_optimal(&scarce, &exact, "simplex");
    assert!((scarce.value(&exact.shares) - 33.254_725_361_538_74).abs() < 1e-9);
    let found = exact.of_avatars.iter().chain(&exact.of_contents);
    for (found, wanted) in found.zip(USER_PRICES.iter().chain(&CONTENT_PRICES)) {
        assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
    }
}

#[test]
fn on_random_instances_knapsacks_linear_programs_and_enumeration_agree() {
    for seed in 0..200 {
        let contents = 2 + seed as usize % 5;
        let scarce = draw(seed, 2 + seed as usize % 4, contents, 0.8);
        let exact = simplex::solve(&scarce);
        assert_optimal(&scarce, &exact, &format!("capacities, seed {seed}"));
        let free = Problem::new(
            (0..scarce.avatars())
                .flat_map(|i| scarce.worth(i).to_vec())
                .collect(),
            (0..scarce.avatars())
                .flat_map(|i| scarce.minutes(i).to_vec())
                .collect(),
            scarce.budgets().to_vec(),
            vec![f64::INFINITY; contents],
        )
        .unwrap();
        let knapsacks = by_knapsacks(&free);
        assert_optimal(&free, &knapsacks, &format!("knapsacks, seed {seed}"));
        let enumerated: f64 = (0..free.avatars())
            .map(|i| by_enumeration(free.worth(i), free.minutes(i), free.budgets()[i]))
            .sum();
        let value = free.value(&knapsacks.shares);
        assert!((value - enumerated).abs() < 1e-9, "seed {seed}");
        let linear = free.value(&simplex::solve(&free).shares);
        assert!((value - linear).abs() < 1e-9, "seed {seed}");
        assert!(value >= scarce.value(&exact.shares) - 1e-9, "seed {seed}");
    }
}

#[test]
fn prices_alone_come_within_a_hundredth_of_the_bound() {
    let workers = Workers::new(2).unwrap();
    for (seed, room) in [(1, 0.4), (2, 1.0), (3, 3.0)] {
        let problem = draw(seed, 600, 40, room);
        let solution = ascent::solve(&problem, &Ascent::default(), &workers);
        let c = Certificate::of(&problem, &solution);
        assert!(c.infeasibility < 1e-9 && c.lowest_price >= 0.0, "{c:?}");
        assert!((0.0..0.01).contains(&c.relative_gap()), "{room}: {c:?}");
        let alone = ascent::solve(&problem, &Ascent::default(), &Workers::new(1).unwrap());
        assert_eq!(solution, alone, "threads do not matter");
    }
}

#[test]
fn impossible_instances_are_refused_by_name() {
    let error = Problem::new(vec![1.0], vec![0.0], vec![1.0], vec![1.0]).unwrap_err();
    assert_eq!(error.to_string(), "minutes[0] = 0: allowed is above 0");
    let error = Problem::new(vec![1.0], vec![], vec![1.0], vec![1.0]).unwrap_err();
    assert!(matches!(
        error,
        ProblemError::Length {
            what: "minutes",
            ..
        }
    ));
    let nobody = Problem::new(vec![], vec![], vec![], vec![1.0]).unwrap();
    assert_eq!(simplex::solve(&nobody).shares.len(), 0);
    let alone = ascent::solve(&nobody, &Ascent::default(), &Workers::new(1).unwrap());
    assert_eq!(alone.of_contents, [0.0]);
}
