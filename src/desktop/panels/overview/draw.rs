//! How the overview is drawn.

use egui::{RichText, Ui};

use super::rows::OverviewView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui};
use crate::desktop::panels::kit::cards::{Card, Good, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, count};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::panels::kit::truth::hidden_ui;
use crate::desktop::view::subject::Subject;
use crate::lab::report::DayRow;
use crate::sim::ids::AvatarId;
use crate::sim::units::Coins;

const EFFICIENCY: &str = "Value of the slates shown over the value of the best possible ones, by the truth that only the \
                          lab sees, weighted by attention, from 0 to 1";
const SATISFACTION: &str =
    "Mean true satisfaction at the ends of the day's sessions, from 0 to 1; no platform sees it";
const DAU: &str = "Avatars that went to a place or attended a live event on the last finished day";

fn minutes_per_dau(day: &DayRow) -> Option<f64> {
    (day.active > 0).then(|| day.minutes / day.active as f64)
}

/// Draws the panel.
pub(super) fn overview_ui(ui: &mut Ui, view: &OverviewView, look: &Look, out: &mut Vec<UiCommand>) {
    ui.label(match view.now {
        Some(now) => format!(
            "Day {}, {:02}:{:02} · {} of {} avatars are here",
            now.day(),
            now.hour(),
            now.minute_of_day() % 60,
            count(view.awake),
            count(view.avatars)
        ),
        None => "Nobody lives here yet".to_owned(),
    });
    ui.add_space(4.0);
    if view.n_over == 0 {
        Empty::new("No finished day yet")
            .hint("Numbers by day appear when the first day is over; let time run for a day")
            .play()
            .show(ui, look, out);
    } else {
        last_day_ui(ui, view, look);
    }
    today_ui(ui, view, look);
    if !look.shows_truth {
        hidden_ui(ui, look, "Satisfaction", out);
    }
    curves_ui(ui, view, look, out);
    let rows: Vec<NamedAmount> = view
        .attention
        .iter()
        .zip(look.palette.series)
        .map(|((name, amount), color)| NamedAmount {
            name: name.clone(),
            amount: *amount,
            color,
        })
        .collect();
    let (title, help) = match view.attention_of {
        None => (
            "Where attention goes now".to_owned(),
            "Minutes spent today so far, by domain",
        ),
        Some(day) => (
            format!("Where attention went on day {day}"),
            "Minutes spent on the last finished day, by domain",
        ),
    };
    bars_ui(
        ui,
        look,
        "attention-today",
        &title,
        help,
        Form::Minutes,
        &rows,
        out,
    );
    if let Some(richest) = &view.richest {
        richest_ui(ui, richest, look, out);
    }
}

fn richest_ui(ui: &mut Ui, richest: &[(AvatarId, Coins)], look: &Look, out: &mut Vec<UiCommand>) {
    ui.add_space(6.0);
    ui.strong("Who is richest?");
    let rows: Vec<Row> = richest
        .iter()
        .map(|(id, held)| {
            let subject = Subject::Avatar(*id);
            Row::new(vec![
                Cell::text(subject.label()),
                Cell::number(held.as_f64(), Form::Coins),
            ])
            .on_click(UiCommand::Inspect(subject))
        })
        .collect();
    let columns = [
        Column::text("Avatar", "Click a row to inspect"),
        Column::number("Wallet", "Coins in its wallet now"),
    ];
    Table::new("richest", &columns)
        .empty("No wallets yet", "Found a city")
        .show(ui, look, &rows, out);
}

fn last_day_ui(ui: &mut Ui, view: &OverviewView, look: &Look) {
    let over = &view.days[..view.n_over.min(view.days.len())];
    let Some(last) = over.last() else { return };
    let before = over.len().checked_sub(2).and_then(|i| over.get(i));
    ui.label(
        RichText::new(format!("Day {}, the last finished", last.day)).color(look.palette.weak),
    );
    let card =
        |label: &str, form: Form, good: Good, help: &str, of: &dyn Fn(&DayRow) -> Option<f64>| {
            let value = of(last);
            Card::number(label, form, value, help).change(form, before.and_then(of), value, good)
        };
    let mut cards = vec![card("DAU", Form::Whole, Good::Up, DAU, &|d| {
        Some(d.active as f64)
    })];
    for (n, share) in [1, 7, 30].into_iter().zip(view.retention) {
        let help = format!(
            "Share of newcomers active {n} days after they arrived, over all cohorts seen that long; – until one is"
        );
        cards.push(Card::number(&format!("D{n}"), Form::Percent, share, &help));
    }
    cards.push(card(
        "Minutes per DAU",
        Form::Minutes,
        Good::Neither,
        "Minutes of sessions that ended on the day over avatars active",
        &minutes_per_dau,
    ));
    if look.shows_truth {
        cards.push(card(
            "Satisfaction",
            Form::Decimal,
            Good::Up,
            SATISFACTION,
            &|d| d.satisfaction,
        ));
    }
    cards.push(card(
        "Attention efficiency",
        Form::Percent,
        Good::Up,
        EFFICIENCY,
        &|d| d.attention_efficiency,
    ));
    cards.push(card(
        "Ad revenue",
        Form::Money,
        Good::Up,
        "Paid by advertisers on the day, in outside money",
        &|d| Some(d.ad_revenue),
    ));
    cards.push(card(
        "Price level",
        Form::Decimal,
        Good::Neither,
        "Fisher index of what is sold for coins, chained; 1 in the first week",
        &|d| (d.coin_price_index > 0.0).then_some(d.coin_price_index),
    ));
    cards.push(card(
        "Supply",
        Form::Coins,
        Good::Neither,
        "Coins in existence at the end of the day",
        &|d| Some(d.coins_supply),
    ));
    cards_ui(ui, look, &cards);
    ui.add_space(6.0);
}

