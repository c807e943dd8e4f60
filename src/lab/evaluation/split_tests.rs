//! Splits against hand-made logs, the older protocol, and the check-sums of MovieLens.

use std::path::PathBuf;

use super::split::{Case, Fold, Part, Protocol, Split, SplitError, SplitSettings, split};
use crate::platform::models::evaluation::{LeaveLastOneOut, TimedInteraction};
use crate::platform::models::interaction_log::{Impression, Interaction, InteractionLog, Outcome};
use crate::sim::rng::{Purpose, RngStream};

fn row(user: u32, item: u32, time: i64) -> Interaction {
    Interaction {
        user,
        item,
        time,
        weight: 1.0 + item as f32,
    }
}

fn settings(protocol: Protocol, part: Part, folds: u32) -> SplitSettings {
    SplitSettings {
        protocol,
        part,
        folds,
        seed: 5,
    }
}

fn usual(protocol: Protocol) -> SplitSettings {
    settings(protocol, Part::Test, protocol.usual_folds())
}

fn made_up(seed: u64) -> InteractionLog {
    let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
    let (n_users, n_items) = (30, 60);
    let mut log = InteractionLog {
        n_users,
        n_items,
        ..InteractionLog::default()
    };
    for _ in 0..900 {
        let (user, item) = (rng.below(n_users) as u32, rng.below(n_items) as u32);
        // Few moments, so that equal times are common.
        let time = rng.below(50) as i64;
        log.interactions.push(row(user, item, time));
        log.impressions.push(Impression {
            user,
            item,
            time,
            position: 0,
            propensity: 1.0,
            outcome: if rng.chance(0.5) {
                Outcome::Ignore
            } else {
                Outcome::View
            },
        });
    }
    log.interactions.sort_by_key(|i| i.time);
    log.impressions.sort_by_key(|i| i.time);
    log
}

/// What has to hold whatever the protocol.
fn whole(fold: &Fold, log: &InteractionLog) {
    assert_eq!(
        (fold.fit.n_users, fold.fit.n_items),
        (log.n_users, log.n_items)
    );
    assert!(
        fold.fit
            .interactions
            .iter()
            .all(|i| log.interactions.contains(i))
    );
    for case in &fold.cases {
        assert!(!case.relevant.is_empty());
        for ascending in [&case.seen, &case.relevant] {
            assert!(ascending.windows(2).all(|w| w[0] < w[1]));
        }
        let is_held = |item: &u32| case.relevant.contains(item);
        assert!(
            !case.seen.iter().any(is_held),
            "what is held out is not listed"
        );
        assert!(!case.past.iter().any(|i| is_held(&i.item)));
        assert!(case.past.iter().all(|i| i.user == case.user));
        assert!(case.past.iter().all(|i| case.seen.contains(&i.item)));
        let learned = fold.fit.interactions.iter().filter(|i| i.user == case.user);
        assert!(
            !learned.clone().any(|i| is_held(&i.item)),
            "learned from it"
        );
        assert_eq!(learned.count() == 0, case.is_new);
        let answered = |i: &&Impression| i.user == case.user && is_held(&i.item);
        let shown = fold.fit.impressions.iter().filter(answered);
        assert!(
            shown
                .clone()
                .all(|i| i.outcome == Outcome::Ignore && i.time < case.now),
            "an answer to what is held out was learned from"
        );
    }
}

#[test]
fn prop_nothing_held_out_is_learned_from() {
    for seed in 0..6 {
        let log = made_up(seed);
        for protocol in Protocol::ALL {
            for part in [Part::Test, Part::Validation] {
                let s = settings(protocol, part, protocol.usual_folds());
                if (protocol, part) == (Protocol::NewUsers, Part::Validation) {
                    assert!(split(&log, &s).is_err());
                    continue;
                }
                let done = split(&log, &s).unwrap();
                for fold in &done.folds {
                    whole(fold, &log);
                }
                assert_eq!(split(&log, &s).unwrap(), done);
            }
        }
    }
}

#[test]
fn prop_leave_last_one_out_is_the_one_that_models_were_chosen_by() {
    for seed in 0..20 {
        let log = made_up(seed);
        let events: Vec<TimedInteraction> = log
            .interactions
            .iter()
            .map(|i| TimedInteraction {
                user: i.user,
                item: i.item,
                time: i.time,
            })
            .collect();
        let older = LeaveLastOneOut::split(log.n_users, log.n_items, &events).unwrap();
        for (part, held, learned) in [
            (Part::Test, &older.test, &older.train_and_validation),
            (Part::Validation, &older.validation, &older.train),
        ] {
            let s = settings(Protocol::LeaveLastOneOut, part, 1);
            let fold = split(&log, &s).unwrap().folds.remove(0);
            assert_eq!(&fold.fit.matrix().unwrap(), learned);
            for case in &fold.cases {
                assert_eq!(held[case.user as usize], Some(case.relevant[0]));
                assert_eq!(case.seen, learned.of_user(case.user as usize));
            }
            assert_eq!(fold.cases.len(), held.iter().flatten().count());
        }
    }
}

#[test]
fn rows_keep_their_times_and_weights_and_a_later_repeat_is_not_learned_from() {
    let log = InteractionLog {
        n_users: 2,
        n_items: 4,
        interactions: vec![
            row(0, 3, 1),
            row(1, 0, 1),
            row(0, 1, 2),
            row(0, 2, 3),
            row(0, 3, 4),
        ],
        ..InteractionLog::default()
    };
    let done = split(&log, &usual(Protocol::LeaveLastOneOut)).unwrap();
    assert_eq!(done.n_left_out, 1);
    let fold = &done.folds[0];
    assert_eq!(
        fold.fit.interactions,
        [row(0, 3, 1), row(1, 0, 1), row(0, 1, 2)]
    );
    let expected = Case {
        user: 0,
        is_new: false,
        past: vec![row(0, 3, 1), row(0, 1, 2)],
        now: 3,
        seen: vec![1, 3],
        relevant: vec![2],
    };
    assert_eq!(fold.cases, [expected]);
}

