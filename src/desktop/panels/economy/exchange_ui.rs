//! Materials and their order books on the screen.

use egui::Ui;

use super::exchange::BookRows;
use super::view::EconomyView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::section::beside_ui;
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};

const BOOKS: [Column<'_>; 7] = [
    Column::text("Material", ""),
    Column::number("Bid", "Best price of buyers, in coins"),
    Column::number("Ask", "Best price of sellers, in coins"),
    Column::number("Last", "Price of the last trade, in coins"),
    Column::number("Traded", "Units traded so far"),
    Column::number("Found", "Units that games dropped so far"),
    Column::number("Used", "Units that buildings took so far"),
];

const TRADES: [Column<'_>; 5] = [
    Column::text("Time", ""),
    Column::text("Material", ""),
    Column::number("Units", ""),
    Column::number("Price", "Coins per unit"),
    Column::number(
        "Use value",
        "What the units are worth to a buyer who means to use them, in coins",
    ),
];

/// Draws books, depth and trades; nothing where there is no exchange.
pub(super) fn exchange_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let e = &view.exchange;
    if e.books.is_empty() {
        return;
    }
    let rows: Vec<Row> = e.books.iter().map(book_row).collect();
    Table::new("economy books", &BOOKS).show(ui, look, &rows, out);
    beside_ui(
        ui,
        out,
        |ui, out| {
            let sides = e.books.iter().zip(look.palette.series);
            let series: Vec<Series> = sides
                .flat_map(|(b, color)| {
                    let line = |points: &[[f64; 2]]| Series::new(b.name, points.to_vec(), color);
                    [line(&b.wanted), line(&b.offered)]
                })
                .collect();
            Chart::new("economy-books", "Order books")
                .help("Units wanted at or above each price, and offered at or below it")
                .x("price in coins")
                .y("units")
                .forms(Form::Coins, Form::Whole)
                .steps(&series)
                .empty(
                    "No order waits",
                    "Let time run: games drop materials, owners of land want them",
                )
                .show(ui, look, out);
        },
        |ui, out| {
            let books = e.books.iter().zip(look.palette.series);
            let series: Vec<Series> = books
                .map(|(b, color)| {
                    let prices = b.prices.iter().enumerate();
                    Series::of(b.name, prices.map(|(i, p)| (i as f64, Some(*p))), color)
                })
                .collect();
            Chart::new("economy-material-prices", "Prices of materials")
                .help("Price of the last trade, an hour apart, for two weeks at most")
                .x("hour")
                .y("coins")
                .forms(Form::Whole, Form::Coins)
                .lines(&series)
                .empty("Nothing was traded yet", "Let time run for a few hours")
                .show(ui, look, out);
        },
    );
    let rows: Vec<Row> = e
        .trades
        .iter()
        .map(|t| {
            Row::new(vec![
                Cell::text(t.tick.to_string()),
                Cell::text(t.name),
                Cell::count(u64::from(t.units)),
                Cell::number(t.price, Form::Coins),
                Cell::number(t.use_value, Form::Coins),
            ])
        })
        .collect();
    Table::new("economy material trades", &TRADES)
        .beyond(e.n_trades.saturating_sub(rows.len() as u64))
        .empty("No material was traded yet", "Let time run")
        .show(ui, look, &rows, out);
}

fn book_row(b: &BookRows) -> Row {
    Row::new(vec![
        Cell::text(b.name),
        Cell::Number(b.best[0], Form::Coins),
        Cell::Number(b.best[1], Form::Coins),
        Cell::Number(b.last, Form::Coins),
        Cell::count(b.units[0]),
        Cell::count(b.units[1]),
        Cell::count(b.units[2]),
    ])
}
