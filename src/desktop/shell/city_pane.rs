//! Pointing, turning and following in the city.

use egui::{Key, PointerButton, Sense, Ui};

use super::caption::caption_ui;
use super::desk::Desk;
use super::legend::legend_ui;
use crate::desktop::command::UiCommand;
use crate::desktop::scene::SceneState;
use crate::desktop::scene::camera::Pane;
use crate::desktop::scene::labels::labels;
use crate::desktop::scene::pick::pick;
use crate::desktop::view::place::Ground;
use crate::desktop::view::subject::Subject;

/// Radians per point of dragging.
const TURN: f32 = 0.006;

/// Share of the view a held key moves it by, per second.
const SLIDE: f32 = 0.9;

/// Radians a held key turns the view by, per second.
const SPIN: f32 = 1.6;

/// How much closer a held key or one notch of the wheel gets.
const CLOSER: f32 = 1.8;

/// Returns the part of the window the city is drawn in, in pixels.
pub(super) fn pane(rect: egui::Rect, scale: f32) -> Pane {
    Pane {
        left: rect.left() * scale,
        top: rect.top() * scale,
        width: rect.width() * scale,
        height: rect.height() * scale,
    }
}

/// Draws nothing but what lies over the city; the scene itself is drawn below.
pub(super) fn city_ui(ui: &mut Ui, desk: &mut Desk, out: &mut Vec<UiCommand>) {
    let rect = ui.available_rect_before_wrap();
    let scale = ui.ctx().pixels_per_point();
    let pane = pane(rect, scale);
    desk.city_rect = Some(rect);
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Other, is_enabled, "City"));
    let at = |p: egui::Pos2| [p.x * scale, p.y * scale];
    let delta = response.drag_delta();
    if let (true, Some(to)) = (
        response.dragged_by(PointerButton::Primary) && delta != egui::Vec2::ZERO,
        response.interact_pointer_pos(),
    ) {
        desk.rig.pan(pane, at(to - delta), at(to));
    }
    if response.dragged_by(PointerButton::Secondary) || response.dragged_by(PointerButton::Middle) {
        desk.rig.orbit(-TURN * delta.x, TURN * delta.y);
    }
    desk.hovered = None;
    if let Some(pointer) = response.hover_pos() {
        let wheel = ui.input(|i| i.smooth_scroll_delta().y / 120.0 + (i.zoom_delta() - 1.0) * 2.0);
        if wheel != 0.0 {
            desk.rig.zoom(CLOSER.powf(-wheel * 0.4), pane, at(pointer));
        }
        if !response.dragged() {
            desk.hovered = pick(
                &desk.rig,
                pane,
                at(pointer),
                &desk.frame.city,
                desk.crowd(),
                desk.alpha(),
            );
        }
    }
    if let (true, Some(subject)) = (response.clicked(), desk.hovered) {
        response.request_focus();
        out.push(UiCommand::Inspect(subject));
    }
    if let (true, Some(subject)) = (response.double_clicked(), desk.hovered) {
        out.push(UiCommand::LookAt(subject));
    }
    if !ui.ctx().text_edit_focused() {
        keys(ui, desk, pane);
    }
    let seconds = ui.input(|i| i.stable_dt);
    let followed = desk
        .rig
        .followed()
        .and_then(|id| position(desk, Subject::Avatar(id)));
    desk.is_flying = desk.rig.step(seconds, followed);
    if desk.is_flying {
        ui.ctx().request_repaint();
    }
    if desk.shows_names {
        names_ui(ui, desk, pane, scale);
    }
    legend_ui(ui, desk, rect);
    caption_ui(ui, desk, rect, out);
    if desk.reel().is_some_and(|r| !r.shows_city) {
        nothing_ui(ui, rect);
    }
    if let Some(subject) = desk.hovered {
        response.on_hover_ui_at_pointer(|ui| {
            ui.label(name_of(desk, subject));
        });
    }
}

/// Says why the city is empty.
fn nothing_ui(ui: &Ui, city: egui::Rect) {
    ui.painter().text(
        city.center(),
        egui::Align2::CENTER_CENTER,
        "This recording holds numbers only; its city was not kept",
        egui::FontId::proportional(15.0),
        egui::Color32::from_white_alpha(220),
    );
}

