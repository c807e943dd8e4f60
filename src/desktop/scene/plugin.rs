//! Wires the city into Bevy: resources of the main world, systems of the render world.

use std::sync::Arc;

use bevy::app::{App, Plugin};
use bevy::asset::Assets;
use bevy::core_pipeline::core_3d::main_opaque_pass_3d;
use bevy::core_pipeline::{Core3d, Core3dSystems};
use bevy::ecs::prelude::*;
use bevy::render::{ExtractSchedule, Render, RenderApp, RenderSystems};
use bevy::shader::Shader;

use super::camera::{CameraRig, Pane};
use super::draw::{SceneBuffers, draw, prepare};
use super::frame::{SceneFrame, extract};
use super::pipelines::{ScenePipelines, SceneShaders};
use crate::desktop::command::Overlay;
use crate::desktop::view::city::CityView;
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::place::Ground;
use crate::desktop::view::subject::Subject;

/// What stands in the city.
#[derive(Resource, Debug, Clone, Default)]
pub struct SceneCity(pub CityView);

/// Who is awake in it.
#[derive(Resource, Debug, Clone, Default)]
pub struct SceneCrowd(pub Arc<CrowdView>);

/// How the city is shown.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct SceneState {
    /// Whether it is shown at all.
    pub is_shown: bool,
    /// The camera.
    pub rig: CameraRig,
    /// The part of the window that panels leave free, in physical pixels.
    pub pane: Pane,
    /// Share of the tick that has passed, `[0, 1]`.
    pub alpha: f32,
    /// Hour of the simulated day, `[0, 24)`.
    pub hour: f32,
    /// Seconds that figures have moved their legs for.
    pub seconds: f32,
    /// What colours the city.
    pub overlay: Overlay,
    /// What is highlighted.
    pub selected: Option<Subject>,
    /// Whether to leave out what costs a processor that draws too much.
    pub is_frugal: bool,
}

impl Default for SceneState {
    fn default() -> Self {
        Self {
            is_shown: true,
            rig: CameraRig::default(),
            pane: Pane::default(),
            alpha: 1.0,
            hour: 12.0,
            seconds: 0.0,
            overlay: Overlay::None,
            selected: None,
            is_frugal: false,
        }
    }
}

impl SceneState {
    /// Returns where the avatar that the camera follows is now, if it is awake.
    #[must_use]
    pub fn followed(&self, crowd: &CrowdView) -> Option<Ground> {
        crowd.place(self.rig.followed()?, self.alpha)
    }
}

/// Draws the city.
pub struct ScenePlugin;

impl Plugin for ScenePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<SceneCity>()
            .init_resource::<SceneCrowd>()
            .init_resource::<SceneState>();
        let shaders = SceneShaders::load(&mut app.world_mut().resource_mut::<Assets<Shader>>());
        let Some(render_app) = app.get_sub_app_mut(RenderApp) else {
            return;
        };
        render_app
            .insert_resource(shaders)
            .init_resource::<SceneFrame>()
            .init_resource::<SceneBuffers>()
            .init_resource::<ScenePipelines>()
            .add_systems(ExtractSchedule, extract)
            .add_systems(Render, prepare.in_set(RenderSystems::PrepareResources))
            .add_systems(
                Core3d,
                draw.after(main_opaque_pass_3d)
                    .in_set(Core3dSystems::MainPass),
            );
    }
}
