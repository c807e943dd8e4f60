//! Small cities and captions for the tests of the window, and a harness that keeps what a panel asks for.

use std::sync::Arc;

use egui_kittest::Harness;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::futures::ForkRow;
use crate::desktop::view::recent::Recent;
use crate::desktop::view::sight::{Ask, City};
use crate::events::bus::EventBus;
use crate::lab::recording::{Caption, Look as Sight};
use crate::lab::report::ReportData;
use crate::lab::report::gather::{Asked, gather};
use crate::lab::summary::{PolicyChange, RealismSummary, RunSummary};
use crate::scenario::load::{Overrides, load};
use crate::scenario::schema::Scenario;
use crate::scenario::world::{found, results};
use crate::sim::schedule::Simulation;
use crate::society::avatars::avatar::Avatars;
use crate::society::plugin::Plantings;

/// A founded city with what panels see of it.
pub(in crate::desktop) struct TestCity {
    /// The city.
    pub(in crate::desktop) sim: Simulation,
    /// Its scenario.
    pub(in crate::desktop) scenario: Scenario,
    /// Its report, as of now.
    pub(in crate::desktop) report: ReportData,
    /// Policy changes; none at first.
    pub(in crate::desktop) changes: Vec<PolicyChange>,
    /// Forks; none at first.
    pub(in crate::desktop) forks: Vec<Arc<ForkRow>>,
    recent: Recent,
}

impl TestCity {
    /// Founds a small city of `n` avatars and lets `ticks` minutes pass.
    pub(in crate::desktop) fn new(n: u32, ticks: u32) -> Self {
        Self::with(n, ticks, &[])
    }

    /// Founds a small city with other scenario values besides, as `key=value`.
    pub(in crate::desktop) fn with(n: u32, ticks: u32, sets: &[&str]) -> Self {
        let mut all: Vec<String> = [
            "society.content.posts_per_1000=1000",
            "society.content.min_posts=300",
            "society.content.max_posts=400",
            "society.content.games=30",
            "society.content.game_items=60",
            "society.content.assets=100",
            "society.content.courses=40",
            "society.spaces.side=40",
            "platform.recommend.train_steps=2",
        ]
        .map(str::to_owned)
        .into();
        all.push(format!("society.population.residents={n}"));
        all.extend(sets.iter().map(|s| (*s).to_owned()));
        let overrides = Overrides {
            sets: all,
            ..Overrides::default()
        };
        let scenario = load("quickstart", &overrides).unwrap().scenario;
        let sim = found(&scenario, Plantings::default(), 1).unwrap();
        let mut city = Self {
            report: report_of(&sim, &scenario, 0),
            sim,
            scenario,
            changes: Vec::new(),
            forks: Vec::new(),
            recent: Recent::default(),
        };
        for _ in 0..ticks {
            city.step();
        }
        city.regather();
        city
    }

    /// Lets a minute pass; what happens in it is remembered.
    pub(super) fn step(&mut self) {
        self.sim.step();
        let now = self.city().now();
        self.recent
            .collect(self.sim.world().resource::<EventBus>(), now);
    }

    /// Returns it as those who fill rows see it.
    pub(in crate::desktop) fn city(&self) -> City<'_> {
        City {
            sim: &self.sim,
            scenario: &self.scenario,
            report: &self.report,
            changes: &self.changes,
            recent: &self.recent,
            forks: &self.forks,
        }
    }

    /// Gathers the report anew.
    pub(super) fn regather(&mut self) {
        self.report = report_of(&self.sim, &self.scenario, self.city().now().0);
    }

    /// Lets time pass while a panel watches, and returns what it has collected.
    pub(in crate::desktop) fn watch<P: Panel>(&mut self, ticks: u32) -> P::Watch {
        let mut watch = P::Watch::default();
        for _ in 0..ticks {
            self.step();
            P::watch(&mut watch, &self.city());
        }
        self.regather();
        watch
    }

    /// Lets time pass while a panel watches, and fills its rows.
    pub(in crate::desktop) fn watched<P: Panel>(&mut self, ticks: u32) -> P::View {
        let watch = self.watch::<P>(ticks);
        P::view(&watch, &self.city(), &Ask::default())
    }

    /// Fills the rows of a panel that watches nothing before.
    pub(in crate::desktop) fn view<P: Panel>(&self) -> P::View {
        let mut watch = P::Watch::default();
        P::watch(&mut watch, &self.city());
        P::view(&watch, &self.city(), &Ask::default())
    }
}

fn report_of(sim: &Simulation, scenario: &Scenario, ticks: u32) -> ReportData {
    let results = results(sim);
    let summary = RunSummary {
        agora_version: "test".to_owned(),
        scenario: scenario.name.clone(),
        scenario_hash: format!("{:016x}", scenario.hash()),
        seed: scenario.seed,
        threads: 1,
        ticks,
        days: ticks / crate::sim::units::TICKS_PER_DAY,
        avatars: sim.world().resource::<Avatars>().table.len() as u64,
        sessions: 0,
        active_avatar_ticks: 0,
        events: 0,
        slates: 0,
        wall_seconds: 1.0,
        active_avatar_ticks_per_second: 0.0,
        peak_rss_bytes: 0,
        final_state_hash: String::new(),
        interrupted: false,
        commands: 0,
        policy_changes: Vec::new(),
        parent: None,
        books: results.books,
        metrics: results.metrics,
        realism: RealismSummary::default(),
    };
    let asked = Asked {
        command: "agora run test".to_owned(),
        description: scenario.description.clone(),
        scenario: scenario.to_toml(),
        days: scenario.days,
    };
    gather(sim, summary, &results.scorecard, asked)
}

/// A panel, what it draws, how, and what it has asked for so far.
pub(in crate::desktop) struct Stage<V> {
    /// Rows.
    pub(in crate::desktop) view: V,
    /// Look.
    pub(in crate::desktop) look: Look,
    /// Commands.
    pub(in crate::desktop) out: Vec<UiCommand>,
}

/// Draws a panel of a width, in a window tall enough for all of it.
pub(in crate::desktop) fn stage<P: Panel>(
    view: P::View,
    look: Look,
    width: f32,
) -> Harness<'static, Stage<P::View>> {
    let state = Stage {
        view,
        look,
        out: Vec::new(),
    };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(width, 4_000.0))
        .build_ui_state(
            |ui, s: &mut Stage<P::View>| P::ui(ui, &s.view, &s.look, &mut s.out),
            state,
        );
    harness.run();
    harness
}

/// Returns a caption about all of the city.
pub(in crate::desktop) fn caption(tick: u32, title: &str) -> Caption {
    Caption {
        tick,
        title: title.to_owned(),
        text: format!("{title}: what there is to see"),
        look: Sight::City,
        speed: None,
        zoom: None,
    }
}

/// Says whether text that is not a number stands anywhere in a panel.
pub(in crate::desktop) fn shows_nonsense<V>(harness: &Harness<'_, Stage<V>>) -> bool {
    use egui_kittest::kittest::Queryable;
    ["NaN", "inf ", "-inf", "∞"]
        .iter()
        .any(|word| harness.query_all_by_label_contains(word).next().is_some())
}
