//! A declared workload, run by the engine: phases, workers, log on disk, chain of state hashes.

use std::path::Path;

use serde_json::json;

use super::Report;
use super::child::TemporaryFolder;
use crate::cli::CommandError;
use crate::cli::bench_args::WorkloadArgs;
use crate::cli::output;
use crate::cli::run::wall_clock;
use crate::events::log::error::LogError;
use crate::events::log::writer::{Disk, EventLog, Keep};
use crate::lab::summary::peak_rss_bytes;
use crate::scenario::chain::ChainWriter;
use crate::scenario::load::{Overrides, load};
use crate::scenario::run::folder;
use crate::scenario::schema::Scenario;
use crate::scenario::workload::plugin::found_workload;
use crate::scenario::workload::state::{Choices, Tally};
use crate::sim::rng::mix;
use crate::sim::units::TICKS_PER_DAY;
use crate::sim::workers::Workers;

/// Shipped scenario that is run when none is named.
const SHIPPED: &str = "workload-a";

/// What a workload came to.
struct Outcome {
    threads: usize,
    seconds: f64,
    /// Of `seconds`: phases, log, hashes.
    parts: [f64; 3],
    events: u64,
    taken: u64,
    logits: f64,
    chained: u64,
}

/// Runs a workload.
pub(super) fn measure(args: &WorkloadArgs) -> Result<Report, CommandError> {
    let name = args.scenario.as_deref().unwrap_or(SHIPPED);
    let overrides = Overrides {
        sets: args.sets.clone(),
        ..Overrides::default()
    };
    let scenario = load(name, &overrides)?.scenario;
    if scenario.workload.users == 0 {
        return Err(CommandError::Usage(format!(
            "--scenario {name}: workload.users = 0: a workload has 1 to 10000000 users"
        )));
    }
    let threads = args.common.threads.unwrap_or(0);
    let outcome = if let Some(dir) = &args.out {
        folder::create(dir, args.force)?;
        run(&scenario, threads, dir)?
    } else {
        let temporary = TemporaryFolder::create()?;
        run(&scenario, threads, temporary.path())?
    };
    let w = &scenario.workload;
    let steps = outcome.events as f64;
    let rate = steps / outcome.seconds.max(1e-9);
    let take_rate = outcome.taken as f64 / steps.max(1.0);
    let mean_logit = outcome.logits / (outcome.taken as f64).max(1.0);
    let [phases, log, hashes] = outcome.parts;
    output::note(&format!(
        "take-rate {take_rate:.4}, mean chosen logit {mean_logit:.4}, state hash {:016x}; phases {phases:.3} s, log {log:.3} s, hashes {hashes:.3} s; {:.0} MB",
        outcome.chained,
        peak_rss_bytes() as f64 / 1e6
    ));
    Ok(Report {
        lines: vec![format!(
            "agora_{}t {} {} {} {} {:.4} {rate:.0}",
            outcome.threads, w.users, w.items, w.dims, w.steps, outcome.seconds
        )],
        json: json!({
            "name": format!("agora_{}t", outcome.threads),
            "users": w.users,
            "items": w.items,
            "dims": w.dims,
            "steps": w.steps,
            "seconds": outcome.seconds,
            "user_steps_per_s": rate,
            "take_rate": take_rate,
            "mean_chosen_logit": mean_logit,
            "state_hash": format!("{:016x}", outcome.chained),
            "peak_rss_bytes": peak_rss_bytes(),
        }),
        broken: Vec::new(),
    })
}

/// Founds the world twice: one takes a step to warm caches and threads, the other is measured from its beginning.
fn run(scenario: &Scenario, threads: usize, dir: &Path) -> Result<Outcome, CommandError> {
    folder::write(&dir.join("scenario.toml"), scenario.to_toml().as_bytes())?;
    let mut warm = found_workload(scenario, threads)?;
    warm.step();
    drop(warm);
    let mut sim = found_workload(scenario, threads)?;
    sim.state_hash();
    let mut log = EventLog::create(dir, Box::new(Disk), Keep::default())?;
    let path = dir.join("hashes.bin");
    let names: Vec<&str> = sim.state_parts().iter().map(|p| p.0).collect();
    let mut chain = ChainWriter::create(&path, &names).map_err(CommandError::file(&path))?;
    let steps = scenario.workload.steps;
    let mut chained = 0;
    let mut parts = [0.0; 3];
    let clock = wall_clock();
    for tick in 0..steps {
        let began = clock.elapsed().as_secs_f64();
        sim.step();
        let stepped = clock.elapsed().as_secs_f64();
        let day = tick / TICKS_PER_DAY;
        let events = &sim.world().resource::<Choices>().events;
        sim.world().resource::<Workers>().install(|| {
            log.append(day, events, &[])?;
            if (tick + 1).is_multiple_of(TICKS_PER_DAY) || tick + 1 == steps {
                log.end_day(day)?;
            }
            Ok::<(), LogError>(())
        })?;
        let logged = clock.elapsed().as_secs_f64();
        let hash = sim.state_hash();
        chained = mix(chained ^ hash);
        chain
            .push(hash, &sim.state_parts())
            .map_err(CommandError::file(&path))?;
        let hashed = clock.elapsed().as_secs_f64();
        for (part, time) in
            parts
                .iter_mut()
                .zip([stepped - began, logged - stepped, hashed - logged])
        {
            *part += time;
        }
    }
    chain.flush().map_err(CommandError::file(&path))?;
    let seconds = clock.elapsed().as_secs_f64();
    let tally = sim.world().resource::<Tally>();
    Ok(Outcome {
        threads: sim.world().resource::<Workers>().threads(),
        seconds,
        parts,
        events: tally.events,
        taken: tally.taken,
        logits: tally.logits,
        chained,
    })
}
