//! The whole window.

use egui::{Frame, Margin, Panel, Ui};

use super::desk::Desk;
use super::layout::panes_ui;
use super::menu::menu_ui;
use super::sheets::sheets_ui;
use super::start::start_ui;
use super::time_bar::time_bar_ui;
use super::{shortcuts, theme};
use crate::desktop::command::UiCommand;
use crate::desktop::engine::frame::Stage;

/// Draws the window and returns what was asked for. May run twice in a frame, as egui wishes: it only draws.
pub fn window_ui(ui: &mut Ui, desk: &mut Desk) -> Vec<UiCommand> {
    let ctx = ui.ctx().clone();
    let mut out = Vec::new();
    theme::apply(&ctx, &desk.look, desk.settings.text_scale, &mut desk.given);
    let fill = ui.visuals().panel_fill;
    let bar = Frame::new()
        .fill(fill)
        .inner_margin(Margin::symmetric(8, 3));
    Panel::top("menu")
        .frame(bar)
        .show_separator_line(false)
        .show(ui, |ui| menu_ui(ui, desk, &mut out));
    let is_open = desk.has_city() && desk.frame.status.stage != Stage::Founding;
    if is_open {
        Panel::bottom("time")
            .frame(bar)
            .show_separator_line(false)
            .show(ui, |ui| time_bar_ui(ui, desk, &mut out));
        panes_ui(ui, desk, &mut out);
    } else if desk.has_city() {
        desk.city_rect = None;
        Frame::new().fill(fill).show(ui, |ui| {
            ui.centered_and_justified(|ui| {
                ui.vertical_centered(|ui| {
                    ui.add_space(ui.available_height() * 0.4);
                    ui.spinner();
                    let doing = if desk.is_replay() {
                        "Opening"
                    } else {
                        "Founding"
                    };
                    ui.label(format!("{doing} {}…", desk.scenario_name));
                });
            });
        });
    } else {
        desk.city_rect = None;
        Frame::new()
            .fill(fill)
            .inner_margin(Margin::symmetric(12, 4))
            .show(ui, |ui| start_ui(ui, desk, &mut out));
    }
    sheets_ui(&ctx, desk, &mut out);
    out.extend(shortcuts::pressed(&ctx, desk));
    if let Some(text) = desk.copied.take() {
        ctx.copy_text(text);
    }
    out
}
