//! Buffers on the graphics card and the pass that draws the city from them.

use std::ops::Range;

use bevy::ecs::prelude::*;
use bevy::log::warn_once;
use bevy::render::camera::ExtractedCamera;
use bevy::render::render_phase::TrackedRenderPass;
use bevy::render::render_resource::{
    BindGroup, BindGroupEntry, Buffer, BufferInitDescriptor, BufferUsages, IndexFormat,
    PipelineCache, RenderPassDescriptor, StoreOp,
};
use bevy::render::renderer::{RenderContext, RenderDevice, RenderQueue, ViewQuery};
use bevy::render::view::{Msaa, ViewDepthTexture, ViewTarget};

use super::build::{billboards, build};
use super::frame::{PoolKind, SceneFrame, pool};
use super::meshes::{Meshes, Shape};
use super::part::{Chunks, Class, Sights, Sorted};
use super::people::{ALL, MARKED, pack};
use super::pipelines::{Pass, ScenePipelines, SceneShaders, layout};
use super::terrain::{Terrain, shade_corners};
use crate::desktop::view::overlay::is_of_people;

/// Metres within which trees have trunks and houses have doors.
const DETAIL: f32 = 150.0;

/// Metres within which figures have legs.
const FIGURES: f32 = 70.0;

/// Metres within which signs are drawn.
const SIGNS: f32 = 420.0;

/// Metres beyond which shadows are left out, on graphics cards and on processors.
const SHADOWS: [f32; 2] = [1_800.0, 620.0];

/// Instances and where they are on the graphics card.
#[derive(Default)]
struct Layer {
    version: Option<u64>,
    sorted: Sorted,
    buffer: Option<Buffer>,
}

impl Layer {
    fn set(&mut self, device: &RenderDevice, version: u64, sorted: Sorted) {
        self.buffer = upload(device, bytemuck::cast_slice(&sorted.instances));
        self.sorted = sorted;
        self.version = Some(version);
    }
}

/// Everything on the graphics card.
#[derive(Resource, Default)]
pub(super) struct SceneBuffers {
    meshes: Meshes,
    shapes: Option<Buffer>,
    indices: Option<Buffer>,
    values: Option<(Buffer, BindGroup)>,
    parts: Layer,
    boards: Layer,
    crowd: Layer,
    terrain: Terrain,
    ground: Option<Buffer>,
    shade: Option<Buffer>,
    lamps: (u32, Option<Buffer>),
    pools: (u32, Option<Buffer>),
    cells: (u32, Option<Buffer>),
    cells_version: u64,
    sights: Sights,
}

fn upload(device: &RenderDevice, contents: &[u8]) -> Option<Buffer> {
    (!contents.is_empty()).then(|| {
        device.create_buffer_with_data(&BufferInitDescriptor {
            label: Some("city"),
            contents,
            usage: BufferUsages::VERTEX | BufferUsages::INDEX | BufferUsages::COPY_DST,
        })
    })
}

/// Brings buffers and pipelines up to date with the frame; what has not changed stays.
pub(super) fn prepare(
    frame: Res<SceneFrame>,
    device: Res<RenderDevice>,
    queue: Res<RenderQueue>,
    cache: Res<PipelineCache>,
    shaders: Res<SceneShaders>,
    views: Query<(&ViewTarget, &Msaa), With<ExtractedCamera>>,
    mut pipelines: ResMut<ScenePipelines>,
    mut b: ResMut<SceneBuffers>,
) {
    let Some((target, msaa)) = views.iter().next() else {
        return;
    };
    pipelines.make(
        &cache,
        &shaders,
        target.main_texture_format(),
        msaa.samples(),
    );
    if frame.city.rows.cells.is_empty() {
        // No city: the next one counts its versions from the beginning again.
        b.parts.version = None;
    }
    if !frame.is_shown {
        return;
    }
    let b = &mut *b;
    if b.shapes.is_none() {
        b.meshes = Meshes::new();
        b.shapes = upload(&device, bytemuck::cast_slice(&b.meshes.vertices));
        b.indices = upload(&device, bytemuck::cast_slice(&b.meshes.indices));
    }
    write_values(b, &frame, &device, &queue, &cache);
    let rows = &frame.city.rows;
    let is_new = b.parts.version != Some(rows.version);
    if is_new {
        let built = build(rows);
        b.parts.set(&device, rows.version, built.parts);
        let lamp = |at: &[f32; 2]| pool(*at, 0.0, 7.5, [255, 190, 104, 255], PoolKind::Lamp);
        let lamps: Vec<_> = built.lamps.iter().map(lamp).collect();
        b.lamps = (
            lamps.len() as u32,
            upload(&device, bytemuck::cast_slice(&lamps)),
        );
        b.terrain = Terrain::new(rows);
        b.ground = upload(&device, bytemuck::cast_slice(&b.terrain.vertices));
        let corners = shade_corners(rows.grid.extent());
        let corners: Vec<[u32; 4]> = corners
            .iter()
            .map(|p| [p.x.to_bits(), p.y.to_bits(), p.z.to_bits(), 0])
            .collect();
        b.shade = upload(&device, bytemuck::cast_slice(&corners));
    }
    if is_new || b.boards.version != Some(frame.city.boards_version) {
        b.boards.set(
            &device,
            frame.city.boards_version,
            billboards(rows, &frame.city.boards),
        );
    }
    if is_new || b.crowd.version != Some(frame.crowd.version) {
        b.crowd
            .set(&device, frame.crowd.version, pack(&frame.crowd, rows.grid));
    }
    if b.cells_version != frame.cells_version {
        b.cells_version = frame.cells_version;
        b.cells = (
            frame.cells.len() as u32,
            upload(&device, bytemuck::cast_slice(&frame.cells)),
        );
    }
    b.pools = (
        frame.pools.len() as u32,
        upload(&device, bytemuck::cast_slice(&frame.pools)),
    );
    let far = 3.0 * rows.grid.extent().max(420.0);
    b.sights = Sights::look(Chunks::over(rows.grid.side), &frame.clip, frame.eye, far);
}

