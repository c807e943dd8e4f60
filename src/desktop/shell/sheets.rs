//! What lies over the window for a while: shortcuts, errors, dialogs, notices.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::{Align2, Context, Id, Modal};
use egui_file_dialog::{DialogState, FileDialog};

use super::desk::Desk;
use super::fork::fork_sheet_ui;
use super::shortcuts::{HELD, SHORTCUTS};
use crate::desktop::command::UiCommand;
use crate::lab::recording::Detail;

/// How long a notice stays.
const NOTICE: Duration = Duration::from_secs(4);

/// What a dialog is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    OpenScenario,
    SaveScenario,
    OpenRecording,
    Record(Detail),
}

/// A dialog for files.
pub struct Dialog {
    inner: FileDialog,
    purpose: Purpose,
}

impl Dialog {
    fn new(purpose: Purpose) -> Self {
        let (filter, ending) = match purpose {
            Purpose::OpenScenario | Purpose::SaveScenario => ("Scenarios", "toml"),
            Purpose::OpenRecording | Purpose::Record(_) => ("Recordings", "mcap"),
        };
        let inner = FileDialog::new()
            .add_file_filter_extensions(filter, vec![ending])
            .default_file_filter(filter)
            .add_save_extension(filter, ending)
            .default_save_extension(filter)
            .default_size([640.0, 400.0])
            .anchor(Align2::CENTER_CENTER, [0.0, 0.0]);
        let inner = match std::env::current_dir() {
            Ok(here) => inner.initial_directory(here),
            Err(_) => inner,
        };
        Self { inner, purpose }
    }

    /// Asks for a scenario to open.
    #[must_use]
    pub fn open() -> Self {
        let mut dialog = Self::new(Purpose::OpenScenario);
        dialog.inner = dialog.inner.title("Open scenario");
        dialog.inner.pick_file();
        dialog
    }

    /// Asks for a recording to open.
    #[must_use]
    pub fn open_recording() -> Self {
        let mut dialog = Self::new(Purpose::OpenRecording);
        dialog.inner = dialog.inner.title("Open recording");
        dialog.inner.pick_file();
        dialog
    }

    /// Asks where the city should be recorded; proposes a file.
    #[must_use]
    pub fn record(proposed: &Path, detail: Detail) -> Self {
        let mut dialog = Self::new(Purpose::Record(detail));
        dialog.inner = dialog.inner.title("Record the city");
        if let Some(name) = proposed.file_name() {
            dialog.inner = dialog.inner.default_file_name(&name.to_string_lossy());
        }
        if let Some(folder) = proposed.parent().filter(|f| f.is_dir()) {
            dialog.inner = dialog.inner.initial_directory(folder.to_path_buf());
        }
        dialog.inner.save_file();
        dialog
    }

    /// Asks where a scenario should be saved.
    #[must_use]
    pub fn save(name: &str) -> Self {
        let mut dialog = Self::new(Purpose::SaveScenario);
        dialog.inner = dialog
            .inner
            .title("Save scenario")
            .default_file_name(&format!("{name}-changed.toml"));
        dialog.inner.save_file();
        dialog
    }

    /// Draws it; says whether it is still open.
    fn ui(&mut self, ctx: &Context, out: &mut Vec<UiCommand>) -> bool {
        self.inner.update(ctx);
        if let Some(path) = self.inner.take_picked() {
            out.push(self.command(path));
        }
        matches!(self.inner.state(), DialogState::Open)
    }

    fn command(&self, path: PathBuf) -> UiCommand {
        match self.purpose {
            Purpose::SaveScenario => UiCommand::Save(path),
            Purpose::OpenScenario => UiCommand::Open(path.display().to_string()),
            Purpose::OpenRecording => UiCommand::OpenRecording(path.display().to_string()),
            Purpose::Record(detail) => UiCommand::Record(path, detail),
        }
    }
}

pub(super) fn sheets_ui(ctx: &Context, desk: &mut Desk, out: &mut Vec<UiCommand>) {
    if let Some(dialog) = &mut desk.dialog
        && !dialog.ui(ctx, out)
    {
        desk.dialog = None;
    }
    fork_sheet_ui(ctx, desk, out);
    if desk.shows_help && help_ui(ctx) {
        out.push(UiCommand::ToggleHelp);
    }
    if let Some(why) = &desk.failure {
        if message_ui(ctx, "That did not work", why, out) {
            desk.failure = None;
        }
    } else if let Some(what) = &desk.remark
        && message_ui(ctx, "Something is missing", what, out)
    {
        desk.remark = None;
    }
    if let Some((what, since)) = &desk.notice {
        if since.elapsed() < NOTICE {
            egui::Area::new(Id::new("notice"))
                .anchor(Align2::CENTER_BOTTOM, [0.0, -48.0])
                .interactable(false)
                .show(ctx, |ui| {
                    egui::Frame::popup(ui.style()).show(ui, |ui| ui.label(what));
                });
        } else {
            desk.notice = None;
        }
    }
}

/// Returns whether it was closed.
fn help_ui(ctx: &Context) -> bool {
    let modal = Modal::new(Id::new("shortcuts")).show(ctx, |ui| {
        ui.heading("Shortcuts");
        ui.add_space(4.0);
        let groups = ["Time", "Recording", "City", "Policy", "Window", "Moving"];
        let half = |ui: &mut egui::Ui, groups: &[&str]| {
            ui.vertical(|ui| {
                for group in groups {
                    ui.strong(*group);
                    egui::Grid::new(("shortcuts", *group))
                        .num_columns(2)
                        .striped(true)
                        .show(ui, |ui| {
                            for s in SHORTCUTS.iter().filter(|s| s.group == *group) {
                                ui.monospace(ui.ctx().format_shortcut(&s.keys));
                                ui.label(s.help);
                                ui.end_row();
                            }
                            if *group == "Moving" {
                                for (keys, help) in HELD {
                                    ui.monospace(*keys);
                                    ui.label(*help);
                                    ui.end_row();
                                }
                            }
                        });
                    ui.add_space(6.0);
                }
            });
        };
        egui::ScrollArea::vertical()
            .max_height(ctx.content_rect().height() - 130.0)
            .show(ui, |ui| {
                ui.horizontal_top(|ui| {
                    half(ui, &groups[..3]);
                    ui.add_space(12.0);
                    half(ui, &groups[3..]);
                });
            });
        ui.vertical_centered(|ui| ui.button("Close").clicked())
            .inner
    });
    modal.inner || modal.should_close()
}

/// Returns whether it was closed.
fn message_ui(ctx: &Context, title: &str, why: &str, out: &mut Vec<UiCommand>) -> bool {
    let modal = Modal::new(Id::new("failure")).show(ctx, |ui| {
        ui.set_max_width(520.0);
        ui.heading(title);
        ui.add_space(4.0);
        ui.add(egui::Label::new(why).selectable(true).wrap());
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            if ui.button("Copy text").clicked() {
                out.push(UiCommand::Copy(why.to_owned()));
            }
            ui.button("Close").clicked()
        })
        .inner
    });
    modal.inner || modal.should_close()
}
