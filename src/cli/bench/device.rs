//! Whether a device computes the scores that the processor computes, and how fast.

use serde_json::json;

use super::Report;
use super::models::{DIMS, ITEMS, USERS, drawn};
use crate::cli::CommandError;
use crate::cli::bench_args::{DeviceArg, DeviceBenchArgs};
use crate::cli::run::wall_clock;
use crate::platform::models::device::{self, Choice, Chosen, choose, scores};

/// How far a score may be from the processor's.
const BAR: f32 = 1e-4;

/// Rounds that count, after one that does not.
const ROUNDS: u32 = 20;

/// Scores all pairs on the device and on the processor.
pub(super) fn measure(args: &DeviceBenchArgs) -> Result<Report, CommandError> {
    let asked = match args.device {
        DeviceArg::Auto => Choice::Auto,
        DeviceArg::Cpu => Choice::Cpu,
        DeviceArg::Cuda => Choice::Cuda,
    };
    let usage = |e: device::DeviceError| CommandError::Usage(e.to_string());
    let failed = |e: device::DeviceError| CommandError::Failed(e.to_string());
    let Chosen { device, reason } = choose(asked).map_err(usage)?;
    let (users, items) = (drawn(USERS * DIMS, 0), drawn(ITEMS * DIMS, 1));
    let cpu = choose(Choice::Cpu).map_err(failed)?.device;
    let expected = scores(&cpu, &users, &items, DIMS).map_err(failed)?;
    let found = scores(&device, &users, &items, DIMS).map_err(failed)?;
    let pairs = expected.iter().zip(&found);
    let difference = pairs.fold(0.0f32, |m, (x, y)| m.max((x - y).abs()));
    let clock = wall_clock();
    for _ in 0..ROUNDS {
        scores(&device, &users, &items, DIMS).map_err(failed)?;
    }
    let seconds = clock.elapsed().as_secs_f64() / f64::from(ROUNDS);
    let rate = 2e-9 * (USERS * ITEMS * DIMS) as f64 / seconds.max(1e-9);
    let word = device::word(&device);
    let holds = difference <= BAR;
    let verdict = if holds { "holds" } else { "DOES NOT HOLD" };
    Ok(Report {
        lines: vec![
            format!("device: {word} ({reason})"),
            format!(
                "{USERS} x {ITEMS} scores of {DIMS} dimensions, copies included: {rate:.1} GFLOP/s; largest difference from the processor {difference:.2e}, at most {BAR:.0e}: {verdict}"
            ),
        ],
        json: json!({
            "device": word,
            "reason": reason,
            "gflops": rate,
            "largest_difference": difference,
            "bar": BAR,
            "holds": holds,
        }),
        broken: if holds {
            Vec::new()
        } else {
            vec![format!(
                "scores differ by {difference:.2e} between {word} and cpu"
            )]
        },
    })
}
