//! What scoring and learning cost: pairs scored with the ten best kept, and the share of a city's time that training takes.

use std::time::Duration;

use candle_core::{Device, Tensor};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::Report;
use crate::cli::CommandError;
use crate::cli::bench_args::ModelsBenchArgs;
use crate::cli::output;
use crate::cli::run::wall_clock;
use crate::platform::models::ranker::Ranker;
use crate::platform::models::retrieval::{Hit, PackedItems};
use crate::scenario::load::{Overrides, load};
use crate::scenario::run::progress::Run;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR};
use crate::sim::workers::Workers;

/// Users, items and dimensions of the scoring.
pub(super) const USERS: usize = 10_000;
pub(super) const ITEMS: usize = 1_000;
pub(super) const DIMS: usize = 32;

/// Items kept for a user.
const KEPT: usize = 10;

/// Users that a thread takes at once.
const AT_A_TIME: usize = 250;

/// Rounds of the scoring that count, after one that does not.
const ROUNDS: usize = 101;

/// How many times as fast as the tensor library's product, which keeps nothing, scoring must be; on the machine that the bar of
/// 60 GFLOP/s was set for, that product reaches 24.
const SCORING_BAR: f64 = 2.5;

/// Rounds of the tensor library's product.
const PLAIN_ROUNDS: usize = 21;

/// Share of the time of `baseline` that training must stay below.
const TRAINING_BAR: f64 = 0.20;

/// Measures scoring, then training in `baseline`, then both in every city of `models` if that was asked for.
pub(super) fn measure(args: &ModelsBenchArgs) -> Result<Report, CommandError> {
    let threads = args.common.threads.unwrap_or(0);
    let mut lines = Vec::new();
    let mut broken = Vec::new();
    let rate = scoring(threads)?;
    let plain = plain()?;
    let times = rate.median / plain.max(1e-9);
    let holds = times >= SCORING_BAR;
    lines.push(format!(
        "scoring {USERS} x {ITEMS} x {DIMS} with the best {KEPT}: median {:.1} GFLOP/s of {ROUNDS} rounds, best {:.1}; the tensor library's product alone {plain:.1}; {times:.1} times, at least {SCORING_BAR}: {}",
        rate.median,
        rate.best,
        verdict(holds)
    ));
    if !holds {
        broken.push(format!(
            "scoring is {times:.1} times as fast as a plain product"
        ));
    }

    output::note("running baseline");
    let city = live("baseline", None, args.days, threads)?;
    let is_cheap = city.share() < TRAINING_BAR;
    lines.push(format!(
        "training in baseline, {} days: {:.2} of {:.2} s in {} trainings, {:.1} %; under {:.0} %: {}",
        city.days,
        city.training,
        city.seconds,
        city.trainings,
        100.0 * city.share(),
        100.0 * TRAINING_BAR,
        verdict(is_cheap)
    ));
    if !is_cheap {
        let share = 100.0 * city.share();
        broken.push(format!("training took {share:.1} % of baseline's time"));
    }
    let mut arms: Vec<Value> = Vec::new();
    if args.every {
        let asked = load("models", &Overrides::default())?;
        lines.push(format!(
            "{:<20} {:>9} {:>9} {:>9}",
            "arm of models", "seconds", "trainings", "training"
        ));
        for arm in asked.scenario.arms.keys() {
            output::note(&format!("running models, {arm}"));
            let city = live("models", Some(arm), args.days, threads)?;
            lines.push(format!(
                "{arm:<20} {:>9.1} {:>9} {:>7.1} %",
                city.seconds,
                city.trainings,
                100.0 * city.share()
            ));
            arms.push(json!({
                "arm": arm,
                "seconds": city.seconds,
                "trainings": city.trainings,
                "training_seconds": city.training,
            }));
        }
    }
    Ok(Report {
        lines,
        json: json!({
            "scoring_gflops_median": rate.median,
            "scoring_gflops_best": rate.best,
            "plain_gflops": plain,
        "scoring_times": times,
        "scoring_bar": SCORING_BAR,
            "days": city.days,
            "baseline_seconds": city.seconds,
            "baseline_trainings": city.trainings,
            "baseline_training_seconds": city.training,
            "training_share": city.share(),
            "training_bar": TRAINING_BAR,
            "arms": arms,
        }),
        broken,
    })
}

const fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "DOES NOT HOLD" }
}

