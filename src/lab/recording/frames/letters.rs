//! Text on pictures: letters that were drawn once, from DejaVu Sans, in three sizes.
//!
//! `letters.bin` begins with `AGL1` and the number of faces. A face is its ascent and line height in pixels (bytes), the number
//! of letters (16 bits), and for each letter its character (32 bits), advance in quarters of a pixel, the place of its left
//! top corner by pen and line top (signed), width, height (bytes), and how much ink each pixel has, four bits each.

use std::sync::LazyLock;

use super::canvas::{Canvas, Color, mix};

const DRAWN: &[u8] = include_bytes!("../../../../assets/replay/letters.bin");

/// A size and weight of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// For reading.
    Text = 0,
    /// For titles.
    Title = 1,
    /// For small numbers.
    Small = 2,
}

struct Letter {
    char: char,
    advance: f32,
    left: i32,
    top: i32,
    width: usize,
    ink: Vec<u8>,
}

struct Drawn {
    line: usize,
    /// By character.
    letters: Vec<Letter>,
}

static FACES: LazyLock<Vec<Drawn>> =
    LazyLock::new(|| read(DRAWN).expect("the letters in the program are whole"));

fn read(bytes: &[u8]) -> Option<Vec<Drawn>> {
    let mut rest = bytes.strip_prefix(b"AGL1")?;
    let mut take = |n: usize| -> Option<&[u8]> {
        let (head, tail) = rest.split_at_checked(n)?;
        rest = tail;
        Some(head)
    };
    let n_faces = take(1)?[0];
    let mut faces = Vec::new();
    for _ in 0..n_faces {
        let [_, line, low, high] = *take(4)? else {
            return None;
        };
        let mut letters = Vec::new();
        for _ in 0..u16::from_le_bytes([low, high]) {
            let [a, b, c, d, advance, left, top, width, height] = *take(9)? else {
                return None;
            };
            let pixels = usize::from(width) * usize::from(height);
            let packed = take(pixels.div_ceil(2))?;
            let ink = packed
                .iter()
                .flat_map(|two| [two >> 4, two & 15])
                .take(pixels);
            letters.push(Letter {
                char: char::from_u32(u32::from_le_bytes([a, b, c, d]))?,
                advance: f32::from(advance) / 4.0,
                left: i32::from(left.cast_signed()),
                top: i32::from(top.cast_signed()),
                width: usize::from(width),
                ink: ink.collect(),
            });
        }
        letters.sort_by_key(|l| l.char);
        faces.push(Drawn {
            line: usize::from(line),
            letters,
        });
    }
    Some(faces)
}

impl Face {
    fn drawn(self) -> &'static Drawn {
        &FACES[self as usize]
    }

    /// Returns the letter of a character; what was never drawn is shown as a question mark.
    fn letter(self, char: char) -> &'static Letter {
        let letters = &self.drawn().letters;
        let find = |c: char| letters.binary_search_by_key(&c, |l| l.char);
        let i = find(char).or_else(|_| find('?')).unwrap_or(0);
        &letters[i]
    }

    /// Returns the height of a line in pixels.
    pub(super) fn line(self) -> usize {
        self.drawn().line
    }

    /// Returns the width of a text in pixels.
    pub(super) fn width(self, text: &str) -> f32 {
        text.chars().map(|c| self.letter(c).advance).sum()
    }

    /// Breaks a text into lines that are not wider than so many pixels, between words where that can be.
    pub(super) fn wrap(self, text: &str, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if line.is_empty() || self.width(&longer) <= width {
                line = longer;
            } else {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            }
        }
        lines.extend((!line.is_empty()).then_some(line));
        lines
    }

    /// Writes a line of text, its left top corner at a pixel.
    pub(super) fn write(self, picture: &mut Canvas, at: [f32; 2], text: &str, color: Color) {
        let mut pen = at[0];
        let row = at[1].round() as i64;
        for char in text.chars() {
            let letter = self.letter(char);
            let left = pen.round() as i64 + i64::from(letter.left);
            for (i, ink) in letter.ink.iter().enumerate().filter(|(_, ink)| **ink > 0) {
                let x = left + (i % letter.width) as i64;
                let y = row + i64::from(letter.top) + (i / letter.width) as i64;
                let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
                    continue;
                };
                if x < picture.width && y < picture.height {
                    let pixel = &mut picture.pixels[y * picture.width + x];
                    *pixel = mix(*pixel, color, f32::from(*ink) / 15.0);
                }
            }
            pen += letter.advance;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_whole_and_what_is_cut_off_is_missed() {
        let faces = read(DRAWN).unwrap();
        assert_eq!(faces.len(), 3);
        for face in &faces {
            assert!(face.letters.len() > 120);
        }
        assert!(read(&DRAWN[..DRAWN.len() - 1]).is_none());
        assert!(read(b"").is_none());
    }

    #[test]
    fn wider_texts_are_wider_and_lines_fit() {
        let face = Face::Text;
        assert!(face.width("mmm") > 2.5 * face.width("iii"));
        let text = "Nothing is explored, nothing is mixed in; the feed learns what everybody took yesterday.";
        let lines = face.wrap(text, 200.0);
        assert!(lines.len() > 2 && lines.iter().all(|l| face.width(l) <= 200.0));
        assert_eq!(lines.join(" "), text);
        assert_eq!(face.wrap("unbreakable", 5.0), ["unbreakable"]);
        assert!(face.wrap("  ", 5.0).is_empty());
    }

    #[test]
    fn text_is_seen_where_it_is_written_and_nowhere_else() {
        let mut p = Canvas::new(60, 40, [255; 3]);
        Face::Title.write(&mut p, [10.0, 10.0], "Ag→\u{1f600}", [0; 3]);
        let inked: Vec<_> = (0..p.pixels.len())
            .filter(|i| p.pixels[*i] != [255; 3])
            .collect();
        assert!(inked.len() > 60);
        assert!(
            inked
                .iter()
                .all(|i| i % 60 >= 9 && (10..38).contains(&(i / 60)))
        );
        Face::Title.write(&mut p, [-300.0, -90.0], "far away", [0; 3]);
        Face::Title.write(&mut p, [50.0, 35.0], "over the edge", [0; 3]);
    }
}
