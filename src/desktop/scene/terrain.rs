//! The ground: an island with meadows and a beach, lots, roads with pavements and markings, the plaza.

use std::ops::Range;

use bevy::math::Vec3;

use super::part::{Chunks, Sights};
use crate::desktop::view::city::CityRows;
use crate::desktop::view::place::{CELL, Ground, chance};
use crate::sim::ids::ParcelId;
use crate::sim::rng::mix;
use crate::society::spaces::map::Cell;
use crate::society::spaces::space::SpaceKind;

/// A vertex of the ground: position and colour.
pub(super) type Vertex = [u32; 4];

type Rgb = [u8; 3];

/// Heights of what lies on what, in metres: far enough apart for the depth buffer, too close for the eye.
const LOT: f32 = 0.02;
const PAVEMENT: f32 = 0.03;
const ASPHALT: f32 = 0.04;
const MARKING: f32 = 0.05;

const GRASS: Rgb = [126, 160, 88];
const PAVING: Rgb = [178, 174, 166];
const ROAD: Rgb = [88, 92, 98];
const LINE: Rgb = [226, 222, 206];
const SAND: Rgb = [226, 206, 156];
const SHALLOW: Rgb = [98, 184, 188];
const SEA: Rgb = [40, 108, 152];
const DEEP: Rgb = [28, 84, 132];

/// The ground as vertices: what is always drawn, then chunk by chunk.
#[derive(Debug, Default)]
pub(super) struct Terrain {
    /// Three a triangle.
    pub(super) vertices: Vec<Vertex>,
    /// Where each chunk begins; the first begins after what is always drawn. One more than there are.
    starts: Vec<u32>,
}

impl Terrain {
    /// Lists ranges of vertices to draw.
    pub(super) fn ranges(&self, sights: &Sights, out: &mut Vec<Range<u32>>) {
        out.clear();
        let Some(first) = self.starts.first() else {
            return;
        };
        out.push(0..*first);
        for (pair, distance) in self.starts.windows(2).zip(&sights.distance) {
            if !distance.is_finite() || pair[0] == pair[1] {
                continue;
            }
            match out.last_mut() {
                Some(last) if last.end == pair[0] => last.end = pair[1],
                _ => out.push(pair[0]..pair[1]),
            }
        }
    }

    /// Lays out the ground.
    pub(super) fn new(rows: &CityRows) -> Self {
        let extent = rows.grid.extent();
        if rows.cells.is_empty() || extent <= 0.0 {
            return Self::default();
        }
        let chunks = Chunks::over(rows.grid.side);
        let mut always = Sheet::default();
        island(&mut always, extent);
        let mut sheets: Vec<Sheet> = (0..chunks.len()).map(|_| Sheet::default()).collect();
        for i in 0..rows.cells.len() {
            let parcel = ParcelId::from_idx(i);
            let chunk = chunks.of(rows.grid.middle(parcel)) as usize;
            if let Some(sheet) = sheets.get_mut(chunk) {
                cell(sheet, rows, parcel);
            }
        }
        let mut terrain = Self {
            vertices: always.0,
            starts: Vec::with_capacity(sheets.len() + 1),
        };
        for sheet in sheets {
            terrain.starts.push(terrain.vertices.len() as u32);
            terrain.vertices.extend(sheet.0);
        }
        terrain.starts.push(terrain.vertices.len() as u32);
        terrain
    }
}

/// Vertices being collected.
#[derive(Debug, Default)]
struct Sheet(Vec<Vertex>);

impl Sheet {
    fn point(&mut self, [x, y, z]: [f32; 3], [r, g, b]: Rgb) {
        let color = u32::from_le_bytes([r, g, b, 255]);
        self.0.push([x.to_bits(), y.to_bits(), z.to_bits(), color]);
    }

    /// An upright rectangle on the ground, from a corner to the opposite one.
    fn rect(&mut self, a: Ground, b: Ground, y: f32, color: Rgb) {
        for [x, z] in [a, [a[0], b[1]], b, a, b, [b[0], a[1]]] {
            self.point([x, y, z], color);
        }
    }

    /// A rectangle by its middle.
    fn around(&mut self, middle: Ground, half: Ground, y: f32, color: Rgb) {
        let [x, z] = middle;
        self.rect(
            [x - half[0], z - half[1]],
            [x + half[0], z + half[1]],
            y,
            color,
        );
    }
}

