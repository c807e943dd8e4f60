//! Checkpoints and runs that go on from them; `agora selftest resume`, `drops` and `damage` are the full doses.

use std::fs;
use std::path::Path;

use agora::cli::selftest::damage::damage;
use agora::cli::selftest::drops::drop_and_load;
use agora::cli::selftest::resumes::{differences, kill_and_resume};
use agora::scenario::load::{Loaded, Overrides, load};
use agora::scenario::run::checkpoints::{Plan, list};
use agora::scenario::run::error::RunError;
use agora::scenario::run::progress::Run;
use agora::scenario::run::resume::resume;
use agora::scenario::steer::order::{Command, Order};
use agora::scenario::world::found;
use agora::sim::checkpoint::format::{STATE_VERSION, from_hex};
use agora::sim::checkpoint::read::read;
use agora::sim::checkpoint::state::{Beside, keep, restore};
use agora::sim::schedule::Simulation;
use agora::sim::units::TICKS_PER_DAY;
use agora::society::plugin::Plantings;

use crate::binary::{agora, complaint, none, run_tiny_with};

/// Runs a tiny city for some days, kept every day.
fn run_kept(folder: &Path, days: &str, out: &str) {
    let done = run_tiny_with(folder, days, out, &["--checkpoint-every", "1d"]);
    assert!(done.status.success(), "{done:?}");
}

/// Says that a city that is kept and loaded into another lives the next day as if it had not stopped.
pub(crate) fn goes_on_alike(city: &mut Simulation, other: &mut Simulation) {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("city.agora");
    let beside = Beside {
        scenario: "kept",
        scenario_hash: 5,
        chained: 0,
        own: ("run", b""),
    };
    keep(city, &place, &beside).unwrap();
    restore(other, &read(&place).unwrap(), 5, "run").unwrap();
    for tick in 0..TICKS_PER_DAY {
        city.step();
        other.step();
        assert_eq!(city.state_hash(), other.state_hash(), "{tick}");
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn cities_dropped_at_random_ticks_and_loaded_live_on_as_if_nothing_had_happened() {
    let dir = tempfile::tempdir().unwrap();
    // Two towers that train on, a fitted model with challengers, neighbours, and a sequence model.
    let shown = drop_and_load(dir.path(), 0..4, 420, 20).unwrap();
    eprintln!("{}", shown.line());
    assert!(shown.violations.is_empty(), "{}", shown.line());
    assert!(shown.drops > 60 && shown.ticks == 4 * 420, "{shown:?}");
}

#[test]
fn runs_killed_at_random_moments_and_resumed_end_as_one_that_was_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_agora"));
    let shown = kill_and_resume(binary, dir.path(), 12, 1).unwrap();
    eprintln!("{}", shown.line());
    assert!(shown.violations.is_empty(), "{}", shown.line());
    assert!(shown.resumed > 5 && shown.kills_of_resumed > 0, "{shown:?}");
}

#[test]
fn a_checkpoint_damaged_anywhere_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let shown = damage(dir.path(), 500, 1).unwrap();
    eprintln!("{}", shown.line());
    assert!(shown.violations.is_empty(), "{}", shown.line());
}

