//! The small cities that proofs run on: everything is on, and much happens soon.

use crate::scenario::error::ScenarioError;
use crate::scenario::load::{Loaded, Overrides, load};

/// What makes a city small.
const SMALL: [&str; 9] = [
    "society.content.min_posts=120",
    "society.content.games=20",
    "society.content.game_items=30",
    "society.content.assets=80",
    "society.content.courses=20",
    "society.spaces.side=20",
    "society.spaces.districts=4",
    "platform.recommend.train_steps=4",
    "lab.log_offers=true",
];

/// What wakes a city at once and lets a tick touch every mechanism: no night, long and frequent sessions, models trained
/// every hour, pushes at any hour, a live event in the second hour.
const BUSY: [&str; 14] = [
    "society.returns.diurnal_log_amplitude=0.0",
    "society.returns.sessions_per_day=40.0",
    "society.sessions.median_minutes=40.0",
    "society.sessions.bail_hazard=0.005",
    "society.population.newcomers_per_1000=400.0",
    "platform.recommend.retrain_hours=1",
    "platform.engage.push_after_hours=1.0",
    "platform.engage.quiet_until=0",
    "platform.engage.quiet_from=24",
    "platform.engage.invitation_rate=0.5",
    "platform.engage.live_event_hour=1",
    "platform.engage.live_events_per_1000=20.0",
    "platform.incentives.quest_length=3",
    "lab.oracle_every=10",
];

fn loaded(residents: u32, days: u32, seed: u64, more: &[&str]) -> Result<Loaded, ScenarioError> {
    let mut sets = vec![format!("society.population.residents={residents}")];
    sets.extend(SMALL.iter().chain(more).map(|s| (*s).to_owned()));
    load(
        "quickstart",
        &Overrides {
            sets,
            seed: Some(seed),
            days: Some(days),
            arm: None,
        },
    )
}

/// A shipped city, made small and awake around the clock.
///
/// # Errors
/// [`ScenarioError`] if a value it sets is no longer there.
pub fn shrunk(name: &str, residents: u32, days: u32) -> Result<Loaded, ScenarioError> {
    let mut sets = vec![format!("society.population.residents={residents}")];
    let awake = BUSY.iter().take(2);
    sets.extend(SMALL.iter().chain(awake).map(|s| (*s).to_owned()));
    let overrides = Overrides {
        sets,
        seed: None,
        days: Some(days),
        arm: None,
    };
    load(name, &overrides)
}

/// A small city with the rhythm of a large one, with the ranking model of that name.
///
/// # Errors
/// [`ScenarioError`] if a value it sets is no longer there.
pub fn small(residents: u32, days: u32, seed: u64, model: &str) -> Result<Loaded, ScenarioError> {
    let model = format!("platform.recommend.model={model}");
    loaded(residents, days, seed, &[&model])
}

/// A small city in which everybody is about from the first hour on, with the ranking model of that name.
///
/// # Errors
/// [`ScenarioError`] if a value it sets is no longer there.
pub fn busy(residents: u32, seed: u64, model: &str) -> Result<Loaded, ScenarioError> {
    let model = format!("platform.recommend.model={model}");
    let mut more = BUSY.to_vec();
    more.push(&model);
    loaded(residents, 30, seed, &more)
}
