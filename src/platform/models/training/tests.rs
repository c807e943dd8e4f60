//! Searches over a small model whose best settings are known.

#![expect(unreachable_pub, reason = "the macro makes public structs")]

use std::ops::ControlFlow;

use super::checkpoint::{Checkpoint, Description, digest};
use super::folds::{Fold, FoldPlan, tests::drawn};
use super::halving::{Rung, all_at_once, hyperband, rungs};
use super::resource::Resource;
use super::search::{Ended, Search, SearchError, drawn_scores};
use super::space::Space;
use crate::platform::models::catalog::SettingsError;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::model::{Epoch, FitReport, Model, Part, Person, Tensors, Watch};
use crate::platform::models::params::ModelError;
use crate::sim::config::{ConfigPart, ValueDoc};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

crate::config! {
    /// Popularity blurred by noise, which is the less the nearer `rate` is to 0.1 and the more passes there are, up to 12.
    pub struct ToyConfig {
        /// Best at 0.1; above 0.5 it diverges.
        rate: f64 = 0.3, "-", 0.001..=10.0;
        /// Passes.
        epochs: u32 = 27, "passes", 1..=1000;
    }
}

struct Toy {
    config: ToyConfig,
    seed: u64,
    scores: Vec<f32>,
}

impl Model for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn fit(
        &mut self,
        log: &InteractionLog,
        watch: &mut Watch<'_>,
    ) -> Result<FitReport, ModelError> {
        let rate = self.config.rate;
        if rate > 0.5 {
            return Err(ModelError::Diverged {
                step: 1,
                loss: f64::NAN,
            });
        }
        let mut noise = 1.0;
        for epoch in 1..=self.config.epochs {
            noise = math::ln(rate / 0.1).abs() + 1.0 / f64::from(epoch.min(12));
            let of = self.config.epochs;
            let told = watch(Epoch {
                epoch,
                of,
                loss: noise,
                held_out: None,
            });
            if told.is_break() {
                break;
            }
        }
        let mut rng = RngStream::new(self.seed, Purpose::ModelInit, 0, 0);
        let most = 40.0 * log.interactions.len() as f64 / log.n_items as f64;
        let mut counts = vec![0.0; log.n_items];
        for r in &log.interactions {
            counts[r.item as usize] += 1.0;
        }
        let blur = counts
            .iter()
            .map(|c| (c + noise * most * rng.normal()) as f32);
        self.scores = blur.collect();
        Ok(FitReport::default())
    }

    fn score(&self, _: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        for row in scores.chunks_mut(self.scores.len()) {
            row.copy_from_slice(&self.scores);
        }
        Ok(())
    }

    fn explain(&self, _: &Person<'_>, _: u32) -> Result<Vec<Part>, ModelError> {
        Ok(Vec::new())
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        Ok(Tensors::new())
    }

    fn load(&mut self, _: &Tensors, _: &InteractionLog) -> Result<(), ModelError> {
        Ok(())
    }
}

fn make(settings: &toml::Table, seed: u64) -> Result<Box<dyn Model>, SettingsError> {
    let read = settings.clone().try_into();
    let config = read.map_err(|e: toml::de::Error| SettingsError::Shape {
        model: "toy",
        message: e.message().to_owned(),
    })?;
    Ok(Box::new(Toy {
        config,
        seed,
        scores: Vec::new(),
    }))
}

fn docs() -> Vec<ValueDoc> {
    let mut docs = Vec::new();
    ToyConfig::describe("", &mut docs);
    for d in &mut docs {
        d.key = d.key.trim_start_matches('.').to_owned();
    }
    docs
}

/// Everything a search needs.
struct Bench {
    test: Fold,
    folds: Vec<Fold>,
    space: Space,
    resource: Resource,
    brackets: Vec<Vec<Rung>>,
}

