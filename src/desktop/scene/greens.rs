//! Trees, gardens, signs and street lamps.

use bevy::math::Vec3;

use super::part::{Class, Paint, Part, Parts, Site, lit, paint};
use crate::desktop::view::city::{CityRows, LotRow};
use crate::desktop::view::place::{CELL, Ground, chance};
use crate::society::spaces::map::Cell;

const GREENS: [Paint; 7] = [
    paint(66, 128, 58),
    paint(82, 140, 60),
    paint(56, 112, 62),
    paint(98, 146, 58),
    paint(70, 126, 78),
    paint(132, 142, 52),
    paint(204, 128, 62),
];
const NEEDLES: [Paint; 3] = [paint(52, 104, 72), paint(62, 116, 74), paint(44, 92, 70)];
const BARK: Paint = paint(112, 82, 60);

/// Metres beyond the city's edge in which trees grow.
const BELT: f32 = 42.0;

fn tree(site: &mut Site<'_>, k: u64, x: f32, z: f32) {
    let size = 0.75 + 0.55 * site.luck(k + 40);
    if site.luck(k + 41) < 0.3 {
        let color = site.pick(k + 42, &NEEDLES);
        site.put(
            Class::Conifer,
            [x, 0.0, z],
            [3.0 * size, 6.2 * size, 3.0 * size],
            color,
            BARK,
        );
    } else {
        let color = site.pick(k + 43, &GREENS);
        site.put(
            Class::Round,
            [x, 0.0, z],
            [3.4 * size, 4.9 * size, 3.4 * size],
            color,
            BARK,
        );
    }
}

/// Plants an empty lot; owned ones have a fence, and those for sale a sign.
pub(super) fn meadow(site: &mut Site<'_>, lot: &LotRow) {
    let n = (site.luck(20) * 2.6) as u64 + u64::from(site.luck(26) < 0.4);
    for k in 0..n {
        let (x, z) = (
            8.0 * (site.luck(21 + 3 * k) - 0.5),
            8.0 * (site.luck(22 + 3 * k) - 0.5),
        );
        tree(site, k, x, z);
    }
    if lot.is_owned {
        let wood = paint(222, 214, 198);
        site.put(
            Class::Detail,
            [0.0, 0.5, 4.6],
            [9.2, 0.14, 0.08],
            wood,
            wood,
        );
        for x in [-4.6, -1.5, 1.5, 4.6] {
            site.put(Class::Detail, [x, 0.0, 4.6], [0.12, 0.9, 0.12], wood, wood);
        }
    }
    if lot.is_on_sale {
        sale_sign(site);
    }
}

/// Plants what grows beside a house.
pub(super) fn garden(site: &mut Site<'_>, lot: &LotRow) {
    if site.luck(24) < 0.5 {
        let (x, z) = (
            if site.luck(25) < 0.5 { 4.2 } else { -4.2 },
            -4.2 + 3.0 * site.luck(27),
        );
        tree(site, 0, x, z);
    }
    if lot.is_on_sale {
        sale_sign(site);
    }
}

fn sale_sign(site: &mut Site<'_>) {
    let post = paint(236, 232, 224);
    site.put(
        Class::Detail,
        [3.6, 0.0, 4.5],
        [0.12, 1.9, 0.12],
        post,
        post,
    );
    site.put(
        Class::Detail,
        [3.6, 1.2, 4.58],
        [1.5, 0.9, 0.08],
        paint(240, 190, 60),
        post,
    );
}

/// Plants trees around the central plaza.
pub(super) fn square(site: &mut Site<'_>, half: f32) {
    let n = ((2.0 * half / 9.0) as u8).clamp(2, 12);
    for k in 0..n {
        let t = -half + 2.0 * half * (f32::from(k) + 0.5) / f32::from(n);
        for (i, (x, z)) in [
            (t, half - 1.6),
            (t, 1.6 - half),
            (half - 1.6, t),
            (1.6 - half, t),
        ]
        .into_iter()
        .enumerate()
        {
            if t.abs() > 4.5 {
                let box_paint = paint(176, 160, 140);
                site.put(
                    Class::Detail,
                    [x, 0.0, z],
                    [1.5, 0.45, 1.5],
                    box_paint,
                    paint(96, 76, 58),
                );
                let size = 0.85 + 0.2 * site.luck(u64::from(k) * 4 + i as u64);
                site.put(
                    Class::Round,
                    [x, 0.2, z],
                    [3.0 * size, 4.6 * size, 3.0 * size],
                    GREENS[usize::from(k) % 3],
                    BARK,
                );
            }
        }
    }
}

/// Puts street lamps along all roads; returns where their light falls.
pub(super) fn lamps(parts: &mut Parts, rows: &CityRows) -> Vec<Ground> {
    let mut lit_ground = Vec::new();
    let every = rows.grid.road_every.max(1);
    let side = rows.grid.side;
    for (i, cell) in rows.cells.iter().enumerate() {
        let (x, y) = (i as u32 % side.max(1), i as u32 / side.max(1));
        let (across, down) = (x % every == 0, y % every == 0);
        if *cell != Cell::Road || across == down {
            continue;
        }
        let along = if across { y } else { x };
        if along % 4 != 2 {
            continue;
        }
        let flip = if (along / 4).is_multiple_of(2) {
            1.0
        } else {
            -1.0
        };
        let middle = [(x as f32 + 0.5) * CELL, (y as f32 + 0.5) * CELL];
        let offset = if across {
            [3.7 * flip, 0.0]
        } else {
            [0.0, 3.7 * flip]
        };
        let at = [middle[0] + offset[0], middle[1] + offset[1]];
        let part = |y: f32, size: [f32; 3], paint: Paint| Part {
            at: Vec3::new(at[0], y, at[1]),
            size: Vec3::from(size),
            yaw: 0.0,
            paint,
            trim: paint,
            seed: 0,
        };
        let iron = paint(62, 68, 76);
        parts.put(Class::Detail, &part(0.0, [0.16, 4.3, 0.16], iron));
        parts.put(
            Class::Detail,
            &part(4.3, [0.55, 0.45, 0.55], lit(255, 220, 150)),
        );
        lit_ground.push(at);
    }
    lit_ground
}

/// Plants trees in the belt around the city.
pub(super) fn belt(parts: &mut Parts, extent: f32) {
    let n = ((4.0 * extent / 7.0) as u64).min(4_000);
    for k in 0..n {
        let along = chance(k << 3) * (extent + 2.0 * BELT) - BELT;
        let off = 5.0 + (BELT - 8.0) * chance(k << 3 | 1);
        let at = match k % 4 {
            0 => [along, -off],
            1 => [along, extent + off],
            2 => [-off, along],
            _ => [extent + off, along],
        };
        let size = 0.8 + 0.7 * chance(k << 3 | 2);
        let is_conifer = chance(k << 3 | 3) < 0.55;
        let which = chance(k << 3 | 4);
        let (class, scale, paint) = if is_conifer {
            (
                Class::Conifer,
                [3.4, 7.4, 3.4],
                NEEDLES[(which * 3.0) as usize % 3],
            )
        } else {
            (
                Class::Round,
                [3.8, 5.4, 3.8],
                GREENS[(which * 5.0) as usize % 5],
            )
        };
        let part = Part {
            at: Vec3::new(at[0], 0.0, at[1]),
            size: Vec3::from(scale) * size,
            yaw: 6.0 * which,
            paint,
            trim: BARK,
            seed: k as u16,
        };
        parts.put(class, &part);
    }
}
