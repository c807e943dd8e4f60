//! Land on the screen.

use egui::Ui;

use super::land::ParcelRow;
use super::view::EconomyView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, count};
use crate::desktop::panels::kit::section::beside_ui;
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::subject::Subject;
use crate::sim::ids::AvatarId;

const TOP: [Column<'_>; 7] = [
    Column::text("Parcel", "Click to inspect"),
    Column::number("Last price", "What it last fetched, in coins"),
    Column::text("Owner", "The city where nobody has bought it"),
    Column::text("Tenant", "Who rents it; a dash if its owner uses it"),
    Column::number("Passers-by", "People who pass it a day"),
    Column::number("Sales", "Times it was sold"),
    Column::text("Building", ""),
];

const AUCTIONS: [Column<'_>; 5] = [
    Column::text("Parcel", "Click to inspect"),
    Column::number("Bids", "Sealed bids of today; they open at midnight"),
    Column::number("Reserve", "Lowest price at which it is sold, in coins"),
    Column::text("Seller", ""),
    Column::number("Passers-by", "People who pass it a day"),
];

/// Draws sales, rents, the dearest parcels and the auctions in progress.
pub(super) fn land_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let land = &view.land;
    if !land.enabled && land.days.is_empty() {
        Empty::new("Land is not sold in this city")
            .hint("Switch economy.land.enabled on at the policy desk")
            .show(ui, look, out);
        return;
    }
    let of_land = |n: u64| (land.parcels > 0).then(|| n as f64 / land.parcels as f64);
    let all = format!("Of {} parcels of land", count(land.parcels));
    cards_ui(
        ui,
        look,
        &[
            Card::number("Owned land", Form::Percent, of_land(land.owned), &all),
            Card::number("Let land", Form::Percent, of_land(land.let_out), &all),
            Card::number("Built land", Form::Percent, of_land(land.built), &all),
            Card::new(
                "For sale",
                count(land.auctions.len() as u64 + land.more_auctions),
                &all,
            ),
        ],
    );
    beside_ui(
        ui,
        out,
        |ui, out| sales_ui(ui, view, look, out),
        |ui, out| prices_ui(ui, view, look, out),
    );
    rents_ui(ui, view, look, out);
    ui.label("Dearest parcels")
        .on_hover_text("By what they last fetched");
    let rows: Vec<Row> = land.top.iter().map(top_row).collect();
    Table::new("economy parcels", &TOP)
        .empty(
            "No parcel was sold yet",
            "Let time run: auctions close at midnight",
        )
        .show(ui, look, &rows, out);
    ui.label("Auctions in progress")
        .on_hover_text("Those with most bids first");
    let rows: Vec<Row> = land.auctions.iter().map(auction_row).collect();
    Table::new("economy land auctions", &AUCTIONS)
        .cap(30)
        .beyond(land.more_auctions)
        .empty(
            "No parcel is for sale",
            "Let time run: parcels are put up at midnight",
        )
        .show(ui, look, &rows, out);
}

fn sales_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let sales = view
        .land
        .days
        .iter()
        .map(|d| (f64::from(d.day), Some(d.sales as f64)));
    Chart::new("economy-land-sales", "Parcels sold")
        .help("Parcels sold at the midnight that begins each day")
        .x("day")
        .y("parcels")
        .forms(Form::Whole, Form::Whole)
        .bars(&[Series::of("Parcels sold", sales, look.palette.series[2])])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty(
            "No parcel was sold yet",
            "Let time run: auctions close at midnight",
        )
        .show(ui, look, out);
}

fn prices_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let prices = view.land.days.iter().map(|d| (f64::from(d.day), d.median));
    Chart::new("economy-land-prices", "Median land price")
        .help("Price in the middle of the parcels sold each day, in coins; a gap on days without a sale")
        .x("day")
        .y("coins")
        .forms(Form::Whole, Form::Coins)
        .lines(&[Series::of("Median price", prices, look.palette.series[0])])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No parcel was sold yet", "Let time run: auctions close at midnight")
        .show(ui, look, out);
}

fn rents_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let rents = view
        .money
        .flow_days
        .iter()
        .map(|d| (f64::from(d.day), Some(d.rents)));
    Chart::new("economy-rents", "Rents")
        .help("Coins paid by tenants to owners, by finished day that was watched")
        .x("day")
        .y("coins")
        .forms(Form::Whole, Form::Coins)
        .height(120.0)
        .bars(&[Series::of("Rents", rents, look.palette.series[3])])
        .marks(&view.marks)
        .empty("No day was watched yet", "Let time run for two days")
        .show(ui, look, out);
}

fn who(avatar: Option<AvatarId>, nobody: &str) -> Cell {
    Cell::text(avatar.map_or_else(|| nobody.to_owned(), |a| Subject::Avatar(a).label()))
}

fn top_row(p: &ParcelRow) -> Row {
    let subject = Subject::Parcel(p.parcel);
    Row::new(vec![
        Cell::text(subject.label()),
        Cell::Number(p.last_price, Form::Coins),
        who(p.owner, "the city"),
        who(p.tenant, "–"),
        Cell::number(p.footfall, Form::Decimal),
        Cell::count(u64::from(p.sales)),
        Cell::text(if p.is_built { "built" } else { "–" }),
    ])
    .on_click(UiCommand::Inspect(subject))
}

fn auction_row(p: &ParcelRow) -> Row {
    let subject = Subject::Parcel(p.parcel);
    Row::new(vec![
        Cell::text(subject.label()),
        Cell::count(u64::from(p.bids)),
        Cell::Number(p.reserve, Form::Coins),
        who(p.owner, "the city"),
        Cell::number(p.footfall, Form::Decimal),
    ])
    .on_click(UiCommand::Inspect(subject))
}
