//! Keys and what they do: one table for the keyboard, the help sheet and the menus.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::desk::Desk;
use crate::desktop::command::{Overlay, Speed, UiCommand};
use crate::desktop::view::subject::Subject;
use crate::lab::recording::Detail;

/// One key and what it does.
pub struct Shortcut {
    /// The key.
    pub keys: KeyboardShortcut,
    /// What it does, for the sheet.
    pub help: &'static str,
    /// The group it is listed under.
    pub group: &'static str,
    what: fn(&Desk) -> Vec<UiCommand>,
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}
const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}
const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

macro_rules! shortcuts {
    ($($group:literal { $($keys:expr, $help:literal, $what:expr;)+ })+) => {
        /// All shortcuts, in the order of the sheet.
        pub const SHORTCUTS: &[Shortcut] = &[$($(Shortcut { keys: $keys, help: $help, group: $group, what: $what },)+)+];
    };
}

shortcuts! {
    "Time" {
        plain(Key::Space), "Play or pause", |d| vec![if d.frame.status.is_playing { UiCommand::Pause } else { UiCommand::Play }];
        plain(Key::Period), "Step one tick", |_| vec![UiCommand::Step];
        plain(Key::Num0), "A tick every ten seconds", |_| vec![UiCommand::SetSpeed(Speed::TENTH)];
        plain(Key::Num1), "1 tick a second", |_| vec![UiCommand::SetSpeed(Speed::X1)];
        plain(Key::Num2), "10 ticks a second", |_| vec![UiCommand::SetSpeed(Speed::X10)];
        plain(Key::Num3), "100 ticks a second", |_| vec![UiCommand::SetSpeed(Speed::X100)];
        plain(Key::Num4), "As fast as possible; a recording 1,000 ticks a second", |d| vec![UiCommand::SetSpeed(if d.is_replay() { Speed::X1000 } else { Speed::MAX })];
        plain(Key::L), "Back to now after looking at the past", |_| vec![UiCommand::GoLive];
    }
    "Recording" {
        plain(Key::U), "Begin or end the guided tour", |_| vec![UiCommand::ToggleTour];
        plain(Key::PageDown), "Next caption", |_| vec![UiCommand::NextCaption];
        plain(Key::PageUp), "Caption before", |_| vec![UiCommand::PreviousCaption];
        plain(Key::C), "Hide the caption or show it again", |_| vec![UiCommand::ToggleCaption];
        plain(Key::Comma), "Step one tick back", |_| vec![UiCommand::SeekBy(-1)];
        ctrl(Key::ArrowRight), "An hour on", |_| vec![UiCommand::SeekBy(60)];
        ctrl(Key::ArrowLeft), "An hour back", |_| vec![UiCommand::SeekBy(-60)];
        plain(Key::Home), "To the beginning", |_| vec![UiCommand::GoToBeginning];
        plain(Key::End), "To the end", |_| vec![UiCommand::GoToEnd];
        ctrl(Key::R), "Open a recording", |_| vec![UiCommand::AskOpenRecording];
        ctrl_shift(Key::R), "Record the city, or stop", |d| vec![if d.frame.status.recorded_into.is_some() { UiCommand::StopRecording } else { UiCommand::AskRecord(Detail::Demo) }];
    }
    "City" {
        plain(Key::O), "Next overlay", |d| vec![UiCommand::SetOverlay(next_overlay(d.overlay, d.is_replay()))];
        plain(Key::F), "Follow the inspected avatar, or let go", follow;
        plain(Key::G), "Go to what is inspected", |d| d.inspected.last().map(|s| UiCommand::LookAt(*s)).into_iter().collect();
        plain(Key::H), "See the whole city", |_| vec![UiCommand::SeeAll];
        plain(Key::B), "Remember this view", |_| vec![UiCommand::AddBookmark];
        plain(Key::F5), "First remembered view", |_| vec![UiCommand::GoToBookmark(0)];
        plain(Key::F6), "Second remembered view", |_| vec![UiCommand::GoToBookmark(1)];
        plain(Key::F7), "Third remembered view", |_| vec![UiCommand::GoToBookmark(2)];
        plain(Key::Backspace), "Inspect what was inspected before", |_| vec![UiCommand::InspectBack];
    }
    "Policy" {
        ctrl(Key::Z), "Take a policy change back", |_| vec![UiCommand::UndoPolicy];
        ctrl_shift(Key::Z), "Make it again", |_| vec![UiCommand::RedoPolicy];
        plain(Key::Y), "Fork the city: run two futures", |_| vec![UiCommand::AskFork(Vec::new())];
        plain(Key::P), "Policy desk", |_| vec![UiCommand::ShowPanel(crate::desktop::panels::PanelKind::Policy)];
    }
    "Window" {
        plain(Key::F1), "This sheet", |_| vec![UiCommand::ToggleHelp];
        plain(Key::F12), "Save a picture of the window", |_| vec![UiCommand::Screenshot];
        plain(Key::T), "Show or hide the truth", |_| vec![UiCommand::ToggleTruth];
        plain(Key::N), "Light or dark", |_| vec![UiCommand::ToggleTheme];
        ctrl(Key::Plus), "Larger text", |d| vec![UiCommand::SetTextScale(d.settings.text_scale + 0.125)];
        ctrl(Key::Minus), "Smaller text", |d| vec![UiCommand::SetTextScale(d.settings.text_scale - 0.125)];
        ctrl(Key::Num0), "Text as it was", |_| vec![UiCommand::SetTextScale(1.0)];
        ctrl(Key::O), "Open a scenario", |_| vec![UiCommand::AskOpen];
        ctrl(Key::S), "Save the scenario as it is now", |_| vec![UiCommand::AskSave];
        ctrl(Key::W), "Close the city", |_| vec![UiCommand::GoToStart];
        ctrl(Key::Q), "Quit", |_| vec![UiCommand::Quit];
    }
}

