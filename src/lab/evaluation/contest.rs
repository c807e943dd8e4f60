//! One model through all folds of a split: fitted, asked, judged.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::metrics::{Column, ItemSide, Spread, judge, spread};
use super::ranking::rank;
use super::split::Split;
use crate::platform::models::catalog::SettingsError;
use crate::platform::models::model::{Epoch, Model};

/// What came of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Rows it learned from, in the first fold.
    pub n_rows: u64,
    /// Numbers it learned, in the first fold.
    pub n_parameters: u64,
    /// Every pass of the first fold.
    pub curve: Vec<Epoch>,
    /// Seconds of all fits.
    pub fit_seconds: f64,
    /// Seconds of all rankings.
    pub rank_seconds: f64,
    /// Who was judged on, ascending.
    pub people: Vec<u32>,
    /// What they were judged by.
    pub columns: Vec<Column>,
    /// `[people, columns]`, row-major; a person of several folds has the mean of them.
    pub values: Vec<f64>,
    /// By list length; the mean over folds.
    pub spreads: Vec<Spread>,
}

/// Fits a model on every fold and judges it there.
///
/// `make` makes it anew for every fold. `watch` is told the fold and every pass. `clock` returns seconds since any moment.
///
/// # Errors
/// [`SettingsError`] if the model cannot be made, fitted or asked.
pub fn run(
    make: &dyn Fn() -> Result<Box<dyn Model>, SettingsError>,
    split: &Split,
    ks: &[usize],
    clock: &dyn Fn() -> f64,
    watch: &mut dyn FnMut(usize, Epoch),
) -> Result<Judged, SettingsError> {
    let longest = ks.iter().copied().max().unwrap_or(0);
    let mut judged = Judged {
        n_rows: 0,
        n_parameters: 0,
        curve: Vec::new(),
        fit_seconds: 0.0,
        rank_seconds: 0.0,
        people: Vec::new(),
        columns: Vec::new(),
        values: Vec::new(),
        spreads: Vec::new(),
    };
    let mut by_user: BTreeMap<u32, (Vec<f64>, f64)> = BTreeMap::new();
    for (at, fold) in split.folds.iter().enumerate() {
        let mut model = make()?;
        let begun = clock();
        let report = model.fit(&fold.fit, &mut |epoch| {
            watch(at, epoch);
            ControlFlow::Continue(())
        })?;
        let fitted = clock();
        let n_items = fold.fit.n_items;
        let lists = rank(model.as_ref(), &fold.cases, n_items, longest)?;
        judged.fit_seconds += fitted - begun;
        judged.rank_seconds += clock() - fitted;
        let side = ItemSide::of(&fold.fit);
        let columns = side.columns(ks);
        for (case, list) in fold.cases.iter().zip(&lists) {
            let values = judge(list, &case.relevant, &columns, &side);
            let (sums, n) = by_user
                .entry(case.user)
                .or_insert_with(|| (vec![0.0; columns.len()], 0.0));
            for (s, x) in sums.iter_mut().zip(values) {
                *s += x;
            }
            *n += 1.0;
        }
        for (i, k) in ks.iter().enumerate() {
            let s = spread(&lists, *k, n_items);
            if at == 0 {
                judged.spreads.push(s);
            } else {
                judged.spreads[i].coverage += s.coverage;
                judged.spreads[i].exposure_gini += s.exposure_gini;
            }
        }
        if at == 0 {
            judged.n_rows = match report.n_rows {
                0 => fold.fit.interactions.len() as u64,
                n => n,
            };
            judged.n_parameters = report.n_parameters;
            judged.curve = report.curve;
        }
        judged.columns = columns;
    }
    let n_folds = split.folds.len().max(1) as f64;
    for s in &mut judged.spreads {
        s.coverage /= n_folds;
        s.exposure_gini /= n_folds;
    }
    for (user, (sums, n)) in by_user {
        judged.people.push(user);
        judged.values.extend(sums.iter().map(|s| s / n));
    }
    Ok(judged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::evaluation::split::{Part, Protocol, SplitSettings, split};
    use crate::platform::models::interaction_log::{Interaction, InteractionLog};
    use crate::platform::models::model::{FitReport, Part as ScorePart, Person, Tensors, Watch};
    use crate::platform::models::params::ModelError;
    use crate::platform::models::random::Random;
    use crate::sim::rng::{Purpose, RngStream};

    /// Knows what comes next in the log of these tests: the item after the last of the past.
    #[derive(Default)]
    struct Next {
        n_items: usize,
    }

    impl Model for Next {
        fn name(&self) -> &'static str {
            "next"
        }
        fn fit(
            &mut self,
            log: &InteractionLog,
            watch: &mut Watch<'_>,
        ) -> Result<FitReport, ModelError> {
            self.n_items = log.n_items;
            let epoch = Epoch {
                epoch: 1,
                of: 1,
                loss: 0.5,
                held_out: None,
            };
            assert!(watch(epoch).is_continue());
            Ok(FitReport {
                n_rows: log.interactions.len() as u64,
                n_parameters: 7,
                curve: vec![epoch],
            })
        }
        fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
            for (person, row) in people.iter().zip(scores.chunks_mut(self.n_items)) {
                let last = person.past.last().map_or(0, |i| i.item as usize);
                row.fill(0.0);
                row[(last + 1) % self.n_items] = 1.0;
            }
            Ok(())
        }
        fn explain(&self, _: &Person<'_>, _: u32) -> Result<Vec<ScorePart>, ModelError> {
            Ok(Vec::new())
        }
        fn save(&self) -> Result<Tensors, ModelError> {
            Ok(Tensors::new())
        }
        fn load(&mut self, _: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
            self.n_items = log.n_items;
            Ok(())
        }
    }

    /// Everybody walks the items in a circle, from somewhere.
    fn walks() -> InteractionLog {
        let (n_users, n_items) = (40, 30);
        let mut log = InteractionLog {
            n_users,
            n_items,
            ..InteractionLog::default()
        };
        for time in 0..12 {
            for user in 0..n_users as u32 {
                log.interactions.push(Interaction {
                    user,
                    item: (user * 7 + time as u32) % n_items as u32,
                    time,
                    weight: 1.0,
                });
            }
        }
        log
    }

    fn split_by(protocol: Protocol, folds: u32) -> Split {
        let settings = SplitSettings {
            protocol,
            part: Part::Test,
            folds,
            seed: 1,
        };
        split(&walks(), &settings).unwrap()
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "what makes a model may fail in general"
    )]
    fn next() -> Result<Box<dyn Model>, SettingsError> {
        Ok(Box::new(Next::default()))
    }

    fn mean(judged: &Judged, name: &str) -> f64 {
        let column = judged.columns.iter().position(|c| c.name() == name);
        let column = column.unwrap();
        let rows = judged.values.chunks(judged.columns.len());
        rows.map(|r| r[column]).sum::<f64>() / judged.people.len() as f64
    }

    #[test]
    fn a_model_that_knows_what_comes_next_finds_it_in_every_protocol() {
        for (protocol, folds, expected) in [
            (Protocol::LeaveLastOneOut, 1, 1.0),
            (Protocol::NewUsers, 4, 1.0),
            (Protocol::TimeForward, 2, 1.0),
        ] {
            let mut told = Vec::new();
            let judged = run(
                &next,
                &split_by(protocol, folds),
                &[1, 5],
                &|| 0.0,
                &mut |f, e| {
                    told.push((f, e.epoch));
                },
            )
            .unwrap();
            assert_eq!(mean(&judged, "mrr@5"), expected, "{protocol:?}");
            assert_eq!(judged.people.len(), 40, "{protocol:?}");
            assert_eq!(told.len(), folds as usize, "{protocol:?}");
            assert_eq!((judged.n_parameters, judged.curve.len()), (7, 1));
        }
    }

    #[test]
    fn chance_finds_as_often_as_chance_must_and_thread_counts_do_not_matter() {
        let split = split_by(Protocol::LeaveLastOneOut, 1);
        let random = || -> Result<Box<dyn Model>, SettingsError> { Ok(Box::new(Random::new(3))) };
        let judged = || run(&random, &split, &[10], &|| 0.0, &mut |_, _| {}).unwrap();
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let four = rayon::ThreadPoolBuilder::new().num_threads(4).build();
        let (one, four) = (one.unwrap().install(judged), four.unwrap().install(judged));
        assert_eq!(one, four);
        // Ten of 19 items that are left; four standard errors over 40 people are 0.32.
        assert!((mean(&one, "recall@10") - 10.0 / 19.0).abs() < 0.32);
    }

    #[test]
    fn prop_renaming_people_and_items_changes_no_metric() {
        for id in 0..5 {
            let log = walks();
            let mut rng = RngStream::new(id, Purpose::Test, 0, 0);
            let mut names: Vec<u32> = (0..log.n_users as u32).collect();
            for i in (1..names.len()).rev() {
                names.swap(i, rng.below(i + 1));
            }
            let mut renamed = log.clone();
            for i in &mut renamed.interactions {
                i.user = names[i.user as usize];
                // Turning the circle keeps what comes next.
                i.item = (i.item + 11) % 30;
            }
            let settings = SplitSettings {
                protocol: Protocol::LeaveLastOneOut,
                part: Part::Test,
                folds: 1,
                seed: 1,
            };
            let of = |log| {
                let split = split(log, &settings).unwrap();
                let judged = run(&next, &split, &[3], &|| 0.0, &mut |_, _| {}).unwrap();
                (mean(&judged, "ndcg@3"), mean(&judged, "precision@3"))
            };
            assert_eq!(of(&log), of(&renamed));
        }
    }
}
