//! The caption of a recording, over the city.

use egui::{Align2, Area, Color32, Frame, Id, Order, Rect, RichText, Ui, vec2};

use super::desk::Desk;
use super::time_bar::{clock_text, named_button};
use crate::desktop::command::UiCommand;
use crate::desktop::view::recorded::Reel;
use crate::desktop::wall;

/// Widest card, in points.
const WIDEST: f32 = 460.0;

/// Draws the caption that belongs to the moment, or at the beginning what the tour is about.
pub(super) fn caption_ui(ui: &Ui, desk: &Desk, city: Rect, out: &mut Vec<UiCommand>) {
    let Some(reel) = desk.reel() else { return };
    let shown = desk.frame.status.tick;
    let caption = desk.tour.shown(reel, shown);
    let is_beginning = shown == reel.span.0 && !reel.tour.captions.is_empty();
    if caption.is_none() && !is_beginning || city.width() < 120.0 || city.height() < 90.0 {
        return;
    }
    let width = (city.width() - 32.0).min(WIDEST * desk.settings.text_scale);
    Area::new(Id::new("caption"))
        .fixed_pos(city.center_bottom() + vec2(0.0, -12.0))
        .pivot(Align2::CENTER_BOTTOM)
        .order(Order::Middle)
        .show(ui.ctx(), |ui| {
            let fill = ui.visuals().panel_fill.gamma_multiply(0.94);
            Frame::popup(ui.style())
                .fill(fill)
                .inner_margin(egui::Margin::symmetric(14, 10))
                .corner_radius(8)
                .show(ui, |ui| {
                    ui.set_width(width - 28.0);
                    match caption {
                        Some(i) => card_ui(ui, desk, reel, i, out),
                        None => title_ui(ui, desk, reel, out),
                    }
                });
        });
}

/// What the tour is called and about.
fn title_ui(ui: &mut Ui, desk: &Desk, reel: &Reel, out: &mut Vec<UiCommand>) {
    heading_ui(ui, desk, &reel.tour.title);
    if !reel.tour.text.is_empty() {
        ui.label(&reel.tour.text);
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let button = ui.button(RichText::new("▶ Start the tour").strong());
        if button
            .on_hover_text("Plays from caption to caption (U)")
            .clicked()
        {
            out.push(UiCommand::ToggleTour);
        }
        let n = reel.tour.captions.len();
        ui.weak(format!("{n} caption{}", if n == 1 { "" } else { "s" }));
    });
}

fn heading_ui(ui: &mut Ui, desk: &Desk, text: &str) {
    let size = 16.0 * desk.settings.text_scale;
    let color = ui.visuals().strong_text_color();
    ui.label(RichText::new(text).size(size).strong().color(color));
}

fn card_ui(ui: &mut Ui, desk: &Desk, reel: &Reel, i: usize, out: &mut Vec<UiCommand>) {
    let Some(caption) = reel.tour.captions.get(i) else {
        return;
    };
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::TOP), |ui| {
            if named_button(ui, "✖", "Hide this caption (C)").clicked() {
                out.push(UiCommand::ToggleCaption);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::TOP), |ui| {
                ui.vertical(|ui| heading_ui(ui, desk, &caption.title));
            });
        });
    });
    if !caption.text.is_empty() {
        ui.add(egui::Label::new(&caption.text).wrap());
    }
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let n = reel.tour.captions.len();
        ui.add_enabled_ui(i > 0, |ui| {
            if named_button(ui, "⏪", "Caption before (Page up)").clicked() {
                out.push(UiCommand::PreviousCaption);
            }
        });
        ui.add_enabled_ui(i + 1 < n, |ui| {
            if named_button(ui, "⏩", "Caption after (Page down)").clicked() {
                out.push(UiCommand::NextCaption);
            }
        });
        let (word, help) = if desk.tour.is_on() {
            ("⏹ End the tour", "Lets you move by yourself (U)")
        } else {
            ("▶ Tour from here", "Plays from caption to caption (U)")
        };
        if ui.button(word).on_hover_text(help).clicked() {
            out.push(UiCommand::ToggleTour);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.weak(format!(
                "{} of {n} · {}",
                i + 1,
                clock_text(reel.moment(caption.tick))
            ));
        });
    });
    if let Some(share) = desk.tour.stayed(wall::now()) {
        stay_ui(ui, share, desk.look.palette.series[0]);
        ui.ctx()
            .request_repaint_after(std::time::Duration::from_millis(50));
    }
}

/// A thin line that fills while a tour stays.
fn stay_ui(ui: &mut Ui, share: f32, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0), egui::Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 1.5, color.gamma_multiply(0.2));
    let mut done = rect;
    done.set_width(rect.width() * share);
    painter.rect_filled(done, 1.5, color);
}
