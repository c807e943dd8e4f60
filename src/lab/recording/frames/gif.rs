//! Pictures as one moving GIF.
//!
//! # Source
//! Graphics Interchange Format, version 89a (CompuServe, 1990), with the looping extension of Netscape.

use std::io::{self, Write};

use super::canvas::Canvas;
use super::colors::{Colors, SAME};

/// Bits of a pixel.
const PIXEL_BITS: u8 = 8;

const CLEAR: u16 = 256;
const END: u16 = 257;
const FIRST_FREE: u16 = 258;
const MOST_CODES: u16 = 4_096;

/// Writes a GIF picture by picture.
pub struct GifWriter<W: Write> {
    out: W,
    width: usize,
    height: usize,
    colors: Colors,
    /// Indices of the picture that was written last.
    before: Vec<u8>,
}

impl<W: Write> GifWriter<W> {
    /// Begins a GIF; its colours are chosen from some of its pictures, which all have the size of the first.
    ///
    /// # Errors
    /// Whatever writing fails with; [`io::ErrorKind::InvalidInput`] if there is no picture or it is larger than 65 535 pixels.
    pub fn new(mut out: W, some: &[Canvas]) -> io::Result<Self> {
        let Some(first) = some.first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no picture"));
        };
        let size = [first.width, first.height].map(u16::try_from);
        let [Ok(width), Ok(height)] = size else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the picture is too large",
            ));
        };
        let colors = Colors::choose(some);
        out.write_all(b"GIF89a")?;
        out.write_all(&width.to_le_bytes())?;
        out.write_all(&height.to_le_bytes())?;
        // A table of 256 colours for all pictures.
        out.write_all(&[0xf7, 0, 0])?;
        let mut table = [0u8; 3 * 256];
        table[..3 * colors.all.len()].copy_from_slice(colors.all.as_flattened());
        out.write_all(&table)?;
        out.write_all(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0")?;
        Ok(Self {
            out,
            width: first.width,
            height: first.height,
            colors,
            before: Vec::new(),
        })
    }

    /// Adds a picture that is shown for some hundredths of a second.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn add(&mut self, picture: &Canvas, hundredths: u16) -> io::Result<()> {
        let colors = &mut self.colors;
        let now: Vec<u8> = picture.pixels.iter().map(|p| colors.index(*p)).collect();
        let part = if self.before.is_empty() {
            Some([0, 0, self.width, self.height])
        } else {
            changed(&self.before, &now, self.width)
        };
        // Something has to be drawn for its time to pass.
        let [x0, y0, x1, y1] = part.unwrap_or([0, 0, 1, 1]);
        let mut indices = Vec::with_capacity((x1 - x0) * (y1 - y0));
        for y in y0..y1 {
            let row = y * self.width + x0..y * self.width + x1;
            for (i, color) in row.clone().zip(&now[row]) {
                let same = self.before.get(i) == Some(color);
                indices.push(if same { SAME } else { *color });
            }
        }
        let [low, high] = hundredths.to_le_bytes();
        // What was drawn stays, and SAME shows it.
        self.out
            .write_all(&[0x21, 0xf9, 4, 0b101, low, high, SAME, 0, 0x2c])?;
        for number in [x0, y0, x1 - x0, y1 - y0] {
            self.out.write_all(&(number as u16).to_le_bytes())?;
        }
        self.out.write_all(&[0, PIXEL_BITS])?;
        for block in lzw(&indices).chunks(255) {
            self.out.write_all(&[block.len() as u8])?;
            self.out.write_all(block)?;
        }
        self.out.write_all(&[0])?;
        self.before = now;
        Ok(())
    }

    /// Ends the file and returns what it was written to.
    ///
    /// # Errors
    /// Whatever writing fails with.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.write_all(b";")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Returns the smallest box around what changed: left, top, and the first pixels that are not in it.
fn changed(before: &[u8], now: &[u8], width: usize) -> Option<[usize; 4]> {
    let mut part: Option<[usize; 4]> = None;
    for (i, _) in before
        .iter()
        .zip(now)
        .enumerate()
        .filter(|(_, (a, b))| a != b)
    {
        let (x, y) = (i % width, i / width);
        part = Some(match part {
            None => [x, y, x + 1, y + 1],
            Some([x0, y0, x1, _]) => [x0.min(x), y0, x1.max(x + 1), y + 1],
        });
    }
    part
}

