//! What the colours of an overlay mean.

use egui::{Color32, Rect, Sense, Ui, pos2, vec2};

use super::desk::Desk;
use crate::desktop::command::Overlay;
use crate::desktop::view::overlay::{CellValues, Legend, LegendEntry, legend};

/// What a legend was read of: overlay, ground, attention, and whether the truth is shown.
pub(super) type LegendOf = (Overlay, u64, u64, bool);

/// Draws the legend of the overlay in the corner of the city.
pub(super) fn legend_ui(ui: &Ui, desk: &mut Desk, city: Rect) {
    if desk.overlay == Overlay::None {
        return;
    }
    let view = &desk.frame.city;
    let (ground, truth) = (view.rows.version, desk.look.shows_truth);
    let of = (desk.overlay, ground, view.attention_version, truth);
    if desk.legend.as_ref().is_none_or(|(o, _)| *o != of) {
        // Looks at every parcel of the city: not in every frame.
        let values = CellValues::of(desk.overlay, view);
        let topics = desk.frame.scenario.society.population.topics as usize;
        desk.legend = Some((of, legend(desk.overlay, &values, topics, truth)));
    }
    let Some((_, legend)) = &desk.legend else {
        return;
    };
    egui::Area::new(egui::Id::new("legend"))
        .fixed_pos(city.left_bottom() + vec2(8.0, -8.0))
        .pivot(egui::Align2::LEFT_BOTTOM)
        .interactable(false)
        .order(egui::Order::Middle)
        .show(ui.ctx(), |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| rows_ui(ui, legend));
        });
}

fn rows_ui(ui: &mut Ui, legend: &Legend) {
    ui.strong(legend.title);
    if !legend.unit.is_empty() {
        ui.small(legend.unit);
    }
    let color = |e: &LegendEntry| Color32::from_rgb(e.color[0], e.color[1], e.color[2]);
    if legend.is_ramp && legend.entries.len() > 1 {
        let (rect, _) = ui.allocate_exact_size(vec2(180.0, 10.0), Sense::hover());
        let steps = legend.entries.len() - 1;
        let mut mesh = egui::Mesh::default();
        for (i, entry) in legend.entries.iter().enumerate() {
            let x = rect.left() + rect.width() * i as f32 / steps as f32;
            mesh.colored_vertex(pos2(x, rect.top()), color(entry));
            mesh.colored_vertex(pos2(x, rect.bottom()), color(entry));
            if i > 0 {
                let n = 2 * i as u32;
                mesh.add_triangle(n - 2, n - 1, n);
                mesh.add_triangle(n - 1, n, n + 1);
            }
        }
        ui.painter().add(mesh);
        ui.horizontal(|ui| {
            ui.set_width(180.0);
            ui.small(&legend.entries[0].text);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.small(&legend.entries[steps].text);
            });
        });
    } else {
        for entry in &legend.entries {
            ui.horizontal(|ui| {
                let (dot, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                ui.painter().rect_filled(dot, 3.0, color(entry));
                ui.small(&entry.text);
            });
        }
    }
    if let Some(note) = legend.note {
        ui.small(note);
    }
}
