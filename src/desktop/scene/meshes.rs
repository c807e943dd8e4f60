//! Low-poly shapes that everything standing in the city is put together from, and the figure of an avatar.
//!
//! Shapes stand on the ground in a box from −½ to ½ and from 0 to 1; instances say how large they are.

use std::collections::BTreeMap;

use bevy::math::Vec3;

/// A vertex as the graphics card reads it: position, then normal and material in signed bytes.
pub(super) type Vertex = [u32; 4];

/// Which part of a shape a vertex belongs to: 0 takes the first colour of an instance, 1 the second.
const FIRST: u8 = 0;
const SECOND: u8 = 1;

/// Shapes in one buffer; each is a range of vertices.
#[derive(Debug, Default)]
pub(super) struct Meshes {
    /// Vertices of all shapes; what triangles of a face share is there once.
    pub(super) vertices: Vec<Vertex>,
    /// Numbers of vertices, three a triangle.
    pub(super) indices: Vec<u32>,
    ranges: Vec<std::ops::Range<u32>>,
    /// Vertices of the shape that is being made.
    known: BTreeMap<Vertex, u32>,
}

/// The shapes, in the order of [`Meshes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Shape {
    /// A box without a bottom; its top takes the second colour.
    Block,
    /// A gabled roof; its gables take the second colour.
    Gable,
    /// A pyramid: hipped roofs and tents.
    Hip,
    /// A round column or drum with a top.
    Drum,
    /// A round cone.
    Cone,
    /// A conifer.
    Conifer,
    /// A conifer from afar.
    FarConifer,
    /// A round tree.
    Round,
    /// A round tree from afar.
    FarRound,
    /// A figure.
    Figure,
    /// A figure from afar: two quads that turn to the eye.
    FarFigure,
    /// A quad on the ground or before the eye.
    Quad,
}

const N_SHAPES: usize = 12;

fn pack(p: Vec3, n: Vec3, code: u8) -> Vertex {
    let byte = |v: f32| u32::from((v.clamp(-1.0, 1.0) * 127.0).round() as i8 as u8);
    let normal = byte(n.x) | byte(n.y) << 8 | byte(n.z) << 16 | u32::from(code) << 24;
    [p.x.to_bits(), p.y.to_bits(), p.z.to_bits(), normal]
}

impl Meshes {
    /// Makes all shapes.
    pub(super) fn new() -> Self {
        let mut m = Self::default();
        m.shape(|m| {
            m.block(
                Vec3::new(-0.5, 0.0, -0.5),
                Vec3::new(0.5, 1.0, 0.5),
                [FIRST, SECOND],
            );
        });
        m.shape(Self::gable);
        m.shape(|m| m.cone(4, 0.0, 1.0, 0.5 * std::f32::consts::SQRT_2, FIRST));
        m.shape(|m| m.drum(10, 0.0, 1.0, 0.5));
        m.shape(|m| m.cone(10, 0.0, 1.0, 0.5, FIRST));
        m.shape(|m| {
            m.trunk(0.22);
            m.cone(6, 0.16, 0.72, 0.5, FIRST);
            m.cone(6, 0.46, 1.0, 0.36, FIRST);
        });
        m.shape(|m| m.cone(5, 0.08, 1.0, 0.46, FIRST));
        m.shape(|m| {
            m.trunk(0.45);
            m.ball(Vec3::new(0.0, 0.66, 0.0), Vec3::new(0.5, 0.35, 0.5));
        });
        m.shape(|m| m.diamond(Vec3::new(0.0, 0.6, 0.0), Vec3::new(0.48, 0.42, 0.48)));
        m.shape(Self::figure);
        m.shape(|m| {
            m.quad_facing(0.0, 1.28, 0.27, BODY);
            m.quad_facing(1.24, 1.78, 0.17, SKIN);
        });
        m.shape(|m| m.quad_facing(-1.0, 1.0, 1.0, FIRST));
        debug_assert_eq!(m.ranges.len(), N_SHAPES);
        m
    }

    /// Returns the indices of a shape.
    pub(super) fn range(&self, shape: Shape) -> std::ops::Range<u32> {
        self.ranges[shape as usize].clone()
    }

    fn shape(&mut self, make: impl FnOnce(&mut Self)) {
        let from = self.indices.len() as u32;
        self.known.clear();
        make(self);
        self.ranges.push(from..self.indices.len() as u32);
    }

