//! Complaints and holds on the screen.

use egui::{RichText, Ui};

use super::holds::HoldRow;
use super::ui::chart;
use super::view::{ComplaintRow, TrustView};
use super::watch::TrustDay;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::chart::Series;
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, decimal, percent};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::view::subject::Subject;

const HELD: [Column<'_>; 6] = [
    Column::text("Item held", "Click to inspect"),
    Column::number(
        "Complaints",
        "Times it was hidden or reported before it was held",
    ),
    Column::number("Uses", "Times it was used before it was held"),
    Column::number("Share", "Complaints over uses"),
    Column::text("Since", "A dash if the window did not watch yet"),
    Column::text("Until", "When it is offered again and judged anew"),
];

const NEXT: [Column<'_>; 5] = [
    Column::text(
        "May be next",
        "Items with the strongest evidence that are not held; click to inspect",
    ),
    Column::number("Complaints", "Times it was hidden or reported"),
    Column::number("Uses", ""),
    Column::number("Share", "Complaints over uses"),
    Column::number(
        "Evidence",
        "Standard errors by which complaints exceed what is allowed",
    ),
];

const COMPLAINTS: [Column<'_>; 4] = [
    Column::text("Time", ""),
    Column::text("About", "Click to inspect"),
    Column::text(
        "What",
        "Hidden by who does not want to see such a thing, or reported as abusive",
    ),
    Column::text("By", ""),
];

/// Draws the shares, what is held, what may be next and the newest complaints.
pub(super) fn holds_ui(ui: &mut Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
    let h = &view.holds;
    let share = |n: u64, d: &TrustDay| (d.uses > 0).then(|| n as f64 / d.uses as f64);
    let by_day = |of: &dyn Fn(&TrustDay) -> u64| -> Vec<(f64, Option<f64>)> {
        let days = view.days.iter();
        days.map(|d| (f64::from(d.day), share(of(d), d))).collect()
    };
    let lines = [
        Series::of("Hidden", by_day(&|d| d.hides), look.palette.series[1]),
        Series::of("Reported", by_day(&|d| d.reports), look.palette.series[3]),
    ];
    let help = "Things hidden and things reported over things used, by day";
    chart(
        "trust-complaints",
        "Hides and reports",
        help,
        "share of uses",
        Form::Percent,
        view,
        look,
    )
    .lines(&lines)
    .show(ui, look, out);
    if h.enabled {
        let text = format!(
            "{} of uses are hidden or reported; above {} an item is held for {} days",
            percent(h.usual),
            percent(h.allowed),
            decimal(h.days)
        );
        ui.label(RichText::new(text).color(look.palette.weak))
            .on_hover_text(format!(
                "Once it was used {} times and complaints exceed what is allowed by {} standard errors",
                h.fewest_uses,
                decimal(h.evidence)
            ));
    } else {
        Empty::new("Nothing is held in this city")
            .hint("Switch platform.integrity.holds on at the policy desk")
            .show(ui, look, out);
    }
    let held: Vec<Row> = h.held.iter().map(held_row).collect();
    if h.enabled || !held.is_empty() {
        Table::new("trust held", &HELD)
            .beyond(h.more_held)
            .empty(
                "No item is held",
                "Nothing is hidden by far more people than usual",
            )
            .show(ui, look, &held, out);
    }
    let next: Vec<Row> = h.next.iter().map(next_row).collect();
    Table::new("trust next", &NEXT)
        .empty(
            "No item has complaints yet",
            "Let time run: people hide what they do not want",
        )
        .show(ui, look, &next, out);
    let rows: Vec<Row> = view.complaints.iter().map(complaint_row).collect();
    Table::new("trust complaints", &COMPLAINTS)
        .cap(20)
        .empty(
            "No complaints yet",
            "Let time run: people hide what they do not want",
        )
        .show(ui, look, &rows, out);
}

fn held_row(r: &HoldRow) -> Row {
    let tick =
        |t: Option<crate::sim::units::Tick>| t.map_or_else(|| "–".to_owned(), |t| t.to_string());
    Row::new(vec![
        Cell::text(r.title.as_str()),
        Cell::count(u64::from(r.complaints)),
        Cell::count(u64::from(r.uses)),
        Cell::Number(r.share(), Form::Percent),
        Cell::text(tick(r.since)),
        Cell::text(tick(r.until)),
    ])
    .on_click(UiCommand::Inspect(Subject::Item(r.item)))
    .help("Held because far more people hid or reported it than usual")
}

fn next_row(r: &HoldRow) -> Row {
    Row::new(vec![
        Cell::text(r.title.as_str()),
        Cell::count(u64::from(r.complaints)),
        Cell::count(u64::from(r.uses)),
        Cell::Number(r.share(), Form::Percent),
        Cell::number(r.excess, Form::Decimal),
    ])
    .on_click(UiCommand::Inspect(Subject::Item(r.item)))
}

fn complaint_row(r: &ComplaintRow) -> Row {
    let c = &r.complaint;
    let row = Row::new(vec![
        Cell::text(c.tick.to_string()),
        Cell::text(r.title.as_str()),
        Cell::text(if c.is_report { "reported" } else { "hidden" }),
        Cell::text(Subject::Avatar(c.avatar).label()),
    ]);
    match r.subject {
        Some(subject) => row.on_click(UiCommand::Inspect(subject)),
        None => row,
    }
}
