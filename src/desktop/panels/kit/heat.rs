//! Cohorts by age as a map of colours: rows are cohorts, columns days since arrival.

use egui::{Align2, Rect, Sense, TextStyle, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::empty::Empty;
use super::export::exportable_ui;
use super::numbers::{count, csv_field, machine, percent};
use crate::desktop::command::UiCommand;
use crate::desktop::look::{Look, amount_color};

/// Lowest and highest cells, in points.
const CELL: (f32, f32) = (5.0, 18.0);

/// Rows drawn one by one; of more, the newest are shown.
const MOST_ROWS: usize = 60;

/// A cohort.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeatRow {
    /// Its name, as "day 3".
    pub name: String,
    /// How many it began with.
    pub size: u64,
    /// Shares from 0 to 1 by age; `None` where not yet observed.
    pub shares: Vec<Option<f64>>,
}

/// Draws cohorts as a map of colours with the numbers on hover.
pub fn heat_ui(
    ui: &mut Ui,
    look: &Look,
    id: &str,
    title: &str,
    help: &str,
    rows: &[HeatRow],
    out: &mut Vec<UiCommand>,
) {
    exportable_ui(
        ui,
        id,
        title,
        help,
        out,
        || csv(rows),
        |ui, out| {
            let columns = rows.iter().map(|r| r.shares.len()).max().unwrap_or(0);
            if columns == 0 || rows.iter().all(|r| r.size == 0) {
                Empty::new("No cohorts yet")
                    .hint("Let time run until newcomers have been here for a day")
                    .show(ui, look, out);
                return;
            }
            let left_out = rows.len().saturating_sub(MOST_ROWS);
            grid_ui(ui, look, title, &rows[left_out..], columns);
            legend_ui(ui, look);
            if left_out > 0 {
                ui.weak(format!("and {} older cohorts", count(left_out as u64)));
            }
        },
    );
}

fn grid_ui(ui: &mut Ui, look: &Look, title: &str, rows: &[HeatRow], columns: usize) {
    let font = TextStyle::Small.resolve(ui.style());
    let room = ui.available_width();
    let names = rows
        .iter()
        .map(|r| {
            let name = r.name.clone();
            let galley = ui
                .painter()
                .layout_no_wrap(name, font.clone(), look.palette.weak);
            galley.size().x
        })
        .fold(0.0, f32::max)
        + 6.0;
    let across = ((room - names) / columns as f32).clamp(CELL.0, 3.0 * CELL.1);
    let down = across.clamp(CELL.0 + 2.0, CELL.1);
    let head = font.size * 1.4;
    let size = vec2(
        names + across * columns as f32,
        head + down * rows.len() as f32,
    );
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| {
        let text = format!("{title}, {} cohorts over {columns} days", rows.len());
        WidgetInfo::labeled(WidgetType::Image, true, text)
    });
    let painter = ui.painter_at(rect);
    let origin = rect.min + vec2(names, head);
    let every = [1, 2, 5, 7, 10, 30, 60, 90, 365]
        .into_iter()
        .find(|n| *n as f32 * across > 2.2 * font.size)
        .unwrap_or(365);
    for column in (0..columns).step_by(every) {
        painter.text(
            pos2(origin.x + (column as f32 + 0.5) * across, rect.min.y),
            Align2::CENTER_TOP,
            column,
            font.clone(),
            look.palette.weak,
        );
    }
    let lines = ((font.size * 1.2 / down).ceil() as usize).max(1);
    for (i, row) in rows.iter().enumerate() {
        let y = origin.y + i as f32 * down;
        if i % lines == 0 {
            painter.text(
                pos2(rect.min.x, y + 0.5 * down),
                Align2::LEFT_CENTER,
                &row.name,
                font.clone(),
                look.palette.weak,
            );
        }
        for (column, share) in row.shares.iter().enumerate() {
            let Some(share) = share.filter(|s| s.is_finite()) else {
                continue;
            };
            let cell = Rect::from_min_size(
                pos2(origin.x + column as f32 * across, y),
                vec2(across - 1.0, down - 1.0),
            );
            painter.rect_filled(cell, 0.0, amount_color(share as f32));
        }
    }
    let said = response
        .hover_pos()
        .and_then(|at| cell_text(rows, origin, vec2(across, down), at));
    if let Some(said) = said {
        response.on_hover_text_at_pointer(said);
    }
}

/// Says what lies under a pointer.
fn cell_text(
    rows: &[HeatRow],
    origin: egui::Pos2,
    cell: egui::Vec2,
    at: egui::Pos2,
) -> Option<String> {
    let from = (at - origin) / cell;
    if from.x < 0.0 || from.y < 0.0 {
        return None;
    }
    let row = rows.get(from.y as usize)?;
    let column = from.x as usize;
    let share = (*row.shares.get(column)?)?;
    Some(format!(
        "Arrived on {}\n{} arrived\n{} active {column} days later",
        row.name,
        count(row.size),
        percent(share)
    ))
}

fn legend_ui(ui: &mut Ui, look: &Look) {
    ui.horizontal(|ui| {
        ui.small("0 %");
        let (rect, _) = ui.allocate_exact_size(vec2(120.0, 8.0), Sense::hover());
        let n = 40;
        for i in 0..n {
            let share = i as f32 / (n - 1) as f32;
            let part = Rect::from_min_size(
                pos2(rect.min.x + rect.width() * i as f32 / n as f32, rect.min.y),
                vec2(rect.width() / n as f32 + 0.5, rect.height()),
            );
            ui.painter().rect_filled(part, 0.0, amount_color(share));
        }
        ui.small("100 % of the cohort active");
        ui.small(egui::RichText::new("blank: not yet observed").color(look.palette.weak));
    });
}

fn csv(rows: &[HeatRow]) -> String {
    let columns = rows.iter().map(|r| r.shares.len()).max().unwrap_or(0);
    let mut csv = String::from("cohort,size");
    for column in 0..columns {
        csv += &format!(",{column}");
    }
    csv.push('\n');
    for row in rows {
        csv += &format!("{},{}", csv_field(&row.name), row.size);
        for column in 0..columns {
            let share = row.shares.get(column).copied().flatten();
            csv += &format!(",{}", machine(share.unwrap_or(f64::NAN)));
        }
        csv.push('\n');
    }
    csv
}
