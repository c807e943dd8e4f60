//! The city without people, seen from above at a slant: a model of paper on a table.

use std::collections::BTreeMap;

use super::canvas::{Canvas, Color, Point, mix};
use crate::lab::place::{Front, chance};
use crate::lab::recording::page::reel::Site;
use crate::society::spaces::map::Cell;
use crate::society::spaces::space::SpaceKind;

/// How flat the ground lies and how high a thing one parcel high stands, both by the width of a parcel.
pub(super) const SLANT: f32 = 0.54;
const RISE: f32 = 0.95;

/// What the city stands on.
pub(super) const TABLE: Color = [244, 244, 240];

const GROUND: Color = [228, 233, 221];
const BLOCKS: [Color; 5] = [
    [223, 230, 214],
    [226, 231, 218],
    [220, 229, 216],
    [229, 232, 218],
    [221, 228, 218],
];
const ROAD: Color = [246, 246, 241];
const PLAZA: Color = [239, 230, 211];
const RING: Color = [226, 213, 186];
const WATER: Color = [188, 216, 226];
const SLAB: [Color; 2] = [[201, 207, 192], [183, 190, 174]];
const WALL: [Color; 2] = [[251, 250, 246], [222, 220, 211]];
const TOWER: [Color; 3] = [[241, 239, 233], [214, 216, 214], [231, 230, 223]];
const ROOFS: [[Color; 2]; 4] = [
    [[228, 203, 185], [210, 182, 162]],
    [[220, 207, 192], [200, 186, 170]],
    [[211, 214, 211], [190, 194, 192]],
    [[230, 214, 189], [211, 196, 166]],
];
const TREES: [Color; 3] = [[169, 194, 155], [185, 205, 169], [151, 180, 140]];
const SHADE: Color = [60, 72, 66];
const WHITE: Color = [255; 3];
const BLACK: Color = [42, 47, 51];

/// How sought after a parcel is from which on it has a tower instead of a house, in 255ths.
const TOWERS_FROM: u8 = 107;

/// Returns the colour of a kind of space; those who can tell few colours apart can tell these.
pub(super) const fn hue(kind: SpaceKind) -> Color {
    match kind {
        SpaceKind::Plaza => [185, 128, 0],
        SpaceKind::GameRoom => [181, 71, 140],
        SpaceKind::MarketHall => [201, 82, 10],
        SpaceKind::Estate => [91, 74, 168],
        SpaceKind::Classroom => [0, 138, 100],
    }
}

/// From where the city is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct View {
    /// The parcel in the middle of the picture.
    pub(super) middle: [f32; 2],
    /// Where in the picture, in pixels, that middle is.
    pub(super) at: Point,
    /// Half the width of a parcel, in pixels.
    pub(super) zoom: f32,
}

impl View {
    /// Looks at the whole city in a part of a picture.
    pub(super) fn whole(side: u32, at: Point, size: Point) -> Self {
        let side = side as f32;
        let zoom = (0.97 * size[0] / (2.0 * side)).min(0.93 * size[1] / (2.0 * side * SLANT + 3.0));
        Self {
            middle: [side / 2.0; 2],
            at,
            zoom: zoom.max(0.05),
        }
    }

    /// Returns the point of the picture above a place of the ground, so many parcels high.
    pub(super) fn point(&self, x: f32, y: f32, up: f32) -> Point {
        let (dx, dy) = (x - self.middle[0], y - self.middle[1]);
        [
            self.at[0] + (dx - dy) * self.zoom,
            self.at[1] + (dx + dy) * self.zoom * SLANT - up * self.zoom * RISE,
        ]
    }
}

/// A box on the ground: two corners.
type Base = [f32; 4];

struct Painter<'a> {
    picture: &'a mut Canvas,
    view: View,
    site: &'a Site,
    /// What stands on parcels with a space.
    halls: BTreeMap<usize, SpaceKind>,
}

