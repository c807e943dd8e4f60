//! The panel: favourites, search, sections, changes so far.

use egui::{Id, RichText, Ui};

use super::control::{Scope, control_ui, toml};
use super::rows::{ChangeRow, Control, PolicyView, SectionRow, ValueRow, number, plain, rows};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::Panel;
use crate::desktop::view::sight::{Ask, City};
use crate::scenario::steer::liveness::Liveness;

/// The panel.
pub struct PolicyDesk;

/// What is looked for.
#[derive(Debug, Clone, Default)]
struct Search {
    text: String,
    only_changed: bool,
}

impl Panel for PolicyDesk {
    type View = PolicyView;
    type Watch = ();

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> PolicyView {
        rows(city.scenario, city.changes)
    }

    fn ui(ui: &mut Ui, view: &PolicyView, look: &Look, out: &mut Vec<UiCommand>) {
        if view.sections.is_empty() {
            ui.weak("No city yet. Open a scenario to see its policies here");
            return;
        }
        history_ui(ui, view, look, out);
        let search = search_ui(ui);
        ui.separator();
        let words: Vec<String> = search
            .text
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if words.is_empty() && !search.only_changed {
            ui.strong("What people reach for first");
            for row in &view.favourites {
                value_ui(ui, row, look, Place::Favourite, out);
            }
            ui.separator();
            for section in &view.sections {
                section_ui(ui, section, look, out);
            }
            return;
        }
        let fits = |v: &&ValueRow| v.is_found(&words) && (!search.only_changed || v.is_changed());
        let mut found: Vec<&ValueRow> = view
            .sections
            .iter()
            .flat_map(|s| &s.values)
            .filter(fits)
            .collect();
        // What is called so comes before what only speaks of it.
        let phrase = words.join(" ");
        found.sort_by_key(|v| !v.title.to_lowercase().contains(&phrase));
        if found.is_empty() {
            ui.weak(if words.is_empty() {
                "Every value is what the scenario file says".to_owned()
            } else {
                format!("No value is called “{}” or speaks of it", search.text)
            });
        }
        for row in found {
            value_ui(ui, row, look, Place::Section, out);
        }
    }
}

fn search_ui(ui: &mut Ui) -> Search {
    let id = Id::new("policy search");
    let mut search: Search = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Search");
        ui.add(
            egui::TextEdit::singleline(&mut search.text)
                .hint_text("ad load, push, tax…")
                .desired_width(160.0),
        )
        .labelled_by(label.id)
        .on_hover_text("Finds keys, names and help texts");
        ui.checkbox(&mut search.only_changed, "Only changed")
            .on_hover_text("Shows only what differs from the scenario file");
        if !search.text.is_empty() && ui.button("Clear").clicked() {
            search.text.clear();
        }
    });
    ui.data_mut(|d| d.insert_temp(id, search.clone()));
    search
}

/// Draws undo, redo and the changes so far.
fn history_ui(ui: &mut Ui, view: &PolicyView, look: &Look, out: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        let can_undo = look.can_undo && !view.changes.is_empty();
        let undo = ui
            .add_enabled(can_undo, egui::Button::new("Undo"))
            .on_hover_text("Takes the change back that was made last")
            .on_disabled_hover_text("Nothing is left to take back");
        if undo.clicked() {
            out.push(UiCommand::UndoPolicy);
        }
        let redo = ui
            .add_enabled(look.can_redo, egui::Button::new("Redo"))
            .on_hover_text("Makes the change again that was undone last")
            .on_disabled_hover_text("Nothing was undone");
        if redo.clicked() {
            out.push(UiCommand::RedoPolicy);
        }
        let fork = ui.button("Fork…").on_hover_text(
            "Lets the city live on twice, without and with changes, and leaves this one as it is (Y)",
        );
        if fork.clicked() {
            out.push(UiCommand::AskFork(Vec::new()));
        }
        let n = view.changes.len();
        ui.weak(match n {
            0 => "No changes yet".to_owned(),
            1 => "1 change".to_owned(),
            _ => format!("{n} changes"),
        });
    });
    if view.changes.is_empty() {
        return;
    }
    egui::CollapsingHeader::new("Changes so far")
        .default_open(false)
        .show(ui, |ui| {
            for (i, change) in view.changes.iter().enumerate() {
                change_ui(ui, change, i == 0, look, out);
            }
        });
}

