//! The rows of panels and scene, filled within a budget of time so that looking does not slow the city down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::frame::{Frame, Status};
use super::futures::ForkRows;
use super::history::History;
use super::memory::Memory;
use crate::desktop::panels::{PanelKind, Views, Watches};
use crate::desktop::view::city::{CityMaker, CityView};
use crate::desktop::view::crowd::{CrowdMaker, CrowdView};
use crate::desktop::view::futures::ForkRow;
use crate::desktop::view::recent::Recent;
use crate::desktop::view::sight::{Ask, City};
use crate::desktop::wall;
use crate::events::bus::EventBus;
use crate::lab::report::ReportData;
use crate::lab::report::gather::{Asked, gather};
use crate::lab::summary::PolicyChange;
use crate::scenario::run::progress::Run;
use crate::scenario::schema::Scenario;
use crate::sim::units::Tick;

/// Shortest time between two fillings of the same panel while time runs.
const PANEL_EVERY: Duration = Duration::from_millis(200);

/// A reading that took `t` is not repeated for `BREATH` × `t`: it then costs at most a twentieth of the time.
const BREATH: u32 = 20;

/// The same for remembering people, which nobody may ever look back at.
const MEMORY_BREATH: u32 = 50;

/// Minutes between two reports.
const REPORT_TICKS: u32 = 60;

/// When something was last read, and what that cost.
#[derive(Debug, Clone, Copy)]
struct Reading {
    ended: Option<Instant>,
    cost: Duration,
}

impl Reading {
    const fn never() -> Self {
        Self {
            ended: None,
            cost: Duration::ZERO,
        }
    }

    /// Says whether it may be repeated.
    fn is_due(&self, now: Instant, every: Duration) -> bool {
        self.ended
            .is_none_or(|t| now.duration_since(t) >= every.max(self.cost * BREATH))
    }

    fn took(&mut self, began: Instant) {
        let now = wall::now();
        self.ended = Some(now);
        self.cost = now.duration_since(began);
    }
}

/// Everything that is read from the city for the window.
pub(super) struct Readers {
    watches: Watches,
    views: Views,
    open: Vec<PanelKind>,
    ask: Ask,
    readings: Vec<Reading>,
    report: ReportData,
    report_reading: Reading,
    report_tick: u32,
    scenario: Arc<Scenario>,
    changes: Arc<Vec<PolicyChange>>,
    recent: Recent,
    history: History,
    forks: ForkRows,
    city_maker: CityMaker,
    city: CityView,
    maker: CrowdMaker,
    crowd: Arc<CrowdView>,
    crowd_tick: Option<u32>,
    crowd_reading: Reading,
    memory: Memory,
    recalled: Option<Tick>,
    filled: Vec<Option<u32>>,
    /// Whether somebody has just asked for something else, which is shown at once.
    pub(super) is_stale: bool,
}

impl Readers {
    pub(super) fn new(run: &Run) -> Self {
        let report = report(run);
        let n = PanelKind::ALL.len();
        let mut history = History::default();
        history.note(run.ticks, &report.summary.metrics);
        Self {
            watches: Watches::default(),
            views: Views::default(),
            open: Vec::new(),
            ask: Ask::default(),
            readings: vec![Reading::never(); n],
            report,
            report_reading: Reading::never(),
            report_tick: 0,
            scenario: Arc::new(run.policy().clone()),
            changes: Arc::default(),
            recent: Recent::default(),
            history,
            forks: ForkRows::default(),
            city_maker: CityMaker::default(),
            city: CityView::default(),
            maker: CrowdMaker::default(),
            crowd: Arc::default(),
            crowd_tick: None,
            crowd_reading: Reading::never(),
            memory: Memory::default(),
            recalled: None,
            filled: vec![None; n],
            is_stale: true,
        }
    }

    /// Shows the people as they were; `None` for now.
    pub(super) const fn recall(&mut self, tick: Option<Tick>) {
        self.recalled = tick;
    }

    /// Notes which panels can be seen and what they should show.
    pub(super) fn watch(&mut self, open: Vec<PanelKind>, ask: Ask) {
        if self.ask != ask || open.iter().any(|p| !self.open.contains(p)) {
            // What a person has just asked for is shown at once.
            self.is_stale = true;
        }
        self.open = open;
        self.ask = ask;
    }

