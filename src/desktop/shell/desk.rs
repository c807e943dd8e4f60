//! What the window knows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use egui_tiles::Tree;

use super::fork::ForkSheet;
use super::layout::{self, Pane};
use super::legend::LegendOf;
use super::settings::{Bookmark, Settings};
use super::sheets::Dialog;
use super::theme;
use super::tour::Tour;
use crate::desktop::command::{Overlay, Speed};
use crate::desktop::engine::frame::{Frame, Stage};
use crate::desktop::engine::handle::Engine;
use crate::desktop::engine::request::Request;
use crate::desktop::look::Look;
use crate::desktop::panels::PanelKind;
use crate::desktop::scene::camera::CameraRig;
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::overlay::Legend;
use crate::desktop::view::sight::{Ask, days_of};
use crate::desktop::view::subject::Subject;
use crate::desktop::wall;
use crate::scenario::load::Overrides;
use crate::sim::units::Tick;

/// Farthest the camera is at first, in meters.
const FIRST_DISTANCE: f32 = 260.0;

/// What the command line said.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Scenario to open at once.
    pub scenario: Option<String>,
    /// Recording to open at once.
    pub recording: Option<PathBuf>,
    /// What it adds to every scenario opened.
    pub overrides: Overrides,
    /// Worker threads; 0 for one per core.
    pub threads: usize,
    /// Where the first run goes; `None` for a new folder under `runs`.
    pub out: Option<PathBuf>,
    /// Whether a run there may be overwritten.
    pub force: bool,
    /// Whether runs are kept at all.
    pub keeps_runs: bool,
    /// Whether time runs as soon as a city is founded.
    pub plays: bool,
    /// Before which tick it stops.
    pub until: Option<u32>,
    /// How fast it runs at first.
    pub speed: Option<Speed>,
}

/// What only the program around the window can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Errand {
    /// Photograph the window into a file; of a part only, in points: left, top, right, bottom.
    Photograph(PathBuf, Option<[f32; 4]>),
    /// Leave.
    Quit,
}

/// Everything the window knows.
pub struct Desk {
    /// What the command line said.
    pub options: Options,
    /// What is remembered.
    pub settings: Settings,
    /// How it looks.
    pub look: Look,
    /// The city's thread.
    pub engine: Option<Engine>,
    /// Name or path of the scenario it runs.
    pub scenario_name: String,
    /// The recording that is shown in place of a living city.
    pub recording: Option<PathBuf>,
    /// Where the guided tour of the recording is.
    pub tour: Tour,
    /// What it last answered.
    pub frame: Frame,
    /// When the newest tick came.
    pub ticked: Instant,
    /// Where the panels are.
    pub panes: Tree<Pane>,
    /// Where the panels of living cities are, while a recording is shown.
    pub(super) city_panes: Option<Tree<Pane>>,
    /// What colours the city.
    pub overlay: Overlay,
    /// What the inspector shows, and before that, newest last.
    pub inspected: Vec<Subject>,
    /// The camera.
    pub rig: CameraRig,
    /// Where the city is seen, in points; `None` while its pane is hidden.
    pub city_rect: Option<egui::Rect>,
    /// Whether the camera moves by itself.
    pub is_flying: bool,
    /// What lies under the pointer in the city.
    pub hovered: Option<Subject>,
    /// The past tick that is shown.
    pub scrubbed: Option<Tick>,
    /// Which events are shown: text, and kinds left out.
    pub event_filter: (String, Vec<String>),
    /// Whether the sheet of shortcuts is open.
    pub shows_help: bool,
    /// A dialog for files, while one is open.
    pub dialog: Option<Dialog>,
    /// The sheet that asks how a fork should differ, while it is open.
    pub(super) fork: Option<ForkSheet>,
    /// What went wrong and must be read.
    pub failure: Option<String>,
    /// What should be known though it went well.
    pub remark: Option<String>,
    /// What was done, for a few seconds.
    pub notice: Option<(String, Instant)>,
    /// Text that waits to be copied to the clipboard.
    pub copied: Option<String>,
    /// What the program around the window must do.
    pub errands: Vec<Errand>,
    /// When the window opened.
    pub clock: Instant,
    /// Whether a program draws instead of a device.
    pub is_software: bool,
    /// Pixels per point.
    pub pixels_per_point: f32,
    /// A crowd shown in place of the city's own, to see what drawing it costs.
    pub parade: Option<Arc<CrowdView>>,
    /// Whether names are written over the city.
    pub shows_names: bool,
    /// Looks that were given to egui.
    pub(super) given: Option<theme::Given>,
    /// What the colours of the overlay mean, as last read.
    pub(super) legend: Option<(LegendOf, Legend)>,
    /// What the thread was last told to show.
    pub(super) told: Option<(Vec<PanelKind>, Ask)>,
    /// Commands refused so far, as last seen.
    pub(super) n_refused: u32,
}

