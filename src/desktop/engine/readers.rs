//! The rows of panels and scene, filled within a budget of time so that looking does not slow the city down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::frame::{Frame, Status};
use crate::desktop::panels::{PanelKind, Views, Watches};
use crate::desktop::view::city::CityView;
use crate::desktop::view::crowd::{CrowdMaker, CrowdView};
use crate::desktop::view::sight::{Ask, City, PolicyMark};
use crate::desktop::wall;
use crate::lab::report::ReportData;
use crate::lab::report::gather::{Asked, gather};
use crate::scenario::run::progress::Run;
use crate::scenario::schema::Scenario;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Shortest time between two fillings of the same panel while time runs.
const PANEL_EVERY: Duration = Duration::from_millis(200);

/// A reading that took `t` is not repeated for `BREATH` × `t`: it then costs at most a twentieth of the time.
const BREATH: u32 = 20;

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
    command: String,
    scenario: Arc<Scenario>,
    marks: Arc<Vec<PolicyMark>>,
    city: Arc<CityView>,
    city_day: u32,
    crowd: Arc<CrowdView>,
    maker: CrowdMaker,
    last_tick: Option<u32>,
    is_stale: bool,
}

impl Readers {
    pub(super) fn new(run: &Run, command: String) -> Self {
        let report = report(run, &command);
        let city = CityView::of(run.sim.world());
        let mut maker = CrowdMaker::default();
        let crowd = maker.make(run.sim.world(), &city, &Ask::default());
        Self {
            watches: Watches::default(),
            views: Views::default(),
            open: Vec::new(),
            ask: Ask::default(),
            readings: vec![Reading::never(); PanelKind::ALL.len()],
            report,
            report_reading: Reading::never(),
            report_tick: 0,
            command,
            scenario: Arc::new(run.scenario().clone()),
            marks: Arc::default(),
            city: Arc::new(city),
            city_day: 0,
            crowd: Arc::new(crowd),
            maker,
            last_tick: None,
            is_stale: true,
        }
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

    /// Notes a change of a policy value.
    pub(super) fn mark(&mut self, mark: PolicyMark) {
        Arc::make_mut(&mut self.marks).push(mark);
        self.is_stale = true;
    }

    /// Collects after a tick.
    pub(super) fn ticked(&mut self, run: &Run) {
        let city = City {
            sim: &run.sim,
            scenario: run.scenario(),
            report: &self.report,
            marks: &self.marks,
        };
        self.watches.watch(&city);
        self.maker.watch(run.sim.world());
    }

    /// Fills what is due and returns everything.
    pub(super) fn frame(&mut self, run: &Run, status: Status) -> Frame {
        let now = wall::now();
        let world = run.sim.world();
        let has_ticked = self.last_tick != Some(run.ticks);
        self.last_tick = Some(run.ticks);
        let hour = run.ticks / REPORT_TICKS;
        if hour != self.report_tick / REPORT_TICKS
            && self.report_reading.is_due(now, Duration::from_secs(1))
        {
            self.report = report(run, &self.command);
            self.report_tick = run.ticks;
            self.report_reading.took(now);
        }
        if *self.scenario != *run.scenario() {
            self.scenario = Arc::new(run.scenario().clone());
        }
        if run.ticks / TICKS_PER_DAY != self.city_day || CityView::is_outdated(&self.city, world) {
            self.city_day = run.ticks / TICKS_PER_DAY;
            self.city = Arc::new(CityView::of(world));
        }
        if has_ticked || self.is_stale {
            self.crowd = Arc::new(self.maker.make(world, &self.city, &self.ask));
        }
        let city = City {
            sim: &run.sim,
            scenario: run.scenario(),
            report: &self.report,
            marks: &self.marks,
        };
        for kind in &self.open {
            let began = wall::now();
            let reading = &mut self.readings[*kind as usize];
            if self.is_stale || has_ticked && reading.is_due(began, PANEL_EVERY) {
                self.watches.fill(*kind, &city, &self.ask, &mut self.views);
                reading.took(began);
            }
        }
        self.is_stale = false;
        Frame {
            status,
            views: self.views.clone(),
            city: Arc::clone(&self.city),
            crowd: Arc::clone(&self.crowd),
            marks: Arc::clone(&self.marks),
            scenario: Arc::clone(&self.scenario),
            remembered: None::<(Tick, Tick)>,
        }
    }
}

fn report(run: &Run, command: &str) -> ReportData {
    let (summary, scorecard) = run.summary(0.0);
    let scenario = run.scenario();
    let asked = Asked {
        command: command.to_owned(),
        description: scenario.description.clone(),
        scenario: String::new(),
        days: scenario.days,
    };
    gather(&run.sim, summary, &scorecard, asked)
}