fn today_ui(ui: &mut Ui, view: &OverviewView, look: &Look) {
    ui.label(RichText::new("Today so far").color(look.palette.weak));
    let t = &view.today;
    let number = |label: &str, n: u64, help: &str| Card::new(label, count(n), help);
    let mut cards = vec![
        number("Active today", t.active, "Avatars active since midnight"),
        number(
            "Newcomers today",
            t.newcomers,
            "Avatars that joined since midnight",
        ),
        number(
            "Sessions today",
            t.sessions,
            "Sessions begun since midnight",
        ),
        Card::new(
            "Minutes today",
            Form::Minutes.text(t.minutes),
            "Minutes of sessions that ended since midnight",
        ),
        number("Ads today", t.impressions, "Ads shown since midnight"),
        Card::new(
            "Revenue today",
            Form::Money.text(t.ad_revenue),
            "Paid by advertisers since midnight, in outside money",
        ),
        Card::new(
            "Pushes today",
            format!("{} / {}", count(t.pushes.1), count(t.pushes.0)),
            "Pushes opened / sent since midnight",
        ),
        Card::number("Supply now", Form::Coins, view.supply, "Coins in existence"),
        Card::number(
            "Price level now",
            Form::Decimal,
            view.price_level,
            "1 in the first week",
        ),
    ];
    if look.shows_truth {
        cards.insert(
            4,
            Card::number(
                "Satisfaction today",
                Form::Decimal,
                t.satisfaction,
                SATISFACTION,
            ),
        );
    }
    cards_ui(ui, look, &cards);
    ui.add_space(6.0);
}

fn curves_ui(ui: &mut Ui, view: &OverviewView, look: &Look, out: &mut Vec<UiCommand>) {
    let c = look.palette.series;
    let hours = [Series::new(
        "Avatars here",
        view.hours
            .iter()
            .map(|h| [f64::from(h.hour) / 24.0, h.awake_ticks as f64 / 60.0])
            .collect(),
        c[0],
    )];
    Chart::new("awake-by-hour", "Avatars here by hour")
        .help("Mean number of avatars in the city in each finished hour: of a living city in the last week, of a recording in all of it")
        .x("day")
        .y("avatars")
        .form(Form::Decimal)
        .areas(&hours)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .height(130.0)
        .empty("No finished hour yet", "Let time run for an hour")
        .show(ui, look, out);
    if view.days.is_empty() {
        return;
    }
    let by_day = |name: &str, i: usize, of: &dyn Fn(&DayRow) -> Option<f64>| {
        [Series::of(
            name,
            view.days.iter().map(|d| (f64::from(d.day), of(d))),
            c[i % c.len()],
        )]
    };
    let mut draw = |id: &str, title: &str, y: &str, form: Form, help: &str, lines: &[Series]| {
        Chart::new(id, title)
            .help(help)
            .x("day")
            .y(y)
            .form(form)
            .lines(lines)
            .marks(&view.marks)
            .cursor(look.cursor_day)
            .height(130.0)
            .show(ui, look, out);
    };
    draw(
        "dau",
        "Daily active avatars",
        "avatars",
        Form::Whole,
        DAU,
        &by_day("DAU", 0, &|d| Some(d.active as f64)),
    );
    draw(
        "minutes-per-dau",
        "Minutes per active avatar",
        "minutes",
        Form::Decimal,
        "Minutes of sessions that ended on a day over avatars active on it",
        &by_day("Minutes per DAU", 1, &minutes_per_dau),
    );
    if look.shows_truth {
        let lines = by_day("Satisfaction", 2, &|d| d.satisfaction);
        draw(
            "satisfaction",
            "Satisfaction",
            "from 0 to 1",
            Form::Decimal,
            SATISFACTION,
            &lines,
        );
    }
    draw(
        "efficiency",
        "Attention efficiency",
        "attained over attainable",
        Form::Percent,
        EFFICIENCY,
        &by_day("Efficiency", 2, &|d| d.attention_efficiency),
    );
    draw(
        "ad-revenue",
        "Ad revenue",
        "outside money",
        Form::Money,
        "Paid by advertisers on each day",
        &by_day("Ad revenue", 4, &|d| Some(d.ad_revenue)),
    );
    draw(
        "price-level",
        "Price level",
        "1 in the first week",
        Form::Decimal,
        "Fisher index of what is sold for coins; a gap where nothing was sold yet",
        &by_day("Price level", 3, &|d| {
            (d.coin_price_index > 0.0).then_some(d.coin_price_index)
        }),
    );
}
