//! The checkpoints of a run: when it is kept, which are kept, and where they lie.
//!
//! In the folder `checkpoint/` lie `plan.toml`, `orders.jsonl` with the commands that were to come when the run began, if any, and the
//! checkpoints themselves, each called after the days that were done.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::RunError;
use super::folder;
use super::progress::Run;
use super::recording::RecordingPlan;
use crate::lab::recording;
use crate::lab::summary::{Parent, PolicyChange};
use crate::scenario::schema::Scenario;
use crate::scenario::steer::file;
use crate::scenario::steer::order::Order;
use crate::sim::checkpoint::state::{Beside, keep};
use crate::sim::units::TICKS_PER_DAY;

/// Name of the folder in a run folder.
pub const FOLDER: &str = "checkpoint";

/// The part of a checkpoint that the run itself adds.
pub(super) const OWN_PART: &str = "run";

/// Checkpoints that are left, the newest.
const LEFT: usize = 2;

/// When a run is kept, and what must be known beside its state to go on as if it had not stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Days between two checkpoints; 0 for none.
    pub every_days: u32,
    /// Whether all are left, and not only the newest.
    pub leaves_all: bool,
    /// The command that gives the same run again, for the report.
    pub command: String,
    /// The run it branched off, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// How it is recorded into its folder, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingPlan>,
}

/// What a run adds to its checkpoints.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Own {
    /// Commands that were applied.
    pub(super) n_applied: u32,
    /// What they changed.
    pub(super) changes: Vec<PolicyChange>,
}

impl Own {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            n_applied: run.steering.n_applied,
            changes: run.steering.changes.clone(),
        }
    }

    /// Returns it as text; errors name `path`.
    pub(super) fn text(&self, path: &Path) -> Result<String, RunError> {
        toml::to_string(self).map_err(RunError::format(path))
    }
}

/// Returns what a checkpoint of a run says beside the state.
pub(super) fn beside<'a>(founding: &'a Scenario, chained: u64, own: &'a str) -> Beside<'a> {
    Beside {
        scenario: &founding.name,
        scenario_hash: founding.hash(),
        chained,
        own: (OWN_PART, own.as_bytes()),
    }
}

fn plan_path(dir: &Path) -> PathBuf {
    dir.join(FOLDER).join("plan.toml")
}

/// Returns where the commands lie that were to come when the run began.
pub(super) fn orders_path(dir: &Path) -> PathBuf {
    dir.join(FOLDER).join("orders.jsonl")
}

impl Plan {
    /// Makes the folder of a run that is to begin and be kept like this: empty but for the plan, the commands to come, and the scenario
    /// as it was founded.
    ///
    /// # Errors
    /// As [`folder::create`].
    pub fn prepare<'a>(
        &self,
        dir: &Path,
        force: bool,
        scenario: &Scenario,
        orders: impl IntoIterator<Item = &'a Order>,
    ) -> Result<(), RunError> {
        folder::prepare(dir, force, scenario, || {
            if self.is_anything() {
                self.write(dir, orders)
            } else {
                Ok(())
            }
        })
    }

    /// Writes the plan into a run folder, with the commands to come.
    fn write<'a>(
        &self,
        dir: &Path,
        orders: impl IntoIterator<Item = &'a Order>,
    ) -> Result<(), RunError> {
        let folder = dir.join(FOLDER);
        fs::create_dir_all(&folder).map_err(RunError::file(&folder))?;
        // As they will be recorded, so that both can be compared.
        let settled = orders.into_iter().map(|order| Order {
            tick: order.tick,
            command: order.command.clone().settled(),
        });
        write_orders(dir, &settled.collect::<Vec<_>>())?;
        let path = plan_path(dir);
        let text = toml::to_string(self).map_err(RunError::format(&path))?;
        folder::write(&path, text.as_bytes())
    }

    /// Reads the plan of a run folder; `None` if the run had none.
    ///
    /// # Errors
    /// [`RunError`] if it is there and cannot be read.
    pub fn read(dir: &Path) -> Result<Option<Self>, RunError> {
        let path = plan_path(dir);
        if !path.is_file() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(RunError::file(&path))?;
        let plan: Self = toml::from_str(&text).map_err(RunError::format(&path))?;
        Ok(Some(plan))
    }

    /// Says whether it tells anything that must be known to go on: without it a run begins again, and is not recorded.
    const fn is_anything(&self) -> bool {
        self.every_days > 0 || self.parent.is_some() || self.recording.is_some()
    }

    /// Says whether a choice of a walk-in that is not possible is left out: in a fork whoever was taken over may be elsewhere than
    /// in its parent.
    pub(super) fn leaves_out(&self) -> bool {
        self.parent.as_ref().is_some_and(|p| !p.sets.is_empty())
    }

    /// Says whether a run is to be kept after so many ticks.
    fn is_due(&self, ticks: u32) -> bool {
        self.every_days > 0 && ticks.is_multiple_of(self.every_days.saturating_mul(TICKS_PER_DAY))
    }
}

/// Writes the commands to come; without any there is no such file.
pub(super) fn write_orders(dir: &Path, orders: &[Order]) -> Result<(), RunError> {
    let path = orders_path(dir);
    if !orders.is_empty() {
        let folder = dir.join(FOLDER);
        fs::create_dir_all(&folder).map_err(RunError::file(&folder))?;
        return folder::write(&path, file::to_text(orders).as_bytes());
    }
    folder::remove(&path)
}

/// Returns where the checkpoint after so many days lies.
#[must_use]
pub fn path_of(dir: &Path, days: u32) -> PathBuf {
    dir.join(FOLDER).join(format!("day-{days:03}.agora"))
}

/// Lists the checkpoints of a run folder with the days that were done, newest first.
///
/// # Errors
/// [`RunError`] if the folder is there and cannot be listed.
pub fn list(dir: &Path) -> Result<Vec<(u32, PathBuf)>, RunError> {
    let folder = dir.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(RunError::file(&folder)(e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(RunError::file(&folder))?.path();
        let name = path.file_name().and_then(|n| n.to_str());
        let days = name
            .and_then(|n| n.strip_prefix("day-"))
            .and_then(|n| n.strip_suffix(".agora"))
            .and_then(|n| n.parse().ok());
        if let Some(days) = days {
            found.push((days, path));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found)
}

/// Keeps a run at the end of a day if its plan says so, once its log, its chain and its recording are durable, and lets older
/// checkpoints go.
pub(super) fn keep_if_due(run: &mut Run) -> Result<(), RunError> {
    let (Some(plan), Some(dir)) = (&run.plan, &run.dir) else {
        return Ok(());
    };
    if !plan.is_due(run.ticks) {
        return Ok(());
    }
    if plan.recording.is_some() && run.recorded.is_some() {
        folder::make_durable(&dir.join(recording::NAME))?;
    }
    let path = path_of(dir, run.ticks / TICKS_PER_DAY);
    let text = Own::of(run).text(&path)?;
    keep(
        &mut run.sim,
        &path,
        &beside(&run.founding, run.chained, &text),
    )?;
    if !plan.leaves_all {
        for (_, old) in list(dir)?.into_iter().skip(LEFT) {
            fs::remove_file(&old).map_err(RunError::file(&old))?;
        }
    }
    Ok(())
}
