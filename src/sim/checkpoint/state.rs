//! The whole world in parts, and back.

use std::path::Path;

use super::error::CheckpointError;
use super::format::{Header, STATE_VERSION, from_hex, hex};
use super::keeping::Keeping;
use super::read::Checkpoint;
use super::write::{to_bytes, write};
use crate::sim::schedule::{Seed, SimClock, Simulation, StateRegistry};

/// What errors call a checkpoint that lies in no file.
pub const IN_MEMORY: &str = "checkpoint in memory";

/// What a checkpoint says beside the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside<'a> {
    /// Name of the scenario.
    pub scenario: &'a str,
    /// Its hash as the city was founded.
    pub scenario_hash: u64,
    /// Hash of all state hashes so far.
    pub chained: u64,
    /// A part of whoever runs the world: its name and its bytes.
    pub own: (&'a str, &'a [u8]),
}

fn kept(sim: &Simulation) -> Vec<(&'static str, Keeping)> {
    sim.world().resource::<StateRegistry>().kept().collect()
}

/// Writes the world as it is between two ticks into a file, whole or not at all.
///
/// # Errors
/// [`CheckpointError`] if the file cannot be written or a part cannot be kept.
pub fn keep(sim: &mut Simulation, path: &Path, beside: &Beside<'_>) -> Result<(), CheckpointError> {
    let header = header(sim, beside);
    write(path, &header, parts(sim, path, beside))
}

/// Returns the world as it is between two ticks as the bytes of a checkpoint, without a file.
///
/// # Errors
/// [`CheckpointError`] naming [`IN_MEMORY`] if a part cannot be kept.
pub fn pack(sim: &mut Simulation, beside: &Beside<'_>) -> Result<Vec<u8>, CheckpointError> {
    let header = header(sim, beside);
    let path = Path::new(IN_MEMORY);
    to_bytes(path, &header, parts(sim, path, beside))
}

fn header(sim: &mut Simulation, beside: &Beside<'_>) -> Header {
    let state = sim.state_hash();
    let kept = kept(sim);
    let names = kept.iter().map(|(name, _)| *name);
    let components = sim.state_parts();
    let world = sim.world();
    Header {
        agora_version: env!("CARGO_PKG_VERSION").to_owned(),
        state_version: STATE_VERSION,
        scenario: beside.scenario.to_owned(),
        scenario_hash: hex(beside.scenario_hash),
        seed: world.resource::<Seed>().0,
        tick: world.resource::<SimClock>().now.0,
        chained: hex(beside.chained),
        state: hex(state),
        components: components
            .iter()
            .map(|(name, hash)| ((*name).to_owned(), hex(*hash)))
            .collect(),
        parts: names.chain([beside.own.0]).map(str::to_owned).collect(),
    }
}

/// Returns what gives the bytes of the parts, in the order in which the header names them.
fn parts(
    sim: &Simulation,
    path: &Path,
    beside: &Beside<'_>,
) -> impl FnMut(&str) -> Result<Vec<u8>, CheckpointError> {
    let mut rest = kept(sim).into_iter();
    move |name| match rest.next() {
        Some((_, keeping)) => keeping
            .keep(sim.world())
            .map_err(|e| CheckpointError::Part {
                path: path.to_path_buf(),
                part: name.to_owned(),
                cause: e.to_string(),
            }),
        None => Ok(beside.own.1.to_vec()),
    }
}

/// Puts the state of a checkpoint in the place of that of a world that was founded alike, and checks that the hashes agree.
///
/// # Errors
/// [`CheckpointError`] if it is of another world or another program, or what comes back is not what was kept; the world is then
/// neither the one nor the other and must be thrown away.
pub fn restore(
    sim: &mut Simulation,
    from: &Checkpoint,
    scenario_hash: u64,
    own: &str,
) -> Result<(), CheckpointError> {
    let path = || from.path().to_path_buf();
    let header = &from.header;
    if header.state_version != STATE_VERSION {
        return Err(CheckpointError::OtherState {
            path: path(),
            found: header.state_version,
            by: header.agora_version.clone(),
        });
    }
    let seed = sim.world().resource::<Seed>().0;
    for (what, found, expected) in [
        (
            "the hash of the scenario",
            header.scenario_hash.clone(),
            hex(scenario_hash),
        ),
        ("the seed", header.seed.to_string(), seed.to_string()),
    ] {
        if found != expected {
            return Err(CheckpointError::OtherWorld {
                path: path(),
                what,
                found,
                expected,
            });
        }
    }
    let kept = kept(sim);
    let expected = kept.iter().map(|(name, _)| *name).chain([own]);
    compare_names(from, expected)?;
    for (name, keeping) in kept {
        let bytes = from.part(name)?;
        keeping
            .restore(sim.world_mut(), &bytes)
            .map_err(|e| CheckpointError::Part {
                path: path(),
                part: name.to_owned(),
                cause: e.to_string(),
            })?;
    }
    let found = sim.state_hash();
    if from_hex(&header.state) == Some(found) {
        return Ok(());
    }
    let differing: Vec<&str> = sim
        .state_parts()
        .iter()
        .zip(&header.components)
        .filter(|((_, found), (_, written))| from_hex(written) != Some(*found))
        .map(|((name, _), _)| *name)
        .collect();
    Err(CheckpointError::OtherHash {
        path: path(),
        found: hex(found),
        expected: header.state.clone(),
        components: differing.join(", "),
    })
}

fn compare_names<'a>(
    from: &Checkpoint,
    mut expected: impl Iterator<Item = &'a str>,
) -> Result<(), CheckpointError> {
    let mut found = from.header.parts.iter().map(String::as_str);
    for part in 1.. {
        let (found, expected) = (found.next(), expected.next());
        if found == expected {
            if found.is_none() {
                break;
            }
            continue;
        }
        let named = |name: Option<&str>| name.unwrap_or("nothing").to_owned();
        return Err(CheckpointError::OtherParts {
            path: from.path().to_path_buf(),
            part,
            found: named(found),
            expected: named(expected),
        });
    }
    Ok(())
}
