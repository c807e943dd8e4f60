//! `agora replay --export`: writes a recording as a web page, as pictures or as a GIF.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use super::CommandError;
use super::export_args::{ExportArg, ExportArgs};
use super::output;
use super::replay::{file_of, open};
use crate::lab::recording::frames::{GifWriter, Scene, Shot, png, shots};
use crate::lab::recording::page::{Cut, gather, reel::Reel, render};

/// Pictures a second where nothing else is asked for.
const FRAMES_A_SECOND: u16 = 20;
const GIF_A_SECOND: u16 = 5;

/// Pictures that the colours of a GIF are chosen from.
const COLORS_FROM: usize = 9;

/// Most pictures of one export: more would fill a disk unnoticed.
const MOST_PICTURES: usize = 20_000;

/// Writes a recording as it was asked for, and tells where.
pub(super) fn write(path: &Path, wanted: ExportArg, args: &ExportArgs) -> Result<(), CommandError> {
    let out = args.out.clone().unwrap_or_else(|| beside(path, wanted));
    if !args.force && out.exists() {
        let what = format!("{}: exists; --force overwrites it", out.display());
        return Err(CommandError::Usage(what));
    }
    let cut = Cut {
        from: args.from,
        to: args.to,
    };
    let reel = gather(&mut open(path)?, cut)?;
    let told = match wanted {
        ExportArg::Html => page(&reel, &out)?,
        ExportArg::Frames => frames(&reel, args.size, args.rate, &out)?,
        ExportArg::Gif => gif(&reel, args.size, args.rate, &out)?,
    };
    output::result(&told);
    Ok(())
}

/// Returns where an export goes if nothing is said: beside the recording.
fn beside(path: &Path, wanted: ExportArg) -> PathBuf {
    let file = file_of(path);
    match wanted {
        ExportArg::Html => file.with_extension("html"),
        ExportArg::Gif => file.with_extension("gif"),
        ExportArg::Frames => {
            let stem = file.file_stem().unwrap_or(OsStr::new("recording"));
            let mut name = stem.to_os_string();
            name.push("-frames");
            file.with_file_name(name)
        }
    }
}

/// Writes a number of bytes as people read it.
pub(super) fn size_of(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / 1e6)
}

/// Writes a file under a temporary name and renames it when it is whole.
fn save(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), CommandError> {
    let mut name = path.as_os_str().to_os_string();
    name.push(".tmp");
    let part = PathBuf::from(name);
    let done = File::create(&part).and_then(|file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.into_inner()?.sync_all()
    });
    done.and_then(|()| fs::rename(&part, path))
        .map_err(|cause| {
            // What is left of it is of no use to anybody; that it stays if it cannot be removed changes nothing.
            let _removed = fs::remove_file(&part).is_ok();
            CommandError::file(path)(cause)
        })
}

/// Lists the pictures of a tour, unless they are too many.
fn plan(reel: &Reel, rate: u16) -> Result<Vec<Shot>, CommandError> {
    let all = shots(reel, f32::from(rate));
    if all.len() > MOST_PICTURES {
        let n = all.len();
        let what = format!(
            "{n} pictures at --rate {rate}: allowed are {MOST_PICTURES}; take fewer a second, or a part with --from and --to"
        );
        return Err(CommandError::Usage(what));
    }
    Ok(all)
}

fn bar(shots: &[Shot]) -> ProgressBar {
    let bar = output::progress(shots.len() as u64, false);
    bar.set_message("drawing");
    bar
}

/// Writes a reel as one web page; tells what was written.
pub(super) fn page(reel: &Reel, out: &Path) -> Result<String, CommandError> {
    let page = render(reel);
    save(out, |file| file.write_all(page.as_bytes()))?;
    let size = size_of(page.len() as u64);
    Ok(format!(
        "{}: {} ticks in one page, {size}",
        out.display(),
        reel.last - reel.first
    ))
}

/// Writes a reel's tour as pictures into a folder; tells what was written.
fn frames(
    reel: &Reel,
    size: (usize, usize),
    rate: Option<u16>,
    out: &Path,
) -> Result<String, CommandError> {
    let all = plan(reel, rate.unwrap_or(FRAMES_A_SECOND))?;
    fs::create_dir_all(out).map_err(CommandError::file(out))?;
    let mut scene = Scene::new(reel, size.0, size.1);
    let bar = bar(&all);
    let file = |n: usize| out.join(format!("frame-{n:05}.png"));
    for (i, shot) in all.iter().enumerate() {
        let bytes = png(&scene.draw(*shot));
        save(&file(i + 1), |f| f.write_all(&bytes))?;
        bar.inc(1);
    }
    // A longer tour that was overwritten would go on behind this one.
    for n in all.len() + 1.. {
        match fs::remove_file(file(n)) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::NotFound => break,
            Err(e) => return Err(CommandError::file(&file(n))(e)),
        }
    }
    bar.finish_and_clear();
    Ok(format!("{}: {} pictures", out.display(), all.len()))
}

/// Writes a reel's tour as one moving GIF; tells what was written.
pub(super) fn gif(
    reel: &Reel,
    size: (usize, usize),
    rate: Option<u16>,
    out: &Path,
) -> Result<String, CommandError> {
    let rate = rate.unwrap_or(GIF_A_SECOND);
    let all = plan(reel, rate)?;
    let (width, height) = size;
    let mut scene = Scene::new(reel, width, height);
    let every = all.len().div_ceil(COLORS_FROM).max(1);
    let some: Vec<_> = all
        .iter()
        .step_by(every)
        .map(|shot| scene.draw(*shot))
        .collect();
    // People are followed forward only: the film begins anew.
    let mut scene = Scene::new(reel, width, height);
    let bar = bar(&all);
    save(out, |file| {
        let mut gif = GifWriter::new(file, &some)?;
        // Times are whole hundredths of a second: what one picture is short of, a later one makes up for.
        let shown_until = |n: usize| n * 100 / usize::from(rate);
        for (i, shot) in all.iter().enumerate() {
            let hundredths = shown_until(i + 1) - shown_until(i);
            gif.add(&scene.draw(*shot), hundredths as u16)?;
            bar.inc(1);
        }
        gif.finish().map(drop)
    })?;
    bar.finish_and_clear();
    let bytes = fs::metadata(out).map_err(CommandError::file(out))?.len();
    Ok(format!(
        "{}: {} pictures in one GIF, {}",
        out.display(),
        all.len(),
        size_of(bytes)
    ))
}