/// Draws the numbers of a table.
pub(super) fn drawn(n: usize, table: u64) -> Vec<f32> {
    let mut stream = RngStream::new(1, Purpose::ModelInit, table, 0);
    (0..n).map(|_| stream.normal() as f32).collect()
}

struct Rate {
    median: f64,
    best: f64,
}

/// Scores every pair and keeps the best items of every user, over and over.
fn scoring(threads: usize) -> Result<Rate, CommandError> {
    let workers = Workers::new(threads)
        .map_err(|e| CommandError::Failed(format!("no threads could be started: {e}")))?;
    let (users, items) = (drawn(USERS * DIMS, 0), drawn(ITEMS * DIMS, 1));
    let packed = PackedItems::pack(&items, DIMS);
    let mut hits = vec![
        Hit {
            item: 0,
            score: 0.0
        };
        USERS * KEPT
    ];
    let mut spent: Vec<Duration> = Vec::with_capacity(ROUNDS);
    for round in 0..=ROUNDS {
        let clock = wall_clock();
        workers.install(|| {
            users
                .par_chunks(AT_A_TIME * DIMS)
                .zip(hits.par_chunks_mut(AT_A_TIME * KEPT))
                .for_each(|(users, hits)| packed.top_k(users, KEPT, hits));
        });
        if round > 0 {
            spent.push(clock.elapsed());
        }
    }
    spent.sort_unstable();
    Ok(Rate {
        median: gflops(spent[ROUNDS / 2]),
        best: gflops(spent[0]),
    })
}

fn gflops(t: Duration) -> f64 {
    2e-9 * (USERS * ITEMS * DIMS) as f64 / t.as_secs_f64().max(1e-9)
}

/// Multiplies the same numbers with the tensor library, as it does by itself, and returns the median rate.
fn plain() -> Result<f64, CommandError> {
    let failed = |e: candle_core::Error| CommandError::Failed(format!("tensors: {e}"));
    let table = |rows: usize, key: u64| {
        let numbers = drawn(rows * DIMS, key);
        Tensor::from_vec(numbers, (rows, DIMS), &Device::Cpu).map_err(failed)
    };
    let (users, items) = (table(USERS, 0)?, table(ITEMS, 1)?);
    let columns = items.t().and_then(|t| t.contiguous()).map_err(failed)?;
    let mut spent: Vec<Duration> = Vec::with_capacity(PLAIN_ROUNDS);
    for round in 0..=PLAIN_ROUNDS {
        let clock = wall_clock();
        let scores = users.matmul(&columns).map_err(failed)?;
        if round > 0 {
            spent.push(clock.elapsed());
        }
        drop(scores);
    }
    spent.sort_unstable();
    Ok(gflops(spent[PLAIN_ROUNDS / 2]))
}

struct City {
    days: u32,
    seconds: f64,
    trainings: u32,
    training: f64,
}

impl City {
    fn share(&self) -> f64 {
        self.training / self.seconds.max(1e-9)
    }
}

/// Runs a city tick by tick; a training costs what the tick in which it happens took more than the hours around it usually take.
fn live(
    name: &str,
    arm: Option<&String>,
    days: Option<u32>,
    threads: usize,
) -> Result<City, CommandError> {
    let overrides = Overrides {
        arm: arm.cloned(),
        days,
        ..Overrides::default()
    };
    let loaded = load(name, &overrides)?;
    let mut run = Run::begin(&loaded, threads, None)?;
    let mut found = City {
        days: loaded.scenario.days,
        seconds: 0.0,
        trainings: 0,
        training: 0.0,
    };
    let learned = |run: &Run| {
        let ranker = run.sim.world().resource::<Ranker>();
        (ranker.version, ranker.registry.cards().len())
    };
    // Ticks on the full hour in which nothing was trained, the latest last: shelves are refreshed in them too.
    let mut usual: Vec<f64> = Vec::new();
    for tick in 0..found.days.saturating_mul(TICKS_PER_DAY) {
        let before = learned(&run);
        let clock = wall_clock();
        run.sim.step();
        let took = clock.elapsed().as_secs_f64();
        found.seconds += took;
        if learned(&run) != before {
            let lately = &usual[usual.len().saturating_sub(24)..];
            let ordinary = lately.iter().sum::<f64>() / lately.len().max(1) as f64;
            found.trainings += 1;
            found.training += (took - ordinary).max(0.0);
        } else if tick.is_multiple_of(TICKS_PER_HOUR) {
            usual.push(took);
        }
    }
    Ok(found)
}
