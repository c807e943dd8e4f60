//! What commands do to the desk.

use std::path::{Path, PathBuf};

use super::city_pane::position;
use super::desk::{Desk, Errand};
use super::layout;
use super::settings::{Bookmark, TEXT_SCALE};
use super::sheets::Dialog;
use crate::desktop::command::UiCommand;
use crate::desktop::engine::frame::Frame;
use crate::desktop::engine::handle::Engine;
use crate::desktop::engine::request::{Opening, Request};
use crate::desktop::look::Look;
use crate::desktop::scene::camera::{CameraRig, Pose};
use crate::desktop::view::subject::Subject;
use crate::desktop::wall;
use crate::scenario::load::load;
use crate::scenario::run::folder;
use crate::scenario::steer::order::Command;

/// Subjects remembered by the inspector.
const MOST_INSPECTED: usize = 64;

/// How far down the camera looks at a subject, in radians: steep enough to look over the roofs around.
pub(super) const PITCH: f32 = 0.98;

impl Desk {
    /// Does what commands ask for, in order.
    pub fn obey(&mut self, commands: Vec<UiCommand>) {
        for command in commands {
            self.obey_one(command);
        }
    }

    pub(super) fn send(&self, request: Request) {
        if let Some(engine) = &self.engine {
            engine.send(request);
        }
    }

