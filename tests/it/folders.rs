//! Run folders: where a run may not be written, and what of one that was tampered with is not verified.

use std::fs;

use crate::binary::{TINY, agora, command, complaint, none, run_tiny};

/// Places where a run cannot be written: `--out`, further options, exit code, what it must say.
const BAD_PLACES: [(&str, &[&str], i32, &[&str]); 11] = [
    ("", &[], 2, &["a value is required for '--out"]),
    ("run", &[], 2, &["--out run: exists already", "--force"]),
    (
        "file",
        &[],
        2,
        &["--out file: exists already and is not a folder"],
    ),
    (
        "file",
        &["--force"],
        2,
        &["--out file: exists already and is not a folder"],
    ),
    ("precious", &[], 2, &["--out precious: exists already"]),
    (
        "precious",
        &["--force"],
        2,
        &[
            "--out precious: is not a run folder",
            "not overwritten even with --force",
        ],
    ),
    (
        "written",
        &["--force"],
        2,
        &["--out written: is not a run folder"],
    ),
    (".", &["--force"], 2, &["--out .: is not a run folder"]),
    ("file/below", &[], 1, &["file/below: Not a directory"]),
    ("/proc/agora", &[], 1, &["/proc/agora: "]),
    (
        "/dev/null",
        &["--force"],
        2,
        &["--out /dev/null: exists already and is not a folder"],
    ),
];

#[test]
fn runs_are_not_written_where_they_would_harm_or_cannot_be() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    assert!(run_tiny(dir.path(), "1", "run").status.success());
    fs::write(at("file"), "precious").unwrap();
    fs::create_dir(at("precious")).unwrap();
    fs::write(at("precious/letter"), "precious").unwrap();
    fs::create_dir(at("written")).unwrap();
    fs::write(at("written/scenario.toml"), "days = 3").unwrap();
    let complaints = BAD_PLACES
        .iter()
        .filter_map(|(out, more, code, says)| {
            let mut args = vec!["run", "quickstart", "--days", "1", "--quiet", "--out", *out];
            args.extend(TINY);
            args.extend(*more);
            let done = agora(dir.path(), &args);
            complaint(&format!("--out {out:?} {more:?}"), &done, *code, says)
        })
        .collect();
    none(complaints);
    assert_eq!(fs::read_to_string(at("file")).unwrap(), "precious");
    assert_eq!(
        fs::read_to_string(at("precious/letter")).unwrap(),
        "precious"
    );
    assert_eq!(
        fs::read_to_string(at("written/scenario.toml")).unwrap(),
        "days = 3"
    );
    // A run's folder cannot be pulled from under whoever stands in it.
    let done = command(&at("run"), &["run", ".", "--out", "../run", "--force"]).output();
    let says = ["--out ../run: is or encloses the working folder"];
    none(
        complaint("inside", &done.unwrap(), 2, &says)
            .into_iter()
            .collect(),
    );
    // What is a run may be overwritten.
    let mut args = vec![
        "run",
        "quickstart",
        "--days",
        "1",
        "-q",
        "--force",
        "--out",
        "run",
    ];
    args.extend(TINY);
    none(
        complaint("again", &agora(dir.path(), &args), 0, &[])
            .into_iter()
            .collect(),
    );
}

#[test]
fn a_name_does_not_lead_a_run_out_of_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("s.toml"),
        "extends = \"quickstart\"\nname = \"../../x\"",
    )
    .unwrap();
    let mut args = vec!["run", "s.toml", "--days", "1", "--quiet"];
    args.extend(TINY);
    assert!(agora(dir.path(), &args).status.success());
    assert!(dir.path().join("runs/..-..-x-1/run.json").is_file());
}

#[test]
fn run_folders_that_were_tampered_with_are_not_verified() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run_tiny(dir.path(), "1", "run").status.success());
    let whole = fs::read(dir.path().join("run/hashes.bin")).unwrap();
    let scenario = fs::read_to_string(dir.path().join("run/scenario.toml")).unwrap();
    let head = 1 + whole.iter().position(|b| *b == b'\n').unwrap();
    let tick = (whole.len() - head) / 1_440;
    let mut flipped = whole.clone();
    flipped[head + 700 * tick] ^= 1;
    let mut shifted = whole[..head].to_vec();
    shifted.extend(&whole[head + tick..]);
    let mut longer = whole.clone();
    longer.extend(&whole[head..]);
    let mut other_names = b"[\"clock\"]\n".to_vec();
    other_names.extend(&whole[head..]);
    let chains: [(&str, &[u8], i32, &[&str]); 10] = [
        (
            "truncated within the names",
            &whole[..100],
            2,
            &["run/hashes.bin: not a chain of state hashes (line 1"],
        ),
        (
            "empty",
            b"",
            2,
            &["run/hashes.bin: not a chain of state hashes (line 1: it does not end)"],
        ),
        (
            "garbage",
            &[0xFE; 5_000],
            2,
            &["run/hashes.bin: not a chain of state hashes (line 1"],
        ),
        (
            "not names",
            b"{\"a\": 1}\n",
            2,
            &["run/hashes.bin: not a chain of state hashes (line 1: expected a list of names"],
        ),
        (
            "no ticks",
            &whole[..head],
            1,
            &["run/hashes.bin: holds no whole tick"],
        ),
        (
            "a bit flipped",
            &flipped,
            1,
            &["run: differs first at tick 700"],
        ),
        (
            "a tick missing",
            &shifted,
            1,
            &["run: differs first at tick 0", "clock"],
        ),
        (
            "twice as long",
            &longer,
            1,
            &["run/hashes.bin: holds 2880 ticks, but run/scenario.toml asks for 1440 (days = 1)"],
        ),
        ("other components", &other_names, 1, &["run"]),
        (
            "torn",
            &whole[..whole.len() - 3],
            0,
            &["run/hashes.bin: the last", "are no whole tick"],
        ),
    ];
    let mut complaints: Vec<String> = chains
        .iter()
        .filter_map(|(what, bytes, code, says)| {
            fs::write(dir.path().join("run/hashes.bin"), bytes).unwrap();
            let done = agora(dir.path(), &["verify", "run", "--quiet"]);
            complaint(what, &done, *code, says)
        })
        .collect();
    fs::write(dir.path().join("run/hashes.bin"), &whole).unwrap();
    let edits = [
        ("seed = 1", "seed = 2", 1, "run: differs first at tick 0"),
        (
            "residents = 12",
            "residents = 13",
            1,
            "run: differs first at tick 0",
        ),
        (
            "days = 1",
            "days = 0",
            2,
            "run/scenario.toml:3: days = 0: allowed is 1 to 36500",
        ),
        ("days = 1", "dayz = 1", 2, "unknown key dayz"),
        (
            "days = 1",
            "days = ",
            2,
            "run/scenario.toml:3: not valid TOML",
        ),
    ];
    for (from, to, code, says) in edits {
        let edited = scenario.replacen(from, to, 1);
        assert_ne!(edited, scenario, "{from} is not in the resolved scenario");
        fs::write(dir.path().join("run/scenario.toml"), edited).unwrap();
        let done = agora(dir.path(), &["verify", "run", "--quiet"]);
        complaints.extend(complaint(to, &done, code, &[says]));
    }
    fs::remove_file(dir.path().join("run/hashes.bin")).unwrap();
    let done = agora(dir.path(), &["verify", "run"]);
    complaints.extend(complaint(
        "no chain",
        &done,
        2,
        &["run: is not a run folder (it has no hashes.bin)"],
    ));
    none(complaints);
}
