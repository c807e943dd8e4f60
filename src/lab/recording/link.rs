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
/// Field of the parts that changed.
pub(super) const PARTS: u32 = 2;
/// Field of how many parts there are.
pub(super) const N_PARTS: u32 = 21;

impl Link {
    /// Makes it of the hash of the whole state and those of its components.
    #[must_use]
    pub fn of(total: u64, parts: &[(&str, u64)]) -> Self {
        Self {
            total,
            parts: parts.iter().map(|p| p.1 as u16).collect(),
        }
    }

    /// Writes it: which parts changed since the tick before, a bit each, and what those are now.
    pub(super) fn write(&self, before: &Self, out: &mut Out) {
        let n = self.parts.len();
        out.fixed64(TOTAL, self.total);
        out.uint(N_PARTS, n as u64);
        let mut bytes = vec![0; n.div_ceil(8)];
        for (i, part) in self.parts.iter().enumerate() {
            if before.parts.get(i) != Some(part) {
                bytes[i / 8] |= 1 << (i % 8);
                bytes.extend_from_slice(&part.to_le_bytes());
            }
        }
        out.bytes(PARTS, &bytes);
    }

    /// Reads it.
    pub(super) fn read(fields: &Fields<'_>, before: &Self) -> Result<Self, WireError> {
        let bytes = fields.bytes(PARTS)?;
        let n = fields.uint(N_PARTS)?;
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        let (bits, mut rest) = bytes
            .split_at_checked(n.div_ceil(8))
            .ok_or(WireError::Torn)?;
        let mut parts = Vec::with_capacity(n);
        for i in 0..n {
            if bits[i / 8] & 1 << (i % 8) == 0 {
                let was = before.parts.get(i).ok_or(WireError::Short(PARTS))?;
                parts.push(*was);
            } else {
                let (now, left) = rest.split_at_checked(2).ok_or(WireError::Torn)?;
                parts.push(u16::from_le_bytes([now[0], now[1]]));
                rest = left;
            }
        }
        if !rest.is_empty() {
            return Err(WireError::Long(PARTS));
        }
        Ok(Self {
            total: fields.uint(TOTAL)?,
            parts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_back_from_the_one_before() {
        let nothing = Link::default();
        let first = Link {
            total: 7,
            parts: (0..11).collect(),
        };
        let mut second = first.clone();
        second.total = u64::MAX;
        second.parts[3] = 0;
        second.parts[10] = 65_535;
        for (before, now, n) in [
            (&nothing, &first, 24),
            (&first, &second, 6),
            (&first, &first, 2),
        ] {
            let mut out = Out::default();
            now.write(before, &mut out);
            let bytes = out.finish();
            let fields = Fields::read(&bytes).unwrap();
            assert_eq!(fields.bytes(PARTS).unwrap().len(), n);
            assert_eq!(Link::read(&fields, before).as_ref(), Ok(now));
        }
        let mut out = Out::default();
        out.uint(N_PARTS, u64::MAX);
        let bytes = out.finish();
        let e = Link::read(&Fields::read(&bytes).unwrap(), &nothing);
        assert_eq!(e, Err(WireError::Torn));
    }
}