fn write_values(
    b: &mut SceneBuffers,
    frame: &SceneFrame,
    device: &RenderDevice,
    queue: &RenderQueue,
    cache: &PipelineCache,
) {
    let bytes: &[u8] = bytemuck::cast_slice(&frame.values);
    if let Some((buffer, _)) = &b.values {
        queue.write_buffer(buffer, 0, bytes);
        return;
    }
    let buffer = device.create_buffer_with_data(&BufferInitDescriptor {
        label: Some("city frame"),
        contents: bytes,
        usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
    });
    let group = device.create_bind_group(
        "city frame",
        &cache.get_bind_group_layout(&layout()),
        &[BindGroupEntry {
            binding: 0,
            resource: buffer.as_entire_binding(),
        }],
    );
    b.values = Some((buffer, group));
}

/// A pass in progress.
struct Brush<'a, 'w> {
    pass: TrackedRenderPass<'a>,
    cache: &'w PipelineCache,
    pipelines: &'w ScenePipelines,
    b: &'w SceneBuffers,
    ranges: Vec<Range<u32>>,
}

impl<'a, 'w: 'a> Brush<'a, 'w> {
    /// Takes up a pipeline; says whether it is ready.
    fn take(&mut self, pass: Pass) -> bool {
        let pipeline = self
            .pipelines
            .id(pass)
            .and_then(|id| self.cache.get_render_pipeline(id));
        if let Some(p) = pipeline {
            self.pass.set_render_pipeline(p);
        }
        pipeline.is_some()
    }

    /// Draws instances of a layer in chunks at a wanted distance.
    fn layer(&mut self, layer: &'w Layer, group: usize, shape: Shape, wanted: Range<f32>) {
        let (Some(shapes), Some(instances)) = (&self.b.shapes, &layer.buffer) else {
            return;
        };
        layer
            .sorted
            .ranges(group, &self.b.sights, wanted, &mut self.ranges);
        self.stamp(shapes, instances, shape);
    }

    /// Draws walls, nearest first: their windows cost most to paint.
    fn walls(&mut self) {
        for layer in [&self.b.parts, &self.b.boards] {
            if let (Some(shapes), Some(instances)) = (&self.b.shapes, &layer.buffer) {
                let (sights, ranges) = (&self.b.sights, &mut self.ranges);
                layer
                    .sorted
                    .nearest_first(Class::Walls as usize, sights, ranges);
                self.stamp(shapes, instances, Shape::Block);
            }
        }
    }

    /// Draws a shape for all instances of the ranges found last.
    fn stamp(&mut self, shapes: &'w Buffer, instances: &'w Buffer, shape: Shape) {
        if self.ranges.is_empty() {
            return;
        }
        self.pass.set_vertex_buffer(0, shapes.slice(..));
        self.pass.set_vertex_buffer(1, instances.slice(..));
        let indices = self.b.meshes.range(shape);
        for range in &self.ranges {
            self.pass.draw_indexed(indices.clone(), 0, range.clone());
        }
    }

    /// Draws quads.
    fn quads(&mut self, (n, buffer): &'w (u32, Option<Buffer>)) {
        if let (Some(shapes), Some(buffer)) = (&self.b.shapes, buffer) {
            self.pass.set_vertex_buffer(0, shapes.slice(..));
            self.pass.set_vertex_buffer(1, buffer.slice(..));
            self.pass
                .draw_indexed(self.b.meshes.range(Shape::Quad), 0, 0..*n);
        }
    }

    fn ground(&mut self) {
        if let Some(buffer) = &self.b.ground {
            self.b.terrain.ranges(&self.b.sights, &mut self.ranges);
            self.pass.set_vertex_buffer(0, buffer.slice(..));
            for range in &self.ranges {
                self.pass.draw(range.clone(), 0..1);
            }
        }
    }

    /// Draws all parts of a class, near ones in detail.
    fn class(&mut self, class: Class) {
        let (near, far) = class.shapes();
        for layer in [&self.b.parts, &self.b.boards] {
            match far {
                Some(far) if far == near => self.layer(layer, class as usize, near, 0.0..f32::MAX),
                Some(far) => {
                    self.layer(layer, class as usize, near, 0.0..DETAIL);
                    self.layer(layer, class as usize, far, DETAIL..f32::MAX);
                }
                None => self.layer(layer, class as usize, near, 0.0..DETAIL),
            }
        }
    }

    fn shadows(&mut self, frame: &SceneFrame) {
        if frame.shadow <= 0.01 {
            return;
        }
        let reach = SHADOWS[usize::from(frame.frugal)];
        if self.take(Pass::Shadow) {
            for class in Class::ALL {
                if let (_, Some(far)) = class.shapes() {
                    self.layer(&self.b.parts, class as usize, far, 0.0..reach);
                }
            }
        }
        if self.take(Pass::FigureShadow) {
            self.layer(&self.b.crowd, ALL, Shape::Figure, 0.0..FIGURES);
        }
        if self.take(Pass::Shade)
            && let Some(shade) = &self.b.shade
        {
            self.pass.set_vertex_buffer(0, shade.slice(..));
            self.pass.draw(0..6, 0..1);
        }
    }

    fn paint(&mut self, frame: &SceneFrame) {
        if self.take(Pass::Ground) {
            self.ground();
        }
        if frame.cells.len() as u32 == self.b.cells.0 && self.take(Pass::Cells) {
            self.quads(&self.b.cells);
        }
        self.shadows(frame);
        if self.take(Pass::Wall) {
            self.walls();
        }
        if self.take(Pass::Plain) {
            for class in Class::ALL.into_iter().filter(|c| *c != Class::Walls) {
                self.class(class);
            }
        }
        if self.take(Pass::Figure) {
            self.layer(&self.b.crowd, ALL, Shape::Figure, 0.0..FIGURES);
        }
        if self.take(Pass::FarFigure) {
            self.layer(&self.b.crowd, ALL, Shape::FarFigure, FIGURES..f32::MAX);
        }
        if self.take(Pass::Sky) {
            self.pass.draw(0..3, 0..1);
        }
        if self.take(Pass::Pool) {
            if frame.night > 0.05 {
                self.quads(&self.b.lamps);
            }
            self.quads(&self.b.pools);
        }
        if self.take(Pass::Glow) {
            self.layer(&self.b.crowd, ALL, Shape::Quad, 0.0..SIGNS);
        }
        if self.take(Pass::Sign) {
            self.layer(&self.b.crowd, MARKED, Shape::Quad, 0.0..SIGNS);
        }
        if is_of_people(frame.crowd.overlay) && self.take(Pass::Pin) {
            self.layer(&self.b.crowd, ALL, Shape::Quad, 0.0..f32::MAX);
        }
    }
}

