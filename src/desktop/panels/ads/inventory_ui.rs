//! What was shown where, on the screen: creatives by number, and what kinds of places for ads came to.

use egui::Ui;

use super::view::AdsView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};

const CREATIVES: [Column<'_>; 5] = [
    Column::text("Creative", "Its number within its campaign"),
    Column::number("Looks", "Looks at it"),
    Column::number("Share", "Share of all looks"),
    Column::number("CTR", "Clicks over looks"),
    Column::number("Conversions", "Credited to it by the rule of the scenario"),
];

const INVENTORY: [Column<'_>; 5] = [
    Column::text("Place", "Where ads were seen"),
    Column::number("Looks", "Looks at ads there"),
    Column::number("Reached", "Avatars that looked at least once"),
    Column::number("Clicks", "Clicks on ads there"),
    Column::number("Revenue", "Outside money paid by advertisers"),
];

/// Draws creatives by number.
pub(super) fn creatives_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = (1..)
        .zip(&view.creatives)
        .map(|(number, c): (u32, _)| {
            Row::new(vec![
                Cell::text(number.to_string()),
                Cell::count(c.looks),
                Cell::number(c.share, Form::Percent),
                Cell::Number(c.ctr, Form::Percent),
                Cell::Number(c.conversions, Form::Decimal),
            ])
        })
        .collect();
    Table::new("ads creatives", &CREATIVES)
        .empty("No ad was shown yet", "Let time run")
        .show(ui, look, &rows, out);
}

/// Draws what kinds of places for ads came to.
pub(super) fn inventory_ui(ui: &mut Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = view
        .inventory
        .iter()
        .map(|r| {
            Row::new(vec![
                Cell::text(r.kind.as_str()),
                Cell::count(r.looks),
                Cell::count(r.reach),
                Cell::count(r.clicks),
                Cell::number(r.revenue, Form::Money),
            ])
        })
        .collect();
    Table::new("ads inventory", &INVENTORY)
        .empty("No ad was shown yet", "Let time run")
        .show(ui, look, &rows, out);
}
