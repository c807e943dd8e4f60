//! All rows of a report, from both sides of a city.

use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::Ledger;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::facts::Ending;
use crate::lab::realism::scorecard::Scorecard;
use crate::lab::report::data::{FORMAT, ReportData};
use crate::lab::summary::RunSummary;
use crate::platform::config::PlatformRules;
use crate::platform::engage::push_trial::PushTrials;
use crate::platform::incentives::bonus::book::BonusBook;
use crate::platform::models::live::watch::DriftWatch;
use crate::platform::models::ranker::Ranker;
use crate::sim::schedule::Simulation;
use crate::sim::units::Tick;
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::persuasion::Persuasion;
use crate::society::avatars::wants::Wants;
use crate::society::config::SocietyRules;
use crate::society::content::catalogue::Catalogue;
use crate::society::spaces::map::CityMap;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;

use super::{ads, drift, learning, money, notes, people, reach, things, trade, verdicts};

/// What was asked for: the part of a report that the city itself does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The command, as typed, that gives the same run again.
    pub command: String,
    /// What the scenario is about.
    pub description: String,
    /// The scenario with every value, as TOML.
    pub scenario: String,
    /// Days that were to be simulated.
    pub days: u32,
}

/// Both sides of the city and what was counted, to look at.
pub(super) struct Sight<'a> {
    pub(super) now: Tick,
    pub(super) book: &'a Book,
    pub(super) avatars: &'a Avatars,
    pub(super) catalogue: &'a Catalogue,
    pub(super) spaces: &'a Spaces,
    pub(super) communities: &'a Communities,
    pub(super) map: &'a CityMap,
    pub(super) land: &'a LandRegistry,
    pub(super) ledger: &'a Ledger,
    pub(super) ranker: &'a Ranker,
    pub(super) drift: &'a DriftWatch,
    pub(super) society: &'a SocietyRules,
    pub(super) ending: Ending<'a>,
    pub(super) platform: &'a PlatformRules,
    pub(super) wants: &'a Wants,
    pub(super) bonuses: &'a BonusBook,
    pub(super) pushes: &'a PushTrials,
    pub(super) persuasion: &'a Persuasion,
}

/// Fills a report from a city after `summary.ticks` ticks; every number in it is finite.
#[must_use]
pub fn gather(
    sim: &Simulation,
    summary: RunSummary,
    scorecard: &Scorecard,
    asked: Asked,
) -> ReportData {
    let w = sim.world();
    let sight = Sight {
        now: Tick(summary.ticks),
        book: w.resource(),
        avatars: w.resource(),
        catalogue: w.resource(),
        spaces: w.resource(),
        communities: w.resource(),
        map: w.resource(),
        land: w.resource(),
        ledger: w.resource(),
        ranker: w.resource(),
        drift: w.resource(),
        society: w.resource(),
        ending: Ending::of(sim),
        platform: w.resource(),
        wants: w.resource(),
        bonuses: w.resource(),
        pushes: w.resource(),
        persuasion: w.resource(),
    };
    let (cohorts, cohort_sizes) = people::cohorts(&sight);
    ReportData {
        format: FORMAT,
        command: asked.command,
        description: asked.description,
        scenario: asked.scenario,
        days: sight.book.days.clone(),
        retention: people::retention(&sight),
        cohorts,
        cohort_sizes,
        survival: people::survival(&sight),
        session_minutes: people::session_minutes(&sight.book.lengths),
        item_counts: things::item_counts(&sight),
        attention_by_domain: things::attention_by_domain(&sight),
        attention_by_space: things::attention_by_space(&sight),
        flows: money::flows(sight.ledger),
        land: money::land(&sight),
        trade: trade::trade(sight.book, &sight.ending),
        models: things::models(&sight),
        cards: learning::cards(sight.ranker),
        calibration: learning::calibration(&sight),
        drift: drift::drift(&sight),
        ads: ads::ads(&sight),
        bonuses: reach::bonuses(&sight),
        pushes: reach::pushes(&sight),
        surfaces: things::surfaces(&sight),
        hours: sight.book.hours,
        wellbeing: people::wellbeing(&sight),
        scorecard: verdicts::rows(scorecard, &sight),
        notes: notes::notes(&sight, &summary, asked.days),
        summary,
    }
}
