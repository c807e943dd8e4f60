//! The panel of a recording, worked by label.

use std::sync::Arc;

use egui_kittest::kittest::Queryable;

use super::RecordingPanel;
use super::rows::{Curve, RecordingView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{caption, shows_nonsense, stage};
use crate::desktop::view::recorded::Reel;
use crate::lab::recording::Tour;
use crate::sim::units::Tick;

const LOOK: Look = Look::new(true);

fn view() -> RecordingView {
    let reel = Reel {
        scenario: "quickstart".to_owned(),
        description: "A small city".to_owned(),
        facts: vec![["Seed", "7", "What chance begins with"].map(str::to_owned)],
        damage: Some("its last hour is missing".to_owned()),
        shows_city: true,
        span: (Tick(1), Tick(2_880)),
        tour: Tour {
            title: "A day".to_owned(),
            text: "From morning to night".to_owned(),
            captions: vec![caption(480, "Morning"), caption(1_200, "Evening")],
        },
    };
    RecordingView {
        reel: Some(Arc::new(reel)),
        now: Tick(600),
        curves: vec![
            Curve {
                name: "awake".to_owned(),
                unit: "avatars".to_owned(),
                is_daily: false,
                points: vec![[0.25, 10.0], [0.5, f64::NAN], [0.75, 30.0]],
            },
            Curve {
                name: "ad_revenue".to_owned(),
                unit: "outside money".to_owned(),
                is_daily: true,
                points: vec![[1.0, 2.5]],
            },
        ],
        changes: vec![(Tick(720), "ads.load: 0.1 ➡ 0.2".to_owned())],
        marks: vec![(0.5, "ads.load 0.1 ➡ 0.2".to_owned())],
    }
}

#[test]
fn without_a_recording_it_says_how_to_open_one() {
    let h = stage::<RecordingPanel>(RecordingView::default(), LOOK, 400.0);
    h.get_by_label("No recording is open");
}

#[test]
fn captions_changes_and_the_tour_are_a_click_away() {
    let mut h = stage::<RecordingPanel>(view(), LOOK, 500.0);
    assert!(!shows_nonsense(&h));
    h.get_by_label("its last hour is missing");
    h.get_by_label("Chart of Awake");
    h.get_by_label("Chart of Ad revenue");
    // The last value known by ten in the morning is that of six.
    h.get_by_label("Awake 10");
    h.get_by_label("Evening").click();
    h.run();
    h.get_by_label("day 0 12:00").click();
    h.run();
    h.get_by_label("Start the tour").click();
    h.run();
    let expected = [
        UiCommand::GoToCaption(1),
        UiCommand::ScrubTo(Tick(720)),
        UiCommand::ToggleTour,
    ];
    assert_eq!(h.state().out, expected);
}

#[test]
fn a_click_on_a_curve_goes_there() {
    let mut look = LOOK;
    look.seeks = true;
    look.cursor_day = Some(0.4);
    let mut h = stage::<RecordingPanel>(view(), look, 500.0);
    h.get_by_label("Chart of Awake").click();
    h.run();
    let asked = h.state().out.last().cloned();
    // The middle of a curve from a quarter to three quarters of the first day.
    let Some(UiCommand::ScrubTo(Tick(tick))) = asked else {
        panic!("{asked:?}");
    };
    assert!((600..=840).contains(&tick), "{tick}");
}
