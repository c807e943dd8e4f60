//! Money and wealth on the screen.

use egui::{Id, Ui};

use super::money::MoneyRows;
use super::view::EconomyView;
use super::{land_ui, market_ui};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, Good, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::lorenz::lorenz_ui;
use crate::desktop::panels::kit::numbers::{Form, coins_f64, decimal, signed_percent};
use crate::desktop::panels::kit::sankey::sankey_ui;
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::subject::Subject;

const RICHEST: [Column<'_>; 6] = [
    Column::text("Avatar", "Click to inspect"),
    Column::text("Role", ""),
    Column::number("Wealth", "Coins, assets and land together, in coins"),
    Column::number("Coins", "In its wallet"),
    Column::number("Assets", "At what each last fetched, in coins"),
    Column::number("Land", "At what each parcel last fetched, in coins"),
];

/// Over which time flows are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Time {
    Today,
    #[default]
    Yesterday,
    Run,
}

/// Draws the panel.
pub(super) fn economy_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    if !view.is_there {
        Empty::new("No economy yet")
            .hint("Open a scenario to see its money")
            .show(ui, look, out);
        return;
    }
    cards_ui(ui, look, &cards(view));
    beside_ui(
        ui,
        out,
        |ui, out| supply_ui(ui, view, look, out),
        |ui, out| velocity_ui(ui, view, look, out),
    );
    flows_ui(ui, &view.money, look, out);
    beside_ui(
        ui,
        out,
        |ui, out| prices_ui(ui, view, look, out),
        |ui, out| bank_ui(ui, view, look, out),
    );
    section_ui(
        ui,
        "Asset market",
        "Unique assets, shops, and parcels for sale",
    );
    market_ui::market_ui(ui, view, look, out);
    section_ui(
        ui,
        "Wealth",
        "Coins, assets and land of everybody who has ever come",
    );
    wealth_ui(ui, view, look, out);
    section_ui(
        ui,
        "Land",
        "Parcels are sold by sealed bids that open at midnight",
    );
    land_ui::land_ui(ui, view, look, out);
}

fn cards(view: &EconomyView) -> Vec<Card> {
    let m = &view.money;
    let (before, last) = match m.days.as_slice() {
        [.., before, last] => (Some(before.supply), Some(last.supply)),
        _ => (None, None),
    };
    let velocity = m.flow_days.last().and_then(|d| d.velocity);
    let inflation = m.days.last().and_then(|d| d.inflation);
    vec![
        Card::number(
            "Coins in existence",
            Form::Coins,
            Some(m.supply),
            &format!(
                "Minted {} and burned {} since the city began; the treasury holds {}. The change compares the last two days",
                coins_f64(m.minted_burned.0),
                coins_f64(m.minted_burned.1),
                coins_f64(m.treasury)
            ),
        )
        .change(Form::Coins, before, last, Good::Neither),
        Card::number(
            "Velocity",
            Form::Decimal,
            velocity,
            "Coins spent on goods, land, rents and services on the last finished day, over coins in existence; a dash before a \
             day was watched from its beginning",
        ),
        Card::number(
            "Price level",
            Form::Decimal,
            Some(m.level),
            "Fisher index over game items, textbooks, assets and parcels, a week against the first week; 1 in the first week",
        ),
        Card::new(
            "Inflation in 7 days",
            inflation.map_or_else(|| "–".to_owned(), signed_percent),
            "Change of the price level since a week before; a dash in the first week",
        ),
        Card::number(
            "Bank's reward factor",
            Form::Decimal,
            Some(m.reward_factor),
            &format!(
                "Every reward is multiplied by this; the bank ({}) aims at a price level of {}",
                m.bank,
                decimal(m.target)
            ),
        ),
        Card::number(
            "Wealth Gini",
            Form::Decimal,
            view.wealth.wealth.gini.map(|g| (g * 1_000.0).round() / 1_000.0),
            "0 if all have alike, nearly 1 if one has all",
        ),
    ]
}

fn supply_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let days = &view.money.days;
    let line = |name: &str, i: usize, of: &dyn Fn(&super::money::MoneyDay) -> f64| {
        let points = days.iter().map(|d| (f64::from(d.day), Some(of(d))));
        Series::of(name, points, look.palette.series[i])
    };
    let supply = [line("Coins in existence", 0, &|d| d.supply)];
    let moved = [
        line("Minted", 2, &|d| d.minted),
        line("Burned", 1, &|d| d.burned),
    ];
    Chart::new("economy-supply", "Coin supply")
        .help("Coins in existence at the end of each day, and coins minted and burned on it")
        .x("day")
        .y("coins")
        .forms(Form::Whole, Form::Coins)
        .lines(&supply)
        .bars(&moved)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

