//! A picture that can be painted on: areas, discs and lines in plain colours.

/// Red, green, blue.
pub(super) type Color = [u8; 3];

/// A point in pixels, from the left and from the top.
pub(super) type Point = [f32; 2];

/// A picture: rows of pixels from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue of each pixel.
    pub pixels: Vec<Color>,
}

impl Canvas {
    /// Makes a picture of one colour.
    pub(super) fn new(width: usize, height: usize, color: Color) -> Self {
        Self {
            width,
            height,
            pixels: vec![color; width * height],
        }
    }

    /// Paints part of a row, from a pixel to before another.
    fn row(&mut self, y: usize, from: f32, to: f32, color: Color, cover: f32) {
        let (from, to) = (from.round().max(0.0) as usize, to.round().max(0.0) as usize);
        let (from, to) = (from.min(self.width), to.min(self.width));
        if from >= to || y >= self.height {
            return;
        }
        for pixel in &mut self.pixels[y * self.width + from..y * self.width + to] {
            *pixel = mix(*pixel, color, cover);
        }
    }

    /// Paints an area between corners; `cover` is how much of what was there it hides, from 0 to 1.
    pub(super) fn area(&mut self, corners: &[Point], color: Color, cover: f32) {
        let (top, bottom) = corners
            .iter()
            .fold((f32::MAX, f32::MIN), |(a, b), p| (a.min(p[1]), b.max(p[1])));
        let first = (top - 0.5).ceil().max(0.0) as usize;
        let last = ((bottom - 0.5).floor().max(-1.0) + 1.0) as usize;
        let mut crossings = Vec::with_capacity(corners.len());
        for y in first..last.min(self.height) {
            let middle = y as f32 + 0.5;
            crossings.clear();
            for (i, a) in corners.iter().enumerate() {
                let b = corners[(i + 1) % corners.len()];
                if (a[1] <= middle) != (b[1] <= middle) {
                    crossings.push(a[0] + (middle - a[1]) / (b[1] - a[1]) * (b[0] - a[0]));
                }
            }
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                self.row(y, pair[0], pair[1], color, cover);
            }
        }
    }

    /// Paints an ellipse around a middle.
    pub(super) fn disc(&mut self, middle: Point, radii: Point, color: Color, cover: f32) {
        let first = (middle[1] - radii[1] - 0.5).ceil().max(0.0) as usize;
        let last = (middle[1] + radii[1]).ceil().max(0.0) as usize;
        for y in first..last.min(self.height) {
            let up = (y as f32 + 0.5 - middle[1]) / radii[1].max(0.01);
            let half = radii[0] * (1.0 - up * up).max(0.0).sqrt();
            self.row(y, middle[0] - half, middle[0] + half, color, cover);
        }
    }

    /// Paints light around a middle that fades outwards.
    pub(super) fn glow(&mut self, middle: Point, radii: Point, color: Color, most: f32) {
        let at = |v: f32, most: usize| (v.max(0.0) as usize).min(most);
        let (x0, x1) = (
            at(middle[0] - radii[0], self.width),
            at(middle[0] + radii[0] + 1.0, self.width),
        );
        let (y0, y1) = (
            at(middle[1] - radii[1], self.height),
            at(middle[1] + radii[1] + 1.0, self.height),
        );
        for y in y0..y1 {
            for x in x0..x1 {
                let dx = (x as f32 + 0.5 - middle[0]) / radii[0].max(0.01);
                let dy = (y as f32 + 0.5 - middle[1]) / radii[1].max(0.01);
                let left = 1.0 - (dx * dx + dy * dy);
                if left > 0.0 {
                    let pixel = &mut self.pixels[y * self.width + x];
                    *pixel = mix(*pixel, color, most * left * left);
                }
            }
        }
    }

    /// Paints a line.
    pub(super) fn line(&mut self, from: Point, to: Point, width: f32, color: Color) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let long = dx.hypot(dy).max(1e-3);
        let (nx, ny) = (-dy / long * width / 2.0, dx / long * width / 2.0);
        let corners = [
            [from[0] + nx, from[1] + ny],
            [to[0] + nx, to[1] + ny],
            [to[0] - nx, to[1] - ny],
            [from[0] - nx, from[1] - ny],
        ];
        self.area(&corners, color, 1.0);
    }

    /// Paints an upright box.
    pub(super) fn block(&mut self, at: Point, size: Point, color: Color, cover: f32) {
        let [x, y] = at;
        let corners = [
            [x, y],
            [x + size[0], y],
            [x + size[0], y + size[1]],
            [x, y + size[1]],
        ];
        self.area(&corners, color, cover);
    }

    /// Mixes those pixels with a colour of which `is_meant` says so.
    pub(super) fn tint(&mut self, color: Color, cover: f32, is_meant: &[bool]) {
        for (pixel, _) in self
            .pixels
            .iter_mut()
            .zip(is_meant)
            .filter(|(_, meant)| **meant)
        {
            *pixel = mix(*pixel, color, cover);
        }
    }

    /// Returns the picture at half its size: each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let two = [2 * y, 2 * y + 1]
                .map(|row| &self.pixels[row * self.width..(row + 1) * self.width]);
            for x in 0..width {
                let mut sum = [0u16; 3];
                for row in two {
                    for pixel in &row[2 * x..2 * x + 2] {
                        for (s, c) in sum.iter_mut().zip(pixel) {
                            *s += u16::from(*c);
                        }
                    }
                }
                pixels.push(sum.map(|s| ((s + 2) / 4) as u8));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }
}

