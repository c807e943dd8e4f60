//! The chain of state hashes in a recording: of each tick the hash of the whole state and the low bits of each component's.

use super::wire::{Fields, Out, WireError};

/// The hashes of one tick.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Of the whole state.
    pub total: u64,
    /// Low bits of each component's, in the order of the header's names.
    pub parts: Vec<u16>,
}

/// Field of the whole hash.
pub(super) const TOTAL: u32 = 1;
/// Field of the parts.
pub(super) const PARTS: u32 = 2;

impl Link {
    /// Writes it; parts that are as they were a tick ago become zeros.
    pub(super) fn write(&self, before: &Self, out: &mut Out) {
        out.fixed64(TOTAL, self.total);
        let bytes: Vec<u8> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(i, p)| (p ^ before.parts.get(i).copied().unwrap_or(0)).to_le_bytes())
            .collect();
        out.bytes(PARTS, &bytes);
    }

    /// Reads it.
    pub(super) fn read(fields: &Fields<'_>, before: &Self) -> Result<Self, WireError> {
        let bytes = fields.bytes(PARTS)?;
        if !bytes.len().is_multiple_of(2) {
            return Err(WireError::Torn);
        }
        let parts = bytes
            .chunks_exact(2)
            .enumerate()
            .map(|(i, b)| {
                u16::from_le_bytes([b[0], b[1]]) ^ before.parts.get(i).copied().unwrap_or(0)
            })
            .collect();
        Ok(Self {
            total: fields.uint(TOTAL)?,
            parts,
        })
    }
}
