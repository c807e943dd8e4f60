//! Two runs side by side: where they part, what that did to every metric, and whom it concerned.
//!
//! Runs of one seed draw the same luck: whatever differs between a fork and its parent comes from the change.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::affected::{Affected, affected};
use super::error::RunError;
use super::folder::read_json;
use super::resume::{load_chain, load_run};
use crate::lab::recording::Numbers;
use crate::lab::report::{DayRow, ReportData};
use crate::lab::summary::RunSummary;
use crate::scenario::chain::{Chain, Link, differing};
use crate::scenario::steer::file;
use crate::scenario::steer::order::Order;
use crate::scenario::steer::spelling::to_line;
use crate::sim::checkpoint::format::hex;
use crate::sim::units::Tick;

/// Numbers of every day by name.
pub type Columns = BTreeMap<String, Vec<Option<f64>>>;

/// What is known of one of two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Its folder.
    pub run: String,
    /// Its scenario.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// Ticks it lived.
    pub ticks: u32,
    /// Hash of all state hashes.
    pub chained: String,
}

/// The first tick at which two runs differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parting {
    /// The tick.
    pub tick: u32,
    /// The same as a day and a time.
    pub time: String,
    /// The components that differ after it.
    pub parts: Vec<String>,
}

/// The first tick before which two runs were given other commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orders {
    /// The tick.
    pub tick: u32,
    /// The same as a day and a time.
    pub time: String,
    /// What the first was told then, as in its file of commands.
    pub a: Vec<String>,
    /// What the second was told then.
    pub b: Vec<String>,
}

/// A metric of every day of both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// Its name.
    pub metric: String,
    /// By day in the first run.
    pub a: Vec<Option<f64>>,
    /// By day in the second.
    pub b: Vec<Option<f64>>,
    /// Second less first, by day.
    pub difference: Vec<Option<f64>>,
}

/// What became of a headline number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// Its name.
    pub metric: String,
    /// In the first run.
    pub a: Option<f64>,
    /// In the second.
    pub b: Option<f64>,
    /// Second less first.
    pub difference: Option<f64>,
    /// The same over the first, where that is not 0.
    pub relative: Option<f64>,
}

/// Two runs side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// The first.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// Whether both cities were founded alike, so that they have their luck in common.
    pub is_paired: bool,
    /// Ticks both lived.
    pub common_ticks: u32,
    /// Where they were given other commands; `None` if they were not.
    pub orders: Option<Orders>,
    /// Where their state parts; `None` if it does not. A change of policy shows in the state as soon as it decides something.
    pub parting: Option<Parting>,
    /// Headline numbers; empty if a run is not finished.
    pub headline: Vec<Effect>,
    /// Metrics by day; empty if a run is not finished.
    pub days: Vec<Series>,
    /// Whom it concerned.
    pub affected: Affected,
}

/// A run as it was read.
struct Read {
    side: Side,
    scenario_hash: u64,
    residents: u32,
    chain: Chain,
    commands: Vec<Order>,
    summary: Option<RunSummary>,
    report: Option<ReportData>,
}

fn read(dir: &Path) -> Result<Read, RunError> {
    let loaded = load_run(dir)?;
    let chain = load_chain(dir)?;
    let scenario = loaded.scenario;
    let chained = chain.chained(chain.links.len()).unwrap_or_default();
    Ok(Read {
        side: Side {
            run: dir.display().to_string(),
            scenario: scenario.name.clone(),
            seed: scenario.seed,
            ticks: chain.links.len() as u32,
            chained: hex(chained),
        },
        scenario_hash: scenario.hash(),
        residents: scenario.society.population.residents,
        chain,
        commands: commands(dir)?,
        summary: read_json(&dir.join("run.json"))?,
        report: read_json(&dir.join("report.json"))?,
    })
}

/// Reads the commands that a run was given; what a kill tore off is left out.
fn commands(dir: &Path) -> Result<Vec<Order>, RunError> {
    let path = dir.join(file::NAME);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let orders = file::read(&path)?.orders.into_iter();
    Ok(orders.map(|(order, _)| order).collect())
}

/// Puts two runs side by side.
///
/// # Errors
/// [`RunError`] if one is no run folder or a file of it cannot be read.
pub fn pair(first: &Path, second: &Path) -> Result<Pair, RunError> {
    let (a, b) = (read(first)?, read(second)?);
    let parting = parting(&a.chain, &b.chain);
    let from = parting.as_ref().map(|p| p.tick);
    Ok(Pair {
        is_paired: a.scenario_hash == b.scenario_hash,
        common_ticks: a.side.ticks.min(b.side.ticks),
        orders: other_orders(&a.commands, &b.commands),
        headline: match (&a.summary, &b.summary) {
            (Some(a), Some(b)) => effects(&a.metrics, &b.metrics),
            _ => Vec::new(),
        },
        days: match (&a.report, &b.report) {
            (Some(a), Some(b)) => series(of_report(a), &of_report(b)),
            _ => Vec::new(),
        },
        affected: affected([first, second], from, a.residents.min(b.residents))?,
        parting,
        a: a.side,
        b: b.side,
    })
}

