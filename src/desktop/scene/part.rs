//! Parts that buildings, trees and lamps are put together from, sorted so that what is near each other is drawn together.

use std::ops::Range;

use bevy::math::{Mat4, Vec3, Vec4};

use super::meshes::Shape;
use crate::desktop::view::place::{CELL, Front, Ground, add};

/// An instance as the graphics card reads it.
pub(super) type Instance = [u32; 8];

/// A colour, and in the fourth byte how much it glows by itself.
pub(super) type Paint = [u8; 4];

/// Parcels along the side of a chunk, the unit of culling.
const CHUNK_CELLS: f32 = 8.0;

/// Metres that 1 stands for in an instance's sizes.
pub(super) const SIZE_SCALE: f32 = 128.0;

/// Highest thing in the city, for culling.
const HIGHEST: f32 = 60.0;

/// What is drawn with one shape in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Walls with windows.
    Walls,
    /// Boxes.
    Block,
    /// Gabled roofs.
    Gable,
    /// Pyramids.
    Hip,
    /// Columns and drums.
    Drum,
    /// Round cones.
    Cone,
    /// Conifers.
    Conifer,
    /// Round trees.
    Round,
    /// Small boxes, drawn only near the eye.
    Detail,
}

impl Class {
    /// All, in the order in which they are drawn.
    pub(super) const ALL: [Self; 9] = [
        Self::Walls,
        Self::Block,
        Self::Gable,
        Self::Hip,
        Self::Drum,
        Self::Cone,
        Self::Conifer,
        Self::Round,
        Self::Detail,
    ];

    /// Returns its shape near the eye and from afar; `None` where it is not drawn.
    pub(super) const fn shapes(self) -> (Shape, Option<Shape>) {
        match self {
            Self::Walls | Self::Block => (Shape::Block, Some(Shape::Block)),
            Self::Gable => (Shape::Gable, Some(Shape::Gable)),
            Self::Hip => (Shape::Hip, Some(Shape::Hip)),
            Self::Drum => (Shape::Drum, Some(Shape::Drum)),
            Self::Cone => (Shape::Cone, Some(Shape::Cone)),
            Self::Conifer => (Shape::Conifer, Some(Shape::FarConifer)),
            Self::Round => (Shape::Round, Some(Shape::FarRound)),
            Self::Detail => (Shape::Block, None),
        }
    }
}

/// A part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// Middle of its foot.
    pub(super) at: Vec3,
    /// Width, height, depth.
    pub(super) size: Vec3,
    /// Turn about the vertical.
    pub(super) yaw: f32,
    /// Colour of most of it.
    pub(super) paint: Paint,
    /// Colour of its top, gables or trunk.
    pub(super) trim: Paint,
    /// Anything that tells it from its neighbours.
    pub(super) seed: u16,
}

impl Part {
    fn pack(&self) -> Instance {
        let unit = |v: f32| (v.clamp(0.0, 1.0) * 65_535.0).round() as u32;
        let s = self.size / SIZE_SCALE;
        let turn = (self.yaw / std::f32::consts::TAU).rem_euclid(1.0);
        [
            self.at.x.to_bits(),
            self.at.y.to_bits(),
            self.at.z.to_bits(),
            unit(s.x) | unit(s.y) << 16,
            unit(s.z) | unit(turn) << 16,
            u32::from_le_bytes(self.paint),
            u32::from_le_bytes(self.trim),
            u32::from(self.seed),
        ]
    }
}

/// The grid of chunks over a city.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Chunks {
    /// Chunks along a side, at least 1.
    side: u32,
}

impl Chunks {
    /// Lays chunks over a city of a number of parcels a side.
    pub(super) fn over(side: u32) -> Self {
        Self {
            side: (side as f32 / CHUNK_CELLS).ceil().max(1.0) as u32,
        }
    }

    /// Returns how many there are.
    pub(super) fn len(self) -> usize {
        (self.side * self.side) as usize
    }

    /// Returns the chunk a point lies in, or the nearest one.
    pub(super) fn of(self, [x, z]: Ground) -> u32 {
        let cell = |v: f32| {
            let v = (v / (CHUNK_CELLS * CELL)).floor();
            (v.max(0.0) as u32).min(self.side.saturating_sub(1))
        };
        cell(z) * self.side + cell(x)
    }

    /// Returns the middle of a chunk.
    fn middle(self, chunk: usize) -> Ground {
        let side = self.side.max(1) as usize;
        let at = |k: usize| (k as f32 + 0.5) * CHUNK_CELLS * CELL;
        [at(chunk % side), at(chunk / side)]
    }
}

