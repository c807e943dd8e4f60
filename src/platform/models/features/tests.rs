use std::sync::Arc;

use super::basis::{Basis, BasisSettings, Selection};
use super::crowd::Crowd;
use super::examples::{Sampling, examples};
use super::extractor::{Columns, Extractor};
use super::fading::DAY;
use super::history::History;
use super::schema::Side;
use super::table::{known_crowd, walk};
use crate::platform::models::interaction_log::{
    FeatureBlock, Impression, Interaction, InteractionLog, ItemFacts, Outcome,
};
use crate::platform::models::model::{Person, Tensors};
use crate::sim::rng::{Purpose, RngStream};

/// Users and items who meet at random, with two modalities, one of which some items lack.
pub(in crate::platform::models) fn city(seed: u64, n_rows: usize) -> InteractionLog {
    let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
    let (n_users, n_items) = (7, 11);
    let block = |name: &str, n: usize, width: usize, r: &mut RngStream| FeatureBlock {
        name: name.to_owned(),
        columns: (0..width).map(|c| format!("c{c}")).collect(),
        values: (0..n * width).map(|_| r.normal() as f32).collect(),
        present: Vec::new(),
    };
    let genres = block("genres", n_items, 3, &mut r);
    let mut text = block("text", n_items, 5, &mut r);
    text.present = (0..n_items).map(|i| i % 4 != 1).collect();
    let profile = block("profile", n_users, 2, &mut r);
    let (mut interactions, mut impressions) = (Vec::new(), Vec::new());
    let mut time = 1_000;
    for _ in 0..n_rows {
        time += (r.exponential(4_000.0)) as i64;
        let (user, item) = (r.below(n_users) as u32, r.below(n_items) as u32);
        let outcome = Outcome::ALL[r.below(4)];
        impressions.push(Impression {
            user,
            item,
            time,
            position: r.below(5) as u8,
            propensity: 1.0,
            outcome,
        });
        if outcome >= Outcome::View {
            interactions.push(Interaction {
                user,
                item,
                time,
                weight: 0.5 + r.uniform() as f32,
            });
        }
    }
    InteractionLog {
        n_users,
        n_items,
        interactions,
        impressions,
        items: Arc::new(ItemFacts {
            blocks: vec![genres, text],
            words: Vec::new(),
            born: Vec::new(),
        }),
        users: Arc::new(vec![profile]),
    }
}

fn sampling() -> Sampling {
    Sampling {
        negatives: 2,
        at_most: 100_000,
        seed: 1,
    }
}

fn past_of(log: &InteractionLog, user: u32, known: usize) -> Vec<Interaction> {
    let all = &log.interactions[..known];
    all.iter().filter(|i| i.user == user).copied().collect()
}

