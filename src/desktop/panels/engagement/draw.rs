//! How engagement and retention are drawn.

use egui::Ui;

use super::rows::EngagementView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui};
use crate::desktop::panels::kit::chart::{Band, Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::heat::heat_ui;
use crate::desktop::panels::kit::numbers::{Form, decimal};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::lab::report::DayRow;

/// Days of the table of retention.
const DAYS: [u32; 7] = [1, 3, 7, 14, 30, 60, 90];

/// Draws the panel.
pub(super) fn engagement_ui(
    ui: &mut Ui,
    view: &EngagementView,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    if view.days.is_empty() {
        Empty::new("No finished day yet")
            .hint("Let time run for a day")
            .play()
            .show(ui, look, out);
    } else {
        days_ui(ui, view, look, out);
    }
    ui.separator();
    retention_ui(ui, view, look, out);
    ui.separator();
    survival_ui(ui, view, look, out);
    ui.separator();
    sessions_ui(ui, view, look, out);
}

fn days_ui(ui: &mut Ui, view: &EngagementView, look: &Look, out: &mut Vec<UiCommand>) {
    let c = look.palette.series;
    let line = |name: &str, i: usize, of: &dyn Fn(&DayRow) -> Option<f64>| {
        Series::of(
            name,
            view.days.iter().map(|d| (f64::from(d.day), of(d))),
            c[i],
        )
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
            .show(ui, look, out);
    };
    draw(
        "active",
        "Active avatars",
        "avatars",
        Form::Whole,
        "Avatars active on a day (DAU), in the 7 days (WAU) and in the 30 days (MAU) up to it; active is who went to a place or \
         attended a live event",
        &[
            line("DAU", 0, &|d| Some(d.active as f64)),
            line("WAU", 1, &|d| Some(d.wau as f64)),
            line("MAU", 2, &|d| Some(d.mau as f64)),
        ],
    );
    draw(
        "sessions",
        "Sessions and newcomers",
        "a day",
        Form::Whole,
        "Sessions begun, and avatars that joined, on each day",
        &[
            line("Sessions", 0, &|d| Some(d.sessions as f64)),
            line("Newcomers", 1, &|d| Some(d.newcomers as f64)),
        ],
    );
    let per = |n: f64, of: u64| (of > 0).then(|| n / of as f64);
    draw(
        "minutes",
        "Minutes",
        "minutes",
        Form::Decimal,
        "Minutes of sessions that ended on a day, per active avatar and per session begun",
        &[
            line("Per active avatar", 0, &|d| per(d.minutes, d.active)),
            line("Per session", 1, &|d| per(d.minutes, d.sessions)),
        ],
    );
    draw(
        "stickiness",
        "Stickiness",
        "DAU over MAU",
        Form::Percent,
        "Share of the month's active avatars that are active on a day; in the first 30 days the month is as long as the run",
        &[line("DAU over MAU", 0, &|d| per(d.active as f64, d.mau))],
    );
}

fn retention_ui(ui: &mut Ui, view: &EngagementView, look: &Look, out: &mut Vec<UiCommand>) {
    let color = look.palette.series[0];
    let points = view.retention.iter();
    let line = [Series::new(
        "Active",
        points
            .clone()
            .map(|p| [f64::from(p.day), p.share])
            .collect(),
        color,
    )];
    let band = [Band {
        name: "95 % interval".to_owned(),
        points: points.map(|p| [f64::from(p.day), p.low, p.high]).collect(),
        color,
    }];
    Chart::new("retention", "Retention")
        .help("Share of newcomers active exactly so many days after they arrived, over all cohorts observed that long, with Wilson's 95 % interval")
        .x("days since arrival")
        .y("share active")
        .form(Form::Percent)
        .lines(&line)
        .bands(&band)
        .empty("No retention yet", "Let time run until newcomers have been here for a day")
        .show(ui, look, out);
    let rows: Vec<Row> = view
        .retention
        .iter()
        .filter(|p| DAYS.contains(&p.day))
        .map(|p| {
            Row::new(vec![
                Cell::text(format!("D{}", p.day)),
                Cell::number(p.share, Form::Percent),
                Cell::number(p.low, Form::Percent),
                Cell::number(p.high, Form::Percent),
                Cell::count(p.n),
            ])
        })
        .collect();
    if !rows.is_empty() {
        let columns = [
            Column::text("Day", "Days since arrival"),
            Column::number("Active", "Share of newcomers active on that day"),
            Column::number("Low", "Lower end of the 95 % interval"),
            Column::number("High", "Upper end of the 95 % interval"),
            Column::number("Newcomers", "Arrivals observed that long"),
        ];
        Table::new("retention", &columns).show(ui, look, &rows, out);
    }
    ui.add_space(6.0);
    heat_ui(
        ui,
        look,
        "cohorts",
        "Cohorts",
        "Rows are days of arrival, columns days since; colour is the share of the cohort active on that day",
        &view.cohorts,
        out,
    );
}

fn survival_ui(ui: &mut Ui, view: &EngagementView, look: &Look, out: &mut Vec<UiCommand>) {
    let color = look.palette.series[2];
    let points = view.survival.iter();
    let line = [Series::new(
        "Stay longer",
        points.clone().map(|p| [p.days, p.share]).collect(),
        color,
    )];
    let band = [Band {
        name: "95 % interval".to_owned(),
        points: points.map(|p| [p.days, p.low, p.high]).collect(),
        color,
    }];
    Chart::new("survival", "Who stays")
        .help(
            "Kaplan–Meier estimate of the share of newcomers that have not left for good, by days since arrival, with the log-log \
             Greenwood 95 % interval; who is still here is censored",
        )
        .x("days since arrival")
        .y("share that stays longer")
        .form(Form::Percent)
        .steps(&line)
        .bands(&band)
        .empty("No newcomers yet", "Let time run until somebody joins")
        .show(ui, look, out);
}

/// Names a bin of session lengths, which are whole minutes: "2–3 min".
fn bin_name(from: f64, to: f64) -> String {
    let (first, last) = ((from + 0.5).floor(), (to - 0.5).floor());
    if last <= first {
        format!("{} min", decimal(first))
    } else {
        format!("{}–{} min", decimal(first), decimal(last))
    }
}

fn sessions_ui(ui: &mut Ui, view: &EngagementView, look: &Look, out: &mut Vec<UiCommand>) {
    let bins: Vec<NamedAmount> = view
        .session_minutes
        .windows(2)
        .map(|w| NamedAmount {
            name: bin_name(w[0].0, w[1].0),
            amount: w[0].1 as f64,
            color: look.palette.series[1],
        })
        .collect();
    if bins.is_empty() {
        Empty::new("No finished session yet")
            .hint("Let time run for an hour")
            .show(ui, look, out);
    } else {
        bars_ui(
            ui,
            look,
            "session-lengths",
            "Session lengths",
            "Sessions that ended, by their length in whole minutes; bins grow by about two fifths",
            Form::Whole,
            &bins,
            out,
        );
    }
    ui.add_space(6.0);
    let total: f64 = view.hours.iter().sum();
    let bars = [Series::of(
        "Share of events",
        view.hours
            .iter()
            .enumerate()
            .filter(|_| total > 0.0)
            .map(|(hour, n)| (hour as f64, Some(n / total))),
        look.palette.series[0],
    )];
    Chart::new("hours", "Activity by hour")
        .help("Share of all events so far by hour of the city's clock")
        .x("hour of the city's clock")
        .y("share of events")
        .forms(Form::Whole, Form::Percent)
        .bars(&bars)
        .empty("No activity yet", "Let time run for an hour")
        .show(ui, look, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_named_by_the_minutes_they_hold() {
        assert_eq!(bin_name(0.5, 1.5), "1 min");
        assert_eq!(bin_name(3.5, 5.5), "4–5 min");
    }
}
