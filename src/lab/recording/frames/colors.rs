//! The colours of a GIF: 255 that stand for all that is shown, and one for what stays as it was.

use std::collections::BTreeMap;

use super::canvas::{Canvas, Color};

/// Colours there is room for beside the one for what stays.
pub(super) const MOST: usize = 255;

/// The index that leaves a pixel as it was.
pub(super) const SAME: u8 = 255;

/// Bits of a colour's parts by which colours are told apart.
const BITS: u32 = 6;

/// A choice of colours.
#[derive(Debug, Clone)]
pub(super) struct Colors {
    /// The colours, at most [`MOST`].
    pub(super) all: Vec<Color>,
    /// For each coarse colour the nearest of them, once somebody asked.
    nearest: Vec<u16>,
}

fn coarse(color: Color) -> usize {
    color.iter().fold(0, |key, part| {
        key << BITS | usize::from(*part) >> (8 - BITS)
    })
}

/// A coarse colour that occurs: its mean, and its weight.
type Found = (Color, f64);

impl Colors {
    /// Chooses colours for some pictures.
    ///
    /// # Source
    /// Median cut (Heckbert, 1982); a colour weighs by the square root of how often it occurs, so that what is small but seen,
    /// such as a person, keeps its colour.
    pub(super) fn choose<'a>(pictures: impl IntoIterator<Item = &'a Canvas>) -> Self {
        let mut seen: BTreeMap<usize, ([u64; 3], u64)> = BTreeMap::new();
        for pixel in pictures.into_iter().flat_map(|p| &p.pixels) {
            let (sum, n) = seen.entry(coarse(*pixel)).or_default();
            for (s, part) in sum.iter_mut().zip(pixel) {
                *s += u64::from(*part);
            }
            *n += 1;
        }
        let found = seen
            .values()
            .map(|(sum, n)| (sum.map(|s| (s / n) as u8), (*n as f64).sqrt()));
        let mut boxes: Vec<Vec<Found>> = vec![found.collect()];
        while boxes.len() < MOST {
            let widest = (0..boxes.len())
                .map(|i| (spread(&boxes[i]), i))
                .filter(|(s, _)| s.0 > 0.0)
                .max_by(|a, b| a.0.0.total_cmp(&b.0.0));
            let Some(((_, channel), i)) = widest else {
                break;
            };
            let mut whole = std::mem::take(&mut boxes[i]);
            whole.sort_by_key(|(color, _)| color[channel]);
            let half = whole.iter().map(|f| f.1).sum::<f64>() / 2.0;
            let mut sum = 0.0;
            let middle = whole.iter().position(|f| {
                sum += f.1;
                sum >= half
            });
            // Neither side may be empty.
            let at = middle.map_or(1, |m| m + 1).clamp(1, whole.len() - 1);
            boxes.push(whole.split_off(at));
            boxes[i] = whole;
        }
        let all = boxes
            .iter()
            .filter(|b| !b.is_empty())
            .map(|b| mean(b))
            .collect();
        Self {
            all,
            nearest: vec![u16::MAX; 1 << (3 * BITS)],
        }
    }

    /// Returns the index of the colour that is nearest to one.
    pub(super) fn index(&mut self, color: Color) -> u8 {
        let key = coarse(color);
        if self.nearest[key] == u16::MAX {
            let away = |other: &Color| -> u32 {
                let parts = color.iter().zip(other);
                parts.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
            };
            let best = (0..self.all.len()).min_by_key(|i| away(&self.all[*i]));
            self.nearest[key] = best.unwrap_or(0) as u16;
        }
        self.nearest[key] as u8
    }
}

/// How much there is to gain by cutting a box, and along which part of the colour.
fn spread(found: &[Found]) -> (f64, usize) {
    if found.len() < 2 {
        return (0.0, 0);
    }
    let weight: f64 = found.iter().map(|f| f.1).sum();
    let ranges = (0..3).map(|channel| {
        let parts = || found.iter().map(|f| f.0[channel]);
        let range = parts().max().unwrap_or(0) - parts().min().unwrap_or(0);
        (f64::from(range) * weight.sqrt(), channel)
    });
    ranges
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, 0))
}

fn mean(found: &[Found]) -> Color {
    let weight: f64 = found.iter().map(|f| f.1).sum();
    std::array::from_fn(|i| {
        let sum: f64 = found.iter().map(|(color, w)| f64::from(color[i]) * w).sum();
        (sum / weight).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colours_are_all_kept() {
        let mut p = Canvas::new(100, 100, [240, 240, 230]);
        p.block([3.0, 3.0], [2.0, 2.0], [200, 30, 90], 1.0);
        p.block([30.0, 3.0], [9.0, 9.0], [20, 30, 190], 1.0);
        let mut colors = Colors::choose([&p]);
        assert_eq!(colors.all.len(), 3);
        for color in [[240, 240, 230], [200, 30, 90], [20, 30, 190]] {
            let index = colors.index(color);
            assert_eq!(colors.all[usize::from(index)], color);
        }
    }

    #[test]
    fn many_colours_stay_near() {
        let mut p = Canvas::new(256, 64, [0; 3]);
        for (i, pixel) in p.pixels.iter_mut().enumerate() {
            *pixel = [(i % 256) as u8, (i / 256 * 4) as u8, 128];
        }
        let mut colors = Colors::choose([&p]);
        assert!(colors.all.len() <= MOST);
        let worst = p.pixels.iter().map(|c| {
            let index = colors.index(*c);
            let near = colors.all[usize::from(index)];
            c.iter()
                .zip(near)
                .map(|(a, b)| a.abs_diff(b))
                .max()
                .unwrap()
        });
        assert!(worst.max().unwrap() < 32);
    }
}
