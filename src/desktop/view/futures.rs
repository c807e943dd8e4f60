//! Forks of a city as they are shown: where they begin, how far they are, both futures as curves, and what differs.

use crate::scenario::run::affected::Group;
use crate::scenario::run::pair::{Effect, Parting};
use crate::sim::units::Tick;

/// A value that differs in the other future.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Dotted key.
    pub key: String,
    /// What it is in the city, as TOML.
    pub from: String,
    /// What it is in the other future, as TOML.
    pub to: String,
}

/// Where a fork stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForkStage {
    /// Both cities are being brought to life.
    Beginning,
    /// Both live.
    Living,
    /// Both have lived to the end.
    Over,
    /// It was stopped before.
    Stopped,
    /// It could not go on, and why.
    Failed(String),
}

/// A number over time: as it was before the fork, and in both futures.
#[derive(Debug, Clone, PartialEq)]
pub struct ForkCurve {
    /// Its name, as in `run.json` or in the report's days.
    pub name: String,
    /// Whether it has a value for each day rather than one for all days so far.
    pub is_daily: bool,
    /// Days and values before the fork.
    pub before: Vec<[f64; 2]>,
    /// Days and values without the changes.
    pub without: Vec<[f64; 2]>,
    /// Days and values with the changes.
    pub with: Vec<[f64; 2]>,
}

/// A fork: the same city twice from one tick on, without and with changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ForkRow {
    /// Its number.
    pub id: u32,
    /// The first tick that may differ.
    pub at: Tick,
    /// The tick before which it ends.
    pub until: Tick,
    /// What differs in the second future.
    pub changes: Vec<Difference>,
    /// Policy values that had been changed before it.
    pub n_changes_before: usize,
    /// Where it stands.
    pub stage: ForkStage,
    /// Ticks that each future has lived since.
    pub done: [u32; 2],
    /// Seconds until both are over, as far as it can be told.
    pub seconds_left: Option<f64>,
    /// Hash of all hashes of each future, as of its last tick.
    pub chained: [u64; 2],
    /// All curves: headline numbers first.
    pub curves: Vec<ForkCurve>,
    /// Headline numbers of both at the last tick of which both are known.
    pub effects: Vec<Effect>,
    /// That tick.
    pub compared_at: Tick,
    /// Where their state parts.
    pub parting: Option<Parting>,
    /// Who did something else.
    pub affected: Option<Group>,
}

impl ForkRow {
    /// Says whether it goes on.
    #[must_use]
    pub const fn is_living(&self) -> bool {
        matches!(self.stage, ForkStage::Beginning | ForkStage::Living)
    }

    /// Returns the share of all ticks that the slower future has lived.
    #[must_use]
    pub fn share(&self) -> f32 {
        let all = self.until.0.saturating_sub(self.at.0).max(1);
        self.done[0].min(self.done[1]) as f32 / all as f32
    }
}
