//! `agora selftest`: the proofs behind `docs/reliability.md`; tests run them in a small dose, the command in any.
//!
//! | file | proof |
//! | --- | --- |
//! | `args` | what is accepted |
//! | `city` | the small cities they run on |
//! | `determinism` | every state hash is equal at any number of threads |
//! | `forged` | recordings that say what no city ever did |
//! | `golden` | one chained hash, to be equal in every build |
//! | `kills` | runs are killed at random moments |
//! | `ledger` | money moves at random and the books balance |
//! | `recording` | recordings are damaged at random places |
//! | `remains` | what a killed run may leave |
//! | `roundtrip` | what is read from a recording is what was recorded |

pub(super) mod args;
pub mod city;
pub mod determinism;
pub mod forged;
pub mod golden;
pub mod kills;
pub mod ledger;
pub mod recording;
pub mod remains;
pub mod roundtrip;

use serde::Serialize;

use super::CommandError;
use super::output;
use args::{Proof, SelftestArgs};

/// `agora selftest`.
pub(super) fn command(args: &SelftestArgs) -> Result<(), CommandError> {
    match &args.proof {
        Proof::Determinism {
            seeds,
            ticks,
            threads,
            json,
        } => {
            let seeds: Vec<u64> = (1..=u64::from(*seeds)).collect();
            let shown = determinism::compare(&seeds, *ticks, threads)?;
            report(&shown, &shown.line(), *json, shown.divergences.is_empty())
        }
        Proof::Kills { n, seed, json } => {
            let binary = std::env::current_exe()
                .map_err(|e| CommandError::Failed(format!("cannot find this program: {e}")))?;
            let folder =
                std::env::temp_dir().join(format!("agora-selftest-{}", std::process::id()));
            let shown = kills::kill(&binary, &folder, *n, *seed);
            // What is left of a failed proof is kept to be looked at.
            if shown.as_ref().is_ok_and(|s| s.violations.is_empty()) {
                std::fs::remove_dir_all(&folder).map_err(CommandError::file(&folder))?;
            }
            let shown = shown?;
            report(&shown, &shown.line(), *json, shown.violations.is_empty())
        }
        Proof::Ledger {
            transfers,
            wallets,
            seed,
            json,
        } => {
            let shown = ledger::transfer(*transfers, *wallets, *seed, *json);
            report(&shown, &shown.line(), *json, shown.violations == 0)
        }
        Proof::Recording { places, seed, json } => {
            let shown = recording::damage(*places, *seed)?;
            report(&shown, &shown.line(), *json, shown.violations.is_empty())
        }
        Proof::Forged { n, seed, json } => {
            let shown = forged::forge(*n, *seed)?;
            report(&shown, &shown.line(), *json, shown.violations.is_empty())
        }
        Proof::Roundtrip { hours, json } => {
            let shown = roundtrip::all(*hours)?;
            report(&shown, &shown.line(), *json, shown.violations.is_empty())
        }
        Proof::Golden { json } => {
            let shown = golden::all()?;
            let lines: Vec<String> = shown.iter().map(|(n, h)| format!("{n} {h}")).collect();
            report(&shown, &lines.join("\n"), *json, true)
        }
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