fn mixed(a: Rgb, b: Rgb, t: f32) -> Rgb {
    let mix = |a: u8, b: u8| {
        (f32::from(a) + t * (f32::from(b) - f32::from(a)))
            .round()
            .clamp(0.0, 255.0) as u8
    };
    [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])]
}

/// Rings from the city's edge to the horizon.
fn island(sheet: &mut Sheet, extent: f32) {
    let n = 96u8;
    let half = 0.5 * extent;
    // How far beyond the edge each ring lies, how much its shore wavers, height, colour.
    let rings: [(f32, f32, f32, Rgb); 9] = [
        (-half, 0.0, -0.02, GRASS),
        (6.0, 0.0, -0.02, GRASS),
        (40.0, 5.0, -0.1, mixed(GRASS, [150, 168, 92], 0.6)),
        (52.0, 9.0, -0.4, SAND),
        (66.0, 12.0, -1.0, SAND),
        (70.0, 12.0, -1.1, SHALLOW),
        (110.0, 18.0, -1.2, SEA),
        (260.0, 0.0, -1.2, DEEP),
        (9_000.0, 0.0, -1.2, DEEP),
    ];
    let at = |k: u8, ring: usize| {
        let (off, waver, y, _) = rings[ring];
        let a = f32::from(k % n) / f32::from(n) * std::f32::consts::TAU;
        let (sin, cos) = a.sin_cos();
        // A square with round corners that becomes a circle far out.
        let square = 1.0 / cos.abs().max(sin.abs());
        let roundness = (off / 400.0).clamp(0.0, 1.0);
        let shape = (square + roundness * (1.15 - square)).min(1.36);
        let wave =
            waver * ((3.0 * a).sin() + 0.6 * (7.0 * a + 1.0).sin() + 0.4 * (13.0 * a + 2.0).cos());
        let r = if ring == 0 {
            0.0
        } else {
            (half + off) * shape + wave
        };
        [half + r * sin, y, half + r * cos]
    };
    for ring in 0..rings.len() - 1 {
        for k in 0..n {
            let (a, b) = (at(k, ring), at(k + 1, ring));
            let (c, d) = (at(k + 1, ring + 1), at(k, ring + 1));
            let (inner, outer) = (rings[ring].3, rings[ring + 1].3);
            for (p, color) in [
                (a, inner),
                (d, outer),
                (c, outer),
                (a, inner),
                (c, outer),
                (b, inner),
            ] {
                sheet.point(p, color);
            }
        }
    }
}

fn cell(sheet: &mut Sheet, rows: &CityRows, parcel: ParcelId) {
    let middle = rows.grid.middle(parcel);
    let luck = chance(u64::from(parcel.0) ^ 0x6E55);
    match rows.cells.get(parcel.idx()) {
        Some(Cell::Road) => road(sheet, rows, parcel, middle),
        Some(Cell::Plaza) => paving(sheet, middle, luck),
        Some(Cell::Land) => lot(sheet, rows, parcel, middle, luck),
        None => {}
    }
}

/// Four slabs in a pattern that goes on over the cells.
fn paving(sheet: &mut Sheet, [x, z]: Ground, luck: f32) {
    let (light, dark) = ([216, 204, 184], [196, 182, 162]);
    let q = 0.25 * CELL;
    for (k, (dx, dz)) in [(-q, -q), (q, -q), (-q, q), (q, q)].into_iter().enumerate() {
        let color = if k == 0 || k == 3 { light } else { dark };
        sheet.around(
            [x + dx, z + dz],
            [q, q],
            PAVEMENT,
            mixed(color, [206, 186, 160], 0.3 * luck),
        );
    }
}

