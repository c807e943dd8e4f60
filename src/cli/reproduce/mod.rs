//! `agora reproduce`: published, restated and found numbers side by side.
//!
//! | file | what is reproduced |
//! | --- | --- |
//! | `args` | what is accepted |
//! | `slateq` | slates that look ahead |
//! | `auctiongym` | competition and bid shading in ad auctions |

mod args;
mod auctiongym;
mod slateq;

use serde::Serialize;

pub(in crate::cli) use args::ReproduceArgs;

use self::args::Reproduce;
use super::CommandError;
use super::output;

/// Columns of a learning curve.
const CURVE_WIDTH: usize = 60;

/// `agora reproduce`.
pub(super) fn command(args: &ReproduceArgs) -> Result<(), CommandError> {
    match &args.what {
        Reproduce::SlateQ(a) => slateq::command(a),
        Reproduce::AuctionGym(a) => auctiongym::command(a),
    }
}

/// Shows what was found, and fails with what did not pass.
fn judged<T: Serialize>(
    done: &T,
    text: impl FnOnce() -> String,
    rows: impl Iterator<Item = (bool, String)>,
    as_json: bool,
) -> Result<(), CommandError> {
    if as_json {
        let json = serde_json::to_string_pretty(done)
            .map_err(|e| CommandError::Failed(format!("cannot write JSON: {e}")))?;
        output::result(&json);
    } else {
        output::result(&text());
    }
    let broken: Vec<String> = rows
        .filter(|(passes, _)| !passes)
        .map(|(_, said)| said)
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    Err(CommandError::Failed(broken.join("; ")))
}

fn verdict(passes: bool, rule: &str) -> String {
    format!("{}: {rule}", if passes { "pass" } else { "FAIL" })
}
