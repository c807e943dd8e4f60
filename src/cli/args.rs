//! What the command line accepts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::answer_args::AnswerArgs;
use super::bench_args::BenchArgs;
use super::encoder_args::{FinetuneArgs, PretrainArgs};
use super::export_args::{DemosArgs, ExportArgs};
use super::keep_args::{CompareRunsArgs, ForkArgs, KeepArgs, LiveArgs, ResumeArgs};
use super::model_args::{EvaluateArgs, FitArgs, ModelsArgs};
use super::record_args::RecordArgs;
use super::reproduce::ReproduceArgs;
use super::selftest::args::SelftestArgs;
use super::tune::TuneArgs;
use super::window_args::{DesktopArgs, PicturesArgs, ReplayWindowArgs};
use crate::scenario::load::Overrides;

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
        after_help = "Examples:\n  agora run quickstart\n  agora run scenarios/baseline.toml --days 10 --threads 2 --out runs/short\n  agora run quickstart --set platform.recommend.model=popularity --json\n  agora run baseline --days 1 --record --captions scenarios/demos/day.toml"
    )]
    Run(RunArgs),
    /// Opens the window: the city in 3D, its panels, its people, its policies (needs the feature desktop).
    #[command(
        after_help = "Examples:\n  agora desktop\n  agora desktop scenarios/quickstart.toml\n  agora desktop baseline --seed 7 --set platform.ads.load=0.2 --speed max\n\nKeys: F1 lists them. Every run goes into a folder of its own under runs/, with the commands given in the window:\nagora verify FOLDER runs it again without one and compares every state hash."
    )]
    Desktop(DesktopArgs),
    /// Photographs every panel, overlay, page and sheet of the window, without a screen (needs the feature desktop).
    #[command(
        after_help = "Examples:\n  agora pictures pictures\n  agora pictures pictures --size 1280x720 --only inspector\n  agora pictures pictures --scenario metropolis --days 1"
    )]
    Pictures(PicturesArgs),
    /// Checks a scenario and shows every value it resolves to.
    #[command(
        after_help = "Examples:\n  agora check scenarios/ad-load.toml\n  agora check quickstart --json"
    )]
    Check(CheckArgs),
    /// Goes on with a run that was stopped, killed or ran out of disk, to the end it would have had without the stop.
    #[command(
        after_help = "Examples:\n  agora run baseline --checkpoint-every 1d\n  agora resume runs/baseline-1\n\nGoes on from the newest checkpoint that is whole, and with the recording if there is one; a run without any checkpoint begins again."
    )]
    Resume(ResumeArgs),
    /// Branches a run at a tick: the same city up to there, another policy from there on, in a folder of its own.
    #[command(
        after_help = "Examples:\n  agora fork runs/baseline-1 --at day12 --set ads.load=0.2\n  agora fork runs/baseline-1 --at 17280 --out runs/same-again --record\n  agora compare-runs runs/baseline-1 runs/baseline-1-from-day12\n\nSets out from the newest checkpoint before the tick, or from the beginning; commands of the parent are applied again.\nA fork without --set repeats its parent bit for bit."
    )]
    Fork(ForkArgs),
    /// Puts two runs side by side: where they part, whom that concerned, and what it did to every metric.
    #[command(
        after_help = "Examples:\n  agora compare-runs runs/baseline-1 runs/baseline-1-from-day12\n  agora compare-runs runs/a runs/b --json"
    )]
    CompareRuns(CompareRunsArgs),
    /// Runs the scenario of a run folder or a recording again and compares every state hash.
    #[command(
        after_help = "Examples:\n  agora verify runs/quickstart-1\n  agora verify runs/quickstart-1/recording.mcap\n  agora verify demo.mcap --from 1440 --to 2879\n\nTicks before --from are simulated too, and not compared.\n\nExit codes: 0 equal, 1 different, 2 bad usage or input."
    )]
    Verify(VerifyArgs),
    /// Shows a recording in the window, or tells what it holds; simulates nothing (the window needs the feature desktop).
    #[command(
        after_help = "Examples:\n  agora replay demo.mcap\n  agora replay demo.mcap --speed 0.1\n  agora replay runs/quickstart-1 --headless --json\n  agora replay demo.mcap --export html --out demo.html\n  agora replay demo.mcap --export gif --size 720x480"
    )]
    Replay(ReplayArgs),
    /// Records the demonstrations: a day in the city, the filter bubble, inflation and the central bank.
    #[command(
        after_help = "Examples:\n  agora demos\n  agora demos --only day --html --gif\n\nThe recordings play with agora replay; a web page plays one without the program."
    )]
    Demos(DemosArgs),
    /// Draws the report of a run folder anew, from its report.json.
    #[command(
        after_help = "Examples:\n  agora report runs/quickstart-1\n  agora report runs/quickstart-1 --out ~/quickstart.html"
    )]
    Report(ReportArgs),
    /// Runs the arms of a scenario over the same seeds and shows what they differ in.
    #[command(
        after_help = "Examples:\n  agora compare ad-load\n  agora compare inflation --seeds 30 --metric price_level --metric coins_supply\n  agora compare filter-bubble --arms diverse,bubble --days 5 --json\n  agora compare scenarios/ad-load.toml --set society.population.residents=2000 --out runs/ad-load\n\nEvery arm lives through the same seeds, so that differences are paired. A promise such as\nsatisfaction = [\"heavy\", \"light\"] holds if the paired 95 % interval of the difference excludes zero.\n\nExit codes: 0 every promise holds, 1 a promise is broken, 2 bad usage or input."
    )]
    Compare(CompareArgs),
    /// Lists the shipped scenarios.
    List(ListArgs),
    /// Turns a real interaction log into a scenario: its catalogue, its audience, its past.
    #[command(
        after_help = "Examples:\n  agora import data/ml-100k --out worlds/ml-100k && agora run worlds/ml-100k\n  agora import ratings.csv --out worlds/ratings --map user=userId,item=movieId,time=timestamp\n  agora import plays.parquet --out worlds/plays --map user=who,item=track,genres=style --min-interactions 10\n\nFormats: RecBole atomic files (.inter, with .item beside it), delimited text with a header, Parquet. See docs/import.md."
    )]
    Import(ImportArgs),
    /// Fits models on a log and says how well each foretells what people met next.
    #[command(
        after_help = "Examples:\n  agora evaluate --data data/ml-100k\n  agora evaluate --data ratings.csv --map user=userId,item=movieId --models random,popularity --k 5,10,20\n  agora evaluate --data runs/quickstart-1 --protocol time --folds 3 --out evaluations/quickstart\n  agora evaluate --data data/ml-100k --part validation --set bpr.epochs=20 --json\n\nProtocols: a leave-last-one-out, b eight, one and one tenth of everybody's items at random, time before and after a moment, users people whom the model never saw.\nData: a run folder, an imported world, or any log that agora import reads. See docs/models.md.\n\nExit codes: 0 done, 1 a model failed, 2 bad usage or input."
    )]
    Evaluate(EvaluateArgs),
    /// Fits one model on a log and writes it with its card.
    #[command(
        after_help = "Examples:\n  agora fit popularity --data data/ml-100k --out models/popularity\n  agora fit bpr --data runs/quickstart-1 --set epochs=20 --seed 7 --out models/bpr\n\nThe folder holds model.safetensors, model.json and card.md. The same data, settings and seed write the same bytes."
    )]
    Fit(FitArgs),
    /// Lists kinds of models and fitted models, shows cards, compares fitted models.
    #[command(
        after_help = "Examples:\n  agora models list\n  agora models list models\n  agora models card models/bpr\n  agora models compare models/bpr models/ease --data data/ml-100k"
    )]
    Models(ModelsArgs),
    /// Runs a city for a while and explains what was offered to one of its avatars, and why.
    #[command(
        after_help = "Examples:\n  agora why quickstart --avatar 17\n  agora why quickstart --avatar 17 --ticks 2880 --offer 4711\n  agora why baseline --avatar 3 --set platform.recommend.model=ease --json\n\nThe last 20000 offers are remembered; numbers of an avatar's offers are listed below its explanation."
    )]
    Why(WhyArgs),
    /// Follows the coins of a run: what each movement was paid with, back to where its coins were made.
    #[command(
        after_help = "Examples:\n  agora trace runs/quickstart-1\n  agora trace runs/quickstart-1 --avatar 17 --last 20\n  agora trace runs/quickstart-1 --transaction 4812 --depth 3\n  agora trace runs/quickstart-1 --json\n\nCoins are alike: what came into an account first leaves it first.\nWithout --transaction and --avatar: what became of the coins of each faucet."
    )]
    Trace(TraceArgs),
    /// Teaches a small text encoder the language of a city, from its catalogue alone.
    #[command(
        after_help = "Examples:\n  agora pretrain --out my-encoder\n  agora pretrain --out my-encoder --set society.content.assets=6000 --epochs 20 --seed 2"
    )]
    Pretrain(PretrainArgs),
    /// Trains a text encoder to tell from words what people will do with what they are shown.
    #[command(
        after_help = "Examples:\n  agora finetune --data quickstart --days 10\n  agora finetune --data quickstart --days 10 --lora\n  agora finetune --data runs/quickstart-1 --encoder my-encoder --out tuned"
    )]
    Finetune(FinetuneArgs),
    /// Proves on this machine what the engine promises: equal hashes at any thread count, no day lost to a kill.
    #[command(
        after_help = "Examples:\n  agora selftest determinism --seeds 1000 --ticks 200\n  agora selftest kills --n 100 --json\n  agora selftest golden"
    )]
    Selftest(SelftestArgs),
    /// Repeats published results and puts published, restated and found numbers side by side.
    #[command(
        after_help = "Examples:\n  agora reproduce slateq\n  agora reproduce slateq --choice proportional --users 2000 --train-users 2000 --json\n\nExit codes: 0 every rule holds, 1 a rule is broken, 2 bad usage or input."
    )]
    Reproduce(ReproduceArgs),
    /// Measures how fast the engine is on this machine.
    #[command(
        after_help = "Examples:\n  agora bench workload-a\n  agora bench city --json\n  agora bench all --threads 2\n\nTimings depend on the machine and on what else it does: compare within one run."
    )]
    Bench(BenchArgs),
    /// Searches the settings of a model on a log: random search, successive halving or Hyperband over folds in the order of time.
    #[command(
        after_help = "Examples:\n  agora tune item_knn --data data/ml-100k\n  agora tune bpr --data data/ml-100k --search halving --trials 27 --folds time:3\n  agora tune bpr --data runs/quickstart-1 --space learning_rate=0.0003..0.03:log --space 'dimensions=16|32|64' --space epochs=30\n  agora tune bpr --data data/ml-100k --resume\n\nThe folder holds trials.jsonl, best.toml, best.safetensors, card.md, result.json and curves for TensorBoard."
    )]
    Tune(TuneArgs),
}

