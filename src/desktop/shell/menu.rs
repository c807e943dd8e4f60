//! The bar at the top.

use egui::{Button, Ui};

use super::desk::Desk;
use super::layout;
use super::shortcuts::SHORTCUTS;
use crate::desktop::command::{Overlay, UiCommand};
use crate::desktop::panels::PanelKind;
use crate::lab::recording::Detail;

/// A menu entry with the keys of its shortcut, found by what the shortcut's help says.
fn entry(ui: &mut Ui, text: &str, shortcut: &str, is_enabled: bool) -> bool {
    let mut button = Button::new(text);
    if let Some(s) = SHORTCUTS.iter().find(|s| s.help == shortcut) {
        button = button.shortcut_text(ui.ctx().format_shortcut(&s.keys));
    }
    ui.add_enabled(is_enabled, button).clicked()
}

pub(super) fn menu_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let has_city = desk.has_city();
    egui::MenuBar::new().ui(ui, |ui| {
        ui.menu_button("City", |ui| {
            if entry(ui, "Open scenario…", "Open a scenario", true) {
                out.push(UiCommand::AskOpen);
            }
            ui.menu_button("Recent", |ui| {
                if desk.settings.recent.is_empty() {
                    ui.weak("Nothing opened yet");
                }
                for name in &desk.settings.recent {
                    if ui.button(name).clicked() {
                        out.push(UiCommand::Open(name.clone()));
                    }
                }
            });
            if entry(ui, "Open recording…", "Open a recording", true) {
                out.push(UiCommand::AskOpenRecording);
            }
            ui.menu_button("Recent recordings", |ui| {
                if desk.settings.recordings.is_empty() {
                    ui.weak("Nothing opened yet");
                }
                for file in &desk.settings.recordings {
                    if ui.button(file).clicked() {
                        out.push(UiCommand::OpenRecording(file.clone()));
                    }
                }
            });
            let (record, command) = if desk.frame.status.recorded_into.is_some() {
                ("Stop recording", UiCommand::StopRecording)
            } else {
                ("Record…", UiCommand::AskRecord(Detail::Demo))
            };
            if entry(ui, record, "Record the city, or stop", has_city && !desk.is_replay()) {
                out.push(command);
            }
            let can_fork = has_city && desk.fork_hindrance().is_none();
            if entry(ui, "Fork…", "Fork the city: run two futures", can_fork) {
                out.push(UiCommand::AskFork(Vec::new()));
            }
            if entry(ui, "Save scenario as…", "Save the scenario as it is now", has_city) {
                out.push(UiCommand::AskSave);
            }
            if entry(ui, "Save picture", "Save a picture of the window", true) {
                out.push(UiCommand::Screenshot);
            }
            ui.separator();
            let close = if desk.is_replay() { "Close recording" } else { "Close city" };
            if entry(ui, close, "Close the city", has_city) {
                out.push(UiCommand::GoToStart);
            }
            if entry(ui, "Quit", "Quit", true) {
                out.push(UiCommand::Quit);
            }
        });
        ui.menu_button("Panels", |ui| {
            for kind in PanelKind::ALL.iter().filter(|k| desk.offers(**k)) {
                let mut is_open = layout::is_open(&desk.panes, *kind);
                let row = ui.checkbox(&mut is_open, kind.title()).on_hover_text(kind.help());
                if row.clicked() {
                    out.push(if is_open {
                        UiCommand::ShowPanel(*kind)
                    } else {
                        UiCommand::HidePanel(*kind)
                    });
                }
            }
            ui.separator();
            if ui.button("Put all back").clicked() {
                out.push(UiCommand::ResetLayout);
            }
        });
        ui.menu_button("View", |ui| {
            let theme = if desk.look.is_dark { "Light theme" } else { "Dark theme" };
            if entry(ui, theme, "Light or dark", true) {
                out.push(UiCommand::ToggleTheme);
            }
            let scale = desk.settings.text_scale;
            if entry(ui, "Larger text", "Larger text", true) {
                out.push(UiCommand::SetTextScale(scale + 0.125));
            }
            if entry(ui, "Smaller text", "Smaller text", true) {
                out.push(UiCommand::SetTextScale(scale - 0.125));
            }
            ui.separator();
            if entry(ui, "See the whole city", "See the whole city", has_city) {
                out.push(UiCommand::SeeAll);
            }
            if entry(ui, "Remember this view", "Remember this view", has_city) {
                out.push(UiCommand::AddBookmark);
            }
            for (i, mark) in desk.bookmarks().iter().enumerate() {
                ui.horizontal(|ui| {
                    if ui.button(&mark.name).clicked() {
                        out.push(UiCommand::GoToBookmark(i));
                    }
                    if ui.small_button("✖").on_hover_text("Forget this view").clicked() {
                        out.push(UiCommand::RemoveBookmark(i));
                    }
                });
            }
        });
        ui.menu_button("Help", |ui| {
            if entry(ui, "Shortcuts", "This sheet", true) {
                out.push(UiCommand::ToggleHelp);
            }
        });
        if !has_city {
            return;
        }
        ui.separator();
        overlay_ui(ui, desk, out);
        if desk.is_replay() {
            recording_ui(ui, desk, out);
        }
        let mut shows_truth = desk.look.shows_truth;
        if ui
            .checkbox(&mut shows_truth, "Truth")
            .on_hover_text("Shows what only the lab can know beside what the platform knows: true interests, satisfaction, utility")
            .clicked()
        {
            out.push(UiCommand::ToggleTruth);
        }
        if let Some(id) = desk.rig.followed()
            && ui.button(format!("Following avatar {} ✖", id.0)).on_hover_text("Lets the camera go").clicked()
        {
            out.push(UiCommand::Unfollow);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let scenario = &desk.frame.scenario;
            if !scenario.name.is_empty() {
                ui.add(egui::Label::new(egui::RichText::new(format!("{} · seed {}", scenario.name, scenario.seed)).weak()).truncate())
                    .on_hover_text(&scenario.description);
            }
        });
    });
}

