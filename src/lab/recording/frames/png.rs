//! A picture as a PNG file.
//!
//! # Source
//! Portable Network Graphics, third edition (W3C, 2025): eight bits a colour, no interlace.

use super::canvas::Canvas;
use super::deflate::zlib;

/// Writes a picture as the bytes of a PNG file.
#[must_use]
pub fn png(picture: &Canvas) -> Vec<u8> {
    let mut rows = Vec::with_capacity(picture.pixels.len() * 3 + picture.height);
    let mut above: &[[u8; 3]] = &[];
    for row in picture.pixels.chunks_exact(picture.width.max(1)) {
        // Each byte less the one above it: most of a city looks like what is above.
        rows.push(if above.is_empty() { 0 } else { 2 });
        if above.is_empty() {
            rows.extend(row.iter().flatten());
        } else {
            let less = row.iter().flatten().zip(above.iter().flatten());
            rows.extend(less.map(|(a, b)| a.wrapping_sub(*b)));
        }
        above = row;
    }
    let mut file = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    let mut head = Vec::new();
    for side in [picture.width, picture.height] {
        head.extend((side as u32).to_be_bytes());
    }
    head.extend([8, 2, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &zlib(&rows));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    file.extend((body.len() as u32).to_be_bytes());
    let begins = file.len();
    file.extend(name);
    file.extend_from_slice(body);
    let sum = crc32fast::hash(&file[begins..]);
    file.extend(sum.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::super::deflate::tests::unzlib;
    use super::*;

    #[test]
    fn rows_come_back() {
        let mut picture = Canvas::new(7, 5, [10, 20, 30]);
        picture.block([2.0, 1.0], [3.0, 3.0], [200, 100, 0], 1.0);
        let file = png(&picture);
        assert_eq!(file[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(file[16..24], [0, 0, 0, 7, 0, 0, 0, 5]);
        assert!(file.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
        let body = u32::from_be_bytes(file[33..37].try_into().unwrap()) as usize;
        let rows = unzlib(&file[41..41 + body]);
        let mut above = vec![0u8; 21];
        for (y, row) in rows.chunks_exact(22).enumerate() {
            assert_eq!(row[0], if y == 0 { 0 } else { 2 });
            for (a, b) in above.iter_mut().zip(&row[1..]) {
                *a = a.wrapping_add(*b);
            }
            let pixels: Vec<u8> = picture.pixels[y * 7..(y + 1) * 7]
                .iter()
                .flatten()
                .copied()
                .collect();
            assert_eq!(above, pixels);
        }
    }
}
