//! What ads changed, on the screen: attribution by rule, and the lift of a hold-out.

use egui::Ui;

use super::view::AdsView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::Card;
use crate::desktop::panels::kit::numbers::{NONE, count, percent};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};

const CREDITS: [Column<'_>; 2] = [
    Column::text("Rule", "How conversions are shared out"),
    Column::text(
        "Conversions by surface",
        "Credited to the surfaces on which the ads before them were seen",
    ),
];

/// What ads changed, beside what attribution claims.
pub(super) fn effect_card(view: &AdsView) -> Card {
    let (claimed, met) = view.claimed;
    let claim = format!(
        "attribution claims {} of {} pairs of avatar and campaign that met",
        count(claimed),
        count(met)
    );
    match &view.lift {
        None => Card::new(
            "Lift of ads",
            NONE,
            &format!("No hold-out: set platform.ads.holdout to measure it; {claim}"),
        ),
        Some(lift) => Card::new(
            "Lift of ads",
            percent(lift.difference),
            &format!(
                "How many more convert of those who were shown a campaign than of those held out, from {} to {} with 95 % \
                 confidence; {claim}",
                percent(lift.low),
                percent(lift.high)
            ),
        ),
    }
}

/// Draws conversions shared out by every rule.
pub(super) fn credits_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = view
        .credits
        .iter()
        .filter(|c| !c.surfaces.is_empty())
        .map(|c| {
            let parts: Vec<String> = c
                .surfaces
                .iter()
                .map(|(surface, n)| format!("{} {n:.1}", surface.replace('_', " ")))
                .collect();
            Row::new(vec![
                Cell::text(c.by.replace('_', " ")),
                Cell::text(parts.join(" · ")),
            ])
        })
        .collect();
    Table::new("ads credits", &CREDITS)
        .empty(
            "No conversion had an ad before it yet",
            "Let time run: conversions come hours or days after clicks",
        )
        .show(ui, look, &rows, out);
}
