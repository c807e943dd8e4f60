//! What `agora replay --export` and `agora demos` accept.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::args::threads;

/// What `agora replay --export` writes, and how.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Writes the recording for people who do not have the program.
    #[arg(long, value_enum, conflicts_with_all = ["headless", "json"])]
    pub(super) export: Option<ExportArg>,
    /// File, or folder of frames, that is written (default: beside the recording).
    #[arg(long, requires = "export")]
    pub(super) out: Option<PathBuf>,
    /// Overwrites what is there.
    #[arg(long, requires = "export")]
    pub(super) force: bool,
    /// First tick that is shown (default: the first there is).
    #[arg(long, value_name = "TICK", requires = "export")]
    pub(super) from: Option<u32>,
    /// Last tick that is shown (default: the last there is).
    #[arg(long, value_name = "TICK", requires = "export")]
    pub(super) to: Option<u32>,
    /// Pixels of frames and of a GIF.
    #[arg(long, value_name = "WxH", requires = "export", value_parser = size, default_value = "960x640")]
    pub(super) size: (usize, usize),
    /// Pictures a second, of frames and of a GIF (default: 20 of frames, 5 of a GIF).
    #[arg(long, value_name = "N", requires = "export", value_parser = clap::value_parser!(u16).range(1..=50))]
    pub(super) rate: Option<u16>,
}

/// `agora demos`.
#[derive(Debug, Args)]
pub(super) struct DemosArgs {
    /// Folder the recordings go to.
    #[arg(long, default_value = "demos")]
    pub(super) out: PathBuf,
    /// Records one of them: day, bubble or inflation.
    #[arg(long, value_name = "NAME")]
    pub(super) only: Option<String>,
    /// Writes a web page of each beside it.
    #[arg(long)]
    pub(super) html: bool,
    /// Writes a GIF of each beside it.
    #[arg(long)]
    pub(super) gif: bool,
    /// Pixels of a GIF.
    #[arg(long, value_name = "WxH", value_parser = size, default_value = "720x480")]
    pub(super) size: (usize, usize),
    /// Overwrites what is there.
    #[arg(long)]
    pub(super) force: bool,
    /// Worker threads (default: one per core).
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
}

/// As what a recording is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportArg {
    /// One web page that plays it in any browser, without a network.
    Html,
    /// Its tour as numbered PNG pictures.
    Frames,
    /// Its tour as one moving GIF.
    Gif,
}

/// Least and most pixels of a picture along a side.
const PICTURE_SIDES: std::ops::RangeInclusive<usize> = 64..=4_096;

/// Reads the size of pictures.
fn size(given: &str) -> Result<(usize, usize), String> {
    let sides = given.split_once('x').map(|(w, h)| (w.parse(), h.parse()));
    match sides {
        Some((Ok(w), Ok(h))) if PICTURE_SIDES.contains(&w) && PICTURE_SIDES.contains(&h) => {
            Ok((w, h))
        }
        _ => Err(format!(
            "allowed is WxH, each from {} to {} pixels, such as 960x640",
            PICTURE_SIDES.start(),
            PICTURE_SIDES.end()
        )),
    }
}