/// Keys that move the camera while they are held.
fn keys(ui: &Ui, desk: &mut Desk, pane: Pane) {
    let (seconds, held) = ui.input(|i| {
        let plain = i.modifiers.is_none() || i.modifiers.shift_only();
        let held = |keys: &[Key]| {
            if plain && keys.iter().any(|k| i.key_down(*k)) {
                1.0
            } else {
                0.0
            }
        };
        let held = [
            held(&[Key::D, Key::ArrowRight]) - held(&[Key::A, Key::ArrowLeft]),
            held(&[Key::W, Key::ArrowUp]) - held(&[Key::S, Key::ArrowDown]),
            held(&[Key::Q]) - held(&[Key::E]),
            held(&[Key::R]) - held(&[Key::V]),
            held(&[Key::Minus]) - held(&[Key::Plus, Key::Equals]),
        ];
        (i.stable_dt.min(0.25), held)
    });
    // Arrows belong to what is focused, such as the time line.
    let is_elsewhere = ui.ctx().memory(|m| m.focused().is_some());
    let [right, forward, turn, tilt, away] = held;
    if (right != 0.0 || forward != 0.0) && !is_elsewhere {
        let step = SLIDE * seconds;
        desk.rig.slide(right * step, forward * step);
    }
    if turn != 0.0 || tilt != 0.0 {
        desk.rig.orbit(SPIN * seconds * turn, SPIN * seconds * tilt);
    }
    if away != 0.0 {
        let middle = [pane.left + pane.width / 2.0, pane.top + pane.height / 2.0];
        desk.rig
            .zoom(CLOSER.powf(away * seconds * 1.5), pane, middle);
    }
    if held != [0.0; 5] {
        ui.ctx().request_repaint();
    }
}

impl Desk {
    /// Says how the city is shown, for who draws it.
    pub fn set_scene(&self, scene: &mut SceneState) {
        let scale = self.pixels_per_point;
        scene.is_shown = self.city_rect.is_some();
        scene.pane = self
            .city_rect
            .map_or_else(Pane::default, |r| pane(r, scale));
        scene.rig.clone_from(&self.rig);
        scene.alpha = self.alpha();
        let shown = self.scrubbed.unwrap_or(self.frame.status.tick);
        scene.hour = (shown.minute_of_day() as f32 + scene.alpha - 1.0).max(0.0) / 60.0;
        if self.frame.status.is_playing {
            scene.seconds = self.clock.elapsed().as_secs_f32();
        }
        scene.overlay = self.overlay;
        scene.selected = self.inspected.last().copied();
        scene.is_frugal = self.is_software;
    }
}

/// Returns where a subject is; `None` if it is nowhere.
#[must_use]
pub fn position(desk: &Desk, subject: Subject) -> Option<Ground> {
    let rows = &desk.frame.city.rows;
    match subject {
        Subject::Avatar(id) => desk.crowd().place(id, desk.alpha()),
        Subject::Space(id) => rows
            .spaces
            .get(id.idx())
            .map(|s| rows.grid.middle(s.parcel)),
        Subject::Parcel(id) => (id.idx() < rows.cells.len()).then(|| rows.grid.middle(id)),
        Subject::Campaign(id) => desk
            .frame
            .city
            .boards
            .iter()
            .find(|b| b.campaign == id)
            .map(|b| rows.grid.middle(b.parcel)),
        Subject::Item(_) | Subject::Community(_) => None,
    }
}

/// Says what a subject is, in a few words.
fn name_of(desk: &Desk, subject: Subject) -> String {
    match subject {
        Subject::Avatar(id) => match desk.crowd().row(id) {
            Some(row) => format!(
                "{} · {}",
                subject.label(),
                format!("{:?}", row.activity).to_lowercase()
            ),
            None => format!("{} · at home", subject.label()),
        },
        Subject::Space(id) => match desk.frame.city.rows.spaces.get(id.idx()) {
            Some(s) => format!(
                "{} · {} {}",
                subject.label(),
                s.kind.word().replace('_', " "),
                s.topic
            ),
            None => subject.label(),
        },
        Subject::Campaign(id) => match desk.frame.city.boards.iter().find(|b| b.campaign == id) {
            Some(b) => format!("{} · {}", subject.label(), b.text),
            None => subject.label(),
        },
        Subject::Parcel(id) => match desk.frame.city.rows.lot(id) {
            Some(lot) => format!("{} · {:.0} coins", subject.label(), lot.price),
            None => subject.label(),
        },
        Subject::Item(_) | Subject::Community(_) => subject.label(),
    }
}

/// Names over the city: what is inspected, and what is near.
fn names_ui(ui: &Ui, desk: &Desk, pane: Pane, scale: f32) {
    let painter = ui.painter();
    let selected = desk.inspected.last().copied();
    let (city, crowd) = (&desk.frame.city, desk.crowd());
    for label in labels(&desk.rig, pane, city, crowd, desk.alpha(), selected) {
        let is_selected = selected == Some(label.subject);
        let size = if is_selected { 12.5 } else { 10.5 } * desk.settings.text_scale;
        let alpha = |most: f32| (most * label.strength) as u8;
        let color = egui::Color32::from_white_alpha(alpha(255.0));
        let font = egui::FontId::proportional(size);
        let galley = painter.layout_no_wrap(label.text, font, color);
        let size = galley.size();
        let middle = egui::pos2(label.at[0], label.at[1]) / scale;
        let corner = middle - egui::vec2(size.x / 2.0, size.y);
        let back = egui::Rect::from_min_size(corner, size).expand2(egui::vec2(4.0, 1.0));
        let fill = egui::Color32::from_black_alpha(alpha(if is_selected { 190.0 } else { 120.0 }));
        painter.rect_filled(back, 3.0, fill);
        painter.galley(corner, galley, color);
    }
}
