//! What is handed to the renderer once a frame, and the few numbers every shader reads.

use std::sync::Arc;

use bevy::ecs::prelude::*;
use bevy::math::Vec3;
use bevy::render::Extract;

use super::build::board_place;
use super::camera::Pane;
use super::light::light;
use super::people::{MARGIN, span};
use super::{SceneCity, SceneCrowd, SceneState};
use crate::desktop::command::Overlay;
use crate::desktop::look::amount_color;
use crate::desktop::view::city::CityView;
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::overlay::{CellValues, is_of_people};
use crate::desktop::view::place::{CELL, Ground, Spot};
use crate::desktop::view::subject::Subject;

/// Bytes of the frame's values: a matrix and fourteen vectors.
pub(super) const FRAME_BYTES: u64 = 64 + 14 * 16;

/// Light on the ground as the graphics card reads it: place, radius, colour, kind.
pub(super) type Pool = [u32; 6];

/// A cell of an overlay as the graphics card reads it: number, colour.
pub(super) type CellColor = [u32; 2];

/// What a pool of light looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum PoolKind {
    /// Below a lamp.
    Lamp = 0,
    /// Around somebody.
    Ring = 1,
    /// Around a lot.
    Square = 2,
    /// Upwards from what is selected.
    Beam = 3,
}

/// Makes a pool of light.
pub(super) fn pool([x, z]: Ground, y: f32, radius: f32, color: [u8; 4], kind: PoolKind) -> Pool {
    [
        x.to_bits(),
        y.to_bits(),
        z.to_bits(),
        radius.to_bits(),
        u32::from_le_bytes(color),
        kind as u32,
    ]
}

/// Everything that the renderer needs for a frame.
#[derive(Resource, Debug, Clone, Default)]
pub(super) struct SceneFrame {
    pub(super) is_shown: bool,
    pub(super) city: CityView,
    pub(super) crowd: Arc<CrowdView>,
    pub(super) pane: Pane,
    pub(super) values: Vec<f32>,
    pub(super) clip: bevy::math::Mat4,
    pub(super) eye: Vec3,
    pub(super) night: f32,
    pub(super) shadow: f32,
    pub(super) frugal: bool,
    pub(super) pools: Vec<Pool>,
    pub(super) cells: Arc<Vec<CellColor>>,
    pub(super) cells_version: u64,
}

/// Cells of an overlay as last coloured, and what they were coloured for.
#[derive(Debug, Default)]
pub(super) struct Colored {
    stamp: Option<(Overlay, u64, u64)>,
    cells: Arc<Vec<CellColor>>,
    version: u64,
}

/// Copies what is shown to the render world.
pub(super) fn extract(
    state: Extract<Res<SceneState>>,
    city: Extract<Res<SceneCity>>,
    crowd: Extract<Res<SceneCrowd>>,
    mut colored: Local<Colored>,
    mut frame: ResMut<SceneFrame>,
) {
    let view = &city.0;
    let stamp = (state.overlay, view.rows.version, view.attention_version);
    if colored.stamp != Some(stamp) {
        colored.stamp = Some(stamp);
        colored.cells = Arc::new(cells(state.overlay, view));
        colored.version += 1;
    }
    frame.cells = colored.cells.clone();
    frame.cells_version = colored.version;
    frame.is_shown = state.is_shown && !state.pane.is_empty() && !view.rows.cells.is_empty();
    frame.city = view.clone();
    frame.crowd = crowd.0.clone();
    frame.pane = state.pane;
    frame.frugal = state.is_frugal;
    frame.pools = selection(&state, view, &crowd.0);
    let sky = light(state.hour);
    frame.night = sky.night;
    frame.shadow = sky.shadow;
    let rig = &state.rig;
    frame.clip = rig.view_from_world(state.pane.aspect());
    frame.eye = rig.eye();
    let (right, up) = rig.right_up();
    let extent = view.rows.grid.extent();
    let tangent = rig.tangent();
    let mute = match state.overlay {
        Overlay::None => 0.0,
        o if is_of_people(o) => 0.72,
        _ => 0.85,
    };
    let fog = 1.0 / (4.6 * extent.max(420.0));
    let v = &mut frame.values;
    v.clear();
    let clip = rig.view_from_world(state.pane.aspect()).to_cols_array();
    v.extend(clip);
    let mut put = |a: Vec3, w: f32| v.extend([a.x, a.y, a.z, w]);
    put(rig.eye(), 2.0 * tangent / state.pane.height.max(1.0));
    put(right, tangent * state.pane.aspect());
    put(up, tangent);
    // Seconds wrap so that they stay exact; the wrap is a whole number of turns of everything that swings.
    put(
        rig.forward(),
        state.seconds.rem_euclid(200.0 * std::f32::consts::PI),
    );
    put(sky.toward, sky.shadow);
    put(sky.color, sky.night);
    put(sky.sky, sky.windows);
    put(sky.ground, mute);
    put(sky.zenith, state.alpha.clamp(0.0, 1.0));
    put(sky.horizon, fog);
    put(sky.halo, 0.55 * sky.night);
    put(sky.sun, span(view.rows.grid));
    put(sky.moon, MARGIN);
    put(Vec3::new(extent, view.rows.grid.side as f32, CELL), 0.0);
}

/// Colours the cells of an overlay of ground.
fn cells(overlay: Overlay, city: &CityView) -> Vec<CellColor> {
    let values = CellValues::of(overlay, city);
    let shown = values.shares.iter().enumerate().filter(|(_, s)| **s >= 0.0);
    shown
        .map(|(i, share)| {
            let c = amount_color(*share);
            [
                i as u32,
                u32::from_le_bytes([c.r(), c.g(), c.b(), (70.0 + 165.0 * share) as u8]),
            ]
        })
        .collect()
}

/// Returns what lights up around the selected subject.
fn selection(state: &SceneState, city: &CityView, crowd: &CrowdView) -> Vec<Pool> {
    const COLOR: [u8; 4] = [255, 236, 120, 255];
    let rows = &city.rows;
    let lot = |middle: Ground| {
        let half = 0.5 * CELL + 0.6;
        vec![
            pool(middle, 0.0, half, COLOR, PoolKind::Square),
            pool(middle, 0.3, 1.6, [255, 236, 120, 150], PoolKind::Beam),
        ]
    };
    match state.selected {
        Some(Subject::Avatar(id)) => crowd.place(id, state.alpha).map_or_else(Vec::new, |at| {
            vec![
                pool(at, 0.0, 1.5, COLOR, PoolKind::Ring),
                pool(at, 0.3, 0.7, [255, 236, 120, 170], PoolKind::Beam),
            ]
        }),
        Some(Subject::Space(id)) => match rows.spaces.get(id.idx()).map(|s| s.spot) {
            Some(Spot::Square(middle, half)) => {
                vec![pool(middle, 0.0, half, COLOR, PoolKind::Square)]
            }
            Some(Spot::Hall(p) | Spot::Pavilion(p) | Spot::House(p)) => lot(rows.grid.middle(p)),
            None => Vec::new(),
        },
        Some(Subject::Parcel(p)) if p.idx() < rows.cells.len() => lot(rows.grid.middle(p)),
        Some(Subject::Campaign(c)) => city
            .boards
            .iter()
            .filter(|b| b.campaign == c)
            .take(64)
            .flat_map(|b| lot(board_place(rows, b).0))
            .collect(),
        Some(Subject::Parcel(_) | Subject::Item(_) | Subject::Community(_)) | None => Vec::new(),
    }
}
