//! Values that differ in another future, while somebody chooses them: the controls of the policy desk on a copy of its rows.

use std::collections::BTreeMap;

use egui::{Id, Key, RichText, Ui};

use super::control::{Scope, control_ui};
use super::desk::factors_ui;
use super::rows::{Control, PolicyView, ValueRow, plain, rows, same};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::lab::summary::PolicyChange;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::liveness::Liveness;

/// Values offered at once.
const OFFERED: usize = 12;

/// A choice of values for another future.
pub(in crate::desktop) struct WhatIfDesk {
    rows: PolicyView,
    /// What was chosen, by key, as TOML.
    chosen: BTreeMap<String, String>,
    search: String,
}

impl WhatIfDesk {
    /// Begins with the values of a scenario as they are in force, and some keys chosen whose values may be set right away.
    pub(in crate::desktop) fn new(
        scenario: &Scenario,
        changes: &[PolicyChange],
        keys: &[String],
    ) -> Self {
        let mut desk = Self {
            rows: rows(scenario, changes),
            chosen: BTreeMap::new(),
            search: String::new(),
        };
        let asked: Vec<ValueRow> = desk
            .open()
            .filter(|v| keys.contains(&v.key))
            .cloned()
            .collect();
        desk.chosen
            .extend(asked.into_iter().map(|v| (v.key, v.value)));
        desk
    }

    /// Values that may be another.
    fn open(&self) -> impl Iterator<Item = &ValueRow> {
        let all = self.rows.sections.iter().flat_map(|s| &s.values);
        all.filter(|v| v.is_open() && v.control != Control::Fixed)
    }

    /// Returns what differs, by key, as TOML; what was chosen and is as in the city does not.
    pub(in crate::desktop) fn changes(&self) -> Vec<(String, String)> {
        let now = |key: &str| self.open().find(|v| v.key == key).map(|v| &v.value);
        let chosen = self.chosen.iter();
        chosen
            .filter(|(key, to)| now(key).is_some_and(|from| !same(from, to)))
            .map(|(key, to)| (key.clone(), to.clone()))
            .collect()
    }

    /// Draws what was chosen, and what can be.
    pub(in crate::desktop) fn ui(&mut self, ui: &mut Ui, look: &Look) {
        ui.strong("What differs in the other future");
        if self.chosen.is_empty() {
            ui.weak("Nothing yet: both futures would be the same. Choose a value below");
        }
        let chosen: Vec<ValueRow> = self
            .chosen
            .iter()
            .filter_map(|(key, to)| {
                let row = self.open().find(|v| v.key == *key)?;
                Some(ValueRow {
                    // The control shows what is wanted; the city's own value stands beside its name.
                    value: to.clone(),
                    file: row.value.clone(),
                    ..row.clone()
                })
            })
            .collect();
        for row in chosen {
            self.chosen_ui(ui, &row, look);
        }
        ui.separator();
        self.offers_ui(ui, look);
    }

    fn chosen_ui(&mut self, ui: &mut Ui, row: &ValueRow, look: &Look) {
        ui.push_id(("what if", &row.key), |ui| {
            ui.add_space(4.0);
            let title = ui
                .horizontal_wrapped(|ui| {
                    let title = ui
                        .label(RichText::new(&row.title).strong())
                        .on_hover_text(format!("{}\n{}", row.help, row.key));
                    ui.weak(format!("in the city {}", plain(&row.file)));
                    let name = format!("Leave {} as it is", row.title.to_lowercase());
                    let r = ui.small_button("✖").on_hover_text(&name);
                    r.ctx
                        .accesskit_node_builder(r.id, |node| node.set_label(name));
                    if r.clicked() {
                        self.chosen.remove(&row.key);
                    }
                    title.id
                })
                .inner;
            let mut set = Vec::new();
            ui.horizontal_wrapped(|ui| {
                control_ui(ui, row, Scope::WhatIf, title, &mut set);
                factors_ui(ui, row, &mut set);
            });
            for command in set {
                if let UiCommand::SetPolicy { key, value } = command {
                    self.chosen.insert(key, value);
                }
            }
            let small = |text: &str| RichText::new(text).small().color(look.palette.weak);
            ui.label(small(&row.help));
            if let Liveness::ForNew(what) = row.liveness {
                ui.label(small(&format!("A change counts for {what}")).italics());
            }
        });
    }

    fn offers_ui(&mut self, ui: &mut Ui, look: &Look) {
        let field = egui::TextEdit::singleline(&mut self.search)
            .id(Id::new("what if search"))
            .hint_text("ad load, push, tax…")
            .desired_width(180.0);
        let help = "Finds keys, names and help texts of values that can change while the city runs; Enter takes the first";
        let field = ui.horizontal_wrapped(|ui| {
            let label = ui.label("Find a value");
            ui.add(field).labelled_by(label.id).on_hover_text(help)
        });
        let is_entered = field.inner.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        let words: Vec<String> = self
            .search
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let found: Vec<ValueRow> = if words.is_empty() {
            let favourites = self.rows.favourites.iter();
            favourites.filter(|v| v.is_open()).cloned().collect()
        } else {
            let mut found: Vec<&ValueRow> = self.open().filter(|v| v.is_found(&words)).collect();
            // What is called so comes before what only speaks of it.
            let phrase = words.join(" ");
            found.sort_by_key(|v| !v.title.to_lowercase().contains(&phrase));
            found.into_iter().cloned().collect()
        };
        let found: Vec<ValueRow> = found
            .into_iter()
            .filter(|v| !self.chosen.contains_key(&v.key))
            .collect();
        if let (true, false, Some(first)) = (is_entered, words.is_empty(), found.first()) {
            self.chosen.insert(first.key.clone(), first.value.clone());
            self.search.clear();
        }
        if found.is_empty() {
            ui.weak(if words.is_empty() {
                "All that people reach for first is chosen".to_owned()
            } else {
                format!(
                    "No other value that can change while the city runs is called “{}” or speaks of it",
                    self.search
                )
            });
        }
        ui.horizontal_wrapped(|ui| {
            for row in found.iter().take(OFFERED) {
                let hint = format!(
                    "{}\nIn the city {}; from {}\n{}",
                    row.help,
                    plain(&row.value),
                    row.allowed,
                    row.key
                );
                if ui.button(&row.title).on_hover_text(hint).clicked() {
                    self.chosen.insert(row.key.clone(), row.value.clone());
                }
            }
        });
        if found.len() > OFFERED {
            let more = format!("and {} more; write on to find one", found.len() - OFFERED);
            ui.label(RichText::new(more).small().color(look.palette.weak));
        }
    }
}