    fn triangle(&mut self, p: [Vec3; 3], code: u8) {
        let n = (p[1] - p[0]).cross(p[2] - p[0]).normalize_or(Vec3::Y);
        for vertex in p.map(|p| pack(p, n, code)) {
            let next = self.vertices.len() as u32;
            let index = *self.known.entry(vertex).or_insert(next);
            if index == next {
                self.vertices.push(vertex);
            }
            self.indices.push(index);
        }
    }

    fn quad(&mut self, p: [Vec3; 4], code: u8) {
        self.triangle([p[0], p[1], p[2]], code);
        self.triangle([p[0], p[2], p[3]], code);
    }

    /// Four sides and a top.
    fn block(&mut self, a: Vec3, b: Vec3, [side, top]: [u8; 2]) {
        self.tapered(a, b, 1.0, [side, top]);
    }

    fn tapered(&mut self, a: Vec3, b: Vec3, taper: f32, [side, top]: [u8; 2]) {
        let mid = 0.5 * (a + b);
        let at = |x: f32, y: f32, z: f32| {
            let t = if y == b.y { taper } else { 1.0 };
            Vec3::new(mid.x + (x - mid.x) * t, y, mid.z + (z - mid.z) * t)
        };
        let low = [
            at(a.x, a.y, b.z),
            at(b.x, a.y, b.z),
            at(b.x, a.y, a.z),
            at(a.x, a.y, a.z),
        ];
        let high = [
            at(a.x, b.y, b.z),
            at(b.x, b.y, b.z),
            at(b.x, b.y, a.z),
            at(a.x, b.y, a.z),
        ];
        for i in 0..4 {
            let j = (i + 1) % 4;
            self.quad([low[i], low[j], high[j], high[i]], side);
        }
        self.quad(high, top);
    }

    fn gable(&mut self) {
        let p = |x: f32, y: f32, z: f32| Vec3::new(x, y, z);
        let (w, d) = (0.5, 0.5);
        self.quad(
            [p(-w, 0.0, d), p(w, 0.0, d), p(w, 1.0, 0.0), p(-w, 1.0, 0.0)],
            FIRST,
        );
        self.quad(
            [
                p(w, 0.0, -d),
                p(-w, 0.0, -d),
                p(-w, 1.0, 0.0),
                p(w, 1.0, 0.0),
            ],
            FIRST,
        );
        self.triangle([p(w, 0.0, d), p(w, 0.0, -d), p(w, 1.0, 0.0)], SECOND);
        self.triangle([p(-w, 0.0, -d), p(-w, 0.0, d), p(-w, 1.0, 0.0)], SECOND);
    }

    fn cone(&mut self, n: u8, low: f32, high: f32, radius: f32, code: u8) {
        for i in 0..n {
            let [a, b] = [i, i + 1].map(|k| ring(k, n, radius, low));
            self.triangle([a, b, Vec3::new(0.0, high, 0.0)], code);
        }
    }

    fn drum(&mut self, n: u8, low: f32, high: f32, radius: f32) {
        for i in 0..n {
            let [a, b] = [i, i + 1].map(|k| ring(k, n, radius, low));
            let (c, d) = (b.with_y(high), a.with_y(high));
            self.quad([a, b, c, d], FIRST);
            self.triangle([d, c, Vec3::new(0.0, high, 0.0)], SECOND);
        }
    }

    fn trunk(&mut self, high: f32) {
        for i in 0..4 {
            let [a, b] = [i, i + 1].map(|k| ring(k, 4, 0.07, 0.0));
            self.quad([a, b, b.with_y(high), a.with_y(high)], SECOND);
        }
    }

    /// A ball of twenty-four triangles, flattened below.
    fn ball(&mut self, middle: Vec3, size: Vec3) {
        let n = 6u8;
        let at = |k: u8, lat: f32, twist: f32| {
            let a = (f32::from(k) + twist) / f32::from(n) * std::f32::consts::TAU;
            middle + size * Vec3::new(a.sin() * lat.cos(), lat.sin(), a.cos() * lat.cos())
        };
        let (low, high) = (-0.45f32, 0.55f32);
        for k in 0..n {
            let (a, b) = (at(k, low, 0.0), at(k + 1, low, 0.0));
            let (c, d) = (at(k, high, 0.5), at(k + 1, high, 0.5));
            self.triangle([a, b, c], FIRST);
            self.triangle([b, d, c], FIRST);
            self.triangle([c, d, middle + Vec3::Y * size.y], FIRST);
            self.triangle([b, a, middle - Vec3::Y * (0.75 * size.y)], FIRST);
        }
    }

