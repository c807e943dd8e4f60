//! Checksums of the tables of a day, in a file beside them: Parquet as it is written here has none, and a flipped bit could pass
//! as another value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::LogError;
use super::writer::SyncWrite;
use crate::sim::summed::Summed;

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

/// Makes a file durable and returns its sum.
pub(super) fn close(mut file: Summed<Box<dyn SyncWrite>>) -> io::Result<Sum> {
    file.flush()?;
    let sum = sum(&file);
    file.into_inner().sync()?;
    Ok(sum)
}

fn sum<W>(file: &Summed<W>) -> Sum {
    Sum {
        bytes: file.length(),
        crc32: format!("{:08x}", file.crc()),
    }
}

fn sum_of(path: &Path) -> io::Result<Sum> {
    let mut found = Summed::new(io::sink());
    io::copy(&mut File::open(path)?, &mut found)?;
    Ok(sum(&found))
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
