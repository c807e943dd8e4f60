use std::ops::ControlFlow;
use std::sync::Arc;

use super::recommend::{LinUcb, LinUcbConfig, Thompson, ThompsonConfig};
use crate::platform::models::interaction_log::{
    FeatureBlock, Impression, Interaction, InteractionLog, ItemFacts, Outcome,
};
use crate::platform::models::model::{About, Model, Part, Person};
use crate::sim::rng::{Purpose, RngStream};

const USERS: u32 = 40;
const ITEMS: u32 = 60;
const GENRES: u32 = 4;

/// Items are of genre `item % 4`; people mostly meet their favorite, `user % 4`.
fn log() -> InteractionLog {
    let values =
        (0..ITEMS).flat_map(|i| (0..GENRES).map(move |g| f32::from(u8::from(i % GENRES == g))));
    let mut interactions = Vec::new();
    for time in 0..12 {
        for user in 0..USERS {
            let mut rng = RngStream::new(1, Purpose::Test, u64::from(user), time);
            let any = rng.below(ITEMS as usize) as u32;
            let item = if rng.chance(0.8) {
                any - any % GENRES + user % GENRES
            } else {
                any
            };
            interactions.push(Interaction {
                user,
                item,
                time: i64::from(time),
                weight: 1.0,
            });
        }
    }
    InteractionLog {
        n_users: USERS as usize,
        n_items: ITEMS as usize,
        interactions,
        items: Arc::new(ItemFacts {
            blocks: vec![FeatureBlock {
                name: "genres".to_owned(),
                columns: (0..GENRES).map(|g| format!("g{g}")).collect(),
                values: values.collect(),
                present: Vec::new(),
            }],
            ..ItemFacts::default()
        }),
        ..InteractionLog::default()
    }
}

/// What everybody was shown at random, and engaged with if of the favorite genre.
fn shown(log: &InteractionLog) -> Vec<Impression> {
    let mut all = Vec::new();
    for time in 0..30 {
        for user in 0..USERS {
            let mut rng = RngStream::new(2, Purpose::Test, u64::from(user), time);
            let item = rng.below(log.n_items) as u32;
            let outcome = if item % GENRES == user % GENRES {
                Outcome::Engage
            } else {
                Outcome::View
            };
            all.push(Impression {
                user,
                item,
                time: i64::from(time),
                position: 0,
                propensity: 1.0,
                outcome,
            });
        }
    }
    all
}

fn fit(model: &mut dyn Model, log: &InteractionLog) {
    model.fit(log, &mut |_| ControlFlow::Continue(())).unwrap();
}

fn scores(model: &dyn Model, log: &InteractionLog) -> Vec<f32> {
    let by_user = log.by_user();
    let people: Vec<Person<'_>> = (0..USERS)
        .map(|u| Person {
            user: Some(u),
            past: &by_user[u as usize],
            now: 12,
        })
        .collect();
    let mut scores = vec![0.0; people.len() * log.n_items];
    model.score(&people, &mut scores).unwrap();
    scores
}

/// Share of people whose highest score is of their favorite genre.
fn hits(scores: &[f32]) -> f64 {
    let hit = |(user, row): (usize, &[f32])| {
        let best = (0..row.len())
            .max_by(|a, b| row[*a].total_cmp(&row[*b]))
            .unwrap();
        best as u32 % GENRES == user as u32 % GENRES
    };
    let rows = scores.chunks(ITEMS as usize).enumerate();
    rows.filter(|r| hit(*r)).count() as f64 / f64::from(USERS)
}

fn models(seed: u64) -> [Box<dyn Model>; 2] {
    [
        Box::new(LinUcb::new(LinUcbConfig::BASELINE, seed)),
        Box::new(Thompson::new(ThompsonConfig::BASELINE, seed)),
    ]
}

#[test]
fn both_learn_what_people_like_from_engagements_and_from_impressions() {
    let plain = log();
    let with_shown = InteractionLog {
        impressions: shown(&plain),
        ..plain.clone()
    };
    for log in [plain, with_shown] {
        for mut model in models(3) {
            fit(&mut *model, &log);
            let share = hits(&scores(&*model, &log));
            // A quarter by luck.
            assert!(share > 0.85, "{} {share}", model.name());
        }
    }
}

