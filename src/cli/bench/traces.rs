//! What it costs to take down why each offer was made.
//!
//! Two cities of one seed go tick by tick, one with traces and one without, and take turns in going first: what else the machine
//! does meets both alike.

use std::time::Duration;

use serde_json::json;

use super::Report;
use crate::cli::CommandError;
use crate::cli::bench_args::TracesArgs;
use crate::cli::output;
use crate::cli::run::wall_clock;
use crate::platform::trace::book::{Traces, USUAL_CAPACITY};
use crate::scenario::load::{Overrides, load};
use crate::scenario::run::progress::Run;
use crate::sim::units::TICKS_PER_DAY;

/// How many times the cost is allowed.
const BAR: f64 = 1.10;

/// Steps a city and returns how long that took.
fn step(run: &mut Run) -> Duration {
    let clock = wall_clock();
    run.sim.step();
    clock.elapsed()
}

/// Runs both cities side by side.
pub(super) fn measure(args: &TracesArgs) -> Result<Report, CommandError> {
    let loaded = load("quickstart", &Overrides::default())?;
    let threads = args.common.threads.unwrap_or(0);
    let mut off = Run::begin(&loaded, threads, None)?;
    let mut on = Run::begin(&loaded, threads, None)?;
    let world = on.sim.world_mut();
    world.insert_resource(Traces::on(USUAL_CAPACITY));
    output::note("running quickstart twice, side by side");
    let mut spent = [Duration::ZERO; 2];
    for tick in 0..args.days.saturating_mul(TICKS_PER_DAY) {
        if tick.is_multiple_of(2) {
            spent[0] += step(&mut off);
            spent[1] += step(&mut on);
        } else {
            spent[1] += step(&mut on);
            spent[0] += step(&mut off);
        }
    }
    if off.sim.state_hash() != on.sim.state_hash() {
        let message = "traces changed the city; this is a bug".to_owned();
        return Err(CommandError::Failed(message));
    }
    let n_remembered = on.sim.world().resource::<Traces>().len();
    let [off, on] = spent.map(|t| t.as_secs_f64());
    let ratio = on / off.max(1e-9);
    let holds = ratio < BAR;
    let verdict = if holds { "holds" } else { "DOES NOT HOLD" };
    Ok(Report {
        lines: vec![format!(
            "{} days of quickstart: {off:.3} s without traces, {on:.3} s with ({n_remembered} offers remembered); ratio {ratio:.3}, under {BAR:.2}: {verdict}",
            args.days
        )],
        json: json!({
            "days": args.days,
            "seconds_without": off,
            "seconds_with": on,
            "offers_remembered": n_remembered,
            "ratio": ratio,
            "bar": BAR,
            "holds": holds,
        }),
        broken: if holds {
            Vec::new()
        } else {
            vec![format!(
                "traces cost {ratio:.3} times as much, allowed is {BAR:.2}"
            )]
        },
    })
}
