//! The command line: one file per command.
//!
//! | file | command |
//! | --- | --- |
//! | `args` | what is accepted |
//! | `answer_args` | how commands answer whose answer is all they are for |
//! | `window_args` | what the window's commands accept |
//! | `output` | how results, errors and progress are shown |
//! | `run` | `agora run` |
//! | `keep_args` | what the commands about keeping runs accept |
//! | `record_args` | what the commands that record a run accept |
//! | `resume` | `agora resume` |
//! | `fork` | `agora fork` |
//! | `compare_runs` | `agora compare-runs` |
//! | `plain` | tables and curves as plain text |
//! | `report` | `agora report` |
//! | `desktop` | `agora desktop`, `agora pictures` |
//! | `check` | `agora check`, `agora list` |
//! | `verify` | `agora verify` |
//! | `replay` | `agora replay` |
//! | `export_args` | what `agora replay --export` and `agora demos` accept |
//! | `demos` | `agora demos` |
//! | `replay_export` | `agora replay --export` |
//! | `import` | `agora import` |
//! | `model_args` | what the commands about models accept |
//! | `evaluate` | `agora evaluate` |
//! | `fit` | `agora fit` |
//! | `models` | `agora models` |
//! | `judging` | models fitted and judged one after the other, with progress |
//! | `why` | `agora why` |
//! | `encoder_args` | what the commands about text encoders accept |
//! | `pretrain` | `agora pretrain` |
//! | `finetune` | `agora finetune` |
//! | `city_log` | a log to learn from, of a running city |
//! | `compare` | `agora compare` |
//! | `trace` | `agora trace` |
//! | `trials` | many runs at once, in memory |
//! | `side_by_side` | whole cities at once, each on its own thread |
//! | `reproduce` | `agora reproduce` |
//! | `selftest` | `agora selftest` |
//! | `bench` | `agora bench` |
//! | `bench_args` | what it accepts |
//! | `tune` | `agora tune` |

mod answer_args;
mod args;
mod bench;
mod bench_args;
mod check;
mod city_log;
mod compare;
mod compare_runs;
mod demos;
mod desktop;
mod encoder_args;
mod evaluate;
mod export_args;
mod finetune;
mod fit;
mod fork;
mod import;
mod judging;
mod keep_args;
mod model_args;
mod models;
mod output;
mod plain;
mod pretrain;
mod record_args;
mod replay;
mod replay_export;
pub mod report;
mod reproduce;
mod resume;
mod run;
pub mod selftest;
mod side_by_side;
mod trace;
pub mod trials;
mod tune;
mod verify;
mod why;
mod window_args;

use std::process::ExitCode;

use clap::Parser;

use crate::lab::evaluation::split::SplitError;
use crate::lab::recording::RecordingError;
use crate::lab::recording::page::PageError;
use crate::scenario::error::ScenarioError;
use crate::scenario::import::error::ImportError;
use crate::scenario::learning::source::LearningError;
use crate::scenario::run::error::RunError;
use crate::scenario::world::FoundingError;

/// What can go wrong with a command.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The scenario is at fault.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A run or its folder is at fault.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A recording could not be written or read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A recording could not be shown as a page or as pictures.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A log could not be imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A log to learn from could not be read.
    #[error(transparent)]
    Learning(#[from] LearningError),
    /// A log cannot be split as asked.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A model cannot be made of its settings.
    #[error("--set {given}: {cause}")]
    Setting {
        /// What was given.
        given: String,
        /// Why, and what is allowed.
        cause: String,
    },
    /// What was asked for cannot be done as asked.
    #[error("{0}")]
    Usage(String),
    /// The city could not be founded.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// The log could not be written or read.
    #[error(transparent)]
    Log(#[from] crate::events::log::error::LogError),
    /// A file could not be written or read.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The command ran and its answer is no.
    #[error("{0}")]
    Failed(String),
}

impl CommandError {
    /// Wraps an error of the file system.
    pub fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        |cause| Self::File { path, cause }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Scenario(_) | Self::Usage(_) | Self::Split(_) | Self::Setting { .. } => 2,
            Self::Learning(e) => code_of(e.is_usage()),
            Self::Run(e) => code_of(e.is_usage()),
            Self::Recording(e) => code_of(e.is_usage()),
            Self::Page(e) => code_of(e.is_usage()),
            Self::Import(e) => code_of(e.is_usage()),
            Self::Founding(_) | Self::Log(_) | Self::File { .. } | Self::Failed(_) => 1,
        }
    }
}

/// Returns the exit code of an error that is bad usage or input, or a failure.
fn code_of(is_usage: bool) -> u8 {
    if is_usage { 2 } else { 1 }
}

/// Runs the command line and returns the exit code: 0 done, 1 failed, 2 bad usage or input.
#[must_use]
pub fn main() -> ExitCode {
    let cli = args::Cli::parse();
    let done = match &cli.command {
        args::Command::Run(a) => run::command(a),
        args::Command::Resume(a) => resume::command(a),
        args::Command::Fork(a) => fork::command(a),
        args::Command::CompareRuns(a) => compare_runs::command(a),
        args::Command::Desktop(a) => desktop::command(a),
        args::Command::Pictures(a) => desktop::pictures(a),
        args::Command::Check(a) => check::command(a),
        args::Command::Compare(a) => compare::command(a),
        args::Command::List(a) => check::list(a),
        args::Command::Verify(a) => verify::command(a),
        args::Command::Replay(a) => replay::command(a),
        args::Command::Demos(a) => demos::command(a),
        args::Command::Report(a) => report::command(a),
        args::Command::Import(a) => import::command(a),
        args::Command::Evaluate(a) => evaluate::command(a),
        args::Command::Fit(a) => fit::command(a),
        args::Command::Models(a) => models::command(a),
        args::Command::Why(a) => why::command(a),
        args::Command::Pretrain(a) => pretrain::command(a),
        args::Command::Finetune(a) => finetune::command(a),
        args::Command::Selftest(a) => selftest::command(a),
        args::Command::Reproduce(a) => reproduce::command(a),
        args::Command::Bench(a) => bench::command(a),
        args::Command::Trace(a) => trace::command(a),
        args::Command::Tune(a) => tune::command(a),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            output::error(&e.to_string());
            ExitCode::from(e.exit_code())
        }
    }
}
