//! How commands answer whose answer is all they are for.

use clap::Args;

/// How a command answers.
#[derive(Debug, Args, Clone)]
pub(super) struct AnswerArgs {
    /// No progress bar.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Prints everything as JSON on stdout and nothing else.
    #[arg(long)]
    pub(super) json: bool,
}

impl AnswerArgs {
    /// Says whether nothing is told before the answer.
    pub(super) const fn is_silent(&self) -> bool {
        self.quiet || self.json
    }
}