#[test]
fn training_and_serving_write_the_same_rows() {
    for with_impressions in [true, false] {
        let mut log = city(1, 120);
        if !with_impressions {
            log.impressions.clear();
        }
        let extractor = Extractor::new(&log, Columns::All).unwrap();
        let found = examples(&log, &sampling()).unwrap();
        let (table, _) = walk(&extractor, &log, found.rows);
        let schema = extractor.schema();
        for (at, e) in table.examples.iter().enumerate() {
            // What a server would know at that moment: sums over all rows up to its fit, and the past of the person.
            let mut crowd = Crowd::new(log.n_users, log.n_items);
            let until = known_crowd(&log, e.time);
            assert!(until <= e.time);
            let known = log.interactions.iter().filter(|i| i.time < until);
            known.for_each(|i| crowd.add(i));
            let shown = log.impressions.iter().filter(|i| i.time < until);
            shown.for_each(|i| crowd.show(i));
            let mut history = History::new(extractor.facts());
            for i in past_of(&log, e.user, e.known as usize) {
                history.add(extractor.facts(), &i);
            }
            let mut row = vec![f32::NAN; schema.len()];
            let mut tastes = vec![0.0; extractor.width_of_tastes()];
            extractor.write_tastes(&history, &mut tastes);
            let [user, context, item, cross] = Side::ALL.map(|s| schema.span(s));
            extractor.write_user(&history, &crowd, Some(e.user), e.time, &mut row[user]);
            extractor.write_context(e.time, e.position, &mut row[context]);
            extractor.write_item(&crowd, e.item, e.time, &mut row[item]);
            let into = &mut row[cross];
            extractor.write_cross(&history, &tastes, &crowd, e.item, e.time, into);
            assert_eq!(table.row(at), row);
            assert!(row.iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn prop_later_rows_change_nothing_of_what_was_known_before() {
    for seed in 0..10 {
        for with_impressions in [true, false] {
            // Longer than twenty days, so that the crowd is brought up to date at the same times in both logs.
            let mut log = city(seed, 1_000);
            if !with_impressions {
                log.impressions.clear();
            }
            let whole = log.clone();
            let half = log.interactions.len() / 2;
            let until = log.interactions[half].time;
            log.interactions.retain(|i| i.time < until);
            log.impressions.retain(|i| i.time < until);
            let extractor = Extractor::new(&log, Columns::All).unwrap();
            let early = examples(&whole, &sampling()).unwrap().rows;
            let early: Vec<_> = early.into_iter().filter(|e| e.time < until).collect();
            let (a, _) = walk(&extractor, &log, early.clone());
            let (b, _) = walk(&extractor, &whole, early);
            assert!(!a.examples.is_empty());
            assert_eq!(a, b);
        }
    }
}

fn settings() -> BasisSettings {
    BasisSettings {
        columns: Columns::All,
        selection: Selection::Off,
        sampling: sampling(),
    }
}

#[test]
fn a_person_is_not_changed_by_what_comes_after_now() {
    let log = city(3, 100);
    let (basis, _, _) = Basis::learn(&log, &settings()).unwrap();
    let all = past_of(&log, 2, log.interactions.len());
    let now = all[all.len() / 2].time;
    let person = |past| Person {
        user: Some(2),
        past,
        now,
    };
    let until = all.partition_point(|i| i.time <= now);
    let (a, _) = basis.row(&person(&all), 4).unwrap();
    let (b, _) = basis.row(&person(&all[..until]), 4).unwrap();
    assert_eq!(a, b);
}

#[test]
fn a_stored_basis_writes_the_same_bits() {
    let log = city(4, 100);
    let (basis, _, _) = Basis::learn(&log, &settings()).unwrap();
    let mut stored = Tensors::new();
    basis.save(&mut stored);
    let again = Basis::take(&mut stored, &log, Columns::All).unwrap();
    assert!(stored.is_empty());
    let past = past_of(&log, 1, log.interactions.len());
    for now in [log.end(), log.end() + 3 * DAY, 0] {
        let person = Person {
            user: Some(1),
            past: &past,
            now,
        };
        assert_eq!(
            basis.row(&person, 3).unwrap(),
            again.row(&person, 3).unwrap()
        );
        assert_eq!(basis.item_rows(now), again.item_rows(now));
    }
}

#[test]
fn columns_say_what_happened() {
    let mut log = city(5, 0);
    let (monday, item) = (10 * DAY, 3u32);
    let met = |time, item| Interaction {
        user: 0,
        item,
        time,
        weight: 2.0,
    };
    // Twice at 18 h, a week apart.
    log.interactions = vec![
        met(monday + 18 * 3_600, item),
        met(monday + 7 * DAY + 18 * 3_600, item),
    ];
    let extractor = Extractor::new(&log, Columns::All).unwrap();
    let facts = extractor.facts();
    let mut history = History::new(facts);
    let mut crowd = Crowd::new(log.n_users, log.n_items);
    for i in &log.interactions {
        history.add(facts, i);
        crowd.add(i);
    }
    let now = monday + 14 * DAY + 18 * 3_600;
    let schema = extractor.schema();
    let mut row = vec![0.0; schema.len()];
    let mut tastes = vec![0.0; extractor.width_of_tastes()];
    extractor.write_tastes(&history, &mut tastes);
    let [user, _, at_item, cross] = Side::ALL.map(|s| schema.span(s));
    extractor.write_user(&history, &crowd, None, now, &mut row[user]);
    extractor.write_item(&crowd, item, now, &mut row[at_item]);
    extractor.write_cross(&history, &tastes, &crowd, item, now, &mut row[cross]);
    let value = |name: &str| row[schema.position(name).unwrap()];
    let near = |name: &str, expected: f64| {
        let found = f64::from(value(name));
        assert!(
            (found - expected).abs() < 1e-5,
            "{name}: {found}, {expected}"
        );
    };
    near("user.recency", 8f64.ln());
    near("user.is_new", 0.0);
    // Half of one and a quarter of the other are left after one and two weeks.
    near("user.frequency_7d", 1.75f64.ln());
    near("item.popularity_7d", 1.75f64.ln());
    near("user.breadth", 2f64.ln());
    near("user.hours.concentration", 1.0);
    // 18:30 on a clock that begins at midnight: an angle of 277.5°.
    near("user.hours.peak_sin", 277.5f64.to_radians().sin());
    // Two engagements and a prior of one of four a part of the day.
    near("user.hours.evening", 3.0 / 6.0);
    near("user.hours.now", (2.0 + 0.5) / (6.0 * 0.125));
    near("item.mean_weight", 5.0 / 3.0);
    near("item.age", 15f64.ln());
    near("cross.cosine.genres", 1.0);
    near("cross.met", 1.0);
    near("cross.hours.match", 1.0);
    for c in 0..3 {
        let own = log.items.blocks[0].row(item as usize)[c];
        near(&format!("user.interest.genres.c{c}"), f64::from(own));
    }
}

#[test]
fn facts_that_do_not_fit_are_refused() {
    let mut log = city(6, 10);
    let mut facts = (*log.items).clone();
    facts.born = vec![0; 3];
    log.items = Arc::new(facts.clone());
    assert!(Extractor::new(&log, Columns::All).is_err());
    facts.born.clear();
    facts.blocks[0].values.pop();
    log.items = Arc::new(facts);
    assert!(Extractor::new(&log, Columns::All).is_err());
}
