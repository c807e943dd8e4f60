//! Storage that fails under a run: the run says so and ends, and the days it finished stay readable.

use std::fs;
use std::path::Path;
use std::process::Command;

use agora::cli::selftest::remains::{Reference, inspect};

use crate::binary::{TINY, complaint, run_tiny};

/// Runs a tiny city of four days after a shell has set a limit, and returns what it said.
fn run_limited(folder: &Path, limit: &str, out: &str) -> std::process::Output {
    let line = format!(
        "{limit}; exec \"$0\" run quickstart --quiet --days 4 --out {out} {}",
        TINY.join(" ")
    );
    Command::new("sh")
        .args(["-c", &line, env!("CARGO_BIN_EXE_agora")])
        .current_dir(folder)
        .output()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_ends_the_run_with_a_message_and_costs_no_finished_day() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run_tiny(dir.path(), "4", "whole").status.success());
    let reference = Reference::read(&dir.path().join("whole")).unwrap();
    let hashes = fs::metadata(dir.path().join("whole/hashes.bin"))
        .unwrap()
        .len();
    // Blocks of 512 bytes: the chain of hashes does not fit, at first not even the scenario, at last all but the last day.
    for blocks in [0, 8, hashes / 2 / 512, hashes / 512 - 10] {
        let out = format!("limited-{blocks}");
        let done = run_limited(dir.path(), &format!("ulimit -f {blocks}"), &out);
        let says = [out.as_str(), "File too large"];
        assert_eq!(complaint(&out, &done, 1, &says), None);
        let remains = inspect(&dir.path().join(&out), &reference);
        assert_eq!(remains.violations, Vec::<String>::new(), "{out}");
        assert!(remains.days < 4, "{out} had room for everything");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_with_a_message_and_costs_no_finished_day() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    fs::create_dir(&disk).unwrap();
    assert!(run_tiny(dir.path(), "4", "whole").status.success());
    let reference = Reference::read(&dir.path().join("whole")).unwrap();
    for kib in [16, 200, 400] {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kib}k"), "none"])
            .arg(&disk)
            .output();
        if !mounted.is_ok_and(|m| m.status.success()) {
            eprintln!("skipped: mounting a small disk is not permitted here");
            return;
        }
        let done = run_limited(dir.path(), "true", "disk/run");
        let remains = inspect(&disk.join("run"), &reference);
        let unmounted = Command::new("umount").arg(&disk).status().unwrap();
        let says = ["disk/run", "No space left on device"];
        assert_eq!(complaint("full disk", &done, 1, &says), None, "{kib} KiB");
        assert_eq!(remains.violations, Vec::<String>::new(), "{kib} KiB");
        assert!(remains.days < 4, "{kib} KiB were enough");
        assert!(unmounted.success());
    }
}
