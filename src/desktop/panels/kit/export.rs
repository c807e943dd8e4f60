//! Title of a chart and its menu: rows as CSV, picture as PNG.

use egui::{RichText, Ui, WidgetInfo, WidgetType};

use crate::desktop::command::UiCommand;

/// What was chosen from the menu of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Rows as CSV.
    Csv,
    /// A picture as PNG.
    Png,
}

/// Draws the title of a chart with its definition on hover, and at the right its menu.
///
/// The menu button is called "Export TITLE…" for those who do not see it.
pub fn header_ui(ui: &mut Ui, title: &str, help: &str) -> Option<Choice> {
    let mut choice = None;
    ui.horizontal(|ui| {
        let space = ui.available_width() - 30.0;
        ui.scope(|ui| {
            ui.set_max_width(space.max(40.0));
            let label = ui.add(egui::Label::new(RichText::new(title).strong()).truncate());
            if !help.is_empty() {
                label.on_hover_text(help);
            }
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            choice = menu_ui(ui, title);
        });
    });
    choice
}

fn menu_ui(ui: &mut Ui, title: &str) -> Option<Choice> {
    let mut choice = None;
    let button = ui.menu_button("⋯", |ui| {
        if ui.button("Save as CSV").clicked() {
            choice = Some(Choice::Csv);
            ui.close();
        }
        if ui.button("Save as PNG").clicked() {
            choice = Some(Choice::Png);
            ui.close();
        }
    });
    button
        .response
        .widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Export {title}…")));
    choice
}

/// Draws a chart under its header and says what was asked for.
///
/// `name` becomes the name of the file, `csv` is called only when rows are asked for.
pub fn exportable_ui(
    ui: &mut Ui,
    name: &str,
    title: &str,
    help: &str,
    out: &mut Vec<UiCommand>,
    csv: impl FnOnce() -> String,
    draw: impl FnOnce(&mut Ui, &mut Vec<UiCommand>),
) {
    let mut choice = None;
    let place = ui
        .vertical(|ui| {
            choice = header_ui(ui, title, help);
            draw(ui, out);
        })
        .response
        .rect;
    match choice {
        Some(Choice::Csv) => out.push(UiCommand::ExportCsv {
            name: name.to_owned(),
            csv: csv(),
        }),
        Some(Choice::Png) => out.push(UiCommand::ExportPng {
            name: name.to_owned(),
            place: [place.min.x, place.min.y, place.max.x, place.max.y],
        }),
        None => {}
    }
}