#[test]
fn a_run_cut_off_anywhere_is_resumed_from_the_newest_whole_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    run_kept(dir.path(), "4", "whole");
    let days = |run: &str| -> Vec<u32> {
        let found = list(&at(run)).unwrap();
        found.into_iter().map(|(days, _)| days).collect()
    };
    assert_eq!(days("whole"), [4, 3]);
    // Finished: nothing is done, and that is said.
    let done = agora(dir.path(), &["resume", "whole"]);
    assert!(done.status.success());
    assert!(String::from_utf8_lossy(&done.stdout).contains("is finished"));
    let mut complaints = Vec::new();
    let mut resumed = |name: &str, change: &dyn Fn(&Path), says: &[&str]| {
        copy_folder(&at("whole"), &at(name));
        for file in ["run.json", "report.json", "metrics.parquet"] {
            fs::remove_file(at(name).join(file)).unwrap();
        }
        change(&at(name));
        let done = agora(dir.path(), &["resume", name, "--quiet", "--threads", "1"]);
        complaints.extend(complaint(name, &done, 0, says));
        let (files, amiss) = differences(&at(name), &at("whole"));
        complaints.extend(amiss.into_iter().map(|a| format!("{name}: {a}")));
        assert!(files > 10);
        let kept = list(&at(name)).unwrap();
        assert_eq!(kept.iter().map(|k| k.0).collect::<Vec<_>>(), [4, 3]);
    };
    resumed("as it was", &|_| {}, &[]);
    resumed(
        "newest torn",
        &|run| {
            let path = run.join("checkpoint/day-004.agora");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        },
        &["day-004.agora: ends after", "it is left out"],
    );
    resumed(
        "newest knows more than the chain",
        &|run| {
            let path = run.join("hashes.bin");
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() - 1_000]).unwrap();
        },
        &["the hash of all hashes is", "it is left out"],
    );
    resumed(
        "all damaged",
        &|run| {
            for name in ["day-003.agora", "day-004.agora"] {
                let path = run.join("checkpoint").join(name);
                let mut bytes = fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 4;
                fs::write(&path, bytes).unwrap();
            }
        },
        &["is damaged: part", "the run begins again"],
    );
    resumed(
        "a day half written",
        &|run| {
            fs::remove_file(run.join("checkpoint/day-004.agora")).unwrap();
            let day = run.join("events/day=003");
            fs::remove_file(day.join("events.parquet")).unwrap();
            fs::write(day.join(".events.parquet.tmp"), "half").unwrap();
        },
        &[],
    );
    resumed(
        "no log",
        &|run| {
            fs::remove_dir_all(run.join("events")).unwrap();
            fs::create_dir(run.join("events")).unwrap();
            fs::remove_file(run.join("hashes.bin")).unwrap();
        },
        &["the run begins again"],
    );
    none(complaints);
}

#[test]
fn what_cannot_be_resumed_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    run_kept(dir.path(), "1", "run");
    fs::remove_file(dir.path().join("run/run.json")).unwrap();
    let mut complaints = Vec::new();
    let done = agora(dir.path(), &["resume", "nowhere"]);
    complaints.extend(complaint("nowhere", &done, 2, &["is not a run folder"]));
    // Another scenario than the one the checkpoint is of: it begins again.
    let path = dir.path().join("run/scenario.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("residents = 12", "residents = 13")).unwrap();
    let done = agora(dir.path(), &["resume", "run", "-q"]);
    let says = ["the hash of the scenario is", "the run begins again"];
    complaints.extend(complaint("another scenario", &done, 0, &says));
    none(complaints);
}

/// A small city, with what is commanded while it lives.
fn steered() -> (Loaded, Vec<Order>) {
    let mut loaded = agora::cli::selftest::city::small(25, 3, 5, "item_knn").unwrap();
    "steered".clone_into(&mut loaded.scenario.name);
    let set = |tick: u32, key: &str, value: f64| Order {
        tick,
        command: Command::SetPolicy {
            key: key.to_owned(),
            value: value.into(),
        },
    };
    let orders = vec![
        set(700, "platform.ads.load", 0.9),
        set(1_800, "society.returns.diurnal_log_amplitude", 0.1),
        set(TICKS_PER_DAY, "platform.ads.load", 0.3),
        set(3_000, "platform.ads.load", 0.123_456_789_012_345_67),
    ];
    (loaded, orders)
}

#[test]
fn a_steered_run_is_resumed_with_its_policy_and_the_commands_to_come() {
    let dir = tempfile::tempdir().unwrap();
    let plan = || Plan {
        every_days: 1,
        leaves_all: true,
        command: "agora run steered".to_owned(),
        parent: None,
        recording: None,
    };
    let begin = |out: &Path| {
        let (loaded, mut orders) = steered();
        orders.sort_by_key(|o| o.tick);
        plan()
            .prepare(out, false, &loaded.scenario, &orders)
            .unwrap();
        let disk = Box::new(agora::events::log::writer::Disk);
        let mut run = Run::begin(&loaded, 1, Some((out, disk))).unwrap();
        run.queue(
            orders
                .into_iter()
                .map(|o| (o, agora::scenario::error::Place::Command)),
        );
        run.keep_as(plan());
        run
    };
    let whole = dir.path().join("whole");
    let mut run = begin(&whole);
    while run.ticks < run.asked_ticks() {
        run.step().unwrap();
    }
    run.leave("agora run steered".to_owned(), 1.0).unwrap();
    assert_eq!(run.n_commands(), 4);
    // Dropped without a word, in the middle of a day; then again, and again in the first hours.
    let cut = dir.path().join("cut");
    let mut run = begin(&cut);
    let mut stops = vec![300, 1_500, 2_900, 4_000];
    stops.reverse();
    while run.ticks < run.asked_ticks() {
        if stops.last() == Some(&run.ticks) {
            stops.pop();
            if run.ticks == 2_900 {
                // As Ctrl-C does: the day so far and a report of it are there.
                run.leave("agora run steered".to_owned(), 1.0).unwrap();
                assert!(cut.join("run.json").is_file());
            }
            drop(run);
            let going = resume(&cut, 1).unwrap().unwrap();
            assert_eq!(going.command, "agora run steered");
            run = going.run;
            assert!(run.ticks.is_multiple_of(TICKS_PER_DAY));
            continue;
        }
        run.step().unwrap();
    }
    assert!(stops.is_empty());
    assert_eq!(run.n_queued(), 0);
    run.leave("agora run steered".to_owned(), 1.0).unwrap();
    let (_, amiss) = differences(&cut, &whole);
    none(amiss);
    let read = |run: &Path| fs::read_to_string(run.join("commands.jsonl")).unwrap();
    assert_eq!(read(&cut), read(&whole));
    assert!(resume(&cut, 1).unwrap().is_none(), "it is finished");
}

