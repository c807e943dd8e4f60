//! What the commands about text encoders accept.

use std::path::PathBuf;

use clap::Args;

use super::args::OverrideArgs;
use crate::platform::models::text::examples::ExamplesConfig;
use crate::platform::models::text::fine_tune::FineTuneConfig;
use crate::platform::models::text::masked::MaskedConfig;

/// `agora pretrain`.
#[derive(Debug, Args)]
pub(super) struct PretrainArgs {
    /// Folder to write the encoder to.
    #[arg(long)]
    pub(super) out: PathBuf,
    /// The scenario whose catalogue is read.
    #[arg(long, default_value = "quickstart")]
    pub(super) scenario: String,
    /// What is changed.
    #[command(flatten)]
    pub(super) changed: OverrideArgs,
    /// Passes over the texts.
    #[arg(long, value_name = "N", default_value_t = MaskedConfig::BASELINE.epochs, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) epochs: u32,
    /// Layers of the encoder.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=48))]
    pub(super) layers: u32,
    /// Width of the encoder, a multiple of 64.
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = clap::value_parser!(u32).range(8..=4096))]
    pub(super) width: u32,
    /// Most pieces of the vocabulary.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub(super) pieces: u32,
    /// Says nothing while it learns.
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// `agora finetune`.
#[derive(Debug, Args)]
pub(super) struct FinetuneArgs {
    /// What is learned from: a scenario, or a run folder, whose city is run again.
    #[arg(long, value_name = "RUN|SCENARIO")]
    pub(super) data: String,
    /// What is changed.
    #[command(flatten)]
    pub(super) changed: OverrideArgs,
    /// Trains adapters of low rank instead of the whole encoder.
    #[arg(long)]
    pub(super) lora: bool,
    /// Folder of the encoder (default: that of the city's language).
    #[arg(long, value_name = "FOLDER")]
    pub(super) encoder: Option<PathBuf>,
    /// Most passes over the examples.
    #[arg(long, value_name = "N", default_value_t = FineTuneConfig::BASELINE.epochs, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) epochs: u32,
    /// Greatest learning rate.
    #[arg(long, value_name = "X", default_value_t = FineTuneConfig::BASELINE.learning_rate)]
    pub(super) learning_rate: f64,
    /// Most recent items of a user's past whose words are looked at.
    #[arg(long, value_name = "N", default_value_t = ExamplesConfig::BASELINE.past_items, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) past: u32,
    /// Words that stand for a user: those that recur most in these items.
    #[arg(long, value_name = "N", default_value_t = ExamplesConfig::BASELINE.user_words, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) user_words: u32,
    /// Folder to write the trained encoder to.
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
    /// No progress bar.
    #[arg(long, short)]
    pub(super) quiet: bool,
}
