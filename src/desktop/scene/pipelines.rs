//! Pipelines of the city: which shader draws what, from which buffers, blended and depth-tested how.

use std::borrow::Cow;

use bevy::asset::{Assets, Handle};
use bevy::ecs::prelude::*;
use bevy::mesh::{VertexBufferLayout, VertexFormat};
use bevy::render::render_resource::binding_types::uniform_buffer_sized;
use bevy::render::render_resource::{
    BindGroupLayoutDescriptor, BindGroupLayoutEntries, BlendState, CachedRenderPipelineId,
    ColorTargetState, ColorWrites, CompareFunction, DepthBiasState, DepthStencilState, Face,
    FragmentState, MultisampleState, PipelineCache, PrimitiveState, RenderPipelineDescriptor,
    ShaderStages, StencilState, TextureFormat, VertexAttribute, VertexState, VertexStepMode,
};
use bevy::shader::Shader;

use super::frame::FRAME_BYTES;

/// What is drawn with one pipeline, in the order in which it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Pass {
    /// Ground.
    Ground,
    /// Cells of an overlay.
    Cells,
    /// Shadows of parts, into depth alone.
    Shadow,
    /// Shadows of figures near by, into depth alone.
    FigureShadow,
    /// Darkens the ground where there is shadow.
    Shade,
    /// Walls with windows.
    Wall,
    /// Everything else that stands.
    Plain,
    /// Figures near by.
    Figure,
    /// Figures from afar.
    FarFigure,
    /// The sky.
    Sky,
    /// Light of lamps, rings.
    Pool,
    /// Rings of attention.
    Glow,
    /// Signs.
    Sign,
    /// Pins of an overlay of people.
    Pin,
}

impl Pass {
    const ALL: [Self; 14] = [
        Self::Ground,
        Self::Cells,
        Self::Shadow,
        Self::FigureShadow,
        Self::Shade,
        Self::Wall,
        Self::Plain,
        Self::Figure,
        Self::FarFigure,
        Self::Sky,
        Self::Pool,
        Self::Glow,
        Self::Sign,
        Self::Pin,
    ];
}

/// How a pass treats what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Hides what is behind it.
    Solid,
    /// Writes depth and no colour.
    DepthOnly,
    /// Blended over what is behind it.
    Blended,
    /// Blended where something was drawn into depth before it.
    Behind,
    /// Where nothing was drawn.
    Backdrop,
    /// Blended over everything.
    OnTop,
}

/// Shaders of the city.
#[derive(Resource, Debug, Clone)]
pub(super) struct SceneShaders {
    ground: Handle<Shader>,
    parts: Handle<Shader>,
    people: Handle<Shader>,
    sky: Handle<Shader>,
}

impl SceneShaders {
    /// Adds the shaders; they are part of the program, so that no folder is needed when it runs.
    pub(super) fn load(shaders: &mut Assets<Shader>) -> Self {
        const COMMON: &str = include_str!("../../../assets/desktop/common.wgsl");
        let mut add = |name: &str, text: &str| {
            let path = format!("agora/{name}.wgsl");
            shaders.add(Shader::from_wgsl(
                Cow::Owned(format!("{COMMON}\n{text}")),
                path,
            ))
        };
        Self {
            ground: add(
                "ground",
                include_str!("../../../assets/desktop/ground.wgsl"),
            ),
            parts: add("parts", include_str!("../../../assets/desktop/parts.wgsl")),
            people: add(
                "people",
                include_str!("../../../assets/desktop/people.wgsl"),
            ),
            sky: add("sky", include_str!("../../../assets/desktop/sky.wgsl")),
        }
    }
}

/// Pipelines for one kind of target.
#[derive(Resource, Debug, Default)]
pub(super) struct ScenePipelines {
    made_for: Option<(TextureFormat, u32)>,
    ids: Vec<CachedRenderPipelineId>,
}

/// Returns the layout of the only bind group: the frame's values.
pub(super) fn layout() -> BindGroupLayoutDescriptor {
    BindGroupLayoutDescriptor::new(
        "city frame",
        &BindGroupLayoutEntries::single(
            ShaderStages::VERTEX_FRAGMENT,
            uniform_buffer_sized(false, std::num::NonZeroU64::new(FRAME_BYTES)),
        ),
    )
}

impl ScenePipelines {
    /// Makes the pipelines for a target unless they are there.
    pub(super) fn make(
        &mut self,
        cache: &PipelineCache,
        shaders: &SceneShaders,
        format: TextureFormat,
        samples: u32,
    ) {
        if self.made_for == Some((format, samples)) {
            return;
        }
        self.made_for = Some((format, samples));
        let describe =
            |p: &Pass| cache.queue_render_pipeline(describe(*p, shaders, format, samples));
        self.ids = Pass::ALL.iter().map(describe).collect();
    }

    /// Returns a pipeline's number.
    pub(super) fn id(&self, pass: Pass) -> Option<CachedRenderPipelineId> {
        self.ids.get(pass as usize).copied()
    }
}

fn buffer(step_mode: VertexStepMode, first: u32, formats: &[VertexFormat]) -> VertexBufferLayout {
    let mut offset = 0;
    let attributes = formats
        .iter()
        .zip(first..)
        .map(|(format, shader_location)| {
            let attribute = VertexAttribute {
                format: *format,
                offset,
                shader_location,
            };
            offset += format.size();
            attribute
        })
        .collect();
    VertexBufferLayout {
        array_stride: offset,
        step_mode,
        attributes,
    }
}

