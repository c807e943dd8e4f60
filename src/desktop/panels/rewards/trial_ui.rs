//! What bonuses bring about, on the screen: sent against withheld, the Qini curve, groups by uplift, and the truth.

use egui::{RichText, Ui};

use super::bonus_ui::ONE_SIDED;
use super::view::RewardsView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui};
use crate::desktop::panels::kit::chart::{Band, Chart, Series};
use crate::desktop::panels::kit::numbers::{Form, confidence, decimal};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::panels::kit::truth::hidden_ui;
use crate::platform::incentives::config::RewardArm;

const TRIALS: [Column<'_>; 8] = [
    Column::text(
        "Given",
        "By lot, to learn from, or chosen by the way in force; with the first compare the second",
    ),
    Column::number("Sent", "Days of avatars to whom a bonus was sent"),
    Column::number("Minutes, sent", "Minutes of such a day, on average"),
    Column::number(
        "Withheld",
        "Days of avatars from whom one was withheld by lot, or whose lot was nothing",
    ),
    Column::number("Minutes, withheld", "Minutes of such a day, on average"),
    Column::number(
        "More",
        "Minutes more for being sent one, what was usual for an avatar taken out of the noise; hover for the interval",
    ),
    Column::number("Paid", "Coins paid"),
    Column::number(
        "For a coin",
        "Minutes more for each coin paid; hover for the interval",
    ),
];

const SIZES: [Column<'_>; 4] = [
    Column::text("Bonus", "Its size, as the scenario says now"),
    Column::number("Sent", "On closed days"),
    Column::number("Earned", "Within a day"),
    Column::number("Share", "Earned over sent"),
];

/// Draws what bonuses bring about.
pub(super) fn trial_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    section_ui(
        ui,
        "What bonuses bring about",
        "By those who would have got one and did not, because the lot fell on them",
    );
    trials_ui(ui, view, look, out);
    beside_ui(
        ui,
        out,
        |ui, out| qini_ui(ui, view, look, out),
        |ui, out| deciles_ui(ui, view, look, out),
    );
    sizes_ui(ui, view, look, out);
    let other = match view.offer.as_ref().map(|o| o.arm) {
        Some(RewardArm::Random) => "uplift",
        _ => "random",
    };
    ui.label(
        RichText::new(format!(
            "To see what another way would do, fork the city with platform.bonus.offer.arm = \"{other}\" or \"none\""
        ))
        .color(look.palette.weak),
    );
    if look.shows_truth {
        truth_ui(ui, view, look, out);
    } else {
        hidden_ui(ui, look, "Whom a bonus really moved", out);
    }
}

fn trials_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let trials = view.bonuses.trials.iter();
    let rows: Vec<Row> = trials
        .map(|t| {
            let mean = |(n, mean): (u64, f64)| (n > 0).then_some(mean);
            Row::new(vec![
                Cell::text(t.given.as_str()),
                Cell::count(t.sent.0),
                Cell::Number(mean(t.sent), Form::Minutes),
                Cell::count(t.withheld.0),
                Cell::Number(mean(t.withheld), Form::Minutes),
                Cell::Number(t.effect.map(|e| e.mean), Form::Decimal),
                Cell::number(t.paid, Form::Coins),
                Cell::Number(t.minutes_per_coin.map(|e| e.mean), Form::Decimal),
            ])
            .help(format!(
                "Minutes more: {}.\nFor a coin: {}.",
                confidence(t.effect, Form::Decimal, ONE_SIDED),
                confidence(t.minutes_per_coin, Form::Decimal, ONE_SIDED)
            ))
        })
        .collect();
    Table::new("rewards trials", &TRIALS)
        .empty(
            "Nobody was given anything yet",
            "Let time run: bonuses go to those who are away",
        )
        .show(ui, look, &rows, out);
}

fn qini_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let curve: Vec<[f64; 2]> = view.bonuses.qini.iter().map(|(x, y)| [*x, *y]).collect();
    let by_lot = match curve.last() {
        Some(end) => vec![[0.0, 0.0], *end],
        None => Vec::new(),
    };
    let lines = [
        Series::new("By uplift", curve, look.palette.series[0]),
        Series::new("By lot", by_lot, look.palette.weak).dashed(),
    ];
    let area = view.bonuses.qini_coefficient.map_or_else(String::new, |q| {
        format!(" The area between the two is {}.", decimal(q))
    });
    let help = format!(
        "Minutes gained per larger bonus if a share of the avatars gets one, those first from whom the newest model expects \
         most; judged by avatars that it was not learned from. A curve above the line by lot is a ranking that helps, one \
         below it is upside down.{area}"
    );
    Chart::new("rewards-qini", "Qini curve")
        .help(&help)
        .x("share of avatars")
        .y("minutes per bonus")
        .forms(Form::Percent, Form::Decimal)
        .lines(&lines)
        .empty(
            "No model of uplift was judged yet",
            "Only the arm \"uplift\" learns one, once enough was tried by lot",
        )
        .show(ui, look, out);
}

fn deciles_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let groups = || view.bonuses.deciles.iter().zip(1u32..);
    let [a, b, ..] = look.palette.series;
    let observed = [Series::of(
        "Observed",
        groups().map(|(d, i)| (f64::from(i), d.observed.map(|o| o.mean))),
        a,
    )];
    let predicted = [Series::of(
        "Predicted",
        groups().map(|(d, i)| (f64::from(i), Some(d.predicted))),
        b,
    )
    .dashed()];
    let band = [Band {
        name: "95 % interval".to_owned(),
        points: groups()
            .filter_map(|(d, i)| d.observed.map(|o| [f64::from(i), o.low, o.high]))
            .collect(),
        color: a,
    }];
    Chart::new("rewards-deciles", "Uplift by group")
        .help(
            "Minutes more for the larger bonus, in ten groups from those from whom most is expected to those from whom least is; \
             observed by the draw, with its 95 % interval, beside what the model predicted",
        )
        .x("group")
        .y("minutes more")
        .forms(Form::Whole, Form::Decimal)
        .bars(&observed)
        .lines(&predicted)
        .bands(&band)
        .empty(
            "No groups to compare yet",
            "They come with the Qini curve",
        )
        .show(ui, look, out);
}

fn sizes_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let rows: Vec<Row> = view
        .bonuses
        .sizes
        .iter()
        .map(|s| {
            let share = (s.sent > 0).then(|| s.earned as f64 / s.sent as f64);
            Row::new(vec![
                Cell::text(Form::Coins.text(s.coins)),
                Cell::count(s.sent),
                Cell::count(s.earned),
                Cell::Number(share, Form::Percent),
            ])
        })
        .collect();
    Table::new("rewards sizes", &SIZES).show(ui, look, &rows, out);
}

fn truth_ui(ui: &mut Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
    let [unseen, anyway, moved, declined] = view.bonuses.truth;
    let p = look.palette;
    let rows = [
        NamedAmount::new("Came because of it", moved as f64, p.good),
        NamedAmount::new("Would have come anyway", anyway as f64, p.warn),
        NamedAmount::new("Saw it and stayed away", declined as f64, p.weak),
        NamedAmount::new("Never noticed", unseen as f64, p.weak),
    ];
    bars_ui(
        ui,
        look,
        "rewards-truth",
        "Whom bonuses met (truth)",
        "Bonuses by what they truly met, which the platform cannot know: who comes anyway costs coins and brings little",
        Form::Whole,
        &rows,
        out,
    );
}
