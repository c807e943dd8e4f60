//! Every state hash is equal at any number of threads: cities of the same seed run in lockstep.

use std::fmt::Write as _;

use serde::Serialize;

use super::city;
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::cli::side_by_side::side_by_side;
use crate::platform::recommend::exposures::Exposures;
use crate::scenario::schema::Scenario;
use crate::scenario::world::{FoundingError, plan};
use crate::sim::schedule::Simulation;
use crate::sim::workers::Workers;
use crate::society::avatars::avatar::Avatars;
use crate::society::plugin::Plantings;

/// Residents of the cities compared: enough that loops over those awake are shared between threads.
const RESIDENTS: u32 = 264;

/// The ranking models, one seed after the other; the two-tower model twice as often, as it trains.
const MODELS: [&str; 4] = ["two_tower", "item_knn", "two_tower", "ease"];

/// Two cities of one seed that came apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Divergence {
    /// Which seed.
    pub seed: u64,
    /// Threads of the city that differs from the one on one thread.
    pub threads: usize,
    /// The first tick after which it does.
    pub tick: u32,
    /// The pieces of state that differ.
    pub components: Vec<String>,
}

/// What a comparison showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Compared {
    /// Seeds compared.
    pub seeds: usize,
    /// Ticks of each.
    pub ticks: u32,
    /// Thread counts beside one.
    pub threads: Vec<usize>,
    /// Hashes compared with that of one thread.
    pub hashes: u64,
    /// Sessions begun on one thread, over all seeds.
    pub sessions: u64,
    /// Slates served there.
    pub slates: u64,
    /// Fewest slates of a seed.
    pub fewest_slates: u64,
    /// Most avatars awake at once.
    pub most_awake: usize,
    /// Wall time.
    pub wall_seconds: f64,
    /// Seeds that came apart.
    pub divergences: Vec<Divergence>,
}

impl Compared {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let mut text = format!(
            "{} seeds × {} ticks on 1 and {:?} threads: {} hashes compared, {} mismatches; {} sessions, {} slates, at most {} awake, {:.1} s",
            self.seeds,
            self.ticks,
            self.threads,
            self.hashes,
            self.divergences.len(),
            self.sessions,
            self.slates,
            self.most_awake,
            self.wall_seconds
        );
        for d in &self.divergences {
            // Writing to a string cannot fail.
            let _done = write!(
                text,
                "\nseed {} on {} threads differs first after tick {} in {}",
                d.seed,
                d.threads,
                d.tick,
                d.components.join(", ")
            );
        }
        text
    }
}

/// Founds a city on so many threads; on every other seed loops are shared item by item, on the rest as in any run.
///
/// # Errors
/// [`FoundingError`] if threads cannot be started or state is unregistered.
pub fn found(scenario: &Scenario, threads: usize) -> Result<Simulation, FoundingError> {
    let workers = if scenario.seed.is_multiple_of(2) {
        Workers::eager(threads)?
    } else {
        Workers::new(threads)?
    };
    let app = plan(scenario, Plantings::default(), workers);
    Ok(Simulation::start(app)?)
}

/// The scenario of a seed.
///
/// # Errors
/// [`CommandError`] if a value it sets is no longer there.
pub fn scenario(seed: u64) -> Result<Scenario, CommandError> {
    let model = MODELS[(seed % MODELS.len() as u64) as usize];
    Ok(city::busy(RESIDENTS, seed, model)?.scenario)
}

/// Runs a scenario on one thread and on each of `threads` in lockstep, until they come apart.
///
/// # Errors
/// [`CommandError`] if a city cannot be founded.
pub fn lockstep(
    scenario: &Scenario,
    ticks: u32,
    threads: &[usize],
) -> Result<Compared, CommandError> {
    let reference = found(scenario, 1)?;
    let others = threads
        .iter()
        .map(|n| Ok((*n, found(scenario, *n)?)))
        .collect::<Result<Vec<_>, FoundingError>>()?;
    Ok(march(scenario.seed, ticks, reference, others))
}

/// Runs cities in lockstep with a reference, until one comes apart; each has the number of its threads beside it.
#[must_use]
pub fn march(
    seed: u64,
    ticks: u32,
    mut reference: Simulation,
    mut others: Vec<(usize, Simulation)>,
) -> Compared {
    let mut shown = Compared {
        seeds: 1,
        ticks,
        threads: others.iter().map(|o| o.0).collect(),
        ..Compared::default()
    };
    'ticks: for tick in 0..ticks {
        reference.step();
        let expected = reference.state_hash();
        let awake = reference.world().resource::<Avatars>().awake.len();
        shown.most_awake = shown.most_awake.max(awake);
        for (threads, other) in &mut others {
            other.step();
            shown.hashes += 1;
            if other.state_hash() != expected {
                shown.divergences.push(Divergence {
                    seed,
                    threads: *threads,
                    tick,
                    components: differing(&reference, other),
                });
                break 'ticks;
            }
        }
    }
    let world = reference.world();
    shown.sessions = world.resource::<Avatars>().n_sessions;
    shown.slates = world.resource::<Exposures>().n_slates;
    shown.fewest_slates = shown.slates;
    shown
}

/// Names the pieces of state in which two worlds differ.
pub(super) fn differing(a: &Simulation, b: &Simulation) -> Vec<String> {
    a.state_parts()
        .iter()
        .zip(b.state_parts())
        .filter(|(x, y)| **x != *y)
        .map(|(x, _)| x.0.to_owned())
        .collect()
}

/// Runs every seed in lockstep, several at once.
///
/// # Errors
/// [`CommandError`] if a city cannot be founded.
pub fn compare(seeds: &[u64], ticks: u32, threads: &[usize]) -> Result<Compared, CommandError> {
    let clock = wall_clock();
    let each: Vec<Compared> = side_by_side(seeds.len(), 0, |i| {
        lockstep(&scenario(seeds[i])?, ticks, threads)
    })?;
    let mut all = Compared {
        seeds: seeds.len(),
        ticks,
        threads: threads.to_vec(),
        fewest_slates: each.iter().map(|c| c.slates).min().unwrap_or(0),
        ..Compared::default()
    };
    for one in each {
        all.hashes += one.hashes;
        all.sessions += one.sessions;
        all.slates += one.slates;
        all.most_awake = all.most_awake.max(one.most_awake);
        all.divergences.extend(one.divergences);
    }
    all.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(all)
}
