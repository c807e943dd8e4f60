//! Named amounts as bars below each other: reads at any width, and names need no turning.

use egui::{Align2, Color32, Sense, TextStyle, Ui, WidgetInfo, WidgetType, vec2};

use super::empty::Empty;
use super::export::exportable_ui;
use super::numbers::{Form, csv_field, csv_line, machine, percent};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;

/// A named amount.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedAmount {
    /// Its name.
    pub name: String,
    /// How much; less than nothing is drawn as nothing.
    pub amount: f64,
    /// Its colour.
    pub color: Color32,
}

impl NamedAmount {
    /// Makes a bar.
    #[must_use]
    pub fn new(name: impl Into<String>, amount: f64, color: Color32) -> Self {
        Self {
            name: name.into(),
            amount,
            color,
        }
    }
}

/// Names counts by how many in a row they are about: "1 day", "2 days", and "3 days or more" for the last.
#[must_use]
pub fn in_a_row(counts: &[u64], one: &str, many: &str, color: Color32) -> Vec<NamedAmount> {
    let last = counts.len();
    let named = counts.iter().zip(1..).map(|(count, n)| {
        let name = match n {
            1 => format!("1 {one}"),
            n if n == last => format!("{n} {many} or more"),
            n => format!("{n} {many}"),
        };
        NamedAmount::new(name, *count as f64, color)
    });
    named.collect()
}

/// Draws named amounts as bars, with their share of the whole on hover.
pub fn bars_ui(
    ui: &mut Ui,
    look: &Look,
    id: &str,
    title: &str,
    help: &str,
    form: Form,
    rows: &[NamedAmount],
    out: &mut Vec<UiCommand>,
) {
    let csv = || {
        let mut csv = String::from("name,amount\n");
        for row in rows {
            csv_line(&mut csv, [csv_field(&row.name), machine(row.amount)]);
        }
        csv
    };
    exportable_ui(ui, id, title, help, out, csv, |ui, out| {
        let known = |a: f64| if a.is_finite() { a.max(0.0) } else { 0.0 };
        let total: f64 = rows.iter().map(|r| known(r.amount)).sum();
        let most = rows.iter().map(|r| known(r.amount)).fold(0.0, f64::max);
        if most <= 0.0 {
            Empty::new("Nothing to show yet")
                .hint("Let time run for an hour")
                .show(ui, look, out);
            return;
        }
        let font = TextStyle::Body.resolve(ui.style());
        let line = font.size * 1.5;
        let painter = ui.painter();
        let wide = |text: &str| {
            painter
                .layout_no_wrap(text.to_owned(), font.clone(), Color32::WHITE)
                .size()
                .x
        };
        let room = ui.available_width();
        let names = rows.iter().map(|r| wide(&r.name)).fold(0.0, f32::max) + 8.0;
        let names = names.min(0.45 * room);
        let values: Vec<String> = rows.iter().map(|r| form.text(r.amount)).collect();
        let numbers = values.iter().map(|v| wide(v)).fold(0.0, f32::max) + 8.0;
        let longest = (room - names - numbers).max(8.0);
        for (row, value) in rows.iter().zip(&values) {
            let (rect, response) = ui.allocate_exact_size(vec2(room, line), Sense::hover());
            let share = known(row.amount) / total;
            let said = format!("{} {value}, {} of all", row.name, percent(share));
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &said));
            if ui.is_rect_visible(rect) {
                let text = ui.visuals().text_color();
                let painter = ui.painter();
                let left = painter.with_clip_rect(
                    egui::Rect::from_min_size(rect.min, vec2(names - 4.0, line))
                        .intersect(ui.clip_rect()),
                );
                left.text(
                    rect.left_center(),
                    Align2::LEFT_CENTER,
                    &row.name,
                    font.clone(),
                    text,
                );
                let length = longest * (known(row.amount) / most) as f32;
                let bar = egui::Rect::from_min_size(
                    egui::pos2(rect.min.x + names, rect.min.y + 0.2 * line),
                    vec2(length.max(1.0), 0.6 * line),
                );
                painter.rect_filled(bar, 2.0, row.color);
                painter.text(
                    egui::pos2(bar.max.x + 5.0, rect.center().y),
                    Align2::LEFT_CENTER,
                    value,
                    font.clone(),
                    text,
                );
            }
            response.on_hover_text(said);
        }
    });
}