/// Which chunks can be seen, and how far away they are.
#[derive(Debug, Clone, Default)]
pub(super) struct Sights {
    /// Distance from the eye to the chunk; infinite for what cannot be seen.
    pub(super) distance: Vec<f32>,
    /// Chunks that can be seen, nearest first.
    pub(super) order: Vec<u32>,
}

impl Sights {
    /// Looks which chunks are within the picture.
    pub(super) fn look(chunks: Chunks, clip: &Mat4, eye: Vec3, far: f32) -> Self {
        let rows = clip.transpose();
        let planes = [
            rows.w_axis + rows.x_axis,
            rows.w_axis - rows.x_axis,
            rows.w_axis + rows.y_axis,
            rows.w_axis - rows.y_axis,
        ];
        // Trees of the belt and shadows reach beyond.
        let half = Vec3::new(
            0.5 * CHUNK_CELLS * CELL + 26.0,
            0.5 * HIGHEST,
            0.5 * CHUNK_CELLS * CELL + 26.0,
        );
        let distance: Vec<f32> = (0..chunks.len())
            .map(|i| {
                let [x, z] = chunks.middle(i);
                let middle = Vec3::new(x, 0.5 * HIGHEST, z);
                let outside = planes.iter().any(|p: &Vec4| {
                    let n = p.truncate();
                    n.dot(middle) + p.w + half.dot(n.abs()) < 0.0
                });
                let gap = ((middle - eye).abs() - half).max(Vec3::ZERO).length();
                if outside || gap > far {
                    f32::INFINITY
                } else {
                    gap
                }
            })
            .collect();
        let mut order: Vec<u32> = (0..chunks.len() as u32)
            .filter(|i| distance[*i as usize].is_finite())
            .collect();
        order.sort_by(|a, b| distance[*a as usize].total_cmp(&distance[*b as usize]));
        Self { distance, order }
    }
}

/// Instances sorted by class and chunk.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Instances.
    pub(super) instances: Vec<Instance>,
    /// Where each chunk of each class begins; one more than there are.
    starts: Vec<u32>,
    n_chunks: usize,
}

impl Sorted {
    /// Sorts instances that come with a group and a chunk.
    pub(super) fn new(n_groups: usize, n_chunks: usize, items: &[(u32, u32, Instance)]) -> Self {
        let slot = |group: u32, chunk: u32| group as usize * n_chunks + chunk as usize;
        let mut starts = vec![0u32; n_groups * n_chunks + 1];
        for (group, chunk, _) in items {
            starts[slot(*group, *chunk) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let mut cursor = starts.clone();
        let mut instances = vec![[0u32; 8]; items.len()];
        for (group, chunk, instance) in items {
            let at = &mut cursor[slot(*group, *chunk)];
            instances[*at as usize] = *instance;
            *at += 1;
        }
        Self {
            instances,
            starts,
            n_chunks,
        }
    }

    /// Lists ranges of instances of a group in chunks whose distance is wanted; neighbouring ranges are joined.
    pub(super) fn ranges(
        &self,
        group: usize,
        sights: &Sights,
        wanted: Range<f32>,
        out: &mut Vec<Range<u32>>,
    ) {
        out.clear();
        for chunk in 0..self.n_chunks.min(sights.distance.len()) {
            self.range(group, chunk, sights, &wanted, out);
        }
    }

    /// Lists the same ranges, nearest first, so that what is near hides what is far before it is painted.
    pub(super) fn nearest_first(&self, group: usize, sights: &Sights, out: &mut Vec<Range<u32>>) {
        out.clear();
        for chunk in &sights.order {
            self.range(group, *chunk as usize, sights, &(0.0..f32::MAX), out);
        }
    }

    fn range(
        &self,
        group: usize,
        chunk: usize,
        sights: &Sights,
        wanted: &Range<f32>,
        out: &mut Vec<Range<u32>>,
    ) {
        let at = group * self.n_chunks + chunk;
        let (Some(from), Some(to)) = (self.starts.get(at), self.starts.get(at + 1)) else {
            return;
        };
        let is_wanted = sights
            .distance
            .get(chunk)
            .is_some_and(|d| wanted.contains(d));
        if chunk >= self.n_chunks || from == to || !is_wanted {
            return;
        }
        match out.last_mut() {
            Some(last) if last.end == *from => last.end = *to,
            _ => out.push(*from..*to),
        }
    }
}

/// Collects parts.
#[derive(Debug)]
pub(super) struct Parts {
    chunks: Chunks,
    items: Vec<(u32, u32, Instance)>,
}

impl Parts {
    /// Begins a collection.
    pub(super) fn new(chunks: Chunks) -> Self {
        Self {
            chunks,
            items: Vec::new(),
        }
    }

    /// Adds a part.
    pub(super) fn put(&mut self, class: Class, part: &Part) {
        let chunk = self.chunks.of([part.at.x, part.at.z]);
        self.items.push((class as u32, chunk, part.pack()));
    }

    /// Sorts what was collected.
    pub(super) fn sort(self) -> Sorted {
        Sorted::new(Class::ALL.len(), self.chunks.len(), &self.items)
    }
}

/// A lot to build on: puts parts in metres from its middle, as if it looked south.
pub(super) struct Site<'a> {
    /// Where parts go.
    pub(super) parts: &'a mut Parts,
    /// Its middle.
    pub(super) middle: Ground,
    /// Where its road is.
    pub(super) front: Front,
    /// Anything that tells it from others.
    pub(super) seed: u64,
}

impl Site<'_> {
    /// Adds a part: class, middle of its foot (east, up, south), size, colours.
    pub(super) fn put(
        &mut self,
        class: Class,
        at: [f32; 3],
        size: [f32; 3],
        paint: Paint,
        trim: Paint,
    ) {
        self.turned(class, at, size, 0.0, paint, trim);
    }