impl Desk {
    /// Makes a desk without a city.
    #[must_use]
    pub fn new(options: Options, settings: Settings) -> Self {
        let panes = settings
            .panes
            .clone()
            .filter(layout::is_whole)
            .unwrap_or_else(layout::first);
        let mut look = Look::new(settings.is_dark);
        look.shows_truth = settings.shows_truth;
        Self {
            options,
            look,
            settings,
            engine: None,
            scenario_name: String::new(),
            recording: None,
            tour: Tour::default(),
            frame: Frame::default(),
            ticked: wall::now(),
            panes,
            city_panes: None,
            overlay: Overlay::None,
            inspected: Vec::new(),
            rig: CameraRig::default(),
            city_rect: None,
            is_flying: false,
            hovered: None,
            scrubbed: None,
            event_filter: (String::new(), Vec::new()),
            shows_help: false,
            dialog: None,
            fork: None,
            failure: None,
            remark: None,
            notice: None,
            copied: None,
            errands: Vec::new(),
            clock: wall::now(),
            is_software: false,
            pixels_per_point: 1.0,
            parade: None,
            shows_names: true,
            given: None,
            legend: None,
            told: None,
            n_refused: 0,
        }
    }

    /// Says whether a city is there or being founded.
    #[must_use]
    pub const fn has_city(&self) -> bool {
        self.engine.is_some()
    }

    /// Takes the newest frame from the city's thread and tells it what should be seen. Once a frame.
    pub fn meet(&mut self) {
        self.look.seeks = self.is_replay();
        self.look.is_touring = self.tour.is_on();
        let cursor = if self.is_replay() {
            Some(self.frame.status.tick)
        } else {
            self.scrubbed
        };
        self.look.cursor_day = cursor.map(days_of);
        let visible = layout::visible(&self.panes);
        let ask = Ask {
            inspected: self.inspected.last().copied(),
            shows_truth: self.look.shows_truth,
            overlay: self.overlay,
            event_search: self.event_filter.0.clone(),
            hidden_events: self.event_filter.1.clone(),
        };
        let Some(engine) = &mut self.engine else {
            return;
        };
        let telling = (visible, ask);
        if self.told.as_ref() != Some(&telling) {
            engine.send(Request::Watch(telling.0.clone(), telling.1.clone()));
            self.told = Some(telling);
        }
        let status = &self.frame.status;
        let is_racing = self.is_software && status.is_playing && status.speed == Speed::MAX;
        let frame = if is_racing {
            engine.frame_of_now()
        } else {
            engine.frame()
        };
        let Some(frame) = frame else {
            return;
        };
        let was_founding = self.frame.status.stage == Stage::Founding;
        if frame.status.tick != self.frame.status.tick {
            self.ticked = wall::now();
        }
        let was_forking = self.frame.status.forking.is_some();
        self.frame = frame;
        if was_forking && self.frame.status.forking.is_none() {
            self.tell(
                "No future is under way any more; the panel Futures has what they came to"
                    .to_owned(),
            );
        }
        match &self.frame.status.stage {
            Stage::Failed(why) => {
                self.failure = Some(why.clone());
                self.engine = None;
                self.frame = Frame::default();
                self.fork = None;
                self.leave_recording();
            }
            Stage::Living | Stage::Finished if was_founding => {
                let extent = self.frame.city.rows.grid.extent();
                self.rig.reset(extent);
                // A recording of numbers has no ground to look at.
                if extent > 0.0 {
                    // From where people can be told from houses.
                    self.rig.pose.target = [0.5 * extent; 2];
                    self.rig.pose.distance = (0.42 * extent).min(FIRST_DISTANCE);
                }
                if let Some(file) = &self.recording {
                    self.settings.opened_recording(&file.display().to_string());
                }
                if let Some(speed) = self.options.speed {
                    self.send(Request::Speed(speed));
                }
                self.remark = self.reel().and_then(|r| r.damage.clone());
                // Where there is a tour to begin, it is for whoever looks to begin it.
                let has_tour = self.reel().is_some_and(|r| !r.tour.captions.is_empty());
                match (self.options.plays && !has_tour, self.options.until) {
                    (true, Some(tick)) => self.send(Request::PlayUntil(tick)),
                    (true, None) => self.send(Request::Play),
                    (false, _) => {}
                }
            }
            _ => {}
        }
        self.guide();
        (self.look.can_undo, self.look.can_redo) = self.frame.status.can_undo;
        if self.frame.status.n_refused != self.n_refused {
            self.n_refused = self.frame.status.n_refused;
            self.failure.clone_from(&self.frame.status.refused);
        }
    }