/// Says that what is shown was recorded, and offers its captions.
fn recording_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let Some(reel) = desk.reel() else { return };
    let current = reel.caption_at(desk.frame.status.tick);
    ui.menu_button("Recording ⏷", |ui| {
        let word = if desk.tour.is_on() {
            "End the tour"
        } else {
            "Start the tour"
        };
        let has_tour = !reel.tour.captions.is_empty();
        if entry(ui, word, "Begin or end the guided tour", has_tour) {
            out.push(UiCommand::ToggleTour);
        }
        if entry(ui, "Next caption", "Next caption", has_tour) {
            out.push(UiCommand::NextCaption);
        }
        if entry(ui, "Caption before", "Caption before", has_tour) {
            out.push(UiCommand::PreviousCaption);
        }
        ui.separator();
        if !has_tour {
            ui.weak("It has no captions");
        }
        for (i, caption) in reel.tour.captions.iter().enumerate() {
            if ui
                .selectable_label(current == Some(i), &caption.title)
                .on_hover_text(&caption.text)
                .clicked()
            {
                out.push(UiCommand::GoToCaption(i));
            }
        }
    })
    .response
    .on_hover_text("Nothing is simulated: this was recorded");
}

fn overlay_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    let overlay = desk.overlay;
    let title = if overlay == Overlay::None {
        "Overlay"
    } else {
        overlay.title()
    };
    ui.menu_button(format!("{title} ⏷"), |ui| {
        let is_offered = |o: &Overlay| !desk.is_replay() || o.is_in_recordings();
        for o in Overlay::ALL.into_iter().filter(is_offered) {
            if ui.radio(o == overlay, o.title()).clicked() {
                out.push(UiCommand::SetOverlay(o));
            }
        }
    })
    .response
    .on_hover_text("Colors the ground or the people");
}
