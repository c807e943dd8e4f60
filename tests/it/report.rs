//! The report of a run: whole, consistent with itself, and drawn anew byte by byte.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use agora::lab::report::gather::{Asked, gather};
use agora::lab::report::{CardState, FlowDirection, ReportData, render, to_json};
use agora::scenario::load::{Loaded, Overrides, load};
use agora::scenario::run::leave::leave;
use agora::scenario::run::progress::Run;
use agora::sim::units::TICKS_PER_DAY;

/// A small city to which many newcomers come.
const SMALL: [&str; 3] = [
    "society.population.residents=60",
    "society.population.newcomers_per_1000=200",
    "platform.recommend.retrain_hours=12",
];

fn small(days: u32) -> Loaded {
    let overrides = Overrides {
        sets: SMALL.iter().map(|s| (*s).to_owned()).collect(),
        days: Some(days),
        ..Overrides::default()
    };
    load("quickstart", &overrides).unwrap()
}

fn ran(loaded: &Loaded, ticks: u32) -> Run {
    let mut run = Run::begin(loaded, 2, None).unwrap();
    for _ in 0..ticks {
        run.step().unwrap();
    }
    run
}

fn asked(loaded: &Loaded) -> Asked {
    Asked {
        command: "agora run quickstart".to_owned(),
        description: loaded.scenario.description.clone(),
        scenario: loaded.scenario.to_toml(),
        days: loaded.scenario.days,
    }
}

fn report_of(loaded: &Loaded, ticks: u32) -> ReportData {
    let run = ran(loaded, ticks);
    let (summary, scorecard) = run.summary(1.0);
    gather(&run.sim, summary, &scorecard, asked(loaded))
}

#[test]
fn rows_of_a_small_city_are_finite_and_agree_with_each_other() {
    let loaded = small(3);
    let data = report_of(&loaded, 3 * TICKS_PER_DAY);
    // What is not finite would be written as null and not be read back.
    let back: ReportData = serde_json::from_str(&to_json(&data)).unwrap();
    assert_eq!(back.days.len(), 3);
    assert!(!data.summary.interrupted);

    let arrived: u64 = data.cohort_sizes.iter().map(|n| u64::from(*n)).sum();
    assert!(arrived > 10, "{arrived} arrived");
    assert_eq!(arrived, data.days.iter().map(|d| d.newcomers).sum::<u64>());
    assert_eq!(data.cohorts.len(), 3);
    for (day, row) in data.cohorts.iter().enumerate() {
        assert_eq!(row.len(), 3);
        assert!(row[3 - day..].iter().all(Option::is_none));
        assert!(row.iter().flatten().all(|s| (0.0..=1.0).contains(s)));
    }
    for p in &data.retention {
        let old_enough = &data.cohort_sizes[..3 - p.day as usize];
        assert_eq!(p.n, old_enough.iter().map(|n| u64::from(*n)).sum::<u64>());
        assert!(p.low <= p.share && p.share <= p.high, "day {}", p.day);
        let (mut active, mut all) = (0.0, 0.0);
        for (size, row) in old_enough.iter().zip(&data.cohorts) {
            active += f64::from(*size) * row[p.day as usize].unwrap_or(0.0);
            all += f64::from(*size);
        }
        assert!((active / all - p.share).abs() < 1e-9, "day {}", p.day);
    }
    assert_eq!(data.retention.len(), 2);

    assert_eq!(data.survival[0].at_risk, arrived);
    for pair in data.survival.windows(2) {
        assert!(pair[1].share <= pair[0].share && pair[1].at_risk <= pair[0].at_risk);
        assert!(pair[1].low <= pair[1].share && pair[1].share <= pair[1].high);
    }

    let sessions: u64 = data.session_minutes.iter().map(|b| b.1).sum();
    assert!(sessions > 0 && sessions <= data.summary.sessions);
    assert!(data.item_counts.is_sorted_by(|a, b| a >= b) && data.item_counts.last() > Some(&0));
    assert!(data.attention_by_domain.iter().all(|(_, m)| m.len() == 3));
    assert_eq!(data.hours.iter().sum::<f64>() as u64, data.summary.events);
    let side = data.land.side as usize;
    assert_eq!(data.land.prices.len(), side * side);
    assert!(data.land.spaces.iter().any(|s| s.footfall > 0.0));
    assert!(data.models.iter().any(|m| m.name == "two_tower"));
    let live = data.cards.iter().filter(|c| c.state == CardState::Live);
    assert_eq!(live.count(), 1);
    assert!(!data.calibration.is_empty());
    for c in &data.calibration {
        assert!((0.0..=1.0).contains(&c.expected_error), "{}", c.surface);
        assert!(c.bins.is_sorted_by(|a, b| a.predicted < b.predicted));
    }
    assert_eq!(
        data.summary.metrics["drift_alarms"],
        Some(data.drift.alarms.len() as f64)
    );
    assert_eq!(data.summary.metrics["drift_delay_hours"], None);
    assert!(
        data.surfaces
            .iter()
            .all(|s| s.coverage <= 1.0 && s.slates > 0)
    );
    assert_eq!(data.scorecard.len(), data.summary.realism.of as usize);
    for f in &data.scorecard {
        assert_eq!(f.why.is_empty(), f.passed, "{}", f.key);
    }
    assert!(data.wellbeing.len() >= 5);
}

