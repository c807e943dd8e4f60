//! P2 at the size of a city's hour: how near prices come to the bound, and how long they take.

use serde_json::json;

use super::Report;
use crate::cli::CommandError;
use crate::cli::bench_args::AllocationArgs;
use crate::cli::run::wall_clock;
use crate::platform::recommend::allocation::ascent::{self, Ascent};
use crate::platform::recommend::allocation::problem::{Certificate, Problem};
use crate::scenario::world::FoundingError;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::workers::Workers;

/// Highest gap between the allocation and what no allocation can exceed, as a share of that.
const BAR: f64 = 0.01;

/// Seed of the instance.
const SEED: u64 = 7;

/// Draws an instance whose contents are unequally wanted and together hold as many minutes as there are.
fn draw(avatars: usize, contents: usize) -> Result<Problem, CommandError> {
    let (mut worth, mut minutes, mut budgets) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..avatars {
        let mut rng = RngStream::new(SEED, Purpose::Workload, i as u64, 1);
        for c in 0..contents {
            worth.push(rng.gamma(2.0) * math::pow((c + 1) as f64, -0.5));
            minutes.push(rng.range(0.5, 3.0));
        }
        budgets.push(rng.range(1.0, 16.0));
    }
    let each = budgets.iter().sum::<f64>() / contents as f64;
    let mut rng = RngStream::new(SEED, Purpose::Workload, avatars as u64, 2);
    let capacities = (0..contents).map(|_| each * rng.range(0.5, 1.5)).collect();
    Problem::new(worth, minutes, budgets, capacities)
        .map_err(|e| CommandError::Failed(format!("the drawn instance is impossible: {e}")))
}

/// Draws an instance and solves it.
pub(super) fn measure(args: &AllocationArgs) -> Result<Report, CommandError> {
    let workers = Workers::new(args.common.threads.unwrap_or(0)).map_err(FoundingError::from)?;
    let problem = draw(args.avatars as usize, args.contents as usize)?;
    let clock = wall_clock();
    let solution = ascent::solve(&problem, &Ascent::default(), &workers);
    let seconds = clock.elapsed().as_secs_f64();
    let c = Certificate::of(&problem, &solution);
    let gap = c.relative_gap();
    let holds = gap <= BAR && c.infeasibility <= 1e-6;
    let line = format!(
        "allocation of {} avatars x {} contents: {seconds:.2} s, value {:.1}, bound {:.1}, gap {:.3} %, under {} %: {}",
        args.avatars,
        args.contents,
        c.value,
        c.bound,
        gap * 100.0,
        BAR * 100.0,
        if holds { "holds" } else { "DOES NOT HOLD" }
    );
    Ok(Report {
        json: json!({
            "avatars": args.avatars,
            "contents": args.contents,
            "seconds": seconds,
            "value": c.value,
            "bound": c.bound,
            "gap": gap,
            "infeasibility": c.infeasibility,
            "bar": BAR,
            "holds": holds,
        }),
        broken: if holds {
            Vec::new()
        } else {
            vec![line.clone()]
        },
        lines: vec![line],
    })
}
