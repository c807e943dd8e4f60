//! The rows of panels and scene, filled from a recording: what the readers are for a living city.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::diary::{Diary, place_deeds};
use super::frame::{Frame, Status};
use super::policy;
use crate::desktop::panels::{PanelKind, Views};
use crate::desktop::view::city::CityView;
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::recorded::{Recorded, Reel};
use crate::desktop::view::recorded_city::RecordedMaker;
use crate::desktop::view::sight::Ask;
use crate::desktop::view::subject::Subject;
use crate::desktop::wall;
use crate::events::offer::Slate;
use crate::lab::recording::{Detail, Picture, Recording, RecordingError, Series};
use crate::lab::summary::PolicyChange;
use crate::scenario::schema::Scenario;
use crate::sim::ids::AvatarId;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Shortest time between two fillings of the same panel while time runs.
const PANEL_EVERY: Duration = Duration::from_millis(200);

/// Most ticks before a moment that are passed to see whence people come and with whom they talk.
const MOST_WARM: u32 = 30;

/// People that are moved on for that, at most: a seek stays short in a large city.
const MOST_MOVED: u32 = 40_000;

/// Most ticks back that offers are read, so that a seek stays short in a full recording.
const OFFERS_BACK: u32 = 240;

/// A recording that is shown.
pub(super) struct Screening {
    recording: Recording,
    reel: Arc<Reel>,
    series: Vec<Series>,
    changes: Arc<Vec<PolicyChange>>,
    scenario: Arc<Scenario>,
    picture: Picture,
    now: u32,
    maker: RecordedMaker,
    city: CityView,
    crowd: Arc<CrowdView>,
    diary: Diary,
    /// The day that is shown, and how many sessions had begun before it.
    sessions_before: (Option<u32>, i64),
    /// Offers to the inspected avatar, newest first, and what they were read for.
    slates: (Option<(AvatarId, u32)>, Vec<Slate>),
    views: Views,
    open: Vec<PanelKind>,
    ask: Ask,
    filled: Vec<Option<(u32, Tick)>>,
    readings: Vec<Option<Instant>>,
    is_stale: bool,
}

impl Screening {
    /// Opens a recording; no moment of it is shown yet.
    pub(super) fn open(file: &Path) -> Result<Self, RecordingError> {
        let recording = Recording::open(file)?;
        let reel = Arc::new(reel(&recording));
        let n = PanelKind::ALL.len();
        Ok(Self {
            series: recording.series(),
            changes: Arc::new(policy::changes(&recording)),
            scenario: Arc::new(policy::scenario(&recording)),
            picture: Picture::default(),
            now: 0,
            maker: RecordedMaker::default(),
            city: CityView::default(),
            crowd: Arc::default(),
            diary: Diary::default(),
            sessions_before: (None, 0),
            slates: (None, Vec::new()),
            views: Views::default(),
            open: Vec::new(),
            ask: Ask::default(),
            filled: vec![None; n],
            readings: vec![None; n],
            is_stale: true,
            recording,
            reel,
        })
    }

    /// Returns the tick that runs next at the moment that is shown.
    pub(super) const fn now(&self) -> Tick {
        Tick(self.now)
    }

    /// Returns the first and the last moment.
    pub(super) fn span(&self) -> (Tick, Tick) {
        self.reel.span
    }

    /// Returns how many days were asked for.
    pub(super) fn days(&self) -> u32 {
        self.recording.header().days
    }

    /// Notes which panels can be seen and what they should show.
    pub(super) fn watch(&mut self, open: Vec<PanelKind>, ask: Ask) {
        self.is_stale |= self.ask != ask || open.iter().any(|p| !self.open.contains(p));
        self.open = open;
        self.ask = ask;
    }

