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
    /// Measures how fast the engine is on this machine.
    #[command(
        after_help = "Examples:\n  agora bench workload-a\n  agora bench city --json\n  agora bench all --threads 2\n\nTimings depend on the machine and on what else it does: compare within one run."
    )]
    Bench(BenchArgs),
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
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Simulated days.
    #[arg(long)]
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
    #[arg(long)]
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
    #[arg(long)]
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

/// `agora bench`.
#[derive(Debug, Args)]
pub(super) struct BenchArgs {
    /// What to measure.
    #[command(subcommand)]
    pub(super) what: Bench,
}

/// What `agora bench` measures.
#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// The recommendation loop other programs are compared on; prints name, users, items, dims, steps, seconds, user-steps/s.
    #[command(
        name = "workload-a",
        after_help = "Examples:\n  agora bench workload-a\n  agora bench workload-a --set workload.users=100000 --set workload.steps=10\n  agora bench workload-a --out runs/workload-a --threads 1\n\nThe clock starts after founding and one step, and stops when the log is on disk."
    )]
    WorkloadA(WorkloadArgs),
    /// The shipped cities, each in a process of its own, against their bars of time and memory.
    #[command(
        after_help = "Examples:\n  agora bench city\n  agora bench city --only quickstart --json"
    )]
    City(CityArgs),
    /// Whether cost follows activity: ten times the residents with as many sessions.
    #[command(
        after_help = "Examples:\n  agora bench activity\n  agora bench activity --days 2 --json"
    )]
    Activity(ActivityArgs),
    /// How near prices come to the best allocation of a city's attention (P2).
    #[command(
        after_help = "Examples:\n  agora bench allocation\n  agora bench allocation --avatars 2000 --contents 50"
    )]
    Allocation(AllocationArgs),
    /// Everything above.
    #[command(after_help = "Example:\n  agora bench all --json")]
    All(CommonArgs),
}

/// What all measurements take.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct CommonArgs {
    /// Worker threads (default: one per core).
    #[arg(long)]
    pub(super) threads: Option<usize>,
    /// Prints JSON on stdout.
    #[arg(long)]
    pub(super) json: bool,
}

/// `agora bench workload-a`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct WorkloadArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// A scenario with a [workload] part instead of the shipped one.
    #[arg(long)]
    pub(super) scenario: Option<String>,
    /// Overrides a scenario value, such as workload.users=100000; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Keeps the run folder (log, scenario, state hashes) here instead of a temporary one.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Overwrites an existing run folder.
    #[arg(long)]
    pub(super) force: bool,
}

/// `agora bench city`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct CityArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Only this city; may be repeated.
    #[arg(long, value_parser = ["quickstart", "baseline", "metropolis"])]
    pub(super) only: Vec<String>,
}

/// `agora bench activity`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct ActivityArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Residents of the smaller city.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=500_000))]
    pub(super) residents: u32,
    /// Simulated days.
    #[arg(long, default_value_t = 3)]
    pub(super) days: u32,
}

/// `agora bench allocation`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct AllocationArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Avatars of the instance.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) avatars: u32,
    /// Contents of the instance.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) contents: u32,
}