/// How a scenario is changed for this run.
#[derive(Debug, Args, Clone)]
pub(super) struct OverrideArgs {
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

impl OverrideArgs {
    /// Returns them as the loader takes them.
    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            sets: self.sets.clone(),
            seed: self.seed,
            days: self.days,
            arm: self.arm.clone(),
        }
    }
}

/// A scenario and how it is changed.
#[derive(Debug, Args, Clone)]
pub(super) struct ScenarioArgs {
    /// A scenario file, a folder with a scenario.toml, or the name of a shipped scenario.
    pub(super) scenario: String,
    /// What is changed.
    #[command(flatten)]
    pub(super) changed: OverrideArgs,
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
    /// Steers the run with a file of commands, such as the commands.jsonl of a run folder.
    #[arg(long, value_name = "FILE")]
    pub(super) commands: Option<PathBuf>,
    /// When it is kept.
    #[command(flatten)]
    pub(super) keeping: KeepArgs,
    /// How it is recorded.
    #[command(flatten)]
    pub(super) recording: RecordArgs,
    /// Overwrites an existing run folder.
    #[arg(long)]
    pub(super) force: bool,
    /// How it lives, and what is told of it.
    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// `agora replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The recording, or a run folder that has one.
    pub(super) recording: PathBuf,
    /// Prints the final metrics instead of opening the window.
    #[arg(long)]
    pub(super) headless: bool,
    /// Prints the summary as JSON on stdout and nothing else; opens no window.
    #[arg(long)]
    pub(super) json: bool,
    /// What is written of it.
    #[command(flatten)]
    pub(super) export: ExportArgs,
    /// How the window shows it.
    #[command(flatten)]
    pub(super) window: ReplayWindowArgs,
}