impl Bench {
    fn new(brackets: Vec<Vec<Rung>>) -> Self {
        let log = drawn(11, 60, 40, 1_500);
        let plan = FoldPlan::Time(2);
        let test = plan.set_aside(&log, 1).unwrap();
        let mut space = Space::default();
        space.add("rate=0.01..1.0:log", &docs()).unwrap();
        Self {
            folds: plan.folds(&test.train, 1).unwrap(),
            test,
            space,
            resource: Resource::of(&docs(), &toml::Table::new()),
            brackets,
        }
    }

    fn search(&self) -> Search<'_> {
        Search {
            make: &make,
            folds: &self.folds,
            space: &self.space,
            brackets: &self.brackets,
            resource: &self.resource,
            patience: None,
            seed: 5,
        }
    }

    fn empty(&self) -> Checkpoint {
        Checkpoint::begin(&description(&self.test.train)).unwrap()
    }

    fn run(&self) -> Checkpoint {
        let mut into = self.empty();
        let mut told = |_: &Checkpoint| ControlFlow::Continue(());
        let ended = self.search().run(&self.empty(), &mut into, &mut told);
        assert_eq!(ended.unwrap(), Ended::Done);
        into
    }
}

fn description(log: &InteractionLog) -> Description {
    Description {
        model: "toy".to_owned(),
        log: format!("{:016x}", digest(log)),
        folds: FoldPlan::Time(2).to_string(),
        search: "halving".to_owned(),
        resource: "epochs".to_owned(),
        patience: None,
        seed: 5,
        space: std::collections::BTreeMap::new(),
    }
}

#[test]
fn random_search_finds_the_known_optimum_better_than_the_defaults() {
    let bench = Bench::new(vec![all_at_once(30, 27).unwrap()]);
    let trials = bench.run();
    assert_eq!(trials.records().len(), 30);
    assert_eq!(drawn_scores(&trials).len(), 29 - failures(&trials));
    let search = bench.search();
    let best = search.best(&trials).unwrap();
    let rate = best.settings["rate"].as_float().unwrap();
    assert!((0.05..0.2).contains(&rate), "{best:?}");
    assert!(best.score > trials.records()[0].score);
    assert!(trials.records()[0].settings.is_empty());
    let refitted = search
        .refit(&search.settings_of(best), &bench.test)
        .unwrap();
    let defaults = search.refit(&toml::Table::new(), &bench.test).unwrap();
    assert!(refitted.test > defaults.test);
    assert_eq!(refitted.report.curve.len(), 27);
}

fn failures(trials: &Checkpoint) -> usize {
    let failed = trials.records().iter().filter(|r| r.failure.is_some());
    failed.count()
}

#[test]
fn candidates_that_fail_are_recorded_and_never_go_on() {
    let bench = Bench::new(vec![rungs(27, 27, 3).unwrap()]);
    let trials = bench.run();
    let of = |rung| trials.records().iter().filter(move |r| r.rung == rung);
    assert_eq!([0, 1, 2, 3].map(|r| of(r).count()), [27, 9, 3, 1]);
    assert_eq!(
        [0, 1, 2, 3].map(|r| of(r).next().unwrap().resource),
        [1, 3, 9, 27]
    );
    let failed: Vec<_> = of(0).filter(|r| r.score.is_none()).collect();
    assert!(!failed.is_empty());
    for r in failed {
        assert!(r.settings["rate"].as_float().unwrap() > 0.5);
        assert!(r.failure.as_ref().unwrap().contains("finite number"));
    }
    assert!(of(1).all(|r| r.score.is_some()));
    // The nine that go on are the nine best.
    let worst_kept = of(1).map(|k| of(0).find(|r| r.trial == k.trial).unwrap().score);
    let worst_kept = worst_kept.flatten().fold(f64::INFINITY, f64::min);
    let kept = |r: &&super::checkpoint::Record| of(1).any(|k| k.trial == r.trial);
    let best_left = of(0)
        .filter(|r| !kept(r))
        .filter_map(|r| r.score)
        .fold(0.0, f64::max);
    assert!(worst_kept >= best_left);
    // The passes that were given are the passes that were made.
    assert!(of(2).all(|r| r.curves.iter().all(|c| c.len() == 9)));
}

