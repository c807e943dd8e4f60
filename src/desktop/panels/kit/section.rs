//! Parts of a panel: their titles, and two of them beside each other where there is room.

use egui::{RichText, Ui};

use crate::desktop::command::UiCommand;

/// Width of a panel from which two parts stand beside each other, in points.
const WIDE: f32 = 640.0;

/// Draws the title of a part, with what it is about on hover.
pub fn section_ui(ui: &mut Ui, title: &str, help: &str) {
    ui.add_space(8.0);
    let label = ui.label(RichText::new(title).strong());
    if !help.is_empty() {
        label.on_hover_text(help);
    }
}

/// Draws two parts beside each other, or below each other in a narrow panel.
pub fn beside_ui(
    ui: &mut Ui,
    out: &mut Vec<UiCommand>,
    left: impl FnOnce(&mut Ui, &mut Vec<UiCommand>),
    right: impl FnOnce(&mut Ui, &mut Vec<UiCommand>),
) {
    if ui.available_width() < WIDE {
        left(ui, out);
        right(ui, out);
        return;
    }
    ui.columns_const(|[a, b]| {
        left(a, out);
        right(b, out);
    });
}
