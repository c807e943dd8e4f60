//! Forks: without a change their parent again, with one another from the tick of the change on.

use std::fs;
use std::path::Path;

use agora::cli::selftest::resumes::differences;
use agora::lab::summary::RunSummary;
use agora::scenario::chain;
use agora::sim::units::TICKS_PER_DAY;
use serde_json::Value;

use crate::binary::{agora, complaint, none, run_tiny_with};

/// Runs a tiny city of three days, kept every day or not at all.
fn run(folder: &Path, out: &str, kept: bool) {
    let keep: &[&str] = if kept {
        &["--checkpoint-every", "1d", "--keep-checkpoints"]
    } else {
        &[]
    };
    let done = run_tiny_with(folder, "3", out, keep);
    assert!(done.status.success(), "{done:?}");
}

fn summary(run: &Path) -> RunSummary {
    serde_json::from_slice(&fs::read(run.join("run.json")).unwrap()).unwrap()
}

#[test]
fn a_fork_without_a_change_is_its_parent_to_the_last_byte() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for (parent, kept) in [("kept", true), ("not-kept", false)] {
        run(dir.path(), parent, kept);
        for (fork, moment) in [("a", "day2"), ("b", "1777"), ("c", "0"), ("d", "4320")] {
            let out = format!("{parent}-{fork}");
            let args = [
                "fork",
                parent,
                "--at",
                moment,
                "--out",
                &out,
                "-q",
                "--threads",
                "1",
            ];
            let done = agora(dir.path(), &args);
            assert!(done.status.success(), "{done:?}");
            let (files, amiss) = differences_but_for_the_parent(&at(&out), &at(parent));
            assert!(files >= 14, "{files}");
            none(amiss);
        }
        let said = summary(&at(&format!("{parent}-b"))).parent.unwrap();
        assert_eq!((said.run.as_str(), said.tick), (parent, 1_777));
        assert!(said.sets.is_empty());
    }
    let verified = agora(dir.path(), &["verify", "kept-b", "-q"]);
    assert!(verified.status.success(), "{verified:?}");
}

/// Compares all but that a fork names its parent.
fn differences_but_for_the_parent(run: &Path, parent: &Path) -> (u64, Vec<String>) {
    let path = run.join("run.json");
    let json = fs::read(&path).unwrap();
    let mut value: Value = serde_json::from_slice(&json).unwrap();
    value.as_object_mut().unwrap().remove("parent").unwrap();
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
    let found = differences(run, parent);
    fs::write(&path, json).unwrap();
    found
}

