//! The list of offers, each to be opened.

use egui::{CollapsingHeader, RichText, Ui};

use super::auction::auction_ui;
use super::rows::{OfferRow, OfferRows};
use super::slate::slate_ui;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::inspector::facts::{Fact, facts_ui, truth_ui};
use crate::desktop::panels::kit::numbers::{NONE, decimal, percent};
use crate::lab::explain::data::Line;
use crate::lab::explain::truth::Truth;

/// Draws the last offers to an avatar; each opens to its reasons.
pub(in super::super) fn offers_ui(
    ui: &mut Ui,
    offers: &OfferRows,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    if !offers.is_on {
        ui.weak("Reasons are not taken down in this run");
        return;
    }
    if offers.rows.is_empty() {
        ui.weak("Nothing was offered to it lately. Let time run until it comes to the city");
    } else {
        ui.weak("What it was offered last. Open one to see why");
    }
    // The newest slate is open: it is what one most likely came for.
    let first = offers.rows.iter().position(|r| !r.why.slots.is_empty());
    for (i, row) in offers.rows.iter().enumerate() {
        offer_ui(ui, row, first == Some(i), offers.has_truth, look, out);
    }
    if offers.more > 0 {
        ui.weak(format!("and {} older offers", offers.more));
    }
    if !offers.withheld.is_empty() {
        ui.add_space(4.0);
        ui.label("What it was not offered, and by which rule");
        for (when, rule) in &offers.withheld {
            ui.horizontal_wrapped(|ui| {
                ui.weak(when);
                ui.label(rule);
            });
        }
    }
}

fn offer_ui(
    ui: &mut Ui,
    row: &OfferRow,
    opens: bool,
    has_truth: bool,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let why = &row.why;
    CollapsingHeader::new(format!("{} · {}", why.when, why.kind))
        .id_salt(("why", why.offer))
        .default_open(opens)
        .show(ui, |ui| {
            ui.label(RichText::new(&why.headline).strong());
            if row.answers.is_empty() {
                ui.weak("No answer yet, or it is forgotten");
            } else {
                ui.label(format!("Its answer: {}", row.answers.join("; then ")));
            }
            if !why.slots.is_empty() {
                slate_ui(ui, row, look, out);
            }
            if let Some(auction) = &why.auction {
                auction_ui(ui, auction, why.offer, look, out);
            }
            lines_ui(ui, "What was known and used", &why.context, out);
            lines_ui(ui, "Rules", &why.rules, out);
            not_used_ui(ui, &why.not_used, look);
            if has_truth {
                truth_ui(
                    ui,
                    look,
                    "what it really makes of it",
                    out,
                    |ui, _| match &row.truth {
                        Some(truth) => match_ui(ui, truth),
                        None => {
                            ui.weak("Nothing to like or dislike about it");
                        }
                    },
                );
            }
            if ui
                .small_button("Copy as text")
                .on_hover_text(format!("Copies why offer {} was made", why.offer))
                .clicked()
            {
                let truth = row.truth.as_ref().map(Truth::to_text);
                out.push(UiCommand::Copy(why.to_text() + &truth.unwrap_or_default()));
            }
        });
}

fn lines_ui(ui: &mut Ui, title: &str, lines: &[Line], out: &mut Vec<UiCommand>) {
    if lines.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.label(RichText::new(title).strong());
    let facts: Vec<Fact> = lines
        .iter()
        .map(|l| Fact::new(l.name.clone(), l.text.clone(), l.meaning.clone()))
        .collect();
    facts_ui(ui, &facts, out);
}

fn not_used_ui(ui: &mut Ui, not_used: &[String], look: &Look) {
    if not_used.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.label(RichText::new("What was not used").strong())
        .on_hover_text("Because of consent, of age, or of how the rule works");
    for what in not_used {
        ui.horizontal_wrapped(|ui| {
            ui.colored_label(look.palette.warn, "×");
            ui.label(what);
        });
    }
}

/// Draws what was predicted beside what is true.
fn match_ui(ui: &mut Ui, truth: &Truth) {
    ui.weak(format!(
        "As of {}, {} ticks after the offer. Choosing nothing is worth {}",
        truth.as_of,
        truth.ticks_since,
        decimal(truth.outside_option)
    ));
    for (i, row) in truth.rows.iter().enumerate() {
        let predicted = row.predicted.map_or_else(|| NONE.to_owned(), percent);
        let utility = row
            .utility
            .map_or_else(String::new, |u| format!(", worth {}", decimal(u)));
        ui.label(format!(
            "{}. {}: taken with {} in truth{utility}, predicted {predicted}; place {} if the truth had ranked",
            i + 1,
            row.name,
            percent(row.probability),
            row.place
        ))
        .on_hover_text("Chance that it would be taken if nothing else were offered, or that the ad is clicked");
    }
}
