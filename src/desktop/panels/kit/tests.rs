//! The kit as a person meets it: by label, by click, at widths from narrow to wide, with nothing and with nonsense.

use egui::Color32;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::bars::{NamedAmount, bars_ui};
use super::cards::{Card, Good, cards_ui};
use super::chart::{Band, Chart, Series};
use super::empty::Empty;
use super::heat::{HeatRow, heat_ui};
use super::lorenz::{Lorenz, lorenz_ui};
use super::numbers::Form;
use super::sankey::{Flow, sankey_ui};
use super::table::{Cell, Column, Row, Table};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::subject::Subject;
use crate::sim::ids::AvatarId;

const LOOK: Look = Look::new(true);

fn harness(
    width: f32,
    mut draw: impl FnMut(&mut egui::Ui, &mut Vec<UiCommand>) + 'static,
) -> Harness<'static, Vec<UiCommand>> {
    let mut harness = Harness::builder()
        .with_size(egui::vec2(width, 900.0))
        .build_ui_state(
            move |ui, out: &mut Vec<UiCommand>| draw(ui, out),
            Vec::new(),
        );
    harness.run();
    harness
}

#[test]
fn a_chart_exports_its_rows_and_its_place() {
    let mut h = harness(400.0, |ui, out| {
        let lines = [Series::new(
            "DAU",
            vec![[0.0, 10.0], [1.0, 12.0]],
            Color32::RED,
        )];
        Chart::new("dau", "Daily actives")
            .x("day")
            .lines(&lines)
            .show(ui, &LOOK, out);
    });
    for (button, is_csv) in [("Save as CSV", true), ("Save as PNG", false)] {
        h.get_by_label("Export Daily actives…").click();
        h.run();
        h.get_by_label(button).click();
        h.run();
        match h.state().last().unwrap() {
            UiCommand::ExportCsv { name, csv } => {
                assert!(is_csv);
                assert_eq!(
                    (name.as_str(), csv.as_str()),
                    ("dau", "day,DAU\n0,10\n1,12\n")
                );
            }
            UiCommand::ExportPng { name, place } => {
                assert!(!is_csv);
                assert_eq!(name, "dau");
                assert!(place[2] - place[0] > 300.0 && place[3] - place[1] > 150.0);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(h.state().len(), 2);
}

#[test]
fn legends_hide_series_and_charts_survive_everything() {
    for width in [120.0, 300.0, 900.0] {
        let mut h = harness(width, |ui, out| {
            let nan = f64::NAN;
            let a = [
                Series::new(
                    "one",
                    vec![[0.0, 1.0], [1.0, nan], [2.0, 3.0]],
                    Color32::RED,
                ),
                Series::new("two", vec![[0.0, 1e300], [nan, 2.0]], Color32::BLUE),
            ];
            let bands = [Band {
                name: "band".to_owned(),
                points: vec![[0.0, nan, 1.0], [1.0, 0.0, 1.0]],
                color: Color32::RED,
            }];
            let marks = [
                (1.0, "platform.ads.load 1 → 2".to_owned()),
                (nan, String::new()),
            ];
            let chart = |id| Chart::new(id, id).x("day").y("minutes").marks(&marks);
            chart("lines")
                .lines(&a)
                .bands(&bands)
                .cursor(Some(1.0))
                .show(ui, &LOOK, out);
            chart("steps")
                .steps(&a[..1])
                .bars(&a[..1])
                .show(ui, &LOOK, out);
            chart("areas")
                .areas(&a[..1])
                .stacked(&a[..1])
                .show(ui, &LOOK, out);
        });
        h.get_by_label("two").click();
        h.run();
        h.hover_at(egui::pos2(width / 2.0, 120.0));
        h.run();
    }
}

#[test]
fn nothing_to_draw_says_what_to_do() {
    let mut h = harness(300.0, |ui, out| {
        Chart::new("a", "Efficiency")
            .lines(&[Series::of("x", [(0.0, None)], Color32::RED)])
            .empty("No oracle yet", "Set lab.oracle above 0")
            .show(ui, &LOOK, out);
        Empty::new("No ads yet")
            .hint("Wait a day")
            .play()
            .show(ui, &LOOK, out);
        lorenz_ui(
            ui,
            &LOOK,
            "l",
            "Shares",
            "",
            &[("items", &Lorenz::default())],
            out,
        );
        heat_ui(ui, &LOOK, "h", "Cohorts", "", &[], out);
        Table::new("t", &[Column::text("Name", "")])
            .empty("No wallets", "Wait")
            .show(ui, &LOOK, &[], out);
        cards_ui(ui, &LOOK, &[]);
    });
    for text in [
        "No oracle yet",
        "No ads yet",
        "Nothing is shared yet",
        "No cohorts yet",
        "No wallets",
    ] {
        h.get_by_label(text);
    }
    h.get_by_label("Let time run").click();
    h.run();
    assert_eq!(h.state(), &[UiCommand::Play]);
}

#[test]
fn tables_sort_by_a_click_ask_by_a_click_and_by_a_key() {
    let mut h = harness(300.0, |ui, out| {
        let rows: Vec<Row> = [(3u32, Some(1.0)), (7, None), (9, Some(5.0))]
            .map(|(id, n)| {
                Row::new(vec![
                    Cell::text(format!("avatar {id}")),
                    Cell::Number(n, Form::Whole),
                ])
                .on_click(UiCommand::Inspect(Subject::Avatar(AvatarId(id))))
            })
            .into();
        let columns = [
            Column::text("Who", ""),
            Column::number("Coins", "What it holds"),
        ];
        Table::new("t", &columns)
            .cap(2)
            .beyond(1_233)
            .show(ui, &LOOK, &rows, out);
    });
    h.get_by_label("and 1,234 more");
    assert!(h.query_by_label("avatar 9, 5").is_none());
    h.get_by_label("Coins").click();
    h.run();
    let first = h.get_by_label("avatar 9, 5").rect().min.y;
    let second = h.get_by_label("avatar 3, 1").rect().min.y;
    assert!(first < second, "falling at the first click");
    h.get_by_label("avatar 9, 5").click();
    h.run();
    h.get_by_label("avatar 3, 1").focus();
    h.run();
    h.key_press(egui::Key::Enter);
    h.run();
    let inspect = |id| UiCommand::Inspect(Subject::Avatar(AvatarId(id)));
    assert_eq!(h.state(), &[inspect(9), inspect(3)]);
}

#[test]
fn cards_bars_maps_and_flows_say_their_numbers() {
    for width in [200.0, 300.0, 900.0] {
        let h =
            harness(width, |ui, out| {
                let card = Card::number("DAU", Form::Whole, Some(1_234.0), "Active on a day")
                    .change(Form::Whole, Some(1_000.0), Some(1_234.0), Good::Up);
                let zero = Card::number("D1", Form::Percent, None, "").change(
                    Form::Whole,
                    Some(0.0),
                    Some(1.0),
                    Good::Down,
                );
                cards_ui(ui, &LOOK, &[card, zero]);
                let rows = [
                    NamedAmount {
                        name: "feed".to_owned(),
                        amount: 30.0,
                        color: Color32::RED,
                    },
                    NamedAmount {
                        name: "games".to_owned(),
                        amount: 10.0,
                        color: Color32::RED,
                    },
                    NamedAmount {
                        name: "odd".to_owned(),
                        amount: f64::NAN,
                        color: Color32::RED,
                    },
                ];
                bars_ui(ui, &LOOK, "b", "Where", "", Form::Minutes, &rows, out);
                let cohorts = [HeatRow {
                    name: "day 0".to_owned(),
                    size: 10,
                    shares: vec![Some(1.0), None, Some(f64::NAN)],
                }];
                heat_ui(ui, &LOOK, "h", "Cohorts", "", &cohorts, out);
                lorenz_ui(
                    ui,
                    &LOOK,
                    "l",
                    "Shares",
                    "",
                    &[("items", &Lorenz::of(vec![1.0, 3.0]))],
                    out,
                );
                let flow = |from: &str, to: &str, amount| Flow {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    amount,
                };
                let flows = [
                    flow("rewards", "wallets", 5.0),
                    flow("wallets", "fees", 2.0),
                ];
                sankey_ui(ui, &LOOK, "s", "Coins", "", Form::Coins, &flows, out);
            });
        h.get_by_label("DAU 1,234, +23.4 % since the day before");
        h.get_by_label("D1 –");
        h.get_by_label("feed 30 min, 75.0 % of all");
        h.get_by_label("odd –, 0.0 % of all");
        h.get_by_label("Cohorts, 1 cohorts over 3 days");
        h.get_by_label("items, Gini 0.25");
        h.get_by_label("Flows of Coins");
    }
}

#[test]
fn the_signs_used_are_in_the_fonts() {
    let ctx = egui::Context::default();
    let mut missing = Vec::new();
    let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
        let font = egui::TextStyle::Body.resolve(ui.style());
        missing = "⋯■⬆⬇▲▼–−…×→✔✘⚠●λ·"
            .chars()
            .filter(|c| !ui.fonts_mut(|f| f.has_glyph(&font, *c)))
            .collect();
    });
    output.textures_delta.clear();
    assert!(missing.is_empty(), "{missing:?}");
}
