//! What the colours of an overlay mean.

use egui::{Rect, Sense, Ui, vec2};

use super::desk::Desk;
use crate::desktop::scene::legend::{Legend, legend};

/// Draws the legend of the overlay in the corner of the city.
pub(super) fn legend_ui(ui: &Ui, desk: &Desk, city: Rect) {
    let Some(legend) = legend(desk.overlay, &desk.frame.city, &desk.frame.crowd, desk.look.shows_truth)
    else {
        return;
    };
    egui::Area::new(egui::Id::new("legend"))
        .fixed_pos(city.left_bottom() + vec2(8.0, -8.0))
        .pivot(egui::Align2::LEFT_BOTTOM)
        .interactable(false)
        .order(egui::Order::Middle)
        .show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| rows_ui(ui, &legend));
        });
}

fn rows_ui(ui: &mut Ui, legend: &Legend) {
    ui.strong(&legend.title);
    if !legend.ramp.is_empty() {
        let (rect, _) = ui.allocate_exact_size(vec2(160.0, 10.0), Sense::hover());
        let n = legend.ramp.len() as f32;
        for (i, color) in legend.ramp.iter().enumerate() {
            let part = Rect::from_min_size(
                rect.min + vec2(rect.width() * i as f32 / n, 0.0),
                vec2(rect.width() / n + 0.5, rect.height()),
            );
            ui.painter().rect_filled(part, 0.0, *color);
        }
        ui.horizontal(|ui| {
            ui.set_width(160.0);
            ui.small(&legend.low);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.small(&legend.high);
            });
        });
    }
    for (color, text) in &legend.entries {
        ui.horizontal(|ui| {
            let (dot, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
            ui.painter().rect_filled(dot, 3.0, *color);
            ui.small(text);
        });
    }
    if !legend.note.is_empty() {
        ui.small(&legend.note);
    }
}