/// Compresses indices by codes for what was seen before, of 9 to 12 bits.
fn lzw(indices: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut held, mut n) = (0u32, 0);
    let mut put = |code: u16, width: u32| {
        held |= u32::from(code) << n;
        n += width;
        while n >= 8 {
            bytes.push(held as u8);
            held >>= 8;
            n -= 8;
        }
    };
    let first_width = u32::from(PIXEL_BITS) + 1;
    let mut width = first_width;
    put(CLEAR, width);
    // For each code and next index the code of both; 0 where there is none.
    let mut longer = vec![0u16; usize::from(MOST_CODES) << PIXEL_BITS];
    let mut next = FIRST_FREE;
    let mut known: Option<u16> = None;
    for index in indices {
        let Some(code) = known else {
            known = Some(u16::from(*index));
            continue;
        };
        let slot = usize::from(code) << PIXEL_BITS | usize::from(*index);
        if longer[slot] != 0 {
            known = Some(longer[slot]);
            continue;
        }
        put(code, width);
        if next < MOST_CODES {
            longer[slot] = next;
            if u32::from(next) == 1 << width {
                width += 1;
            }
            next += 1;
        } else {
            put(CLEAR, width);
            longer.fill(0);
            next = FIRST_FREE;
            width = first_width;
        }
        known = Some(u16::from(*index));
    }
    if let Some(code) = known {
        put(code, width);
        // The reader has learned one more code by now.
        if next < MOST_CODES && u32::from(next) == 1 << width {
            width += 1;
        }
    }
    put(END, width);
    put(0, 7);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Undoes [`lzw`].
    fn unlzw(bytes: &[u8]) -> Vec<u8> {
        let mut at = 0;
        let mut take = |width: usize| {
            let code = (0..width).fold(0usize, |c, i| {
                c | usize::from(bytes[(at + i) / 8] >> ((at + i) % 8) & 1) << i
            });
            at += width;
            code
        };
        let mut table: Vec<Vec<u8>> = Vec::new();
        let (mut out, mut width, mut last) = (Vec::new(), 9, None::<usize>);
        loop {
            let code = take(width);
            if code == usize::from(END) {
                return out;
            }
            if code == usize::from(CLEAR) {
                table = (0..258u16).map(|i| vec![i as u8]).collect();
                (width, last) = (9, None);
                continue;
            }
            let word = match (table.get(code), last) {
                (Some(word), _) => word.clone(),
                (None, Some(last)) => [&table[last][..], &table[last][..1]].concat(),
                (None, None) => unreachable!("the first code is known"),
            };
            if let Some(last) = last
                && table.len() < 4096
            {
                table.push([&table[last][..], &word[..1]].concat());
                if table.len() == 1 << width && width < 12 {
                    width += 1;
                }
            }
            out.extend(&word);
            last = Some(code);
        }
    }

    #[test]
    fn indices_come_back_and_repetitions_shrink() {
        let noise: Vec<u8> = (0..60_000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 11) as u8)
            .collect();
        let plain = vec![9; 50_000];
        let mut mixed = noise[..500].to_vec();
        mixed.extend(plain.iter().chain(&noise));
        for data in [
            &[][..],
            &[5],
            &[5, 5],
            &[1, 2, 1, 2, 1, 2],
            &noise,
            &plain,
            &mixed,
        ] {
            assert_eq!(unlzw(&lzw(data)), data);
        }
        for n in 200..900 {
            assert_eq!(unlzw(&lzw(&noise[..n])), noise[..n], "{n} indices");
        }
        assert!(lzw(&plain).len() < 1_000);
    }

    #[test]
    fn a_picture_that_changes_little_adds_little() {
        let mut picture = Canvas::new(200, 100, [250, 250, 240]);
        picture.block([20.0, 20.0], [60.0, 30.0], [10, 90, 160], 1.0);
        let mut gif = GifWriter::new(Vec::new(), std::slice::from_ref(&picture)).unwrap();
        gif.add(&picture, 20).unwrap();
        let one = gif.out.len();
        gif.add(&picture, 20).unwrap();
        assert!(gif.out.len() - one < 40, "nothing changed");
        picture.block([100.0, 60.0], [4.0, 4.0], [10, 90, 160], 1.0);
        let two = gif.out.len();
        gif.add(&picture, 20).unwrap();
        assert_eq!(
            gif.out[two + 9..two + 17],
            [100, 0, 60, 0, 4, 0, 4, 0],
            "only the box that changed is written"
        );
        let file = gif.finish().unwrap();
        assert!(file.starts_with(b"GIF89a\xc8\0\x64\0") && file.ends_with(b";"));
    }

    #[test]
    fn no_picture_and_too_large_ones_are_refused() {
        assert!(GifWriter::new(Vec::new(), &[]).is_err());
        assert!(GifWriter::new(Vec::new(), &[Canvas::new(70_000, 1, [0; 3])]).is_err());
    }
}