/// Which offer is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfferArg {
    /// The last one.
    Last,
    /// The one of this number.
    Id(u64),
}

/// Reads which offer is explained.
fn offer(given: &str) -> Result<OfferArg, String> {
    match (given, given.parse()) {
        ("last", _) => Ok(OfferArg::Last),
        (_, Ok(id)) => Ok(OfferArg::Id(id)),
        _ => Err("allowed is last or the number of an offer".to_owned()),
    }
}

/// `agora why`.
#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The scenario.
    #[command(flatten)]
    pub(super) scenario: ScenarioArgs,
    /// Number of the avatar.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) avatar: u32,
    /// Simulated minutes before the question.
    #[arg(long, value_name = "T", allow_negative_numbers = true, default_value_t = 1_440, value_parser = clap::value_parser!(u32).range(1..=5_256_000))]
    pub(super) ticks: u32,
    /// Which offer: last, or its number.
    #[arg(long, value_name = "last|ID", allow_negative_numbers = true, default_value = "last", value_parser = offer)]
    pub(super) offer: OfferArg,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// How it is answered.
    #[command(flatten)]
    pub(super) answer: AnswerArgs,
}

/// `agora trace`.
#[derive(Debug, Args)]
pub(super) struct TraceArgs {
    /// The run folder.
    pub(super) run: PathBuf,
    /// Number of a transaction to be traced.
    #[arg(long, value_name = "N", conflicts_with = "avatar")]
    pub(super) transaction: Option<u64>,
    /// Number of an avatar whose wallet is looked into.
    #[arg(long, value_name = "N")]
    pub(super) avatar: Option<u32>,
    /// Movements of the wallet that are listed.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) last: usize,
    /// Movements by which a transaction is followed back in detail.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=12))]
    pub(super) depth: u8,
    /// How it is answered.
    #[command(flatten)]
    pub(super) answer: AnswerArgs,
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
    /// The run folder, or a recording.
    pub(super) run: PathBuf,
    /// First tick that is compared (default: the first there is).
    #[arg(long, value_name = "TICK")]
    pub(super) from: Option<u32>,
    /// Last tick that is compared (default: the last there is).
    #[arg(long, value_name = "TICK")]
    pub(super) to: Option<u32>,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// No progress bar.
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// `agora report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The run folder.
    pub(super) run: PathBuf,
    /// File to write (default: report.html in the run folder).
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// A format of logs, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// RecBole atomic files.
    Recbole,
    /// Delimited text with a header.
    Csv,
    /// Parquet.
    Parquet,
}

