//! A desk worked by label, without a renderer, for the tests of the shell.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::desk::Desk;
use crate::desktop::command::UiCommand;

/// A desk and what was asked for on it.
pub(super) struct Worked {
    /// The desk.
    pub(super) desk: Desk,
    /// What was asked for.
    pub(super) asked: Vec<UiCommand>,
}

/// Draws a part of a desk in a window of the usual size.
pub(super) fn work<'a>(
    desk: Desk,
    draw: impl Fn(&mut egui::Ui, &mut Desk, &mut Vec<UiCommand>) + 'a,
) -> Harness<'a, Worked> {
    let worked = Worked {
        desk,
        asked: Vec::new(),
    };
    Harness::builder()
        .with_size([1_280.0, 720.0])
        .build_ui_state(
            move |ui, w: &mut Worked| draw(ui, &mut w.desk, &mut w.asked),
            worked,
        )
}

/// Clicks what has a label.
pub(super) fn click(harness: &mut Harness<'_, Worked>, label: &str) {
    harness.get_by_label(label).click();
    harness.run_steps(3);
}
