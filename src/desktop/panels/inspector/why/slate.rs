//! What a slate showed, place by place, and what it did not.

use egui::{CollapsingHeader, RichText, Ui};

use super::rows::{OfferRow, subject};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::inspector::bars::{PartBar, parts_ui};
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::numbers::{NONE, decimal, fixed, percent};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::lab::explain::data::{Part, PassedWhy, SlotWhy};
use crate::lab::explain::truth::Truth;

const COLUMNS: [Column<'static>; 5] = [
    Column::number("Place", "Place on the slate, from 1"),
    Column::text("What", "What was shown; click to inspect it"),
    Column::number("Score", "What the model says"),
    Column::number("By score", "Place among the candidates by score alone"),
    Column::number(
        "Chance",
        "Probability with which the policy put it at this place (propensity)",
    ),
];

const TRUE_COLUMNS: [Column<'static>; 7] = [
    COLUMNS[0],
    COLUMNS[1],
    COLUMNS[2],
    COLUMNS[3],
    COLUMNS[4],
    Column::number("True utility", "What the avatar really feels about it now"),
    Column::number("True place", "Place if the truth had ranked what was shown"),
];

/// Draws the slate of an offer.
pub(super) fn slate_ui(ui: &mut Ui, row: &OfferRow, look: &Look, out: &mut Vec<UiCommand>) {
    let why = &row.why;
    let truth = row.truth.as_ref().filter(|_| look.shows_truth);
    ui.add_space(4.0);
    ui.label(RichText::new("What was shown").strong());
    let rows: Vec<Row> = why
        .slots
        .iter()
        .enumerate()
        .map(|(i, slot)| table_row(i, slot, truth))
        .collect();
    let id = format!("why slots {}", why.offer);
    let columns: &[Column<'_>] = if truth.is_some() {
        &TRUE_COLUMNS
    } else {
        &COLUMNS
    };
    Table::new(&id, columns).show(ui, look, &rows, out);
    // One scale for the whole slate, so that bars can be compared from place to place.
    let parts = why.slots.iter().flat_map(|s| s.parts.iter());
    let passed = why.passed_over.iter().flat_map(|p| p.parts.iter());
    let scale = parts
        .chain(passed)
        .map(|p| p.value.abs())
        .filter(|x| x.is_finite())
        .fold(0.0, f64::max);
    ui.label(RichText::new("How each came to its place").strong());
    for slot in &why.slots {
        CollapsingHeader::new(format!("{}. {}", slot.position, slot.name))
            .id_salt(("why slot", why.offer, slot.position))
            .default_open(slot.position == 1)
            .show(ui, |ui| slot_ui(ui, slot, look, scale));
    }
    passed_ui(ui, &why.passed_over, why.offer, look, scale);
}

fn table_row(i: usize, slot: &SlotWhy, truth: Option<&Truth>) -> Row {
    let mut cells = vec![
        Cell::count(u64::from(slot.position)),
        Cell::text(&slot.name),
        Cell::number(slot.score, Form::Decimal),
        Cell::Number(slot.by_score.map(f64::from), Form::Whole),
        Cell::number(slot.propensity, Form::Percent),
    ];
    if let Some(truth) = truth {
        let row = truth.rows.get(i);
        cells.push(Cell::Number(row.and_then(|r| r.utility), Form::Decimal));
        cells.push(Cell::Number(row.map(|r| f64::from(r.place)), Form::Whole));
    }
    let row = Row::new(cells);
    match subject(&slot.kind, slot.id) {
        Some(subject) => row.on_click(UiCommand::Inspect(subject)),
        None => row,
    }
}

fn slot_ui(ui: &mut Ui, slot: &SlotWhy, look: &Look, scale: f64) {
    let place = |n: Option<u32>| n.map_or_else(|| NONE.to_owned(), |n| n.to_string());
    ui.label(format!("Found by: {}", slot.source))
        .on_hover_text("Which search brought it among the candidates");
    if slot.price > 0.0 {
        ui.label(format!("Price shown: {} coins", fixed(slot.price, 2)));
    }
    ui.label(format!(
        "Place: {} by score alone → {} after attention was allocated → {} as shown",
        place(slot.by_score),
        place(slot.by_relevance),
        slot.position
    ))
    .on_hover_text(
        "Scores come first; then exposure and minutes are priced, then sameness is thinned out",
    );
    ui.label(format!(
        "Chance that the policy puts it here: {}",
        percent(slot.propensity)
    ))
    .on_hover_text("The propensity: what later estimates divide by");
    for step in &slot.steps {
        ui.horizontal_wrapped(|ui| {
            ui.weak(&step.name);
            ui.label(&step.text);
        })
        .response
        .on_hover_text(&step.meaning);
    }
    score_ui(ui, slot.score, &slot.parts, look, scale);
    if !slot.orientation.is_empty() {
        ui.weak("For orientation, no part of the sum");
        bars(ui, &slot.orientation, look, 1.0);
    }
}

/// Draws a score and what adds up to it.
fn score_ui(ui: &mut Ui, score: f64, parts: &[Part], look: &Look, scale: f64) {
    if parts.is_empty() {
        ui.label(format!("Score {}", decimal(score)));
        return;
    }
    ui.label(format!("Score {}, the sum of", decimal(score)));
    bars(ui, parts, look, scale);
}

fn bars(ui: &mut Ui, parts: &[Part], look: &Look, scale: f64) {
    let parts: Vec<PartBar<'_>> = parts
        .iter()
        .map(|p| PartBar {
            name: &p.name,
            value: p.value,
            meaning: &p.meaning,
        })
        .collect();
    parts_ui(ui, look, &parts, scale);
}

fn passed_ui(ui: &mut Ui, passed: &[PassedWhy], offer: u64, look: &Look, scale: f64) {
    if passed.is_empty() {
        return;
    }
    ui.label(RichText::new("What was not shown, and why").strong());
    for (i, p) in passed.iter().enumerate() {
        CollapsingHeader::new(format!("{}: {}", p.name, p.reason))
            .id_salt(("why passed", offer, i))
            .show(ui, |ui| score_ui(ui, p.score, &p.parts, look, scale));
    }
}
