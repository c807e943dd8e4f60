//! The shell, worked by label and by key, without a renderer.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::desk::{Desk, Options};
use super::menu::menu_ui;
use super::settings::Settings;
use super::shortcuts::{SHORTCUTS, pressed};
use super::testing::{Worked, click, work};
use super::time_bar::time_bar_ui;
use super::ui::window_ui;
use crate::desktop::command::{Speed, UiCommand};
use crate::desktop::engine::frame::Stage;
use crate::desktop::panels::PanelKind;
use crate::sim::units::Tick;

fn desk() -> Desk {
    let mut desk = Desk::new(Options::default(), Settings::default());
    desk.frame.status.stage = Stage::Living;
    desk.frame.status.days = 30;
    desk.frame.status.tick = Tick(3_000);
    desk.frame.remembered = Some((Tick(0), Tick(3_000)));
    desk
}

fn harness<'a>(
    draw: impl Fn(&mut egui::Ui, &mut Desk, &mut Vec<UiCommand>) + 'a,
) -> Harness<'a, Worked> {
    work(desk(), draw)
}

#[test]
fn the_start_screen_offers_every_city_and_a_file() {
    let mut h = harness(|ui, desk, out| out.extend(window_ui(ui, desk)));
    h.run_steps(3);
    for name in [
        "quickstart",
        "baseline",
        "ad-load",
        "filter-bubble",
        "inflation",
        "quiet",
    ] {
        let label = format!("Open {name}");
        // More cities than a small window shows at once.
        h.get_by_label(&label).scroll_to_me();
        h.run_steps(3);
        click(&mut h, &label);
        let last = h.state().asked.last().cloned();
        assert_eq!(last, Some(UiCommand::Open(name.to_owned())));
    }
    assert!(
        h.query_by_label("Open workload-a").is_none(),
        "a workload is no city"
    );
    h.get_by_label("Open scenario…").scroll_to_me();
    h.run_steps(3);
    click(&mut h, "Open scenario…");
    assert_eq!(h.state().asked.last(), Some(&UiCommand::AskOpen));
}

#[test]
fn the_time_bar_plays_steps_and_sets_the_speed() {
    let mut h = harness(|ui, desk, out| time_bar_ui(ui, desk, out));
    h.run_steps(2);
    assert!(h.query_by_label("Day 2 02:00").is_some());
    click(&mut h, "Play");
    click(&mut h, "Step one tick");
    for speed in Speed::LIVING {
        click(&mut h, &speed.word());
    }
    let asked = std::mem::take(&mut h.state_mut().asked);
    let mut expected = vec![UiCommand::Play, UiCommand::Step];
    expected.extend(Speed::LIVING.map(UiCommand::SetSpeed));
    assert_eq!(asked, expected);
    h.state_mut().desk.frame.status.is_playing = true;
    h.run_steps(2);
    click(&mut h, "Pause");
    assert_eq!(h.state().asked, [UiCommand::Pause]);
    click(&mut h, "Time line");
    let asked = h.state().asked.last().cloned();
    assert!(matches!(asked, Some(UiCommand::ScrubTo(_))), "{asked:?}");
    h.state_mut().desk.scrubbed = Some(Tick(60));
    h.run_steps(2);
    assert!(h.query_by_label("Day 0 01:00").is_some());
    click(&mut h, "Now");
    assert_eq!(h.state().asked.last(), Some(&UiCommand::GoLive));
}

#[test]
fn menus_open_panels_and_switch_the_theme() {
    let mut h = harness(|ui, desk, out| menu_ui(ui, desk, out));
    h.run_steps(2);
    click(&mut h, "Panels");
    click(&mut h, "Trust");
    assert_eq!(h.state().asked, [UiCommand::HidePanel(PanelKind::Trust)]);
    h.state_mut().asked.clear();
    for (menu, entry, command) in [
        ("View", "Light theme", UiCommand::ToggleTheme),
        ("View", "Larger text", UiCommand::SetTextScale(1.125)),
        ("Help", "Shortcuts", UiCommand::ToggleHelp),
        ("City", "Save picture", UiCommand::Screenshot),
        ("City", "Quit", UiCommand::Quit),
    ] {
        h.key_press(Key::Escape);
        h.run_steps(3);
        click(&mut h, menu);
        let found = h.get_all_by_label_contains(entry).next();
        found
            .unwrap_or_else(|| panic!("{entry} is not in {menu}"))
            .click();
        h.run_steps(3);
        assert_eq!(h.state().asked.last(), Some(&command));
    }
}

#[test]
fn every_shortcut_does_something() {
    for s in SHORTCUTS {
        let mut h = harness(|ui, desk, out| {
            desk.inspected = vec![crate::desktop::view::subject::Subject::Avatar(
                crate::sim::ids::AvatarId(3),
            )];
            let ctx = ui.ctx().clone();
            out.extend(pressed(&ctx, desk));
        });
        h.run_steps(1);
        let modifiers = Modifiers {
            command: s.keys.modifiers.command,
            ctrl: s.keys.modifiers.command,
            ..s.keys.modifiers
        };
        h.key_press_modifiers(modifiers, s.keys.logical_key);
        h.run_steps(2);
        assert!(!h.state().asked.is_empty(), "{} does nothing", s.help);
    }
}

#[test]
fn while_somebody_writes_plain_keys_are_letters() {
    let mut h = harness(|ui, desk, out| {
        ui.add(egui::TextEdit::singleline(&mut String::new()).id_salt("text"))
            .request_focus();
        let ctx = ui.ctx().clone();
        out.extend(pressed(&ctx, desk));
    });
    h.run_steps(3);
    h.key_press(Key::T);
    h.key_press(Key::Space);
    h.run_steps(2);
    assert!(h.state().asked.is_empty(), "{:?}", h.state().asked);
}

#[test]
fn commands_move_the_desk_as_they_say() {
    let mut desk = desk();
    desk.obey(vec![UiCommand::ToggleTruth, UiCommand::ToggleTheme]);
    assert!(desk.look.shows_truth && !desk.look.is_dark);
    desk.obey(vec![UiCommand::SetTextScale(99.0)]);
    assert_eq!(desk.settings.text_scale, 2.0);
    let who = crate::desktop::view::subject::Subject::Avatar(crate::sim::ids::AvatarId(1));
    desk.obey(vec![UiCommand::Inspect(who), UiCommand::Inspect(who)]);
    assert_eq!(desk.inspected, [who]);
    desk.obey(vec![UiCommand::InspectBack]);
    assert!(desk.inspected.is_empty());
    desk.obey(vec![UiCommand::Open("no such scenario".to_owned())]);
    assert!(
        desk.failure
            .as_ref()
            .is_some_and(|f| f.contains("no such scenario"))
    );
    desk.obey(vec![
        UiCommand::AddBookmark,
        UiCommand::AddBookmark,
        UiCommand::RemoveBookmark(0),
    ]);
    assert_eq!(desk.bookmarks().len(), 1);
}
