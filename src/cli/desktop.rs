//! `agora desktop`, `agora pictures` and the window of `agora replay`: the window, and pictures of it.
//!
//! Without the feature `desktop` all say how to get it.

use std::path::Path;

use super::CommandError;
use super::window_args::{DesktopArgs, PicturesArgs, ReplayWindowArgs};

/// `agora desktop`.
#[cfg(not(feature = "desktop"))]
pub(super) fn command(_args: &DesktopArgs) -> Result<(), CommandError> {
    Err(without_a_window("desktop"))
}

/// `agora pictures`.
#[cfg(not(feature = "desktop"))]
pub(super) fn pictures(_args: &PicturesArgs) -> Result<(), CommandError> {
    Err(without_a_window("pictures"))
}

/// The window of `agora replay`.
#[cfg(not(feature = "desktop"))]
pub(super) fn replay(_recording: &Path, _args: &ReplayWindowArgs) -> Result<(), CommandError> {
    Err(CommandError::Usage(
        "replay: this agora was built without its window; cargo run --release --features desktop -- replay FILE builds it with one, and --headless prints the metrics without"
            .to_owned(),
    ))
}

#[cfg(not(feature = "desktop"))]
fn without_a_window(command: &str) -> CommandError {
    CommandError::Usage(format!(
        "{command}: this agora was built without its window; cargo run --release --features desktop -- {command} builds it with one"
    ))
}

#[cfg(feature = "desktop")]
pub(super) use with_window::{command, pictures, replay};

#[cfg(feature = "desktop")]
mod with_window {
    use super::{CommandError, DesktopArgs, Path, PicturesArgs, ReplayWindowArgs};
    use crate::cli::output;
    use crate::cli::window_args::SpeedWord;
    use crate::desktop::app::error::DesktopError;
    use crate::desktop::app::open::window;
    use crate::desktop::command::Speed;
    use crate::desktop::pictures::{Plan, make, make_guide, make_thumbnails};
    use crate::desktop::shell::desk::{Desk, Options};
    use crate::desktop::shell::settings::{Settings, home};
    use crate::scenario::load::{Overrides, load};

    impl From<SpeedWord> for Speed {
        fn from(word: SpeedWord) -> Self {
            match word {
                SpeedWord::X1 => Self::X1,
                SpeedWord::X10 => Self::X10,
                SpeedWord::X100 => Self::X100,
                SpeedWord::Max => Self::MAX,
            }
        }
    }

    impl From<DesktopError> for CommandError {
        fn from(e: DesktopError) -> Self {
            Self::Failed(e.to_string())
        }
    }

    /// `agora desktop`.
    pub(in crate::cli) fn command(args: &DesktopArgs) -> Result<(), CommandError> {
        let overrides = args.changed.overrides();
        // A mistake in the scenario is told where it was typed, before a window opens.
        if let Some(name) = &args.scenario {
            load(name, &overrides)?;
        }
        let options = Options {
            scenario: args.scenario.clone(),
            recording: None,
            overrides,
            threads: args.threads.unwrap_or(0),
            out: args.out.clone(),
            force: args.force,
            keeps_runs: !args.keep_nothing,
            plays: !args.paused,
            until: args.until,
            speed: args.speed.map(Into::into),
        };
        window(Desk::new(options, settings(args.fresh)))?;
        Ok(())
    }

    /// Returns what is remembered between starts; nothing of it for a fresh one.
    fn settings(is_fresh: bool) -> Settings {
        if is_fresh {
            Settings::default()
        } else {
            Settings::load(home())
        }
    }

    /// The window of `agora replay`.
    pub(in crate::cli) fn replay(
        recording: &Path,
        args: &ReplayWindowArgs,
    ) -> Result<(), CommandError> {
        let options = Options {
            recording: Some(recording.to_path_buf()),
            keeps_runs: true,
            plays: !args.paused,
            speed: args.speed.map(Speed::of),
            ..Options::default()
        };
        window(Desk::new(options, settings(args.fresh)))?;
        Ok(())
    }

    /// `agora pictures`.
    pub(in crate::cli) fn pictures(args: &PicturesArgs) -> Result<(), CommandError> {
        let plan = Plan {
            dir: args.dir.clone(),
            scenario: args.scenario.clone(),
            overrides: Overrides {
                sets: args.sets.clone(),
                ..Overrides::default()
            },
            sizes: args.sizes.clone(),
            days: args.days,
            only: args.only.clone(),
        };
        load(&plan.scenario, &plan.overrides)?;
        let bar = output::progress(1, args.quiet);
        let told = |done: usize, total: usize, name: &str| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
            bar.set_message(name.to_owned());
        };
        let made = if args.thumbnails {
            make_thumbnails(&args.dir, told)
        } else if args.guide {
            make_guide(&plan, told)
        } else {
            make(&plan, told)
        };
        bar.finish_and_clear();
        output::result(&format!("{} pictures in {}", made?, args.dir.display()));
        Ok(())
    }
}