impl Painter<'_> {
    fn flat(&mut self, [x0, y0, x1, y1]: Base, color: Color, cover: f32) {
        let v = self.view;
        let corners = [
            v.point(x0, y0, 0.0),
            v.point(x1, y0, 0.0),
            v.point(x1, y1, 0.0),
            v.point(x0, y1, 0.0),
        ];
        self.picture.area(&corners, color, cover);
    }

    /// A box: its right and left wall, and its top if it has one.
    fn cube(
        &mut self,
        [x0, y0, x1, y1]: Base,
        low: f32,
        high: f32,
        right: Color,
        left: Color,
        top: Option<Color>,
    ) {
        let v = self.view;
        let corners = [
            v.point(x0, y1, low),
            v.point(x1, y1, low),
            v.point(x1, y1, high),
            v.point(x0, y1, high),
        ];
        self.picture.area(&corners, left, 1.0);
        let corners = [
            v.point(x1, y1, low),
            v.point(x1, y0, low),
            v.point(x1, y0, high),
            v.point(x1, y1, high),
        ];
        self.picture.area(&corners, right, 1.0);
        if let Some(top) = top {
            let corners = [
                v.point(x0, y0, high),
                v.point(x1, y0, high),
                v.point(x1, y1, high),
                v.point(x0, y1, high),
            ];
            self.picture.area(&corners, top, 1.0);
        }
    }

    /// A roof of four sides.
    fn hip(&mut self, [x0, y0, x1, y1]: Base, low: f32, high: f32, right: Color, left: Color) {
        let v = self.view;
        let over = 0.04;
        let corner = |x, y| v.point(x, y, low);
        let (a, b) = (corner(x0 - over, y0 - over), corner(x1 + over, y0 - over));
        let (c, d) = (corner(x1 + over, y1 + over), corner(x0 - over, y1 + over));
        let peak = v.point(f32::midpoint(x0, x1), f32::midpoint(y0, y1), high);
        for (from, to, color) in [(b, c, right), (a, b, right), (c, d, left), (a, d, left)] {
            self.picture.area(&[from, to, peak], color, 1.0);
        }
    }

    fn tree(&mut self, x: f32, y: f32, key: u64) {
        let r = (0.13 + 0.07 * chance(key)) * self.view.zoom;
        let [px, py] = self.view.point(x, y, 0.0);
        self.picture
            .disc([px + 0.4 * r, py + 0.15 * r], [r, 0.5 * r], SHADE, 0.13);
        let tone = TREES[(chance(key + 1) * 3.0) as usize % 3];
        self.picture
            .disc([px, py - 1.05 * r], [0.92 * r, 1.15 * r], tone, 1.0);
    }

    fn ring(&mut self, middle: Point, radius: f32, width: f32) {
        // Two discs would cover what lies within: a ring is a row of short lines.
        let at = |k: u32| {
            let angle = k as f32 * std::f32::consts::TAU / 48.0;
            [
                middle[0] + radius * angle.cos(),
                middle[1] + radius * SLANT * angle.sin(),
            ]
        };
        for k in 0..48 {
            self.picture.line(at(k), at(k + 1), width, RING);
        }
    }

    fn slab(&mut self) {
        let (n, edge) = (self.site.side as f32, 0.6);
        let v = self.view;
        let thick = (1.1 * v.zoom).max(3.0);
        let [west, south, east] = [(-edge, n + edge), (n + edge, n + edge), (n + edge, -edge)]
            .map(|(x, y)| v.point(x, y, 0.0));
        let down = |p: Point| [p[0], p[1] + thick];
        self.picture
            .area(&[west, south, down(south), down(west)], SLAB[0], 1.0);
        self.picture
            .area(&[south, east, down(east), down(south)], SLAB[1], 1.0);
        self.flat([-edge, -edge, n + edge, n + edge], GROUND, 1.0);
    }

    /// Calls for each run of parcels in a row that are alike: where it begins and ends.
    fn runs(&self, alike: impl Fn(usize) -> Option<usize>) -> Vec<(f32, f32, f32, usize)> {
        let side = self.site.side as usize;
        let mut all = Vec::new();
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let tone = alike(y * side + x);
                let begins = x;
                while x < side && alike(y * side + x) == tone {
                    x += 1;
                }
                all.extend(tone.map(|tone| (begins as f32, y as f32, x as f32, tone)));
            }
        }
        all
    }

    fn ground(&mut self) {
        let site = self.site;
        for (x0, y, x1, tone) in self.runs(|i| Some(usize::from(site.districts[i]) % BLOCKS.len()))
        {
            self.flat([x0, y, x1, y + 1.0], BLOCKS[tone], 1.0);
        }
        let painted = |cell: Cell| match cell {
            Cell::Road => Some(0),
            Cell::Plaza => Some(1),
            Cell::Land => None,
        };
        for (x0, y, x1, tone) in self.runs(|i| painted(site.cells[i])) {
            self.flat([x0, y, x1, y + 1.0], [ROAD, PLAZA][tone], 1.0);
        }
        if site.cells.contains(&Cell::Plaza) {
            let half = (site.side as f32 / 24.0).max(1.0);
            let zoom = self.view.zoom;
            let middle = self
                .view
                .point(site.side as f32 / 2.0, site.side as f32 / 2.0, 0.0);
            for r in [0.42, 0.62, 0.8] {
                self.ring(
                    middle,
                    r * half * zoom * std::f32::consts::SQRT_2,
                    0.09 * zoom,
                );
            }
            self.picture
                .disc(middle, [0.55 * zoom, 0.55 * zoom * SLANT], RING, 1.0);
            self.picture.disc(
                [middle[0], middle[1] - 0.08 * zoom],
                [0.42 * zoom, 0.42 * zoom * SLANT],
                WATER,
                1.0,
            );
        }
    }

    /// Returns what stands on a lot that somebody lives on: its base, its height, whether it is a tower.
    fn house(&self, x: u32, y: u32, i: usize) -> Option<(Base, f32, bool)> {
        let homes = f32::from(self.site.homes[i].min(6));
        if homes == 0.0 {
            return None;
        }
        let key = i as u64 * 8;
        let worth = f32::from(self.site.worth[i]) / 255.0;
        let is_tower = self.site.worth[i] >= TOWERS_FROM;
        let (half, back) = if is_tower {
            (0.34, 0.0)
        } else {
            (0.25 + 0.06 * chance(key), 0.08)
        };
        let [dx, dy] = Front::of(x, y, self.site.road_every).direction();
        let (cx, cy) = (x as f32 + 0.5 - dx * back, y as f32 + 0.5 - dy * back);
        let height = if is_tower {
            0.7 + 2.2 * (worth - 0.35) + 0.25 * homes * chance(key + 1)
        } else {
            0.24 + 0.05 * homes.min(5.0) + 0.1 * chance(key + 2)
        };
        Some((
            [cx - half, cy - half, cx + half, cy + half],
            height,
            is_tower,
        ))
    }

    fn space(&mut self, kind: SpaceKind, [x0, y0, x1, y1]: Base) {
        let color = hue(kind);
        let (right, left, top) = (
            mix(color, WHITE, 0.18),
            mix(color, BLACK, 0.22),
            mix(color, WHITE, 0.38),
        );
        let (pale, paler) = (mix(color, WHITE, 0.72), mix(color, WHITE, 0.5));
        let inner = |by: f32| [x0 + by, y0 + by, x1 - by, y1 - by];
        match kind {
            SpaceKind::Plaza => {
                self.cube(inner(0.12), 0.0, 0.28, pale, paler, None);
                self.hip(inner(0.04), 0.28, 0.62, right, left);
            }
            SpaceKind::GameRoom => {
                self.cube(inner(0.0), 0.0, 0.5, right, left, Some(top));
                self.cube(inner(0.16), 0.5, 0.9, right, left, Some(top));
            }
            SpaceKind::MarketHall => {
                self.cube(inner(-0.02), 0.0, 0.4, pale, paler, None);
                self.hip(inner(-0.04), 0.4, 0.85, right, left);
            }
            SpaceKind::Estate => self.cube(inner(0.1), 0.0, 1.5, right, left, Some(top)),
            SpaceKind::Classroom => {
                self.cube(inner(0.0), 0.0, 0.5, pale, paler, None);
                self.hip(inner(0.0), 0.5, 1.05, right, left);
            }
        }
    }

    fn lot(&mut self, x: u32, y: u32, i: usize) {
        let key = i as u64 * 64;
        let (fx, fy) = (x as f32, y as f32);
        if let Some(kind) = self.halls.get(&i) {
            self.space(*kind, [fx + 0.13, fy + 0.13, fx + 0.87, fy + 0.87]);
            return;
        }
        let Some((base, height, is_tower)) = self.house(x, y, i) else {
            for k in 0..(3.4 * chance(key)) as u64 {
                let (dx, dy) = (chance(key + 4 * k + 1), chance(key + 4 * k + 2));
                self.tree(fx + 0.2 + 0.6 * dx, fy + 0.2 + 0.6 * dy, key + 4 * k + 3);
            }
            return;
        };
        let [x0, y0, x1, y1] = base;
        self.flat(
            [x0 + 0.05, y0 + 0.05, x1 + 0.16 + 0.32 * height, y1 + 0.12],
            SHADE,
            0.13,
        );
        if is_tower {
            let [right, left, top] = TOWER;
            self.cube(base, 0.0, height, right, left, Some(top));
        } else {
            let [right, left] = ROOFS[(chance(key + 50) * 4.0) as usize % 4];
            self.cube(base, 0.0, height, WALL[0], WALL[1], None);
            self.hip(base, height, height + 0.22, right, left);
        }
    }
}

