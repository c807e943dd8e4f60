//! `agora compare`: runs the arms of a scenario over the same seeds and shows what they differ in.

use std::collections::BTreeMap;

use serde::Serialize;

use super::CommandError;
use super::args::CompareArgs;
use super::output;
use super::trials::{metrics_of, run_all};
use crate::lab::experiment::comparison::{Comparison, MetricRow};
use crate::lab::experiment::paired::Paired;
use crate::scenario::load::{Loaded, Overrides, load};
use crate::scenario::promises::{Judged, Verdict, judge};
use crate::scenario::run::folder;
use crate::scenario::run::progress::Run;

/// Fewest arms that can be compared.
const FEWEST_ARMS: usize = 2;

/// Everything a comparison found, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    scenario: String,
    description: String,
    agora_version: &'static str,
    days: u32,
    seeds: Vec<u64>,
    /// The arms, the one compared against first.
    arms: Vec<ArmReport>,
    metrics: BTreeMap<String, MetricRow>,
    promises: Vec<Judged>,
}

#[derive(Serialize)]
struct ArmReport {
    name: String,
    description: String,
    /// Values the arm sets.
    values: BTreeMap<String, toml::Value>,
    /// Hash of the scenario it resolves to with the first seed.
    scenario_hash: String,
}

/// `agora compare`.
pub(super) fn command(args: &CompareArgs) -> Result<(), CommandError> {
    let base = load(&args.scenario, &overrides(args, None, None))?;
    let arms = chosen_arms(args, &base)?;
    let first = args.first_seed.unwrap_or(base.scenario.seed);
    let seeds: Vec<u64> = (0..u64::from(args.seeds))
        .map(|i| first.saturating_add(i))
        .collect();
    let mut trials = Vec::with_capacity(arms.len() * seeds.len());
    for arm in &arms {
        for seed in &seeds {
            let overrides = overrides(args, Some(arm), Some(*seed));
            trials.push(load(&args.scenario, &overrides)?);
        }
    }
    refuse_equal_arms(&arms, &trials, seeds.len())?;
    refuse_unknown_metrics(args, &base, &trials[0])?;
    if let Some(dir) = &args.out {
        folder::create(dir, args.force)?;
        let resolved = base.scenario.to_toml();
        folder::write(&dir.join("scenario.toml"), resolved.as_bytes())?;
    }
    let days = trials[0].scenario.days;
    let total = trials.len() as u64 * u64::from(days);
    let bar = output::progress(total, args.quiet || args.json);
    bar.set_message(format!("{} runs of {days} days", trials.len()));
    let runs = run_all(&trials, args.threads.unwrap_or(0), || bar.inc(1));
    bar.finish_and_clear();
    // By arm, then by seed, as the trials are.
    let runs: Vec<_> = runs?.chunks(seeds.len()).map(<[_]>::to_vec).collect();
    let shown = Comparison::of(arms.clone(), seeds, &runs);
    let promises: Vec<Judged> = base
        .scenario
        .expect
        .iter()
        .map(|p| judge(p, &shown))
        .collect();
    let report = Report {
        scenario: base.scenario.name.clone(),
        description: base.scenario.description.clone(),
        agora_version: env!("CARGO_PKG_VERSION"),
        days,
        arms: arm_reports(&arms, &base, &trials, shown.seeds.len()),
        metrics: shown.metrics,
        seeds: shown.seeds,
        promises,
    };
    let json = serde_json::to_string_pretty(&report)
        .map_err(|e| CommandError::Failed(format!("cannot show the comparison as JSON: {e}")))?;
    let table = show(&report, &args.metrics);
    if let Some(dir) = &args.out {
        folder::write(&dir.join("compare.json"), json.as_bytes())?;
        folder::write(&dir.join("compare.txt"), table.as_bytes())?;
    }
    if args.json {
        output::result(&json);
    } else if !args.quiet {
        output::result(table.trim_end());
    }
    keep_promises(&report)
}

fn overrides(args: &CompareArgs, arm: Option<&str>, seed: Option<u64>) -> Overrides {
    Overrides {
        sets: args.sets.clone(),
        seed,
        days: args.days,
        arm: arm.map(str::to_owned),
    }
}

