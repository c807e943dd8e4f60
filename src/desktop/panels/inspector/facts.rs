//! Facts and links as pages show them.

use egui::{CollapsingHeader, Frame, RichText, Ui, vec2};

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::subject::Subject;

/// Width of the names of facts, in points.
const NAMES: f32 = 108.0;

/// Somebody or something to go to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    /// Where to.
    pub(super) subject: Subject,
    /// What stands there.
    pub(super) text: String,
    /// What is said of it; may be empty.
    pub(super) note: String,
}

impl Link {
    /// Says something of it.
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A fact: its name, what it is, and what it means.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    name: String,
    text: String,
    help: String,
    link: Option<Subject>,
}

impl Fact {
    /// Makes a fact.
    pub(super) fn new(
        name: impl Into<String>,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            help: help.into(),
            link: None,
        }
    }

    /// Makes a fact that names somebody or something to go to.
    pub(super) fn link(name: &str, link: Link, help: &str) -> Self {
        Self {
            link: Some(link.subject),
            ..Self::new(name, link.text, help)
        }
    }
}

/// Draws facts below each other.
pub(super) fn facts_ui(ui: &mut Ui, facts: &[Fact], out: &mut Vec<UiCommand>) {
    for fact in facts {
        ui.horizontal_top(|ui| {
            let height = ui.text_style_height(&egui::TextStyle::Body);
            let names = NAMES.min(0.42 * ui.available_width());
            ui.allocate_ui(vec2(names, height), |ui| {
                ui.set_width(names);
                ui.add(egui::Label::new(RichText::new(&fact.name).weak()).wrap());
            });
            ui.vertical(|ui| {
                let r = match fact.link {
                    Some(subject) => {
                        let r = ui.link(&fact.text);
                        if r.clicked() {
                            out.push(UiCommand::Inspect(subject));
                        }
                        r
                    }
                    None => ui.add(egui::Label::new(&fact.text).wrap()),
                };
                if !fact.help.is_empty() {
                    r.on_hover_text(&fact.help);
                }
            });
        });
    }
}

/// Draws a link with what is said of it.
pub(super) fn link_ui(ui: &mut Ui, link: &Link, out: &mut Vec<UiCommand>) {
    if ui.link(&link.text).clicked() {
        out.push(UiCommand::Inspect(link.subject));
    }
    if !link.note.is_empty() {
        ui.weak(&link.note);
    }
}

/// Draws links one after the other, and how many there are beyond them.
pub(super) fn links_ui(
    ui: &mut Ui,
    links: &[Link],
    all: usize,
    none: &str,
    out: &mut Vec<UiCommand>,
) {
    if links.is_empty() {
        ui.weak(none);
        return;
    }
    ui.horizontal_wrapped(|ui| {
        for link in links {
            link_ui(ui, link, out);
        }
        if all > links.len() {
            ui.weak(format!("and {} more", all - links.len()));
        }
    });
}

/// Whether a section is open at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// It is.
    Open,
    /// It is not.
    Closed,
}

/// Draws a section of a page.
pub(super) fn section_ui(ui: &mut Ui, title: &str, start: Start, body: impl FnOnce(&mut Ui)) {
    ui.add_space(2.0);
    CollapsingHeader::new(RichText::new(title).strong())
        .id_salt(("inspector section", title))
        .default_open(start == Start::Open)
        .show_unindented(ui, body);
}

/// Draws the lab's view in a frame of its own, or a button that shows it; `body` draws the truth.
pub(super) fn truth_ui(
    ui: &mut Ui,
    look: &Look,
    what: &str,
    out: &mut Vec<UiCommand>,
    body: impl FnOnce(&mut Ui, &mut Vec<UiCommand>),
) {
    if !look.shows_truth {
        if ui
            .button(format!("Show {what}"))
            .on_hover_text("The truth, which no platform sees: the lab's view")
            .clicked()
        {
            out.push(UiCommand::ToggleTruth);
        }
        return;
    }
    Frame::group(ui.style())
        .stroke(egui::Stroke::new(1.0, look.palette.mark))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.colored_label(look.palette.mark, "Lab view");
                ui.weak("the truth, which no platform sees");
            });
            body(ui, out);
        });
}
