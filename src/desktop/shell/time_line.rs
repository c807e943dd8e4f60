//! Time as a line at the bottom of the window.

use egui::{Align2, FontId, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::desk::Desk;
use super::time_bar::clock_text;
use crate::desktop::command::UiCommand;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// What of time the line shows: from its first tick to its last.
fn span(desk: &Desk) -> (u32, u32) {
    if let Some(reel) = desk.reel() {
        let (first, last) = reel.span;
        return (first.0.saturating_sub(1), last.0.max(first.0));
    }
    let status = &desk.frame.status;
    (0, (status.days * TICKS_PER_DAY).max(status.tick.0).max(1))
}

/// Time as a line: days, what can be gone to, policy changes, captions, the tick that is shown. A click or drag goes there: to
/// what is still in memory of a living city, to any tick of a recording.
pub(super) fn scrub_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let status = &desk.frame.status;
    let palette = &desk.look.palette;
    let width = (ui.available_width() - 12.0).max(60.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 18.0), Sense::click_and_drag());
    let (begin, end) = span(desk);
    let length = (end - begin).max(1);
    let x = |tick: u32| {
        let share = tick.saturating_sub(begin) as f32 / length as f32;
        rect.left() + rect.width() * share.clamp(0.0, 1.0)
    };
    let painter = ui.painter();
    let line = Rect::from_min_max(
        pos2(rect.left(), rect.center().y - 2.0),
        pos2(rect.right(), rect.center().y + 2.0),
    );
    painter.rect_filled(line, 2.0, palette.weak.gamma_multiply(0.35));
    let mut done = line;
    done.set_right(x(status.tick.0));
    painter.rect_filled(done, 2.0, palette.weak);
    if let Some((from, to)) = desk.frame.remembered.filter(|_| !desk.is_replay()) {
        let mut kept = line.expand2(vec2(0.0, 1.0));
        kept.set_left(x(from.0));
        kept.set_right(x(to.0));
        painter.rect_filled(kept, 2.0, palette.series[0]);
    }
    let (first_day, last_day) = (begin.div_ceil(TICKS_PER_DAY), end / TICKS_PER_DAY);
    let days = last_day.saturating_sub(first_day);
    let every = [1, 2, 5, 7, 10, 30, 100, 365]
        .into_iter()
        .find(|e| rect.width() / (days.max(1) as f32 / *e as f32) >= 26.0)
        .unwrap_or(1_000);
    for day in (first_day..=last_day).step_by(every) {
        let at = x(day * TICKS_PER_DAY);
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
        let at = x(mark.tick);
        painter.line_segment(
            [pos2(at, rect.top()), pos2(at, rect.bottom())],
            Stroke::new(1.5, palette.mark),
        );
    }
    let captions = desk.reel().map_or(&[][..], |r| &r.tour.captions);
    for caption in captions {
        let at = x(caption.tick);
        let color = palette.series[1];
        let flag = vec![
            pos2(at - 4.0, rect.top()),
            pos2(at + 4.0, rect.top()),
            pos2(at, rect.top() + 6.0),
        ];
        painter.add(Shape::convex_polygon(flag, color, Stroke::NONE));
    }
    let shown = desk.scrubbed.unwrap_or(status.tick);
    painter.circle_filled(pos2(x(shown.0), rect.center().y), 5.0, palette.series[0]);
    let tick_at = |px: f32| {
        let share = ((px - rect.left()) / rect.width()).clamp(0.0, 1.0);
        Tick(begin + (f64::from(share) * f64::from(length)).round() as u32)
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
            _ if desk.is_replay() => {}
            Some((from, to)) => {
                ui.weak(format!(
                    "in memory from {} to {}",
                    clock_text(from),
                    clock_text(to)
                ));
            }
            None => {
                ui.weak("nothing is in memory yet");
            }
        }
        if let Some(at) = ui.input(|i| i.pointer.hover_pos()) {
            let near = |tick: u32| (x(tick) - at.x).abs() < 6.0;
            for caption in captions.iter().filter(|c| near(c.tick)) {
                ui.strong(&caption.title);
            }
        }
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