#[test]
fn hyperband_numbers_candidates_over_all_brackets() {
    let bench = Bench::new(hyperband(9, 3).unwrap());
    let trials = bench.run();
    // (9, 3, 1), (5, 1), (3).
    assert_eq!(trials.records().len(), 9 + 3 + 1 + 5 + 1 + 3);
    let firsts: Vec<u32> = trials
        .records()
        .iter()
        .filter(|r| r.rung == 0)
        .map(|r| r.trial)
        .collect();
    assert_eq!(firsts, (0..17).collect::<Vec<_>>());
    assert_eq!(bench.search().units(), (9 + 9 + 9) + (5 * 3 + 9) + 3 * 9);
}

#[test]
fn prop_a_search_stopped_after_any_trial_and_gone_on_with_gives_the_same_lines_and_weights() {
    let bench = Bench::new(vec![rungs(9, 9, 3).unwrap()]);
    let search = bench.search();
    let whole = bench.run();
    for k in 1..whole.records().len() {
        let mut stopped = bench.empty();
        let mut n = 0;
        let mut told = |_: &Checkpoint| {
            n += 1;
            if n == k {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let ended = search.run(&bench.empty(), &mut stopped, &mut told).unwrap();
        assert_eq!((ended, stopped.records().len()), (Ended::Stopped, k));
        // All that is left of it is a file.
        let what = description(&bench.test.train);
        let done = Checkpoint::read(&stopped.text(), &what).unwrap();
        let (mut resumed, mut n_fresh) = (bench.empty(), 0);
        let mut told = |_: &Checkpoint| {
            n_fresh += 1;
            ControlFlow::Continue(())
        };
        search.run(&done, &mut resumed, &mut told).unwrap();
        assert_eq!(n_fresh, whole.records().len() - k);
        assert_eq!(resumed.text(), whole.text());
    }
}

#[test]
fn a_search_is_the_same_at_any_number_of_threads() {
    let bench = Bench::new(vec![rungs(9, 9, 3).unwrap()]);
    let on = |n| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n)
            .build()
            .unwrap();
        pool.install(|| bench.run()).text()
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn a_fit_that_does_not_improve_ends_early() {
    let bench = Bench::new(vec![all_at_once(1, 27).unwrap()]);
    let mut search = bench.search();
    search.patience = Some(3);
    let mut into = bench.empty();
    let mut told = |_: &Checkpoint| ControlFlow::Continue(());
    search.run(&bench.empty(), &mut into, &mut told).unwrap();
    // The toy's loss falls up to the twelfth pass; three later it ends.
    assert!(into.records()[0].curves.iter().all(|c| c.len() == 15));
}

#[test]
fn too_many_passes_lose_and_a_model_of_fewer_people_never_wins() {
    let bench = Bench::new(vec![rungs(9, 9, 3).unwrap()]);
    let mut early = bench.run().records()[4].clone();
    let mut trials = bench.empty();
    for (rung, resource, score) in [(0, 1, 0.3), (1, 3, 0.5), (2, 9, 0.4)] {
        early.rung = rung;
        early.resource = resource;
        early.score = Some(score);
        trials.add(&early).unwrap();
    }
    let mut search = bench.search();
    let best = search.best(&trials).unwrap();
    assert_eq!(best.resource, 3);
    assert_eq!(search.settings_of(best)["epochs"].as_integer(), Some(3));
    search.resource = &Resource::People;
    let best = search.best(&trials).unwrap();
    assert_eq!(best.resource, 9);
    assert_eq!(search.settings_of(best), best.settings);
}

#[test]
fn a_search_in_which_everything_fails_says_why() {
    let mut bench = Bench::new(vec![all_at_once(3, 27).unwrap()]);
    bench.space.add("rate=0.9", &docs()).unwrap();
    let trials = bench.run();
    let error = bench.search().best(&trials).unwrap_err();
    assert!(matches!(error, SearchError::AllFailed { n_trials: 3, .. }));
    assert!(
        error.to_string().contains("finite number is needed"),
        "{error}"
    );
}
