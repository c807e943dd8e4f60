//! What the panel of rewards looks like.

use egui::Ui;

use super::bonus_ui::bonuses_ui;
use super::view::RewardsView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{bars_ui, in_a_row};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::panels::kit::unseen::if_seen;
use crate::economy::purpose::Purpose;

const GIVEN: [Column<'_>; 6] = [
    Column::text("For", "What coins are given for"),
    Column::number("Today", "Coins given since midnight"),
    Column::number("Run", "Coins given over the whole run"),
    Column::number("Times", "How often over the whole run"),
    Column::number("Each", "Coins each time, on average"),
    Column::text(
        "Rule",
        "What the scenario says now, in coins; what a bank that steers makes of it is in the panel Economy",
    ),
];

/// Draws the panel.
pub(super) fn rewards_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    if view.offer.is_none() {
        Empty::new("No rewards yet")
            .hint("Open a scenario to see what is given for what")
            .show(ui, look, out);
        return;
    }
    bonuses_ui(ui, view, look, out);
    section_ui(
        ui,
        "All rewards",
        "Coins that the platform and the creators' fund give to avatars",
    );
    given_ui(ui, view, look, out);
    beside_ui(
        ui,
        out,
        |ui, out| if_seen(ui, "rewards by day", |ui| days_ui(ui, view, look, out)),
        |ui, out| streaks_ui(ui, view, look, out),
    );
}

/// Names what coins are given for.
fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::LoginReward => "Coming back, streaks",
        Purpose::QuestReward => "Quests and drops",
        Purpose::WatchReward => "Watching ads",
        Purpose::BonusReward => "Bonuses",
        Purpose::Referral => "Newcomers by invitation",
        Purpose::CreatorPayout => "Creators' fund",
        other => other.word(),
    }
}

fn given_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = view
        .given
        .iter()
        .map(|g| {
            let each = (g.times > 0).then(|| g.total / g.times as f64);
            Row::new(vec![
                Cell::text(name(g.purpose)),
                Cell::number(g.today, Form::Coins),
                Cell::number(g.total, Form::Coins),
                Cell::count(g.times),
                Cell::Number(each, Form::Coins),
                Cell::text(g.rule.as_str()),
            ])
        })
        .collect();
    Table::new("rewards given", &GIVEN).show(ui, look, &rows, out);
}

fn days_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let given = view.given.iter().enumerate().zip(look.palette.series);
    let series: Vec<Series> = given
        .filter(|((_, g), _)| g.is_on_days)
        .map(|((i, g), color)| {
            let points = view.days.iter();
            let points = points.map(|(day, coins)| (f64::from(*day), Some(coins[i])));
            Series::of(name(g.purpose), points, color)
        })
        .collect();
    Chart::new("rewards-days", "Coins given by day")
        .help("Coins given for each purpose, on finished days since the window watches, on top of each other")
        .x("day")
        .y("coins")
        .forms(Form::Whole, Form::Coins)
        .stacked(&series)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

fn streaks_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows = in_a_row(&view.streaks, "day", "days", look.palette.series[0]);
    bars_ui(
        ui,
        look,
        "rewards-streaks",
        "Streaks",
        "Avatars by how many days in a row they came, up to today or yesterday; the reward for coming back grows with it for a \
         week",
        Form::Whole,
        &rows,
        out,
    );
}
