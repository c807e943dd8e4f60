//! The bar at the bottom: time, speed, and what a tick costs; for a recording, also its captions.

use egui::{Color32, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::desk::Desk;
use super::fork::fork_ui;
use super::record::record_ui;
use super::time_line::scrub_ui;
use crate::desktop::command::{Speed, UiCommand};
use crate::desktop::engine::frame::Stage;
use crate::sim::phase_clock::N_PHASES;
use crate::sim::schedule::SimSystems;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Returns day and hour in words; days count from 0, as in the log and the report.
#[must_use]
pub fn clock_text(tick: Tick) -> String {
    let minute = tick.minute_of_day();
    format!("Day {} {:02}:{:02}", tick.day(), minute / 60, minute % 60)
}

pub(super) fn time_bar_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let status = &desk.frame.status;
    ui.horizontal(|ui| {
        if desk.is_replay() {
            caption_buttons_ui(ui, desk, out);
            if named_button(ui, "⏮", "Step one tick back").clicked() {
                out.push(UiCommand::SeekBy(-1));
            }
        }
        let (text, label, command) = if status.is_playing {
            ("⏸", "Pause", UiCommand::Pause)
        } else {
            ("▶", "Play", UiCommand::Play)
        };
        if named_button(ui, text, label).clicked() {
            out.push(command);
        }
        if named_button(ui, "⏭", "Step one tick").clicked() {
            out.push(UiCommand::Step);
        }
        speeds_ui(ui, desk, out);
        ui.separator();
        let shown = desk.scrubbed.unwrap_or(status.tick);
        ui.strong(clock_text(shown)).on_hover_text(format!(
            "Tick {} of {}",
            shown.0,
            desk.reel()
                .map_or_else(|| status.days * TICKS_PER_DAY, |r| r.span.1.0)
        ));
        if desk.scrubbed.is_some() {
            if ui
                .button("Now")
                .on_hover_text("Leaves the past; numbers in panels are always those of now")
                .clicked()
            {
                out.push(UiCommand::GoLive);
            }
        } else if status.stage == Stage::Finished {
            ui.weak(if desk.is_replay() {
                "the recording is over"
            } else {
                "all days are over"
            });
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            fork_ui(ui, desk, out);
            if desk.is_replay() {
                pace_ui(ui, desk);
            } else {
                record_ui(ui, desk, out);
                costs_ui(ui, desk);
            }
            scrub_ui(ui, desk, out);
        });
    });
}

/// Buttons for captions and the tour; a recording without captions has none.
fn caption_buttons_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let has_captions = desk.reel().is_some_and(|r| !r.tour.captions.is_empty());
    if !has_captions {
        return;
    }
    if named_button(ui, "⏪", "Caption before").clicked() {
        out.push(UiCommand::PreviousCaption);
    }
    if named_button(ui, "⏩", "Next caption").clicked() {
        out.push(UiCommand::NextCaption);
    }
    let is_on = desk.tour.is_on();
    let (name, help) = if is_on {
        ("Tour", "Ends the guided tour (U)")
    } else {
        (
            "Tour",
            "Begins the guided tour: from caption to caption, with the camera (U)",
        )
    };
    if ui
        .selectable_label(is_on, name)
        .on_hover_text(help)
        .clicked()
    {
        out.push(UiCommand::ToggleTour);
    }
    ui.separator();
}

/// The speeds to choose from; a speed that a caption has set stands beside them.
fn speeds_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let now = desk.frame.status.speed;
    let offered = if desk.is_replay() {
        Speed::RECORDED
    } else {
        Speed::LIVING
    };
    for speed in offered {
        let help = match speed.ticks_per_second() {
            Some(n) => format!("{n} simulated minutes a second"),
            None => "As fast as the machine can".to_owned(),
        };
        if ui
            .selectable_label(now == speed, speed.word())
            .on_hover_text(help)
            .clicked()
        {
            out.push(UiCommand::SetSpeed(speed));
        }
    }
    if !offered.contains(&now) {
        ui.weak(format!("now {}", now.word()));
    }
}

/// How fast a recording plays: nothing is computed, so that there are no costs to tell.
fn pace_ui(ui: &mut Ui, desk: &Desk) {
    let status = &desk.frame.status;
    if status.is_playing {
        ui.weak(format!("{:.0} ticks/s", status.ticks_per_second));
    } else {
        ui.weak("recording")
            .on_hover_text("Nothing is simulated: this was recorded");
    }
}

/// A small button with a picture, known by name to those who cannot see it.
pub(super) fn named_button(ui: &mut Ui, text: &str, name: &str) -> egui::Response {
    let response = ui.button(text).on_hover_text(name);
    let (is_enabled, name) = (ui.is_enabled(), name.to_owned());
    response.widget_info(move || {
        egui::WidgetInfo::labeled(egui::WidgetType::Button, is_enabled, &name)
    });
    response
}

fn costs_ui(ui: &mut Ui, desk: &Desk) {
    let status = &desk.frame.status;
    let total: u64 = status.phase_nanos.iter().sum();
    let palette = &desk.look.palette;
    if status.is_playing {
        ui.label(format!(
            "{:.0} ticks/s  {} events/s",
            status.ticks_per_second,
            crate::desktop::panels::kit::numbers::whole(status.events_per_second)
        ));
    }
    let (rect, response) = ui.allocate_exact_size(vec2(72.0, 12.0), Sense::hover());
    let mut x = rect.left();
    if total > 0 {
        for (i, nanos) in status.phase_nanos.iter().enumerate() {
            let width = rect.width() * (*nanos as f64 / total as f64) as f32;
            let part = Rect::from_min_size(pos2(x, rect.top()), vec2(width, rect.height()));
            ui.painter()
                .rect_filled(part, 0.0, phase_color(palette.series, i));
            x += width;
        }
    }
    ui.painter().rect_stroke(
        rect,
        2.0,
        Stroke::new(1.0, palette.weak),
        egui::StrokeKind::Outside,
    );
    ui.label(format!("{:.2} ms", total as f64 / 1e6));
    response.on_hover_ui(|ui| {
        ui.strong("Cost of the last tick by phase");
        for (i, nanos) in status.phase_nanos.iter().enumerate() {
            ui.horizontal(|ui| {
                let (dot, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
                ui.painter()
                    .rect_filled(dot, 2.0, phase_color(palette.series, i));
                let word = SimSystems::ORDER[i].word();
                ui.monospace(format!("{word:8} {:8.1} µs", *nanos as f64 / 1e3));
            });
        }
        ui.weak(format!("state hash {:016x}", status.chained));
    });
}

fn phase_color(series: [Color32; 7], i: usize) -> Color32 {
    let color = series[i % 7];
    if (7..N_PHASES).contains(&i) {
        color.gamma_multiply(0.6)
    } else {
        color
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_zero_as_in_the_log() {
        assert_eq!(clock_text(Tick(0)), "Day 0 00:00");
        assert_eq!(
            clock_text(Tick(2 * TICKS_PER_DAY + 14 * 60 + 25)),
            "Day 2 14:25"
        );
    }
}
