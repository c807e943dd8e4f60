//! The solvers against each other, against enumeration, and against the reference instance.

use super::ascent::{self, Ascent};
use super::problem::{Certificate, Problem, ProblemError, Solution};
use super::simplex;
use crate::platform::recommend::minutes::fill;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::workers::Workers;

// Six avatars × eight contents: numpy's default_rng(7), worth gamma(2, 1), minutes uniform(0.5, 3), budgets and capacities
// uniform(1, 4); prices from HiGHS. Source: oracles/misc_oracle.py, `allocation`.
const WORTH: [f64; 48] = [
    1.668255292301437,
    1.3372156957043073,
    1.1459011985866938,
    1.7455237160982984,
    1.1085655290349572,
    2.382403720593794,
    1.8064935370291701,
    1.6291872312139262,
    0.46391587492257413,
    0.24043678434583785,
    0.5074620010686595,
    1.8773322456173034,
    1.6048330561729314,
    0.36892999631936896,
    1.8634406485285075,
    0.8253540190257378,
    0.8264070369470721,
    3.088968857737132,
    1.526579193628545,
    1.7503720653220278,
    1.7669083898222209,
    0.36095297094071715,
    1.8255492903227233,
    5.8127356659403375,
    0.5483365330601746,
    2.527528899396433,
    2.712892490662513,
    2.6850086139695923,
    0.93771447538776,
    1.137237340594293,
    0.5558113937505564,
    1.4259930464697033,
    3.6254101751010324,
    0.8368777716413799,
    0.19079891987644998,
    1.5441982844926758,
    2.7245093008502494,
    1.2346835063026549,
    4.508701489677734,
    1.3045541078547975,
    1.5155639907723004,
    0.6024588527060636,
    1.1570898880081946,
    2.659966656273634,
    2.68702004221514,
    3.427358919957448,
    2.538951060699688,
    2.155486396497886,
];
const MINUTES: [f64; 48] = [
    2.917870588493419,
    2.144401825096286,
    1.5705506159737033,
    1.8093502697762007,
    2.682023021411936,
    1.3605266674900656,
    1.9757274557242868,
    2.209210933348859,
    1.3885344425587802,
    1.7977462162399753,
    2.4131184581963065,
    2.7729482849763754,
    0.8776556951920387,
    2.833548480768571,
    0.5129471645385804,
    2.382443758994385,
    2.526317075793113,
    0.8419101288564539,
    1.5472591272829628,
    2.538140694987614,
    0.5356779742115265,
    2.071154869665727,
    2.4825591452450855,
    1.7825089570555213,
    2.314623551377718,
    1.0660587067428602,
    0.996302869981682,
    1.407817376375879,
    0.9485150689178663,
    1.3651535977811962,
    2.870310153527037,
    1.9333317940278023,
    1.3501701685520997,
    1.178811549521963,
    2.8800987267688054,
    1.611195524117783,
    2.9509868772014736,
    1.7888066727656775,
    1.8029153225655599,
    2.741351309290002,
    2.356918545537599,
    1.9516321596320565,
    1.5666237595906458,
    2.6954696485457013,
    1.529115374767221,
    2.806898940421169,
    0.6717883803046538,
    1.5749921547529075,
];
const BUDGETS: [f64; 6] = [
    2.558544459633577,
    3.8528145867455494,
    1.7529977399942744,
    3.4181174417863263,
    3.02941359999578,
    3.151257712843369,
];
const CAPACITIES: [f64; 8] = [
    2.8888665485206104,
    3.91468212538474,
    1.9980443776339745,
    2.194826679038112,
    1.6087352566405486,
    1.1521121658168116,
    1.6387245849260177,
    3.746393191371725,
];
const USER_PRICES: [f64; 6] = [
    0.7251250984376112,
    0.33410469391574726,
    3.2486583930685846,
    1.5643017314335774,
    0.6155056976204074,
    0.7340958499877951,
];
const CONTENT_PRICES: [f64; 8] = [
    0.0,
    0.0,
    0.004492391716479124,
    0.34291198749463025,
    1.0231424111369996,
    1.0259642241913332,
    1.8852781346795053,
    0.012326996616210964,
];

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