fn velocity_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let days = view
        .money
        .flow_days
        .iter()
        .map(|d| (f64::from(d.day), d.velocity));
    Chart::new("economy-velocity", "Velocity")
        .help(
            "How often a coin is spent in a day: coins spent on goods, land, rents and services over coins in existence, the mean \
             of the day's two ends",
        )
        .x("day")
        .y("times a day")
        .forms(Form::Whole, Form::Decimal)
        .lines(&[Series::of("Velocity", days, look.palette.series[3])])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No day was watched yet", "Let time run for two days")
        .show(ui, look, out);
}

fn flows_ui(ui: &mut Ui, money: &MoneyRows, look: &Look, out: &mut Vec<UiCommand>) {
    let id = Id::new("economy flow time");
    let mut time: Time = ui
        .data(|d| d.get_temp(id))
        .unwrap_or(if money.yesterday.is_empty() {
            Time::Today
        } else {
            Time::Yesterday
        });
    let before = time;
    ui.horizontal_wrapped(|ui| {
        ui.label("Flows of");
        for (word, t) in [
            ("today", Time::Today),
            ("the last day", Time::Yesterday),
            ("the whole run", Time::Run),
        ] {
            ui.selectable_value(&mut time, t, word);
        }
    });
    if time != before {
        ui.data_mut(|d| d.insert_temp(id, time));
    }
    let (flows, name) = match time {
        Time::Today => (&money.today, "Faucets and sinks today"),
        Time::Yesterday => (&money.yesterday, "Faucets and sinks on the last day"),
        Time::Run => (&money.run, "Faucets and sinks since the city began"),
    };
    sankey_ui(
        ui,
        look,
        "economy-flows",
        name,
        "Coins that were minted, what wallets and the treasury did with them, and what was burned; sales between avatars stay \
         within wallets and are not shown",
        Form::Coins,
        flows,
        out,
    );
}

fn prices_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let days = view.money.days.iter();
    let level = days.clone().map(|d| (f64::from(d.day), d.level));
    let level = [Series::of("Price level", level, look.palette.series[0])];
    let target: Vec<[f64; 2]> = days
        .map(|d| [f64::from(d.day), view.money.target])
        .collect();
    let target = [Series::new("Target", target, look.palette.weak)];
    Chart::new("economy-prices", "Price index")
        .help(
            "Fisher index over game items, textbooks, assets and parcels, a week against the first week, by what each thing cost \
             when it was first offered; 1 in the first week. The target is the bank's",
        )
        .x("day")
        .y("price level")
        .forms(Form::Whole, Form::Decimal)
        .lines(&level)
        .lines(&target)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

fn bank_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let m = &view.money;
    let inflation = m.days.iter().map(|d| (f64::from(d.day), d.inflation));
    let factor = m
        .flow_days
        .iter()
        .map(|d| (f64::from(d.day), Some(d.reward_factor - 1.0)));
    let lines = [
        Series::of("Inflation in 7 days", inflation, look.palette.series[1]),
        Series::of("Bank's change of rewards", factor, look.palette.series[2]),
    ];
    Chart::new("economy-bank", "Inflation and the bank")
        .help(
            "Change of the price level since a week before; and by how much the bank's factor raises (above 0) or cuts (below 0) \
             every reward",
        )
        .x("day")
        .y("change")
        .forms(Form::Whole, Form::Percent)
        .lines(&lines)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No day was watched yet", "Let time run for two days")
        .show(ui, look, out);
}

fn wealth_ui(ui: &mut Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
    let w = &view.wealth;
    lorenz_ui(
        ui,
        look,
        "economy-lorenz",
        "Who has how much",
        "Lorenz curves: the share of all wealth, and of all coins, that the poorest share of avatars holds",
        &[("Wealth", &w.wealth), ("Coins", &w.coins)],
        out,
    );
    let rows: Vec<Row> = w
        .richest
        .iter()
        .map(|r| {
            let who = Subject::Avatar(r.avatar);
            Row::new(vec![
                Cell::text(who.label()),
                Cell::text(r.role.as_str()),
                Cell::number(r.has.total(), Form::Coins),
                Cell::number(r.has.coins, Form::Coins),
                Cell::number(r.has.assets, Form::Coins),
                Cell::number(r.has.land, Form::Coins),
            ])
            .on_click(UiCommand::Inspect(who))
        })
        .collect();
    ui.label("Richest avatars");
    Table::new("economy richest", &RICHEST)
        .empty("Nobody has come yet", "Let time run until somebody comes")
        .show(ui, look, &rows, out);
}
