//! The desk as people use it.

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::desk::PolicyDesk;
use super::rows::{PolicyView, same};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{Stage, TestCity, shows_nonsense, stage};
use crate::lab::summary::PolicyChange;
use crate::scenario::schema::Scenario;

fn desk(view: PolicyView, width: f32) -> Harness<'static, Stage<PolicyView>> {
    stage::<PolicyDesk>(view, Look::new(true), width)
}

fn filled() -> PolicyView {
    TestCity::new(30, 2).view::<PolicyDesk>()
}

fn with_change() -> PolicyView {
    let mut city = TestCity::new(30, 2);
    city.scenario.platform.ads.load = 0.4;
    city.changes.push(PolicyChange {
        tick: 1,
        key: "platform.ads.load".to_owned(),
        from: toml::Value::Float(0.1),
        to: toml::Value::Float(0.4),
    });
    city.view::<PolicyDesk>()
}

fn set(key: &str, value: &str) -> UiCommand {
    UiCommand::SetPolicy {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn search(harness: &mut Harness<'_, Stage<PolicyView>>, text: &str) {
    let field = harness.get_by_role(Role::TextInput);
    field.focus();
    field.type_text(text);
    harness.run();
}

#[test]
fn without_a_city_it_says_what_to_do() {
    let harness = desk(PolicyView::default(), 300.0);
    harness.get_by_label_contains("No city yet");
}

#[test]
fn every_value_of_the_scenario_is_there_with_what_it_is() {
    let view = filled();
    let rows: Vec<_> = view.sections.iter().flat_map(|s| &s.values).collect();
    assert_eq!(rows.len(), Scenario::describe().len());
    assert!(rows.iter().all(|r| !r.is_changed() && !r.help.is_empty()));
    let residents = rows.iter().find(|r| r.key.ends_with(".residents")).unwrap();
    assert_eq!(residents.value, "30");
    assert!(!residents.is_open());
    let load = rows.iter().find(|r| r.key == "platform.ads.load").unwrap();
    assert!(same(&load.value, &load.default) && load.is_open());
}

#[test]
fn all_sections_can_be_opened_at_any_width_and_show_no_nonsense() {
    for width in [300.0, 900.0] {
        let mut harness = desk(filled(), width);
        for section in ["platform.recommend", "economy.treasury", "scenario"] {
            harness.get_by_label(section).click();
            harness.run();
        }
        assert!(!shows_nonsense(&harness));
        harness.get_by_label_contains("how long a run lasts is decided when it begins");
        assert_eq!(harness.state().out, []);
    }
}

#[test]
fn the_ad_load_is_doubled_with_one_click() {
    let mut harness = desk(filled(), 500.0);
    harness.get_by_label("Double ad load").click();
    harness.run();
    assert_eq!(harness.state().out, [set("platform.ads.load", "0.2")]);
}

#[test]
fn searching_finds_values_by_what_people_call_them() {
    let mut harness = desk(filled(), 500.0);
    search(&mut harness, "ad load");
    harness.get_by_role_and_label(Role::Slider, "Ad load");
    assert!(harness.query_by_label("Land tax").is_none());
    search(&mut harness, " nonsense");
    harness.get_by_label_contains("No value is called");
    harness.get_by_label("Clear").click();
    harness.run();
    harness.get_by_label("Land tax");
}

#[test]
fn a_change_is_sent_once_when_the_slider_is_let_go() {
    let mut harness = desk(filled(), 500.0);
    let place = harness
        .get_by_role_and_label(Role::Slider, "Ad load")
        .rect();
    let middle = place.center();
    harness.drag_at(egui::pos2(place.left() + 0.1 * place.width(), middle.y));
    harness.run();
    harness.hover_at(egui::pos2(place.left() + 0.3 * place.width(), middle.y));
    harness.run();
    harness.hover_at(middle);
    harness.run();
    assert_eq!(harness.state().out, []);
    harness.drop_at(middle);
    harness.run();
    let out = &harness.state().out;
    assert_eq!(out.len(), 1, "{out:?}");
    let UiCommand::SetPolicy { key, value } = &out[0] else {
        panic!("{out:?}");
    };
    assert_eq!(key, "platform.ads.load");
    let x: f64 = value.parse().unwrap();
    assert!((0.3..0.7).contains(&x), "{value}");
}

#[test]
fn switches_and_words_are_sent_at_once() {
    let mut harness = desk(filled(), 500.0);
    search(&mut harness, "whether there are ads at all");
    let boxes: Vec<_> = harness.get_all_by_role(Role::CheckBox).collect();
    boxes.last().unwrap().click();
    harness.run();
    assert_eq!(harness.state().out, [set("platform.ads.enabled", "false")]);
}

#[test]
fn a_model_is_chosen_from_a_list() {
    let mut harness = desk(filled(), 500.0);
    harness
        .get_by_role_and_label(Role::ComboBox, "Recommender model")
        .click();
    harness.run();
    harness.get_by_label("ease").click();
    harness.run();
    let ease = set("platform.recommend.model", "\"ease\"");
    assert_eq!(harness.state().out, [ease]);
}

#[test]
fn what_was_changed_is_listed_and_can_be_taken_back() {
    let mut harness = desk(with_change(), 500.0);
    harness.get_by_label("1 change");
    harness.get_by_label("platform.ads · 1 changed");
    harness.get_by_label("Reset to 0.1").click();
    harness.get_by_label("Undo").click();
    harness.get_by_label("Redo").click();
    harness.get_by_label("Changes so far").click();
    harness.run();
    harness.get_by_label("Ad load 0.1 → 0.4");
    harness.get_by_label("Undo takes this back");
    harness.get_by_label("Only changed").click();
    harness.run();
    assert!(harness.query_by_label("Land tax").is_none());
    harness.get_by_role_and_label(Role::Slider, "Ad load");
    let out = &harness.state().out;
    assert!(out.contains(&set("platform.ads.load", "0.1")), "{out:?}");
    assert!(out.contains(&UiCommand::UndoPolicy) && out.contains(&UiCommand::RedoPolicy));
}
