//! One value: a slider, a switch or a list. A change is sent once it is finished, never while something is dragged.

use egui::{Id, Response, Slider, Ui};

use super::rows::{Control, ValueRow, number, plain, same};
use crate::desktop::command::UiCommand;

/// Seconds for which a change that was sent is shown before the city has confirmed it.
const PATIENCE: f64 = 2.0;

/// Decades of a range from which on its slider is logarithmic.
const LOG_FROM: f64 = 1_000.0;

/// A change on its way.
#[derive(Debug, Clone, Default)]
struct Draft {
    /// The value that is wanted, as TOML.
    to: String,
    /// What the value was when the change began.
    from: String,
    /// When it was sent, on egui's clock; `None` while it is being made.
    sent: Option<f64>,
}

/// Whose values are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Those of the city.
    City,
    /// Those of another future, which the city must not hear of.
    WhatIf,
}

/// Draws the control of a value, named for screen readers by the widget `title`.
pub(super) fn control_ui(
    ui: &mut Ui,
    row: &ValueRow,
    scope: Scope,
    title: Id,
    out: &mut Vec<UiCommand>,
) {
    let id = Id::new(("policy draft", scope, &row.key));
    let now = ui.input(|i| i.time);
    let draft = ui.data(|d| d.get_temp::<Draft>(id)).filter(|d| {
        // The city has moved on, or did not take it.
        same(&d.from, &row.value) && d.sent.is_none_or(|at| now - at < PATIENCE)
    });
    let shown = draft.as_ref().map_or(&row.value, |d| &d.to).clone();
    let is_open = row.is_open() && row.control != Control::Fixed;
    let wanted = ui
        .add_enabled_ui(is_open, |ui| match &row.control {
            Control::Number {
                low,
                high,
                is_whole,
            } => {
                let x = number(&shown).unwrap_or(*low);
                number_ui(ui, x, (*low, *high), *is_whole, row, title)
            }
            Control::Switch => {
                let mut on = shown == "true";
                let word = if on { "on" } else { "off" };
                let r = ui.checkbox(&mut on, word).labelled_by(title);
                r.changed().then(|| on.to_string())
            }
            Control::Choice(words) => choice_ui(ui, words, &shown, row, title),
            Control::Fixed => {
                ui.label(plain(&shown));
                None
            }
        })
        .inner;
    let pending = match wanted {
        Some(to) => Some(Draft {
            to,
            from: row.value.clone(),
            sent: None,
        }),
        None => draft,
    };
    let Some(mut draft) = pending else {
        ui.data_mut(|d| d.remove_temp::<Draft>(id));
        return;
    };
    let is_held = ui.input(|i| i.pointer.any_down());
    if draft.sent.is_none() && !is_held {
        if same(&draft.to, &row.value) {
            ui.data_mut(|d| d.remove_temp::<Draft>(id));
            return;
        }
        draft.sent = Some(now);
        out.push(UiCommand::SetPolicy {
            key: row.key.clone(),
            value: draft.to.clone(),
        });
    }
    ui.data_mut(|d| d.insert_temp(id, draft));
}

/// Draws a slider with its number; returns what is wanted, as TOML.
fn number_ui(
    ui: &mut Ui,
    x: f64,
    (low, high): (f64, f64),
    is_whole: bool,
    row: &ValueRow,
    title: Id,
) -> Option<String> {
    let mut wanted = x;
    let spans = if low > 0.0 { high / low } else { high - low };
    let is_log = low >= 0.0 && spans > LOG_FROM;
    let unit = if row.unit.is_empty() {
        String::new()
    } else {
        format!(" {}", row.unit)
    };
    let mut slider = Slider::new(&mut wanted, low..=high)
        .logarithmic(is_log)
        .smallest_positive(if is_whole { 1.0 } else { 1e-4 })
        .update_while_editing(false)
        .max_decimals(6)
        .suffix(unit);
    if is_whole {
        slider = slider.integer();
    }
    // A narrow panel keeps room for the number.
    ui.spacing_mut().slider_width = (ui.available_width() - 150.0).clamp(80.0, 320.0);
    let r = ui.add(slider).labelled_by(title);
    named(&r, row);
    let hint = format!("{}\nFrom {}\n{}", row.help, row.allowed, row.key);
    r.on_hover_text(hint);
    (wanted != x).then(|| toml(wanted, is_whole))
}

/// Draws a list of words; returns what is wanted, as TOML.
fn choice_ui(
    ui: &mut Ui,
    words: &[String],
    shown: &str,
    row: &ValueRow,
    title: Id,
) -> Option<String> {
    let current = shown.trim_matches('"');
    let mut wanted = None;
    let r = egui::ComboBox::from_id_salt(("policy choice", &row.key, title))
        .selected_text(plain(current))
        .show_ui(ui, |ui| {
            for word in words {
                if ui.selectable_label(word == current, plain(word)).clicked() && word != current {
                    wanted = Some(format!("\"{word}\""));
                }
            }
        });
    let r = r.response.labelled_by(title);
    r.on_hover_text(format!("{}\n{}", row.help, row.key));
    wanted
}

/// Gives a widget a name that says which value it sets, for screen readers and tests.
fn named(r: &Response, row: &ValueRow) {
    r.ctx.accesskit_node_builder(r.id, |node| {
        node.set_description(row.key.clone());
    });
}

/// Writes a number as TOML, without the noise of binary fractions.
pub(super) fn toml(x: f64, is_whole: bool) -> String {
    if is_whole {
        return format!("{}", x.round());
    }
    let clean = format!("{x:.9e}").parse().unwrap_or(x);
    format!("{clean:?}")
}
