//! How learning is drawn: the model registry, the curves of trainings, and how well predictions are calibrated.

use std::collections::BTreeMap;

use egui::Ui;

use super::rows::RecommendationsView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::lab::report::{CardRow, CardState, PassRow};

/// Draws every trained model.
pub(super) fn registry_ui(
    ui: &mut Ui,
    view: &RecommendationsView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    section_ui(ui, "Registry", "Every model trained so far, newest first");
    let columns = [
        Column::text(
            "Model",
            "What it is for; models of one name replace each other",
        ),
        Column::number("Version", "Counts up with every training"),
        Column::number("Trained", "Day since the start at which its training ended"),
        Column::text(
            "State",
            "Live serves; a challenger is compared with the live one on what people choose; replaced served once; held never served, for it was no better than the live one or another came first",
        ),
        Column::number(
            "Held out",
            "Its metric on behaviour that came after its training data, higher is better",
        ),
        Column::number(
            "Live's",
            "Of the model that was live, on the same behaviour",
        ),
        Column::number("Loss", "At the end of its training"),
        Column::number("Rows", "What it learned from"),
    ];
    let row = |card: &CardRow| {
        let color = match card.state {
            CardState::Live => look.palette.good,
            CardState::Challenger => look.palette.mark,
            CardState::Replaced => look.palette.weak,
            CardState::Held => look.palette.warn,
        };
        Row::new(vec![
            Cell::text(&card.name),
            Cell::count(u64::from(card.version)),
            Cell::number(card.day, Form::Decimal),
            Cell::Colored(card.state.word().to_owned(), color),
            Cell::number(card.held_out, Form::Decimal),
            Cell::Number(card.incumbent, Form::Decimal),
            Cell::number(card.loss, Form::Decimal),
            Cell::count(card.rows),
        ])
    };
    let rows: Vec<Row> = view.models.iter().map(row).collect();
    Table::new("models", &columns)
        .cap(30)
        .beyond(view.more_models)
        .empty(
            "No model trained yet",
            "Models train on the cadence platform.recommend.retrain_hours; let time run for a day",
        )
        .show(ui, look, &rows, out);
}

/// Draws one point for every training, and the passes of the last training of each name.
pub(super) fn curves_ui(
    ui: &mut Ui,
    view: &RecommendationsView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    section_ui(
        ui,
        "Learning curve",
        "How good models became, from training to training and within the last one",
    );
    let mut metrics: BTreeMap<&str, BTreeMap<&str, Vec<[f64; 2]>>> = BTreeMap::new();
    for row in &view.curves {
        let models = metrics.entry(&row.metric).or_default();
        models
            .entry(&row.name)
            .or_default()
            .push([row.day, row.value]);
    }
    for (metric, models) in metrics {
        let lines: Vec<Series> = models
            .into_iter()
            .zip(look.palette.series.iter().cycle())
            .map(|((name, points), color)| Series::new(name, points, *color))
            .collect();
        let mut title = metric.to_owned();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Chart::new(metric, &title)
            .help("Learning curve: one point for every training")
            .x("day")
            .y("")
            .lines(&lines)
            .marks(&view.marks)
            .cursor(look.cursor_day)
            .show(ui, look, out);
    }
    passes_ui(ui, view, look, out);
}

fn passes_ui(ui: &mut Ui, view: &RecommendationsView, look: &Look, out: &mut Vec<UiCommand>) {
    let lines = |of: fn(&PassRow) -> Option<f64>| -> Vec<Series> {
        let cards = view.models.iter().filter(|card| card.curve.len() > 1);
        cards
            .zip(look.palette.series.iter().cycle())
            .map(|(card, color)| {
                let points = card.curve.iter().map(|p| (f64::from(p.pass), of(p)));
                let name = format!("{}, version {}", card.name, card.version);
                Series::of(name, points, *color)
            })
            .collect()
    };
    let (losses, held_out) = (lines(|p| p.loss), lines(|p| p.held_out));
    beside_ui(
        ui,
        out,
        |ui, out| {
            Chart::new("last-training-loss", "Loss of the last training")
                .help("Mean loss of each pass over the rows, for the newest model of each name")
                .x("pass")
                .forms(Form::Whole, Form::Decimal)
                .lines(&losses)
                .without_zero()
                .empty(
                    "No training with passes yet",
                    "Let time run until a model trains that learns in passes, as ials or bpr do; platform.recommend.model chooses it",
                )
                .show(ui, look, out);
        },
        |ui, out| {
            let holds_out = held_out
                .iter()
                .any(|s| s.points.iter().any(|p| p[1].is_finite()));
            if holds_out {
                Chart::new("last-training-held-out", "Held out in the last training")
                    .help("Metric on what the training itself held out, by pass; higher is better")
                    .x("pass")
                    .forms(Form::Whole, Form::Decimal)
                    .lines(&held_out)
                    .without_zero()
                    .show(ui, look, out);
            }
        },
    );
}

/// Draws predictions against what was taken.
pub(super) fn calibration_ui(
    ui: &mut Ui,
    view: &RecommendationsView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    section_ui(
        ui,
        "Calibration",
        "Whether things are taken as often as predicted: on the diagonal they are. Slots count by the probability that they are looked at",
    );
    let series: Vec<Series> = view
        .calibration
        .iter()
        .zip(look.palette.series.iter().cycle())
        .map(|(row, color)| {
            let points = row.bins.iter().map(|b| [b.predicted, b.taken]).collect();
            Series::new(row.surface.replace('_', " "), points, *color)
        })
        .collect();
    let most = series
        .iter()
        .flat_map(|s| s.points.iter().flatten())
        .copied()
        .fold(0.0, f64::max);
    let mut lines = series;
    if most > 0.0 {
        let diagonal = vec![[0.0, 0.0], [most, most]];
        lines.push(Series::new("as predicted", diagonal, look.palette.weak));
    }
    Chart::new("calibration", "Predicted and taken")
        .help("Share taken by predicted attraction, in up to ten bins for each surface")
        .x("predicted attraction")
        .y("taken")
        .forms(Form::Percent, Form::Percent)
        .lines(&lines)
        .empty(
            "No predictions counted yet",
            "Let time run until somebody is shown something",
        )
        .show(ui, look, out);
    if view.calibration.is_empty() {
        return;
    }
    let errors: Vec<String> = view
        .calibration
        .iter()
        .map(|row| {
            let error = Form::Percent.text(row.expected_error);
            format!("{} {error}", row.surface.replace('_', " "))
        })
        .collect();
    ui.label(format!("Expected calibration error: {}", errors.join(", ")))
        .on_hover_text(
            "Mean distance of prediction and taken share over bins, weighted by their slots",
        );
}
