//! What commands do to a recording: opening it, moving through its time, its captions and its tour.

use std::path::{Path, PathBuf};

use super::desk::Desk;
use super::layout;
use super::obey::{PITCH, near};
use super::tour::Step;
use crate::desktop::command::{Overlay, Speed};
use crate::desktop::engine::frame::Frame;
use crate::desktop::engine::handle::Engine;
use crate::desktop::engine::request::Request;
use crate::desktop::scene::camera::{CameraRig, Pose};
use crate::desktop::view::recorded::Reel;
use crate::desktop::view::subject::Subject;
use crate::desktop::wall;
use crate::lab::recording::{Caption, Look, NAME};
use crate::sim::units::Tick;

/// Nearest and farthest a caption may ask the camera to be.
const ZOOM: (f64, f64) = (0.1, 20.0);

impl Desk {
    /// Says whether a recording is shown, or being opened.
    #[must_use]
    pub const fn is_replay(&self) -> bool {
        self.recording.is_some()
    }

    /// Returns what of the open recording stays the same.
    #[must_use]
    pub fn reel(&self) -> Option<&Reel> {
        self.frame.reel.as_deref()
    }

    pub(super) fn open_recording(&mut self, name: &str) {
        let given = PathBuf::from(name);
        // A run folder has its recording in it.
        let file = if given.is_dir() {
            given.join(NAME)
        } else {
            given
        };
        self.close_city();
        self.frame = Frame::default();
        match Engine::project(file.clone()) {
            Ok(engine) => {
                self.engine = Some(engine);
                self.scenario_name = short_name(&file);
                self.enter_recording(file);
            }
            Err(e) => self.failure = Some(format!("cannot start a thread for the recording: {e}")),
        }
    }

    fn enter_recording(&mut self, file: PathBuf) {
        self.recording = Some(file);
        let panes = self.settings.replay_panes.clone();
        let panes = panes
            .filter(layout::is_whole)
            .unwrap_or_else(layout::of_recording);
        self.city_panes = Some(std::mem::replace(&mut self.panes, panes));
        if !self.overlay.is_in_recordings() {
            self.overlay = Overlay::None;
        }
    }

    /// Puts the panels back as they are for living cities.
    pub(super) fn leave_recording(&mut self) {
        if self.recording.take().is_some()
            && let Some(panes) = self.city_panes.take()
        {
            self.settings.replay_panes = Some(std::mem::replace(&mut self.panes, panes));
        }
        self.tour.end();
        self.tour.unhide();
    }

    /// Goes to a moment; a tour does not go on from elsewhere.
    pub(super) fn seek(&mut self, to: Tick) {
        self.tour.end();
        self.send(Request::Seek(to));
    }

    pub(super) fn seek_by(&mut self, ticks: i32) {
        let here = self.frame.status.tick.0;
        if self.is_replay() {
            self.seek(Tick(here.saturating_add_signed(ticks)));
        }
    }

    pub(super) fn seek_end(&mut self, is_last: bool) {
        if let Some(reel) = self.reel() {
            let (first, last) = reel.span;
            self.seek(if is_last { last } else { first });
        }
    }

    pub(super) fn go_to_caption(&mut self, i: usize) {
        let Some(reel) = self.frame.reel.clone() else {
            return;
        };
        let Some(caption) = reel.tour.captions.get(i) else {
            return;
        };
        if self.tour.is_on() {
            self.arrive(i, &reel);
        } else {
            self.tour.unhide();
            self.send(Request::Seek(reel.moment(caption.tick)));
            self.look_as(caption);
        }
    }

    /// Goes to the next caption, or to the one before.
    pub(super) fn turn_caption(&mut self, is_next: bool) {
        let Some(reel) = self.reel() else { return };
        let here = self.frame.status.tick;
        let current = if self.tour.stays() {
            self.tour.shown(reel, here)
        } else {
            reel.caption_at(here)
        };
        let last = reel.tour.captions.len().checked_sub(1);
        let wanted = match (current, is_next) {
            (None, true) => Some(0),
            (None, false) => None,
            (Some(i), true) => Some(i + 1),
            // As with songs: from far within one, back to its beginning.
            (Some(i), false) => {
                let began = reel.moment(reel.tour.captions[i].tick);
                if here.since(began) > 30 {
                    Some(i)
                } else {
                    i.checked_sub(1)
                }
            }
        };
        match wanted.filter(|i| Some(*i) <= last) {
            Some(i) => self.go_to_caption(i),
            None if last.is_none() => self.tell("This recording has no captions".to_owned()),
            None => {}
        }
    }