#[test]
fn a_fork_with_a_change_parts_at_the_tick_of_the_change_and_both_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    run(dir.path(), "parent", true);
    let args = [
        "fork",
        "parent",
        "--at",
        "day1",
        "--set",
        "ads.load=0.9",
        "--set",
        "platform.recommend.model=random",
        "--threads",
        "1",
        "-q",
    ];
    let done = agora(dir.path(), &args);
    assert!(done.status.success(), "{done:?}");
    let fork = at("parent-from-day1");
    let links = |run: &Path| chain::read(&run.join("hashes.bin")).unwrap().links;
    let (a, b) = (links(&at("parent")), links(&fork));
    let first = a.iter().zip(&b).position(|(a, b)| a != b).unwrap() as u32;
    assert!(
        (TICKS_PER_DAY..TICKS_PER_DAY + 600).contains(&first),
        "parts at {first}"
    );
    assert_eq!(a.len(), b.len());
    let table = "events/day=000/events.parquet";
    let bytes = |run: &Path| fs::read(run.join(table)).unwrap();
    assert_eq!(bytes(&at("parent")), bytes(&fork));
    let said = summary(&fork);
    assert_eq!(said.commands, 2);
    assert_eq!(said.policy_changes[0].key, "platform.ads.load");
    assert_eq!(said.policy_changes[0].tick, TICKS_PER_DAY);
    assert_eq!(said.parent.unwrap().sets.len(), 2);
    // It is verified and branched off like any run.
    let verified = agora(dir.path(), &["verify", "parent-from-day1", "-q"]);
    assert!(verified.status.success(), "{verified:?}");
    let again = [
        "fork",
        "parent-from-day1",
        "--at",
        "day2",
        "-q",
        "--out",
        "grandchild",
    ];
    let done = agora(dir.path(), &again);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(links(&at("grandchild")), b);

    let compared = agora(
        dir.path(),
        &["compare-runs", "parent", "parent-from-day1", "--json"],
    );
    assert!(compared.status.success(), "{compared:?}");
    let json: Value = serde_json::from_slice(&compared.stdout).unwrap();
    assert_eq!(json["is_paired"], true);
    assert_eq!(json["orders"]["tick"], TICKS_PER_DAY);
    assert_eq!(json["parting"]["tick"], first);
    assert!(!json["parting"]["parts"].as_array().unwrap().is_empty());
    assert_eq!(
        json["headline"].as_array().unwrap().len(),
        said.metrics.len()
    );
    let days = json["days"].as_array().unwrap();
    let revenue = days
        .iter()
        .find(|s| s["metric"] == "ad_impressions")
        .unwrap();
    // Before the change both had the same day.
    assert_eq!(revenue["difference"][0], 0.0);
    assert_eq!(revenue["a"].as_array().unwrap().len(), 3);
    let affected = &json["affected"];
    assert!(
        affected["everybody"]["affected"].as_u64().unwrap() > 0,
        "{affected}"
    );
    assert!(affected["newly_by_day"].get("0").is_none());
    let shown = agora(dir.path(), &["compare-runs", "parent", "parent-from-day1"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        text.contains("Their state parts at tick") && text.contains("ad_revenue"),
        "{text}"
    );
    let same = agora(dir.path(), &["compare-runs", "parent", "parent"]);
    let text = String::from_utf8_lossy(&same.stdout).into_owned();
    assert!(
        text.contains("They are equal over the 4320 ticks"),
        "{text}"
    );
}

#[test]
fn forks_that_cannot_be_are_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), "run", false);
    let cases: [(&[&str], &[&str]); 8] = [
        (&["nowhere", "--at", "day1"], &["is not a run folder"]),
        (
            &["run", "--at", "day9"],
            &["--at 12960", "has lived 4320 ticks", "day 3 00:00"],
        ),
        (&["run", "--at", "noon"], &["day0 to day36500"]),
        (
            &["run", "--at", "day1", "--set", "population.residents=9"],
            &["cannot change while the city runs", "the people are drawn"],
        ),
        (
            &["run", "--at", "day1", "--set", "ads.load=9"],
            &["platform.ads.load"],
        ),
        (
            &["run", "--at", "day1", "--set", "ads.lod=0.1"],
            &["ads.lod"],
        ),
        (
            &["run", "--at", "day1", "--out", "run", "--force"],
            &["is or encloses the run that is branched off"],
        ),
        (
            &["run", "--at", "day1", "--keep-checkpoints"],
            &["--checkpoint-every"],
        ),
    ];
    let complaints = cases.iter().filter_map(|(args, says)| {
        let mut words = vec!["fork"];
        words.extend(*args);
        complaint(&words.join(" "), &agora(dir.path(), &words), 2, says)
    });
    none(complaints.collect());
    assert!(dir.path().join("run/hashes.bin").is_file());
    // A hash that is not what was lived: the first byte of that of tick 4 000.
    let path = dir.path().join("run/hashes.bin");
    let mut bytes = fs::read(&path).unwrap();
    let head = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
    let width = (bytes.len() - head) / (3 * TICKS_PER_DAY as usize);
    bytes[head + 4_000 * width] ^= 1;
    fs::write(&path, bytes).unwrap();
    let done = agora(
        dir.path(),
        &["fork", "run", "--at", "day3", "-q", "--out", "other"],
    );
    none(
        complaint("unlike", &done, 1, &["day 2 18:40 is not what it was"])
            .into_iter()
            .collect(),
    );
}
