//! Runs the real binary.

use std::path::Path;
use std::process::{Command, Output};

/// Values that make a city of a few people, whose day takes a moment.
pub(crate) const TINY: [&str; 12] = [
    "--set",
    "society.population.residents=12",
    "--set",
    "society.content.min_posts=40",
    "--set",
    "society.content.assets=10",
    "--set",
    "society.spaces.side=16",
    "--set",
    "lab.log_offers=true",
    "--threads",
    "1",
];

/// Prepares `agora` with `args` in a folder.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agora"));
    command.current_dir(folder).args(args);
    command
}

/// Runs `agora` with `args` in a folder.
pub(crate) fn agora(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

/// Runs `agora run` of a tiny city for so many days.
pub(crate) fn run_tiny(folder: &Path, days: &str, out: &str) -> Output {
    run_tiny_with(folder, days, out, &[])
}

/// The same with more words.
pub(crate) fn run_tiny_with(folder: &Path, days: &str, out: &str, more: &[&str]) -> Output {
    let mut args = vec!["run", "quickstart", "--quiet", "--days", days, "--out", out];
    args.extend(TINY);
    args.extend(more);
    agora(folder, &args)
}

/// Complains unless a command ended as it should: its exit code, what it says, and that it did not panic.
pub(crate) fn complaint(what: &str, done: &Output, code: i32, says: &[&str]) -> Option<String> {
    let said = String::from_utf8_lossy(&done.stderr);
    let missing: Vec<&&str> = says.iter().filter(|w| !said.contains(**w)).collect();
    let is_right = done.status.code() == Some(code)
        && missing.is_empty()
        && !said.contains("panicked")
        && (code == 0 || said.starts_with("error: "));
    (!is_right).then(|| {
        format!(
            "{what}: {} instead of exit code {code}; said {said:?}; not said {missing:?}",
            done.status
        )
    })
}

/// Fails with all complaints at once.
pub(crate) fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
