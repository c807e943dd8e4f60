//! A recording on the desk, worked by label and by key, without a renderer.

use std::path::PathBuf;
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::desk::{Desk, Options};
use super::menu::menu_ui;
use super::settings::Settings;
use super::testing::{Worked, click, work};
use super::time_bar::time_bar_ui;
use super::ui::window_ui;
use crate::desktop::command::{Overlay, Speed, UiCommand};
use crate::desktop::engine::frame::Stage;
use crate::desktop::panels::PanelKind;
use crate::desktop::panels::testing::caption;
use crate::desktop::view::recorded::Reel;
use crate::lab::recording::{Caption, Tour};
use crate::sim::units::Tick;

fn shown(tick: u32, title: &str) -> Caption {
    Caption {
        speed: Some(30.0),
        zoom: Some(1.0),
        ..caption(tick, title)
    }
}

fn desk() -> Desk {
    let mut desk = Desk::new(Options::default(), Settings::default());
    desk.recording = Some(PathBuf::from("demo.mcap"));
    desk.frame.status.stage = Stage::Living;
    desk.frame.status.days = 2;
    desk.frame.status.tick = Tick(500);
    let span = (Tick(1), Tick(2_880));
    desk.frame.remembered = Some(span);
    desk.frame.reel = Some(Arc::new(Reel {
        scenario: "quickstart".to_owned(),
        shows_city: true,
        span,
        tour: Tour {
            title: "A day".to_owned(),
            text: "From morning to night".to_owned(),
            captions: vec![shown(480, "Morning"), shown(1_200, "Evening")],
        },
        ..Reel::default()
    }));
    desk
}

fn harness<'a>(
    draw: impl Fn(&mut egui::Ui, &mut Desk, &mut Vec<UiCommand>) + 'a,
) -> Harness<'a, Worked> {
    work(desk(), draw)
}

#[test]
fn the_time_bar_plays_steps_both_ways_and_goes_to_captions_and_any_tick() {
    let mut h = harness(|ui, desk, out| time_bar_ui(ui, desk, out));
    h.run_steps(2);
    h.get_by_label("Day 0 08:20");
    for label in [
        "Play",
        "Step one tick",
        "Step one tick back",
        "Caption before",
        "Next caption",
        "Tour",
    ] {
        click(&mut h, label);
    }
    for speed in Speed::RECORDED {
        click(&mut h, &speed.word());
    }
    let mut expected = vec![
        UiCommand::Play,
        UiCommand::Step,
        UiCommand::SeekBy(-1),
        UiCommand::PreviousCaption,
        UiCommand::NextCaption,
        UiCommand::ToggleTour,
    ];
    expected.extend(Speed::RECORDED.map(UiCommand::SetSpeed));
    assert_eq!(std::mem::take(&mut h.state_mut().asked), expected);
    click(&mut h, "Time line");
    let asked = h.state().asked.last().cloned();
    // The middle of the line is the middle of the recording, though nothing of it is in memory.
    let Some(UiCommand::ScrubTo(Tick(tick))) = asked else {
        panic!("{asked:?}");
    };
    assert!((1_400..=1_480).contains(&tick), "{tick}");
    h.state_mut().desk.frame.status.speed = Speed::of(30.0);
    h.run_steps(2);
    h.get_by_label("now 30×");
}

#[test]
fn menus_offer_what_a_recording_holds_and_nothing_else() {
    let mut h = harness(|ui, desk, out| menu_ui(ui, desk, out));
    h.run_steps(2);
    click(&mut h, "Panels");
    h.get_by_label("Overview");
    assert!(h.query_by_label("Policy desk").is_none());
    h.key_press(egui::Key::Escape);
    h.run_steps(3);
    click(&mut h, "City");
    let found = h.get_all_by_label_contains("Open recording").next();
    found.expect("it can be opened").click();
    h.run_steps(3);
    assert_eq!(h.state().asked.last(), Some(&UiCommand::AskOpenRecording));
}

#[test]
fn the_start_screen_lists_recordings_opened_before() {
    let mut h = harness(|ui, desk, out| {
        desk.recording = None;
        desk.frame.reel = None;
        desk.settings.opened_recording("runs/a/recording.mcap");
        out.extend(window_ui(ui, desk));
    });
    h.run_steps(3);
    click(&mut h, "runs/a/recording.mcap");
    let open = UiCommand::OpenRecording("runs/a/recording.mcap".to_owned());
    assert_eq!(h.state().asked.last(), Some(&open));
}

#[test]
fn what_a_recording_does_not_hold_is_refused_with_a_word() {
    let mut desk = desk();
    desk.obey(vec![UiCommand::ShowPanel(PanelKind::Policy)]);
    let told = desk.notice.take().map(|n| n.0).unwrap_or_default();
    assert!(told.contains("Policy desk is not in a recording"), "{told}");
    desk.obey(vec![UiCommand::SetOverlay(Overlay::Satisfaction)]);
    assert_eq!(desk.overlay, Overlay::None);
    desk.obey(vec![UiCommand::SetOverlay(Overlay::Attention)]);
    assert_eq!(desk.overlay, Overlay::Attention);
}

#[test]
fn a_tour_begins_at_the_caption_of_the_moment_and_ends_when_one_goes_elsewhere() {
    let mut desk = desk();
    desk.obey(vec![UiCommand::ToggleTour]);
    assert!(desk.tour.is_on());
    let reel = desk.frame.reel.clone().unwrap();
    assert_eq!(desk.tour.shown(&reel, Tick(500)), Some(0));
    desk.obey(vec![UiCommand::NextCaption]);
    assert_eq!(desk.tour.shown(&reel, Tick(500)), Some(1));
    desk.obey(vec![UiCommand::ScrubTo(Tick(9))]);
    assert!(!desk.tour.is_on());
}

#[test]
fn panels_of_cities_come_back_when_a_recording_is_closed() {
    let mut desk = Desk::new(Options::default(), Settings::default());
    desk.obey(vec![UiCommand::HidePanel(PanelKind::Trust)]);
    desk.obey(vec![UiCommand::OpenRecording("no-such.mcap".to_owned())]);
    assert!(desk.is_replay());
    assert!(desk.offers(PanelKind::Recording) && !desk.offers(PanelKind::Trust));
    while desk.is_replay() {
        desk.meet();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let why = desk.failure.clone().unwrap_or_default();
    assert!(why.contains("no-such.mcap"), "{why}");
    assert!(super::layout::is_open(&desk.panes, PanelKind::Economy));
    assert!(!super::layout::is_open(&desk.panes, PanelKind::Trust));
    assert!(!super::layout::is_open(&desk.panes, PanelKind::Recording));
}
