//! Buildings people meet in: each kind has a silhouette and a colour of its own.

use super::part::{Class, Paint, Site, lit, paint};
use crate::society::spaces::space::SpaceKind;

const STONE: Paint = paint(226, 220, 206);
const WHITE: Paint = paint(246, 244, 238);

/// Returns the colour a kind of space is known by.
#[must_use]
pub const fn kind_color(kind: SpaceKind) -> [u8; 3] {
    match kind {
        SpaceKind::Plaza => [226, 138, 72],
        SpaceKind::GameRoom => [150, 92, 214],
        SpaceKind::MarketHall => [52, 158, 132],
        SpaceKind::Estate => [196, 160, 62],
        SpaceKind::Classroom => [62, 118, 196],
    }
}

fn tint(kind: SpaceKind) -> Paint {
    let [r, g, b] = kind_color(kind);
    paint(r, g, b)
}

/// Builds a space on a lot.
pub(super) fn hall(site: &mut Site<'_>, kind: SpaceKind) {
    match kind {
        SpaceKind::Plaza => pavilion(site),
        SpaceKind::GameRoom => game_room(site),
        SpaceKind::MarketHall => market(site),
        SpaceKind::Estate => estate(site),
        SpaceKind::Classroom => classroom(site),
    }
}

fn pavilion(site: &mut Site<'_>) {
    let roof = tint(SpaceKind::Plaza);
    site.put(
        Class::Drum,
        [0.0, 0.0, 0.0],
        [9.6, 0.1, 9.6],
        paint(214, 198, 170),
        paint(224, 208, 180),
    );
    site.put(
        Class::Drum,
        [0.0, 0.0, 0.0],
        [3.8, 0.4, 3.8],
        STONE,
        paint(236, 228, 212),
    );
    for k in 0..6u8 {
        let a = f32::from(k) / 6.0 * std::f32::consts::TAU;
        site.put(
            Class::Detail,
            [1.6 * a.sin(), 0.4, 1.6 * a.cos()],
            [0.2, 2.9, 0.2],
            WHITE,
            WHITE,
        );
    }
    site.put(Class::Cone, [0.0, 3.2, 0.0], [5.0, 2.1, 5.0], roof, roof);
    site.put(
        Class::Drum,
        [0.0, 3.05, 0.0],
        [5.0, 0.18, 5.0],
        lit(255, 206, 140),
        roof,
    );
    for (x, z) in [(4.4, 4.4), (-4.4, 4.4), (4.4, -4.4), (-4.4, -4.4)] {
        site.put(
            Class::Round,
            [x, 0.0, z],
            [1.9, 3.2, 1.9],
            paint(96, 150, 74),
            paint(110, 80, 58),
        );
    }
}

fn game_room(site: &mut Site<'_>) {
    let wall = paint(74, 56, 110);
    let neon = site.pick(
        1,
        &[lit(80, 240, 255), lit(255, 90, 220), lit(150, 255, 120)],
    );
    let z = -1.8;
    site.put(
        Class::Block,
        [0.0, 0.0, z],
        [9.0, 5.6, 6.0],
        wall,
        paint(58, 46, 84),
    );
    site.put(
        Class::Block,
        [0.0, 5.6, z],
        [9.2, 0.4, 6.2],
        neon,
        paint(58, 46, 84),
    );
    site.put(
        Class::Block,
        [0.0, 2.9, z + 3.0],
        [7.2, 0.22, 0.2],
        neon,
        neon,
    );
    site.put(
        Class::Block,
        [0.0, 3.5, z + 3.0],
        [3.6, 1.5, 0.3],
        tint(SpaceKind::GameRoom),
        neon,
    );
    // A joystick on the roof.
    site.put(
        Class::Drum,
        [0.0, 6.0, z],
        [3.2, 0.5, 3.2],
        paint(40, 34, 58),
        paint(52, 44, 74),
    );
    site.put(
        Class::Drum,
        [0.0, 6.5, z],
        [0.4, 2.0, 0.4],
        paint(200, 204, 212),
        paint(200, 204, 212),
    );
    site.put(
        Class::Round,
        [0.0, 7.2, z],
        [1.9, 2.6, 1.9],
        [neon[0], neon[1], neon[2], 200],
        paint(200, 204, 212),
    );
    site.put(
        Class::Detail,
        [0.0, 0.0, z + 3.0],
        [2.2, 2.4, 0.2],
        lit(255, 214, 150),
        wall,
    );
}

fn market(site: &mut Site<'_>) {
    let roof = tint(SpaceKind::MarketHall);
    let z = -1.8;
    site.put(
        Class::Walls,
        [0.0, 0.0, z],
        [9.2, 3.85, 6.2],
        paint(238, 226, 200),
        roof,
    );
    // Three vaults side by side.
    for x in [-3.1, 0.0, 3.1] {
        site.turned(
            Class::Gable,
            [x, 3.85, z],
            [6.8, 2.1, 3.1],
            std::f32::consts::FRAC_PI_2,
            roof,
            WHITE,
        );
    }
    let tents = [paint(214, 72, 62), paint(238, 186, 72), paint(70, 132, 176)];
    for (k, x) in [-3.4f32, 0.0, 3.4].into_iter().enumerate() {
        let color = tents[(k + (site.seed % 3) as usize) % 3];
        site.put(Class::Hip, [x, 2.1, 2.2], [2.6, 0.9, 1.8], color, color);
        site.put(
            Class::Detail,
            [x, 0.0, 2.0],
            [2.2, 0.9, 0.8],
            paint(160, 116, 78),
            paint(206, 170, 96),
        );
        for dx in [-1.1, 1.1] {
            site.put(
                Class::Detail,
                [x + dx, 0.0, 2.9],
                [0.1, 2.1, 0.1],
                WHITE,
                WHITE,
            );
        }
    }
}

