//! Bars of a score's parts, and of pairs that are compared.

use egui::{Align2, Color32, Rect, Sense, TextStyle, Ui, WidgetInfo, WidgetType, pos2, vec2};

use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::decimal;

/// A part of a sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct PartBar<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// What it adds.
    pub(super) value: f64,
    /// What it means.
    pub(super) meaning: &'a str,
}

/// Draws the parts of a sum as bars to both sides of nothing, on one scale.
pub(super) fn parts_ui(ui: &mut Ui, look: &Look, parts: &[PartBar<'_>], scale: f64) {
    let most = if scale.is_finite() && scale > 0.0 {
        scale
    } else {
        1.0
    };
    for part in parts {
        let said = format!("{} {}", part.name, signed(part.value));
        let (name, bar) = row_ui(ui, part.name, &said, part.meaning);
        let Some(bar) = bar else { continue };
        let painter = ui.painter().with_clip_rect(ui.clip_rect());
        let middle = bar.center().x;
        let share = (part.value / most).clamp(-1.0, 1.0);
        let share = if share.is_finite() { share as f32 } else { 0.0 };
        let end = middle + share * 0.5 * bar.width();
        let color = if part.value < 0.0 {
            look.palette.series[1]
        } else {
            look.palette.series[0]
        };
        painter.vline(middle, bar.y_range(), (1.0, look.palette.weak));
        let (left, right) = (middle.min(end), middle.max(end));
        painter.rect_filled(
            Rect::from_min_max(pos2(left, bar.min.y + 3.0), pos2(right, bar.max.y - 3.0)),
            2.0,
            color,
        );
        painter.text(
            pos2(bar.max.x + 6.0, name.center().y),
            Align2::LEFT_CENTER,
            signed(part.value),
            TextStyle::Small.resolve(ui.style()),
            ui.visuals().text_color(),
        );
    }
}

/// Draws two shares of one thing above each other, each from 0 to 1; the second may be hidden.
pub(super) fn pair_ui(
    ui: &mut Ui,
    look: &Look,
    name: &str,
    first: Option<f64>,
    second: Option<f64>,
) {
    let word = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), decimal);
    let said = match second {
        Some(_) => format!(
            "{name}: as the platform sees it {}, truth {}",
            word(first),
            word(second)
        ),
        None => format!("{name}: as the platform sees it {}", word(first)),
    };
    let (_, bar) = row_ui(
        ui,
        name,
        &said,
        "Length of the interest in a vector of length 1",
    );
    let Some(bar) = bar else { return };
    let painter = ui.painter();
    let draw = |value: Option<f64>, top: f32, bottom: f32, color: Color32| {
        let share = value
            .filter(|x| x.is_finite())
            .unwrap_or(0.0)
            .clamp(0.0, 1.0) as f32;
        let y = |at: f32| bar.min.y + at * bar.height();
        painter.rect_filled(
            Rect::from_min_max(
                pos2(bar.min.x, y(top)),
                pos2(bar.min.x + (share * bar.width()).max(1.0), y(bottom)),
            ),
            1.0,
            color,
        );
    };
    if second.is_some() {
        draw(first, 0.12, 0.48, look.palette.series[0]);
        draw(second, 0.52, 0.88, look.palette.mark);
    } else {
        draw(first, 0.2, 0.8, look.palette.series[0]);
    }
    let text = match second {
        Some(_) => format!("{} | {}", word(first), word(second)),
        None => word(first),
    };
    painter.text(
        pos2(bar.max.x + 6.0, bar.center().y),
        Align2::LEFT_CENTER,
        text,
        TextStyle::Small.resolve(ui.style()),
        ui.visuals().text_color(),
    );
}

/// Draws the name of a row; returns its place and that of its bar, if it can be seen.
fn row_ui(ui: &mut Ui, name: &str, said: &str, meaning: &str) -> (Rect, Option<Rect>) {
    let font = TextStyle::Small.resolve(ui.style());
    let line = font.size * 1.7;
    let room = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(room, line), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, said));
    let names = (0.45 * room).min(220.0);
    let numbers = (0.22 * room).clamp(50.0, 90.0);
    let bar = Rect::from_min_max(
        pos2(rect.min.x + names, rect.min.y),
        pos2(
            (rect.max.x - numbers).max(rect.min.x + names + 4.0),
            rect.max.y,
        ),
    );
    let is_visible = ui.is_rect_visible(rect);
    if is_visible {
        let place = Rect::from_min_size(rect.min, vec2(names - 6.0, line));
        ui.painter()
            .with_clip_rect(place.intersect(ui.clip_rect()))
            .text(
                place.left_center(),
                Align2::LEFT_CENTER,
                name,
                font,
                ui.visuals().text_color(),
            );
    }
    response.on_hover_text(format!("{said}\n{meaning}"));
    (rect, is_visible.then_some(bar))
}

/// Writes a number with its sign.
pub(super) fn signed(value: f64) -> String {
    if value > 0.0 {
        format!("+{}", decimal(value))
    } else {
        decimal(value)
    }
}