    fn obey_one(&mut self, command: UiCommand) {
        match command {
            UiCommand::Play if self.tour.stays() => self.tour.hurry(wall::now()),
            UiCommand::Play => {
                self.go_live();
                self.send(Request::Play);
            }
            UiCommand::Pause => self.send(Request::Pause),
            UiCommand::Step => {
                self.tour.end();
                self.go_live();
                self.send(Request::Step);
            }
            UiCommand::SetSpeed(speed) => self.send(Request::Speed(speed)),
            UiCommand::ScrubTo(tick) if self.is_replay() => self.seek(tick),
            UiCommand::SeekBy(ticks) => self.seek_by(ticks),
            UiCommand::GoToBeginning => self.seek_end(false),
            UiCommand::GoToEnd => self.seek_end(true),
            UiCommand::GoToCaption(i) => self.go_to_caption(i),
            UiCommand::NextCaption => self.turn_caption(true),
            UiCommand::PreviousCaption => self.turn_caption(false),
            UiCommand::ToggleTour => self.toggle_tour(),
            UiCommand::ToggleCaption => self.toggle_caption(),
            UiCommand::ScrubTo(tick) => {
                self.send(Request::Pause);
                self.send(Request::Recall(Some(tick)));
                self.scrubbed = Some(tick);
            }
            UiCommand::GoLive => self.go_live(),
            UiCommand::Inspect(subject) => {
                self.inspect(subject);
                layout::show(
                    &mut self.panes,
                    crate::desktop::panels::PanelKind::Inspector,
                );
            }
            UiCommand::InspectBack => {
                self.inspected.pop();
            }
            UiCommand::LookAt(subject) => self.look_at(subject),
            UiCommand::SeeAll => {
                let all = CameraRig::over(self.frame.city.rows.grid.extent());
                self.rig.go_to(all.pose);
            }
            UiCommand::Follow(avatar) => {
                self.rig.follow(avatar);
            }
            UiCommand::Unfollow => self.rig.unfollow(),
            UiCommand::SetOverlay(overlay) if self.is_replay() && !overlay.is_in_recordings() => {
                self.tell(format!("A recording does not hold {}", overlay.title()));
            }
            UiCommand::SetOverlay(overlay) => self.overlay = overlay,
            UiCommand::FilterEvents { search, hidden } => self.event_filter = (search, hidden),
            UiCommand::ShowPanel(kind) if !self.offers(kind) => {
                let what = if self.is_replay() {
                    "is not in a recording"
                } else {
                    "is about recordings; open one to see it"
                };
                self.tell(format!("{} {what}", kind.title()));
            }
            UiCommand::ShowPanel(kind) => layout::show(&mut self.panes, kind),
            UiCommand::HidePanel(kind) => layout::hide(&mut self.panes, kind),
            UiCommand::ResetLayout if self.is_replay() => self.panes = layout::of_recording(),
            UiCommand::ResetLayout => self.panes = layout::first(),
            UiCommand::SetPolicy { key, value } => match read_value(&value) {
                Some(value) => self.send(Request::Steer(Command::SetPolicy { key, value })),
                None => self.failure = Some(format!("{key} = {value}: is not a value")),
            },
            UiCommand::UndoPolicy => self.send(Request::Undo),
            UiCommand::RedoPolicy => self.send(Request::Redo),
            UiCommand::AskFork(keys) => self.ask_fork(&keys),
            UiCommand::Fork { changes, days } => self.begin_fork(&changes, days),
            UiCommand::StopFork(id) => self.send(Request::StopFork(id)),
            UiCommand::DismissFork(id) => self.send(Request::DismissFork(id)),
            UiCommand::GoOnWith(id) => {
                self.go_live();
                self.send(Request::GoOnWith(id));
            }
            UiCommand::TakeOver(avatar) => self.send(Request::Steer(Command::TakeOver { avatar })),
            UiCommand::LetGo(avatar) => self.send(Request::Steer(Command::LetGo { avatar })),
            UiCommand::Choose(avatar, choice) => {
                self.send(Request::Steer(Command::Choose { avatar, choice }));
            }
            UiCommand::AskOpen => self.dialog = Some(Dialog::open()),
            UiCommand::Open(name) => self.open(&name),
            UiCommand::AskOpenRecording => self.dialog = Some(Dialog::open_recording()),
            UiCommand::OpenRecording(name) => self.open_recording(&name),
            UiCommand::AskRecord(detail) => self.ask_record(detail),
            UiCommand::Record(path, detail) => self.record(path, detail),
            UiCommand::StopRecording => self.stop_recording(),
            UiCommand::AskSave => {
                if self.has_city() {
                    self.dialog = Some(Dialog::save(&self.frame.scenario.name));
                } else {
                    self.tell("No scenario is open".to_owned());
                }
            }
            UiCommand::Save(path) => self.save(&path),
            UiCommand::GoToStart => self.close_city(),
            UiCommand::Screenshot => {
                let path = self.place_for("screenshot", "png");
                self.errands.push(Errand::Photograph(path, None));
            }
            UiCommand::ExportCsv { name, csv } => {
                let path = self.place_for(&name, "csv");
                self.write(&path, &csv);
            }
            UiCommand::ExportPng { name, place } => {
                let path = self.place_for(&name, "png");
                self.errands.push(Errand::Photograph(path, Some(place)));
            }
            UiCommand::ToggleTheme => {
                let before = self.look;
                let other = Look::new(!before.is_dark);
                self.look = Look {
                    is_dark: other.is_dark,
                    palette: other.palette,
                    ..before
                };
            }
            UiCommand::SetTextScale(scale) => {
                self.settings.text_scale = scale.clamp(TEXT_SCALE.0, TEXT_SCALE.1);
            }
            UiCommand::ToggleTruth => self.look.shows_truth = !self.look.shows_truth,
            UiCommand::ToggleHelp => self.shows_help = !self.shows_help,
            UiCommand::AddBookmark => {
                let n = self.bookmarks().len() + 1;
                let mark = Bookmark {
                    name: format!("View {n}"),
                    pose: self.rig.pose,
                };
                self.settings
                    .bookmarks
                    .entry(self.scenario_name.clone())
                    .or_default()
                    .push(mark);
                self.tell(format!("View {n} is remembered"));
            }
            UiCommand::GoToBookmark(i) => {
                if let Some(mark) = self.bookmarks().get(i).cloned() {
                    self.rig.go_to(mark.pose);
                }
            }
            UiCommand::RemoveBookmark(i) => {
                if let Some(list) = self.settings.bookmarks.get_mut(&self.scenario_name)
                    && i < list.len()
                {
                    list.remove(i);
                }
            }
            UiCommand::Copy(text) => self.copied = Some(text),
            UiCommand::Quit => self.errands.push(Errand::Quit),
        }
    }

