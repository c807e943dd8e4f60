//! The market on the screen.

use egui::Ui;

use super::exchange_ui::exchange_ui;
use super::market::{DealRow, Depth};
use super::view::EconomyView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::section::beside_ui;
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::subject::Subject;

const LISTINGS: [Column<'_>; 5] = [
    Column::text("For sale", "What, and by whom"),
    Column::number("Listed", "Things that can be bought now"),
    Column::number(
        "Cheapest",
        "Lowest price asked, in coins; of parcels, the lowest reserve",
    ),
    Column::number("Median", "Price in the middle, in coins"),
    Column::number("Value", "What all of them together cost, in coins"),
];

const TRADES: [Column<'_>; 6] = [
    Column::text("Time", ""),
    Column::text("Asset", "Click to inspect"),
    Column::text("Buyer", ""),
    Column::text("Seller", "The city where nobody owned it before"),
    Column::number("Price", "In coins"),
    Column::number(
        "Royalty",
        "Share of the price that went to who made it, in coins",
    ),
];

const OFFERS: [Column<'_>; 5] = [
    Column::text("Asset", "Click to inspect"),
    Column::text("Offered by", ""),
    Column::number("Offer", "In coins, which are in escrow"),
    Column::number("Asked", "In coins, if it is for sale"),
    Column::text("Until", "When the offer ends, if nobody answers it"),
];

const BUNDLES: [Column<'_>; 4] = [
    Column::text("Bundle", "Click to inspect the first of its assets"),
    Column::text("Sold by", ""),
    Column::number("Price", "Of all of it together, in coins"),
    Column::text("Until", "When it is broken up, if nobody buys it"),
];

const DEPTH_HELP: &str = "Ask side of the asset market: how many assets are listed at or below each price, or auctioned \
    from it";

/// Draws listings, depth, takings and trades.
pub(super) fn market_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let m = &view.market;
    if !m.enabled && m.trades.is_empty() {
        Empty::new("Nothing is sold in this city")
            .hint("Switch economy.market.enabled on at the policy desk")
            .show(ui, look, out);
        return;
    }
    beside_ui(
        ui,
        out,
        |ui, out| {
            let depth = steps(&m.depth, look, |d| &d.count);
            Chart::new("economy-depth", "Asks by price")
                .help(DEPTH_HELP)
                .x("price in coins")
                .y("assets at or below")
                .forms(Form::Coins, Form::Whole)
                .steps(&depth)
                .empty(
                    "No asset is listed",
                    "Let time run: owners list assets at midnight",
                )
                .show(ui, look, out);
        },
        |ui, out| {
            let depth = steps(&m.depth, look, |d| &d.value);
            Chart::new("economy-depth-value", "Value of asks by price")
                .help("What all assets listed at or below each price cost together")
                .x("price in coins")
                .y("coins at or below")
                .forms(Form::Coins, Form::Coins)
                .steps(&depth)
                .empty(
                    "No asset is listed",
                    "Let time run: owners list assets at midnight",
                )
                .show(ui, look, out);
        },
    );
    let listings: Vec<Row> = m
        .listings
        .iter()
        .filter(|l| l.count > 0)
        .map(|l| {
            Row::new(vec![
                Cell::text(l.name),
                Cell::count(l.count),
                Cell::Number(l.cheapest, Form::Coins),
                Cell::Number(l.median, Form::Coins),
                Cell::number(l.value, Form::Coins),
            ])
        })
        .collect();
    Table::new("economy listings", &LISTINGS)
        .empty(
            "Nothing is listed yet",
            "Let time run: shops open with the city",
        )
        .show(ui, look, &listings, out);
    beside_ui(
        ui,
        out,
        |ui, out| taken_today_ui(ui, view, look, out),
        |ui, out| takings_ui(ui, view, look, out),
    );
    trades_ui(ui, view, look, out);
    deals_ui(ui, view, look, out);
    exchange_ui(ui, view, look, out);
}

