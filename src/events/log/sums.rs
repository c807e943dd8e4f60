//! Checksums of the tables of a day, in a file beside them: Parquet as it is written here has none, and a flipped bit could pass
//! as another value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::LogError;
use super::writer::SyncWrite;

/// Name of the file in the folder of a day.
pub const NAME: &str = "sums.json";

/// Most bytes of it; a folder holds a handful of tables.
const LARGEST: u64 = 1 << 16;

/// Length and checksum of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sum {
    bytes: u64,
    /// CRC-32 in hexadecimal.
    crc32: String,
}

/// The sums of a day, by the name of the file.
pub(super) type Sums = BTreeMap<String, Sum>;

/// A file that sums what goes in.
pub(super) struct Summed {
    inner: Box<dyn SyncWrite>,
    bytes: u64,
    crc: crc32fast::Hasher,
}

impl Summed {
    pub(super) fn new(inner: Box<dyn SyncWrite>) -> Self {
        Self {
            inner,
            bytes: 0,
            crc: crc32fast::Hasher::new(),
        }
    }

    /// Makes the file durable and returns its sum.
    pub(super) fn close(mut self) -> io::Result<Sum> {
        self.inner.flush()?;
        self.inner.sync()?;
        Ok(sum(self.bytes, self.crc))
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.bytes += n as u64;
        self.crc.update(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn sum(bytes: u64, crc: crc32fast::Hasher) -> Sum {
    let crc32 = format!("{:08x}", crc.finalize());
    Sum { bytes, crc32 }
}

fn sum_of(path: &Path) -> io::Result<Sum> {
    let mut file = File::open(path)?;
    let (mut bytes, mut crc) = (0, crc32fast::Hasher::new());
    let mut buffer = vec![0; 1 << 16];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(sum(bytes, crc));
        }
        bytes += n as u64;
        crc.update(&buffer[..n]);
    }
}

/// Compares a table with the sum beside it; where there is none, as in folders of older versions, nothing is compared.
///
/// # Errors
/// [`LogError`] if the table is not what was written, or the sums cannot be read.
pub(super) fn check(path: &Path) -> Result<(), LogError> {
    let sums = path.with_file_name(NAME);
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return Ok(());
    };
    if !sums.is_file() {
        return Ok(());
    }
    let mut text = Vec::new();
    File::open(&sums)
        .and_then(|f| f.take(LARGEST).read_to_end(&mut text))
        .map_err(LogError::io(&sums))?;
    let written: Sums = serde_json::from_slice(&text).map_err(|e| LogError::Sums {
        path: sums,
        cause: e.to_string(),
    })?;
    let Some(written) = written.get(name) else {
        return Ok(());
    };
    let found = sum_of(path).map_err(LogError::io(path))?;
    if found == *written {
        return Ok(());
    }
    Err(LogError::Damaged {
        path: path.to_path_buf(),
        found: format!("{} bytes with checksum {}", found.bytes, found.crc32),
        written: format!("{} with {}", written.bytes, written.crc32),
    })
}
