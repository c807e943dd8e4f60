//! How drift is drawn: the alarms, and what a shift of interests did.

use egui::Ui;

use super::rows::RecommendationsView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::section::section_ui;
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};

/// Draws what was noticed of drift.
pub(super) fn drift_ui(
    ui: &mut Ui,
    view: &RecommendationsView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    section_ui(
        ui,
        "Drift",
        "Whether people still do what models have learned from; alarms are marked on the charts of this panel",
    );
    for sentence in sentences(view) {
        ui.label(sentence);
    }
    let columns = [
        Column::number("Day", "When it was noticed, in days since the start"),
        Column::text(
            "Watched",
            "Topics of what is engaged with, surprise of predictions, or share of slates of which something is taken",
        ),
        Column::text(
            "Detector",
            "PSI: population stability index, alarm from 0.2; Page-Hinkley: a mean that moved; ADWIN: two parts of a window that differ",
        ),
        Column::number(
            "Value",
            "The index, or the mean of what was watched at the alarm",
        ),
    ];
    let rows: Vec<Row> = view
        .drift
        .alarms
        .iter()
        .rev()
        .map(|a| {
            Row::new(vec![
                Cell::number(a.day, Form::Decimal),
                Cell::text(&a.stream),
                Cell::text(&a.detector),
                Cell::number(a.value, Form::Decimal),
            ])
        })
        .collect();
    Table::new("alarms", &columns)
        .cap(30)
        .empty(
            "No drift noticed",
            "Nothing is raised in the first four days; open the scenario interest-shift to see a shift noticed",
        )
        .show(ui, look, &rows, out);
    if view.drift.alarms.is_empty() && view.drift.shift_day.is_none() {
        return;
    }
    let efficiency = Series::of(
        "Efficiency",
        view.efficiency.iter().copied(),
        look.palette.series[2],
    );
    let mut marks = view.marks.clone();
    if let Some(day) = view.drift.shift_day {
        marks.push((f64::from(day), "interests shift".to_owned()));
    }
    Chart::new("drift-efficiency", "Efficiency and alarms")
        .help("Attention efficiency by day; marks are alarms, the shift of interests and policy changes")
        .x("day")
        .form(Form::Percent)
        .lines(&[efficiency])
        .marks(&marks)
        .cursor(look.cursor_day)
        .empty(
            "No judged day yet",
            "Let time run for a day; lab.oracle_every says how often the oracle looks",
        )
        .show(ui, look, out);
}

/// Says what a scheduled shift did, as far as the city has come.
fn sentences(view: &RecommendationsView) -> Vec<String> {
    let drift = &view.drift;
    let Some(day) = drift.shift_day else {
        return Vec::new();
    };
    if view.now <= f64::from(day) {
        return vec![format!("Interests shift on day {day}.")];
    }
    let noticed = drift.delay_hours.map_or_else(
        || "no alarm has been raised since".to_owned(),
        |hours| {
            format!(
                "the first alarm came {} hours later",
                Form::Decimal.text(hours)
            )
        },
    );
    let mut said = vec![format!("Interests shifted on day {day}; {noticed}.")];
    if let Some(before) = drift.efficiency_before {
        let back = match drift.recovery_days {
            None => "its mean over three days is not back at 95 % of that yet".to_owned(),
            Some(0) => "no day fell below 95 % of that".to_owned(),
            Some(days) => {
                format!("its mean over three days was back at 95 % of that after {days} days")
            }
        };
        said.push(format!(
            "Attention efficiency was {} in the five days before, and {} on its lowest day since; {back}.",
            Form::Percent.text(before),
            Form::Percent.or_none(drift.efficiency_lowest),
        ));
    }
    said
}
