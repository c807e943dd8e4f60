//! How fast money moves on one core: checked transfers in memory, and with every posting written to disk.

use serde_json::json;

use super::Report;
use super::trade::{Bar, Found, median};
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::economy::ledger::workload::Transfers;
use crate::events::log::writer::{Disk, EventLog, Keep};
use crate::sim::units::Tick;

/// Wallets, and transfers of a round.
const WALLETS: u32 = 100_000;
const TRANSFERS: u64 = 10_000_000;

/// Transfers that go to disk, and those after which the journal is drained.
const LOGGED: u64 = 4_000_000;
const TICK: u64 = 10_000;

const IN_MEMORY: Bar = Bar {
    name: "checked transfers in memory",
    least: 1e7,
};
const ON_DISK: Bar = Bar {
    name: "checked transfers with the journal on disk",
    least: 2e6,
};

/// Measures both.
pub(super) fn measure() -> Result<Report, CommandError> {
    let mut found = Found::default();
    let mut money = Transfers::new(WALLETS, 1);
    let rate = median(|| {
        let clock = wall_clock();
        money.run(TRANSFERS);
        TRANSFERS as f64 / clock.elapsed().as_secs_f64().max(1e-9)
    });
    let besides = json!({ "refused": money.refused, "violations": money.violations });
    found.add(&IN_MEMORY, rate, besides);
    let folder = std::env::temp_dir().join(format!("agora-bench-ledger-{}", std::process::id()));
    let logged = logged(&folder);
    std::fs::remove_dir_all(&folder).map_err(CommandError::file(&folder))?;
    let (rate, bytes) = logged?;
    found.add(&ON_DISK, rate, json!({ "bytes_a_transfer": bytes }));
    Ok(found.report())
}

/// Returns transfers a second until the day is closed and durable, and bytes for each.
fn logged(folder: &std::path::Path) -> Result<(f64, f64), CommandError> {
    let keep = Keep {
        money: true,
        ..Keep::default()
    };
    let mut log = EventLog::create(folder, Box::new(Disk), keep)?;
    let mut money = Transfers::new(WALLETS, 2);
    money.ledger.keep_journal();
    let clock = wall_clock();
    for tick in 0..LOGGED / TICK {
        money.run(TICK);
        let tick = Tick(tick as u32);
        log.append_money(0, |rows| money.ledger.drain_journal(tick, rows))?;
    }
    log.end_day(0)?;
    let rate = LOGGED as f64 / clock.elapsed().as_secs_f64().max(1e-9);
    let path = folder.join("events/day=000/money.parquet");
    let bytes = std::fs::metadata(&path).map_err(CommandError::file(&path))?;
    Ok((rate, bytes.len() as f64 / LOGGED as f64))
}