    /// Lets the inspector show a subject, and remember what it showed before.
    pub(super) fn inspect(&mut self, subject: Subject) {
        if self.inspected.last() != Some(&subject) {
            self.inspected.push(subject);
            if self.inspected.len() > MOST_INSPECTED {
                self.inspected.remove(0);
            }
        }
    }

    fn go_live(&mut self) {
        if self.scrubbed.take().is_some() {
            self.send(Request::Recall(None));
        }
    }

    fn look_at(&mut self, subject: Subject) {
        let (place, distance) = (position(self, subject), near(subject));
        if let Some(at) = place {
            let pose = Pose {
                target: at,
                yaw: self.rig.pose.yaw,
                pitch: PITCH,
                distance,
            };
            let followed = self.rig.followed();
            self.rig.go_to(pose);
            if let Some(id) = followed {
                self.rig.follow(id);
            }
        } else {
            self.tell(format!("{} is nowhere in the city now", subject.label()));
        }
    }

    fn open(&mut self, name: &str) {
        let loaded = match load(name, &self.options.overrides) {
            Ok(loaded) => loaded,
            Err(e) => {
                self.failure = Some(e.to_string());
                return;
            }
        };
        self.close_city();
        let folder = self.options.out.take().or_else(|| {
            self.options
                .keeps_runs
                .then(|| free_folder(&loaded.scenario))
        });
        let opening = Opening {
            folder,
            overwrites: self.options.force,
            threads: self.options.threads,
            name: name.to_owned(),
            changed: self.options.overrides.clone(),
            loaded,
        };
        self.frame = Frame::default();
        match Engine::start(opening) {
            Ok(engine) => {
                self.engine = Some(engine);
                name.clone_into(&mut self.scenario_name);
                self.settings.opened(name);
            }
            Err(e) => self.failure = Some(format!("cannot start a thread for the city: {e}")),
        }
    }

    fn save(&mut self, path: &Path) {
        if self.write(path, &self.frame.scenario.to_toml()) {
            self.settings.opened(&path.display().to_string());
        }
    }

    /// Writes a file, whole or not at all, and tells how that went; says whether it went well.
    fn write(&mut self, path: &Path, text: &str) -> bool {
        match folder::write(path, text.as_bytes()) {
            Ok(()) => {
                self.tell(format!("Saved {}", path.display()));
                true
            }
            Err(e) => {
                self.failure = Some(e.to_string());
                false
            }
        }
    }

    /// Returns a file that does not exist yet, in the run's folder or where the program was started.
    pub(super) fn place_for(&self, name: &str, ending: &str) -> PathBuf {
        let dir = self.frame.status.folder.clone().unwrap_or_default();
        let name: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '-' })
            .collect();
        let name = name.to_lowercase();
        free(|n| {
            dir.join(if n == 1 {
                format!("{name}.{ending}")
            } else {
                format!("{name}-{n}.{ending}")
            })
        })
    }
}

/// Reads a value as TOML spells it.
pub(super) fn read_value(text: &str) -> Option<toml::Value> {
    let table: toml::Table = format!("v = {text}").parse().ok()?;
    table.get("v").cloned()
}

/// Returns the first of many names that is free.
fn free(name: impl Fn(u32) -> PathBuf) -> PathBuf {
    (1..u32::MAX)
        .map(&name)
        .find(|p| !p.exists())
        .unwrap_or_else(|| name(1))
}

fn free_folder(scenario: &crate::scenario::schema::Scenario) -> PathBuf {
    let first = folder::default_path(scenario, Some("desktop"));
    free(|n| {
        if n == 1 {
            first.clone()
        } else {
            PathBuf::from(format!("{}-{n}", first.display()))
        }
    })
}

/// From how far a subject is looked at, in metres.
pub(super) const fn near(subject: Subject) -> f32 {
    match subject {
        Subject::Avatar(_) => 32.0,
        Subject::Campaign(_) => 40.0,
        _ => 90.0,
    }
}
