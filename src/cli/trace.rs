//! `agora trace`: where the coins of a run came from and what became of them.

use std::path::Path;

use serde::Serialize;

use super::CommandError;
use super::args::TraceArgs;
use super::output;
use crate::economy::ledger::Currency;
use crate::economy::ledger::trail::Trail;
use crate::events::log::money::read_money_of;
use crate::events::log::reader::{days, read_day};
use crate::events::money::Holder;
use crate::lab::explain::coins::{CoinTrace, Ends, Movement, Origin, ends, held, movements, trace};
use crate::lab::explain::coins_text::{ends_text, origins_text};
use crate::sim::ids::AvatarId;

/// What is printed as JSON.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// One transaction.
    Transaction(CoinTrace),
    /// A wallet.
    Wallet {
        avatar: u32,
        holds: Vec<Origin>,
        movements: Vec<Movement>,
    },
    /// All coins.
    Run(Vec<Ends>),
}

/// `agora trace`.
pub(super) fn command(args: &TraceArgs) -> Result<(), CommandError> {
    let dir = args.run.display().to_string();
    if !args.run.join("events").is_dir() {
        return Err(CommandError::Usage(format!(
            "{dir}: is not a run folder (it has no events)"
        )));
    }
    let trail = followed(&args.run, args.answer.is_silent())?;
    let answer = match (args.transaction, args.avatar) {
        (Some(number), _) => Answer::Transaction(transaction(args, &trail, number)?),
        (None, Some(avatar)) => {
            let key = (Currency::Coins.code(), Holder::Wallet, avatar);
            if !trail.accounts().any(|a| a == key) {
                return Err(CommandError::Usage(format!(
                    "{dir}: --avatar {}: never had coins in the finished days",
                    AvatarId(avatar)
                )));
            }
            Answer::Wallet {
                avatar,
                holds: held(&trail, key),
                movements: movements(&trail, key, args.last),
            }
        }
        (None, None) => Answer::Run(ends(&trail, Currency::Coins)),
    };
    if args.answer.json {
        let json = serde_json::to_string_pretty(&answer)
            .map_err(|e| CommandError::Failed(format!("cannot write JSON: {e}")))?;
        output::result(&json);
    } else {
        output::result(show(&answer).trim_end());
    }
    Ok(())
}

/// Reads the postings of all finished days and follows them.
fn followed(run: &Path, quiet: bool) -> Result<Trail, CommandError> {
    let days = days(run)?;
    let bar = output::progress(days.len() as u64, quiet);
    bar.set_message("following the money");
    let mut trail = Trail::default();
    for day in &days {
        let folder = run.join("events").join(format!("day={day:03}"));
        if !folder.join("money.parquet").is_file() {
            return Err(CommandError::Usage(format!(
                "{}: has no money.parquet; money is followed in runs with lab.log_money = true",
                folder.display()
            )));
        }
        let rows = read_money_of(run, *day)?;
        trail
            .add(&rows)
            .map_err(|e| CommandError::Failed(format!("{}: {e}", folder.display())))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(trail)
}

fn transaction(args: &TraceArgs, trail: &Trail, number: u64) -> Result<CoinTrace, CommandError> {
    let Some(index) = trail.find(number) else {
        let known = match (trail.steps().first(), trail.steps().last()) {
            (Some(first), Some(last)) => format!("{} to {}", first.transaction, last.transaction),
            _ => "none".to_owned(),
        };
        return Err(CommandError::Usage(format!(
            "{}: --transaction {number}: is not among those of the finished days, which are {known}",
            args.run.display()
        )));
    };
    let events = read_day(&args.run, trail.steps()[index].tick.day())?;
    Ok(trace(trail, index, usize::from(args.depth), Some(&events)))
}

fn show(answer: &Answer) -> String {
    match answer {
        Answer::Transaction(trace) => trace.to_text(),
        Answer::Wallet {
            avatar,
            holds,
            movements,
        } => {
            let lines: Vec<String> = movements
                .iter()
                .map(|m| format!("  {:>12}  {}", m.of_wallet(*avatar), m.to_line()))
                .collect();
            format!(
                "wallet {avatar} holds coins made as\n{}last movements\n{}",
                origins_text(holds),
                lines.join("\n")
            )
        }
        Answer::Run(rows) => format!(
            "what became of the coins of each faucet, first in, first out\n{}",
            ends_text(rows)
        ),
    }
}
