//! `agora reproduce slateq`: slates that look ahead on interest evolution.

use std::fmt::Write;

use super::args::SlateQArgs;
use super::{CURVE_WIDTH, judged, verdict};
use crate::cli::CommandError;
use crate::cli::output;
use crate::cli::plain::{columns, sparkline};
use crate::lab::experiment::interest_evolution::learned::TrainingConfig;
use crate::lab::experiment::interest_evolution::reproduction::{
    Plan, Progress, Reproduction, Row, STRETCH, reproduce,
};
use crate::platform::models::slate::q_learning::config::SlateQConfig;
use crate::scenario::world::FoundingError;

/// Policies that are judged, and learners that are trained.
const POLICIES: u64 = 6;
const LEARNERS: u64 = 2;
/// Viewers that take about as long to be judged on as a round of training takes.
const VIEWERS_A_ROUND: u64 = 2_000;

/// `agora reproduce slateq`.
pub(super) fn command(args: &SlateQArgs) -> Result<(), CommandError> {
    let usual = TrainingConfig::BASELINE;
    let plan = Plan {
        choice: args.choice.into(),
        users: args.users,
        seed: args.seed,
        learner: SlateQConfig::BASELINE,
        training: TrainingConfig {
            viewers: args.train_users.unwrap_or(usual.viewers),
            ..usual
        },
    };
    let rounds = LEARNERS * u64::from(plan.training.rounds) * VIEWERS_A_ROUND;
    let bar = output::progress(
        POLICIES * u64::from(plan.users) + rounds,
        args.common.answer.is_silent(),
    );
    bar.set_message("judging rules");
    let watch = |progress: Progress<'_>| match progress {
        Progress::Viewer => bar.inc(1),
        Progress::Round(_, round) => {
            bar.set_message(format!("learning: {:.0} minutes", round.minutes));
            bar.inc(VIEWERS_A_ROUND);
        }
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.common.threads.unwrap_or(0))
        .build()
        .map_err(FoundingError::from)?;
    let done = pool.install(|| reproduce(&plan, &watch));
    bar.finish_and_clear();
    let done = done.map_err(|e| CommandError::Failed(format!("slateq: {e}")))?;
    let rows = done.rows.iter().map(|r| {
        let said = format!("{}: {:.2}, not {}", r.policy, r.found.estimate, r.rule);
        (r.passes, said)
    });
    judged(&done, || table(&done), rows, args.common.answer.json)
}

/// Draws the table and the learning curves.
fn table(done: &Reproduction) -> String {
    let heads = [
        "policy",
        "published",
        "oracle",
        "Agora (95 % interval)",
        "quality",
        "p",
        "verdict",
    ];
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(done.rows.iter().map(cells));
    let mut text = format!(
        "interest evolution, {} choice, {} viewers a policy, {} to train on, seed {}: minutes watched a visit\n\n",
        done.choice.word(),
        done.users,
        done.train_users,
        done.seed
    );
    text.push_str(&columns(&lines));
    text.push('\n');
    for curve in &done.curves {
        let ends = (curve.minutes.first(), curve.minutes.last());
        if let (Some(first), Some(last)) = ends {
            let _never = writeln!(
                text,
                "{:<24} {first:.0} {} {last:.0} minutes, explored slates included; {} numbers learned",
                curve.policy,
                sparkline(&curve.minutes, CURVE_WIDTH),
                curve.n_parameters
            );
        }
    }
    let stretch = done.curves.iter().all(|c| {
        let row = done.rows.iter().find(|r| r.policy == c.policy);
        row.is_some_and(|r| r.found.estimate >= STRETCH)
    });
    let answer = if stretch { "yes" } else { "no" };
    let _never = write!(text, "every learner at {STRETCH} minutes or more: {answer}");
    text
}

fn cells(row: &Row) -> [String; 7] {
    let none = || "-".to_owned();
    let f = &row.found;
    [
        row.policy.clone(),
        row.published
            .map_or_else(none, |(minutes, quality)| format!("{minutes} ({quality})")),
        row.oracle
            .map_or_else(none, |o| format!("{:.2} ± {:.2}", o.mean, o.error)),
        format!("{:.2} [{:.2}, {:.2}]", f.estimate, f.low, f.high),
        format!("{:.3}", row.quality),
        row.p_value.map_or_else(none, show_p),
        verdict(row.passes, &row.rule),
    ]
}

fn show_p(p: f64) -> String {
    if p < 0.000_1 {
        "< 0.0001".to_owned()
    } else {
        format!("{p:.4}")
    }
}
