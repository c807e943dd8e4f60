//! Compression as PNG wants it: repeated bytes are told by where they stood before, the rest by the fixed code.
//!
//! # Source
//! RFC 1951 (deflate) with blocks of fixed Huffman codes, RFC 1950 (zlib) around it.

/// Longest and shortest repetition, and how far back one may lie.
const LONGEST: usize = 258;
const SHORTEST: usize = 4;
const WINDOW: usize = 32_768;

/// Bits of the table of where four bytes stood last.
const TABLE_BITS: u32 = 15;

/// Lengths from which each code of a length counts, and how many more bits say by how much.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// The same for distances.
const DISTANCES: [(u16, u8); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];

/// Bits that are written one after the other, the lowest of a byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    n: u32,
}

impl Bits {
    fn put(&mut self, value: u32, n: u32) {
        self.held |= u64::from(value) << self.n;
        self.n += n;
        while self.n >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.n -= 8;
        }
    }

    /// Writes a code, whose highest bit comes first.
    fn code(&mut self, value: u32, n: u32) {
        self.put(value.reverse_bits() >> (32 - n), n);
    }

    /// Writes a letter of the fixed code: a byte, the end, or a length.
    fn letter(&mut self, symbol: u32) {
        match symbol {
            0..144 => self.code(0x30 + symbol, 8),
            144..256 => self.code(0x190 + symbol - 144, 9),
            256..280 => self.code(symbol - 256, 7),
            _ => self.code(0xc0 + symbol - 280, 8),
        }
    }

    fn repetition(&mut self, length: usize, distance: usize) {
        let (i, base, more) = class(&LENGTHS, length);
        self.letter(257 + i);
        self.put(length as u32 - base, more);
        let (i, base, more) = class(&DISTANCES, distance);
        self.code(i, 5);
        self.put(distance as u32 - base, more);
    }
}

/// Finds the last class that a number is not below: its place, where it begins, its bits.
fn class(classes: &[(u16, u8)], number: usize) -> (u32, u32, u32) {
    let i = classes.partition_point(|(base, _)| usize::from(*base) <= number) - 1;
    let (base, more) = classes[i];
    (i as u32, u32::from(base), u32::from(more))
}

/// Compresses bytes, with the frame of zlib around them.
pub(super) fn zlib(data: &[u8]) -> Vec<u8> {
    let mut bits = Bits {
        bytes: vec![0x78, 0x01],
        ..Bits::default()
    };
    bits.put(0b011, 3);
    let mut last = vec![usize::MAX; 1 << TABLE_BITS];
    let mut at = 0;
    while at < data.len() {
        let rest = &data[at..];
        let found = rest.first_chunk::<4>().and_then(|four| {
            let key = u32::from_le_bytes(*four).wrapping_mul(0x9e37_79b1) >> (32 - TABLE_BITS);
            let before = std::mem::replace(&mut last[key as usize], at);
            let distance = at.checked_sub(before).filter(|d| *d <= WINDOW)?;
            let most = rest.len().min(LONGEST);
            let length = (0..most)
                .take_while(|k| data[before + k] == rest[*k])
                .count();
            (length >= SHORTEST).then_some((length, distance))
        });
        if let Some((length, distance)) = found {
            bits.repetition(length, distance);
            at += length;
        } else {
            bits.letter(u32::from(data[at]));
            at += 1;
        }
    }
    bits.letter(256);
    bits.put(0, 7);
    let mut bytes = bits.bytes;
    bytes.extend(adler(data).to_be_bytes());
    bytes
}

/// The checksum of zlib.
fn adler(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    // So many bytes can be summed before the sums may be too large.
    for part in data.chunks(5_552) {
        for byte in part {
            a += u32::from(*byte);
            b += a;
        }
        a %= 65_521;
        b %= 65_521;
    }
    b << 16 | a
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Undoes [`zlib`]; of deflate only what it writes.
    pub(in super::super) fn unzlib(bytes: &[u8]) -> Vec<u8> {
        let mut at = 16;
        let mut take = |n: u32| -> u32 {
            (0..n).fold(0, |value, i| {
                let bit = bytes[at / 8] >> (at % 8) & 1;
                at += 1;
                value | u32::from(bit) << i
            })
        };
        assert_eq!(take(3), 0b011);
        let mut out: Vec<u8> = Vec::new();
        loop {
            let mut code = 0;
            let mut n = 0;
            let symbol = loop {
                code = code << 1 | take(1);
                n += 1;
                match (n, code) {
                    (7, 0..=0x17) => break 256 + code,
                    (8, 0x30..=0xbf) => break code - 0x30,
                    (8, 0xc0..=0xc7) => break code - 0xc0 + 280,
                    (9, 0x190..=0x1ff) => break code - 0x190 + 144,
                    _ => assert!(n < 9, "no such code"),
                }
            };
            match symbol {
                0..256 => out.push(symbol as u8),
                256 => break,
                _ => {
                    let (base, more) = LENGTHS[symbol as usize - 257];
                    let length = u32::from(base) + take(u32::from(more));
                    let code = (0..5).fold(0, |c, _| c << 1 | take(1));
                    let (base, more) = DISTANCES[code as usize];
                    let distance = (u32::from(base) + take(u32::from(more))) as usize;
                    for _ in 0..length {
                        out.push(out[out.len() - distance]);
                    }
                }
            }
        }
        assert_eq!(bytes[at.div_ceil(8)..], adler(&out).to_be_bytes());
        out
    }

    #[test]
    fn checksum_is_that_of_the_standard() {
        assert_eq!(adler(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn bytes_come_back_and_repetitions_shrink() {
        let noise: Vec<u8> = (0..70_000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let mut far = noise[..40_000].to_vec();
        far.extend_from_slice(&noise[..40_000]);
        for data in [
            &b""[..],
            b"a",
            b"abcabcabcabc",
            &[7; 1000],
            &noise,
            &far,
            b"abcdeabcdXabcdeabcde",
        ] {
            assert_eq!(unzlib(&zlib(data)), data);
        }
        assert!(zlib(&vec![0; 100_000]).len() < 1_000);
        assert!(zlib(&noise).len() < noise.len() * 9 / 8 + 16);
    }
}
