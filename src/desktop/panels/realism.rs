//! Realism: what the city shows against the band of each published fact.

use egui::{RichText, Ui};

use super::Panel;
use super::kit::cards::{Card, cards_ui};
use super::kit::export::exportable_ui;
use super::kit::numbers::{Form, csv_field, machine};
use super::kit::table::{Cell, Column, Row, Table};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};
use crate::lab::report::FactRow;

/// The panel.
pub struct Realism;

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RealismView {
    /// Facts, as last judged.
    pub facts: Vec<FactRow>,
    /// Finished days.
    pub days: u64,
}

/// How a fact fared, in a word.
fn verdict(fact: &FactRow) -> &'static str {
    match (fact.passed, fact.value) {
        (true, _) => "passed",
        (false, Some(_)) => "fell short",
        (false, None) => "not observable",
    }
}

impl Panel for Realism {
    type View = RealismView;
    type Watch = ();

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> RealismView {
        RealismView {
            facts: city.report.scorecard.clone(),
            days: city.report.days.len() as u64,
        }
    }

    fn ui(ui: &mut Ui, view: &RealismView, look: &Look, out: &mut Vec<UiCommand>) {
        let n = |word: &str| view.facts.iter().filter(|f| verdict(f) == word).count();
        let all = view.facts.len();
        cards_ui(
            ui,
            look,
            &[
                Card::new(
                    "Passed",
                    format!("{} of {all}", n("passed")),
                    "Facts whose value lies in the accepted band",
                ),
                Card::new(
                    "Fell short",
                    n("fell short").to_string(),
                    "Facts outside their band",
                ),
                Card::new(
                    "Not observable",
                    n("not observable").to_string(),
                    "Facts that the city was too young or too small to show; they do not count as passed",
                ),
            ],
        );
        ui.add_space(4.0);
        let text = format!(
            "The bands are meant for the default scenario over 60 days; {} days are finished",
            view.days
        );
        ui.label(RichText::new(text).color(look.palette.weak));
        let help = "Each fact was published about real platforms; the bar shows the band in the middle and the city's value";
        let csv = || csv(&view.facts);
        exportable_ui(
            ui,
            "realism",
            "Published facts",
            help,
            out,
            csv,
            |ui, out| {
                table_ui(ui, view, look, out);
            },
        );
        let missed: Vec<&FactRow> = view.facts.iter().filter(|f| !f.passed).collect();
        if !missed.is_empty() {
            ui.separator();
            ui.strong("Why not");
            for fact in missed {
                ui.horizontal_wrapped(|ui| {
                    let color = match fact.value {
                        Some(_) => look.palette.bad,
                        None => look.palette.weak,
                    };
                    ui.label(RichText::new(&fact.key).color(color));
                    ui.label(&fact.why);
                });
            }
        }
    }
}

fn table_ui(ui: &mut Ui, view: &RealismView, look: &Look, out: &mut Vec<UiCommand>) {
    let columns = [
        Column::text("Fact", "Name of the fact"),
        Column::number("City", "What the city shows"),
        Column::text(
            "Band",
            "The city's value against the accepted band: the grey part is the band",
        ),
        Column::number("Low", "Lower end of the band"),
        Column::number("High", "Upper end of the band"),
        Column::text("Verdict", "Whether the value lies in the band"),
        Column::number("Published", "The published figure, where there is one"),
        Column::text("Source", "Where the figure was read"),
    ];
    let rows: Vec<Row> = view
        .facts
        .iter()
        .map(|f| {
            let (sign, color) = match verdict(f) {
                "passed" => ("✔", look.palette.good),
                "fell short" => ("✘", look.palette.bad),
                _ => ("–", look.palette.weak),
            };
            Row::new(vec![
                Cell::text(&f.key),
                Cell::Number(f.value, Form::Decimal),
                Cell::Bullet {
                    value: f.value,
                    low: f.low,
                    high: f.high,
                },
                Cell::number(f.low, Form::Decimal),
                Cell::number(f.high, Form::Decimal),
                Cell::Colored(format!("{sign} {}", verdict(f)), color),
                Cell::Number(f.published, Form::Decimal),
                Cell::text(&f.source),
            ])
            .help([f.note.as_str(), f.why.as_str()].join("\n").trim())
        })
        .collect();
    Table::new("realism", &columns)
        .empty("No facts judged yet", "Let time run for an hour")
        .show(ui, look, &rows, out);
}

fn csv(facts: &[FactRow]) -> String {
    let mut csv = String::from("fact,value,low,high,published,verdict,source,why\n");
    for f in facts {
        let known = |v: Option<f64>| machine(v.unwrap_or(f64::NAN));
        let fields = [
            csv_field(&f.key),
            known(f.value),
            machine(f.low),
            machine(f.high),
            known(f.published),
            verdict(f).to_owned(),
            csv_field(&f.source),
            csv_field(&f.why),
        ];
        csv += &fields.join(",");
        csv.push('\n');
    }
    csv
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};

    const LOOK: Look = Look::new(true);

    #[test]
    fn without_facts_it_says_what_to_do() {
        let h = stage::<Realism>(RealismView::default(), LOOK, 300.0);
        h.get_by_label("No facts judged yet");
        h.get_by_label("Passed 0 of 0");
    }

    #[test]
    fn every_fact_has_a_verdict_and_those_that_failed_say_why() {
        let city = TestCity::new(200, 1_500);
        let view = city.view::<Realism>();
        assert!(view.facts.len() > 15);
        for width in [300.0, 900.0] {
            let mut h = stage::<Realism>(view.clone(), LOOK, width);
            assert!(!shows_nonsense(&h));
            h.get_by_label_contains("retention.d30, –, – in ");
            h.get_by_label_contains("needs newcomers seen for 30 days");
            h.get_by_label("Export Published facts…").click();
            h.run();
            h.get_by_label("Save as CSV").click();
            h.run();
            let Some(UiCommand::ExportCsv { csv, .. }) = h.state().out.last() else {
                panic!("{:?}", h.state().out);
            };
            assert_eq!(csv.lines().count(), view.facts.len() + 1);
        }
        let young = TestCity::with(1, 0, &[]);
        assert!(!shows_nonsense(&stage::<Realism>(
            young.view::<Realism>(),
            LOOK,
            300.0
        )));
    }
}
