//! `agora selftest`: the proofs behind `docs/reliability.md`; tests run them in a small dose, the command in any.
//!
//! | file | proof |
//! | --- | --- |
//! | `alike` | whether recordings are equal |
//! | `args` | what is accepted |
//! | `city` | the small cities they run on |
//! | `determinism` | every state hash is equal at any number of threads |
//! | `forged` | recordings that say what no city ever did |
//! | `golden` | one chained hash, to be equal in every build |
//! | `killing` | runs left alone, and killed |
//! | `kills` | runs are killed at random moments |
//! | `drops` | cities are dropped and loaded from their checkpoints |
//! | `resumes` | runs are killed and resumed |
//! | `damage` | checkpoints and logs are damaged |
//! | `ledger` | money moves at random and the books balance |
//! | `recording` | recordings are damaged at random places |
//! | `remains` | what a killed run may leave |
//! | `roundtrip` | what is read from a recording is what was recorded |
//! | `texts` | texts are read as scenarios, from noise to one damaged byte |

mod alike;
pub(super) mod args;
pub mod city;
pub mod damage;
pub mod determinism;
pub mod drops;
pub mod forged;
pub mod golden;
mod killing;
pub mod kills;
pub mod ledger;
pub mod recording;
pub mod remains;
pub mod resumes;
pub mod roundtrip;
pub mod texts;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::CommandError;
use super::output;
use args::{Proof, SelftestArgs};

/// `agora selftest`.
pub(super) fn command(args: &SelftestArgs) -> Result<(), CommandError> {
    let json = args.json;
    match &args.proof {
        Proof::Determinism {
            seeds,
            ticks,
            threads,
        } => {
            let seeds: Vec<u64> = (1..=u64::from(*seeds)).collect();
            let shown = determinism::compare(&seeds, *ticks, threads)?;
            report(&shown, &shown.line(), json, shown.divergences.is_empty())
        }
        Proof::Kills { n, seed } => {
            let binary = this_program()?;
            let shown = in_a_folder(
                |folder| kills::kill(&binary, folder, *n, *seed),
                |shown| shown.violations.is_empty(),
            )?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Resume { kills, seed } => {
            let binary = this_program()?;
            let shown = in_a_folder(
                |folder| resumes::kill_and_resume(&binary, folder, *kills, *seed),
                |shown| shown.violations.is_empty(),
            )?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Drops {
            seeds,
            ticks,
            drops,
        } => {
            let seeds = 0..u64::from(*seeds);
            let shown = in_a_folder(
                |folder| drops::drop_and_load(folder, seeds, *ticks, *drops),
                |shown| shown.violations.is_empty(),
            )?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Damage { places, seed } => {
            let shown = in_a_folder(
                |folder| damage::damage(folder, *places, *seed),
                |shown| shown.violations.is_empty(),
            )?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Ledger {
            transfers,
            wallets,
            seed,
        } => {
            let shown = ledger::transfer(*transfers, *wallets, *seed, json);
            report(&shown, &shown.line(), json, shown.violations == 0)
        }
        Proof::Recording { places, seed } => {
            let shown = recording::damage(*places, *seed)?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Forged { n, seed } => {
            let shown = forged::forge(*n, *seed)?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Texts { n, seed } => {
            let shown = texts::read(*n, *seed)?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Roundtrip { hours } => {
            let shown = roundtrip::all(*hours)?;
            report(&shown, &shown.line(), json, shown.violations.is_empty())
        }
        Proof::Golden => {
            let shown = golden::all()?;
            let lines: Vec<String> = shown.iter().map(|(n, h)| format!("{n} {h}")).collect();
            report(&shown, &lines.join("\n"), json, true)
        }
    }
}

fn this_program() -> Result<PathBuf, CommandError> {
    std::env::current_exe()
        .map_err(|e| CommandError::Failed(format!("cannot find this program: {e}")))
}

/// Makes a proof in a folder of its own; what is left of a failed one is kept to be looked at.
fn in_a_folder<T>(
    prove: impl FnOnce(&Path) -> Result<T, CommandError>,
    holds: impl FnOnce(&T) -> bool,
) -> Result<T, CommandError> {
    let folder = std::env::temp_dir().join(format!("agora-selftest-{}", std::process::id()));
    let shown = prove(&folder);
    if shown.as_ref().is_ok_and(holds) {
        std::fs::remove_dir_all(&folder).map_err(CommandError::file(&folder))?;
    }
    shown
}

/// Most violations that are listed; JSON has all of them.
const MOST_LISTED: usize = 20;

/// Lists what may not be below a line that sums up.
fn listed(line: String, violations: &[String]) -> String {
    let shown = violations.iter().take(MOST_LISTED);
    let text = shown.fold(line, |text, violation| text + "\n" + violation);
    match violations.len().saturating_sub(MOST_LISTED) {
        0 => text,
        more => format!("{text}\nand {more} more"),
    }
}

fn report(shown: &impl Serialize, line: &str, json: bool, holds: bool) -> Result<(), CommandError> {
    if json {
        let text = serde_json::to_string_pretty(shown)
            .map_err(|e| CommandError::Failed(format!("cannot show the proof as JSON: {e}")))?;
        output::result(&text);
    } else {
        output::result(line);
    }
    if holds {
        Ok(())
    } else {
        Err(CommandError::Failed("the proof failed".to_owned()))
    }
}
