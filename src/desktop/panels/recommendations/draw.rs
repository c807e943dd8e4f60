//! How recommendations are drawn.

use egui::Ui;

use super::rows::{RecommendationsView, SurfaceLine};
use super::{drift, learning};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::numbers::{Form, count};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::panels::kit::truth::hidden_ui;

/// Draws the panel.
pub(super) fn recommendations_ui(
    ui: &mut Ui,
    view: &RecommendationsView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let or_none = |text: &str| {
        if text.is_empty() {
            "–".to_owned()
        } else {
            text.to_owned()
        }
    };
    let slates: u64 = view.surfaces.iter().map(|s| s.slates).sum();
    cards_ui(
        ui,
        look,
        &[
            Card::new(
                "Model",
                or_none(&view.model),
                "The ranking model the scenario asks for now",
            ),
            Card::new(
                "Allocation",
                or_none(&view.allocation),
                "How attention is allocated among candidates",
            ),
            Card::number(
                "Exploration",
                Form::Percent,
                view.exploration,
                "Chance that a slot is filled uniformly at random, to learn",
            ),
            Card::new(
                "Slates",
                count(slates),
                "Slates served so far, on all surfaces",
            ),
            Card::number(
                "Breadth",
                Form::Decimal,
                view.breadth,
                "Effective number of topics an avatar consumes: the exponential of the entropy of its consumption; – where lab.diversity is off",
            ),
        ],
    );
    ui.add_space(6.0);
    ui.strong("Surfaces");
    surfaces_ui(ui, view, look, out);
    if !look.shows_truth {
        hidden_ui(ui, look, "The true utility of what was taken", out);
    }
    learning::registry_ui(ui, view, look, out);
    learning::curves_ui(ui, view, look, out);
    learning::calibration_ui(ui, view, look, out);
    drift::drift_ui(ui, view, look, out);
}

fn surfaces_ui(ui: &mut Ui, view: &RecommendationsView, look: &Look, out: &mut Vec<UiCommand>) {
    let mut columns = vec![
        Column::text("Surface", "Where things are recommended"),
        Column::number("Slates", "Slates served"),
        Column::number("Take rate", "Things taken per slate"),
    ];
    if look.shows_truth {
        columns.push(Column::number(
            "True utility",
            "Mean true utility of what was taken, over the slates that the oracle looked at",
        ));
    }
    columns.extend([
        Column::number("Coverage", "Share of all that could be shown there that was shown at least once"),
        Column::number("Diversity", "One less the mean cosine of tags between items of a slate, over sampled slates since the window watches"),
        Column::number("Explored", "Share of slots filled uniformly at random, since the window watches"),
        Column::number("Propensity", "Mean probability with which the policy put what it showed, since the window watches"),
    ]);
    let row = |s: &SurfaceLine| {
        let mut cells = vec![
            Cell::text(&s.surface),
            Cell::count(s.slates),
            Cell::number(s.take_rate, Form::Percent),
        ];
        if look.shows_truth {
            cells.push(Cell::Number(s.utility, Form::Decimal));
        }
        cells.extend([
            Cell::number(s.coverage, Form::Percent),
            Cell::Number(s.diversity, Form::Decimal),
            Cell::Number(s.explored, Form::Percent),
            Cell::Number(s.propensity, Form::Decimal),
        ]);
        Row::new(cells)
    };
    let rows: Vec<Row> = view.surfaces.iter().map(row).collect();
    // Columns come and go with the truth, so the order is remembered apart.
    let id = if look.shows_truth {
        "surfaces-truth"
    } else {
        "surfaces"
    };
    Table::new(id, &columns)
        .empty(
            "No slates yet",
            "Let time run until somebody asks for something",
        )
        .show(ui, look, &rows, out);
}
