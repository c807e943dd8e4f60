//! What the command line accepts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A laboratory for attention economies.
#[derive(Debug, Parser)]
#[command(
    name = "agora",
    version,
    about = "A laboratory for attention economies: simulate a city, the platform that allocates its attention, and what both do to each other",
    after_help = "Examples:\n  agora list\n  agora run scenarios/quickstart.toml\n  agora run quickstart --seed 7 --set platform.ads.load=0.2\n\nExit codes: 0 done, 1 failed, 2 bad usage or input."
)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Most worker threads: beyond any machine, and still far from what exhausts one.
const MOST_THREADS: usize = 1_024;

/// Reads a number of worker threads.
pub(super) fn threads(given: &str) -> Result<usize, String> {
    match given.parse() {
        Ok(n) if (1..=MOST_THREADS).contains(&n) => Ok(n),
        _ => Err(format!("allowed is 1 to {MOST_THREADS}")),
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Simulates a scenario without a window and writes a run folder with a report.
    #[command(
        after_help = "Examples:\n  agora run quickstart\n  agora run scenarios/baseline.toml --days 10 --threads 2 --out runs/short\n  agora run quickstart --set platform.recommend.model=popularity --json"
    )]
    Run(RunArgs),
    /// Checks a scenario and shows every value it resolves to.
    #[command(
        after_help = "Examples:\n  agora check scenarios/ad-load.toml\n  agora check quickstart --json"
    )]
    Check(CheckArgs),
    /// Runs a run folder's scenario again and compares every state hash.
    #[command(after_help = "Example:\n  agora verify runs/quickstart-1")]
    Verify(VerifyArgs),
    /// Lists the shipped scenarios.
    List(ListArgs),
    /// Proves on this machine what the engine promises: equal hashes at any thread count, no day lost to a kill.
    #[command(
        after_help = "Examples:\n  agora selftest determinism --seeds 1000 --ticks 200\n  agora selftest kills --n 100 --json\n  agora selftest golden"
    )]
    Selftest(SelftestArgs),
}

/// How the scenario is changed for this run.
#[derive(Debug, Args, Clone)]
pub(super) struct ScenarioArgs {
    /// A scenario file, a folder with a scenario.toml, or the name of a shipped scenario.
    pub(super) scenario: String,
    /// Overrides a scenario value, such as platform.ads.load=0.2; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Seed of the world.
    #[arg(long, allow_negative_numbers = true)]
    pub(super) seed: Option<u64>,
    /// Simulated days.
    #[arg(long, allow_negative_numbers = true)]
    pub(super) days: Option<u32>,
    /// Arm of a scenario that has arms.
    #[arg(long)]
    pub(super) arm: Option<String>,
}

/// `agora run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// The scenario.
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// Run folder (default: runs/<name>-<seed>).
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Overwrites an existing run folder.
    #[arg(long)]
    pub(super) force: bool,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// No progress bar and no summary.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Prints the summary as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}

/// `agora check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The scenario.
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// Prints the resolved scenario as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Lists every key with unit, range and default instead.
    #[arg(long)]
    pub(super) keys: bool,
}

/// `agora verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The run folder.
    pub(super) run: PathBuf,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// No progress bar.
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// `agora list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Prints JSON.
    #[arg(long)]
    pub(super) json: bool,
}

/// `agora selftest`.
#[derive(Debug, Args)]
pub(super) struct SelftestArgs {
    /// Which proof.
    #[command(subcommand)]
    pub(super) proof: Proof,
}

/// The proofs of `agora selftest`.
#[derive(Debug, Subcommand)]
pub(super) enum Proof {
    /// Runs seeds on several thread counts in lockstep and compares every state hash.
    Determinism {
        /// How many seeds, from 1.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        seeds: u32,
        /// Ticks of each.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        ticks: u32,
        /// Thread counts compared with one thread.
        #[arg(long, value_delimiter = ',', default_values_t = [2, 4, 8], value_parser = threads)]
        threads: Vec<usize>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Kills runs at random moments and checks that no finished day is lost and no file is half written.
    Kills {
        /// How many kills.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
        n: u32,
        /// Seed of the moments.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints the chained state hash of a small city, to be compared across builds and machines.
    Golden {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}