fn change_ui(
    ui: &mut Ui,
    change: &ChangeRow,
    is_last: bool,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    ui.horizontal_wrapped(|ui| {
        ui.colored_label(look.palette.mark, "◆");
        ui.weak(&change.when);
        ui.label(format!(
            "{} {} → {}",
            change.title,
            plain(&change.from),
            plain(&change.to)
        ))
        .on_hover_text(&change.key);
        if is_last {
            ui.weak("Undo takes this back");
        } else if ui
            .small_button("Back to this before")
            .on_hover_text(format!("Sets it to {} again", plain(&change.from)))
            .clicked()
        {
            out.push(UiCommand::SetPolicy {
                key: change.key.clone(),
                value: change.from.clone(),
            });
        }
    });
}

fn section_ui(ui: &mut Ui, section: &SectionRow, look: &Look, out: &mut Vec<UiCommand>) {
    let n = section.values.iter().filter(|v| v.is_changed()).count();
    let title = if section.key.is_empty() {
        "scenario".to_owned()
    } else {
        section.key.clone()
    };
    let heading = if n > 0 {
        format!("{title} · {n} changed")
    } else {
        title
    };
    egui::CollapsingHeader::new(heading)
        .id_salt(("policy section", &section.key))
        .show(ui, |ui| {
            for row in &section.values {
                value_ui(ui, row, look, Place::Section, out);
            }
        });
}

/// Where a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    /// Among what people reach for first, with buttons to double and halve it.
    Favourite,
    /// In its section or among what was found.
    Section,
}

fn value_ui(ui: &mut Ui, row: &ValueRow, look: &Look, place: Place, out: &mut Vec<UiCommand>) {
    ui.push_id((place, &row.key), |ui| {
        ui.add_space(4.0);
        let title = ui
            .horizontal_wrapped(|ui| {
                if row.is_changed() {
                    ui.colored_label(look.palette.mark, "●")
                        .on_hover_text(format!("The scenario file says {}", plain(&row.file)));
                }
                let title = ui
                    .label(RichText::new(&row.title).strong())
                    .on_hover_text(format!("{}\n{}", row.help, row.key));
                ui.weak(format!("default {}", plain(&row.default)));
                if row.is_changed()
                    && row.is_open()
                    && ui
                        .small_button(format!("Reset to {}", plain(&row.file)))
                        .on_hover_text("Puts it back to what the scenario file says")
                        .clicked()
                {
                    out.push(UiCommand::SetPolicy {
                        key: row.key.clone(),
                        value: row.file.clone(),
                    });
                }
                title.id
            })
            .inner;
        ui.horizontal_wrapped(|ui| {
            control_ui(ui, row, Scope::City, title, out);
            if place == Place::Favourite {
                factors_ui(ui, row, out);
                what_if_ui(ui, row, out);
            }
        });
        ui.label(RichText::new(&row.help).small().color(look.palette.weak));
        let limit = match row.liveness {
            Liveness::Live => return,
            Liveness::ForNew(what) => format!("A change counts for {what}"),
            Liveness::AtFounding(why) => format!("Cannot change while the city runs: {why}"),
        };
        ui.label(
            RichText::new(limit)
                .small()
                .italics()
                .color(look.palette.weak),
        );
    });
}

/// Draws a button that asks what another value would come to, before the city has it.
fn what_if_ui(ui: &mut Ui, row: &ValueRow, out: &mut Vec<UiCommand>) {
    if !row.is_open() {
        return;
    }
    let name = format!("What if {}", row.title.to_lowercase());
    let r = ui.small_button("What if…").on_hover_text(format!(
        "{name} were another: lets the city live on twice, and leaves this one as it is"
    ));
    r.ctx
        .accesskit_node_builder(r.id, |node| node.set_label(name));
    if r.clicked() {
        out.push(UiCommand::AskFork(vec![row.key.clone()]));
    }
}

/// Draws buttons that double and halve a number.
pub(super) fn factors_ui(ui: &mut Ui, row: &ValueRow, out: &mut Vec<UiCommand>) {
    let Control::Number {
        low,
        high,
        is_whole,
    } = row.control
    else {
        return;
    };
    let Some(x) = number(&row.value).filter(|_| row.is_open()) else {
        return;
    };
    for (word, factor) in [("Halve", 0.5), ("Double", 2.0)] {
        let to = toml((x * factor).clamp(low, high), is_whole);
        let name = format!("{word} {}", row.title.to_lowercase());
        let r = ui.small_button(word).on_hover_text(format!(
            "{name}: {} to {}",
            plain(&row.value),
            plain(&to)
        ));
        r.ctx
            .accesskit_node_builder(r.id, |node| node.set_label(name));
        if r.clicked() && number(&to) != Some(x) {
            out.push(UiCommand::SetPolicy {
                key: row.key.clone(),
                value: to,
            });
        }
    }
}
