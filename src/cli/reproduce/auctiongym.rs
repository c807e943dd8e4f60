//! `agora reproduce auctiongym`: competition and bid shading in ad auctions.

use std::fmt::Write;

use super::args::AuctionGymArgs;
use super::{CURVE_WIDTH, judged, verdict};
use crate::cli::CommandError;
use crate::cli::output;
use crate::cli::plain::{columns, sparkline};
use crate::lab::experiment::auctiongym::reproduction::{
    Figures, Plan, Reproduction, Row, reproduce,
};
use crate::lab::metrics::statistics::interval::Interval;
use crate::scenario::world::FoundingError;

/// `agora reproduce auctiongym`.
pub(super) fn command(args: &AuctionGymArgs) -> Result<(), CommandError> {
    let plan = Plan {
        runs: args.runs,
        batches: args.batches,
        auctions: args.auctions,
        seed: args.seed,
    };
    let bar = output::progress(plan.n_seasons(), args.common.answer.is_silent());
    bar.set_message("selling looks");
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.common.threads.unwrap_or(0))
        .build()
        .map_err(FoundingError::from)?;
    let done = pool.install(|| reproduce(&plan, &|| bar.inc(1)));
    bar.finish_and_clear();
    let done = done.map_err(|e| CommandError::Failed(format!("auctiongym: {e}")))?;
    let rows = done.rows.iter().map(|r| {
        let f = &r.found;
        let [w, s, m] = [&f.welfare, &f.surplus, &f.revenue].map(|i| i.estimate);
        let said = format!("{}: {w:.4} / {s:.4} / {m:.4}, not {}", r.world, r.rule);
        (r.passes, said)
    });
    judged(&done, || table(&done), rows, args.common.answer.json)
}

/// Draws the table and how bidders learned.
fn table(done: &Reproduction) -> String {
    let heads = [
        "welfare / surplus / revenue",
        "published",
        "oracle",
        "Agora",
        "95 % interval of revenue",
        "share bid",
        "verdict",
    ];
    let mut lines = vec![heads.map(str::to_owned)];
    lines.extend(done.rows.iter().map(cells));
    let mut text = format!(
        "AuctionGym, {} seasons of {} x {} auctions a world, seed {}: value a round\n\n",
        done.runs, done.batches, done.auctions, done.seed
    );
    text.push_str(&columns(&lines));
    text.push('\n');
    for curve in &done.curves {
        if let (Some(first), Some(last)) = (curve.revenue.first(), curve.revenue.last()) {
            let _never = writeln!(
                text,
                "{:<36} revenue {first:.3} {} {last:.3}",
                curve.world,
                sparkline(&curve.revenue, CURVE_WIDTH)
            );
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn cells(row: &Row) -> [String; 7] {
    let three = |f: Option<Figures>, digits: usize| {
        f.map_or_else(
            || "-".to_owned(),
            |f| {
                format!(
                    "{:.digits$} / {:.digits$} / {:.digits$}",
                    f.welfare, f.surplus, f.revenue
                )
            },
        )
    };
    let f = &row.found;
    let found = Figures {
        welfare: f.welfare.estimate,
        surplus: f.surplus.estimate,
        revenue: f.revenue.estimate,
    };
    let within = |i: &Interval| format!("[{:.4}, {:.4}]", i.low, i.high);
    [
        row.world.clone(),
        three(row.published, 3),
        three(row.oracle, 4),
        three(Some(found), 4),
        within(&f.revenue),
        format!("{:.3}", f.share.estimate),
        verdict(row.passes, &row.rule),
    ]
}
