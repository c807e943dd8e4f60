//! What happens in every frame: meet the city's thread, draw, obey.

use bevy::app::{App, AppExit, Last, PostUpdate, PreUpdate};
use bevy::ecs::prelude::*;
use bevy::window::{PrimaryWindow, Window};
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};

use super::photograph::{Orders, photograph};
use crate::desktop::command::UiCommand;
use crate::desktop::scene::{SceneCity, SceneCrowd, SceneState};
use crate::desktop::shell::desk::{Desk, Errand};
use crate::desktop::shell::time_bar::clock_text;
use crate::desktop::shell::ui::window_ui;

/// The desk, for Bevy.
#[derive(Resource)]
pub struct DeskState {
    /// The desk.
    pub desk: Desk,
    /// What was asked for in this frame and is not done yet.
    pub pending: Vec<UiCommand>,
}

pub(super) fn plugin(app: &mut App, mut desk: Desk) {
    if let Some(name) = desk.options.scenario.take() {
        desk.obey(vec![UiCommand::Open(name)]);
    }
    if let Some(file) = desk.options.recording.take() {
        let file = file.display().to_string();
        desk.obey(vec![UiCommand::OpenRecording(file)]);
    }
    app.insert_resource(DeskState {
        desk,
        pending: Vec::new(),
    })
    .init_resource::<Orders>()
    .add_systems(PreUpdate, meet_city)
    .add_systems(EguiPrimaryContextPass, draw_window)
    .add_systems(PostUpdate, (obey, show_city, title).chain())
    .add_systems(Last, leave);
}

fn meet_city(mut state: ResMut<DeskState>) {
    state.desk.meet();
}

fn draw_window(mut contexts: EguiContexts, mut state: ResMut<DeskState>) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let mut root = egui::Ui::new(
        ctx.clone(),
        "window".into(),
        egui::UiBuilder::new()
            .layer_id(egui::LayerId::background())
            .max_rect(ctx.viewport_rect()),
    );
    // egui may draw twice in a frame; what was clicked is told in only one of them.
    let asked = window_ui(&mut root, &mut state.desk);
    state.pending.extend(asked);
    Ok(())
}

fn obey(
    mut state: ResMut<DeskState>,
    mut orders: ResMut<Orders>,
    mut exits: MessageWriter<AppExit>,
) {
    let state = &mut *state;
    state.desk.obey(std::mem::take(&mut state.pending));
    for errand in state.desk.errands.drain(..) {
        match errand {
            Errand::Photograph(path, part) => orders.ask(path, part),
            Errand::Quit => {
                exits.write(AppExit::Success);
            }
        }
    }
}

/// Hands the scene what it draws.
fn show_city(
    mut state: ResMut<DeskState>,
    mut city: ResMut<SceneCity>,
    mut crowd: ResMut<SceneCrowd>,
    mut scene: ResMut<SceneState>,
    mut contexts: EguiContexts,
) -> Result {
    let desk = &mut state.desk;
    city.0 = desk.frame.city.clone();
    if !std::sync::Arc::ptr_eq(&crowd.0, desk.crowd()) {
        crowd.0 = desk.crowd().clone();
    }
    desk.pixels_per_point = contexts.ctx_mut()?.pixels_per_point();
    desk.set_scene(&mut scene);
    Ok(())
}

/// Says in the window's title which city it shows and what time it is there.
fn title(state: Res<DeskState>, mut window: Query<&mut Window, With<PrimaryWindow>>) {
    let desk = &state.desk;
    let title = if desk.has_city() {
        format!(
            "Agora · {} · {}",
            desk.scenario_name,
            clock_text(desk.frame.status.tick)
        )
    } else {
        "Agora".to_owned()
    };
    if let Ok(mut window) = window.single_mut()
        && window.title != title
    {
        window.title = title;
    }
}

/// Closes the run's files and remembers the panels when the program ends.
fn leave(
    mut exits: MessageReader<AppExit>,
    mut state: ResMut<DeskState>,
    window: Query<&Window, With<PrimaryWindow>>,
    mut orders: ResMut<Orders>,
    mut commands: Commands,
    canvas: Option<Res<super::open::Canvas>>,
) {
    photograph(
        &mut orders,
        &mut commands,
        canvas.as_deref(),
        &mut state.desk,
    );
    if exits.read().next().is_some() {
        if let Ok(window) = window.single() {
            state.desk.settings.window = Some([window.width(), window.height()]);
        }
        state.desk.remember();
        state.desk.close_city();
    }
}
