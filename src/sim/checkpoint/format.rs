//! The bytes of a checkpoint.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | [`MAGIC`] |
//! | 2 | version of the format |
//! | 4, *n* | length *n* of the header, the header as JSON |
//! | 4 | CRC-32 of all before |
//! | … | the parts, in the order in which the header names them |
//! | 8 | length of the whole file |
//! | 4 | CRC-32 of all before |
//!
//! A part is the length of its name (2), its name, its length before packing (8) and packed (8), the CRC-32 of its packed bytes (4)
//! and these bytes, a zstd frame. All numbers are little-endian. What a part holds is for those to say who read it.

use serde::{Deserialize, Serialize};

/// How a checkpoint begins. The first byte is no text and the last two are what careless copying changes.
pub const MAGIC: [u8; 8] = *b"\x8AAGORA\r\n";

/// The version of the format that is written, and the highest that is read.
pub const VERSION: u16 = 1;

/// The version of what parts hold: raised when a kept type changes its fields, as these are not named in the bytes.
pub const STATE_VERSION: u32 = 2;

/// Most bytes of a header.
pub(super) const LONGEST_HEADER: u32 = 1 << 20;

/// Bytes after the last part.
pub(super) const TAIL: usize = 8 + 4;

/// zstd packs at most this tightly: a block of 128 KiB takes three bytes and one more.
pub(super) const TIGHTEST: u64 = 1 << 15;

/// What a checkpoint says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the program that wrote it.
    pub agora_version: String,
    /// Version of what its parts hold.
    pub state_version: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Hash of the scenario as the city was founded, in hexadecimal.
    pub scenario_hash: String,
    /// Seed of the world.
    pub seed: u64,
    /// Ticks that were done.
    pub tick: u32,
    /// Hash of all state hashes up to there, in hexadecimal.
    pub chained: String,
    /// Hash of the state, in hexadecimal.
    pub state: String,
    /// Names of the hashed components with their hashes, in hexadecimal.
    pub components: Vec<(String, String)>,
    /// Names of the parts, in their order.
    pub parts: Vec<String>,
}

impl Header {
    /// Lists the texts in it that errors and notes show.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let own = [
            &self.agora_version,
            &self.scenario_hash,
            &self.chained,
            &self.state,
        ];
        let components = self.components.iter().flat_map(|(name, hash)| [name, hash]);
        let all = own.into_iter().chain(components).chain(&self.parts);
        all.map(String::as_str)
    }
}

/// Writes a hash as files and people see it.
#[must_use]
pub fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

/// Reads a hash.
#[must_use]
pub fn from_hex(text: &str) -> Option<u64> {
    (text.len() == 16)
        .then(|| u64::from_str_radix(text, 16).ok())
        .flatten()
}
