//! From a scenario to a running city.

use std::collections::BTreeMap;

use bevy::app::App;

use crate::economy::ledger::{Currency, Ledger};
use crate::economy::plugin::EconomyPlugin;
use crate::economy::settle::Audit;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::facts::{Ending, shown};
use crate::lab::metrics::headline::headline;
use crate::lab::plugin::LabPlugin;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::summary::BooksSummary;
use crate::platform::plugin::PlatformPlugin;
use crate::sim::schedule::{SimAppExt, Simulation, UnregisteredState};
use crate::sim::workers::Workers;
use crate::society::plugin::{Creatives, Plantings, SocietyPlugin};

use super::schema::Scenario;

/// Why a city could not be founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// The system gave no worker threads.
    #[error("cannot start worker threads: {0}")]
    Workers(#[from] rayon::ThreadPoolBuildError),
    /// State would be missing in the hash.
    #[error(transparent)]
    State(#[from] UnregisteredState),
}

/// Founds the city a scenario asks for.
///
/// # Errors
/// [`FoundingError`] if threads cannot be started or state is unregistered.
pub fn found(
    scenario: &Scenario,
    plantings: Plantings,
    threads: usize,
) -> Result<Simulation, FoundingError> {
    Ok(Simulation::start(plan(
        scenario,
        plantings,
        Workers::new(threads)?,
    ))?)
}

/// Plans the city a scenario asks for: everything is there, nothing has started, and tests may add systems that watch.
pub fn plan(scenario: &Scenario, mut plantings: Plantings, workers: Workers) -> App {
    let mut app = Simulation::new_app(scenario.seed);
    app.insert_unhashed("workers", "threads; results do not depend on them", workers);
    let past = std::mem::take(&mut plantings.past);
    app.add_plugins(SocietyPlugin {
        config: scenario.society.clone(),
        plantings,
        creatives: if scenario.platform.ads.creatives > 1 {
            Creatives::Several
        } else {
            Creatives::One
        },
    });
    app.add_plugins(EconomyPlugin {
        config: scenario.economy.clone(),
    });
    app.add_plugins(PlatformPlugin {
        config: scenario.platform.clone(),
        past,
    });
    app.add_plugins(LabPlugin {
        config: scenario.lab.clone(),
    });
    app
}

/// What a run has come to, at any time.
pub struct Results {
    /// Headline numbers.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// The scorecard.
    pub scorecard: Scorecard,
    /// The books.
    pub books: BooksSummary,
}

/// Looks at both sides of a city at the end of a run.
#[must_use]
pub fn ending(sim: &Simulation) -> Ending<'_> {
    Ending::of(sim)
}

/// Sums up a run.
#[must_use]
pub fn results(sim: &Simulation) -> Results {
    let w = sim.world();
    let book = w.resource::<Book>();
    let end = ending(sim);
    let ledger = w.resource::<Ledger>();
    let coins = ledger.books(Currency::Coins);
    let audit = w.resource::<Audit>();
    Results {
        metrics: headline(book, &end),
        scorecard: Scorecard::judge(&shown(book, &end)),
        books: BooksSummary {
            balanced: audit.always_balanced && ledger.audit(),
            minted: coins.minted.micros(),
            burned: coins.burned.micros(),
            held: coins.held.micros(),
        },
    }
}