/// Draws offers and bundles, where the city has them.
fn deals_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let m = &view.market;
    let cells = |d: &DealRow| {
        [
            Cell::text(d.title.as_str()),
            Cell::text(Subject::Avatar(d.who).label()),
            Cell::number(d.price, Form::Coins),
        ]
    };
    let inspect = |d: &DealRow| UiCommand::Inspect(Subject::Item(d.item));
    if let Some(n) = m.deals.0 {
        ui.label("Offers").on_hover_text(
            "What avatars would pay for assets that are asked more for, or are not for sale; the highest first",
        );
        let row = |d: &DealRow| {
            let mut row: Vec<Cell> = cells(d).into();
            row.push(Cell::Number(d.asked, Form::Coins));
            row.push(Cell::text(d.until.to_string()));
            Row::new(row).on_click(inspect(d))
        };
        let rows: Vec<Row> = m.offers.iter().map(row).collect();
        Table::new("economy offers", &OFFERS)
            .beyond(n.saturating_sub(rows.len() as u64))
            .empty(
                "No offer stands",
                "Let time run: who finds an asset too dear offers less",
            )
            .show(ui, look, &rows, out);
    }
    if let Some(n) = m.deals.1 {
        ui.label("Bundles")
            .on_hover_text("Assets of one owner that are sold together, newest first");
        let row = |d: &DealRow| {
            let mut row: Vec<Cell> = cells(d).into();
            row.push(Cell::text(d.until.to_string()));
            Row::new(row).on_click(inspect(d))
        };
        let rows: Vec<Row> = m.bundles.iter().map(row).collect();
        Table::new("economy bundles", &BUNDLES)
            .beyond(n.saturating_sub(rows.len() as u64))
            .empty(
                "No bundle is for sale",
                "Let time run: owners bundle at midnight",
            )
            .show(ui, look, &rows, out);
    }
}

fn steps(depth: &[Depth], look: &Look, of: impl Fn(&Depth) -> &Vec<[f64; 2]>) -> Vec<Series> {
    depth
        .iter()
        .zip(look.palette.series)
        .map(|(d, color)| {
            let points = of(d);
            let first = points.first().map(|p| [p[0], 0.0]);
            let points = first.into_iter().chain(points.iter().copied()).collect();
            Series::new(d.name, points, color)
        })
        .collect()
}

fn taken_today_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let names = ["game items", "textbooks", "assets", "parcels"];
    let rows: Vec<NamedAmount> = names
        .iter()
        .zip(view.market.taken_today)
        .zip(look.palette.series)
        .map(|((name, amount), color)| NamedAmount {
            name: (*name).to_owned(),
            amount,
            color,
        })
        .collect();
    bars_ui(
        ui,
        look,
        "economy-taken-today",
        "Sales today",
        "Coins paid since midnight for what the shops sell, for assets and for parcels",
        Form::Coins,
        &rows,
        out,
    );
}

fn takings_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let days = view.money.flow_days.iter();
    let takings = days.map(|d| (f64::from(d.day), Some(d.takings)));
    Chart::new("economy-takings", "Shop takings")
        .help("Coins paid for game items and textbooks, by finished day that was watched")
        .x("day")
        .y("coins")
        .forms(Form::Whole, Form::Coins)
        .bars(&[Series::of("Shop takings", takings, look.palette.series[4])])
        .marks(&view.marks)
        .empty("No day was watched yet", "Let time run for two days")
        .show(ui, look, out);
}

fn trades_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let m = &view.market;
    ui.label("Recent trades")
        .on_hover_text("Assets that changed hands, newest first");
    let rows: Vec<Row> = m
        .trades
        .iter()
        .map(|t| {
            let seller = t
                .seller
                .map_or_else(|| "the city".to_owned(), |s| Subject::Avatar(s).label());
            Row::new(vec![
                Cell::text(t.tick.to_string()),
                Cell::text(t.title.as_str()),
                Cell::text(Subject::Avatar(t.buyer).label()),
                Cell::text(seller),
                Cell::number(t.price, Form::Coins),
                Cell::number(t.royalty, Form::Coins),
            ])
            .on_click(UiCommand::Inspect(Subject::Item(t.item)))
        })
        .collect();
    Table::new("economy trades", &TRADES)
        .beyond(m.asset_sales.saturating_sub(rows.len() as u64))
        .empty(
            "No trades yet",
            "Let time run: the first assets are the city's",
        )
        .show(ui, look, &rows, out);
}
