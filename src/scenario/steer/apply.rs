//! What a command does to the city, between two ticks.

use super::error::SteerError;
use super::liveness::{Liveness, is_live};
use super::order::Command;
use super::policy::{enforce, value_of, with_value};
use crate::lab::summary::PolicyChange;
use crate::scenario::error::Place;
use crate::scenario::load::shown;
use crate::scenario::schema::Scenario;
use crate::sim::schedule::{SimClock, Simulation};
use crate::society::walk_in::rules::{choose, let_go, take_over};

/// Applies a command to a city and to the scenario as it is in force; all or nothing. Returns what it changed of the policy.
///
/// # Errors
/// [`SteerError`] naming `place`, if the command is not possible now.
pub fn apply(
    sim: &mut Simulation,
    scenario: &mut Scenario,
    command: &Command,
    place: &Place,
) -> Result<Option<PolicyChange>, SteerError> {
    let walk_in = |cause| SteerError::WalkIn {
        place: place.clone(),
        cause,
    };
    match command {
        Command::SetPolicy { key, value } => set_policy(sim, scenario, key, value, place),
        Command::TakeOver { avatar } => {
            take_over(sim.world_mut(), *avatar).map_err(walk_in)?;
            Ok(None)
        }
        Command::LetGo { avatar } => {
            let_go(sim.world_mut(), *avatar).map_err(walk_in)?;
            Ok(None)
        }
        Command::Choose { avatar, choice } => {
            choose(sim.world_mut(), *avatar, *choice).map_err(walk_in)?;
            Ok(None)
        }
    }
}

fn set_policy(
    sim: &mut Simulation,
    scenario: &mut Scenario,
    key: &str,
    value: &toml::Value,
    place: &Place,
) -> Result<Option<PolicyChange>, SteerError> {
    let changed = changed(scenario, key, value, place)?;
    let (from, to) = (value_of(scenario, key), value_of(&changed, key));
    enforce(sim.world_mut(), &changed);
    *scenario = changed;
    Ok(from
        .zip(to)
        .filter(|(from, to)| from != to)
        .map(|(from, to)| PolicyChange {
            tick: sim.world().resource::<SimClock>().now.0,
            key: key.to_owned(),
            from,
            to,
        }))
}

/// Returns a scenario with one value changed as a running city may change it.
///
/// # Errors
/// [`SteerError`] naming `place`, if there is no such value, it is not allowed, or it counts only when a city is founded.
pub fn changed(
    scenario: &Scenario,
    key: &str,
    value: &toml::Value,
    place: &Place,
) -> Result<Scenario, SteerError> {
    let changed = with_value(scenario, key, value, place)?;
    match is_live(key) {
        Liveness::Live | Liveness::ForNew(_) => Ok(changed),
        Liveness::AtFounding(reason) => Err(SteerError::AtFounding {
            place: place.clone(),
            key: key.to_owned(),
            value: shown(value),
            reason,
        }),
    }
}
