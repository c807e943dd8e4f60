//! How many frames are drawn: as many as the screen shows where that is free, fewer where drawing would slow the city down.
//!
//! A software renderer draws on the same processors as the city lives on. While time runs as fast as it can there, a frame
//! is drawn only about once a second unless somebody moves the mouse or presses a key; while nothing moves, hardly ever.

use std::time::Duration;

use bevy::app::{App, PostUpdate};
use bevy::ecs::prelude::*;
use bevy::render::renderer::RenderAdapterInfo;
use bevy::window::{PresentMode, PrimaryWindow, Window};
use bevy::winit::{UpdateMode, WinitSettings};

use super::frames::DeskState;
use crate::desktop::command::Speed;
use crate::desktop::engine::frame::Status;
use crate::desktop::wall;

/// Share of the wall's time that drawing may take while the city runs as fast as it can on the same processors.
const DRAWING_SHARE: f64 = 0.05;

/// Slowest frames while something moves.
const SLOWEST: Duration = Duration::from_secs(1);

/// Frames while nothing moves.
const IDLE: Duration = Duration::from_millis(250);

/// When the last frame began and what frames cost.
#[derive(Resource)]
struct Cost {
    began: std::time::Instant,
    frame: Duration,
}

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(WinitSettings::continuous())
        .insert_resource(Cost {
            began: wall::now(),
            frame: Duration::from_millis(50),
        })
        .add_systems(bevy::app::First, begin_frame)
        .add_systems(PostUpdate, govern);
}

fn begin_frame(mut cost: ResMut<Cost>) {
    cost.began = wall::now();
}

/// Returns how long to rest after a frame of this cost so that the city keeps most of the machine; `None` for not at all.
#[must_use]
pub fn rest(frame: Duration, is_software: bool, status: &Status) -> Option<Duration> {
    let is_racing = status.is_playing && status.speed == Speed::MAX;
    (is_software && is_racing).then(|| frame.mul_f64(1.0 / DRAWING_SHARE).min(SLOWEST))
}

fn govern(
    state: Res<DeskState>,
    adapter: Res<RenderAdapterInfo>,
    mut cost: ResMut<Cost>,
    mut settings: ResMut<WinitSettings>,
    mut window: Query<&mut Window, With<PrimaryWindow>>,
) {
    let is_software = adapter.device_type == wgpu::DeviceType::Cpu;
    let spent = cost.began.elapsed();
    cost.frame = (cost.frame * 3 + spent) / 4;
    if !is_software
        && let Ok(mut window) = window.single_mut()
        && window.present_mode != PresentMode::AutoVsync
    {
        window.present_mode = PresentMode::AutoVsync;
    }
    let desk = &state.desk;
    let status = &desk.frame.status;
    let mode = match rest(cost.frame, is_software, status) {
        _ if !desk.has_city() => UpdateMode::reactive(IDLE),
        _ if !status.is_playing && !desk.is_flying => UpdateMode::reactive(IDLE),
        Some(rest) => UpdateMode::reactive(rest),
        None => UpdateMode::Continuous,
    };
    settings.focused_mode = mode;
    settings.unfocused_mode = mode;
}
