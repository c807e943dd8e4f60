//! Whether cost follows activity: ten times the residents, each a tenth as active, may cost little more.
//!
//! Who comes more rarely also leaves more rarely, so that the larger city ends up somewhat more active. It is run once to see by
//! how much, and again with its people coming as much more rarely: then as many sessions are held in both.

use serde_json::json;

use super::{Report, child};
use crate::cli::CommandError;
use crate::cli::bench_args::ActivityArgs;
use crate::cli::output;
use crate::scenario::load::{Overrides, load};

/// How many times as many residents.
const TIMES: u32 = 10;

/// How many times the cost is allowed.
const BAR: f64 = 1.5;

impl ActivityArgs {
    /// What the command line takes when nothing is said.
    pub(super) fn usual() -> Self {
        Self {
            residents: 10_000,
            days: 7,
            ..Self::default()
        }
    }
}

/// Runs both cities and compares them.
pub(super) fn measure(args: &ActivityArgs) -> Result<Report, CommandError> {
    let few = load("baseline", &Overrides::default())?.scenario.society;
    let many = args.residents.saturating_mul(TIMES);
    let run = |residents: u32, share: f64| {
        let sets = [
            format!("society.population.residents={residents}"),
            format!(
                "society.population.newcomers_per_1000={}",
                few.population.newcomers_per_1000 * share
            ),
            // The catalogue stays as large as it is.
            format!(
                "society.content.posts_per_1000={}",
                few.content.posts_per_1000 * f64::from(args.residents) / f64::from(residents)
            ),
            format!(
                "society.returns.sessions_per_day={}",
                few.returns.sessions_per_day * share
            ),
        ];
        output::note(&format!("running {residents} residents"));
        child::run("baseline", &sets, Some(args.days), args.common.threads)
    };
    let small = run(args.residents, 1.0)?.summary;
    let share = 1.0 / f64::from(TIMES);
    let draft = run(many, share)?.summary;
    let excess = draft.active_avatar_ticks as f64 / (small.active_avatar_ticks as f64).max(1.0);
    let large = run(many, share / excess.max(0.5))?.summary;
    let ratio = large.wall_seconds / small.wall_seconds.max(1e-9);
    let activity = large.active_avatar_ticks as f64 / (small.active_avatar_ticks as f64).max(1.0);
    let holds = ratio < BAR;
    let line = |s: &crate::lab::summary::RunSummary| {
        format!(
            "{:>9} avatars {:>9} sessions {:>11} active avatar-ticks {:>8.2} s {:>6.0} MB",
            s.avatars,
            s.sessions,
            s.active_avatar_ticks,
            s.wall_seconds,
            s.peak_rss_bytes as f64 / 1e6
        )
    };
    let part = |s: &crate::lab::summary::RunSummary| {
        json!({
            "avatars": s.avatars,
            "sessions": s.sessions,
            "active_avatar_ticks": s.active_avatar_ticks,
            "simulation_seconds": s.wall_seconds,
            "peak_rss_bytes": s.peak_rss_bytes,
        })
    };
    let verdict = if holds { "holds" } else { "DOES NOT HOLD" };
    Ok(Report {
        lines: vec![
            line(&small),
            line(&large),
            format!(
                "cost ratio {ratio:.2} for {activity:.2} times the activity, under {BAR}: {verdict} (founding not counted)"
            ),
        ],
        json: json!({
            "small": part(&small),
            "large": part(&large),
            "ratio": ratio,
            "activity_ratio": activity,
            "bar": BAR,
            "holds": holds,
        }),
        broken: if holds {
            Vec::new()
        } else {
            vec![format!(
                "{TIMES} times the residents cost {ratio:.2} times as much, allowed is {BAR}"
            )]
        },
    })
}