fn parting(a: &Chain, b: &Chain) -> Option<Parting> {
    let both = || a.links.iter().zip(&b.links);
    let tick = both().position(|(a, b)| a != b)?;
    let (x, y) = both().nth(tick)?;
    let parts = if a.names == b.names {
        other_parts(&a.names, x, y)
    } else {
        vec!["the components themselves".to_owned()]
    };
    Some(Parting::at(tick as u32, parts))
}

fn other_parts(names: &[String], a: &Link, b: &Link) -> Vec<String> {
    let parts = differing(names, &a.parts, &b.parts);
    parts.into_iter().map(str::to_owned).collect()
}

impl Parting {
    fn at(tick: u32, parts: Vec<String>) -> Self {
        Self {
            tick,
            time: Tick(tick).to_string(),
            parts,
        }
    }

    /// Says how two runs of the same components differ after a tick; `None` if they do not.
    #[must_use]
    pub fn of_links(names: &[String], tick: u32, a: &Link, b: &Link) -> Option<Self> {
        (a != b).then(|| Self::at(tick, other_parts(names, a, b)))
    }
}

fn other_orders(a: &[Order], b: &[Order]) -> Option<Orders> {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let ticks = a[same..].first().into_iter().chain(b[same..].first());
    let tick = ticks.map(|o| o.tick).min()?;
    let then = |orders: &[Order]| -> Vec<String> {
        let then = orders.iter().filter(|o| o.tick == tick);
        then.map(to_line).collect()
    };
    Some(Orders {
        tick,
        time: Tick(tick).to_string(),
        a: then(a),
        b: then(b),
    })
}

fn difference(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(b? - a?)
}

/// Compares headline numbers by name.
#[must_use]
pub fn effects(a: &Numbers, b: &Numbers) -> Vec<Effect> {
    let names = a.keys().filter(|name| b.contains_key(*name));
    let effect = |name: &String| {
        let of = |n: &Numbers| n.get(name).copied().flatten();
        let (a, b) = (of(a), of(b));
        let difference = difference(a, b);
        Effect {
            metric: name.clone(),
            a,
            b,
            difference,
            relative: difference
                .zip(a.filter(|a| *a != 0.0))
                .map(|(d, a)| d / a.abs()),
        }
    };
    names.map(effect).collect()
}

/// Compares numbers of every day by name.
fn series(a: Columns, b: &Columns) -> Vec<Series> {
    let mut all = Vec::new();
    for (metric, x) in a {
        let Some(y) = b.get(&metric) else { continue };
        let difference = x.iter().zip(y).map(|(x, y)| difference(*x, *y));
        all.push(Series {
            difference: difference.collect(),
            a: x,
            b: y.clone(),
            metric,
        });
    }
    all
}

fn of_report(report: &ReportData) -> Columns {
    let minutes = report.attention_by_domain.iter();
    columns(&report.days, minutes.map(|(d, m)| (d.as_str(), &m[..])))
}

/// Takes every number of a run's days apart, by name; `minutes` are those of attention by domain, one for each day.
#[must_use]
pub fn columns<'a>(
    days: &[DayRow],
    minutes: impl IntoIterator<Item = (&'a str, &'a [f64])>,
) -> Columns {
    let mut columns = Columns::new();
    for row in days {
        let Ok(serde_json::Value::Object(row)) = serde_json::to_value(row) else {
            continue;
        };
        for (name, value) in row {
            if name != "day" && (value.is_number() || value.is_null()) {
                columns.entry(name).or_default().push(value.as_f64());
            }
        }
    }
    for (domain, minutes) in minutes {
        let minutes = minutes.iter().map(|m| Some(*m)).collect();
        columns.insert(format!("minutes_{domain}"), minutes);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::chain::Link;

    fn chain(totals: &[u64]) -> Chain {
        Chain {
            names: vec!["clock".to_owned(), "ledger".to_owned()],
            links: totals
                .iter()
                .map(|t| Link {
                    total: *t,
                    parts: vec![1, *t as u16],
                })
                .collect(),
            torn_bytes: 0,
        }
    }

    #[test]
    fn runs_part_at_the_first_tick_and_in_the_components_that_differ() {
        let a = chain(&[1, 2, 3, 4]);
        assert_eq!(parting(&a, &chain(&[1, 2])), None);
        let found = parting(&a, &chain(&[1, 2, 9, 4])).unwrap();
        assert_eq!((found.tick, found.time.as_str()), (2, "day 0 00:02"));
        assert_eq!(found.parts, ["ledger"]);
    }

    #[test]
    fn the_first_other_command_is_found_by_its_tick() {
        let order = |tick: u32, load: f64| Order {
            tick,
            command: crate::scenario::steer::order::Command::SetPolicy {
                key: "platform.ads.load".to_owned(),
                value: load.into(),
            },
        };
        let a = [order(5, 0.1), order(9, 0.2)];
        assert_eq!(other_orders(&a, &a), None);
        let b = [order(5, 0.1), order(7, 0.3), order(9, 0.2)];
        let found = other_orders(&a, &b).unwrap();
        assert_eq!((found.tick, found.a.len(), found.b.len()), (7, 0, 1));
        assert!(found.b[0].contains("0.3"));
        assert_eq!(other_orders(&a, &a[..1]).unwrap().tick, 9);
    }
}