/// `agora import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The log: a folder of RecBole files, or an .inter, .csv, .tsv or .parquet file.
    pub(super) path: PathBuf,
    /// Folder of the world that is made.
    #[arg(long)]
    pub(super) out: PathBuf,
    /// Format of the log (default: told from its name).
    #[arg(long)]
    pub(super) format: Option<FormatArg>,
    /// Which column means what: user=…,item=…,rating=…,time=…,title=…,genres=… (default: names known from public data).
    #[arg(long, value_name = "MEANING=COLUMN,…")]
    pub(super) map: Option<String>,
    /// Interactions a person must have; people with fewer are left out.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) min_interactions: u32,
    /// Name of the scenario (default: the log's).
    #[arg(long)]
    pub(super) name: Option<String>,
    /// Overwrites an imported world.
    #[arg(long)]
    pub(super) force: bool,
    /// No progress bar and no summary.
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

/// `agora compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// A scenario file with arms, a folder with a scenario.toml, or the name of a shipped scenario.
    pub(super) scenario: String,
    /// Arms to compare, the first being compared against (default: all, by name).
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(super) arms: Vec<String>,
    /// Worlds each arm is run in.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(super) seeds: u32,
    /// Seed of the first world (default: the scenario's).
    #[arg(long, value_name = "S")]
    pub(super) first_seed: Option<u64>,
    /// Simulated days.
    #[arg(long)]
    pub(super) days: Option<u32>,
    /// Overrides a scenario value in every arm; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Shows only this metric; may be repeated. Promises are judged in any case.
    #[arg(long = "metric", short, value_name = "METRIC")]
    pub(super) metrics: Vec<String>,
    /// Folder to write compare.json and compare.txt to.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Overwrites an existing folder.
    #[arg(long)]
    pub(super) force: bool,
    /// Runs at once (default: one per core); each has one thread.
    #[arg(long)]
    pub(super) threads: Option<usize>,
    /// No progress bar and no table.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Prints everything as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}
