//! The bar at the bottom: time, speed, the past, and what a tick costs.

use egui::{Align2, Color32, FontId, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::desk::Desk;
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
        for speed in Speed::ALL {
            let help = match speed.ticks_per_second() {
                Some(n) => format!("{n} simulated minutes a second"),
                None => "As fast as the machine can".to_owned(),
            };
            if ui
                .selectable_label(status.speed == speed, speed.word())
                .on_hover_text(help)
                .clicked()
            {
                out.push(UiCommand::SetSpeed(speed));
            }
        }
        ui.separator();
        let shown = desk.scrubbed.unwrap_or(status.tick);
        ui.strong(clock_text(shown)).on_hover_text(format!(
            "Tick {} of {}",
            shown.0,
            status.days * TICKS_PER_DAY
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
            ui.weak("all days are over");
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            costs_ui(ui, desk);
            scrub_ui(ui, desk, out);
        });
    });
}

/// A small button with a picture, known by name to those who cannot see it.
fn named_button(ui: &mut Ui, text: &str, name: &str) -> egui::Response {
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

/// The run as a line: days, what is still in memory, policy changes, the tick that is shown. A click or drag looks at the past.
fn scrub_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let status = &desk.frame.status;
    let palette = &desk.look.palette;
    let width = (ui.available_width() - 12.0).max(60.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::click_and_drag());
    let end = (status.days * TICKS_PER_DAY).max(status.tick.0).max(1);
    let x = |tick: f32| rect.left() + rect.width() * (tick / end as f32).clamp(0.0, 1.0);
    let painter = ui.painter();
    let line = Rect::from_min_max(
        pos2(rect.left(), rect.center().y - 2.0),
        pos2(rect.right(), rect.center().y + 2.0),
    );
    painter.rect_filled(line, 2.0, palette.weak.gamma_multiply(0.35));
    let mut done = line;
    done.set_right(x(status.tick.0 as f32));
    painter.rect_filled(done, 2.0, palette.weak);
    if let Some((from, to)) = desk.frame.remembered {
        let mut kept = line.expand2(vec2(0.0, 1.0));
        kept.set_left(x(from.0 as f32));
        kept.set_right(x(to.0 as f32));
        painter.rect_filled(kept, 2.0, palette.series[0]);
    }
    let days = end / TICKS_PER_DAY;
    let every = [1, 2, 5, 7, 10, 30, 100, 365]
        .into_iter()
        .find(|e| rect.width() / (days.max(1) as f32 / *e as f32) >= 26.0)
        .unwrap_or(1_000);
    for day in (0..=days).step_by(every) {
        let at = x((day * TICKS_PER_DAY) as f32);
        painter.line_segment(
            [
                pos2(at, rect.center().y - 4.0),
                pos2(at, rect.center().y + 4.0),
            ],
            Stroke::new(1.0, palette.weak),
        );
        if at < rect.right() - 16.0 {
            painter.text(
                pos2(at + 2.0, rect.bottom() + 1.0),
                Align2::LEFT_BOTTOM,
                day.to_string(),
                FontId::proportional(8.5),
                palette.weak,
            );
        }
    }
    for mark in desk.frame.changes.iter() {
        let at = x(mark.tick as f32);
        painter.line_segment(
            [pos2(at, rect.top()), pos2(at, rect.bottom())],
            Stroke::new(1.5, palette.mark),
        );
    }
    let shown = desk.scrubbed.unwrap_or(status.tick);
    painter.circle_filled(
        pos2(x(shown.0 as f32), rect.center().y),
        5.0,
        palette.series[0],
    );
    let tick_at = |px: f32| {
        let share = ((px - rect.left()) / rect.width()).clamp(0.0, 1.0);
        Tick((f64::from(share) * f64::from(end)) as u32)
    };
    let kept = desk.frame.remembered;
    if let (true, Some(at), Some((from, to))) = (
        response.clicked() || response.dragged(),
        response.interact_pointer_pos(),
        kept,
    ) {
        out.push(UiCommand::ScrubTo(Tick(
            tick_at(at.x).0.clamp(from.0, to.0),
        )));
    }
    let is_enabled = ui.is_enabled();
    response.widget_info(move || {
        egui::WidgetInfo::labeled(egui::WidgetType::Slider, is_enabled, "Time line")
    });
    if response.has_focus() {
        let step = ui.input(|i| {
            i32::from(i.key_pressed(egui::Key::ArrowRight))
                - i32::from(i.key_pressed(egui::Key::ArrowLeft))
        });
        if let (true, Some((from, to))) = (step != 0, kept) {
            let to_tick = shown.0.saturating_add_signed(step).clamp(from.0, to.0);
            out.push(UiCommand::ScrubTo(Tick(to_tick)));
        }
    }
    response.on_hover_ui_at_pointer(|ui| {
        if let Some(at) = ui.input(|i| i.pointer.hover_pos()) {
            ui.label(clock_text(tick_at(at.x)));
        }
        match kept {
            Some((from, to)) => ui.weak(format!(
                "in memory from {} to {}",
                clock_text(from),
                clock_text(to)
            )),
            None => ui.weak("nothing is in memory yet"),
        };
        for mark in desk.frame.changes.iter() {
            ui.weak(format!(
                "{} {}: {} → {}",
                clock_text(Tick(mark.tick)),
                mark.key,
                mark.from,
                mark.to
            ));
        }
    });
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
