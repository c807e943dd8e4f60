//! `agora compare-runs`: two runs side by side.

use super::CommandError;
use super::keep_args::CompareRunsArgs;
use super::output;
use super::plain::{columns, sparkline};
use crate::scenario::run::affected::{Affected, Group};
use crate::scenario::run::pair::{Effect, Pair, Series, pair};

/// Most columns of a curve.
const CURVE_WIDTH: usize = 40;

/// `agora compare-runs`.
pub(super) fn command(args: &CompareRunsArgs) -> Result<(), CommandError> {
    let shown = pair(&args.a, &args.b)?;
    if args.json {
        let json = serde_json::to_string_pretty(&shown)
            .map_err(|e| CommandError::Failed(format!("cannot show the runs as JSON: {e}")))?;
        output::result(&json);
    } else {
        output::result(show(&shown).trim_end());
    }
    Ok(())
}

fn number(x: Option<f64>) -> String {
    x.map_or_else(|| "-".to_owned(), |x| format!("{x:.4}"))
}

fn signed(x: Option<f64>) -> String {
    x.map_or_else(|| "-".to_owned(), |x| format!("{x:+.4}"))
}

fn show(p: &Pair) -> String {
    let mut text: Vec<String> = Vec::new();
    for (name, side) in [("A", &p.a), ("B", &p.b)] {
        text.push(format!(
            "{name}  {} ({}, seed {}): {} ticks, state hash {}\n",
            side.run, side.scenario, side.seed, side.ticks, side.chained
        ));
    }
    if !p.is_paired {
        text.push("The cities were founded differently: what differs may be luck.\n".to_owned());
    }
    if let Some(orders) = &p.orders {
        text.push(format!(
            "\nFrom tick {} ({}) on they were told other things\n",
            orders.tick, orders.time
        ));
        for (name, lines) in [("A", &orders.a), ("B", &orders.b)] {
            for line in lines {
                text.push(format!("  {name}  {line}\n"));
            }
        }
    }
    match &p.parting {
        None => text.push(format!(
            "\nThey are equal over the {} ticks that both lived.\n",
            p.common_ticks
        )),
        Some(parting) => text.push(format!(
            "\nTheir state parts at tick {} ({}), first in: {}\n",
            parting.tick,
            parting.time,
            parting.parts.join(", ")
        )),
    }
    if p.parting.is_some() {
        text.push(who(&p.affected));
    }
    if p.headline.is_empty() {
        text.push("\nA run is not finished: there are no metrics to compare.\n".to_owned());
        return text.concat();
    }
    text.push("\nHeadline numbers\n".to_owned());
    text.push(headline(&p.headline));
    text.push("\nBy day: A, B, and B less A from its lowest to its highest\n".to_owned());
    text.push(by_day(&p.days));
    text.concat()
}

fn who(a: &Affected) -> String {
    let line = |name: &str, g: Group| {
        [
            format!("  {name}"),
            g.avatars.to_string(),
            g.affected.to_string(),
            format!("{:.1} %", 100.0 * g.share),
        ]
    };
    let head = ["Whom it concerned", "avatars", "affected", "share"].map(str::to_owned);
    let rows = [
        head,
        line("everybody", a.everybody),
        line("residents", a.residents),
        line("arrived before", a.arrived_before),
        line("arrived since", a.arrived_since),
    ];
    let text = format!("\n{}", columns(&rows));
    let days: Vec<String> = a
        .newly_by_day
        .iter()
        .map(|(day, n)| format!("day {day}: {n}"))
        .collect();
    if days.is_empty() {
        return text;
    }
    format!("{text}  for the first time on {}\n", days.join(", "))
}

fn headline(effects: &[Effect]) -> String {
    let mut rows = vec![["  metric", "A", "B", "B less A", ""].map(str::to_owned)];
    // What neither run could observe says nothing.
    let seen = effects.iter().filter(|e| e.a.is_some() || e.b.is_some());
    rows.extend(seen.map(|e| {
        [
            format!("  {}", e.metric),
            number(e.a),
            number(e.b),
            signed(e.difference),
            e.relative
                .map_or_else(String::new, |r| format!("{:+.1} %", 100.0 * r)),
        ]
    }));
    columns(&rows)
}

fn by_day(days: &[Series]) -> String {
    let mut rows = Vec::new();
    for s in days {
        let known = |x: &[Option<f64>]| x.iter().flatten().copied().collect::<Vec<f64>>();
        let last = s.difference.iter().flatten().last().copied();
        rows.push([
            format!("  {}", s.metric),
            sparkline(&known(&s.a), CURVE_WIDTH),
            sparkline(&known(&s.b), CURVE_WIDTH),
            sparkline(&known(&s.difference), CURVE_WIDTH),
            format!("at the end {}", signed(last)),
        ]);
    }
    columns(&rows)
}
