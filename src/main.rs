//! The thin binary: parse, dispatch, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    agora::cli::main()
}
