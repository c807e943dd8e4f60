//! What `agora tune` accepts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::threads;
use crate::cli::model_args::DataArgs;

/// How candidates are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SearchArg {
    /// Every candidate is given everything.
    Random,
    /// Many are given little, the better ones three times as much.
    Halving,
    /// Ladders of halving from many candidates with little to few with everything.
    Hyperband,
}

/// `agora tune`.
#[derive(Debug, Args)]
pub(in crate::cli) struct TuneArgs {
    /// Kind of model; `agora models list` names them.
    pub(in crate::cli) model: String,
    /// The data.
    #[command(flatten)]
    pub(in crate::cli) data: DataArgs,
    /// How candidates are chosen.
    #[arg(long, default_value = "random")]
    pub(in crate::cli) search: SearchArg,
    /// Candidates; the first has the defaults. Hyperband has its own number.
    #[arg(long, value_name = "N", allow_negative_numbers = true, default_value_t = 27, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(in crate::cli) trials: u32,
    /// How candidates are judged: time:N holds out the future N times, users:N every person once.
    #[arg(long, value_name = "time:N|users:N", default_value = "time:3")]
    pub(in crate::cli) folds: String,
    /// What is searched: key=low..high, key=low..high:log, key=a|b|c, key=value, or a .toml file of such; may be repeated (default: around the defaults of every setting).
    #[arg(long, value_name = "KEY=SPAN|FILE")]
    pub(in crate::cli) space: Vec<String>,
    /// Ends a fit after so many passes without improvement.
    #[arg(long, value_name = "PASSES", allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(in crate::cli) patience: Option<u32>,
    /// Seed of the draws, the groups of people and every model.
    #[arg(long, allow_negative_numbers = true, default_value_t = 1)]
    pub(in crate::cli) seed: u64,
    /// Folder of the results (default: tune/<model>-<seed>).
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Goes on with the search that was begun in the folder.
    #[arg(long, conflicts_with = "force")]
    pub(in crate::cli) resume: bool,
    /// Overwrites the results of another search.
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(in crate::cli) threads: Option<usize>,
    /// No progress bar and no table.
    #[arg(long, short)]
    pub(in crate::cli) quiet: bool,
    /// Prints the result as JSON on stdout and nothing else.
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
