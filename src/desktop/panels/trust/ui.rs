//! What the trust panel looks like.

use egui::Ui;

use super::holds_ui;
use super::view::TrustView;
use super::watch::TrustDay;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, count};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::push_days::PushDayRow;

const KEPT: [Column<'_>; 4] = [
    Column::text("What is kept", ""),
    Column::text("Of whom", ""),
    Column::text("For how long", ""),
    Column::number("Now", "Avatars it is kept of; pairs for training"),
];

const WELLBEING: [Column<'_>; 2] = [
    Column::text(
        "Measure",
        "Measured by the lab every hour; the platform does not know it",
    ),
    Column::number("Value", ""),
];

/// Draws the panel.
pub(super) fn trust_ui(ui: &mut Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
    if !view.is_there {
        Empty::new("No consents yet")
            .hint("Open a scenario to see who agrees to what")
            .show(ui, look, out);
        return;
    }
    cards_ui(ui, look, &cards(view));
    beside_ui(
        ui,
        out,
        |ui, out| consent_ui(ui, view, look, out),
        |ui, out| messages_ui(ui, view, look, out),
    );
    section_ui(
        ui,
        "What the platform keeps",
        "Events of who does not consent to recommendation are not looked at; what is kept of the others is this",
    );
    let rows: Vec<Row> = view.kept.iter().map(kept_row).collect();
    Table::new("trust kept", &KEPT).show(ui, look, &rows, out);
    ui.label(format!(
        "{} events were not looked at for lack of consent",
        count(view.refused)
    ));
    section_ui(
        ui,
        "Complaints and holds",
        "Items that far more people hide or report than usual are not offered for a while",
    );
    holds_ui::holds_ui(ui, view, look, out);
    section_ui(ui, "Sanctions", "What the platform does against avatars");
    Empty::new("No sanctions")
        .hint("The Guard phase holds items; it does nothing against avatars")
        .show(ui, look, out);
    section_ui(
        ui,
        "Minors",
        "Avatars under age; ads are never chosen for them by what they did",
    );
    minors_ui(ui, view, look, out);
    section_ui(
        ui,
        "Wellbeing",
        "What the lab knows and the platform does not",
    );
    wellbeing_ui(ui, view, look, out);
}

fn cards(view: &TrustView) -> Vec<Card> {
    let c = &view.consents;
    let all = format!("Of {} avatars", count(c.avatars));
    let card = |label: &str, n: u64, help: &str| {
        Card::number(label, Form::Percent, c.share(n), &format!("{all}: {help}"))
    };
    let share = |a: u64, b: u64| (b > 0).then(|| a as f64 / b as f64);
    let d = &view.today;
    vec![
        card(
            "Consent to recommendation",
            c.recommendation,
            "their behaviour may be learned from",
        ),
        card(
            "Consent to ads",
            c.ads,
            "ads may be chosen by their behaviour",
        ),
        card(
            "Consent to research",
            c.research,
            "their data may be used for research",
        ),
        card("Consent to nothing", c.nothing, "none of the three"),
        card(
            "Pushes allowed",
            c.pushes,
            "they may be sent pushes and invitations",
        ),
        Card::number(
            "Complaints today",
            Form::Percent,
            share(d.hides + d.reports, d.uses),
            &format!(
                "Things hidden ({}) or reported ({}) over things used ({}) since midnight",
                count(d.hides),
                count(d.reports),
                count(d.uses)
            ),
        ),
        Card::new(
            "Items held",
            count(view.holds.held.len() as u64 + view.holds.more_held),
            &format!("{} since the city began", count(view.holds.so_far)),
        ),
        card("Minors", c.minors, "under age"),
    ]
}

fn by_day(view: &TrustView, value: impl Fn(&TrustDay) -> Option<f64>) -> Vec<(f64, Option<f64>)> {
    view.days
        .iter()
        .map(|d| (f64::from(d.day), value(d)))
        .collect()
}

pub(super) fn chart<'a>(
    id: &'a str,
    title: &'a str,
    help: &'a str,
    y: &'a str,
    form: Form,
    view: &'a TrustView,
    look: &Look,
) -> Chart<'a> {
    Chart::new(id, title)
        .help(help)
        .x("day")
        .y(y)
        .forms(Form::Whole, form)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No day was watched yet", "Let time run for a day")
}