fn estate(site: &mut Site<'_>) {
    let roof = paint(70, 104, 88);
    let wall = paint(240, 218, 160);
    let z = -2.0;
    site.put(Class::Walls, [0.0, 0.0, z], [6.0, 6.2, 4.6], wall, wall);
    site.put(Class::Hip, [0.0, 6.2, z], [6.8, 2.4, 5.4], roof, roof);
    for x in [-3.8, 3.8] {
        site.put(
            Class::Walls,
            [x, 0.0, z + 0.2],
            [2.2, 3.85, 4.2],
            wall,
            wall,
        );
        site.put(Class::Hip, [x, 3.85, z + 0.2], [2.7, 1.7, 4.8], roof, roof);
    }
    site.put(
        Class::Block,
        [0.0, 2.9, z + 2.5],
        [3.0, 0.25, 1.2],
        WHITE,
        WHITE,
    );
    for x in [-1.2, 1.2] {
        site.put(
            Class::Detail,
            [x, 0.0, z + 2.9],
            [0.26, 2.9, 0.26],
            WHITE,
            WHITE,
        );
    }
    site.put(Class::Block, [0.0, 8.4, z], [0.12, 2.6, 0.12], WHITE, WHITE);
    site.put(
        Class::Block,
        [0.7, 10.1, z],
        [1.4, 0.9, 0.1],
        tint(SpaceKind::Estate),
        tint(SpaceKind::Estate),
    );
    for x in [-4.5, 4.5] {
        site.put(
            Class::Conifer,
            [x, 0.0, 1.6],
            [1.3, 4.0, 1.3],
            paint(58, 112, 72),
            paint(104, 76, 56),
        );
    }
}

fn classroom(site: &mut Site<'_>) {
    let roof = tint(SpaceKind::Classroom);
    let z = -2.2;
    site.put(
        Class::Block,
        [0.0, 0.0, z + 0.5],
        [9.2, 0.5, 6.6],
        STONE,
        STONE,
    );
    site.put(Class::Walls, [0.0, 0.5, z], [8.2, 5.5, 5.0], WHITE, STONE);
    site.put(
        Class::Block,
        [0.0, 5.9, z + 0.5],
        [9.0, 0.5, 6.2],
        WHITE,
        STONE,
    );
    site.turned(
        Class::Gable,
        [0.0, 6.4, z + 0.5],
        [6.4, 2.1, 9.0],
        std::f32::consts::FRAC_PI_2,
        roof,
        WHITE,
    );
    for k in 0..5u8 {
        site.put(
            Class::Drum,
            [-3.6 + 1.8 * f32::from(k), 0.5, z + 3.1],
            [0.5, 5.4, 0.5],
            WHITE,
            WHITE,
        );
    }
    site.put(
        Class::Detail,
        [0.0, 0.5, z + 2.5],
        [1.5, 2.8, 0.16],
        roof,
        roof,
    );
}

/// Builds the fountain in the middle of the central plaza.
pub(super) fn fountain(site: &mut Site<'_>) {
    let water = paint(96, 178, 214);
    site.put(
        Class::Drum,
        [0.0, 0.0, 0.0],
        [9.6, 0.25, 9.6],
        paint(212, 200, 180),
        paint(222, 210, 190),
    );
    site.put(Class::Drum, [0.0, 0.0, 0.0], [7.6, 0.75, 7.6], STONE, STONE);
    site.put(
        Class::Drum,
        [0.0, 0.6, 0.0],
        [6.8, 0.2, 6.8],
        water,
        [110, 196, 228, 60],
    );
    site.put(Class::Drum, [0.0, 0.6, 0.0], [1.2, 2.2, 1.2], STONE, STONE);
    site.put(
        Class::Drum,
        [0.0, 2.6, 0.0],
        [3.2, 0.3, 3.2],
        STONE,
        [110, 196, 228, 90],
    );
    site.put(Class::Drum, [0.0, 2.8, 0.0], [0.5, 1.4, 0.5], STONE, STONE);
    site.put(
        Class::Cone,
        [0.0, 4.1, 0.0],
        [1.1, 1.7, 1.1],
        [214, 236, 248, 90],
        water,
    );
}

/// Builds a billboard at the corner of a lot, in a campaign's colour.
pub(super) fn billboard(site: &mut Site<'_>, [r, g, b]: [u8; 3]) {
    let post = paint(70, 74, 82);
    for x in [-1.5, 1.5] {
        site.put(
            Class::Block,
            [BOARD[0] + x, 0.0, BOARD[2]],
            [0.18, BOARD[1] - 0.9, 0.18],
            post,
            post,
        );
    }
    site.put(
        Class::Block,
        [BOARD[0], BOARD[1] - 1.1, BOARD[2] - 0.1],
        [4.4, 2.3, 0.16],
        post,
        post,
    );
    site.put(
        Class::Block,
        [BOARD[0], BOARD[1] - 1.0, BOARD[2]],
        [4.2, 2.1, 0.16],
        [r, g, b, 190],
        post,
    );
    site.put(
        Class::Block,
        [BOARD[0], BOARD[1] - 0.75, BOARD[2] + 0.08],
        [3.4, 0.22, 0.06],
        [255, 255, 255, 120],
        post,
    );
}

/// Where the middle of a billboard is, from the middle of its lot: east, up, south.
pub(super) const BOARD: [f32; 3] = [-3.4, 8.2, -4.85];
