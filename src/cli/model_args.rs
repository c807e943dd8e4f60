//! What the commands about models accept.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::args::{FormatArg, threads};

/// Longest list that is judged.
const LONGEST_LIST: usize = 1_000;

/// A log to learn from.
#[derive(Debug, Args, Clone)]
pub(super) struct DataArgs {
    /// The data: a run folder, an imported world, or a log that `agora import` reads.
    #[arg(long, value_name = "PATH")]
    pub(super) data: PathBuf,
    /// Format of a log (default: told from its name).
    #[arg(long)]
    pub(super) format: Option<FormatArg>,
    /// Which column of a log means what: user=…,item=…,rating=…,time=…,title=…,genres=… (default: names known from public data).
    #[arg(long, value_name = "MEANING=COLUMN,…")]
    pub(super) map: Option<String>,
    /// Interactions a person of a log must have; people with fewer are left out.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) min_interactions: u32,
}

/// How models are split for, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ProtocolArg {
    /// Leave-last-one-out.
    A,
    /// Eight, one and one tenth of everybody's items at random, as RecBole does by default.
    B,
    /// Before and after a moment.
    Time,
    /// People whom the model never saw.
    Users,
}

/// Which held-out part is judged on, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PartArg {
    /// For choosing settings.
    Validation,
    /// For reporting.
    Test,
}

/// How models are judged.
#[derive(Debug, Args, Clone)]
pub(super) struct JudgeArgs {
    /// What models learn from and are judged on.
    #[arg(long, value_enum, default_value_t = ProtocolArg::A)]
    pub(super) protocol: ProtocolArg,
    /// Which held-out part is judged on.
    #[arg(long, value_enum, default_value_t = PartArg::Test)]
    pub(super) part: PartArg,
    /// Windows of protocol time (default: 1), or groups of protocol users (default: 5).
    #[arg(long, value_name = "N")]
    pub(super) folds: Option<u32>,
    /// Lengths of the lists that are judged.
    #[arg(long, value_name = "K,…", value_delimiter = ',', default_value = "5,10,20", value_parser = list_length)]
    pub(super) k: Vec<usize>,
    /// Seed of what is drawn: splits, models, resamples.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Worker threads (default: one per core); numbers do not depend on them.
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
}

fn list_length(given: &str) -> Result<usize, String> {
    match given.parse() {
        Ok(k) if (1..=LONGEST_LIST).contains(&k) => Ok(k),
        _ => Err(format!("allowed is 1 to {LONGEST_LIST}")),
    }
}

/// Where an evaluation goes and how it is shown.
#[derive(Debug, Args, Clone)]
pub(super) struct ShownArgs {
    /// Folder to write evaluation.json, evaluation.html and evaluation.txt to.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Overwrites an evaluation that is there.
    #[arg(long)]
    pub(super) force: bool,
    /// No progress bar and no tables.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Prints everything as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}

impl ShownArgs {
    /// Says whether nothing is told but the evaluation.
    pub(super) const fn is_silent(&self) -> bool {
        self.quiet || self.json
    }
}

/// `agora evaluate`.
#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// The data.
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// Kinds of models, or all; `agora models list` names them.
    #[arg(
        long,
        value_name = "A,B|all",
        value_delimiter = ',',
        default_value = "all"
    )]
    pub(super) models: Vec<String>,
    /// How they are judged.
    #[command(flatten)]
    pub(super) judge: JudgeArgs,
    /// Gives a setting of a model another value, such as bpr.epochs=20; may be repeated.
    #[arg(long = "set", value_name = "MODEL.KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Where the evaluation goes and how it is shown.
    #[command(flatten)]
    pub(super) shown: ShownArgs,
}

/// `agora fit`.
#[derive(Debug, Args)]
pub(super) struct FitArgs {
    /// Kind of model; `agora models list` names them.
    pub(super) model: String,
    /// The data.
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// Gives a setting another value, such as epochs=20; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Seed of the fit.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    pub(super) seed: u64,
    /// Folder of the model.
    #[arg(long)]
    pub(super) out: PathBuf,
    /// Overwrites a model that is there.
    #[arg(long)]
    pub(super) force: bool,
    /// Worker threads (default: one per core); weights do not depend on them.
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// No progress bar and no summary.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Prints the card as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}

/// `agora models`.
#[derive(Debug, Args)]
pub(super) struct ModelsArgs {
    /// What is asked.
    #[command(subcommand)]
    pub(super) what: Models,
}

/// What `agora models` answers.
#[derive(Debug, Subcommand)]
pub(super) enum Models {
    /// Lists all kinds with their settings, or the fitted models of a folder.
    List(ListModelsArgs),
    /// Shows the card of a fitted model, after checking that its weights are those the card speaks of.
    Card(CardArgs),
    /// Judges fitted models on the same people, with paired differences.
    #[command(
        after_help = "Weights that learned from a row cannot be judged by it. Each model is therefore fitted again, with the kind, the settings and the seed of its card, on what the protocol leaves to learn from."
    )]
    Compare(CompareModelsArgs),
}

/// `agora models list`.
#[derive(Debug, Args)]
pub(super) struct ListModelsArgs {
    /// A fitted model, a folder of fitted models, or a run folder; without it all kinds are listed.
    pub(super) path: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// `agora models card`.
#[derive(Debug, Args)]
pub(super) struct CardArgs {
    /// Folder of a fitted model, or of a run for the models that served in it.
    pub(super) path: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// `agora models compare`.
#[derive(Debug, Args)]
pub(super) struct CompareModelsArgs {
    /// Folders of fitted models, two or more.
    #[arg(required = true, num_args = 2..)]
    pub(super) paths: Vec<PathBuf>,
    /// The data.
    #[command(flatten)]
    pub(super) data: DataArgs,
    /// How they are judged.
    #[command(flatten)]
    pub(super) judge: JudgeArgs,
    /// Where the evaluation goes and how it is shown.
    #[command(flatten)]
    pub(super) shown: ShownArgs,
}
