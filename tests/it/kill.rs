//! Runs that are killed or interrupted; `agora selftest kills` is the full dose.

use agora::cli::selftest::kills::kill;
use agora::cli::selftest::remains::{Reference, inspect};

#[cfg(unix)]
use crate::binary::{TINY, command};

#[test]
fn killing_runs_at_random_moments_loses_no_finished_day_and_leaves_no_half_file() {
    let dir = tempfile::tempdir().unwrap();
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_agora"));
    let shown = kill(binary, dir.path(), 20, 1).unwrap();
    eprintln!("{}", shown.line());
    assert!(shown.violations.is_empty(), "{}", shown.line());
    assert!(shown.finished_days > 0 && shown.verified > 0, "{shown:?}");
    assert!(shown.after_the_end < shown.kills, "{shown:?}");
}

#[test]
fn inspection_sees_what_a_killed_run_may_not_leave() {
    let dir = tempfile::tempdir().unwrap();
    assert!(
        crate::binary::run_tiny(dir.path(), "2", "a")
            .status
            .success()
    );
    let run = dir.path().join("a");
    let reference = Reference::read(&run).unwrap();
    assert!(inspect(&run, &reference).violations.is_empty());
    let damage = |file: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = run.join(file);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let n = inspect(&run, &reference).violations.len();
        std::fs::write(&path, whole).unwrap();
        n
    };
    assert!(damage("events/day=001/events.parquet", &|b| b.truncate(900)) > 0);
    assert!(damage("events/day=001/offers.parquet", &|b| b.truncate(0)) > 0);
    assert!(damage("scenario.toml", &|b| b.push(b' ')) > 0);
    assert!(damage("run.json", &|b| b.truncate(20)) > 0);
    assert!(damage("hashes.bin", &|b| b.truncate(9_000)) > 0);
    assert!(damage("hashes.bin", &|b| b[4_000] ^= 1) > 0);
    std::fs::remove_dir_all(run.join("events/day=000")).unwrap();
    assert!(!inspect(&run, &reference).violations.is_empty());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_closes_its_files_and_says_that_it_was_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = vec!["run", "quickstart", "-q", "--days", "30000", "--out", "run"];
    args.extend(TINY);
    let mut child = command(dir.path(), &args).spawn().unwrap();
    // As soon as something was written, the handler of the signal is there.
    while !dir
        .path()
        .join("run/events/day=001/events.parquet")
        .is_file()
    {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the run ended by itself"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let sent = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let json = std::fs::read(dir.path().join("run/run.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(summary["interrupted"], true);
    let verified = crate::binary::agora(dir.path(), &["verify", "run", "-q"]);
    assert!(verified.status.success(), "{verified:?}");
}