    pub(super) fn toggle_tour(&mut self) {
        let Some(reel) = self.frame.reel.clone() else {
            return;
        };
        if self.tour.is_on() {
            self.tour.end();
            self.send(Request::Pause);
            return;
        }
        if reel.tour.captions.is_empty() {
            self.tell("This recording has no captions to tour".to_owned());
            return;
        }
        let here = self.frame.status.tick;
        let from = if here >= reel.span.1 {
            None
        } else {
            reel.caption_at(here)
        };
        self.arrive(from.unwrap_or(0), &reel);
    }

    pub(super) fn toggle_caption(&mut self) {
        if let Some(reel) = self.frame.reel.clone() {
            self.tour.toggle(&reel, self.frame.status.tick);
        }
    }

    /// Stops at a caption of the tour and looks where it looks.
    fn arrive(&mut self, i: usize, reel: &Reel) {
        let Some(caption) = reel.tour.captions.get(i) else {
            return;
        };
        self.send(Request::Pause);
        self.send(Request::Seek(reel.moment(caption.tick)));
        self.tour.arrive(i, reel, wall::now());
        self.look_as(caption);
    }

    /// Lets a tour go on, once a frame.
    pub(super) fn guide(&mut self) {
        let Some(reel) = self.frame.reel.clone() else {
            return;
        };
        match self.tour.step(&reel, self.frame.status.tick, wall::now()) {
            Step::Stay => {}
            Step::Arrive(i) => self.arrive(i, &reel),
            Step::Leave(i) => {
                let captions = &reel.tour.captions;
                if let Some(speed) = captions.get(i).and_then(|c| c.speed) {
                    self.send(Request::Speed(Speed::of(speed)));
                }
                self.send(match captions.get(i + 1) {
                    Some(next) => Request::PlayUntil(reel.moment(next.tick).0),
                    None => Request::Play,
                });
            }
            Step::End => self.tour.end(),
        }
    }

    /// Moves the camera to where a caption looks, and as near as it says.
    fn look_as(&mut self, caption: &Caption) {
        let zoom = caption.zoom.map(|z| {
            let (nearest, farthest) = (ZOOM.0, ZOOM.1);
            if z.is_finite() {
                z.clamp(nearest, farthest) as f32
            } else {
                1.0
            }
        });
        let subject = match caption.look {
            Look::City => None,
            Look::Space(id) => Some(Subject::Space(id)),
            Look::Parcel(id) => Some(Subject::Parcel(id)),
            Look::Avatar(id) => Some(Subject::Avatar(id)),
        };
        let Some(subject) = subject else {
            self.rig.unfollow();
            let whole = CameraRig::over(self.frame.city.rows.grid.extent()).pose;
            if let Some(zoom) = zoom {
                self.rig.go_to(Pose {
                    distance: whole.distance / zoom,
                    ..whole
                });
            }
            return;
        };
        let target = super::city_pane::position(self, subject);
        let pose = Pose {
            target: target.unwrap_or(self.rig.pose.target),
            yaw: self.rig.pose.yaw,
            pitch: PITCH,
            distance: zoom.map_or(self.rig.pose.distance, |z| near(subject) / z),
        };
        match subject {
            // Wherever it is by then.
            Subject::Avatar(id) => self.rig.follow_as(id, pose),
            _ => self.rig.go_to(pose),
        }
        self.inspect(subject);
    }
}

/// Returns how a recording is called: its file, or its folder where every file is called the same.
fn short_name(file: &Path) -> String {
    let of = |p: &Path| p.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = of(file).unwrap_or_else(|| file.display().to_string());
    match file.parent().and_then(of) {
        Some(folder) if name == NAME => folder,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_in_a_run_folder_is_called_after_the_folder() {
        assert_eq!(short_name(Path::new("runs/a/recording.mcap")), "a");
        assert_eq!(short_name(Path::new("demos/day.mcap")), "day.mcap");
        assert_eq!(short_name(Path::new("recording.mcap")), "recording.mcap");
    }
}
