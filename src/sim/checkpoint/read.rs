//! Reading a checkpoint that may be torn, damaged or something else: an error, never a panic, and never more memory than its bytes
//! justify.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::CheckpointError;
use super::format::{Header, LONGEST_HEADER, MAGIC, TAIL, TIGHTEST, VERSION};

/// A checkpoint as it was read: what it says of itself, and its parts, still packed. All its checksums are right.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    bytes: Vec<u8>,
    /// What it says of itself.
    pub header: Header,
    parts: Vec<Packed>,
}

/// A part, still packed.
#[derive(Debug, Clone)]
struct Packed {
    /// Length before packing.
    raw: u64,
    /// Where it lies in the file.
    at: std::ops::Range<usize>,
}

/// The bytes of a file up to its tail, and how far they were read.
struct Cursor<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize, place: &str) -> Result<&'a [u8], CheckpointError> {
        let end = self
            .at
            .checked_add(n)
            .filter(|end| *end <= self.bytes.len());
        let Some(end) = end else {
            return Err(self.torn(place));
        };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }
    fn array<const N: usize>(&mut self, place: &str) -> Result<[u8; N], CheckpointError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N, place)?);
        Ok(array)
    }
    fn u16(&mut self, place: &str) -> Result<u16, CheckpointError> {
        self.array(place).map(u16::from_le_bytes)
    }
    fn u32(&mut self, place: &str) -> Result<u32, CheckpointError> {
        self.array(place).map(u32::from_le_bytes)
    }
    fn u64(&mut self, place: &str) -> Result<u64, CheckpointError> {
        self.array(place).map(u64::from_le_bytes)
    }
    fn torn(&self, place: &str) -> CheckpointError {
        CheckpointError::Torn {
            path: self.path.to_path_buf(),
            length: self.bytes.len() as u64,
            place: place.to_owned(),
        }
    }
    fn damaged(&self, place: &str, cause: String) -> CheckpointError {
        CheckpointError::Damaged {
            path: self.path.to_path_buf(),
            place: place.to_owned(),
            cause,
        }
    }
    /// Compares the sum that stands here with that of all before.
    fn check(&mut self, place: &str) -> Result<(), CheckpointError> {
        let found = crc32fast::hash(&self.bytes[..self.at]);
        let written = self.u32(place)?;
        self.compare(found, written, place)
    }
    fn compare(&self, found: u32, written: u32, place: &str) -> Result<(), CheckpointError> {
        if found == written {
            return Ok(());
        }
        let cause = format!("its checksum is {found:08x}, {written:08x} was written");
        Err(self.damaged(place, cause))
    }
}

/// Reads a checkpoint.
///
/// # Errors
/// [`CheckpointError`] naming the file and what is wrong where.
pub fn read(path: &Path) -> Result<Checkpoint, CheckpointError> {
    let bytes = std::fs::read(path).map_err(|cause| CheckpointError::File {
        path: path.to_path_buf(),
        cause,
    })?;
    parse(path, bytes)
}

/// Reads the bytes of a checkpoint; errors name `path`.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, bytes: Vec<u8>) -> Result<Checkpoint, CheckpointError> {
    let mut c = Cursor {
        path,
        bytes: &bytes,
        at: 0,
    };
    let begin = c.bytes.len().min(MAGIC.len());
    if c.bytes[..begin] != MAGIC[..begin] {
        return Err(CheckpointError::NotACheckpoint {
            path: path.to_path_buf(),
        });
    }
    c.take(MAGIC.len(), "its first bytes")?;
    let version = c.u16("its format")?;
    if version > VERSION {
        return Err(CheckpointError::Newer {
            path: path.to_path_buf(),
            found: version,
        });
    }
    let length = c.u32("the length of its header")?;
    if version == 0 || length > LONGEST_HEADER {
        let cause = format!("format {version} and a header of {length} bytes");
        return Err(c.damaged("its beginning", cause));
    }
    let json = c.take(length as usize, "its header")?;
    c.check("its header")?;
    let header: Header = serde_json::from_slice(json)
        .map_err(|e| c.damaged("its header", format!("not what is expected: {e}")))?;
    // A line each, whatever stands in the file.
    if let Some(text) = header.texts().find(|t| t.contains(char::is_control)) {
        let cause = format!("{text:?} has characters that are no text");
        return Err(c.damaged("its header", cause));
    }
    let mut parts = Vec::new();
    for name in &header.parts {
        let place = format!("part {name}");
        parts.push(part(&mut c, name, &place)?);
    }
    let written = c.u64("its tail")?;
    c.check("its tail")?;
    if written != bytes.len() as u64 || c.at != bytes.len() {
        let cause = format!("{written} bytes were written, it has {}", bytes.len());
        return Err(c.damaged("its length", cause));
    }
    Ok(Checkpoint {
        path: path.to_path_buf(),
        header,
        parts,
        bytes,
    })
}

fn part(c: &mut Cursor<'_>, name: &str, place: &str) -> Result<Packed, CheckpointError> {
    let length = usize::from(c.u16(place)?);
    let found = c.take(length, place)?;
    if found != name.as_bytes() {
        let found = String::from_utf8_lossy(found).into_owned();
        return Err(c.damaged(place, format!("it is called {found:?}")));
    }
    let raw = c.u64(place)?;
    let packed = c.u64(place)?;
    let written = c.u32(place)?;
    let left = (c.bytes.len() - c.at).saturating_sub(TAIL) as u64;
    if packed > left {
        return Err(c.torn(place));
    }
    if raw > packed.saturating_mul(TIGHTEST) {
        let cause = format!("{packed} bytes cannot hold {raw}");
        return Err(c.damaged(place, cause));
    }
    let begin = c.at;
    let bytes = c.take(packed as usize, place)?;
    c.compare(crc32fast::hash(bytes), written, place)?;
    let at = begin..c.at;
    Ok(Packed { raw, at })
}

impl Checkpoint {
    /// Returns where it was read from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the bytes of a part.
    ///
    /// # Errors
    /// [`CheckpointError`] if there is no such part or it cannot be unpacked to the length it should have.
    pub fn part(&self, name: &str) -> Result<Vec<u8>, CheckpointError> {
        let at = self.header.parts.iter().position(|n| n == name);
        let Some(part) = at.map(|i| &self.parts[i]) else {
            return Err(CheckpointError::Part {
                path: self.path.clone(),
                part: name.to_owned(),
                cause: "there is none".to_owned(),
            });
        };
        let damaged = |cause: String| CheckpointError::Damaged {
            path: self.path.clone(),
            place: format!("part {name}"),
            cause,
        };
        let packed = &self.bytes[part.at.clone()];
        let mut raw = Vec::new();
        // One byte more than there should be, so that what is too long is noticed; memory grows with what comes out.
        zstd::stream::read::Decoder::new(packed)
            .and_then(|d| d.take(part.raw.saturating_add(1)).read_to_end(&mut raw))
            .map_err(|e| damaged(format!("it cannot be unpacked: {e}")))?;
        if raw.len() as u64 != part.raw {
            let cause = format!(
                "it unpacks to {} bytes or more, {} were packed",
                raw.len(),
                part.raw
            );
            return Err(damaged(cause));
        }
        Ok(raw)
    }
}