#[test]
fn coins_by_purpose_add_up_to_the_books() {
    let data = report_of(&small(3), 3 * TICKS_PER_DAY);
    let total = |direction| -> f64 {
        let rows = data.flows.iter().filter(|f| f.direction == direction);
        rows.map(|f| f.total).sum()
    };
    let coins = |micros: i64| micros as f64 / 1e6;
    let books = &data.summary.books;
    assert!(books.minted > 0 && books.burned > 0);
    assert!((total(FlowDirection::Faucet) - coins(books.minted)).abs() < 1e-6);
    assert!((total(FlowDirection::Sink) - coins(books.burned)).abs() < 1e-6);
}

#[test]
fn a_run_that_was_stopped_has_a_whole_report_that_says_so() {
    let loaded = small(3);
    for (ticks, days) in [(TICKS_PER_DAY + 125, 1), (100, 0)] {
        let data = report_of(&loaded, ticks);
        assert!(data.summary.interrupted);
        assert_eq!(data.days.len(), days);
        let note = format!("stopped on day {days}, at ");
        assert!(data.notes[0].contains(&note), "{}", data.notes[0]);
        assert!(data.notes[0].contains("of the 3 days"));
        let back: ReportData = serde_json::from_str(&to_json(&data)).unwrap();
        assert_eq!(back.days.len(), days);
        assert!(render(&data).trim_end().ends_with("</html>"));
    }
}

fn agora(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_agora"))
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap()
}

fn refused(args: &[&str], dir: &Path) -> String {
    let output = agora(args, dir);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn run_leaves_a_whole_folder_and_report_draws_the_same_page_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = vec!["run", "quickstart", "--days", "2", "--out", "r", "--json"];
    for set in &SMALL {
        args.extend(["--set", set]);
    }
    let output = agora(&args, dir.path());
    assert!(output.status.success());
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["days"], 2);
    let run = dir.path().join("r");
    for file in [
        "scenario.toml",
        "hashes.bin",
        "events/day=001/events.parquet",
        "metrics.parquet",
        "metrics-hourly.parquet",
        "models/two_tower.safetensors",
        "models/two_tower.json",
        "models/two_tower.md",
        "report.json",
        "report.html",
        "run.json",
    ] {
        assert!(run.join(file).is_file(), "{file}");
    }

    let page = fs::read_to_string(run.join("report.html")).unwrap();
    let command = "agora run quickstart --set society.population.residents=60";
    assert!(page.contains(command));
    let ours = page.split("<script id=\"report-data\"").next().unwrap();
    assert!(ours.contains("default-src 'none'"));
    for reach in ["http:", "https:", "<link", "src=", "url(", "@import"] {
        assert!(!ours.contains(reach), "{reach}");
    }
    assert!(!page.contains("<script src"));

    fs::remove_file(run.join("report.html")).unwrap();
    assert!(agora(&["report", "r"], dir.path()).status.success());
    let again = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(again == page, "the page differs");
    let elsewhere = agora(&["report", "r", "--out", "page.html"], dir.path());
    assert_eq!(elsewhere.stdout, b"page.html\n");
    assert!(fs::read_to_string(dir.path().join("page.html")).unwrap() == page);

    let path = run.join("report.json");
    let json = fs::read_to_string(&path).unwrap();
    fs::write(&path, &json[..json.len() / 2]).unwrap();
    let said = refused(&["report", "r"], dir.path());
    assert!(said.contains("report.json: is cut off after"), "{said}");
    fs::write(&path, json.replacen("\"format\":1", "\"format\":9", 1)).unwrap();
    let said = refused(&["report", "r"], dir.path());
    assert!(said.contains("has version 9, written by agora"), "{said}");
    fs::remove_file(&path).unwrap();
    let said = refused(&["report", "r"], dir.path());
    assert!(said.contains("2 finished days, 0 to 1"), "{said}");
    assert!(said.contains("agora run r --out r-again"), "{said}");
    let said = refused(&["report", "nowhere"], dir.path());
    assert!(said.contains("nowhere: is not a run folder"), "{said}");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let loaded = small(1);
    let run = ran(&loaded, 10);
    let (summary, scorecard) = run.summary(1.0);
    let nowhere = Path::new("/nonexistent/run");
    let error = leave(nowhere, &run.sim, &summary, &scorecard, asked(&loaded)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("/nonexistent/run/metrics.parquet")
    );
}