    /// Collects after a tick, and remembers the people as often as that costs little.
    pub(super) fn ticked(&mut self, run: &Run) {
        let bus = run.sim.world().resource::<EventBus>();
        self.recent.collect(bus, Tick(run.ticks));
        let city = seen(run, &self.report, &self.recent, &self.forks);
        self.watches.watch(&city);
        self.city_maker.watch(&city);
        self.maker.watch(&city);
        let rest = self.crowd_reading.cost * MEMORY_BREATH;
        if self.crowd_reading.is_due(wall::now(), rest) {
            self.read_crowd(run);
        }
    }

    fn read_crowd(&mut self, run: &Run) {
        let city = seen(run, &self.report, &self.recent, &self.forks);
        let began = wall::now();
        self.city = self.city_maker.view(&city);
        let crowd = self
            .maker
            .view(&city, &self.city.rows, &self.ask, self.ask.overlay);
        self.crowd = Arc::new(crowd);
        self.crowd_tick = Some(run.ticks);
        self.memory.remember(Arc::clone(&self.crowd));
        self.crowd_reading.took(began);
    }

    /// Says whether a panel can be seen.
    pub(super) fn shows(&self, kind: PanelKind) -> bool {
        self.open.contains(&kind)
    }

    /// Returns what the headline numbers were so far, as often as they were gathered.
    pub(super) fn history(&self) -> History {
        self.history.clone()
    }

    /// Fills what is due and returns everything.
    pub(super) fn frame(&mut self, run: &Run, status: Status, forks: &ForkRows) -> Frame {
        let now = wall::now();
        if !Arc::ptr_eq(&self.forks, forks) {
            self.forks = Arc::clone(forks);
            // They grow while the city itself rests.
            self.filled[PanelKind::Futures as usize] = None;
        }
        let hour = run.ticks / REPORT_TICKS;
        if hour != self.report_tick / REPORT_TICKS
            && self.report_reading.is_due(now, Duration::from_secs(1))
        {
            self.report = report(run);
            self.report_tick = run.ticks;
            self.history.note(run.ticks, &self.report.summary.metrics);
            self.report_reading.took(now);
        }
        if *self.scenario != *run.policy() {
            self.scenario = Arc::new(run.policy().clone());
        }
        if self.changes.len() != run.policy_changes().len() {
            self.changes = Arc::new(run.policy_changes().to_vec());
        }
        if self.is_stale || self.crowd_tick != Some(run.ticks) {
            self.read_crowd(run);
        }
        let city = seen(run, &self.report, &self.recent, &self.forks);
        for kind in &self.open {
            let (began, i) = (wall::now(), *kind as usize);
            let is_old = self.filled[i] != Some(run.ticks);
            if self.is_stale || is_old && self.readings[i].is_due(began, PANEL_EVERY) {
                self.watches.fill(*kind, &city, &self.ask, &mut self.views);
                self.readings[i].took(began);
                self.filled[i] = Some(run.ticks);
            }
        }
        self.is_stale = false;
        let past = self.recalled.and_then(|t| self.memory.at(t));
        Frame {
            status,
            views: self.views.clone(),
            city: self.city.clone(),
            crowd: past.unwrap_or_else(|| Arc::clone(&self.crowd)),
            changes: Arc::clone(&self.changes),
            scenario: Arc::clone(&self.scenario),
            remembered: self.memory.span(),
            reel: None,
        }
    }
}

/// Returns a city as those who fill rows see it.
fn seen<'a>(
    run: &'a Run,
    report: &'a ReportData,
    recent: &'a Recent,
    forks: &'a [Arc<ForkRow>],
) -> City<'a> {
    City {
        sim: &run.sim,
        scenario: run.policy(),
        report,
        changes: run.policy_changes(),
        recent,
        forks,
    }
}

fn report(run: &Run) -> ReportData {
    let (summary, scorecard) = run.summary(0.0);
    let scenario = run.policy();
    let asked = Asked {
        command: String::new(),
        description: scenario.description.clone(),
        scenario: String::new(),
        days: scenario.days,
    };
    gather(&run.sim, summary, &scorecard, asked)
}