#[test]
fn ratios_are_rounded_as_recbole_does_and_every_item_is_in_one_part() {
    let n_of = |n: u32| {
        let log = InteractionLog {
            n_users: 1,
            n_items: 100,
            interactions: (0..n).map(|i| row(0, i, 0)).collect(),
            ..InteractionLog::default()
        };
        let of = |part| split(&log, &settings(Protocol::RandomRatio, part, 1));
        let Ok(test) = of(Part::Test) else {
            return (n as usize, 0, 0);
        };
        let (test, valid) = (&test.folds[0], &of(Part::Validation).unwrap().folds[0]);
        let (t, v) = (&test.cases[0], &valid.cases[0]);
        let mut all = [t.relevant.clone(), v.relevant.clone(), v.seen.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..n).collect::<Vec<_>>());
        let mut masked = [v.relevant.clone(), v.seen.clone()].concat();
        masked.sort_unstable();
        assert_eq!(masked, t.seen);
        assert_eq!(test.fit, valid.fit);
        (
            test.fit.interactions.len(),
            v.relevant.len(),
            t.relevant.len(),
        )
    };
    assert_eq!(n_of(9), (9, 0, 0));
    assert_eq!(n_of(10), (8, 1, 1));
    assert_eq!(n_of(29), (25, 2, 2));
    assert_eq!(n_of(30), (24, 3, 3));
}

#[test]
fn windows_of_time_follow_each_other_and_what_is_learned_from_grows() {
    let log = made_up(3);
    let done = split(&log, &settings(Protocol::TimeForward, Part::Test, 3)).unwrap();
    assert_eq!(done.folds.len(), 3);
    for pair in done.folds.windows(2) {
        assert!(pair[0].fit.interactions.len() < pair[1].fit.interactions.len());
        assert!(pair[0].cases[0].now < pair[1].cases[0].now);
    }
    let first = &done.folds[0];
    let share = first.fit.interactions.len() as f64 / log.interactions.len() as f64;
    // Eighteen rows share a moment on average, and all of a moment go to one side.
    assert!((share - 0.8).abs() < 0.05, "{share}");
    assert!(
        first
            .fit
            .impressions
            .iter()
            .all(|i| i.time < first.cases[0].now)
    );
}

#[test]
fn every_new_person_is_judged_on_once() {
    let log = made_up(4);
    let done = split(&log, &usual(Protocol::NewUsers)).unwrap();
    let mut people: Vec<u32> = done
        .folds
        .iter()
        .flat_map(|f| &f.cases)
        .map(|c| c.user)
        .collect();
    people.sort_unstable();
    assert_eq!(people, (0..30).collect::<Vec<_>>());
    assert!(done.folds.iter().all(|f| f.cases.len() == 6));
}

#[test]
fn what_cannot_be_split_is_refused_with_the_reason() {
    let mut log = made_up(1);
    let folds = settings(Protocol::LeaveLastOneOut, Part::Test, 2);
    let said = split(&log, &folds).unwrap_err().to_string();
    assert_eq!(said, "folds are 2, allowed for protocol a are 1");
    log.interactions.truncate(1);
    for protocol in Protocol::ALL {
        let e = split(&log, &usual(protocol)).unwrap_err();
        assert!(matches!(e, SplitError::NoCases { .. }), "{protocol:?}: {e}");
    }
    log.interactions.push(row(99, 0, i64::MAX));
    let e = split(&log, &usual(Protocol::RandomRatio)).unwrap_err();
    assert!(e.to_string().starts_with("row 1 is of user 99"), "{e}");
    log.interactions = vec![row(0, 0, 5), row(0, 1, 4)];
    let e = split(&log, &usual(Protocol::RandomRatio)).unwrap_err();
    assert_eq!(e, SplitError::Order { row: 1 });
}

#[test]
fn movielens_is_split_as_the_published_numbers_were() {
    let Some(data) = std::env::var_os("AGORA_DATA") else {
        return;
    };
    let path = PathBuf::from(data).join("ml-100k/ml-100k.inter");
    let text = std::fs::read_to_string(path).unwrap();
    let mut log = InteractionLog {
        n_users: 943,
        n_items: 1_682,
        ..InteractionLog::default()
    };
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line.split('\t').map(|c| c.parse().unwrap()).collect();
        log.interactions.push(row(
            cells[0] as u32 - 1,
            cells[1] as u32 - 1,
            cells[3] as i64,
        ));
    }
    log.interactions.sort_by_key(|i| i.time);
    let sum = |s: &Split| -> u64 {
        let cases = s.folds[0].cases.iter();
        cases
            .map(|c| u64::from(c.relevant[0]) * u64::from(c.user + 1))
            .sum()
    };
    let of = |part| split(&log, &settings(Protocol::LeaveLastOneOut, part, 1)).unwrap();
    let (test, valid) = (of(Part::Test), of(Part::Validation));
    // split.test_item_checksum and split.valid_item_checksum of oracles/ml100k_loo.json.
    assert_eq!(sum(&test), 217_695_796);
    assert_eq!(sum(&valid), 213_828_647);
    assert_eq!(valid.folds[0].fit.interactions.len(), 98_114);
    assert_eq!(test.folds[0].fit.interactions.len(), 99_057);
}