    fn diamond(&mut self, middle: Vec3, size: Vec3) {
        for k in 0..4 {
            let [a, b] = [k, k + 1].map(|k| middle + ring(k, 4, size.x, 0.0));
            self.triangle([a, b, middle + Vec3::Y * size.y], FIRST);
            self.triangle([b, a, middle - Vec3::Y * size.y], FIRST);
        }
    }

    /// A quad in the plane of the picture, from a height to another.
    fn quad_facing(&mut self, low: f32, high: f32, half: f32, code: u8) {
        let p = |x: f32, y: f32| Vec3::new(x, y, 0.0);
        self.quad(
            [p(-half, low), p(half, low), p(half, high), p(-half, high)],
            code,
        );
    }

    /// A figure of 1.75 m: legs and arms that swing, a body, a head, and what it wears on its head.
    fn figure(&mut self) {
        let v = Vec3::new;
        self.limb(v(-0.15, 0.0, -0.09), v(-0.02, 0.8, 0.09), TROUSERS | SWINGS);
        self.limb(
            v(0.02, 0.0, -0.09),
            v(0.15, 0.8, 0.09),
            TROUSERS | SWINGS_BACK,
        );
        self.tapered(
            v(-0.21, 0.72, -0.13),
            v(0.21, 1.36, 0.13),
            0.84,
            [BODY, BODY],
        );
        self.limb(
            v(-0.32, 0.74, -0.07),
            v(-0.21, 1.32, 0.07),
            SLEEVES | SWINGS_BACK,
        );
        self.limb(v(0.21, 0.74, -0.07), v(0.32, 1.32, 0.07), SLEEVES | SWINGS);
        self.tapered(
            v(-0.13, 1.38, -0.13),
            v(0.13, 1.68, 0.14),
            0.92,
            [SKIN, SKIN],
        );
        self.tapered(v(-0.15, 1.62, -0.15), v(0.15, 1.76, 0.15), 0.82, [HAT, HAT]);
    }

    /// Four sides.
    fn limb(&mut self, a: Vec3, b: Vec3, code: u8) {
        let low = [
            v3(a.x, a.y, b.z),
            v3(b.x, a.y, b.z),
            v3(b.x, a.y, a.z),
            v3(a.x, a.y, a.z),
        ];
        for i in 0..4 {
            let j = (i + 1) % 4;
            self.quad(
                [low[i], low[j], low[j].with_y(b.y), low[i].with_y(b.y)],
                code,
            );
        }
    }
}

const BODY: u8 = 0;
const SKIN: u8 = 1;
const TROUSERS: u8 = 2;
const HAT: u8 = 3;
const SLEEVES: u8 = 4;
const SWINGS: u8 = 16;
const SWINGS_BACK: u8 = 32;

const fn v3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3::new(x, y, z)
}

/// Returns a corner of a ring; with four corners, the corners of a square.
fn ring(k: u8, n: u8, radius: f32, y: f32) -> Vec3 {
    let a = (f32::from(k) + 0.5) / f32::from(n) * std::f32::consts::TAU;
    Vec3::new(radius * a.sin(), y, radius * a.cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_small_and_whole() {
        let m = Meshes::new();
        for r in &m.ranges {
            assert!(
                !r.is_empty() && r.len() % 3 == 0 && r.len() <= 3 * 80,
                "{r:?}"
            );
        }
        let figure = m.range(Shape::Figure);
        assert!(figure.len() <= 3 * 64, "{}", figure.len() / 3);
    }

    #[test]
    fn blocks_look_outwards() {
        let m = Meshes::new();
        let r = m.range(Shape::Block);
        // Five faces of four corners.
        assert_eq!(m.indices[..r.len()].iter().max(), Some(&19));
        let corner = |i: &u32| m.vertices[*i as usize];
        for t in m.indices[r.start as usize..r.end as usize].chunks(3) {
            let t: Vec<Vertex> = t.iter().map(corner).collect();
            let p = t.iter().map(|v| {
                Vec3::new(
                    f32::from_bits(v[0]),
                    f32::from_bits(v[1]),
                    f32::from_bits(v[2]),
                )
            });
            let middle = p.sum::<Vec3>() / 3.0 - Vec3::new(0.0, 0.5, 0.0);
            let n = t[0][3];
            let normal = [n, n >> 8, n >> 16].map(|b| f32::from(b as u8 as i8));
            assert!(middle.dot(Vec3::from(normal)) > 0.0);
        }
    }
}
