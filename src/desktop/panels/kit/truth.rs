//! What to say where the truth is hidden.

use egui::{RichText, Ui};

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;

/// Says that something is known only to the lab, and offers to show it.
pub fn hidden_ui(ui: &mut Ui, look: &Look, what: &str, out: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        let text = format!("{what} is known only to the lab");
        ui.label(RichText::new(text).color(look.palette.weak));
        if ui.button("Show the truth").clicked() {
            out.push(UiCommand::ToggleTruth);
        }
    });
}
