//! The city as those who fill the window's rows see it: everything, for reading.

use std::sync::Arc;

use bevy::ecs::prelude::{Resource, World};

use super::futures::ForkRow;
use super::recent::Recent;
use super::subject::Subject;
use crate::desktop::command::Overlay;
use crate::lab::report::ReportData;
use crate::lab::summary::PolicyChange;
use crate::scenario::schema::Scenario;
use crate::sim::schedule::{SimClock, Simulation};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// A city between two ticks.
pub struct City<'a> {
    /// The city itself.
    pub sim: &'a Simulation,
    /// The scenario as it is now, changed policy values included.
    pub scenario: &'a Scenario,
    /// What a report would say, gathered at the last turn of an hour; its rows of days are whole days.
    pub report: &'a ReportData,
    /// Policy values changed so far, oldest first.
    pub changes: &'a [PolicyChange],
    /// The last events.
    pub recent: &'a Recent,
    /// Its forks, oldest first.
    pub forks: &'a [Arc<ForkRow>],
}

impl<'a> City<'a> {
    /// Returns the world.
    #[must_use]
    pub fn world(&self) -> &'a World {
        self.sim.world()
    }

    /// Returns a resource of the world.
    ///
    /// # Panics
    /// If the world has no such resource; a founded city has all of them.
    #[must_use]
    pub fn get<R: Resource>(&self) -> &'a R {
        self.sim.world().resource::<R>()
    }

    /// Returns the tick that runs next.
    #[must_use]
    pub fn now(&self) -> Tick {
        self.get::<SimClock>().now
    }

    /// Returns the tick that has just run; `None` before the first.
    #[must_use]
    pub fn ran(&self) -> Option<Tick> {
        self.now().0.checked_sub(1).map(Tick)
    }

    /// Returns a headline number of the report; `None` where there is none, or nothing can be said.
    #[must_use]
    pub fn headline(&self, key: &str) -> Option<f64> {
        self.report.summary.metrics.get(key).copied().flatten()
    }

    /// Returns policy changes as charts mark them: in days, with what became what.
    #[must_use]
    pub fn mark_texts(&self) -> Vec<(f64, String)> {
        mark_texts(self.changes)
    }
}

/// Returns policy changes as charts mark them: in days, with what became what.
#[must_use]
pub(super) fn mark_texts(changes: &[PolicyChange]) -> Vec<(f64, String)> {
    let text = |c: &PolicyChange| format!("{} {} ➡ {}", c.key, c.from, c.to);
    let changes = changes.iter();
    changes.map(|c| (days_of(Tick(c.tick)), text(c))).collect()
}

/// Returns a tick in days since the start.
#[must_use]
pub fn days_of(tick: Tick) -> f64 {
    f64::from(tick.0) / f64::from(TICKS_PER_DAY)
}

/// What the window wants to see, beyond which panels are open.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ask {
    /// Whom or what the inspector shows.
    pub inspected: Option<Subject>,
    /// Whether the truth may be shown beside what the platform knows.
    pub shows_truth: bool,
    /// What colours the people.
    pub overlay: Overlay,
    /// Text that events must contain, in lower case; empty for all.
    pub event_search: String,
    /// Words of event kinds to leave out.
    pub hidden_events: Vec<String>,
}
