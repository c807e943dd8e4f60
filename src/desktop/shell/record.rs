//! Recording the city that is open: from now on, into a file.

use std::path::PathBuf;

use egui::{RichText, Ui};

use super::desk::Desk;
use super::sheets::Dialog;
use crate::desktop::command::UiCommand;
use crate::desktop::engine::request::Request;
use crate::lab::recording::Detail;
use crate::scenario::run::recording::Wanted;

/// What each level keeps, as it is offered.
const LEVELS: [(Detail, &str, &str); 3] = [
    (
        Detail::Demo,
        "The city and what people do…",
        "Where everybody is, what they do, and all curves: what it takes to show the city (demo)",
    ),
    (
        Detail::Full,
        "Everything, offers and money too…",
        "Every field of every event, every slate with its scores, every posting: answers why this was offered (full)",
    ),
    (
        Detail::Metrics,
        "Numbers only…",
        "Curves and state hashes, without the city (metrics)",
    ),
];

/// The button of the time bar: offers to record, or ends what is being recorded.
pub(super) fn record_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let palette = &desk.look.palette;
    if let Some(file) = &desk.frame.status.recorded_into {
        let text = RichText::new("⏺ Stop recording").color(palette.bad);
        let help = format!(
            "Records into {}; ends it and makes it whole",
            file.display()
        );
        if ui.button(text).on_hover_text(help).clicked() {
            out.push(UiCommand::StopRecording);
        }
        return;
    }
    ui.menu_button("⏺ Record", |ui| {
        for (detail, title, help) in LEVELS {
            if ui.button(title).on_hover_text(help).clicked() {
                out.push(UiCommand::AskRecord(detail));
                ui.close();
            }
        }
    })
    .response
    .on_hover_text("Records the city from now on into a file that can be shown later");
}

impl Desk {
    pub(super) fn ask_record(&mut self, detail: Detail) {
        if self.is_replay() || !self.has_city() {
            self.tell("Only a living city can be recorded".to_owned());
            return;
        }
        let path = self.place_for("recording", "mcap");
        self.dialog = Some(Dialog::record(&path, detail));
    }

    pub(super) fn record(&mut self, path: PathBuf, detail: Detail) {
        self.tell(format!("Recording into {}", path.display()));
        self.settings.opened_recording(&path.display().to_string());
        let tour = None;
        self.send(Request::Record(Wanted { path, detail, tour }));
    }

    pub(super) fn stop_recording(&mut self) {
        if let Some(file) = &self.frame.status.recorded_into {
            self.tell(format!("No longer recording into {}", file.display()));
            self.send(Request::StopRecording);
        }
    }
}