/// Where the golden files lie.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

/// The city whose checkpoint is golden.
fn golden_city() -> Loaded {
    let sets = [
        "society.population.residents=12",
        "society.content.min_posts=20",
        "society.content.games=4",
        "society.content.game_items=4",
        "society.content.assets=8",
        "society.content.courses=3",
        "society.spaces.side=12",
        "society.spaces.districts=2",
        "society.returns.sessions_per_day=30.0",
        "society.returns.diurnal_log_amplitude=0.0",
    ];
    let overrides = Overrides {
        sets: sets.map(str::to_owned).to_vec(),
        seed: Some(1),
        days: Some(2),
        arm: None,
    };
    load("quickstart", &overrides).unwrap()
}

/// Writes a checkpoint of the golden city, with its scenario, where it can be taken from, and fails.
fn make_golden(name: &str) -> ! {
    let city = golden_city();
    let mut sim = found(&city.scenario, Plantings::default(), 1).unwrap();
    for _ in 0..180 {
        sim.step();
    }
    let new = std::env::temp_dir().join(format!("agora-{name}.agora"));
    let beside = Beside {
        scenario: &city.scenario.name,
        scenario_hash: city.scenario.hash(),
        chained: 0,
        own: ("run", b"n_applied = 0\nchanges = []\n"),
    };
    keep(&mut sim, &new, &beside).unwrap();
    let toml = new.with_extension("toml");
    fs::write(&toml, city.scenario.to_toml()).unwrap();
    panic!(
        "{name} is missing in {GOLDEN}; a new one is in {}, its scenario in {}",
        new.display(),
        toml.display()
    );
}

#[test]
fn checkpoints_of_every_state_version_open_and_those_of_this_one_go_on() {
    for version in 1..=STATE_VERSION {
        let name = format!("checkpoint-{version}");
        let golden = Path::new(GOLDEN).join(&name).with_extension("agora");
        if version == STATE_VERSION && !golden.is_file() {
            make_golden(&name);
        }
        assert!(fs::metadata(&golden).unwrap().len() < 200_000);
        let from = read(&golden).unwrap();
        let header = &from.header;
        assert_eq!(
            (header.state_version, header.tick, header.seed),
            (version, 180, 1)
        );
        for part in &header.parts {
            from.part(part).unwrap();
        }
        let scenario = golden.with_extension("toml");
        let city = load(&scenario.display().to_string(), &Overrides::default()).unwrap();
        let mut sim = found(&city.scenario, Plantings::default(), 1).unwrap();
        let written = from_hex(&header.scenario_hash).unwrap();
        let restored = restore(&mut sim, &from, written, "run");
        if version == STATE_VERSION {
            // If this fails, a kept type has other fields than it had: raise STATE_VERSION and add a golden file of the new one.
            restored.unwrap();
            sim.step();
        } else {
            let e = restored.unwrap_err().to_string();
            assert!(e.contains("holds a state of version"), "{e}");
        }
    }
}

#[test]
fn errors_of_checkpoints_are_no_fault_of_whoever_asks() {
    let e = agora::sim::checkpoint::error::CheckpointError::NotACheckpoint { path: "x".into() };
    assert!(!RunError::from(e).is_usage());
}