/// The arms to compare, in the order asked for or that of their names.
fn chosen_arms(args: &CompareArgs, base: &Loaded) -> Result<Vec<String>, CommandError> {
    let known: Vec<String> = base.scenario.arms.keys().cloned().collect();
    let listed = if known.is_empty() {
        "no arms".to_owned()
    } else {
        format!("the arms {}", known.join(", "))
    };
    let name = &base.scenario.name;
    let arms = if args.arms.is_empty() {
        known.clone()
    } else {
        args.arms.clone()
    };
    if let Some(unknown) = arms.iter().find(|a| !known.contains(a)) {
        return Err(CommandError::Usage(format!(
            "--arms {unknown}: {name} has {listed}"
        )));
    }
    if let Some((_, twice)) = arms
        .iter()
        .enumerate()
        .find(|(i, a)| arms[..*i].contains(a))
    {
        return Err(CommandError::Usage(format!("--arms {twice}: named twice")));
    }
    if arms.len() < FEWEST_ARMS {
        return Err(CommandError::Usage(format!(
            "{name}: {FEWEST_ARMS} arms or more are needed to compare; {name} has {listed} (a scenario says [arms.NAME])"
        )));
    }
    Ok(arms)
}

/// Refuses arms that `--set` has made the same.
fn refuse_equal_arms(
    arms: &[String],
    trials: &[Loaded],
    n_seeds: usize,
) -> Result<(), CommandError> {
    for (i, a) in arms.iter().enumerate() {
        for (j, b) in arms.iter().enumerate().skip(i + 1) {
            let same = trials[i * n_seeds].scenario.hash() == trials[j * n_seeds].scenario.hash();
            if same {
                return Err(CommandError::Usage(format!(
                    "arms {a} and {b} resolve to the same values, so that there is nothing to compare; --set wins over arms"
                )));
            }
        }
    }
    Ok(())
}

/// Refuses metrics that do not exist before anything is run: a city that has just been founded names them all.
fn refuse_unknown_metrics(
    args: &CompareArgs,
    base: &Loaded,
    trial: &Loaded,
) -> Result<(), CommandError> {
    let known = metrics_of(&Run::begin(trial, 1, None)?);
    let names = || known.keys().cloned().collect::<Vec<_>>().join(", ");
    if let Some(m) = args.metrics.iter().find(|m| !known.contains_key(*m)) {
        return Err(CommandError::Usage(format!(
            "--metric {m}: there is no such metric; there are {}",
            names()
        )));
    }
    let promised = base.scenario.expect.iter().map(|e| &e.metric);
    for m in promised {
        if !known.contains_key(m) {
            return Err(CommandError::Usage(format!(
                "{}: expect.{m}: there is no such metric; there are {}",
                base.scenario.name,
                names()
            )));
        }
    }
    Ok(())
}

fn arm_reports(
    arms: &[String],
    base: &Loaded,
    trials: &[Loaded],
    n_seeds: usize,
) -> Vec<ArmReport> {
    arms.iter()
        .enumerate()
        .map(|(i, name)| {
            let arm = base.scenario.arms.get(name);
            ArmReport {
                name: name.clone(),
                description: arm.map(|a| a.description.clone()).unwrap_or_default(),
                values: arm
                    .iter()
                    .flat_map(|a| &a.values)
                    .map(|leaf| (leaf.key.clone(), leaf.value.clone()))
                    .collect(),
                scenario_hash: format!("{:016x}", trials[i * n_seeds].scenario.hash()),
            }
        })
        .collect()
}

fn keep_promises(report: &Report) -> Result<(), CommandError> {
    let broken: Vec<&str> = report
        .promises
        .iter()
        .filter(|p| p.verdict == Verdict::Broken)
        .map(|p| p.metric.as_str())
        .collect();
    if broken.is_empty() {
        return Ok(());
    }
    Err(CommandError::Failed(format!(
        "{}: {} of {} promises broken: {}",
        report.scenario,
        broken.len(),
        report.promises.len(),
        broken.join(", ")
    )))
}

/// Shows a number with about four digits.
fn short(x: f64) -> String {
    let decimals = match x.abs() {
        a if a >= 1_000.0 => 0,
        a if a >= 100.0 => 1,
        a if a >= 10.0 => 2,
        a if a >= 1.0 || a == 0.0 => 3,
        _ => 4,
    };
    format!("{x:.decimals$}")
}

fn signed(x: f64) -> String {
    if x > 0.0 {
        format!("+{}", short(x))
    } else {
        short(x)
    }
}

fn interval(p: &Paired) -> String {
    format!(
        "[{}, {}]",
        signed(p.difference.low),
        signed(p.difference.high)
    )
}

