//! How the panel of a recording is drawn.

use egui::{RichText, Ui};

use super::rows::{Curve, RecordingView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::unseen::if_seen;
use crate::desktop::panels::kit::words::words;
use crate::desktop::view::recorded::Reel;
use crate::desktop::view::sight::days_of;
use crate::sim::units::Tick;

/// Height of a curve, in points.
const HEIGHT: f32 = 96.0;

/// Draws the panel.
pub(super) fn recording_ui(
    ui: &mut Ui,
    view: &RecordingView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let Some(reel) = &view.reel else {
        Empty::new("No recording is open")
            .hint("City ➡ Open recording… shows one; agora run SCENARIO --record makes one")
            .show(ui, look, out);
        return;
    };
    about_ui(ui, reel, look);
    tour_ui(ui, reel, view.now, look, out);
    changes_ui(ui, view, out);
    let titles = [("By hour", false), ("By day", true)];
    for (title, is_daily) in titles {
        let curves: Vec<&Curve> = view
            .curves
            .iter()
            .filter(|c| c.is_daily == is_daily)
            .collect();
        if !curves.is_empty() {
            curves_ui(ui, title, &curves, view, look, out);
        }
    }
}

fn about_ui(ui: &mut Ui, reel: &Reel, look: &Look) {
    ui.label(RichText::new(&reel.scenario).heading());
    if !reel.description.is_empty() {
        ui.label(&reel.description);
    }
    if let Some(damage) = &reel.damage {
        ui.label(RichText::new(damage).color(look.palette.warn));
    }
    if !reel.shows_city {
        ui.weak("It holds numbers only: the city stays empty");
    }
    ui.add_space(4.0);
    egui::CollapsingHeader::new("About the file")
        .default_open(false)
        .show(ui, |ui| {
            egui::Grid::new("recording facts")
                .num_columns(2)
                .show(ui, |ui| {
                    for [name, value, help] in &reel.facts {
                        ui.weak(name);
                        ui.label(value).on_hover_text(help);
                        ui.end_row();
                    }
                });
        });
}

fn tour_ui(ui: &mut Ui, reel: &Reel, now: Tick, look: &Look, out: &mut Vec<UiCommand>) {
    let tour = &reel.tour;
    ui.add_space(6.0);
    ui.strong(if tour.title.is_empty() {
        "Captions"
    } else {
        &tour.title
    });
    if tour.captions.is_empty() {
        ui.weak("It has no captions; agora run SCENARIO --record --captions FILE adds some");
        return;
    }
    if !tour.text.is_empty() {
        ui.label(&tour.text);
    }
    let (word, help) = if look.is_touring {
        (
            "End the tour",
            "Lets you move through time and city by yourself",
        )
    } else {
        (
            "Start the tour",
            "Plays from caption to caption, moves the camera, and stays where there is something to read",
        )
    };
    if ui.button(word).on_hover_text(help).clicked() {
        out.push(UiCommand::ToggleTour);
    }
    let current = reel.caption_at(now);
    for (i, caption) in tour.captions.iter().enumerate() {
        ui.horizontal_wrapped(|ui| {
            let at = reel.moment(caption.tick);
            ui.weak(at.to_string());
            let is_current = current == Some(i);
            let row = ui.selectable_label(is_current, &caption.title);
            if row.on_hover_text(&caption.text).clicked() {
                out.push(UiCommand::GoToCaption(i));
            }
        });
    }
}

fn changes_ui(ui: &mut Ui, view: &RecordingView, out: &mut Vec<UiCommand>) {
    if view.changes.is_empty() {
        return;
    }
    ui.add_space(6.0);
    ui.strong("What was changed");
    for (tick, text) in &view.changes {
        ui.horizontal_wrapped(|ui| {
            if ui
                .link(tick.to_string())
                .on_hover_text("Goes there")
                .clicked()
            {
                out.push(UiCommand::ScrubTo(*tick));
            }
            ui.label(text);
        });
    }
}

fn curves_ui(
    ui: &mut Ui,
    title: &str,
    curves: &[&Curve],
    view: &RecordingView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    ui.add_space(6.0);
    egui::CollapsingHeader::new(RichText::new(title).strong())
        .default_open(true)
        .show_unindented(ui, |ui| {
            let day = days_of(view.now);
            let cards: Vec<Card> = curves
                .iter()
                .map(|c| {
                    let help = format!("As of {}; {}", view.now, c.unit);
                    Card::number(&words(&c.name), Form::Decimal, c.latest(day), &help)
                })
                .collect();
            cards_ui(ui, look, &cards);
            ui.add_space(4.0);
            for (i, curve) in curves.iter().enumerate() {
                // Made only where it is seen: a long recording has many points.
                if_seen(ui, "recorded curve", |ui| {
                    let color = look.palette.series[i % look.palette.series.len()];
                    let name = words(&curve.name);
                    let lines = [Series::new(&name, curve.points.clone(), color)];
                    let id = format!("recorded {title} {}", curve.name);
                    Chart::new(&id, &name)
                        .help("Click to go to a moment")
                        .x("day")
                        .y(&curve.unit)
                        .lines(&lines)
                        .marks(&view.marks)
                        .cursor(look.cursor_day)
                        .height(HEIGHT)
                        .empty("Nothing was recorded", "It may have been too early to know")
                        .show(ui, look, out);
                });
            }
        });
}