fn describe(
    pass: Pass,
    shaders: &SceneShaders,
    format: TextureFormat,
    samples: u32,
) -> RenderPipelineDescriptor {
    use VertexFormat as F;
    let shape = || buffer(VertexStepMode::Vertex, 0, &[F::Float32x3, F::Snorm8x4]);
    let surface = || buffer(VertexStepMode::Vertex, 0, &[F::Float32x3, F::Unorm8x4]);
    let instance = |formats: &[F]| buffer(VertexStepMode::Instance, 2, formats);
    let part = || {
        instance(&[
            F::Float32x3,
            F::Unorm16x4,
            F::Unorm8x4,
            F::Unorm8x4,
            F::Uint32,
        ])
    };
    let person = || {
        instance(&[
            F::Unorm16x4,
            F::Unorm16x4,
            F::Unorm16x2,
            F::Unorm8x4,
            F::Uint32,
            F::Uint32,
        ])
    };
    let cell = || instance(&[F::Uint32, F::Unorm8x4]);
    let pool = || instance(&[F::Float32x3, F::Float32, F::Unorm8x4, F::Uint32]);
    let (shader, vertex, fragment, buffers, mode) = match pass {
        Pass::Ground => (
            &shaders.ground,
            "ground_vertex",
            "ground_fragment",
            vec![surface()],
            Mode::Solid,
        ),
        Pass::Shade => (
            &shaders.ground,
            "shade_vertex",
            "shade_fragment",
            vec![surface()],
            Mode::Behind,
        ),
        Pass::Cells => (
            &shaders.ground,
            "cell_vertex",
            "cell_fragment",
            vec![shape(), cell()],
            Mode::Blended,
        ),
        Pass::Shadow => (
            &shaders.parts,
            "shadow_vertex",
            "shadow_fragment",
            vec![shape(), part()],
            Mode::DepthOnly,
        ),
        Pass::Wall => (
            &shaders.parts,
            "wall_vertex",
            "wall_fragment",
            vec![shape(), part()],
            Mode::Solid,
        ),
        Pass::Plain => (
            &shaders.parts,
            "plain_vertex",
            "plain_fragment",
            vec![shape(), part()],
            Mode::Solid,
        ),
        Pass::FigureShadow => (
            &shaders.people,
            "figure_shadow_vertex",
            "figure_shadow_fragment",
            vec![shape(), person()],
            Mode::DepthOnly,
        ),
        Pass::Figure => (
            &shaders.people,
            "figure_vertex",
            "figure_fragment",
            vec![shape(), person()],
            Mode::Solid,
        ),
        Pass::FarFigure => (
            &shaders.people,
            "far_vertex",
            "figure_fragment",
            vec![shape(), person()],
            Mode::Solid,
        ),
        Pass::Glow => (
            &shaders.people,
            "glow_vertex",
            "glow_fragment",
            vec![shape(), person()],
            Mode::Blended,
        ),
        Pass::Sign => (
            &shaders.people,
            "sign_vertex",
            "sign_fragment",
            vec![shape(), person()],
            Mode::Blended,
        ),
        Pass::Pin => (
            &shaders.people,
            "pin_vertex",
            "pin_fragment",
            vec![shape(), person()],
            Mode::OnTop,
        ),
        Pass::Sky => (
            &shaders.sky,
            "sky_vertex",
            "sky_fragment",
            Vec::new(),
            Mode::Backdrop,
        ),
        Pass::Pool => (
            &shaders.sky,
            "pool_vertex",
            "pool_fragment",
            vec![shape(), pool()],
            Mode::Blended,
        ),
    };
    let flat = matches!(
        pass,
        Pass::Sky
            | Pass::Pool
            | Pass::Glow
            | Pass::Sign
            | Pass::Pin
            | Pass::Cells
            | Pass::Shadow
            | Pass::FigureShadow
            | Pass::FarFigure
    );
    RenderPipelineDescriptor {
        label: Some(Cow::Borrowed(vertex)),
        layout: vec![layout()],
        vertex: VertexState {
            shader: shader.clone(),
            shader_defs: Vec::new(),
            entry_point: Some(Cow::Borrowed(vertex)),
            buffers,
        },
        primitive: PrimitiveState {
            cull_mode: (!flat).then_some(Face::Back),
            ..PrimitiveState::default()
        },
        depth_stencil: Some(DepthStencilState {
            format: TextureFormat::Depth32Float,
            depth_write_enabled: Some(matches!(mode, Mode::Solid | Mode::DepthOnly)),
            // Depth is 1 near the eye and 0 far away.
            depth_compare: Some(match mode {
                Mode::Solid | Mode::DepthOnly | Mode::Blended | Mode::Backdrop => {
                    CompareFunction::GreaterEqual
                }
                Mode::Behind => CompareFunction::Less,
                Mode::OnTop => CompareFunction::Always,
            }),
            stencil: StencilState::default(),
            bias: DepthBiasState::default(),
        }),
        multisample: MultisampleState {
            count: samples,
            ..MultisampleState::default()
        },
        fragment: Some(FragmentState {
            shader: shader.clone(),
            shader_defs: Vec::new(),
            entry_point: Some(Cow::Borrowed(fragment)),
            targets: vec![Some(ColorTargetState {
                format,
                blend: matches!(mode, Mode::Blended | Mode::Behind | Mode::OnTop)
                    .then_some(BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: if mode == Mode::DepthOnly {
                    ColorWrites::empty()
                } else {
                    ColorWrites::COLOR
                },
            })],
        }),
        ..RenderPipelineDescriptor::default()
    }
}
