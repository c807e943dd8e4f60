//! A window, or the same without one: everything is drawn into a picture, for tests, benches and the guide.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy::DefaultPlugins;
use bevy::app::{App, AppExit, PluginGroup, Startup};
use bevy::asset::{Assets, Handle};
use bevy::camera::{Camera, Camera3d, ClearColorConfig, RenderTarget};
use bevy::color::Color;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::ecs::prelude::*;
use bevy::image::Image;
use bevy::log::{Level, LogPlugin};
use bevy::render::RenderPlugin;
use bevy::render::pipelined_rendering::PipelinedRenderingPlugin;
use bevy::render::render_resource::TextureFormat;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::render::view::Msaa;
use bevy::window::{ExitCondition, PresentMode, Window, WindowPlugin, WindowResolution};
use bevy::winit::WinitPlugin;
use bevy_egui::{EguiGlobalSettings, EguiPlugin, PrimaryEguiContext};

use super::error::DesktopError;
use super::frames::{self, DeskState};
use super::governor;
use crate::desktop::scene::ScenePlugin;
use crate::desktop::shell::desk::Desk;

/// Size of the window at the first start, in points.
const FIRST_SIZE: [f32; 2] = [1280.0, 720.0];

/// Smallest useful size, in points.
const LEAST_SIZE: [f32; 2] = [800.0, 480.0];

/// Whether the program has its log: it has one, however many windows it draws one after the other.
static HAS_LOG: AtomicBool = AtomicBool::new(false);

/// What windowless drawing draws into.
#[derive(Resource, Clone)]
pub struct Canvas(pub Handle<Image>);

/// Opens the window and stays until it is closed.
///
/// # Errors
/// [`DesktopError`] if there is no screen or no driver.
pub fn window(desk: Desk) -> Result<(), DesktopError> {
    if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_none_or(|d| d.is_empty()) {
        return Err(DesktopError::NoScreen);
    }
    require_driver()?;
    let size = desk.settings.window.unwrap_or(FIRST_SIZE);
    let size = [size[0].max(LEAST_SIZE[0]), size[1].max(LEAST_SIZE[1])];
    let window = Window {
        title: "Agora".to_owned(),
        name: Some("agora".to_owned()),
        resolution: WindowResolution::new(size[0] as u32, size[1] as u32),
        resize_constraints: bevy::window::WindowResizeConstraints {
            min_width: LEAST_SIZE[0],
            min_height: LEAST_SIZE[1],
            ..Default::default()
        },
        present_mode: PresentMode::AutoNoVsync,
        ..Default::default()
    };
    let mut app = App::new();
    app.add_plugins(
        DefaultPlugins
            .set(WindowPlugin {
                primary_window: Some(window),
                exit_condition: ExitCondition::OnPrimaryClosed,
                ..Default::default()
            })
            .set(log())
            .set(renderer()),
    );
    governor::plugin(&mut app);
    build(&mut app, desk, None);
    let exit = app.run();
    match exit {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => Err(DesktopError::City(format!("the window ended with {code}"))),
    }
}

/// Builds the same without a window; whoever asked runs its frames by calling [`App::update`].
///
/// # Errors
/// [`DesktopError::NoDriver`] if nothing can draw.
pub fn windowless(desk: Desk, width: u32, height: u32) -> Result<App, DesktopError> {
    require_driver()?;
    let mut app = App::new();
    let plugins = DefaultPlugins.build();
    let plugins = if HAS_LOG.swap(true, Ordering::Relaxed) {
        plugins.disable::<LogPlugin>()
    } else {
        plugins.set(log())
    };
    app.add_plugins(
        plugins
            .set(WindowPlugin {
                primary_window: None,
                exit_condition: ExitCondition::DontExit,
                ..Default::default()
            })
            .set(renderer())
            .disable::<WinitPlugin>()
            .disable::<PipelinedRenderingPlugin>(),
    );

    let image = Image::new_target_texture(width, height, TextureFormat::Rgba8UnormSrgb, None);
    let canvas = app.world_mut().resource_mut::<Assets<Image>>().add(image);
    build(&mut app, desk, Some(canvas));
    while app.plugins_state() == bevy::app::PluginsState::Adding {
        bevy::tasks::tick_global_task_pools_on_main_thread();
    }
    app.finish();
    app.cleanup();
    Ok(app)
}

fn log() -> LogPlugin {
    LogPlugin {
        level: Level::WARN,
        // What the driver says while it is looked for is of no use to anybody.
        filter: "bevy_render::renderer=error,wgpu=error,naga=error,bevy_egui=error,calloop=error"
            .to_owned(),
        ..Default::default()
    }
}

fn renderer() -> RenderPlugin {
    RenderPlugin {
        synchronous_pipeline_compilation: true,
        ..Default::default()
    }
}

/// Says that no driver is there before Bevy would panic about it.
fn require_driver() -> Result<(), DesktopError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapters = bevy::tasks::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    if adapters.is_empty() {
        return Err(DesktopError::NoDriver);
    }
    Ok(())
}

fn build(app: &mut App, desk: Desk, canvas: Option<Handle<Image>>) {
    app.add_plugins((EguiPlugin::default(), ScenePlugin));
    app.insert_resource(EguiGlobalSettings {
        auto_create_primary_context: false,
        ..Default::default()
    });
    let camera = (
        Camera3d::default(),
        Camera {
            clear_color: ClearColorConfig::Custom(Color::BLACK),
            ..Default::default()
        },
        Msaa::Off,
        Tonemapping::None,
        DebandDither::Disabled,
        PrimaryEguiContext,
    );
    let mut camera = app.world_mut().spawn(camera);
    if let Some(canvas) = canvas {
        camera.insert(RenderTarget::Image(canvas.clone().into()));
        app.insert_resource(Canvas(canvas));
    }
    app.add_systems(Startup, know_what_draws);
    frames::plugin(app, desk);
}

/// Smooths edges where a device draws; a program would take too long.
fn know_what_draws(
    adapter: Option<Res<RenderAdapterInfo>>,
    mut state: ResMut<DeskState>,
    mut cameras: Query<&mut Msaa, With<Camera3d>>,
) {
    let is_software = adapter.is_none_or(|a| a.device_type == wgpu::DeviceType::Cpu);
    state.desk.is_software = is_software;
    for mut msaa in &mut cameras {
        *msaa = if is_software {
            Msaa::Off
        } else {
            Msaa::Sample4
        };
    }
}