/// Keys that move the camera while they are held, for the sheet.
pub const HELD: &[(&str, &str)] = &[
    ("W A S D or arrows", "Move over the city"),
    ("Q E", "Turn"),
    ("R V", "Tilt"),
    ("+ −", "Closer, farther"),
    ("Drag", "Move; with the right button turn and tilt"),
    ("Wheel", "Closer, farther"),
    ("Click", "Inspect; twice to go there"),
];

fn next_overlay(overlay: Overlay, is_replay: bool) -> Overlay {
    let after = Overlay::ALL.iter().skip_while(|o| **o != overlay).skip(1);
    let mut offered = after.filter(|o| !is_replay || o.is_in_recordings());
    offered.next().copied().unwrap_or(Overlay::None)
}

fn follow(desk: &Desk) -> Vec<UiCommand> {
    match (desk.rig.followed(), desk.inspected.last()) {
        (Some(_), _) => vec![UiCommand::Unfollow],
        (None, Some(Subject::Avatar(id))) => vec![UiCommand::Follow(*id)],
        _ => Vec::new(),
    }
}

/// Returns what the keys pressed in this frame ask for. While somebody writes, plain keys are letters.
pub fn pressed(ctx: &Context, desk: &Desk) -> Vec<UiCommand> {
    let mut out = Vec::new();
    let is_writing = ctx.text_edit_focused();
    // A focused button takes space and enter for itself.
    let is_focused = ctx.memory(|m| m.focused().is_some());
    if desk.dialog.is_some() || desk.fork.is_some() {
        return out;
    }
    // A key without Shift would also answer the same key with it: those with Shift come first.
    let has_shift = |s: &&Shortcut| s.keys.modifiers.shift;
    let shifted = SHORTCUTS.iter().filter(has_shift);
    for s in shifted.chain(SHORTCUTS.iter().filter(|s| !has_shift(s))) {
        let is_bare = s.keys.modifiers.is_none() && !is_function(s.keys.logical_key);
        if is_bare && (is_writing || is_focused && s.keys.logical_key == Key::Space) {
            continue;
        }
        // With Ctrl they go from word to word.
        if is_writing && matches!(s.keys.logical_key, Key::ArrowLeft | Key::ArrowRight) {
            continue;
        }
        if ctx.input_mut(|i| i.consume_shortcut(&s.keys)) {
            out.extend((s.what)(desk));
        }
    }
    if !is_writing && ctx.input(|i| i.key_pressed(Key::Escape)) {
        if desk.shows_help {
            out.push(UiCommand::ToggleHelp);
        } else if desk.rig.followed().is_some() {
            out.push(UiCommand::Unfollow);
        }
    }
    out
}

const fn is_function(key: Key) -> bool {
    matches!(key, Key::F1 | Key::F5 | Key::F6 | Key::F7 | Key::F12)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_does_two_things() {
        for (i, a) in SHORTCUTS.iter().enumerate() {
            for b in &SHORTCUTS[i + 1..] {
                assert_ne!(a.keys, b.keys, "{} / {}", a.help, b.help);
            }
        }
    }

    #[test]
    fn overlays_come_round() {
        let mut overlay = Overlay::None;
        for _ in Overlay::ALL {
            overlay = next_overlay(overlay, false);
        }
        assert_eq!(overlay, Overlay::None);
        for _ in 0..4 {
            overlay = next_overlay(overlay, true);
            assert!(overlay.is_in_recordings());
        }
        assert_eq!(overlay, Overlay::None);
    }
}