/// Mixes two colours.
pub(super) fn mix(a: Color, b: Color, share: f32) -> Color {
    std::array::from_fn(|i| {
        let (a, b) = (f32::from(a[i]), f32::from(b[i]));
        (a + share.clamp(0.0, 1.0) * (b - a)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(picture: &Canvas) -> usize {
        picture.pixels.iter().filter(|p| **p != [0, 0, 0]).count()
    }

    #[test]
    fn areas_have_the_size_they_should_and_stay_inside() {
        let mut p = Canvas::new(40, 30, [0; 3]);
        p.block([5.0, 6.0], [10.0, 4.0], [255; 3], 1.0);
        assert_eq!(painted(&p), 40);
        let mut p = Canvas::new(40, 30, [0; 3]);
        p.area(&[[0.0, 0.0], [20.0, 0.0], [0.0, 20.0]], [255; 3], 1.0);
        assert!((190..=210).contains(&painted(&p)), "{}", painted(&p));
        let mut p = Canvas::new(10, 10, [0; 3]);
        p.area(
            &[[-50.0, -50.0], [90.0, -50.0], [90.0, 90.0], [-50.0, 90.0]],
            [9; 3],
            1.0,
        );
        assert_eq!(painted(&p), 100);
        p.area(&[[f32::NAN, 3.0], [4.0, f32::NAN]], [9; 3], 1.0);
        p.area(&[], [9; 3], 1.0);
        p.disc([-30.0, 400.0], [5.0, 5.0], [9; 3], 1.0);
    }

    #[test]
    fn a_disc_is_round_and_a_line_has_its_width() {
        let mut p = Canvas::new(60, 60, [0; 3]);
        p.disc([30.0, 30.0], [10.0, 10.0], [255; 3], 1.0);
        assert!((300..=330).contains(&painted(&p)), "{}", painted(&p));
        let mut p = Canvas::new(60, 60, [0; 3]);
        p.line([10.0, 30.0], [50.0, 30.0], 4.0, [255; 3]);
        assert_eq!(painted(&p), 160);
    }

    #[test]
    fn halving_takes_means_and_mixing_covers_by_share() {
        let mut p = Canvas::new(4, 2, [0; 3]);
        p.block([0.0, 0.0], [1.0, 2.0], [200; 3], 1.0);
        let half = p.halved();
        assert_eq!(
            (half.width, half.height, half.pixels),
            (2, 1, vec![[100; 3], [0; 3]])
        );
        assert_eq!(mix([0, 100, 200], [100, 0, 200], 0.25), [25, 75, 200]);
        assert_eq!(mix([1; 3], [9; 3], 7.0), [9; 3]);
    }
}