#[test]
fn parts_add_up_to_the_score_and_name_genres() {
    let log = log();
    let by_user = log.by_user();
    for mut model in models(3) {
        fit(&mut *model, &log);
        let all = scores(&*model, &log);
        for (user, item) in [(0u32, 0u32), (5, 17), (39, 59)] {
            let person = Person {
                user: Some(user),
                past: &by_user[user as usize],
                now: 12,
            };
            let parts = model.explain(&person, item).unwrap();
            let sum: f32 = parts.iter().map(|p| p.value).sum();
            let score = all[(user * ITEMS + item) as usize];
            assert!((sum - score).abs() < 1e-5, "{sum} {score}");
            let genre = About::Feature(format!("genres: g{}", item % GENRES));
            assert!(parts.iter().any(|p| p.about == genre));
            let last: &Part = parts.last().unwrap();
            assert_eq!(last.about, About::Rest("exploration"));
        }
        let person = Person {
            user: None,
            past: &[],
            now: 0,
        };
        assert!(model.explain(&person, ITEMS).is_err());
    }
}

#[test]
fn stored_models_score_the_same_to_the_bit_and_others_are_refused() {
    let log = log();
    for (mut model, mut other) in models(3).into_iter().zip(models(3)) {
        fit(&mut *model, &log);
        let stored = model.save().unwrap();
        other.load(&stored, &log).unwrap();
        assert_eq!(scores(&*model, &log), scores(&*other, &log));
        let smaller = InteractionLog {
            items: Arc::new(ItemFacts::default()),
            ..log.clone()
        };
        assert!(other.load(&stored, &smaller).is_err());
        assert_eq!(scores(&*model, &log), scores(&*other, &log));
    }
}

#[test]
fn a_seed_decides_and_nobody_shares_a_draw() {
    let log = log();
    let draw = |seed| {
        let mut model = Thompson::new(ThompsonConfig::BASELINE, seed);
        fit(&mut model, &log);
        scores(&model, &log)
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    // Two newcomers are one and the same person; two people with the same past are not.
    let mut model = Thompson::new(ThompsonConfig::BASELINE, 1);
    fit(&mut model, &log);
    let person = |user| Person {
        user,
        past: &[],
        now: 0,
    };
    let mut all = vec![0.0; 3 * log.n_items];
    model
        .score(&[person(Some(1)), person(Some(2)), person(None)], &mut all)
        .unwrap();
    assert_ne!(all[..60], all[60..120]);
}

#[test]
fn curiosity_prefers_what_is_rarely_seen() {
    let mut log = log();
    // Nobody was ever shown the last genre.
    log.impressions = shown(&log);
    log.impressions.retain(|i| i.item % GENRES != 3);
    let mean_of_unseen = |alpha: f64| {
        let config = LinUcbConfig {
            alpha,
            ..LinUcbConfig::BASELINE
        };
        let mut model = LinUcb::new(config, 1);
        fit(&mut model, &log);
        let greedy = scores(&model, &log);
        let (mut unseen, mut seen) = (0.0, 0.0);
        for (i, s) in greedy.iter().enumerate() {
            if i as u32 % GENRES == 3 {
                unseen += s / 600.0;
            } else {
                seen += s / 1_800.0;
            }
        }
        unseen - seen
    };
    assert!(mean_of_unseen(3.0) > mean_of_unseen(0.0) + 0.1);
}

#[test]
fn empty_logs_and_settings_out_of_range_are_refused() {
    let mut watch = |_| ControlFlow::Continue(());
    for mut model in models(1) {
        assert!(model.fit(&InteractionLog::default(), &mut watch).is_err());
    }
    let config = LinUcbConfig {
        alpha: -1.0,
        ..LinUcbConfig::BASELINE
    };
    let error = LinUcb::new(config, 1)
        .fit(&log(), &mut watch)
        .err()
        .unwrap();
    assert!(error.to_string().contains("lin_ucb.alpha"), "{error}");
}
