//! The chain of state hashes in a recording: of each tick the hash of the whole state and the low bits of each component's.

use super::wire::{Fields, Out, WireError};

/// The hashes of one tick.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// Of the whole state.
    pub total: u64,
    /// Low bits of each component's, in the order of the header's names; how many the level says.
    pub parts: Vec<u16>,
}

/// Field of the whole hash.
pub(super) const TOTAL: u32 = 1;
/// Field of the parts that changed.
pub(super) const PARTS: u32 = 2;
/// Field of how many parts there are.
pub(super) const N_PARTS: u32 = 21;

impl Link {
    /// Makes it of the hash of the whole state and those of its components, of each of which as many low bits are kept.
    #[must_use]
    pub fn of(total: u64, parts: &[(&str, u64)], bits: u32) -> Self {
        let mask = mask(bits);
        Self {
            total,
            parts: parts.iter().map(|p| p.1 as u16 & mask).collect(),
        }
    }

    /// Writes it: which parts changed since the tick before, a bit each, and what those are now, in so many bits each.
    pub(super) fn write(&self, before: &Self, bits: u32, out: &mut Out) {
        let n = self.parts.len();
        out.fixed64(TOTAL, self.total);
        out.uint(N_PARTS, n as u64);
        let mut bytes = vec![0; n.div_ceil(8)];
        let (mut held, mut n_held) = (0u32, 0);
        for (i, part) in self.parts.iter().enumerate() {
            if before.parts.get(i) != Some(part) {
                bytes[i / 8] |= 1 << (i % 8);
                held |= u32::from(*part) << n_held;
                n_held += bits;
                while n_held >= 8 {
                    bytes.push(held as u8);
                    held >>= 8;
                    n_held -= 8;
                }
            }
        }
        if n_held > 0 {
            bytes.push(held as u8);
        }
        out.bytes(PARTS, &bytes);
    }

    /// Reads it.
    pub(super) fn read(fields: &Fields<'_>, before: &Self, bits: u32) -> Result<Self, WireError> {
        let bytes = fields.bytes(PARTS)?;
        let n = fields.uint(N_PARTS)?;
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        let (changed, rest) = bytes
            .split_at_checked(n.div_ceil(8))
            .ok_or(WireError::Torn)?;
        let mut rest = rest.iter();
        let (mut held, mut n_held) = (0u32, 0);
        let mut parts = Vec::with_capacity(n);
        for i in 0..n {
            if changed[i / 8] & 1 << (i % 8) == 0 {
                let was = before.parts.get(i).ok_or(WireError::Short(PARTS))?;
                parts.push(*was);
            } else {
                while n_held < bits {
                    let byte = rest.next().ok_or(WireError::Torn)?;
                    held |= u32::from(*byte) << n_held;
                    n_held += 8;
                }
                parts.push(held as u16 & mask(bits));
                held >>= bits;
                n_held -= bits;
            }
        }
        if rest.next().is_some() {
            return Err(WireError::Long(PARTS));
        }
        Ok(Self {
            total: fields.uint(TOTAL)?,
            parts,
        })
    }
}

/// Returns a word whose so many low bits are set, at most 16.
const fn mask(bits: u32) -> u16 {
    if bits >= u16::BITS {
        u16::MAX
    } else {
        (1 << bits) - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::Detail;

    #[test]
    fn a_link_reads_back_from_the_one_before() {
        let nothing = Link::default();
        let hash = |i: u64| 0x1_0000 + i;
        for (detail, sizes) in [(Detail::Full, [24, 6, 2]), (Detail::Demo, [8, 3, 2])] {
            let bits = detail.hash_bits();
            let hashes: Vec<(&str, u64)> = (0..11).map(|i| ("part", hash(i))).collect();
            let first = Link::of(7, &hashes, bits);
            let mut later = hashes.clone();
            later[3].1 = 0x1_0000;
            later[10].1 = 0xffff;
            let second = Link::of(u64::MAX, &later, bits);
            assert_eq!(second.parts[10], mask(bits));
            let steps = [(&nothing, &first), (&first, &second), (&first, &first)];
            for ((before, now), n) in steps.into_iter().zip(sizes) {
                let mut out = Out::default();
                now.write(before, bits, &mut out);
                let bytes = out.finish();
                let fields = Fields::read(&bytes).unwrap();
                assert_eq!(fields.bytes(PARTS).unwrap().len(), n);
                assert_eq!(Link::read(&fields, before, bits).as_ref(), Ok(now));
            }
        }
        let mut out = Out::default();
        out.uint(N_PARTS, u64::MAX);
        let bytes = out.finish();
        let e = Link::read(&Fields::read(&bytes).unwrap(), &nothing, 16);
        assert_eq!(e, Err(WireError::Torn));
    }
}
