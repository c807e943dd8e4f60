//! `run.json`: what a run was and what came out of it, for people's scripts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The ledger in one line: money can neither appear nor vanish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BooksSummary {
    /// Whether the books balanced at every tick.
    pub balanced: bool,
    /// Micro-coins minted.
    pub minted: i64,
    /// Micro-coins burned.
    pub burned: i64,
    /// Micro-coins held by all accounts at the end.
    pub held: i64,
}

/// The scorecard in one line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RealismSummary {
    /// Facts within their band.
    pub passed: u32,
    /// Facts judged.
    pub of: u32,
    /// What the city shows, by fact; `null` where it was not observable.
    pub facts: BTreeMap<String, Option<f64>>,
}

/// A value of the scenario that was changed while the city ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyChange {
    /// The first tick under the new value.
    pub tick: u32,
    /// Dotted key.
    pub key: String,
    /// The value before.
    pub from: toml::Value,
    /// The value since.
    pub to: toml::Value,
}

/// The run that another branched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its folder, as it was given.
    pub run: String,
    /// Ticks that both have in common.
    pub tick: u32,
    /// Hash of all state hashes up to there, in hexadecimal.
    pub chained: String,
    /// What was changed there, as `KEY=VALUE`.
    pub sets: Vec<String>,
}

/// The content of `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Version of the program.
    pub agora_version: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Hash of the resolved scenario.
    pub scenario_hash: String,
    /// Seed of the world.
    pub seed: u64,
    /// Worker threads.
    pub threads: usize,
    /// Ticks simulated.
    pub ticks: u32,
    /// Whole days simulated.
    pub days: u32,
    /// Avatars at the end, those who left included.
    pub avatars: u64,
    /// Sessions begun.
    pub sessions: u64,
    /// Sum over ticks of avatars awake.
    pub active_avatar_ticks: u64,
    /// Behaviour events.
    pub events: u64,
    /// Slates served.
    pub slates: u64,
    /// Wall time of the simulation.
    pub wall_seconds: f64,
    /// Speed.
    pub active_avatar_ticks_per_second: f64,
    /// Peak resident memory; 0 where the system does not tell.
    pub peak_rss_bytes: u64,
    /// Hash of the whole state after the last tick, in hexadecimal.
    pub final_state_hash: String,
    /// Whether the run was stopped before its last day.
    pub interrupted: bool,
    /// Commands that steered the run; 0 where none did.
    #[serde(default)]
    pub commands: u32,
    /// What they changed of the scenario, in order.
    #[serde(default)]
    pub policy_changes: Vec<PolicyChange>,
    /// The run it branched off, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// The ledger.
    pub books: BooksSummary,
    /// Headline numbers; `null` where the run was too short to observe them.
    pub metrics: BTreeMap<String, Option<f64>>,
    /// The scorecard.
    pub realism: RealismSummary,
}

/// Reads the peak resident memory of this process in bytes; 0 where the system does not tell.
#[must_use]
pub fn peak_rss_bytes() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    status
        .lines()
        .find_map(|l| l.strip_prefix("VmHWM:"))
        .and_then(|l| l.split_whitespace().next())
        .and_then(|kb| kb.parse::<u64>().ok())
        .map_or(0, |kb| kb * 1024)
}