    /// Says whether a panel can show anything of what is open.
    #[must_use]
    pub const fn offers(&self, kind: PanelKind) -> bool {
        if self.recording.is_some() {
            kind.is_in_recordings()
        } else {
            kind.is_in_cities()
        }
    }

    /// Returns the people as they are shown.
    #[must_use]
    pub fn crowd(&self) -> &Arc<CrowdView> {
        self.parade.as_ref().unwrap_or(&self.frame.crowd)
    }

    /// Returns how far the shown people are between the last two ticks, from 0 to 1.
    #[must_use]
    pub fn alpha(&self) -> f32 {
        let status = &self.frame.status;
        match status.speed.ticks_per_second() {
            // Faster than frames: there is nothing to see between two ticks.
            Some(rate) if status.is_playing && rate <= 20.0 && self.scrubbed.is_none() => {
                (self.ticked.elapsed().as_secs_f64() * rate).clamp(0.0, 1.0) as f32
            }
            _ => 1.0,
        }
    }

    /// Returns the bookmarks of the scenario that is open.
    #[must_use]
    pub fn bookmarks(&self) -> &[Bookmark] {
        self.settings
            .bookmarks
            .get(&self.scenario_name)
            .map_or(&[], Vec::as_slice)
    }

    /// Says something for a few seconds.
    pub fn tell(&mut self, what: String) {
        self.notice = Some((what, wall::now()));
    }

    /// Closes the city, if there is one, and waits for its files.
    pub fn close_city(&mut self) {
        if let Some(engine) = self.engine.take()
            && let Some(last) = engine.close()
            && let Stage::Failed(why) = last.status.stage
        {
            self.failure = Some(why);
        }
        self.frame = Frame::default();
        self.told = None;
        self.n_refused = 0;
        self.inspected.clear();
        self.scrubbed = None;
        self.fork = None;
        self.leave_recording();
    }

    /// Remembers what should be remembered.
    pub fn remember(&mut self) {
        let (living, recorded) = match &self.city_panes {
            Some(living) => (living, Some(&self.panes)),
            None => (&self.panes, None),
        };
        self.settings.panes = Some(living.clone());
        if let Some(panes) = recorded {
            self.settings.replay_panes = Some(panes.clone());
        }
        self.settings.is_dark = self.look.is_dark;
        self.settings.shows_truth = self.look.shows_truth;
        self.settings.save();
    }
}