/// Paints a city on a picture, and returns which pixels are part of it.
pub(super) fn paint(picture: &mut Canvas, site: &Site, view: View) -> Vec<bool> {
    let edge = view.point(site.side as f32 / 2.0, site.side as f32 / 2.0, 0.0);
    let reach = site.side as f32 * view.zoom;
    picture.glow(
        [edge[0], edge[1] + 3.0 * view.zoom],
        [1.12 * reach, 1.12 * reach * SLANT],
        [205, 209, 203],
        0.9,
    );
    let before = picture.pixels.clone();
    let halls = site.spaces.iter().map(|s| (s.parcel.idx(), s.kind));
    let mut painter = Painter {
        picture,
        view,
        site,
        halls: halls.collect(),
    };
    painter.slab();
    painter.ground();
    // From the back to the front, so that what is nearer hides what is behind it.
    let side = site.side;
    for diagonal in 0..(2 * side).saturating_sub(1) {
        for x in (diagonal + 1).saturating_sub(side)..side.min(diagonal + 1) {
            let y = diagonal - x;
            let i = (y * side + x) as usize;
            if site.cells[i] == Cell::Land {
                painter.lot(x, y, i);
            }
        }
    }
    picture
        .pixels
        .iter()
        .zip(&before)
        .map(|(now, was)| now != was)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::page::example::small;
    use crate::sim::ids::ParcelId;

    #[test]
    fn a_city_fills_its_part_of_the_picture_and_shows_its_spaces() {
        let mut site = small().site;
        // Beside a road, not on one.
        site.spaces[0].parcel = ParcelId(203);
        let mut picture = Canvas::new(400, 300, TABLE);
        let view = View::whole(site.side, [200.0, 150.0], [400.0, 300.0]);
        let mask = paint(&mut picture, &site, view);
        let covered = mask.iter().filter(|m| **m).count() as f32 / mask.len() as f32;
        assert!((0.3..0.7).contains(&covered), "{covered}");
        assert!(!mask[0] && mask[150 * 400 + 200]);
        let roof = mix(hue(SpaceKind::Classroom), WHITE, 0.18);
        assert!(picture.pixels.contains(&roof), "the classroom is seen");
    }

    #[test]
    fn the_corners_of_the_city_are_in_the_picture() {
        for (side, size) in [
            (16, [300.0, 100.0]),
            (64, [960.0, 600.0]),
            (400, [200.0, 900.0]),
        ] {
            let view = View::whole(side, [size[0] / 2.0, size[1] / 2.0], size);
            let n = side as f32;
            for (x, y) in [(0.0, 0.0), (n, 0.0), (0.0, n), (n, n)] {
                let [px, py] = view.point(x, y, 0.0);
                assert!(
                    px >= -1.0 && px <= size[0] + 1.0 && py >= -1.0 && py <= size[1] + 1.0,
                    "{side}: {px} {py}"
                );
            }
        }
    }
}
