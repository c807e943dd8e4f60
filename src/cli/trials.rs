//! Many whole runs in memory: one thread a run, nothing written.

use super::CommandError;
use super::side_by_side::side_by_side;
use crate::lab::experiment::comparison::Metrics;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::headline::headline;
use crate::scenario::load::Loaded;
use crate::scenario::run::progress::Run;
use crate::scenario::world::ending;
use crate::sim::units::TICKS_PER_DAY;

/// Runs every scenario to its last day and returns the headline numbers of each, in the order given.
///
/// Runs are independent and each has a single thread of its own, so that nothing they show depends on `threads` (0: one per core).
/// `on_day` is called after every simulated day of any of them.
///
/// # Errors
/// That of the first run that could not be founded; no further run is begun after one has failed.
pub fn run_all(
    scenarios: &[Loaded],
    threads: usize,
    on_day: impl Fn() + Sync,
) -> Result<Vec<Metrics>, CommandError> {
    side_by_side(scenarios.len(), threads, |i| {
        run_one(&scenarios[i], &on_day)
    })
}

fn run_one(scenario: &Loaded, on_day: &impl Fn()) -> Result<Metrics, CommandError> {
    let mut run = Run::begin(scenario, 1, None)?;
    for _ in 0..scenario.scenario.days {
        for _ in 0..TICKS_PER_DAY {
            // Nobody compares the states of these runs, so that they need not be hashed.
            run.sim.step();
        }
        on_day();
    }
    Ok(metrics_of(&run))
}

/// Returns the headline numbers of a run as it stands.
#[must_use]
pub fn metrics_of(run: &Run) -> Metrics {
    headline(run.sim.world().resource::<Book>(), &ending(&run.sim))
}