fn consent_ui(ui: &mut Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
    let line = |name: &str, i: usize, of: &dyn Fn(&TrustDay) -> u64| {
        let points = by_day(view, |d| d.consents.share(of(d)));
        Series::of(name, points, look.palette.series[i])
    };
    let lines = [
        line("Recommendation", 0, &|d| d.consents.recommendation),
        line("Ads", 1, &|d| d.consents.ads),
        line("Research", 2, &|d| d.consents.research),
        line("Pushes", 3, &|d| d.consents.pushes),
    ];
    let help = "Share of all avatars that agree to each purpose at the end of each day; it changes as people join and turn \
        pushes off";
    chart(
        "trust-consent",
        "Consent",
        help,
        "share",
        Form::Percent,
        view,
        look,
    )
    .lines(&lines)
    .show(ui, look, out);
}

fn messages_ui(ui: &mut Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
    let [a, b, c, d, ..] = look.palette.series;
    let pushes = |of: fn(&PushDayRow) -> Option<u64>| {
        let days = view.pushes.iter();
        days.map(move |d| (f64::from(d.day), of(d).map(|n| n as f64)))
    };
    let lines = [
        Series::of("Pushes sent", pushes(|d| Some(d.sent)), a),
        Series::of("Opened", pushes(|d| Some(d.opened)), c),
        Series::of("Turned off", pushes(|d| d.opt_outs), b),
        Series::of(
            "Consents changed",
            by_day(view, |d| Some(d.changes as f64)),
            d,
        ),
    ];
    let help = "Pushes sent and opened, avatars that turned pushes off, and avatars that changed what they consent to, by day; the \
        last two since the window watches";
    chart(
        "trust-messages",
        "Pushes and opt-outs",
        help,
        "per day",
        Form::Whole,
        view,
        look,
    )
    .lines(&lines)
    .show(ui, look, out);
}

fn kept_row(k: &super::view::KeptRow) -> Row {
    let n = if k.n == 0 {
        Cell::text("–")
    } else {
        Cell::count(k.n)
    };
    Row::new(vec![
        Cell::text(k.what.as_str()),
        Cell::text(k.whose),
        Cell::text(k.how_long),
        n,
    ])
}

fn minors_ui(ui: &mut Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
    if view.consents.minors == 0 {
        Empty::new("No minors in this city")
            .hint("Set their share in the scenario under society")
            .show(ui, look, out);
        return;
    }
    let share = by_day(view, |d| {
        (d.ads > 0).then(|| d.ads_to_minors as f64 / d.ads as f64)
    });
    let of_all = by_day(view, |d| d.consents.share(d.consents.minors));
    let lines = [
        Series::of("Share of ads shown", share, look.palette.series[1]),
        Series::of("Share of avatars", of_all, look.palette.weak),
    ];
    let help = "Share of ads that were shown to minors, beside the share of avatars that are under age; what minors see is \
        chosen by the place alone";
    chart(
        "trust-minors",
        "Ads before minors",
        help,
        "share",
        Form::Percent,
        view,
        look,
    )
    .height(130.0)
    .lines(&lines)
    .show(ui, look, out);
}

fn wellbeing_ui(ui: &mut Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
    let days = view.wellbeing_days.iter();
    let regret = days.clone().map(|d| (f64::from(d.day), d.regret));
    let night = days.map(|d| (f64::from(d.day), d.night));
    let lines = [
        Series::of("Regretted", regret, look.palette.series[1]),
        Series::of("At night", night, look.palette.series[0]),
    ];
    let help = "Share of the minutes of each day that would not be spent again, and share that lies between midnight and five of \
        the avatar's own day";
    chart(
        "trust-wellbeing",
        "Regret and night",
        help,
        "share of minutes",
        Form::Percent,
        view,
        look,
    )
    .empty("No finished day yet", "Let time run for a day")
    .lines(&lines)
    .show(ui, look, out);
    let rows: Vec<Row> = view
        .wellbeing
        .iter()
        .map(|(name, value)| {
            let form = if name.contains("share") {
                Form::Percent
            } else {
                Form::Decimal
            };
            Row::new(vec![Cell::text(name.as_str()), Cell::number(*value, form)])
        })
        .collect();
    Table::new("trust wellbeing", &WELLBEING)
        .empty("Nothing was measured yet", "Let time run for an hour")
        .show(ui, look, &rows, out);
}
