//! What the window's commands accept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::{OverrideArgs, threads};
use super::bench_args::CommonArgs;

/// How fast time runs in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SpeedWord {
    /// One simulated minute a second.
    #[value(name = "1")]
    X1,
    /// Ten.
    #[value(name = "10")]
    X10,
    /// A hundred.
    #[value(name = "100")]
    X100,
    /// As fast as the machine can.
    Max,
}

/// `agora desktop`.
#[derive(Debug, Args)]
pub(super) struct DesktopArgs {
    /// A scenario file, a folder with a scenario.toml, or the name of a shipped scenario; without it the window offers some.
    pub(super) scenario: Option<String>,
    /// How it is changed.
    #[command(flatten)]
    pub(super) changed: OverrideArgs,
    /// Run folder of the first city (default: a new one under runs/).
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Overwrites an existing run folder.
    #[arg(long)]
    pub(super) force: bool,
    /// Keeps no run folders.
    #[arg(long, conflicts_with = "out")]
    pub(super) keep_nothing: bool,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// Waits for Play.
    #[arg(long)]
    pub(super) paused: bool,
    /// Stops time before this tick.
    #[arg(long, value_name = "TICK")]
    pub(super) until: Option<u32>,
    /// Ticks a second.
    #[arg(long, value_enum)]
    pub(super) speed: Option<SpeedWord>,
    /// Neither reads nor writes what is remembered between starts.
    #[arg(long)]
    pub(super) fresh: bool,
}

/// The window of `agora replay`.
#[derive(Debug, Args)]
pub(super) struct ReplayWindowArgs {
    /// Waits for Play; a recording with captions waits anyway, for whoever begins its tour.
    #[arg(long)]
    pub(super) paused: bool,
    /// Ticks a second, from 0.1 to 1000.
    #[arg(long, value_name = "TICKS", value_parser = ticks_per_second)]
    pub(super) speed: Option<f64>,
    /// Neither reads nor writes what is remembered between starts.
    #[arg(long)]
    pub(super) fresh: bool,
}

/// Reads a speed at which a recording can be played.
fn ticks_per_second(given: &str) -> Result<f64, String> {
    let speed = given.parse().ok();
    speed
        .filter(|n| (0.1..=1_000.0).contains(n))
        .ok_or_else(|| "allowed are 0.1 to 1000 ticks a second".to_owned())
}

/// `agora pictures`.
#[derive(Debug, Args)]
pub(super) struct PicturesArgs {
    /// Folder the pictures go to.
    pub(super) dir: PathBuf,
    /// Scenario of the city.
    #[arg(long, default_value = "quickstart")]
    pub(super) scenario: String,
    /// Overrides a scenario value; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Size of the window in pixels; may be repeated.
    #[arg(long = "size", value_name = "WIDTHxHEIGHT", value_parser = size, default_values = ["1280x720", "1920x1080"])]
    pub(super) sizes: Vec<(u32, u32)>,
    /// Days that pass before the pictures are taken, at noon of the next.
    #[arg(long, default_value_t = 3)]
    pub(super) days: u32,
    /// Only pictures whose name contains this.
    #[arg(long)]
    pub(super) only: Option<String>,
    /// Makes the pictures of the start screen instead.
    #[arg(long)]
    pub(super) thumbnails: bool,
    /// Makes the pictures of the guide instead.
    #[arg(long, conflicts_with = "thumbnails")]
    pub(super) guide: bool,
    /// No progress bar.
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Reads a size such as 1280x720.
fn size(given: &str) -> Result<(u32, u32), String> {
    let read = |t: &str| t.parse::<u32>().ok().filter(|n| (320..=8_192).contains(n));
    given
        .split_once('x')
        .and_then(|(w, h)| Some((read(w)?, read(h)?)))
        .ok_or_else(|| "allowed is WIDTHxHEIGHT, each 320 to 8192".to_owned())
}

/// `agora bench desktop`.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct DesktopBenchArgs {
    /// What all measurements take.
    #[command(flatten)]
    pub(super) common: CommonArgs,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub(super) seconds: u32,
    /// People in view at once in the crowded city.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) people: u32,
    /// Size of the window in pixels.
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size, default_value = "1280x720")]
    pub(super) size: (u32, u32),
}
