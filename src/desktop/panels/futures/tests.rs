//! The panel of futures, worked by label.

use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Futures, FuturesView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};
use crate::desktop::view::futures::{Difference, ForkCurve, ForkRow, ForkStage};
use crate::scenario::run::affected::Group;
use crate::scenario::run::pair::{Effect, Parting};
use crate::sim::units::Tick;

const LOOK: Look = Look::new(false);

fn curve(name: &str, is_daily: bool) -> ForkCurve {
    ForkCurve {
        name: name.to_owned(),
        is_daily,
        before: vec![[1.0, 4.0], [2.0, 5.0]],
        without: vec![[2.0, 5.0], [3.0, 6.0]],
        with: vec![[2.0, 5.0], [3.0, f64::NAN], [4.0, 9.0]],
    }
}

fn effect(metric: &str, a: Option<f64>, b: Option<f64>) -> Effect {
    let difference = a.zip(b).map(|(a, b)| b - a);
    Effect {
        metric: metric.to_owned(),
        a,
        b,
        difference,
        relative: difference.zip(a).map(|(d, a)| d / a),
    }
}

fn row(id: u32, stage: ForkStage) -> ForkRow {
    ForkRow {
        id,
        at: Tick(2_880),
        until: Tick(2_880 + 7 * 1_440),
        changes: vec![Difference {
            key: "platform.ads.load".to_owned(),
            from: "0.1".to_owned(),
            to: "0.2".to_owned(),
        }],
        n_changes_before: 0,
        stage,
        done: [5_040, 6_000],
        seconds_left: Some(12.0),
        chained: [1, 2],
        curves: vec![
            curve("dau", false),
            curve("ad_revenue", false),
            curve("satisfaction", true),
        ],
        effects: vec![
            effect("ad_revenue", Some(100.0), Some(180.0)),
            effect("dau", Some(50.0), Some(50.0)),
            effect("d30", None, None),
        ],
        compared_at: Tick(7_200),
        parting: Some(Parting {
            tick: 2_885,
            time: "day 2 00:05".to_owned(),
            parts: vec!["campaigns".to_owned(), "ledger".to_owned()],
        }),
        affected: Some(Group {
            avatars: 400,
            affected: 100,
            share: 0.25,
        }),
    }
}

fn view(forks: Vec<ForkRow>, now: u32) -> FuturesView {
    FuturesView {
        forks: forks.into_iter().map(Arc::new).collect(),
        now: Tick(now),
        n_changes: 0,
    }
}

#[test]
fn without_a_fork_it_says_what_one_is_and_offers_it() {
    for view in [
        FuturesView::default(),
        TestCity::new(30, 2).view::<Futures>(),
    ] {
        let mut h = stage::<Futures>(view, LOOK, 420.0);
        h.get_by_label("No futures yet");
        h.get_by_label("Fork…").click();
        h.run();
        assert_eq!(h.state().out, [UiCommand::AskFork(Vec::new())]);
    }
}

#[test]
fn a_fork_that_is_under_way_tells_how_far_it_is_and_can_be_stopped() {
    let mut h = stage::<Futures>(view(vec![row(3, ForkStage::Living)], 2_880), LOOK, 520.0);
    h.get_by_label("From day 2 00:00 for 7 days");
    h.get_by_label("Ad load: without 0.1, with 0.2");
    h.get_by_label("50.0 %, 12 s left");
    h.get_by_label("Stop").click();
    h.run();
    assert_eq!(h.state().out, [UiCommand::StopFork(3)]);
    let h = stage::<Futures>(view(vec![row(3, ForkStage::Beginning)], 2_880), LOOK, 520.0);
    h.get_by_label_contains("being brought to life");
}

#[test]
fn both_futures_are_laid_over_each_other_and_compared_in_a_table() {
    for width in [320.0, 900.0] {
        let mut h = stage::<Futures>(view(vec![row(0, ForkStage::Over)], 2_880), LOOK, width);
        assert!(!shows_nonsense(&h));
        h.get_by_label("They part in the tick day 2 00:05, first in: campaigns, ledger");
        h.get_by_label_contains("100 of 400 avatars did something else");
        // What differs most is shown first; what does not differ is not.
        h.get_by_label("Chart of Ad revenue");
        assert!(h.query_by_label("Chart of Dau").is_none());
        h.get_by_label("Ad revenue, 100, 180, 80, 80.0 %");
        h.get_by_label("Dau, 50, 50, 0, 0.0 %");
        assert!(h.query_by_label_contains("D30").is_none());
        for name in ["Before", "Without", "With"] {
            assert!(h.query_all_by_label(name).next().is_some(), "{name}");
        }
        h.get_by_role_and_label(Role::ComboBox, "Curves").click();
        h.run();
        h.get_by_label("Satisfaction, by day").click();
        h.run();
        h.get_by_label("Chart of Satisfaction, by day");
        assert!(h.query_by_label("Chart of Ad revenue").is_none());
        h.get_by_label("Export Satisfaction, by day…").click();
        h.run();
        h.get_by_label("Save as CSV").click();
        h.run();
        let Some(UiCommand::ExportCsv { csv, .. }) = h.state().out.last() else {
            panic!("{:?}", h.state().out);
        };
        assert_eq!(
            csv,
            "day,Before,Without,With\n1,4,,\n2,5,5,5\n3,,6,\n4,,,9\n"
        );
    }
}

#[test]
fn the_city_goes_on_with_a_future_only_where_the_fork_began() {
    let mut h = stage::<Futures>(view(vec![row(7, ForkStage::Over)], 2_880), LOOK, 520.0);
    h.get_by_label("Go on with this one").click();
    h.run();
    h.get_by_label("Dismiss").click();
    h.run();
    let expected = [UiCommand::GoOnWith(7), UiCommand::DismissFork(7)];
    assert_eq!(h.state().out, expected);
    let mut unchanged = row(7, ForkStage::Over);
    unchanged.changes.clear();
    let mut steered = view(vec![row(7, ForkStage::Over)], 2_880);
    steered.n_changes = 1;
    let elsewhere = view(vec![row(7, ForkStage::Over)], 2_881);
    for view in [elsewhere, view(vec![unchanged], 2_880), steered] {
        let h = stage::<Futures>(view, LOOK, 520.0);
        let button = h.get_by_label("Go on with this one");
        assert!(button.accesskit_node().is_disabled());
    }
}

#[test]
fn several_forks_are_kept_and_one_is_shown() {
    let mut first = row(0, ForkStage::Stopped);
    first.parting = None;
    first.changes.clear();
    let second = row(1, ForkStage::Failed("no memory".to_owned()));
    let mut h = stage::<Futures>(view(vec![first, second], 0), LOOK, 700.0);
    h.get_by_label("It could not go on: no memory");
    h.get_by_label("day 2 00:00 · no change").click();
    h.run();
    h.get_by_label("Stopped after 5,040 ticks of both");
    h.get_by_label("They are equal over the 5,040 ticks both have lived");
    // A new one comes to the front.
    h.state_mut()
        .view
        .forks
        .push(Arc::new(row(2, ForkStage::Living)));
    h.run_steps(3);
    h.get_by_label("Stop");
}

#[test]
fn a_fork_of_which_nothing_is_known_yet_is_no_nonsense() {
    let mut young = row(0, ForkStage::Living);
    young.done = [0; 2];
    young.seconds_left = None;
    young.curves.clear();
    young.effects.clear();
    young.parting = None;
    young.affected = None;
    let h = stage::<Futures>(view(vec![young], 2_880), LOOK, 420.0);
    assert!(!shows_nonsense(&h));
    h.get_by_label("0.0 %");
}