fn lot(sheet: &mut Sheet, rows: &CityRows, parcel: ParcelId, middle: Ground, luck: f32) {
    let half = 0.5 * CELL;
    let Some(row) = rows.lot(parcel) else { return };
    if let Some(space) = rows.space_on(parcel).and_then(|s| rows.spaces.get(s.idx())) {
        let color = match space.kind {
            SpaceKind::Plaza => [198, 186, 160],
            SpaceKind::GameRoom => [120, 112, 138],
            SpaceKind::MarketHall => [196, 186, 166],
            SpaceKind::Estate => [150, 176, 104],
            SpaceKind::Classroom => [190, 190, 184],
        };
        sheet.around(middle, [half, half], LOT, color);
        return;
    }
    // Districts differ a little in their green.
    let district = rows.district.get(parcel.idx()).copied().unwrap_or(0);
    let tone = mix(u64::from(district) ^ 0x77) as u8;
    let base = mixed(GRASS, [104 + tone / 8, 158, 78 + tone / 6], 0.8);
    let color = if row.homes > 0 || row.is_built {
        let crowded = (f32::from(row.homes) / 12.0)
            .min(1.0)
            .max(0.9 * (row.worth - 0.25).clamp(0.0, 1.0) * 1.4)
            .min(1.0);
        mixed(mixed(base, [120, 160, 92], luck), [182, 176, 160], crowded)
    } else {
        mixed(base, [146, 172, 94], 0.8 * luck)
    };
    sheet.around(middle, [half, half], LOT, color);
}

fn road(sheet: &mut Sheet, rows: &CityRows, parcel: ParcelId, [x, z]: Ground) {
    let half = 0.5 * CELL;
    let lane = 3.1;
    let every = rows.grid.road_every.max(1);
    let (column, row) = rows.grid.xy(parcel);
    let (down, across) = (column % every == 0, row % every == 0);
    sheet.around([x, z], [half, half], PAVEMENT, PAVING);
    match (down, across) {
        (true, true) => crossing(sheet, [x, z], lane),
        (true, false) | (false, true) => {
            let turn = |p: Ground| if down { p } else { [p[1], p[0]] };
            let put = |sheet: &mut Sheet, at: Ground, size: Ground, y: f32, color: Rgb| {
                let at = turn(at);
                sheet.around([x + at[0], z + at[1]], turn(size), y, color);
            };
            put(sheet, [0.0, 0.0], [lane, half], ASPHALT, ROAD);
            // Kerbs and a dashed line.
            for side in [-lane, lane] {
                put(sheet, [side, 0.0], [0.14, half], MARKING, [206, 202, 194]);
            }
            put(sheet, [0.0, 0.0], [0.11, 1.6], MARKING, LINE);
        }
        (false, false) => {}
    }
}

fn crossing(sheet: &mut Sheet, [x, z]: Ground, lane: f32) {
    let half = 0.5 * CELL;
    sheet.around([x, z], [lane, half], ASPHALT, ROAD);
    for side in [-1.0, 1.0] {
        let off = side * 0.5 * (half + lane);
        sheet.around([x + off, z], [0.5 * (half - lane), lane], ASPHALT, ROAD);
        for k in 0..5u8 {
            let along = -2.4 + 1.2 * f32::from(k);
            sheet.around([x + off, z + along], [0.75, 0.3], MARKING, LINE);
            sheet.around([x + along, z + off], [0.3, 0.75], MARKING, LINE);
        }
    }
}

/// Returns the corners of the sheet that darkens shadows, two triangles over city and belt.
pub(super) fn shade_corners(extent: f32) -> [Vec3; 6] {
    let (a, b) = (-60.0, extent + 60.0);
    let p = |x: f32, z: f32| Vec3::new(x, 0.0, z);
    [p(a, a), p(a, b), p(b, b), p(a, a), p(b, b), p(b, a)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::view::city::LotRow;
    use crate::desktop::view::place::Grid;

    #[test]
    fn all_ground_looks_up_and_an_empty_city_has_none() {
        assert!(Terrain::new(&CityRows::default()).vertices.is_empty());
        let rows = CityRows {
            grid: Grid {
                side: 16,
                road_every: 8,
            },
            cells: vec![Cell::Land; 256],
            lots: vec![LotRow::default(); 256],
            ..CityRows::default()
        };
        let t = Terrain::new(&rows);
        for tri in t.vertices.chunks(3) {
            let p = |i: usize| {
                Vec3::new(
                    f32::from_bits(tri[i][0]),
                    f32::from_bits(tri[i][1]),
                    f32::from_bits(tri[i][2]),
                )
            };
            let n = (p(1) - p(0)).cross(p(2) - p(0));
            assert!(n.y >= -1e-3, "{n:?}");
        }
        let mut out = Vec::new();
        let sights = Sights {
            distance: vec![1.0; 4],
            order: vec![0, 1, 2, 3],
        };
        t.ranges(&sights, &mut out);
        assert_eq!(out, vec![0..t.vertices.len() as u32]);
    }
}
