//! Checks of the panel of pushes: what it says and what it adds up to.

use egui_kittest::kittest::Queryable as _;

use super::Pushes;
use super::view::{self, PushesView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{Form, count};
use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};

#[test]
fn without_a_city_the_panel_says_so() {
    stage::<Pushes>(PushesView::default(), Look::new(true), 500.0).get_by_label("No pushes yet");
}

#[test]
fn a_city_without_pushes_says_what_to_switch_on_and_still_tells_of_its_invitations() {
    let off = [
        "platform.engage.push=false",
        "platform.engage.live_events=false",
    ];
    let view = TestCity::with(20, 0, &off).watched::<Pushes>(5);
    let k = Form::Decimal.or_none(view.pushes.k_factor.map(|k| k.mean));
    let invited = count(view.invited);
    let h = stage::<Pushes>(view, Look::new(true), 500.0);
    h.get_by_label("No pushes are sent in this city");
    h.get_by_label(&format!("K-factor {k}"));
    h.get_by_label(&format!("Invitations by friends {invited}"));
    h.get_by_label("Live events begin –");
    assert!(!shows_nonsense(&h));
}

#[test]
fn one_avatar_alone_leaves_dashes_and_no_nonsense() {
    let view = TestCity::new(1, 0).watched::<Pushes>(90);
    let mut h = stage::<Pushes>(view, Look::new(false), 300.0);
    h.get_by_label("Policy rule");
    h.get_by_label("Quiet hours 22 to 9");
    h.get_by_label("Budget of an avatar –");
    h.get_by_label("Returns per opt-out –");
    h.get_by_label("No finished day yet");
    h.get_by_label("No push was sent yet");
    h.get_by_label("No push is withheld in this city");
    assert!(!shows_nonsense(&h));
    h.get_by_label("Show the truth").click();
    h.run();
    assert_eq!(h.state().out, [UiCommand::ToggleTruth]);
}

#[test]
fn pushes_are_sent_outside_quiet_hours_and_compared_with_those_withheld() {
    let sets = [
        "platform.engage.push_policy=uplift",
        "platform.engage.push_hold_out=0.3",
        "platform.engage.pushes_per_1000=600",
        "platform.engage.push_absence_hours=1",
    ];
    let mut city = TestCity::with(300, 0, &sets);
    let watch = city.watch::<Pushes>(2 * 1_440 + 1_100);
    let view = view::fill(&watch, &city.city());
    assert!(view.sent > 0);
    assert_eq!(view.by_hour.iter().sum::<u64>(), view.sent);
    let quiet = |hour: &usize| !(9..22).contains(hour);
    assert_eq!(
        (0..24).filter(quiet).map(|h| view.by_hour[h]).sum::<u64>(),
        0
    );
    assert_eq!(view.days.len(), 2);
    let of_days: u64 = view.days.iter().map(|d| d.sent).sum();
    assert_eq!(of_days + view.today.sent, view.sent);
    assert!(view.days.iter().all(|d| d.opt_outs.is_some()));
    // The lab counts them as well, over the whole run.
    let of_days: Option<u64> = view.days.iter().map(|d| d.opt_outs).sum();
    let of_today = view.today.opt_outs;
    assert_eq!(
        of_days.zip(of_today).map(|(a, b)| a + b),
        Some(view.pushes.opt_outs)
    );
    let tried = |of: fn(&crate::lab::report::reach::PushHourRow) -> (u64, u64)| {
        let hours = view.pushes.hours.iter();
        hours.map(|h| of(h).0).sum::<u64>()
    };
    assert!(tried(|h| h.sent) > 0 && tried(|h| h.withheld) > 0);
    assert!(view.pushes.effect.is_some() && view.hazard.len() == 8);
    let b = view.budgets.expect("by uplift each has a budget");
    let known = b.now + b.within_a_day + b.later;
    assert!(known > 0 && known <= view.allowed.0);
    let mut look = Look::new(true);
    look.shows_truth = true;
    let h = stage::<Pushes>(view, look, 900.0);
    for chart in [
        "Pushes by day",
        "Sent by hour",
        "Came within a day",
        "Opt-outs by hour",
        "Opt-out hazard",
    ] {
        h.get_by_label(&format!("Chart of {chart}"));
    }
    h.get_by_label("Export When the next push may come…");
    h.get_by_label("Budget of an avatar 2 in 48 h");
    assert!(!shows_nonsense(&h));
}
