//! What the kinds of this folder have in common, on the sample log.

use std::ops::ControlFlow;

use super::super::catalog::{KINDS, find};
use super::super::evaluation::first;
use super::super::interaction_log::{Interaction, InteractionLog};
use super::super::model::{About, Model, Person};
use super::super::sample_log::{hold_out_last, mean_rank, sample_log};

/// Makes a kind with settings as TOML and fits it.
fn fit(name: &str, settings: &str, log: &InteractionLog) -> Box<dyn Model> {
    let settings = settings.parse().unwrap();
    let mut model = find(name).unwrap().make(&settings, 3).unwrap();
    let mut go_on = |_| ControlFlow::Continue(());
    model.fit(log, &mut go_on).unwrap();
    model
}

fn scores(model: &dyn Model, log: &InteractionLog, person: Person<'_>) -> Vec<f32> {
    let mut scores = vec![0.0; log.n_items];
    model.score(&[person], &mut scores).unwrap();
    scores
}

/// Returns the mean popularity of everybody's five best items.
fn popularity_of_best(model: &dyn Model, log: &InteractionLog) -> f64 {
    let counts = log.matrix().unwrap().item_counts();
    let mut sum = 0.0;
    for (user, past) in (0u32..).zip(&log.by_user()) {
        let user = Some(user);
        let now = log.end();
        let scores = scores(model, log, Person { user, past, now });
        for item in first(5, &scores) {
            sum += f64::from(counts[item as usize]);
        }
    }
    sum / (5 * log.n_users) as f64
}

const FAST_BPR: &str = "dimensions = 8\nlearning_rate = 0.02\nepochs = 30\nbatch_size = 64\n";
const FAST_IALS: &str = "dimensions = 8\nregularization = 1.0\niterations = 8\n";

#[test]
fn every_kind_that_knows_the_person_ranks_what_came_next_far_better_than_chance() {
    // Three logs of about 55 held-out items: the standard error of a mean rank at chance is 0.29/√165, 0.023.
    let logs: Vec<_> = (1..=3)
        .map(|seed| hold_out_last(&sample_log(seed)))
        .collect();
    for (name, settings, at_most) in [
        ("seed_content", "", 0.45),
        ("item_knn", "", 0.45),
        ("rp3beta", "", 0.45),
        ("ease", "lambda = 20.0", 0.45),
        ("seed_collaborative", "popularity_exponent = 0.25", 0.45),
        ("cold_start", "", 0.45),
        ("ials", FAST_IALS, 0.45),
        ("bpr", FAST_BPR, 0.45),
    ] {
        let rank = |(log, held_out): &(InteractionLog, Vec<_>)| {
            mean_rank(&*fit(name, settings, log), log, held_out)
        };
        let mean = logs.iter().map(rank).sum::<f64>() / logs.len() as f64;
        eprintln!("{name}: {mean}");
        assert!(mean < at_most, "{name}: {mean}");
    }
    assert!(KINDS.len() > 8);
}

#[test]
fn parts_of_linear_kinds_add_up_in_order_to_the_bit() {
    let log = sample_log(5);
    for (name, settings) in [
        ("item_knn", "neighbors = 5\nshrink = 2.0"),
        ("rp3beta", "neighbors = 6"),
        ("ease", "lambda = 30.0"),
    ] {
        let model = fit(name, settings, &log);
        for (user, past) in (0u32..).zip(&log.by_user()) {
            let (user, now) = (Some(user), log.end());
            let person = Person { user, past, now };
            for (item, score) in (0u32..).zip(scores(&*model, &log, person)) {
                let parts = model.explain(&person, item).unwrap();
                let sum = parts.iter().fold(0.0, |sum, part| sum + part.value);
                assert_eq!(sum, score, "{name}");
            }
        }
    }
}

#[test]
fn debiasing_and_a_negative_power_recommend_what_is_less_popular() {
    let log = sample_log(6);
    let debias = "debias = true\ndebias_power = 1.0";
    let power = "popularity_power = -0.5";
    let all = [
        ("bpr", FAST_BPR, debias),
        ("ials", FAST_IALS, debias),
        ("ials", FAST_IALS, power),
        ("item_knn", "", power),
        ("rp3beta", "", power),
        ("ease", "", power),
    ];
    for (name, settings, less) in all {
        let plain = popularity_of_best(&*fit(name, settings, &log), &log);
        let other = fit(name, &format!("{settings}\n{less}"), &log);
        let other = popularity_of_best(&*other, &log);
        assert!(other < plain, "{name} with {less}: {other} from {plain}");
    }
}

#[test]
fn engagements_of_more_weight_say_more_to_ials() {
    let log = sample_log(7);
    let settings = format!("{FAST_IALS}confidence = 5.0");
    let model = fit("ials", &settings, &log);
    let mut past = log.by_user()[3][..4].to_vec();
    let (user, now) = (None, log.end());
    let own = past[0].item;
    let before = scores(
        &*model,
        &log,
        Person {
            user,
            past: &past,
            now,
        },
    );
    past[0].weight *= 20.0;
    let after = scores(
        &*model,
        &log,
        Person {
            user,
            past: &past,
            now,
        },
    );
    let own = own as usize;
    assert!(
        after[own] > before[own],
        "{} from {}",
        after[own],
        before[own]
    );
    // It comes nearer to the 1 that it stands for, not beyond.
    assert!(after[own] < 1.0);
}

#[test]
fn bpr_knows_its_users_until_their_past_has_doubled() {
    let log = sample_log(8);
    let model = fit("bpr", FAST_BPR, &log);
    let by_user = log.by_user();
    let now = log.end();
    let past = &by_user[20][..];
    let person = |user, past| Person { user, past, now };
    let own = scores(&*model, &log, person(Some(20), past));
    let folded = scores(&*model, &log, person(None, past));
    assert_ne!(own, folded);
    // Another order is the same past.
    let backwards: Vec<_> = past.iter().rev().copied().collect();
    assert_eq!(scores(&*model, &log, person(Some(20), &backwards)), own);
    // A few items more do not make another person; more than as many again do.
    let unmet = (0..log.n_items as u32).filter(|i| past.iter().all(|p| p.item != *i));
    let more: Vec<Interaction> = unmet
        .take(past.len() + 1)
        .map(|item| Interaction { item, ..past[0] })
        .collect();
    assert_eq!(more.len(), past.len() + 1);
    let grown: Vec<Interaction> = past.iter().chain(&more[..1]).copied().collect();
    assert_eq!(scores(&*model, &log, person(Some(20), &grown)), own);
    let doubled: Vec<Interaction> = past.iter().chain(&more).copied().collect();
    let anew = scores(&*model, &log, person(Some(20), &doubled));
    assert_eq!(anew, scores(&*model, &log, person(None, &doubled)));
    assert_ne!(anew, own);
    // Of a person nothing is known of, nothing is said; of others, most is about what they met.
    let parts = model.explain(&person(None, &[]), 0).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(
        (&parts[0].about, parts[0].value),
        (&About::Rest("taste"), 0.0)
    );
    let parts = model
        .explain(&person(Some(20), past), own_best(&own))
        .unwrap();
    let rest = parts.last().unwrap().value;
    let met: f32 = parts[..parts.len() - 1].iter().map(|p| p.value).sum();
    assert!(met > rest, "{met} by what was met, {rest} by the rest");
}

fn own_best(scores: &[f32]) -> u32 {
    first(1, scores)[0]
}