/// The tables that people read: one for each further arm against the first, then the promises.
fn show(report: &Report, only: &[String]) -> String {
    let first = &report.arms[0].name;
    let (from, to) = (
        report.seeds.first().copied().unwrap_or(0),
        report.seeds.last().copied().unwrap_or(0),
    );
    let mut lines = vec![format!(
        "{}: {} seeds ({from} to {to}), {} days; {}",
        report.scenario,
        report.seeds.len(),
        report.days,
        report.description
    )];
    let width = report.arms.iter().map(|a| a.name.len()).max().unwrap_or(0);
    for arm in &report.arms {
        lines.push(format!("  {:width$}  {}", arm.name, arm.description));
    }
    for (i, arm) in report.arms.iter().enumerate().skip(1) {
        let mut rows = vec![
            [
                "metric",
                first,
                &arm.name,
                "difference",
                "95 % interval",
                "d",
                "same sign",
                "narrowed",
            ]
            .map(str::to_owned),
        ];
        for (name, row) in &report.metrics {
            if only.is_empty() || only.contains(name) {
                rows.push(cells(name, row, i));
            }
        }
        lines.push(String::new());
        lines.extend(align(&rows));
    }
    if !report.promises.is_empty() {
        lines.push(String::new());
    }
    for p in &report.promises {
        let verdict = match p.verdict {
            Verdict::Kept => "kept      ",
            Verdict::Broken => "BROKEN    ",
            Verdict::NotJudged => "not judged",
        };
        let by = match (&p.paired, p.verdict) {
            (Some(paired), _) => format!(
                " (by {} {})",
                short(paired.difference.estimate),
                interval(paired)
            ),
            (None, Verdict::Broken) if !is_observable(report, &p.metric) => {
                " (not observable)".to_owned()
            }
            (None, _) => String::new(),
        };
        lines.push(format!("{verdict}  {}: {}{by}", p.metric, p.promise));
    }
    lines.join("\n") + "\n"
}

fn is_observable(report: &Report, metric: &str) -> bool {
    report
        .metrics
        .get(metric)
        .is_some_and(MetricRow::is_observable)
}

/// Columns of a table.
const COLUMNS: usize = 8;

/// One row of the table of arm `i` against the first.
fn cells(name: &str, row: &MetricRow, i: usize) -> [String; COLUMNS] {
    let mean = |arm: usize| row.means[arm].map_or_else(|| "not observable".to_owned(), short);
    let paired = row.against_first[i - 1];
    let of = |f: &dyn Fn(&Paired) -> String| paired.as_ref().map_or_else(|| "-".to_owned(), f);
    let dash = || "-".to_owned();
    [
        name.to_owned(),
        mean(0),
        mean(i),
        of(&|p| signed(p.difference.estimate)),
        of(&interval),
        of(&|p| p.effect.map_or_else(dash, |d| format!("{d:+.2}"))),
        of(&|p| {
            p.same_sign
                .map_or_else(dash, |s| format!("{:.0} %", 100.0 * s))
        }),
        of(&|p| p.narrowed.map_or_else(dash, |times| format!("{times:.1}"))),
    ]
}

/// Aligns columns: names to the left, numbers to the right.
fn align(rows: &[[String; COLUMNS]]) -> Vec<String> {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (w, cell) in widths.iter_mut().zip(row) {
            *w = (*w).max(cell.chars().count());
        }
    }
    rows.iter()
        .map(|row| {
            let mut line = format!("{:w$}", row[0], w = widths[0]);
            for (cell, w) in row.iter().zip(widths).skip(1) {
                let cell = format!("  {cell:>w$}");
                line.push_str(&cell);
            }
            line
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_about_four_digits() {
        assert_eq!(short(12_345.6), "12346");
        assert_eq!(short(-0.012_345), "-0.0123");
        assert_eq!(signed(1.5), "+1.500");
        assert_eq!(signed(0.0), "0.000");
    }

    #[test]
    fn a_metric_that_was_not_seen_is_said_to_be_so() {
        let row = MetricRow {
            values: vec![vec![None], vec![Some(1.0)]],
            means: vec![None, Some(1.0)],
            against_first: vec![None],
        };
        let cells = cells("d30", &row, 1);
        assert_eq!(cells[1], "not observable");
        assert_eq!(cells[3], "-");
    }

    #[test]
    fn columns_are_aligned() {
        let row = |name: &str, x: &str| [name, x, "", "", "", "", "", ""].map(str::to_owned);
        let lines = align(&[row("a", "1.5"), row("long", "10.5")]);
        assert!(lines[0].starts_with("a      1.5"), "{lines:?}");
        assert!(lines[1].starts_with("long  10.5"), "{lines:?}");
    }
}
