//! The command line: one file per command.

use std::process::ExitCode;

/// Runs the command line and returns the exit code: 0 done, 1 failed, 2 bad usage or input.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
