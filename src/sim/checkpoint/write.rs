//! Making a checkpoint: header, parts, tail; as a file under a temporary name until it is durable, or in memory.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::CheckpointError;
use super::format::{Header, MAGIC, TAIL, VERSION};
use crate::sim::summed::Summed;

/// How hard parts are packed: 1 is fast and 22 is small.
const LEVEL: i32 = 3;

fn put_crc<W: Write>(out: &mut Summed<W>) -> io::Result<()> {
    let crc = out.crc();
    out.write_all(&crc.to_le_bytes())
}

fn put_header<W: Write>(out: &mut Summed<W>, header: &Header) -> io::Result<()> {
    let json = serde_json::to_vec(header).map_err(io::Error::other)?;
    let length = u32::try_from(json.len()).map_err(io::Error::other)?;
    out.write_all(&MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&json)?;
    put_crc(out)
}

fn put_part<W: Write>(out: &mut Summed<W>, name: &str, raw: &[u8]) -> io::Result<()> {
    let packed = zstd::bulk::compress(raw, LEVEL)?;
    let length = u16::try_from(name.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(name.as_bytes())?;
    out.write_all(&(raw.len() as u64).to_le_bytes())?;
    out.write_all(&(packed.len() as u64).to_le_bytes())?;
    out.write_all(&crc32fast::hash(&packed).to_le_bytes())?;
    out.write_all(&packed)
}

fn put_tail<W: Write>(out: &mut Summed<W>) -> io::Result<()> {
    let length = out.length() + TAIL as u64;
    out.write_all(&length.to_le_bytes())?;
    put_crc(out)
}

/// Writes a checkpoint whole or not at all; `part` gives the bytes of each part that the header names.
///
/// # Errors
/// [`CheckpointError::File`] as the file system says, or what `part` says.
pub fn write(
    path: &Path,
    header: &Header,
    part: impl FnMut(&str) -> Result<Vec<u8>, CheckpointError>,
) -> Result<(), CheckpointError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let wrong = |cause| CheckpointError::File {
        path: path.to_path_buf(),
        cause,
    };
    let written = put(&temporary, header, part, wrong)
        .and_then(|()| fs::rename(&temporary, path).map_err(wrong))
        .and_then(|()| match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(wrong),
            _ => Ok(()),
        });
    if written.is_err() {
        // What is there of it helps nobody, and takes room that may be short.
        drop(fs::remove_file(&temporary));
    }
    written
}

/// Writes a whole file and makes it durable.
fn put(
    path: &Path,
    header: &Header,
    part: impl FnMut(&str) -> Result<Vec<u8>, CheckpointError>,
    wrong: impl Fn(io::Error) -> CheckpointError,
) -> Result<(), CheckpointError> {
    let file = File::create(path).map_err(&wrong)?;
    let mut out = Summed::new(BufWriter::new(file));
    put_all(&mut out, header, part, &wrong)?;
    let file = out.into_inner().into_inner();
    file.map_err(io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .map_err(wrong)
}

/// Returns the bytes of a checkpoint that goes into no file; errors name `path`.
///
/// # Errors
/// [`CheckpointError::File`] if a part cannot be packed, or what `part` says.
pub fn to_bytes(
    path: &Path,
    header: &Header,
    part: impl FnMut(&str) -> Result<Vec<u8>, CheckpointError>,
) -> Result<Vec<u8>, CheckpointError> {
    let wrong = |cause| CheckpointError::File {
        path: path.to_path_buf(),
        cause,
    };
    let mut out = Summed::new(Vec::new());
    put_all(&mut out, header, part, wrong)?;
    Ok(out.into_inner())
}

fn put_all<W: Write>(
    out: &mut Summed<W>,
    header: &Header,
    mut part: impl FnMut(&str) -> Result<Vec<u8>, CheckpointError>,
    wrong: impl Fn(io::Error) -> CheckpointError,
) -> Result<(), CheckpointError> {
    put_header(out, header).map_err(&wrong)?;
    for name in &header.parts {
        let raw = part(name)?;
        put_part(out, name, &raw).map_err(&wrong)?;
    }
    put_tail(out).map_err(&wrong)
}