    /// Adds a part that is turned.
    pub(super) fn turned(
        &mut self,
        class: Class,
        [x, y, z]: [f32; 3],
        size: [f32; 3],
        yaw: f32,
        paint: Paint,
        trim: Paint,
    ) {
        let [gx, gz] = add(self.middle, self.front.turn([x, z]));
        let part = Part {
            at: Vec3::new(gx, y, gz),
            size: Vec3::from(size),
            yaw: self.front.yaw() + yaw,
            paint,
            trim,
            seed: (self.seed >> 8) as u16 ^ (y * 7.0) as u16,
        };
        self.parts.put(class, &part);
    }

    /// Returns a number in `[0, 1)` of this lot.
    pub(super) fn luck(&self, k: u64) -> f32 {
        crate::desktop::view::place::chance(self.seed ^ k.wrapping_mul(0x9E37_79B9))
    }

    /// Returns one of several things.
    pub(super) fn pick<T: Copy>(&self, k: u64, of: &[T]) -> T {
        let i = (self.luck(k) * of.len() as f32) as usize;
        of[i.min(of.len() - 1)]
    }
}

/// Makes a colour that does not glow.
pub(super) const fn paint(r: u8, g: u8, b: u8) -> Paint {
    [r, g, b, 0]
}

/// Makes a colour that glows at night.
pub(super) const fn lit(r: u8, g: u8, b: u8) -> Paint {
    [r, g, b, 255]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_found_by_class_and_chunk_and_neighbours_are_joined() {
        let item = |g, c, v| (g, c, [v; 8]);
        let sorted = Sorted::new(
            2,
            3,
            &[
                item(1, 2, 5),
                item(0, 1, 1),
                item(1, 0, 3),
                item(1, 1, 4),
                item(0, 0, 0),
            ],
        );
        assert_eq!(
            sorted.instances.iter().map(|i| i[0]).collect::<Vec<_>>(),
            [0, 1, 3, 4, 5]
        );
        let sights = Sights {
            distance: vec![10.0, f32::INFINITY, 20.0],
            order: vec![2, 0],
        };
        let mut out = Vec::new();
        sorted.ranges(1, &sights, 0.0..100.0, &mut out);
        assert_eq!(out, [2..3, 4..5]);
        sorted.nearest_first(1, &sights, &mut out);
        assert_eq!(out, [4..5, 2..3]);
        let all = Sights {
            distance: vec![10.0; 3],
            order: vec![0, 1, 2],
        };
        sorted.ranges(1, &all, 0.0..100.0, &mut out);
        assert_eq!(out, vec![2..5; 1]);
    }

    #[test]
    fn chunks_before_the_eye_are_seen_and_those_behind_are_not() {
        let rig = crate::desktop::scene::camera::CameraRig::over(640.0);
        let chunks = Chunks::over(64);
        let sights = Sights::look(chunks, &rig.view_from_world(1.6), rig.eye(), 1e6);
        assert!(sights.distance[chunks.of(rig.pose.target) as usize].is_finite());
        let mut close = rig.clone();
        close.pose.distance = 20.0;
        close.pose.yaw = 0.0;
        let sights = Sights::look(chunks, &close.view_from_world(1.6), close.eye(), 1e6);
        assert!(sights.distance[chunks.of([320.0, 630.0]) as usize].is_infinite());
    }
}
