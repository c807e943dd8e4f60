//! Cities are dropped between two ticks and loaded from their checkpoint, again and again, beside one that lives without a break.

use std::path::Path;

use serde::Serialize;

use super::city;
use super::determinism::{differing, found};
use super::listed;
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::scenario::run::error::RunError;
use crate::scenario::schema::Scenario;
use crate::scenario::world::results;
use crate::sim::checkpoint::read::read;
use crate::sim::checkpoint::state::{Beside, keep, restore};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::Simulation;

/// Residents of the cities.
const RESIDENTS: u32 = 60;

/// Every ranking model, with what makes its training short; one seed after the other.
const MODELS: [(&str, &[&str]); 15] = [
    ("two_tower", &[]),
    ("ials", &["ials.iterations=2"]),
    ("item_knn", &[]),
    (
        "sasrec",
        &["sasrec.epochs=1", "sasrec.dimensions=8", "sasrec.inner=16"],
    ),
    ("ease", &[]),
    ("popularity", &[]),
    ("bpr", &["bpr.epochs=2"]),
    (
        "fusion",
        &["fusion.epochs=1", "fusion.dimensions=8", "fusion.hidden=8"],
    ),
    ("rp3beta", &[]),
    ("logistic", &["logistic.steps=2"]),
    ("dcn", &["dcn.epochs=1", "dcn.hidden=8"]),
    ("lin_ucb", &[]),
    ("thompson", &[]),
    ("seed_collaborative", &[]),
    ("seed_content", &[]),
];

/// What makes models challenge each other within hours.
const RIVALS: [&str; 1] = ["platform.recommend.shadow_hours=1"];

/// The part that a run would add.
const OWN: &str = "run";

/// What dropping and loading showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Dropped {
    /// Cities.
    pub cities: u32,
    /// Ticks compared.
    pub ticks: u64,
    /// Times a city was dropped and loaded.
    pub drops: u64,
    /// Bytes of the largest checkpoint.
    pub largest_bytes: u64,
    /// Wall time.
    pub wall_seconds: f64,
    /// What may not be.
    pub violations: Vec<String>,
}

impl Dropped {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} cities, {} ticks compared, dropped and loaded {} times from checkpoints of at most {} bytes, {} violations, {:.1} s",
            self.cities,
            self.ticks,
            self.drops,
            self.largest_bytes,
            self.violations.len(),
            self.wall_seconds
        );
        listed(text, &self.violations)
    }
}

/// The scenario of a seed: a city in which much happens, with one model after the other.
///
/// # Errors
/// [`CommandError`] if a value it sets is no longer there.
pub fn scenario(seed: u64) -> Result<Scenario, CommandError> {
    let (model, short) = MODELS[(seed % MODELS.len() as u64) as usize];
    let mut more: Vec<String> = RIVALS.map(str::to_owned).to_vec();
    more.extend(short.iter().map(|s| format!("platform.models.{s}")));
    Ok(city::busy_with(RESIDENTS, seed, model, &more)?.scenario)
}

/// Lets the cities of some seeds live beside others that are dropped `drops` times in `ticks`; checkpoints go to `folder`.
///
/// # Errors
/// [`CommandError`] if a city cannot be founded or a checkpoint cannot be written; what is found amiss is in the answer.
pub fn drop_and_load(
    folder: &Path,
    seeds: impl IntoIterator<Item = u64>,
    ticks: u32,
    drops: u32,
) -> Result<Dropped, CommandError> {
    let clock = wall_clock();
    std::fs::create_dir_all(folder).map_err(CommandError::file(folder))?;
    let mut shown = Dropped::default();
    for seed in seeds {
        one(folder, seed, ticks, drops, &mut shown)?;
        shown.cities += 1;
    }
    shown.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(shown)
}

fn one(
    folder: &Path,
    seed: u64,
    ticks: u32,
    drops: u32,
    shown: &mut Dropped,
) -> Result<(), CommandError> {
    let scenario = scenario(seed)?;
    let model = format!("seed {seed} ({:?})", scenario.platform.recommend.model);
    let (mut whole, mut other) = (found(&scenario, 1)?, found(&scenario, 1)?);
    let mut rng = RngStream::new(seed, Purpose::Test, 1, 0);
    let mut at: Vec<u32> = (0..drops)
        .map(|_| rng.below(ticks as usize) as u32)
        .collect();
    at.sort_unstable();
    at.dedup();
    for tick in 0..ticks {
        if at.binary_search(&tick).is_ok() {
            shown.drops += 1;
            let loaded = load_again(folder, &scenario, &mut other, shown)?;
            match loaded {
                Ok(loaded) => other = loaded,
                Err(why) => {
                    shown
                        .violations
                        .push(format!("{model}, tick {tick}: {why}"));
                    return Ok(());
                }
            }
        }
        whole.step();
        other.step();
        shown.ticks += 1;
        if whole.state_hash() != other.state_hash() {
            shown.violations.push(format!(
                "{model}: differs first after tick {tick} in {}",
                differing(&whole, &other).join(", ")
            ));
            return Ok(());
        }
    }
    let (a, b) = (results(&whole), results(&other));
    if a.metrics != b.metrics || a.books != b.books {
        shown
            .violations
            .push(format!("{model}: metrics or books differ at the end"));
    }
    Ok(())
}

/// Keeps a city, founds another and loads it; the answer is what is amiss, if anything.
fn load_again(
    folder: &Path,
    scenario: &Scenario,
    city: &mut Simulation,
    shown: &mut Dropped,
) -> Result<Result<Simulation, String>, CommandError> {
    let beside = Beside {
        scenario: &scenario.name,
        scenario_hash: scenario.hash(),
        chained: 0,
        own: (OWN, b""),
    };
    let (path, again) = (folder.join("kept.agora"), folder.join("again.agora"));
    keep(city, &path, &beside).map_err(RunError::from)?;
    let mut loaded = found(scenario, 1)?;
    let restored = read(&path).and_then(|from| restore(&mut loaded, &from, scenario.hash(), OWN));
    if let Err(e) = restored {
        return Ok(Err(e.to_string()));
    }
    // What is not hashed must have come back too: the loaded city is kept with the same bytes.
    keep(&mut loaded, &again, &beside).map_err(RunError::from)?;
    let bytes = |path: &Path| std::fs::read(path).map_err(CommandError::file(path));
    let (first, second) = (bytes(&path)?, bytes(&again)?);
    shown.largest_bytes = shown.largest_bytes.max(first.len() as u64);
    if first != second {
        return Ok(Err("kept again, the loaded city has other bytes".to_owned()));
    }
    Ok(Ok(loaded))
}
