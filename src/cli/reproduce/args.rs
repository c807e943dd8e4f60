//! What `agora reproduce` accepts.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::answer_args::AnswerArgs;
use crate::cli::args::threads;
use crate::lab::experiment::auctiongym::reproduction::Plan;
use crate::platform::models::slate::choice::Choice;

/// `agora reproduce`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReproduceArgs {
    /// Which published result.
    #[command(subcommand)]
    pub(super) what: Reproduce,
}

/// The published results.
#[derive(Debug, Subcommand)]
pub(super) enum Reproduce {
    /// Slates that look ahead on interest evolution (Ie et al. 2019): random, short-sighted, `SlateQ`, and rules that know the topics.
    #[command(
        name = "slateq",
        after_help = "Examples:\n  agora reproduce slateq\n  agora reproduce slateq --seed 8 --choice proportional\n  agora reproduce slateq --users 500 --train-users 600 --json\n\nTwo learners are trained: one that sees what the published agents see (interests and topics), and one that also keeps\ncount of what it saw itself. No learner is shown quality or patience."
    )]
    SlateQ(SlateQArgs),
    /// Competition and bid shading in ad auctions (`AuctionGym`, Jeunen et al. 2022).
    #[command(
        name = "auctiongym",
        after_help = "Examples:\n  agora reproduce auctiongym\n  agora reproduce auctiongym --seed 8\n  agora reproduce auctiongym --runs 2 --auctions 1000 --json\n\nWelfare, surplus and revenue a round: two to six bidders under the second price, then two under the first, who bid their\nvalue, learn to bid less, and learn it by trying."
    )]
    AuctionGym(AuctionGymArgs),
}

/// What all of them take.
#[derive(Debug, Args)]
pub(super) struct CommonArgs {
    /// Worker threads (default: one per core); they change nothing but the time it takes.
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// How they answer.
    #[command(flatten)]
    pub(super) answer: AnswerArgs,
}

/// How viewers choose, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ChoiceArg {
    /// The multinomial logit of the paper.
    Mnl,
    /// In proportion to scores, the default of RecSim's code.
    Proportional,
}

impl From<ChoiceArg> for Choice {
    fn from(arg: ChoiceArg) -> Self {
        match arg {
            ChoiceArg::Mnl => Self::Logit,
            ChoiceArg::Proportional => Self::Proportional,
        }
    }
}

/// `agora reproduce slateq`.
#[derive(Debug, Args)]
pub(super) struct SlateQArgs {
    /// Viewers each policy is judged on.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub(super) users: u32,
    /// Viewers each learner is trained on, none of whom it is judged on (default: enough to converge).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) train_users: Option<u32>,
    /// Seed of viewers, videos, luck and learners.
    #[arg(long, default_value_t = 7)]
    pub(super) seed: u64,
    /// How viewers choose.
    #[arg(long, value_enum, default_value_t = ChoiceArg::Mnl)]
    pub(super) choice: ChoiceArg,
    /// What all of them take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// `agora reproduce auctiongym`.
#[derive(Debug, Args)]
pub(super) struct AuctionGymArgs {
    /// Seasons of each world.
    #[arg(long, value_name = "N", default_value_t = Plan::PUBLISHED.runs, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(super) runs: u32,
    /// Batches of a season, after each of which bidders learn.
    #[arg(long, value_name = "N", default_value_t = Plan::PUBLISHED.batches, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) batches: u32,
    /// Auctions of a batch.
    #[arg(long, value_name = "N", default_value_t = Plan::PUBLISHED.auctions, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub(super) auctions: u32,
    /// Seed of it all.
    #[arg(long, default_value_t = Plan::PUBLISHED.seed)]
    pub(super) seed: u64,
    /// What all of them take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
}
