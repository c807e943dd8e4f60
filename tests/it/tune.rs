//! `agora tune`: a search on a small log, stopped, gone on with, refused.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::binary::{agora, complaint, none};

/// Thirty people who in eight minutes each meet four, six or eight of twelve items.
fn write_log(folder: &Path) {
    let mut text = String::from("user_id,item_id,timestamp\n");
    for minute in 0..240u32 {
        let (person, nth) = (minute % 30, minute / 30);
        let item = (person * 5 + nth * (1 + person % 3)) % 12;
        writeln!(text, "{person},{item},{}", 60 * minute).unwrap();
    }
    fs::write(folder.join("log.csv"), text).unwrap();
}

fn tune(folder: &Path, more: &[&str]) -> Output {
    let mut args = vec!["tune", "item_knn", "--data", "log.csv", "--trials", "6"];
    args.extend(more);
    agora(folder, &args)
}

/// Every file of a folder with its content, by name.
fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                all.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn a_search_gone_on_with_after_any_trial_leaves_the_same_files() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    write_log(here);
    let done = tune(here, &["--out", "whole", "--search", "halving", "--quiet"]);
    none(complaint("tune", &done, 0, &[]).into_iter().collect());
    let whole = content(&here.join("whole"));
    let names: Vec<&str> = whole.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "best.safetensors",
        "best.toml",
        "card.md",
        "result.json",
        "trials.jsonl",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert!(
        names
            .iter()
            .any(|n| n.starts_with("tensorboard/trial-000/events.out.tfevents."))
    );
    let trials = fs::read_to_string(here.join("whole/trials.jsonl")).unwrap();
    // A search that was killed after its first trial leaves two lines and no more.
    let kept: String = trials.split_inclusive('\n').take(2).collect();
    for out in ["first", "again"] {
        fs::create_dir(here.join(out)).unwrap();
        fs::write(here.join(out).join("trials.jsonl"), &kept).unwrap();
        let more = [
            "--out",
            out,
            "--search",
            "halving",
            "--quiet",
            "--resume",
            "--threads",
            "1",
        ];
        none(
            complaint("resume", &tune(here, &more), 0, &[])
                .into_iter()
                .collect(),
        );
        let resumed = content(&here.join(out));
        assert_eq!(resumed.len(), whole.len());
        for ((name, expected), (found_name, found)) in whole.iter().zip(resumed) {
            assert_eq!(*name, found_name);
            // The result names its folder.
            assert!(
                *expected == found || name == "result.json",
                "{name} differs in {out}"
            );
        }
    }
}

#[test]
fn what_cannot_be_searched_is_refused_by_name_and_leaves_nothing() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    write_log(here);
    let refused =
        |what: &str, more: &[&str], says: &[&str]| complaint(what, &tune(here, more), 2, says);
    let mut wrong = vec![
        refused(
            "folds",
            &["--folds", "random:3"],
            &["random:3", "time:N and users:N"],
        ),
        refused(
            "key",
            &["--space", "colour=1..2"],
            &["space has the key colour"],
        ),
        refused("resume", &["--resume"], &["no trials.jsonl to go on from"]),
        complaint(
            "model",
            &agora(here, &["tune", "oracle", "--data", "log.csv"]),
            2,
            &["model is oracle", "random"],
        ),
        complaint(
            "log",
            &agora(here, &["tune", "random", "--data", "no.csv"]),
            2,
            &["no.csv"],
        ),
    ];
    assert!(!here.join("tune").exists());
    // Another search is neither overwritten nor gone on with.
    let out = ["--out", "out", "--quiet"];
    wrong.push(complaint("first", &tune(here, &out), 0, &[]));
    wrong.push(refused(
        "again",
        &out,
        &["holds a search already", "--resume", "--force"],
    ));
    let other = ["--out", "out", "--quiet", "--resume", "--seed", "2"];
    wrong.push(refused(
        "other seed",
        &other,
        &["another search: seed was 1, is now 2"],
    ));
    let forced = ["--out", "out", "--quiet", "--force", "--seed", "2"];
    wrong.push(complaint("forced", &tune(here, &forced), 0, &[]));
    fs::create_dir(here.join("mine")).unwrap();
    fs::write(here.join("mine/letter.txt"), "dear").unwrap();
    let mine = ["--out", "mine", "--force"];
    wrong.push(refused("mine", &mine, &["holds no search"]));
    assert!(here.join("mine/letter.txt").exists());
    none(wrong.into_iter().flatten().collect());
}

#[test]
fn the_result_says_what_was_found_and_what_is_left_of_it_on_other_rows() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    write_log(here);
    let done = tune(here, &["--out", "out", "--json", "--folds", "users:3"]);
    none(complaint("json", &done, 0, &[]).into_iter().collect());
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (found["rows"].as_u64(), found["people"].as_u64()),
        (Some(180), Some(30))
    );
    assert_eq!(found["search"]["folds"], "users:3");
    for score in ["validation", "test", "test_of_defaults"] {
        let score = found[score].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score), "{found}");
    }
    let best_of = found["best_of_n"].as_array().unwrap();
    assert!(best_of.windows(2).all(|w| w[1].as_f64() >= w[0].as_f64()));
    let shown = String::from_utf8(done.stdout).unwrap();
    let kept = fs::read_to_string(here.join("out/result.json")).unwrap();
    assert_eq!(shown.trim_end(), kept);
}