/// Draws the city into its part of the window.
pub(super) fn draw(
    view: ViewQuery<(&ExtractedCamera, &ViewTarget, &ViewDepthTexture)>,
    frame: Res<SceneFrame>,
    buffers: Res<SceneBuffers>,
    pipelines: Res<ScenePipelines>,
    cache: Res<PipelineCache>,
    mut context: RenderContext,
) {
    let (camera, target, depth) = view.into_inner();
    let Some((_, values)) = &buffers.values else {
        return;
    };
    let Some(size) = camera.physical_target_size.filter(|_| frame.is_shown) else {
        return;
    };
    let p = frame.pane;
    let (width, height) = (size.x as f32, size.y as f32);
    let left = p.left.clamp(0.0, width);
    let top = p.top.clamp(0.0, height);
    let (w, h) = (p.width.min(width - left), p.height.min(height - top));
    if w < 1.0 || h < 1.0 {
        warn_once!("the city has no room in the window");
        return;
    }
    let mut pass = context.begin_tracked_render_pass(RenderPassDescriptor {
        label: Some("city"),
        color_attachments: &[Some(target.get_color_attachment())],
        depth_stencil_attachment: Some(depth.get_attachment(StoreOp::Store)),
        timestamp_writes: None,
        occlusion_query_set: None,
        multiview_mask: None,
    });
    pass.set_viewport(left, top, w, h, 0.0, 1.0);
    pass.set_scissor_rect(left as u32, top as u32, w as u32, h as u32);
    pass.set_bind_group(0, values, &[]);
    if let Some(indices) = &buffers.indices {
        pass.set_index_buffer(indices.slice(..), IndexFormat::Uint32);
    }
    let mut brush = Brush {
        pass,
        cache: &cache,
        pipelines: &pipelines,
        b: &buffers,
        ranges: Vec::new(),
    };
    brush.paint(&frame);
}
