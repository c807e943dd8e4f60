//! The chain of state hashes of a run: one for each tick, with enough of each component's to name the one that differs.
//!
//! File: the names of the components as JSON on one line, then for each tick the hash of the whole state (8 bytes) and the low 16
//! bits of each component's, little-endian.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::sim::rng::mix;

/// How many low bits of each component's hash a chain keeps.
pub const PART_BITS: u32 = 16;

/// The hashes of one tick.
pub use crate::lab::recording::Link;

/// Writes a chain.
pub struct ChainWriter {
    file: BufWriter<std::fs::File>,
}

impl ChainWriter {
    /// Creates the file.
    ///
    /// # Errors
    /// As the file system says.
    pub fn create(path: &Path, names: &[&str]) -> io::Result<Self> {
        // A run that is killed at once leaves a chain of no ticks or none, not one that cannot be read.
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".tmp");
        let mut file = BufWriter::new(std::fs::File::create(&temporary)?);
        let json = serde_json::to_string(names).map_err(io::Error::other)?;
        writeln!(file, "{json}")?;
        file.flush()?;
        std::fs::rename(&temporary, path)?;
        Ok(Self { file })
    }

    /// Opens a chain to go on after its first `ticks`; what comes after them is cut off.
    ///
    /// # Errors
    /// As the file system says, or [`io::ErrorKind::InvalidData`] if the chain is of other components or shorter.
    pub fn go_on(path: &Path, names: &[&str], ticks: usize) -> io::Result<Self> {
        let chain = read(path)?;
        if chain.names != names || chain.links.len() < ticks {
            let text = format!(
                "a chain of {} ticks and {} components, expected {ticks} or more of {}",
                chain.links.len(),
                chain.names.len(),
                names.len()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
        let behind = (chain.links.len() - ticks) * width(names.len()) + chain.torn_bytes;
        let end = file.metadata()?.len().saturating_sub(behind as u64);
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        file.sync_all()?;
        let file = BufWriter::new(file);
        Ok(Self { file })
    }

    /// Adds a tick.
    ///
    /// # Errors
    /// As the file system says.
    pub fn push(&mut self, total: u64, parts: &[(&str, u64)]) -> io::Result<()> {
        self.file.write_all(&total.to_le_bytes())?;
        for (_, hash) in parts {
            self.file.write_all(&(*hash as u16).to_le_bytes())?;
        }
        Ok(())
    }

    /// Makes what was added durable.
    ///
    /// # Errors
    /// As the file system says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_data()
    }
}

/// A chain as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Names of the components.
    pub names: Vec<String>,
    /// The ticks that were written whole.
    pub links: Vec<Link>,
    /// Bytes at the end that are no whole tick: a run that was killed tears its last one.
    pub torn_bytes: usize,
}

impl Chain {
    /// Returns the hashes of the whole state of the first `ticks`, or of all if there are fewer.
    #[must_use]
    pub fn totals(&self, ticks: usize) -> Vec<u64> {
        self.links.iter().take(ticks).map(|l| l.total).collect()
    }

    /// Returns the hash of all hashes of the first `ticks`; `None` if there are fewer.
    #[must_use]
    pub fn chained(&self, ticks: usize) -> Option<u64> {
        let links = self.links.get(..ticks)?;
        Some(links.iter().fold(0, |chained, l| mix(chained ^ l.total)))
    }
}

/// Names the components whose hashes differ.
#[must_use]
pub fn differing<'a>(names: &'a [String], a: &[u16], b: &[u16]) -> Vec<&'a str> {
    let both = names.iter().zip(a.iter().zip(b));
    both.filter(|(_, (a, b))| a != b)
        .map(|(name, _)| name.as_str())
        .collect()
}

/// Bytes of a tick of so many components.
const fn width(components: usize) -> usize {
    8 + 2 * components
}

/// Most bytes of the first line; a file whose first line is longer is no chain.
const LONGEST_HEAD: u64 = 1 << 16;

/// Reads a chain.
///
/// # Errors
/// As the file system says, or [`io::ErrorKind::InvalidData`] if the first line is not a list of names.
pub fn read(path: &Path) -> io::Result<Chain> {
    let mut file = BufReader::new(std::fs::File::open(path)?);
    let mut head = Vec::new();
    file.by_ref()
        .take(LONGEST_HEAD)
        .read_until(b'\n', &mut head)?;
    let invalid = |why: String| {
        let text = format!("not a chain of state hashes (line 1: {why})");
        io::Error::new(io::ErrorKind::InvalidData, text)
    };
    if head.pop() != Some(b'\n') {
        return Err(invalid("it does not end".to_owned()));
    }
    let names: Vec<String> = serde_json::from_slice(&head)
        .map_err(|e| invalid(format!("expected a list of names; {e}")))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let width = width(names.len());
    let links: Vec<Link> = bytes
        .chunks_exact(width)
        .map(|c| {
            let mut total = [0; 8];
            total.copy_from_slice(&c[..8]);
            Link {
                total: u64::from_le_bytes(total),
                parts: c[8..]
                    .chunks_exact(2)
                    .map(|p| u16::from_le_bytes([p[0], p[1]]))
                    .collect(),
            }
        })
        .collect();
    Ok(Chain {
        names,
        links,
        torn_bytes: bytes.len() % width,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_reads_back_and_a_torn_tail_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hashes.bin");
        let mut w = ChainWriter::create(&path, &["clock", "ledger"]).unwrap();
        for t in 0..5u64 {
            w.push(t * 7, &[("clock", t), ("ledger", 70_000 + t)])
                .unwrap();
        }
        w.flush().unwrap();
        let Chain { names, links, .. } = read(&path).unwrap();
        assert_eq!(names, ["clock", "ledger"]);
        assert_eq!(links.len(), 5);
        assert_eq!(links[3].total, 21);
        assert_eq!(links[3].parts, [3, 70_003u32 as u16]);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
        let torn = read(&path).unwrap();
        assert_eq!((torn.links.len(), torn.torn_bytes), (4, 9));
        std::fs::write(&path, [0xFF, 0xFE, 0x0A]).unwrap();
        assert!(read(&path).is_err());
    }

    #[test]
    fn a_chain_goes_on_after_any_tick_as_if_it_had_not_been_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hashes.bin");
        let names = ["clock", "ledger"];
        let push = |w: &mut ChainWriter, ticks: std::ops::Range<u64>| {
            for t in ticks {
                w.push(t * 7, &[("clock", t), ("ledger", t + 1)]).unwrap();
            }
            w.flush().unwrap();
        };
        push(&mut ChainWriter::create(&path, &names).unwrap(), 0..9);
        let whole = std::fs::read(&path).unwrap();
        for cut in [0, 4, 9] {
            std::fs::write(&path, [&whole[..], b"torn"].concat()).unwrap();
            push(
                &mut ChainWriter::go_on(&path, &names, cut as usize).unwrap(),
                cut..9,
            );
            assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
        let chain = read(&path).unwrap();
        assert_eq!(chain.chained(0), Some(0));
        assert_eq!(chain.chained(2), Some(mix(mix(0) ^ 7)));
        assert_eq!(chain.chained(10), None);
        assert!(ChainWriter::go_on(&path, &names, 10).is_err());
        assert!(ChainWriter::go_on(&path, &["clock"], 2).is_err());
    }
}