    /// Goes to a moment, or to the nearest that was recorded.
    pub(super) fn seek(&mut self, to: Tick) -> Result<(), RecordingError> {
        let to = self.reel.moment(to.0).0;
        if to == self.now && self.now > 0 {
            return Ok(());
        }
        if self.now > 0 && to > self.now && to - self.now <= 2 {
            return self.advance(to - self.now);
        }
        let ticks = self.recording.ticks();
        if ticks.is_empty() {
            self.now = to;
            return Ok(());
        }
        let ran = to.saturating_sub(1);
        let target = self.recording.at(ran)?;
        let awake = target.awake.len().max(1) as u32;
        let warm = (MOST_MOVED / awake).clamp(1, MOST_WARM);
        let start = (ran + 1).saturating_sub(warm).max(ticks.start);
        self.maker.forget();
        let before = match start.checked_sub(1) {
            Some(t) if ticks.contains(&t) => {
                self.recording.at(t).map(|p| p.awake).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        self.diary.begin(start, &before);
        for tick in start..ran {
            // What goes before only tells whence people come: where it cannot be read, they are seen to be there.
            if self.pass(tick).is_err() {
                self.maker.forget();
                self.diary.begin(tick + 1, &[]);
            } else {
                self.show();
            }
        }
        self.pass(ran)?;
        self.show();
        self.now = to;
        self.is_stale = true;
        Ok(())
    }

    /// Lets ticks pass, no farther than the end, and shows the last of them.
    pub(super) fn advance(&mut self, ticks: u32) -> Result<(), RecordingError> {
        let end = self.now.saturating_add(ticks).min(self.reel.span.1.0);
        let is_new = end > self.now;
        while self.now < end {
            self.pass(self.now)?;
            self.now += 1;
        }
        if is_new {
            self.show();
        }
        Ok(())
    }

    /// Reads what happened in a tick.
    fn pass(&mut self, tick: u32) -> Result<(), RecordingError> {
        let picture = self.recording.at(tick)?;
        let mut deeds = self.recording.deeds(tick..tick + 1)?;
        place_deeds(&mut deeds, &picture.awake);
        self.maker.see(&picture, &deeds);
        self.diary.add(&picture, &deeds);
        self.picture = picture;
        Ok(())
    }

    fn show(&mut self) {
        self.city = self.maker.city(&self.recording, &self.picture);
        let crowd = self.maker.crowd(&self.recording, &self.picture);
        self.crowd = Arc::new(crowd);
    }

    /// Reads on, backwards, what happened today, if anybody looks at it; says whether there was anything to read.
    pub(super) fn read_back(&mut self) -> bool {
        let is_asked = self
            .open
            .iter()
            .any(|p| matches!(p, PanelKind::Events | PanelKind::Inspector));
        let missing = self
            .diary
            .missing(self.picture.tick, self.recording.ticks().start);
        let Some(ticks) = missing.filter(|_| is_asked) else {
            return false;
        };
        // What is damaged was told when the file was opened; here it only ends what can be known of the day.
        if self.diary.read_back(&mut self.recording, ticks).is_err() {
            self.diary.give_up();
        }
        self.is_stale = true;
        true
    }

    /// Fills what is due and returns everything.
    pub(super) fn frame(&mut self, status: Status) -> Frame {
        if self.open.contains(&PanelKind::Inspector) {
            self.read_slates();
        }
        if self.open.contains(&PanelKind::Overview) {
            self.count_sessions();
        }
        let recorded = Recorded {
            recording: &self.recording,
            reel: &self.reel,
            series: &self.series,
            picture: &self.picture,
            now: Tick(self.now),
            recent: &self.diary.recent,
            visits: &self.diary.visits,
            sessions_before: self.sessions_before.1,
            read_since: self.diary.begins(),
            slates: &self.slates.1,
            changes: &self.changes,
        };
        for kind in &self.open {
            let i = *kind as usize;
            let of = (self.now, self.diary.begins());
            let is_old = self.filled[i] != Some(of);
            let is_due = self.readings[i].is_none_or(|t| t.elapsed() >= PANEL_EVERY);
            if self.is_stale || is_old && (is_due || !status.is_playing) {
                self.views.fill_recorded(*kind, &recorded, &self.ask);
                self.filled[i] = Some(of);
                self.readings[i] = Some(wall::now());
            }
        }
        self.is_stale = false;
        Frame {
            status,
            views: self.views.clone(),
            city: self.city.clone(),
            crowd: Arc::clone(&self.crowd),
            changes: Arc::clone(&self.changes),
            scenario: Arc::clone(&self.scenario),
            remembered: Some(self.reel.span),
            reel: Some(Arc::clone(&self.reel)),
        }
    }

    /// Looks up, once for each day that is shown, how many sessions had begun before it. Of a day that had begun before the
    /// recording did, those before the recording are left out.
    fn count_sessions(&mut self) {
        let day = self.picture.tick.day();
        if self.sessions_before.0 == Some(day) {
            return;
        }
        let ticks = self.recording.ticks();
        let midnight = day * TICKS_PER_DAY;
        let before = if midnight.max(ticks.start) == 0 {
            0
        } else {
            let last = midnight.saturating_sub(1).max(ticks.start);
            let known = self.recording.at(last).map(|p| p.counters.sessions);
            known.unwrap_or(self.picture.counters.sessions)
        };
        self.sessions_before = (Some(day), before);
    }

    /// Reads what the inspected avatar was offered lately, if the recording holds offers.
    fn read_slates(&mut self) {
        let Some(Subject::Avatar(id)) = self.ask.inspected else {
            return;
        };
        if self.recording.header().detail != Detail::Full || self.slates.0 == Some((id, self.now)) {
            return;
        }
        let back = self.now.saturating_sub(OFFERS_BACK);
        let from = match self.slates.0 {
            // What was read before is still lately: only what is new is read.
            Some((same, read)) if same == id && (back..self.now).contains(&read) => read,
            _ => {
                self.slates.1.clear();
                back
            }
        };
        let mut fresh = self.recording.slates(from..self.now).unwrap_or_default();
        fresh.retain(|s| s.avatar == id);
        fresh.reverse();
        fresh.append(&mut self.slates.1);
        self.slates = (Some((id, self.now)), fresh);
    }
}

/// Gathers what of a recording stays the same.
fn reel(recording: &Recording) -> Reel {
    let header = recording.header();
    let ticks = recording.ticks();
    let fact = |name: &str, value: String, help: &str| [name.to_owned(), value, help.to_owned()];
    let facts = vec![
        fact("File", recording.file().to_owned(), "Where it is"),
        fact("Seed", header.seed.to_string(), "What chance begins with"),
        fact(
            "From",
            Tick(ticks.start).to_string(),
            "The first tick that was recorded",
        ),
        fact("To", Tick(ticks.end).to_string(), "The end of the last"),
        fact(
            "Of days",
            header.days.to_string(),
            "Days that the run was asked for",
        ),
        fact(
            "Level",
            header.detail.word().to_owned(),
            "How much was kept: metrics, demo or full",
        ),
        fact(
            "Written by",
            format!("agora {}, format {}", header.agora, header.format),
            "Version of the program and of the format",
        ),
        fact(
            "Scenario hash",
            header.scenario_hash.clone(),
            "Two runs with the same hash and version are the same",
        ),
    ];
    Reel {
        scenario: header.scenario.clone(),
        description: header.description.clone(),
        facts,
        damage: recording
            .damage()
            .map(|what| format!("The file is damaged: {what}. What is whole is shown")),
        shows_city: header.detail.shows_city(),
        span: (
            Tick(ticks.start.saturating_add(1).min(ticks.end)),
            Tick(ticks.end),
        ),
        tour: recording.tour().cloned().unwrap_or_default(),
    }
}
