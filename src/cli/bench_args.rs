//! What `agora bench` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::record_args::DetailArg;
use super::window_args::DesktopBenchArgs;

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
    /// The window: frames a second, a hundred thousand people, and what looking costs the city (needs the feature desktop).
    #[command(
        after_help = "Examples:\n  agora bench desktop\n  agora bench desktop --seconds 4 --people 20000 --json\n\nDraws without a screen, each frame waited for until it is drawn; prints what draws."
    )]
    Desktop(DesktopBenchArgs),
    /// What scoring and learning cost: pairs scored a second, and the share of a city's time that training takes.
    #[command(
        after_help = "Examples:\n  agora bench models\n  agora bench models --days 7 --every"
    )]
    Models(ModelsBenchArgs),
    /// Whether a graphics card computes the scores that the processor computes, and how fast.
    #[command(
        after_help = "Examples:\n  agora bench device\n  agora bench device --device cuda --json\n\nA card needs a program built with --features cuda. Models learn and serve on the processor in any case."
    )]
    Device(DeviceBenchArgs),
    /// How fast slots are sold and orders are matched, on one core.
    #[command(after_help = "Example:\n  agora bench trade")]
    Trade(CommonArgs),
    /// How fast money moves: transfers a second, checked, in memory and with every posting written to disk.
    #[command(after_help = "Example:\n  agora bench ledger")]
    Ledger(CommonArgs),
    /// What it costs to take down why each offer was made.
    #[command(after_help = "Examples:\n  agora bench traces\n  agora bench traces --days 1 --json")]
    Traces(TracesArgs),
    /// What recording a run costs, how many bytes it takes an event, and how fast any tick of it is found.
    #[command(
        after_help = "Examples:\n  agora bench recording\n  agora bench recording --scenario baseline --days 60\n  agora bench recording --level full --json\n\nThe bars are for level demo."
    )]
    Recording(RecordingArgs),
    /// Everything above but the window.
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
    #[arg(long, default_value_t = 7)]
    pub(super) days: u32,
}

/// Where scores are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum DeviceArg {
    /// A card if there is one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// A CUDA card.
    Cuda,
}

/// `agora bench device`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct DeviceBenchArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Where scores are computed.
    #[arg(long, value_enum, default_value_t)]
    pub(super) device: DeviceArg,
}

/// `agora bench models`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct ModelsBenchArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Simulated days of a city (default: the scenario's).
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(super) days: Option<u32>,
    /// Runs every arm of `models` as well, which takes minutes.
    #[arg(long)]
    pub(super) every: bool,
}

/// `agora bench recording`.
#[derive(Debug, Args, Clone)]
pub(super) struct RecordingArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// The scenario that is recorded.
    #[arg(long, default_value = "baseline")]
    pub(super) scenario: String,
    /// Simulated days.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub(super) days: u32,
    /// How much is kept.
    #[arg(long, value_enum, default_value = "demo")]
    pub(super) level: DetailArg,
    /// Ticks that are looked for.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) seeks: u32,
}

impl RecordingArgs {
    /// What is measured if nothing else is said.
    pub(super) fn usual() -> Self {
        Self {
            common: CommonArgs::default(),
            scenario: "baseline".to_owned(),
            days: 3,
            level: DetailArg::Demo,
            seeks: 500,
        }
    }
}

/// `agora bench traces`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct TracesArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Simulated days.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=3_650))]
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
