//! Both futures laid over each other: curves of the numbers chosen, and a table of what differs.

use egui::{ComboBox, Id, Ui};

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::panels::kit::unseen::if_seen;
use crate::desktop::panels::kit::words::words;
use crate::desktop::view::futures::{ForkCurve, ForkRow};
use crate::desktop::view::sight::days_of;

/// Curves shown of those that changed most.
const FOREMOST: usize = 6;

/// Height of one of many curves, and of one alone, in points.
const HEIGHTS: (f32, f32) = (110.0, 220.0);

/// What people look at first where nothing differs yet.
const USUAL: [&str; FOREMOST] = [
    "dau",
    "attention_efficiency",
    "satisfaction",
    "ad_revenue",
    "minutes_per_dau",
    "sessions_per_day",
];

/// Which curves are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Chosen {
    /// The headline numbers that differ most.
    #[default]
    Foremost,
    /// All headline numbers.
    Headline,
    /// All numbers of days.
    Daily,
    /// One number: its name, and whether it is one of days.
    One(String, bool),
}

impl Chosen {
    fn title(&self) -> String {
        match self {
            Self::Foremost => "What differs most".to_owned(),
            Self::Headline => "All headline numbers".to_owned(),
            Self::Daily => "All numbers by day".to_owned(),
            Self::One(name, is_daily) => title(name, *is_daily),
        }
    }
}

fn title(name: &str, is_daily: bool) -> String {
    if is_daily {
        format!("{}, by day", words(name))
    } else {
        words(name)
    }
}

/// Draws the choice of curves, the curves, and the table.
pub(super) fn compare_ui(ui: &mut Ui, fork: &ForkRow, look: &Look, out: &mut Vec<UiCommand>) {
    if fork.curves.is_empty() {
        return;
    }
    ui.separator();
    let chosen = choice_ui(ui, fork);
    let curves = curves_of(fork, &chosen);
    if curves.is_empty() {
        Empty::new("No such number yet")
            .hint("It is known once both futures have lived through a whole day")
            .show(ui, look, out);
    }
    let height = if curves.len() == 1 {
        HEIGHTS.1
    } else {
        HEIGHTS.0
    };
    let n = fork.changes.len();
    let mark = format!(
        "The fork: {n} value{} from here on",
        if n == 1 { "" } else { "s" }
    );
    let marks = [(days_of(fork.at), mark)];
    for curve in curves {
        if_seen(ui, "curve of two futures", |ui| {
            curve_ui(ui, curve, &marks, height, look, out);
        });
    }
    ui.separator();
    table_ui(ui, fork, look, out);
}

fn choice_ui(ui: &mut Ui, fork: &ForkRow) -> Chosen {
    let memory = Id::new("curves of two futures");
    let mut chosen: Chosen = ui.data(|d| d.get_temp(memory)).unwrap_or_default();
    ui.horizontal(|ui| {
        let label = ui.label("Curves");
        ComboBox::from_id_salt("curves of two futures")
            .selected_text(chosen.title())
            .height(360.0)
            .show_ui(ui, |ui| {
                let mut offer = |ui: &mut Ui, option: Chosen| {
                    let is_chosen = option == chosen;
                    if ui.selectable_label(is_chosen, option.title()).clicked() {
                        chosen = option;
                    }
                };
                for option in [Chosen::Foremost, Chosen::Headline, Chosen::Daily] {
                    offer(ui, option);
                }
                ui.separator();
                for c in &fork.curves {
                    offer(ui, Chosen::One(c.name.clone(), c.is_daily));
                }
            })
            .response
            .labelled_by(label.id)
            .on_hover_text("One number, or many below each other");
    });
    ui.data_mut(|d| d.insert_temp(memory, chosen.clone()));
    chosen
}

fn curves_of<'a>(fork: &'a ForkRow, chosen: &Chosen) -> Vec<&'a ForkCurve> {
    let all = fork.curves.iter();
    match chosen {
        Chosen::Headline => all.filter(|c| !c.is_daily).collect(),
        Chosen::Daily => all.filter(|c| c.is_daily).collect(),
        Chosen::One(name, is_daily) => all
            .filter(|c| c.name == *name && c.is_daily == *is_daily)
            .collect(),
        Chosen::Foremost => foremost(fork)
            .into_iter()
            .filter_map(|name| fork.curves.iter().find(|c| c.name == name && !c.is_daily))
            .collect(),
    }
}

/// Names the headline numbers that differ most in relation to what they are; where none does, those people look at first.
fn foremost(fork: &ForkRow) -> Vec<&str> {
    let mut differing: Vec<(f64, &str)> = fork
        .effects
        .iter()
        .filter_map(|e| Some((e.relative?.abs(), e.metric.as_str())))
        .filter(|(size, _)| size.is_finite() && *size > 0.0)
        .collect();
    if differing.is_empty() {
        return USUAL.to_vec();
    }
    differing.sort_by(|a, b| b.0.total_cmp(&a.0));
    differing.truncate(FOREMOST);
    differing.into_iter().map(|(_, name)| name).collect()
}

fn curve_ui(
    ui: &mut Ui,
    curve: &ForkCurve,
    marks: &[(f64, String)],
    height: f32,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let palette = &look.palette;
    // Grey, blue and a dashed orange: told apart by lightness and dashes as well.
    let lines = [
        Series::new("Before", curve.before.clone(), palette.weak),
        Series::new("Without", curve.without.clone(), palette.series[0]),
        Series::new("With", curve.with.clone(), palette.series[1]).dashed(),
    ];
    let title = title(&curve.name, curve.is_daily);
    let help = if curve.is_daily {
        "A point for every day, at its end"
    } else {
        "Over all days so far, as in run.json"
    };
    let id = format!(
        "fork {} {}",
        curve.name,
        if curve.is_daily { "days" } else { "so far" }
    );
    Chart::new(&id, &title)
        .help(help)
        .x("day")
        .lines(&lines)
        .marks(marks)
        .height(height)
        .without_zero()
        .empty(
            "Not known yet",
            "It is known once both futures have lived on",
        )
        .show(ui, look, out);
}

fn table_ui(ui: &mut Ui, fork: &ForkRow, look: &Look, out: &mut Vec<UiCommand>) {
    ui.strong(format!("Headline numbers at {}", fork.compared_at));
    let columns = [
        Column::text("Number", "As in run.json, over all days so far"),
        Column::number("Without", "In the future without the changes"),
        Column::number("With", "In the future with them"),
        Column::number("Difference", "With less without"),
        Column::number("Share", "The difference over the value without"),
    ];
    // What neither could observe says nothing.
    let known = fork
        .effects
        .iter()
        .filter(|e| e.a.is_some() || e.b.is_some());
    let rows: Vec<Row> = known
        .map(|e| {
            let number = |x| Cell::Number(x, Form::Decimal);
            Row::new(vec![
                Cell::text(words(&e.metric)),
                number(e.a),
                number(e.b),
                number(e.difference),
                Cell::Number(e.relative, Form::Percent),
            ])
            .help(&e.metric)
        })
        .collect();
    Table::new("effects of a fork", &columns)
        .empty("Nothing to compare yet", "Both futures have to live on")
        .show(ui, look, &rows, out);
}
