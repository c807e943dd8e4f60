//! What to say where there is nothing to show: what is missing and what to do about it.

use egui::{RichText, Ui};

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;

/// An empty state.
#[derive(Debug, Clone, Copy)]
pub struct Empty<'a> {
    what: &'a str,
    hint: &'a str,
    helps: bool,
}

impl<'a> Empty<'a> {
    /// Says what is missing, as "No ads yet".
    #[must_use]
    pub const fn new(what: &'a str) -> Self {
        Self {
            what,
            hint: "",
            helps: false,
        }
    }

    /// Says what to do, as "Let time run for a day".
    #[must_use]
    pub const fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// Offers to let time run.
    #[must_use]
    pub const fn play(mut self) -> Self {
        self.helps = true;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, look: &Look, out: &mut Vec<UiCommand>) {
        ui.vertical_centered(|ui| {
            ui.add_space(8.0);
            ui.label(RichText::new(self.what).strong());
            if !self.hint.is_empty() {
                ui.label(RichText::new(self.hint).color(look.palette.weak));
            }
            if self.helps && ui.button("Let time run").clicked() {
                out.push(UiCommand::Play);
            }
            ui.add_space(8.0);
        });
    }
}
