//! The shipped cities against their bars of time and memory.

use serde_json::json;

use super::{Report, child};
use crate::cli::CommandError;
use crate::cli::bench_args::CityArgs;
use crate::cli::output;

/// What a city may take.
struct Bar {
    scenario: &'static str,
    seconds: f64,
    megabytes: Option<f64>,
}

/// The bars, for two cores of a current server.
const BARS: [Bar; 3] = [
    Bar {
        scenario: "quickstart",
        seconds: 10.0,
        megabytes: Some(400.0),
    },
    Bar {
        scenario: "baseline",
        seconds: 60.0,
        megabytes: None,
    },
    Bar {
        scenario: "metropolis",
        seconds: 120.0,
        megabytes: Some(4_000.0),
    },
];

/// Runs each city once and compares it with its bar.
pub(super) fn measure(args: &CityArgs) -> Result<Report, CommandError> {
    let mut lines = vec![format!(
        "{:<12} {:>9} {:>9} {:>24}  bar",
        "city", "seconds", "MB", "active avatar-ticks/s"
    )];
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    let wanted = |b: &&Bar| args.only.is_empty() || args.only.iter().any(|o| o == b.scenario);
    for bar in BARS.iter().filter(wanted) {
        output::note(&format!("running {}", bar.scenario));
        let m = child::run(bar.scenario, &[], None, args.common.threads)?;
        let s = &m.summary;
        let megabytes = s.peak_rss_bytes as f64 / 1e6;
        let holds = m.process_seconds < bar.seconds && bar.megabytes.is_none_or(|b| megabytes < b);
        let memory = bar
            .megabytes
            .map_or_else(String::new, |b| format!(", {b:.0} MB"));
        let allowed = format!("under {:.0} s{memory}", bar.seconds);
        lines.push(format!(
            "{:<12} {:>9.1} {:>9.0} {:>24.0}  {allowed}: {}",
            bar.scenario,
            m.process_seconds,
            megabytes,
            s.active_avatar_ticks_per_second,
            if holds { "holds" } else { "DOES NOT HOLD" }
        ));
        if !holds {
            broken.push(format!(
                "{} took {:.1} s and {megabytes:.0} MB, allowed is {allowed}",
                bar.scenario, m.process_seconds
            ));
        }
        rows.push(json!({
            "scenario": bar.scenario,
            "seconds": m.process_seconds,
            "simulation_seconds": s.wall_seconds,
            "peak_rss_bytes": s.peak_rss_bytes,
            "active_avatar_ticks_per_second": s.active_avatar_ticks_per_second,
            "threads": s.threads,
            "bar_seconds": bar.seconds,
            "bar_megabytes": bar.megabytes,
            "holds": holds,
        }));
    }
    Ok(Report {
        lines,
        json: rows.into(),
        broken,
    })
}
