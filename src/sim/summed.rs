//! A file that knows its length and its CRC-32 while it is written, so that nobody has to read it again for them.

use std::io::{self, Write};

/// A writer that counts and sums what goes in.
pub struct Summed<W> {
    inner: W,
    length: u64,
    crc: crc32fast::Hasher,
}

impl<W> Summed<W> {
    /// Begins before the first byte.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            length: 0,
            crc: crc32fast::Hasher::new(),
        }
    }

    /// Returns how many bytes went in.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Returns the CRC-32 of all that went in.
    #[must_use]
    pub fn crc(&self) -> u32 {
        self.crc.clone().finalize()
    }

    /// Returns the writer.
    pub fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.length += n as u64;
        self.crc.update(&bytes[..n]);
        Ok(n)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
