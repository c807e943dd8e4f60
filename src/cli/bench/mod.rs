//! `agora bench`: how fast the engine is on this machine.
//!
//! Wall time is read here and nowhere inside the simulation. Nothing is compared with other machines: bars are printed beside what
//! was measured, and a bar that does not hold is an answer (exit code 1), not an error of the program.
//!
//! | file | what it measures |
//! | --- | --- |
//! | `workload` | a declared workload, in this process |
//! | `child` | a run in a process of its own |
//! | `city` | the shipped cities against their bars |
//! | `activity` | whether cost follows activity |
//! | `desktop` | the window |
//! | `allocation` | how near prices come to the best allocation |
//! | `device` | whether a device computes what the processor computes |
//! | `ledger` | transfers, in memory and with the journal on disk |
//! | `recording` | what recording costs, how large it is, how fast any tick is found |
//! | `models` | what scoring and learning cost |
//! | `trade` | auctions and the order book |
//! | `traces` | what it costs to take down why each offer was made |

mod activity;
mod allocation;
mod child;
mod city;
mod desktop;
mod device;
mod ledger;
mod models;
mod recording;
mod traces;
mod trade;
mod workload;

use serde_json::{Value, json};

use super::CommandError;
use super::bench_args::{
    ActivityArgs, AllocationArgs, Bench, BenchArgs, CityArgs, CommonArgs, DeviceArg,
    DeviceBenchArgs, ModelsBenchArgs, RecordingArgs, TracesArgs, WorkloadArgs,
};
use super::output;

/// What a measurement says.
struct Report {
    /// For people, one line each.
    lines: Vec<String>,
    /// For programs.
    json: Value,
    /// Bars that do not hold.
    broken: Vec<String>,
}

/// `agora bench`.
pub(super) fn command(args: &BenchArgs) -> Result<(), CommandError> {
    match &args.what {
        Bench::WorkloadA(a) => show(&workload::measure(a)?, a.common.json),
        Bench::City(a) => show(&city::measure(a)?, a.common.json),
        Bench::Activity(a) => show(&activity::measure(a)?, a.common.json),
        Bench::Allocation(a) => show(&allocation::measure(a)?, a.common.json),
        Bench::Desktop(a) => show(&desktop::measure(a)?, a.common.json),
        Bench::Device(a) => show(&device::measure(a)?, a.common.json),
        Bench::Models(a) => show(&models::measure(a)?, a.common.json),
        Bench::Trade(a) => show(&trade::measure()?, a.json),
        Bench::Ledger(a) => show(&ledger::measure()?, a.json),
        Bench::Recording(a) => show(&recording::measure(a)?, a.common.json),
        Bench::Traces(a) => show(&traces::measure(a)?, a.common.json),
        Bench::All(common) => show(&all(common)?, common.json),
    }
}

fn all(common: &CommonArgs) -> Result<Report, CommandError> {
    let workload = workload::measure(&WorkloadArgs {
        common: common.clone(),
        ..WorkloadArgs::default()
    })?;
    let city = city::measure(&CityArgs {
        common: common.clone(),
        ..CityArgs::default()
    })?;
    let activity = activity::measure(&ActivityArgs {
        common: common.clone(),
        ..ActivityArgs::usual()
    })?;
    let allocation = allocation::measure(&AllocationArgs {
        common: common.clone(),
        avatars: 10_000,
        contents: 200,
    })?;
    let models = models::measure(&ModelsBenchArgs {
        common: common.clone(),
        ..ModelsBenchArgs::default()
    })?;
    let device = device::measure(&DeviceBenchArgs {
        common: common.clone(),
        device: DeviceArg::Auto,
    })?;
    let trade = trade::measure()?;
    let ledger = ledger::measure()?;
    let traces = traces::measure(&TracesArgs {
        common: common.clone(),
        days: 3,
    })?;
    let recording = recording::measure(&RecordingArgs {
        common: common.clone(),
        ..RecordingArgs::usual()
    })?;
    let json = json!({
        "workload_a": workload.json,
        "city": city.json,
        "activity": activity.json,
        "allocation": allocation.json,
        "models": models.json,
        "device": device.json,
        "trade": trade.json,
        "ledger": ledger.json,
        "traces": traces.json,
        "recording": recording.json,
    });
    let (mut lines, mut broken) = (Vec::new(), Vec::new());
    for part in [
        workload, city, activity, allocation, models, device, trade, ledger, traces, recording,
    ] {
        lines.extend(part.lines);
        broken.extend(part.broken);
    }
    Ok(Report {
        lines,
        json,
        broken,
    })
}

fn show(report: &Report, as_json: bool) -> Result<(), CommandError> {
    if as_json {
        output::result(&report.json.to_string());
    } else {
        output::result(&report.lines.join("\n"));
    }
    if report.broken.is_empty() {
        return Ok(());
    }
    Err(CommandError::Failed(format!(
        "not held: {}",
        report.broken.join("; ")
    )))
}
