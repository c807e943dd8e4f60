use std::ops::ControlFlow;

use super::config::LogisticConfig;
use super::model::Logistic;
use super::newton::minimise;
use super::rows::{Ids, Rows};
use crate::platform::models::features::examples::Example;
use crate::platform::models::features::schema::{Group, Schema, Side};
use crate::platform::models::features::table::Table;
use crate::platform::models::features::tests::city;
use crate::platform::models::model::{Model, Person};

fn table() -> Table {
    let mut schema = Schema::default();
    for j in 0..4 {
        schema.push(Side::User, Group::Profile, format!("c{j}"), "-");
    }
    let y = [1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1];
    let one = |i: usize, j: usize| ((7 * i + 3 * j * j + 5 * i * j) % 11) as f32;
    let all = (0..12).flat_map(|i| (0..4).map(move |j| (i, j)));
    Table {
        schema,
        values: all.map(|(i, j)| (one(i, j) - 5.0) / 4.0).collect(),
        examples: (0..12)
            .map(|i| Example {
                user: i as u32 % 3,
                item: i as u32 % 2,
                time: 0,
                position: 0,
                engaged: y[i] == 1,
                known: 0,
            })
            .collect(),
    }
}

#[test]
fn the_optimum_is_that_of_the_reference() {
    // sklearn 1.9.1: LogisticRegression(C=1, tol=1e-12, solver='newton-cholesky')
    let table = table();
    let rows = Rows::new(&table, Ids::Ignored, 3, 2);
    let found = minimise(&rows, 1.0, 1e-9, 50, |_, _| ControlFlow::Continue(())).unwrap();
    let expected = [
        0.302_775_724_488_838_1,
        0.149_258_470_482_492_4,
        -0.389_874_308_712_537_9,
        -0.995_110_903_310_704_2,
        0.0,
    ];
    for (f, e) in found.weights.iter().zip(expected) {
        assert!((f - e).abs() < 1e-6, "{f} instead of {e}");
    }
    assert!(found.gradient < 1e-9);
}

#[test]
fn the_gradient_is_zero_at_the_optimum_with_ids_as_well() {
    let table = table();
    let rows = Rows::new(&table, Ids::Weighted, 4, 2);
    let found = minimise(&rows, 0.3, 1e-9, 50, |_, _| ControlFlow::Continue(())).unwrap();
    let f = rows.times(&found.weights);
    let mut g = vec![0.0; rows.n_weights()];
    for (row, (f, y)) in f.iter().zip(rows.outcomes()).enumerate() {
        let e = &table.examples[row];
        let error = crate::sim::math::sigmoid(*f) - y;
        g[0] += error;
        for (j, x) in table.row(row).iter().enumerate() {
            g[1 + j] += error * f64::from(*x);
        }
        g[5 + e.user as usize] += error;
        g[9 + e.item as usize] += error;
    }
    for (g, w) in g.iter().zip(&found.weights).skip(1) {
        assert!((g + 0.3 * w).abs() < 1e-7, "{g}");
    }
    assert!(g[0].abs() < 1e-7);
    // A user who never occurs stays at 0.
    assert_eq!(found.weights[8], 0.0);
}

fn fitted(seed: u64, impressions: bool, config: LogisticConfig) -> Logistic {
    let mut log = city(seed, 200);
    if !impressions {
        log.impressions.clear();
    }
    let mut model = Logistic::new(config, 5);
    model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
    model
}

#[test]
fn explanations_add_up_and_a_stored_model_scores_the_same_bits() {
    for impressions in [true, false] {
        for columns in [true, false] {
            let config = LogisticConfig {
                columns,
                ..LogisticConfig::BASELINE
            };
            let model = fitted(1, impressions, config.clone());
            let log = city(1, 200);
            let histories = log.by_user();
            let person = |user: Option<u32>, now| Person {
                user,
                past: user.map_or(&[][..], |u| &histories[u as usize]),
                now,
            };
            let people = [
                person(Some(3), log.end()),
                person(None, log.end() + 9_000),
                person(Some(0), log.end()),
            ];
            let mut scores = vec![0.0; 3 * log.n_items];
            model.score(&people, &mut scores).unwrap();
            for (who, row) in people.iter().zip(scores.chunks_exact(log.n_items)) {
                for (item, score) in row.iter().enumerate() {
                    let parts = model.explain(who, item as u32).unwrap();
                    let sum: f32 = parts.iter().map(|p| p.value).sum();
                    assert!((sum - score).abs() < 1e-4, "{sum} {score}");
                }
            }
            let mut again = Logistic::new(config, 99);
            again.load(&model.save().unwrap(), &log).unwrap();
            let mut same = vec![0.0; scores.len()];
            again.score(&people, &mut same).unwrap();
            assert_eq!(scores, same);
            assert!(model.score(&people[..1], &mut same).is_err());
            assert!(model.explain(&people[0], 11).is_err());
            assert!(model.explain(&person(Some(0), 0), 0).is_ok());
        }
    }
}

#[test]
fn a_fit_with_selection_leaves_columns_out_and_says_which() {
    let config = LogisticConfig {
        selects_columns: true,
        ..LogisticConfig::BASELINE
    };
    let model = fitted(2, true, config);
    let (schema, weights) = model.weights().unwrap();
    let selection = model.selection().unwrap();
    assert_eq!(selection.columns.len(), schema.len());
    let dropped = selection
        .columns
        .iter()
        .zip(weights)
        .filter(|(c, _)| !c.is_kept());
    let dropped: Vec<_> = dropped.collect();
    assert!(!dropped.is_empty());
    assert!(dropped.iter().all(|(_, w)| **w == 0.0));
}

#[test]
fn one_kind_of_outcome_and_an_empty_log_do_not_break_the_fit() {
    let mut log = city(3, 50);
    let mut model = Logistic::new(LogisticConfig::BASELINE, 1);
    log.impressions
        .retain(|i| i.outcome < crate::platform::models::interaction_log::Outcome::Engage);
    let report = model.fit(&log, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(report.curve.iter().all(|e| e.loss.is_finite()));
    log.impressions.clear();
    log.interactions.clear();
    assert!(model.fit(&log, &mut |_| ControlFlow::Continue(())).is_err());
}
